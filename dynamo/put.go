package dynamo

import (
	"context"
	"reflect"

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
// If T has a field tagged version, that is a condition as well: an item of
// version 0 must not be in the table yet, or have no version there; one of
// version n must be there with version n. What is written has the next version.
// So of two writers that have read the same item only one succeeds, and an item
// that was deleted meanwhile is not brought back. The item in the caller's hands
// keeps the old version, and another Put of it fails, unless [Stored] is given.
//
// Fields tagged created and updated are set to the time of the [Clock], created
// only if it is zero: an item that has been read keeps it. Templated keys are
// made of their attributes. [Stored] gives the item as it was written.
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
//
// Of the options, all but [IfVersion] apply.
func (r *Repository[T]) Put(ctx context.Context, item T, opts ...WriteOption) error {
	return r.store.put(ctx, valueAt(&item), opts)
}

// put is Put of v, which is the caller's copy of the item.
func (s *store) put(ctx context.Context, v reflect.Value, opts []WriteOption) error {
	w, err := s.newPut(v, opts, s.asText)
	if err != nil {
		return s.fail("put", err)
	}
	if _, err = s.write(ctx, w); err != nil {
		return err
	}
	w.cfg.store(v)
	return nil
}

// store gives the option Stored what it wants.
func (w *writeConfig) store(v reflect.Value) {
	if w.stored != nil {
		reflect.ValueOf(w.stored).Elem().Set(v)
	}
}

// newPut makes a Put of v, which is written here if asText is set and it is not
// for a transaction.
func (s *store) newPut(v reflect.Value, opts []WriteOption, asText bool) (*write, error) {
	cfg, err := newWriteConfig(opts, "IfNotExists If Old Stored Once Capacity")
	if err != nil {
		return nil, err
	}
	if err := checkTarget("Stored", cfg.stored, s.schema.typ); err != nil {
		return nil, err
	}
	asText = asText && cfg.token == ""
	put, err := s.encodeItem(v, asText, nil)
	if err != nil {
		return nil, err
	}
	cfg.guarded, cfg.guard = s.schema.version != nil, put.version
	if err := s.schema.forWrite(cfg); err != nil {
		return nil, err
	}
	e := &cfg.e
	w, err := s.newWrite("put", put.key, cfg, e.condition)
	if err != nil {
		return nil, err
	}
	in := &dynamodb.PutItemInput{
		TableName:                           aws.String(s.table), // a middleware may write to it
		Item:                                put.item,
		ConditionExpression:                 e.condition,
		ExpressionAttributeNames:            e.names,
		ExpressionAttributeValues:           e.values,
		ReturnValues:                        oldIf(cfg),
		ReturnValuesOnConditionCheckFailure: oldItemIf(e.condition),
		ReturnConsumedCapacity:              cfg.meter.wanted(),
	}
	w.operation, w.in, w.put = "PutItem", in, put
	w.applied = func(now item) bool { return sameItem(w.put.whole(), now) }
	if asText {
		in.Item = noItem
		w.body = func(in any) string {
			room := s.codec.room()
			return s.codec.written(room, putBody(*room, in.(*dynamodb.PutItemInput), w.put.text))
		}
	}
	w.send = func(ctx context.Context, opts ...func(*dynamodb.Options)) (written, error) {
		out, err := s.client.PutItem(ctx, s.own(in).(*dynamodb.PutItemInput), opts...)
		if err != nil || out == nil {
			return written{}, err
		}
		return written{out.Attributes, out.ConsumedCapacity}, nil
	}
	w.complete(s)
	return w, nil
}

// oldItemIf asks for the item in the table if there is a condition to fail.
func oldItemIf(condition *string) types.ReturnValuesOnConditionCheckFailure {
	if condition == nil {
		return ""
	}
	return types.ReturnValuesOnConditionCheckFailureAllOld
}

// oldIf asks for the item that is replaced or removed if it is wanted.
func oldIf(cfg *writeConfig) types.ReturnValue {
	if cfg.old == nil {
		return ""
	}
	return types.ReturnValueAllOld
}
