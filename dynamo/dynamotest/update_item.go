package dynamotest

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

type updateItemRequest struct {
	expectation
	AttributeUpdates                    updateSpecs
	TableName                           *string
	Key                                 item
	UpdateExpression                    *string
	ConditionExpression                 *string
	ExpressionAttributeNames            attributeNames
	ExpressionAttributeValues           item
	ReturnValues                        string
	ReturnValuesOnConditionCheckFailure string
	ReturnConsumedCapacity              string
	ReturnItemCollectionMetrics         string
}

func (r *updateItemRequest) table() string { return deref(r.TableName) }

func updateItem(db *DB, r *updateItemRequest) (*writeResult, *fault) {
	m, f := r.prepare()
	if f != nil {
		return nil, f
	}
	return db.write(m, reports{r.ReturnConsumedCapacity, r.ReturnItemCollectionMetrics}, func(c *change) item {
		return m.returned(r.ReturnValues, c)
	})
}

func (r *updateItemRequest) prepare() (*mutation, *fault) {
	c := &constraints{}
	c.consumed(r.ReturnConsumedCapacity)
	c.tableName("tableName", r.TableName, 1)
	c.metrics(r.ReturnItemCollectionMetrics)
	c.returnValues(r.ReturnValues)
	c.present("key", r.Key != nil)
	c.returnOnFailure(r.ReturnValuesOnConditionCheckFailure)
	r.expectation.constrain(c)
	r.AttributeUpdates.constrain(c)
	if f := c.fault(); f != nil {
		return nil, f
	}
	return newUpdate(*r.TableName, r.Key, updateOf{r.UpdateExpression, r.AttributeUpdates}, conditionOf{
		r.ConditionExpression, r.ExpressionAttributeNames, r.ExpressionAttributeValues, r.ReturnValuesOnConditionCheckFailure, r.expectation,
	})
}

func newUpdate(table string, key item, what updateOf, with conditionOf) (*mutation, *fault) {
	old := append([]parameter{{"AttributeUpdates", what.old != nil}}, with.old.parameters()...)
	if f := checkMix(old, []parameter{{"UpdateExpression", what.text != nil}, {"ConditionExpression", with.text != nil}}); f != nil {
		return nil, f
	}
	if f := checkPlaceholders(with.names, with.values,
		expressionText{"UpdateExpression", what.text}, expressionText{"ConditionExpression", with.text}); f != nil {
		return nil, f
	}
	if f := invalidFault(key.fault()); f != nil {
		return nil, f
	}
	holders, f := newPlaceholders(with.names, with.values)
	if f != nil {
		return nil, f
	}
	m := &mutation{table: table, kind: mutateUpdate, key: key}
	if what.text != nil {
		m.update, f = parseUpdate(*what.text, holders)
	} else if what.old != nil {
		m.update, f = what.old.update()
	}
	if f != nil {
		return nil, f
	}
	return with.complete(m, holders)
}

// returned picks what UpdateItem answers; nothing rather than an empty map.
func (m *mutation) returned(returnValues string, c *change) item {
	var it item
	switch returnValues {
	case "ALL_OLD":
		it = c.old
	case "ALL_NEW":
		it = c.after
	case "UPDATED_OLD":
		it = m.touched(c.old)
	case "UPDATED_NEW":
		it = m.touched(c.after)
	}
	if len(it) == 0 {
		return nil
	}
	return it
}

// touched is the part of an item that the update names; of a list all, since
// an index of the expression may mean another element after the update.
func (m *mutation) touched(it item) item {
	if m.update == nil {
		return nil
	}
	var paths []path
	for _, a := range m.update.actions {
		if _, there := a.path.find(it); there {
			paths = append(paths, a.path.beforeIndex())
		}
	}
	if paths == nil {
		return nil
	}
	return project(paths).of(it)
}

// UpdateItem is DynamoDB's UpdateItem.
func (db *DB) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	if in == nil {
		in = &dynamodb.UpdateItemInput{}
	}
	res, err := run(ctx, db, "UpdateItem", updateItem, &updateItemRequest{
		expectation: expectationFromSDK(in.Expected, in.ConditionalOperator), AttributeUpdates: updatesFromSDK(in.AttributeUpdates),
		TableName: in.TableName, Key: fromSDK(in.Key),
		UpdateExpression: in.UpdateExpression, ConditionExpression: in.ConditionExpression,
		ExpressionAttributeNames:            in.ExpressionAttributeNames,
		ExpressionAttributeValues:           fromSDK(in.ExpressionAttributeValues),
		ReturnValues:                        string(in.ReturnValues),
		ReturnValuesOnConditionCheckFailure: string(in.ReturnValuesOnConditionCheckFailure),
		ReturnConsumedCapacity:              string(in.ReturnConsumedCapacity),
		ReturnItemCollectionMetrics:         string(in.ReturnItemCollectionMetrics),
	})
	if err != nil {
		return nil, sdkError("UpdateItem", err)
	}
	return &dynamodb.UpdateItemOutput{
		Attributes: res.attributes.sdk(), ConsumedCapacity: res.capacity.sdk(), ItemCollectionMetrics: sdkCollection(res.collection),
	}, nil
}
