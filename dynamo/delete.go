package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Delete removes the item with the given key. Without a condition it succeeds
// even if there is none.
//
// With [If] the item is removed only if the condition holds; otherwise the
// error is a [*ConditionError] with the item that is in the table, and matches
// [ErrConditionFailed]. If an answer was lost and the repetition finds that the
// condition does not hold, it cannot be known whether this call removed the
// item or another one did: the error is [ErrUnknownOutcome].
func (r *Repository[T]) Delete(ctx context.Context, key Key, opts ...WriteOption) error {
	w, err := r.delete(key, opts)
	if err != nil {
		return r.fail("delete", err)
	}
	return r.write(ctx, w)
}

func (r *Repository[T]) delete(k Key, opts []WriteOption) (*write, error) {
	cfg, err := newWriteConfig(opts, "If")
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
	in := &dynamodb.DeleteItemInput{
		TableName:                           aws.String(r.table),
		Key:                                 key,
		ConditionExpression:                 e.condition,
		ExpressionAttributeNames:            e.names,
		ExpressionAttributeValues:           e.values,
		ReturnValuesOnConditionCheckFailure: oldItemIf(e.condition),
	}
	return &write{
		op:          "delete",
		key:         key,
		conditional: e.condition != nil,
		send: func(ctx context.Context, hook func(*dynamodb.Options)) error {
			_, err := r.client.DeleteItem(ctx, in, hook)
			return err
		},
	}, nil
}
