package dynamo

import (
	"context"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Get reads the item with the given key. If there is none the error matches
// [ErrNotFound]; an answer that cannot be right, such as the item of another
// key, matches [ErrCorruptResponse].
//
// Of the options, [Consistent], [Project] and [Capacity] apply.
func (r *Repository[T]) Get(ctx context.Context, key Key, opts ...ReadOption) (T, error) {
	var out T
	err := r.store.get(ctx, key, opts, valueAt(&out))
	return out, err
}

// get is Get; the item goes to into, which stays zero after an error.
func (s *store) get(ctx context.Context, key Key, opts []ReadOption, into reflect.Value) error {
	err := s.getOnce(ctx, key, opts, into)
	for attempt := 1; s.reread(ctx, attempt, err); attempt++ {
		err = s.getOnce(ctx, key, opts, into)
	}
	if err != nil {
		into.SetZero()
		return s.fail("get", err)
	}
	return nil
}

func (s *store) getOnce(ctx context.Context, key Key, opts []ReadOption, into reflect.Value) error {
	cfg, err := newReadConfig(opts, "Consistent Project Capacity")
	if err != nil {
		return err
	}
	want, err := s.schema.encodeKey(key)
	if err != nil {
		return err
	}
	if err := s.schema.forRead(cfg, nil); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	a := s.codec.intake(new(received), s.schema.keys, into)
	o := s.watch(ctx, "GetItem")
	in := &dynamodb.GetItemInput{
		TableName:                aws.String(s.table),
		Key:                      want,
		ConsistentRead:           optionalBool(cfg.consistent),
		ProjectionExpression:     cfg.e.projection,
		ExpressionAttributeNames: cfg.e.names,
		ReturnConsumedCapacity:   cfg.meter.wanted(),
	}
	raw, err := s.client.GetItem(ctx, s.own(in).(*dynamodb.GetItemInput), a.received.hook, o.attach)
	if err == nil {
		err = a.takeItem(raw)
	}
	o.end(a.n, err)
	if err != nil {
		return err
	}
	cfg.meter.read(raw.ConsumedCapacity)
	switch {
	case !a.some:
		return ErrNotFound
	case a.err != nil:
		return a.err
	}
	return s.isOwn(a.key(0), want)
}

// takeItem is take for an answer of one item.
func (a *intake) takeItem(out *dynamodb.GetItemOutput) error {
	switch {
	case out == nil:
		return errEmptyBody
	case out.Item == nil:
		return a.take(nil)
	}
	return a.take([]item{out.Item})
}

// isOwn refuses an item whose key is not that one.
func (s *store) isOwn(raw, key item) error {
	got, err := s.schema.keyOfItem(raw)
	switch {
	case err != nil:
		return corrupt("%w", err)
	case !sameItem(got, key):
		return corrupt("an item with another key")
	}
	return nil
}

// readOwn decodes an item that must have that key. into must be zero.
func (s *store) readOwn(raw, key item, into reflect.Value) error {
	if err := s.isOwn(raw, key); err != nil {
		return err
	}
	return s.codec.decode(raw, into)
}
