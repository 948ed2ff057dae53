package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Delete removes the item with the given key. Without a condition it succeeds
// even if there is none.
//
// With [If] or [IfVersion] the item is removed only if the condition holds;
// otherwise the error is a [*ConditionError] with the item that is in the table,
// and matches [ErrConditionFailed]. If an answer was lost and the repetition
// finds that the condition does not hold, it cannot be known whether this call
// removed the item or another one did: the error is [ErrUnknownOutcome].
//
// Without IfVersion an item is removed whatever its version is.
//
// Of the options, [If], [IfVersion], [Old], [Once] and [Capacity] apply.
func (r *Repository[T]) Delete(ctx context.Context, key Key, opts ...WriteOption) error {
	w, err := r.delete(key, opts)
	if err != nil {
		return r.fail("delete", err)
	}
	_, err = r.write(ctx, w)
	return err
}

func (r *Repository[T]) delete(k Key, opts []WriteOption) (*write, error) {
	cfg, err := newWriteConfig(opts, "If", "IfVersion", "Old", "Once", "Capacity")
	if err != nil {
		return nil, err
	}
	key, err := r.schema.encodeKey(k)
	if err != nil {
		return nil, err
	}
	e, err := r.schema.forWrite(cfg)
	if err != nil {
		return nil, err
	}
	w, err := r.newWrite("delete", key, cfg, e.condition)
	if err != nil {
		return nil, err
	}
	in := &dynamodb.DeleteItemInput{
		TableName:                           aws.String(r.table),
		Key:                                 key,
		ConditionExpression:                 e.condition,
		ExpressionAttributeNames:            e.names,
		ExpressionAttributeValues:           e.values,
		ReturnValues:                        oldIf(cfg),
		ReturnValuesOnConditionCheckFailure: oldItemIf(e.condition),
		ReturnConsumedCapacity:              cfg.meter.wanted(),
	}
	w.operation = "DeleteItem"
	w.send = func(ctx context.Context, opts ...func(*dynamodb.Options)) (written, error) {
		out, err := r.client.DeleteItem(ctx, in, opts...)
		if err != nil || out == nil {
			return written{}, err
		}
		return written{out.Attributes, orNone(out.ConsumedCapacity)}, nil
	}
	w.once(r.client, types.TransactWriteItem{Delete: &types.Delete{
		TableName:                           in.TableName,
		Key:                                 in.Key,
		ConditionExpression:                 in.ConditionExpression,
		ExpressionAttributeNames:            in.ExpressionAttributeNames,
		ExpressionAttributeValues:           in.ExpressionAttributeValues,
		ReturnValuesOnConditionCheckFailure: in.ReturnValuesOnConditionCheckFailure,
	}})
	return w, nil
}
