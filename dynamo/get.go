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
	err := r.reread(ctx, func() error { return r.get(ctx, key, opts, &out) })
	if err != nil {
		var zero T
		return zero, r.fail("get", err)
	}
	return out, nil
}

func (r *Repository[T]) get(ctx context.Context, key Key, opts []ReadOption, out *T) error {
	cfg, err := newReadConfig(opts, "Consistent", "Project", "Capacity")
	if err != nil {
		return err
	}
	want, err := r.schema.encodeKey(key)
	if err != nil {
		return err
	}
	e, err := r.schema.forRead(cfg, nil)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	a := r.codec.intake(new(received), r.schema.keyAttrs(), reflect.ValueOf(out).Elem())
	o := r.watch(ctx, "GetItem")
	raw, err := r.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:                aws.String(r.table),
		Key:                      want,
		ConsistentRead:           optionalBool(cfg.consistent),
		ProjectionExpression:     e.projection,
		ExpressionAttributeNames: e.names,
		ReturnConsumedCapacity:   cfg.meter.wanted(),
	}, a.hook, o.hook)
	if err == nil {
		err = a.takeItem(raw)
	}
	o.end(a.n, err)
	if err != nil {
		return err
	}
	cfg.meter.reads(orNone(raw.ConsumedCapacity))
	switch {
	case !a.some:
		return ErrNotFound
	case a.err != nil:
		return a.err
	}
	return r.isOwn(a.key(0), want)
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
func (r *Repository[T]) isOwn(raw, key item) error {
	got, err := r.schema.keyOfItem(raw)
	switch {
	case err != nil:
		return corrupt("%w", err)
	case !sameItem(got, key):
		return corrupt("an item with another key")
	}
	return nil
}

// readOwn decodes an item that must have that key.
func (r *Repository[T]) readOwn(raw, key item, into *T) error {
	if err := r.isOwn(raw, key); err != nil {
		return err
	}
	return r.decode(raw, into)
}

// decode fills into, a zero T.
func (r *Repository[T]) decode(raw item, into *T) error {
	return r.codec.decode(raw, reflect.ValueOf(into).Elem())
}
