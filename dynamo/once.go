package dynamo

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

const maxToken = 36 // "TransactWriteItems", ClientRequestToken

// Once makes a write happen once or not at all, whatever becomes of answers: a
// counter that counts right. The write is sent as a transaction of one item with
// a token by which DynamoDB knows repetitions for ten minutes, so that it can be
// repeated until there is an answer; later than that it is not, and the error is
// [ErrUnknownOutcome]. This costs twice the write capacity, and
// DynamoDB answers no item, neither old nor new: Update returns a zero T, and
// [Old] does not apply.
//
// The token is random and the call's own: another call is another write. With a
// token of the caller's, of 1 to 36 characters, the same write can be asked for
// again by another call, as when an event is delivered twice: it is then done
// already, without an error. Another write under the same token is refused by
// DynamoDB (IdempotentParameterMismatchException), and the same call is another
// write if T has fields tagged created or updated and the time is another.
func Once(token ...string) WriteOption {
	return writeOption(func(w *writeConfig) {
		w.use("Once")
		w.asOnly = sendOnly
		switch {
		case len(token) == 0:
			w.token = rand.Text()
		case len(token) > 1 || token[0] == "" || len(token[0]) > maxToken:
			w.bad(errors.New("Once takes one token of 1 to 36 characters"))
		default:
			w.token = token[0]
		}
	})
}

var errOnceOld = errors.New("options Once and Old exclude each other: a transaction answers no item")

// sendOnly has a write sent as the only one of a transaction.
func sendOnly(s *store, w *write) {
	w.operation, w.repeat, w.resend, w.certain = "TransactWriteItems", true, true, true
	in := &dynamodb.TransactWriteItemsInput{
		ClientRequestToken:     aws.String(w.cfg.token),
		TransactItems:          []types.TransactWriteItem{w.transact()},
		ReturnConsumedCapacity: w.cfg.meter.wanted(),
	}
	w.send = func(ctx context.Context, opts ...func(*dynamodb.Options)) (written, error) {
		out, err := s.client.TransactWriteItems(ctx, s.own(in).(*dynamodb.TransactWriteItemsInput), opts...)
		if err != nil || out == nil {
			return written{}, asConditionFailed(err)
		}
		var total float64
		for _, one := range out.ConsumedCapacity {
			total += aws.ToFloat64(one.CapacityUnits)
		}
		return written{capacity: &types.ConsumedCapacity{CapacityUnits: &total}}, nil
	}
}

// asConditionFailed makes a transaction that was canceled for its condition what
// a single write would have been.
func asConditionFailed(err error) error {
	var canceled *types.TransactionCanceledException
	if !errors.As(err, &canceled) || len(canceled.CancellationReasons) != 1 {
		return err
	}
	reason := canceled.CancellationReasons[0]
	if aws.ToString(reason.Code) != "ConditionalCheckFailed" {
		return err
	}
	return errors.Join(&types.ConditionalCheckFailedException{Message: reason.Message, Item: reason.Item}, err)
}

// transact is the write as part of a transaction.
func (w *write) transact() types.TransactWriteItem {
	switch in := w.in.(type) {
	case *dynamodb.PutItemInput:
		return types.TransactWriteItem{Put: &types.Put{
			TableName:                           in.TableName,
			Item:                                in.Item,
			ConditionExpression:                 in.ConditionExpression,
			ExpressionAttributeNames:            in.ExpressionAttributeNames,
			ExpressionAttributeValues:           in.ExpressionAttributeValues,
			ReturnValuesOnConditionCheckFailure: in.ReturnValuesOnConditionCheckFailure,
		}}
	case *dynamodb.UpdateItemInput:
		return types.TransactWriteItem{Update: &types.Update{
			TableName:                           in.TableName,
			Key:                                 in.Key,
			UpdateExpression:                    in.UpdateExpression,
			ConditionExpression:                 in.ConditionExpression,
			ExpressionAttributeNames:            in.ExpressionAttributeNames,
			ExpressionAttributeValues:           in.ExpressionAttributeValues,
			ReturnValuesOnConditionCheckFailure: in.ReturnValuesOnConditionCheckFailure,
		}}
	case *dynamodb.DeleteItemInput:
		return types.TransactWriteItem{Delete: &types.Delete{
			TableName:                           in.TableName,
			Key:                                 in.Key,
			ConditionExpression:                 in.ConditionExpression,
			ExpressionAttributeNames:            in.ExpressionAttributeNames,
			ExpressionAttributeValues:           in.ExpressionAttributeValues,
			ReturnValuesOnConditionCheckFailure: in.ReturnValuesOnConditionCheckFailure,
		}}
	}
	panic("a write of an unknown kind")
}
