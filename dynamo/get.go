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
	err := r.get(ctx, key, opts, &out)
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
	var body received
	o := r.watch(ctx, "GetItem")
	answer, err := r.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:                aws.String(r.table),
		Key:                      want,
		ConsistentRead:           optionalBool(cfg.consistent),
		ProjectionExpression:     e.projection,
		ExpressionAttributeNames: e.names,
		ReturnConsumedCapacity:   cfg.meter.wanted(),
	}, body.hook, o.hook)
	o.end(itemsIn(answer), err)
	if err != nil {
		return err
	}
	if answer == nil || body.empty() {
		return errEmptyBody
	}
	cfg.meter.reads(orNone(answer.ConsumedCapacity))
	if answer.Item == nil {
		return ErrNotFound
	}
	return r.readOwn(answer.Item, want, out)
}

// readOwn decodes an item that must have that key.
func (r *Repository[T]) readOwn(raw, key item, into *T) error {
	got, err := r.schema.keyOfItem(raw)
	switch {
	case err != nil:
		return corrupt("%w", err)
	case !sameItem(got, key):
		return corrupt("an item with another key")
	}
	return r.decode(raw, into)
}

// decode fills into, a zero T.
func (r *Repository[T]) decode(raw item, into *T) error {
	if err := r.codec.decode(raw, into); err != nil {
		return err
	}
	return r.schema.unfill(reflect.ValueOf(into).Elem())
}

func itemsIn(answer *dynamodb.GetItemOutput) int {
	if answer == nil || answer.Item == nil {
		return 0
	}
	return 1
}
