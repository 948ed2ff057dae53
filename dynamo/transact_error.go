package dynamo

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// TransactionError is the error of a transaction that was sent and is not known
// to be done. It matches what Err and the errors of its Reasons match:
// [ErrConditionFailed], [ErrNotFound], [ErrUnknownOutcome], [ErrThrottled],
// [ErrTokenReused], and the SDK's types.
//
//	var failed *dynamo.TransactionError
//	if errors.As(err, &failed) && errors.Is(failed.Reasons[1].Err, dynamo.ErrConditionFailed) { … }
type TransactionError struct {
	Token   string   // of a write, given or made; the same write can be asked for again with it
	Reasons []Reason // one for each operation, in their order
	Err     error    // what ended it
}

// Reason says of one operation of a transaction what stood in its way.
type Reason struct {
	Operation string // "put", "update", "delete", "check" or "get"
	Table     string
	Code      string // DynamoDB's: "None", "ConditionalCheckFailed", "TransactionConflict" …; "" if it gave none
	Err       error  // nil if nothing did; a [*ConditionError] of the repository's type if its condition did not hold
}

// take reads what DynamoDB says of op.
func (r *Reason) take(op *operation, from types.CancellationReason) {
	r.Code = aws.ToString(from.Code)
	switch r.Code {
	case "", "None":
	case "ConditionalCheckFailed":
		r.Err = op.conditionFailed(from)
	default:
		r.Err = discreet(errors.New(strings.TrimSuffix(r.Code+": "+aws.ToString(from.Message), ": ")))
	}
}

func (op *operation) conditionFailed(from types.CancellationReason) error {
	err := &types.ConditionalCheckFailedException{Message: from.Message, Item: from.Item}
	return op.store.conditionFailed(op.name, op.key, err, err)
}

// Error names the operations that something stood in the way of, and otherwise
// the cause.
func (e *TransactionError) Error() string {
	var parts []string
	for i, r := range e.Reasons {
		if r.Err == nil {
			continue
		}
		text := r.Err.Error()
		if errors.Is(r.Err, ErrConditionFailed) {
			text = ErrConditionFailed.Error()
		}
		parts = append(parts, fmt.Sprintf("operation %d, %s %s: %s", i, r.Operation, r.Table, text))
	}
	if len(parts) == 0 {
		parts = []string{e.Err.Error()}
	}
	return "dynamo: transact: " + strings.Join(parts, "; ")
}

// Unwrap gives Err and the errors of the Reasons.
func (e *TransactionError) Unwrap() []error {
	all := []error{e.Err}
	for _, r := range e.Reasons {
		if r.Err != nil {
			all = append(all, r.Err)
		}
	}
	return all
}
