package dynamotest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/smithy-go"
)

// check says what makes no sense about a fault.
func (f Fault) check() error {
	if err := f.checkOperation(); err != nil {
		return err
	}
	var api smithy.APIError
	switch {
	case f.Effect != NoEffect && effectNames[f.Effect] == "":
		return fmt.Errorf("a fault has the unknown effect %v", f.Effect)
	case f.Err != nil && f.Effect != NoEffect:
		return fmt.Errorf("a fault has both the effect %v and an Err", f.Effect)
	case f.Err != nil && !errors.As(f.Err, &api):
		return fmt.Errorf("a fault's Err is a %T, which is not an answer of DynamoDB: want a smithy.APIError", f.Err)
	case f.Err == nil && f.Effect == NoEffect && f.Latency <= 0:
		return errors.New("a fault does nothing: set Effect, Err or Latency")
	case !(f.Chance >= 0 && f.Chance <= 1 && f.Share >= 0 && f.Share <= 1):
		return fmt.Errorf("a fault's Chance is %v and its Share %v: want 0 to 1", f.Chance, f.Share)
	case f.Skip < 0:
		return fmt.Errorf("a fault's Skip is %d", f.Skip)
	case f.Share > 0 && f.Effect != Unprocessed:
		return fmt.Errorf("a fault's Share is for Unprocessed, not for %v", f.Effect)
	}
	return nil
}

// checkOperation checks that the operation exists and can have the effect.
func (f Fault) checkOperation() error {
	if known := wireOperations(); f.Operation != "" && known[f.Operation] == nil {
		return fmt.Errorf("a fault is for the unknown operation %q", f.Operation)
	}
	can := []string(nil)
	switch f.Effect {
	case Unprocessed:
		can = []string{"BatchGetItem", "BatchWriteItem"}
	case Conflict:
		can = []string{"PutItem", "UpdateItem", "DeleteItem", "TransactGetItems", "TransactWriteItems"}
	case InProgress:
		can = []string{"TransactWriteItems"}
	default:
		return nil
	}
	if !slices.Contains(can, f.Operation) {
		return fmt.Errorf("a fault with the effect %v needs one of the operations %s, not %q", f.Effect, strings.Join(can, ", "), f.Operation)
	}
	return nil
}
