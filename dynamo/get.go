package dynamo

import (
	"context"

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
	e, err := r.schema.forRead(cfg)
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
	got, err := r.schema.keyOfItem(answer.Item)
	switch {
	case err != nil:
		return corrupt("%w", err)
	case !sameItem(got, want):
		return corrupt("an item with another key")
	}
	return r.codec.decode(answer.Item, out)
}

func itemsIn(answer *dynamodb.GetItemOutput) int {
	if answer == nil || answer.Item == nil {
		return 0
	}
	return 1
}
