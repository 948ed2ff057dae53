package dynamotest

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

type putItemRequest struct {
	expectation
	TableName                           *string
	Item                                item
	ConditionExpression                 *string
	ExpressionAttributeNames            attributeNames
	ExpressionAttributeValues           item
	ReturnValues                        string
	ReturnValuesOnConditionCheckFailure string
	ReturnConsumedCapacity              string
	ReturnItemCollectionMetrics         string
}

// A writeResult is the answer of PutItem, UpdateItem and DeleteItem.
type writeResult struct {
	attributes item // nil where none are returned
	collection item // the key of the item collection, nil where none is asked for
	capacity   *capacity
}

func (r *putItemRequest) table() string { return deref(r.TableName) }

func putItem(db *DB, r *putItemRequest) (*writeResult, *fault) {
	m, f := r.prepare()
	if f != nil {
		return nil, f
	}
	return db.write(m, reports{r.ReturnConsumedCapacity, r.ReturnItemCollectionMetrics}, oldIf(r.ReturnValues == "ALL_OLD"))
}

func (r *putItemRequest) prepare() (*mutation, *fault) {
	c := &constraints{}
	c.consumed(r.ReturnConsumedCapacity)
	c.metrics(r.ReturnItemCollectionMetrics)
	c.returnValues(r.ReturnValues)
	c.tableName("tableName", r.TableName, 1)
	c.present("item", r.Item != nil)
	c.returnOnFailure(r.ReturnValuesOnConditionCheckFailure)
	r.expectation.constrain(c)
	if f := c.fault(); f != nil {
		return nil, f
	}
	if f := checkReturnOldOrNone(r.ReturnValues); f != nil {
		return nil, f
	}
	return newPut(*r.TableName, r.Item, conditionOf{
		r.ConditionExpression, r.ExpressionAttributeNames, r.ExpressionAttributeValues, r.ReturnValuesOnConditionCheckFailure, r.expectation,
	})
}

func checkReturnOldOrNone(returnValues string) *fault {
	if returnValues != "" && returnValues != "ALL_OLD" && returnValues != "NONE" {
		return validation("ReturnValues can only be ALL_OLD or NONE")
	}
	return nil
}

// conditionOf is the condition of a put or delete, with its placeholders.
type conditionOf struct {
	text            *string
	names           map[string]string
	values          item
	returnOnFailure string
	old             expectation
}

func newPut(table string, it item, with conditionOf) (*mutation, *fault) {
	if f := with.check(); f != nil {
		return nil, f
	}
	if f := checkNewItem(it); f != nil {
		return nil, f
	}
	holders, f := newPlaceholders(with.names, with.values)
	if f != nil {
		return nil, f
	}
	return with.complete(&mutation{table: table, kind: mutatePut, item: it}, holders)
}

// check checks which members there are, of those that go together.
func (c conditionOf) check() *fault {
	if f := checkMix(c.old.parameters(), []parameter{{"ConditionExpression", c.text != nil}}); f != nil {
		return f
	}
	return checkPlaceholders(c.names, c.values, expressionText{"ConditionExpression", c.text})
}

// complete parses the condition into m.
func (c conditionOf) complete(m *mutation, holders *placeholders) (*mutation, *fault) {
	m.returnOld = c.returnOnFailure == "ALL_OLD"
	var f *fault
	if c.text != nil {
		m.condition, f = parseCondition("ConditionExpression", *c.text, holders)
	} else {
		m.condition, f = c.old.Expected.condition(c.old.ConditionalOperator, true)
	}
	if f != nil {
		return nil, f
	}
	return m, holders.unused()
}

// reports are the two reports that a write may be asked for.
type reports struct{ consumed, collections string }

// oldIf picks the old item, or nothing.
func oldIf(wanted bool) func(*change) item {
	return func(c *change) item {
		if wanted {
			return c.old
		}
		return nil
	}
}

// write plans and commits one mutation; returned picks the attributes to answer.
func (db *DB) write(m *mutation, want reports, returned func(*change) item) (*writeResult, *fault) {
	db.mu.Lock()
	defer db.mu.Unlock()
	c, f := m.plan(db)
	if f != nil {
		return nil, f
	}
	c.commit(db)
	consumed := newCapacity(want.consumed, c.table.name)
	consumed.chargeWrite(c, 1)
	return &writeResult{attributes: returned(c), collection: c.collectionKey(want.collections), capacity: consumed}, nil
}

func (r *writeResult) appendWire(b []byte) []byte {
	o := object{append(b, '{')}
	o.item("Attributes", r.attributes)
	o.collection(r.collection)
	o.capacity(r.capacity)
	return append(o.b, '}')
}

// PutItem is DynamoDB's PutItem.
func (db *DB) PutItem(ctx context.Context, in *dynamodb.PutItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	if in == nil {
		in = &dynamodb.PutItemInput{}
	}
	res, err := run(ctx, db, "PutItem", putItem, &putItemRequest{
		expectation: expectationFromSDK(in.Expected, in.ConditionalOperator),
		TableName:   in.TableName, Item: fromSDK(in.Item), ConditionExpression: in.ConditionExpression,
		ExpressionAttributeNames:            in.ExpressionAttributeNames,
		ExpressionAttributeValues:           fromSDK(in.ExpressionAttributeValues),
		ReturnValues:                        string(in.ReturnValues),
		ReturnValuesOnConditionCheckFailure: string(in.ReturnValuesOnConditionCheckFailure),
		ReturnConsumedCapacity:              string(in.ReturnConsumedCapacity),
		ReturnItemCollectionMetrics:         string(in.ReturnItemCollectionMetrics),
	})
	if err != nil {
		return nil, sdkError("PutItem", err)
	}
	return &dynamodb.PutItemOutput{
		Attributes: res.attributes.sdk(), ConsumedCapacity: res.capacity.sdk(), ItemCollectionMetrics: sdkCollection(res.collection),
	}, nil
}
