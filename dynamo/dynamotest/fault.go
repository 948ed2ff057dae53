package dynamotest

import "fmt"

// A fault is an error that DynamoDB answers with: a type that programs branch
// on, and DynamoDB's message. The doors turn it into a wire body or an SDK error.
type fault struct {
	kind    faultKind
	message string
	item    item     // ConditionalCheckFailedException with ALL_OLD
	reasons []reason // TransactionCanceledException, one for each operation
	upFront bool     // of a transaction's operation: refuses the request as such
	status  int      // of HTTP; 0 is that of the kind
	err     error    // the SDK's error where it is given, by a Fault's Err
}

func (f *fault) Error() string { return string(f.kind) + ": " + f.message }

type faultKind string

const (
	faultValidation        faultKind = "ValidationException"
	faultSerialization     faultKind = "SerializationException"
	faultUnknownOperation  faultKind = "UnknownOperationException"
	faultConditionFailed   faultKind = "ConditionalCheckFailedException"
	faultTableNotFound     faultKind = "ResourceNotFoundException"
	faultTableInUse        faultKind = "ResourceInUseException"
	faultTransaction       faultKind = "TransactionCanceledException"
	faultTokenReused       faultKind = "IdempotentParameterMismatchException"
	faultMissingAuth       faultKind = "MissingAuthenticationTokenException"
	faultTwiceSigned       faultKind = "InvalidSignatureException"
	faultHalfSigned        faultKind = "IncompleteSignatureException"
	faultInternal          faultKind = "InternalServerError"
	faultTrimmed           faultKind = "TrimmedDataAccessException"
	faultIteratorOld       faultKind = "ExpiredIteratorException"
	faultDuplicate         faultKind = "DuplicateItemException"
	faultLimit             faultKind = "LimitExceededException"
	faultAccessDenied      faultKind = "AccessDeniedException"
	faultNoTable           faultKind = "TableNotFoundException"
	faultUnavailable       faultKind = "ServiceUnavailable"
	faultThroughput        faultKind = "ProvisionedThroughputExceededException"
	faultRequestLimit      faultKind = "RequestLimitExceeded"
	faultConflict          faultKind = "TransactionConflictException"
	faultInProgress        faultKind = "TransactionInProgressException"
	msgInvalid                       = "One or more parameter values were invalid: "
	msgInvalidKeyAttribute           = "One or more parameter values are not valid. "
)

// namespace is what stands before the '#' of the wire's __type. Errors of the
// service framework itself carry the framework's.
func (k faultKind) namespace() string {
	switch k {
	case faultValidation:
		return "com.amazon.coral.validate"
	case faultSerialization, faultUnknownOperation, faultMissingAuth, faultTwiceSigned, faultHalfSigned, faultAccessDenied:
		return "com.amazon.coral.service"
	}
	return "com.amazonaws.dynamodb.v20120810"
}

// A reason says why one operation of a transaction stood in its way. The code
// is "None" for an operation that did not.
type reason struct {
	code, message string
	item          item
}

func validation(format string, args ...any) *fault {
	return &fault{kind: faultValidation, message: fmt.Sprintf(format, args...)}
}

// emptyKey is the fault of an empty value for a key attribute.
func emptyKey(format string, args ...any) *fault {
	f := validation(format, args...)
	f.upFront = true
	return f
}

// invalidFault is the validation fault of a message, nil for an empty one.
func invalidFault(message string) *fault {
	if message == "" {
		return nil
	}
	return &fault{kind: faultValidation, message: message}
}

func conditionFailed(old item, returned bool) *fault {
	f := &fault{kind: faultConditionFailed, message: "The conditional request failed"}
	if returned {
		f.item = old
	}
	return f
}
