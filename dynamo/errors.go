package dynamo

import (
	"errors"
	"fmt"
	"reflect"
)

// The errors to branch on, with [errors.Is]. The errors that methods return
// name operation and table and wrap the cause, so that [errors.As] finds the
// SDK's types and errors.Is the context's errors. None prints a key or a value
// of an item.
var (
	// ErrNotFound: there is no item with that key.
	ErrNotFound = errors.New("item not found")

	// ErrConditionFailed: the condition of a write did not hold, and nothing
	// was written. The error is a [*ConditionError].
	ErrConditionFailed = errors.New("condition failed")

	// ErrCursor: a page cursor is forged, damaged, or made for something else.
	// Nothing was sent to DynamoDB.
	ErrCursor = errors.New("invalid cursor")

	// ErrUnknownOutcome: a write failed in such a way (a lost or empty answer, an
	// error 500, the context's end in mid-request) that it may have been applied or
	// not. A Put or Delete without condition may simply be repeated.
	ErrUnknownOutcome = errors.New("outcome unknown")

	// ErrThrottled: DynamoDB refused the last attempt because the table, an index
	// or the account takes no more at the moment.
	ErrThrottled = errors.New("throttled")

	// ErrCorruptResponse: an answer that DynamoDB cannot have meant, such as an
	// item without its key.
	ErrCorruptResponse = errors.New("corrupt response")
)

// ConditionError is the error of a write whose condition did not hold. It
// matches [ErrConditionFailed], and unwraps to the SDK's
// [*types.ConditionalCheckFailedException].
//
//	var failed *dynamo.ConditionError[User]
//	if errors.As(err, &failed) && failed.Old != nil { … }
type ConditionError[T any] struct {
	_         uncompared
	Operation string // "put", "update" or "delete"
	Table     string
	Old       *T   // the item that is in the table; nil if there is none, or if Err says that it could not be read
	Missing   bool // there is no item with that key
	Err       error
}

// Error names operation and table.
func (e *ConditionError[T]) Error() string {
	return conditionErrorText(e.Operation, e.Table)
}

// conditionErrorText is linked once, not for each T.
//
//go:noinline
func conditionErrorText(operation, table string) string {
	return "dynamo: " + operation + " " + table + ": " + ErrConditionFailed.Error()
}

// Is reports a match with [ErrConditionFailed].
func (e *ConditionError[T]) Is(target error) bool { return target == ErrConditionFailed }

// Unwrap gives the SDK's error.
func (e *ConditionError[T]) Unwrap() error { return e.Err }

// DecodeError says which attribute of an item did not fit into its field.
type DecodeError struct {
	_         uncompared
	Attribute string       // its path, such as "lines[2].price"; "" if the item as a whole did not fit. Names in a Go map are data: "scores[…]"
	Kind      string       // DynamoDB's name of its kind: S, N, M …; "name" for a name that is no key of a Go map
	Type      reflect.Type // the Go type that was to take it
	Err       error        // of an Unmarshaler or of time.Parse, and may quote the value; nil if Kind and Type say it all
}

// Error names attribute and types. It leaves out the text of Err, which may
// quote the value.
func (e *DecodeError) Error() string {
	if e.Attribute == "" {
		return fmt.Sprintf("cannot decode %s into %v", e.Kind, e.Type)
	}
	return fmt.Sprintf("attribute %q: cannot decode %s into %v", e.Attribute, e.Kind, e.Type)
}

// Unwrap gives Err.
func (e *DecodeError) Unwrap() error { return e.Err }

// conditionError makes a ConditionError; old is a *T, or nil.
func conditionError[T any](operation, table string, old any, missing bool, err error) error {
	e := &ConditionError[T]{Operation: operation, Table: table, Missing: missing, Err: err}
	e.Old, _ = old.(*T)
	return e
}

func corrupt(format string, args ...any) error {
	return errorf("%w: %w", ErrCorruptResponse, errorf(format, args...))
}

// uncompared is in structs that nobody compares, for each of which the compiler would write how to: 300 bytes.
type uncompared [0]func()

// errorf is fmt.Errorf, which the compiler would put into each of its many
// callers: 10 KB of them. So it would errors.New, where errorf without arguments
// is the same.
//
//go:noinline
func errorf(format string, args ...any) error { return fmt.Errorf(format, args...) }
