package dynamotest

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

type deleteItemRequest struct {
	expectation
	TableName                           *string
	Key                                 item
	ConditionExpression                 *string
	ExpressionAttributeNames            attributeNames
	ExpressionAttributeValues           item
	ReturnValues                        string
	ReturnValuesOnConditionCheckFailure string
	ReturnConsumedCapacity              string
	ReturnItemCollectionMetrics         string
}

func (r *deleteItemRequest) table() string { return deref(r.TableName) }

func deleteItem(db *DB, r *deleteItemRequest) (*writeResult, *fault) {
	m, f := r.prepare()
	if f != nil {
		return nil, f
	}
	return db.write(m, reports{r.ReturnConsumedCapacity, r.ReturnItemCollectionMetrics}, oldIf(r.ReturnValues == "ALL_OLD"))
}

func (r *deleteItemRequest) prepare() (*mutation, *fault) {
	c := &constraints{}
	c.consumed(r.ReturnConsumedCapacity)
	c.tableName("tableName", r.TableName, 1)
	c.present("key", r.Key != nil)
	c.returnValues(r.ReturnValues)
	c.metrics(r.ReturnItemCollectionMetrics)
	c.returnOnFailure(r.ReturnValuesOnConditionCheckFailure)
	r.expectation.constrain(c)
	if f := c.fault(); f != nil {
		return nil, f
	}
	if f := checkReturnOldOrNone(r.ReturnValues); f != nil {
		return nil, f
	}
	return newDelete(mutateDelete, *r.TableName, r.Key, conditionOf{
		r.ConditionExpression, r.ExpressionAttributeNames, r.ExpressionAttributeValues, r.ReturnValuesOnConditionCheckFailure, r.expectation,
	})
}

// newDelete makes the mutation of a delete, or of a transaction's ConditionCheck.
func newDelete(kind mutationKind, table string, key item, with conditionOf) (*mutation, *fault) {
	if f := with.check(); f != nil {
		return nil, f
	}
	if f := invalidFault(key.fault()); f != nil {
		return nil, f
	}
	holders, f := newPlaceholders(with.names, with.values)
	if f != nil {
		return nil, f
	}
	return with.complete(&mutation{table: table, kind: kind, key: key}, holders)
}

// DeleteItem is DynamoDB's DeleteItem.
func (db *DB) DeleteItem(ctx context.Context, in *dynamodb.DeleteItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	if in == nil {
		in = &dynamodb.DeleteItemInput{}
	}
	res, err := run(ctx, db, "DeleteItem", deleteItem, &deleteItemRequest{
		expectation: expectationFromSDK(in.Expected, in.ConditionalOperator),
		TableName:   in.TableName, Key: fromSDK(in.Key), ConditionExpression: in.ConditionExpression,
		ExpressionAttributeNames:            in.ExpressionAttributeNames,
		ExpressionAttributeValues:           fromSDK(in.ExpressionAttributeValues),
		ReturnValues:                        string(in.ReturnValues),
		ReturnValuesOnConditionCheckFailure: string(in.ReturnValuesOnConditionCheckFailure),
		ReturnConsumedCapacity:              string(in.ReturnConsumedCapacity),
		ReturnItemCollectionMetrics:         string(in.ReturnItemCollectionMetrics),
	})
	if err != nil {
		return nil, sdkError("DeleteItem", err)
	}
	return &dynamodb.DeleteItemOutput{
		Attributes: res.attributes.sdk(), ConsumedCapacity: res.capacity.sdk(), ItemCollectionMetrics: sdkCollection(res.collection),
	}, nil
}
