package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Put writes item, in place of the one with the same key if there is one.
//
// With [IfNotExists] or [If] the write happens only if the condition holds;
// otherwise the error is a [*ConditionError] with the item that is in the
// table, and matches [ErrConditionFailed].
//
// A lost answer does not make a false condition failure. The SDK would repeat
// the request blindly, find its own item in the way and report that. Here the
// repetition knows that an earlier attempt may have been applied: if the item
// in the way equals the one being put, the Put has succeeded. If it does not,
// the error is [ErrUnknownOutcome] and not ErrConditionFailed. Two writers that
// put equal items cannot be told apart by this, so an item that serves as a
// lock must hold something that is its owner's alone.
//
// Everything that DynamoDB would refuse for its form (NaN, an empty or missing
// key, an empty set) is an error before any request.
func (r *Repository[T]) Put(ctx context.Context, item T, opts ...WriteOption) error {
	w, err := r.put(&item, opts)
	if err != nil {
		return r.fail("put", err)
	}
	return r.write(ctx, w)
}

func (r *Repository[T]) put(v *T, opts []WriteOption) (*write, error) {
	cfg, err := newWriteConfig(opts, "IfNotExists", "If")
	if err != nil {
		return nil, err
	}
	item, err := r.codec.encode(v)
	if err != nil {
		return nil, err
	}
	key, err := r.schema.keyOfItem(item)
	if err != nil {
		return nil, err
	}
	e, err := r.schema.forWrite(cfg)
	if err != nil {
		return nil, err
	}
	in := &dynamodb.PutItemInput{
		TableName:                           aws.String(r.table),
		Item:                                item,
		ConditionExpression:                 e.condition,
		ExpressionAttributeNames:            e.names,
		ExpressionAttributeValues:           e.values,
		ReturnValuesOnConditionCheckFailure: oldItemIf(e.condition),
	}
	return &write{
		op:          "put",
		key:         key,
		item:        item,
		conditional: e.condition != nil,
		send: func(ctx context.Context, hook func(*dynamodb.Options)) error {
			_, err := r.client.PutItem(ctx, in, hook)
			return err
		},
	}, nil
}

// oldItemIf asks for the item in the table if there is a condition to fail.
func oldItemIf(condition *string) types.ReturnValuesOnConditionCheckFailure {
	if condition == nil {
		return ""
	}
	return types.ReturnValuesOnConditionCheckFailureAllOld
}
