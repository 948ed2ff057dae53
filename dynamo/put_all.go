package dynamo

import (
	"context"
	"iter"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// PutAll writes all items of a sequence, in place of those with the same keys,
// with as few requests as there can be. The sequence may be of any length; it is
// read in the goroutine of the call, as fast as the items can be written, and a
// few hundred are held at a time.
//
// Requests hold 25 items or 16 MB at most and go out several at a time, see
// [Parallel]. What DynamoDB leaves unprocessed or throttles, and what was in a
// request whose answer is lost, is sent again after a pause, see [Attempts] and
// [Backoff]. Of items with the same key the last one wins, and they reach the
// table in their order.
//
// If not everything was written the error is a [*BatchError] with exactly the
// items that were not, and which of them are doubtful. An item that cannot be
// written (no key, NaN, above 400 KB) is one of them and does not keep the
// others from being written; neither does one that only DynamoDB can refuse,
// such as one with a wrong type for an index. The batch ends when the context
// does, when a request is refused for another reason, or when nothing at all
// gets through; then the sequence is not read any further.
//
// A batch knows no conditions, so it cannot keep the promise of a version
// field: PutAll of a type with one is an error, nothing is sent. Use Put, or a
// transaction.
func (r *Repository[T]) PutAll(ctx context.Context, items iter.Seq[T], opts ...BatchOption) error {
	const op = "put all"
	b, err := r.store.newPutAll(opts)
	if err != nil {
		return r.store.fail(op, err)
	}
	b.run(ctx, func(yield func(*entry) bool) {
		index, room := 0, item{}
		for v := range items {
			if !yield(r.store.putEntry(&v, valueAt(&v), index, room)) {
				return
			}
			index++
		}
	})
	return batchError[T](b, op, r.store.table)
}

func (s *store) newPutAll(opts []BatchOption) (*batch, error) {
	cfg, err := newBatchConfig(s.backoff, opts)
	if err == nil {
		err = s.unversioned()
	}
	if err != nil {
		return nil, err
	}
	return newBatch(cfg, writeLimits, s.writeSender(cfg)), nil
}

// putEntry prepares a put of v, which value points to. What is wrong with it is
// in the entry. Its key is needed for a moment only, and goes to room.
func (s *store) putEntry(value any, v reflect.Value, index int, room item) *entry {
	e := &entry{value: value, index: index}
	if s.schema.stamps() { // value is what the caller gave, and stays that
		stamped := reflect.New(s.schema.typ).Elem()
		stamped.Set(v)
		v = stamped
	}
	put, err := s.encodeItem(v, s.asText, room)
	if e.err = err; err != nil {
		return e
	}
	e.item, e.text, e.id = put.item, put.text, s.schema.id(put.key)
	if e.size = len(e.text); e.item != nil {
		e.size = wireSize(e.item)
	}
	if e.size > maxItemBytes { // it takes more on the wire than in the table
		e.err = checkSize(put.whole())
	}
	return e
}

func (e *entry) writeRequest() types.WriteRequest {
	if e.item != nil {
		return types.WriteRequest{PutRequest: &types.PutRequest{Item: e.item}}
	}
	return types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: e.key}}
}

// unversioned refuses types whose writes all need a condition.
func (s *store) unversioned() error {
	if s.schema.version == nil {
		return nil
	}
	return errorf("type %v has a version (field %s), which a batch cannot guard", s.schema.typ, s.schema.version.path)
}
