package dynamo

import (
	"context"
	"iter"
)

// DeleteAll removes the items with the given keys; keys without an item are no
// error. It sends, repeats and reports as [Repository.PutAll] does; the error is a
// [*BatchError] with the keys whose items were not removed.
//
// A batch knows no conditions: items go whatever their version is.
func (r *Repository[T]) DeleteAll(ctx context.Context, keys iter.Seq[Key], opts ...BatchOption) error {
	return r.store.deleteAll(ctx, keys, opts)
}

func (s *store) deleteAll(ctx context.Context, keys iter.Seq[Key], opts []BatchOption) error {
	const op = "delete all"
	cfg, err := newBatchConfig(s.backoff, opts)
	if err != nil {
		return s.fail(op, err)
	}
	b := newBatch(cfg, writeLimits, s.writeSender(cfg))
	b.run(ctx, func(yield func(*entry) bool) {
		index := 0
		for k := range keys {
			if !yield(s.schema.keyEntry(k, index)) {
				return
			}
			index++
		}
	})
	return batchError[Key](b, op, s.table)
}

// keyEntry prepares one key. What is wrong with it is in the entry.
func (s *schema) keyEntry(k Key, index int) *entry {
	e := &entry{value: &k, index: index}
	if e.key, e.err = s.encodeKey(k); e.err != nil {
		return e
	}
	e.id = s.id(e.key)
	e.size = wireSize(e.key)
	return e
}
