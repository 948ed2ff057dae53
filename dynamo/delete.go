package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
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
	return r.store.delete(ctx, key, opts)
}

func (s *store) delete(ctx context.Context, key Key, opts []WriteOption) error {
	w, err := s.newDelete(key, opts)
	if err != nil {
		return s.fail("delete", err)
	}
	_, err = s.write(ctx, w)
	return err
}

func (s *store) newDelete(k Key, opts []WriteOption) (*write, error) {
	cfg, err := newWriteConfig(opts, "If IfVersion Old Once Capacity")
	if err != nil {
		return nil, err
	}
	key, err := s.schema.encodeKey(k)
	if err != nil {
		return nil, err
	}
	if err := s.schema.forWrite(cfg); err != nil {
		return nil, err
	}
	e := &cfg.e
	w, err := s.newWrite("delete", key, cfg, e.condition)
	if err != nil {
		return nil, err
	}
	in := &dynamodb.DeleteItemInput{
		TableName:                           aws.String(s.table),
		Key:                                 key,
		ConditionExpression:                 e.condition,
		ExpressionAttributeNames:            e.names,
		ExpressionAttributeValues:           e.values,
		ReturnValues:                        oldIf(cfg),
		ReturnValuesOnConditionCheckFailure: oldItemIf(e.condition),
		ReturnConsumedCapacity:              cfg.meter.wanted(),
	}
	w.operation, w.in = "DeleteItem", in
	w.send = func(ctx context.Context, opts ...func(*dynamodb.Options)) (written, error) {
		out, err := s.client.DeleteItem(ctx, s.own(in).(*dynamodb.DeleteItemInput), opts...)
		if err != nil || out == nil {
			return written{}, err
		}
		return written{out.Attributes, out.ConsumedCapacity}, nil
	}
	w.complete(s)
	return w, nil
}
