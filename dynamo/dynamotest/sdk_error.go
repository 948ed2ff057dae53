package dynamotest

import (
	"errors"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// sdkError wraps a fault as the SDK's client wraps an error answer: the typed
// error in an HTTP response error in an OperationError.
func sdkError(operation string, err error) error {
	if s, ok := err.(*spoiled); ok {
		err = s.sdk()
	}
	var f *fault
	if !errors.As(err, &f) { // the context's, or a connection's
		return &smithy.OperationError{ServiceID: "DynamoDB", OperationName: operation, Err: err}
	}
	return &smithy.OperationError{ServiceID: "DynamoDB", OperationName: operation, Err: &awshttp.ResponseError{
		RequestID: requestID(),
		ResponseError: &smithyhttp.ResponseError{
			Response: &smithyhttp.Response{Response: &http.Response{StatusCode: statusOf(f), Header: http.Header{}}},
			Err:      f.sdk(),
		},
	}}
}

// sdk is the SDK's type for the fault.
func (f *fault) sdk() error {
	if f.err != nil {
		return f.err
	}
	message := aws.String(f.message)
	switch f.kind {
	case faultConditionFailed:
		return &types.ConditionalCheckFailedException{Message: message, Item: f.item.sdk()}
	case faultTableNotFound:
		return &types.ResourceNotFoundException{Message: message}
	case faultTableInUse:
		return &types.ResourceInUseException{Message: message}
	case faultTokenReused:
		return &types.IdempotentParameterMismatchException{Message: message}
	case faultInternal:
		return &types.InternalServerError{Message: message}
	case faultThroughput:
		return &types.ProvisionedThroughputExceededException{Message: message}
	case faultRequestLimit:
		return &types.RequestLimitExceeded{Message: message}
	case faultConflict:
		return &types.TransactionConflictException{Message: message}
	case faultInProgress:
		return &types.TransactionInProgressException{Message: message}
	case faultTransaction:
		return &types.TransactionCanceledException{Message: message, CancellationReasons: convert(f.reasons, reason.sdk)}
	}
	return &smithy.GenericAPIError{Code: string(f.kind), Message: f.message}
}

func (r reason) sdk() types.CancellationReason {
	out := types.CancellationReason{Code: aws.String(r.code), Item: r.item.sdk()}
	if r.message != "" {
		out.Message = aws.String(r.message)
	}
	return out
}
