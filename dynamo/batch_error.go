package dynamo

import (
	"fmt"
	"iter"
)

// BatchError is the error of [Repository.PutAll], where V is T, and of
// [Repository.DeleteAll] and [Repository.GetAll], where V is [Key]: it says
// exactly what was not done.
//
//	var left *dynamo.BatchError[User]
//	if errors.As(err, &left) {
//		err = users.PutAll(ctx, left.Values()) // once more
//	}
//
// It matches [ErrUnknownOutcome] if one of the leftovers may have been written
// all the same, and everything that Err matches.
type BatchError[V any] struct {
	Operation string // "put all", "delete all" or "get all"
	Table     string
	Taken     int           // values taken from the sequence; those after them were never seen
	Done      int           // of these, how many are done or superseded by a later one with the same key
	Left      []Leftover[V] // the others, in the order of the sequence
	Err       error         // what ended the batch, or else the reason of the first leftover
}

// Leftover is one value that was not written, or not read.
type Leftover[V any] struct {
	_        uncompared
	Value    V
	Index    int   // its place in the sequence, from 0
	Doubtful bool  // an attempt whose answer was lost may have written it, or what it took the place of
	Err      error // why it was given up; nil if the batch ended before
}

// Values are the leftovers, ready to be given to the same method again.
func (e *BatchError[V]) Values() iter.Seq[V] {
	return func(yield func(V) bool) {
		for _, l := range e.Left {
			if !yield(l.Value) {
				return
			}
		}
	}
}

// Error counts what is left and names the cause. It shows no value.
func (e *BatchError[V]) Error() string {
	return batchErrorText(e.Operation, e.Table, len(e.Left), e.Taken, e.Err)
}

// batchErrorText is linked once, not for each V.
//
//go:noinline
func batchErrorText(operation, table string, left, taken int, err error) string {
	return fmt.Sprintf("dynamo: %s %s: %d of %d not done: %v", operation, table, left, taken, err)
}

// Is reports a match with [ErrUnknownOutcome] if a leftover is doubtful.
func (e *BatchError[V]) Is(target error) bool {
	if target != ErrUnknownOutcome {
		return false
	}
	for i := range e.Left {
		if e.Left[i].Doubtful {
			return true
		}
	}
	return false
}

// Unwrap gives the cause.
func (e *BatchError[V]) Unwrap() error { return e.Err }

// batchError is what a batch of entries with values of type *V came to: nil if
// everything is done.
func batchError[V any](b *batch, operation, table string) error {
	left := b.leftovers()
	if b.fatal == nil && len(left) == 0 {
		return nil
	}
	out := &BatchError[V]{Operation: operation, Table: table, Taken: b.taken, Done: b.done, Err: b.cause(left)}
	for _, e := range left {
		out.Left = append(out.Left, Leftover[V]{Value: *e.value.(*V), Index: e.index, Doubtful: e.doubtful, Err: why(e.err)})
	}
	return out
}

// cause is what ended the batch, or else the reason of the first leftover.
func (b *batch) cause(left []*entry) error {
	if b.fatal != nil {
		return why(b.fatal)
	}
	return errorf("value %d: %w", left[0].index, why(left[0].err))
}

// why is err as it is shown, and matches [ErrThrottled] if it is that.
func why(err error) error {
	if err = discreet(err); throttled(err) {
		return errorf("%w: %w", ErrThrottled, err)
	}
	return err
}
