package dynamo

import (
	"context"
	"errors"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// readLimits are those of BatchGetItem: 100 keys. The 16 MB of an answer are
// DynamoDB's to keep: it leaves the rest unprocessed.
var readLimits = chunkLimits{count: 100}

// GetAll reads the items with the given keys, any number of them, and gives them in
// the order of the keys. A key without an item is left out, and one that is given
// several times counts once, where it comes first: the result may be shorter than
// keys. It is never nil without an error.
//
// Requests hold 100 keys at most and four go out at a time. Keys that DynamoDB
// leaves unprocessed, because it throttles or the answer would be above 16 MB,
// are asked for again after a pause, with the same options, up to 8 times
// without a result. If not everything could be read the error is a
// [*BatchError] with the keys that were not, and there are no items: part of
// what was asked for cannot be told from items that are missing.
//
// Of the options, [Consistent], [Project] and [Capacity] apply.
func (r *Repository[T]) GetAll(ctx context.Context, keys []Key, opts ...ReadOption) ([]T, error) {
	var items []T
	err := r.store.getAll(ctx, keys, opts, valueAt(&items))
	return items, err
}

// getAll is GetAll; the items go to the list into.
func (s *store) getAll(ctx context.Context, keys []Key, opts []ReadOption, into reflect.Value) error {
	const op = "get all"
	get, err := s.newBatchGet(opts, len(keys))
	if err != nil {
		return s.fail(op, err)
	}
	entries, err := s.schema.distinct(keys)
	if err != nil {
		return s.fail(op, err)
	}
	cfg, _ := newBatchConfig(s.backoff, nil)
	cfg.patient = true
	b := newBatch(cfg, readLimits, get.send)
	b.run(ctx, slices.Values(entries))
	if err := batchError[Key](b, op, s.table); err != nil {
		return err
	}
	into.Set(get.compact())
	return nil
}

// distinct makes an entry of each key, once. A wrong key is an error before any
// request.
func (s *schema) distinct(keys []Key) ([]*entry, error) {
	entries := make([]*entry, 0, len(keys))
	seen := make(map[string]bool, len(keys))
	for i, k := range keys {
		e := s.keyEntry(k, i)
		if e.err != nil {
			return nil, errorf("key %d: %w", i, e.err)
		}
		if !seen[e.id] {
			seen[e.id] = true
			entries = append(entries, e)
		}
	}
	return entries, nil
}

// batchGet is a GetAll under way. Each key has a place in items, which only the
// request that the key is in writes to.
type batchGet struct {
	s     *store
	base  types.KeysAndAttributes // with the options, without the keys
	meter *meter
	items reflect.Value // by the index of the key
	found []bool
}

func (s *store) newBatchGet(opts []ReadOption, n int) (*batchGet, error) {
	cfg, err := newReadConfig(opts, "Consistent Project Capacity")
	if err != nil {
		return nil, err
	}
	if err := s.schema.forRead(cfg, nil); err != nil {
		return nil, err
	}
	return &batchGet{
		s:     s,
		meter: cfg.meter,
		items: reflect.MakeSlice(s.codec.list, n, n),
		found: make([]bool, n),
		base: types.KeysAndAttributes{
			ConsistentRead:           optionalBool(cfg.consistent),
			ProjectionExpression:     cfg.e.projection,
			ExpressionAttributeNames: cfg.e.names,
		},
	}, nil
}

// compact gives the items that were found.
func (g *batchGet) compact() reflect.Value {
	n := 0
	for i, found := range g.found {
		if !found {
			continue
		}
		if n < i {
			g.items.Index(n).Set(g.items.Index(i))
		}
		n++
	}
	return g.items.Slice(0, n)
}

// send asks for the items of one chunk. Every attempt asks with the options of
// the call, whatever the answer before it says of them.
func (g *batchGet) send(ctx context.Context, chunk []*entry) reply {
	ask := g.base
	ask.Keys = make([]item, len(chunk))
	for i, e := range chunk {
		ask.Keys[i] = e.key
	}
	a, o := newAttempt(), g.s.watchChunk(ctx, "BatchGetItem", chunk[0].attempts)
	got := g.s.codec.intake(&a.received, g.s.schema.keys, g.s.codec.newList())
	in := &dynamodb.BatchGetItemInput{
		RequestItems:           map[string]types.KeysAndAttributes{g.s.table: ask},
		ReturnConsumedCapacity: g.meter.wanted(),
	}
	out, err := g.s.client.BatchGetItem(ctx, g.s.own(in).(*dynamodb.BatchGetItemInput), a.hook, o.attach)
	var left map[string]bool
	items := 0
	if err == nil {
		items, left, err = g.take(out, got, chunk)
	}
	o.end(items, err)
	if err == nil {
		g.meter.reads(out.ConsumedCapacity)
	}
	answer := reply{verdict: a.end(ctx, err), left: left}
	answer.verdict.doubtful = false // nothing is written
	if bad := (*DecodeError)(nil); errors.As(err, &bad) {
		answer.verdict.again = false // it would not fit the next time
	}
	return answer
}

// take keeps the items of an answer, all or none, and gives their number and the
// ids of the keys that it calls unprocessed.
func (g *batchGet) take(out *dynamodb.BatchGetItemOutput, got *intake, chunk []*entry) (items int, left map[string]bool, err error) {
	if out == nil {
		return 0, nil, errEmptyBody
	}
	if got.received.any && (out.Responses == nil || out.UnprocessedKeys == nil) {
		return 0, nil, corrupt("no Responses or no UnprocessedKeys") // DynamoDB always sends both, if only {}
	}
	open := make(map[string]*entry, len(chunk)) // asked for, and not in the answer yet
	for _, e := range chunk {
		open[e.id] = e
	}
	found, err := g.keep(out, got, open)
	if err != nil {
		return 0, nil, err
	}
	left = map[string]bool{}
	for _, more := range out.UnprocessedKeys {
		for _, key := range more.Keys {
			id := g.s.schema.id(key)
			if open[id] == nil || len(key) != len(g.s.schema.keys) {
				return 0, nil, corrupt("an unprocessed key that was not asked for")
			}
			left[id] = true
		}
	}
	for _, e := range found {
		g.found[e.index] = true
	}
	return len(found), left, nil
}

// keep puts the items of an answer in their places and takes them off open. An
// item counts when the whole answer is good.
func (g *batchGet) keep(out *dynamodb.BatchGetItemOutput, got *intake, open map[string]*entry) (found []*entry, err error) {
	var raws []item
	for _, list := range out.Responses {
		raws = append(raws, list...)
	}
	if err := got.take(raws); err != nil {
		return nil, err
	}
	if got.err != nil {
		return nil, errorf("item %d of the answer: %w", got.n, got.err)
	}
	for i := range got.n {
		id := g.s.schema.id(got.key(i))
		e := open[id]
		if e == nil {
			return nil, corrupt("item %d: its key was not asked for, or came twice", i)
		}
		delete(open, id)
		g.items.Index(e.index).Set(got.into.Index(i))
		found = append(found, e)
	}
	return found, nil
}
