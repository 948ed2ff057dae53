package dynamotest

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

type getItemRequest struct {
	TableName                *string
	Key                      item
	ConsistentRead           *bool
	AttributesToGet          []string
	ProjectionExpression     *string
	ExpressionAttributeNames attributeNames
	ReturnConsumedCapacity   string
}

type getItemResult struct {
	item     item // nil where there is none
	capacity *capacity
}

func (r *getItemRequest) table() string { return deref(r.TableName) }

func getItem(db *DB, r *getItemRequest) (*getItemResult, *fault) {
	read, f := r.prepare()
	if f != nil {
		return nil, f
	}
	db.mu.RLock()
	defer db.mu.RUnlock()
	found, size, f := read.find(db)
	if f != nil {
		return nil, f
	}
	consumed := newCapacity(r.ReturnConsumedCapacity, read.table)
	consumed.charge(readUnits(size, deref(r.ConsistentRead)))
	return &getItemResult{item: found, capacity: consumed}, nil
}

func (r *getItemRequest) prepare() (*read, *fault) {
	c := &constraints{}
	c.consumed(r.ReturnConsumedCapacity)
	c.tableName("tableName", r.TableName, 1)
	c.present("key", r.Key != nil)
	c.toGet("attributesToGet", r.AttributesToGet)
	if f := c.fault(); f != nil {
		return nil, f
	}
	return newRead(*r.TableName, r.Key, projected{r.AttributesToGet, r.ProjectionExpression, r.ExpressionAttributeNames})
}

// A read is one item to get: of GetItem, or of a transaction.
type read struct {
	table      string
	key        item
	projection *projection
}

// projected says what to keep of an item, in the new way or the old one.
type projected struct {
	old   []string // AttributesToGet
	text  *string  // ProjectionExpression
	names map[string]string
}

func newRead(table string, key item, what projected) (*read, *fault) {
	if f := checkMix([]parameter{{"AttributesToGet", what.old != nil}}, []parameter{{"ProjectionExpression", what.text != nil}}); f != nil {
		return nil, f
	}
	if f := checkPlaceholders(what.names, nil, expressionText{"ProjectionExpression", what.text}); f != nil {
		return nil, f
	}
	if f := invalidFault(key.fault()); f != nil {
		return nil, f
	}
	holders, f := newPlaceholders(what.names, nil)
	if f != nil {
		return nil, f
	}
	kept, f := what.projection(holders)
	if f != nil {
		return nil, f
	}
	return &read{table: table, key: key, projection: kept}, holders.unused()
}

func (p projected) projection(holders *placeholders) (*projection, *fault) {
	if p.old != nil {
		return attributesToGet(p.old)
	}
	return optionalProjection(p.text, holders)
}

// check checks the read against the table's key.
func (r *read) check(t *table) *fault {
	if f := r.projection.checkScalars(t); f != nil {
		return f
	}
	return t.checkKey(r.key)
}

// find gets the projected item, nil where there is none, and the stored item's size.
func (r *read) find(db *DB) (item, int, *fault) {
	t, f := db.table(r.table)
	if f != nil {
		return nil, 0, f
	}
	if f := r.check(t); f != nil {
		return nil, 0, f
	}
	found, ok := t.rows.get(t.rowKey(r.key))
	if !ok {
		return nil, 0, nil
	}
	return r.projection.of(found.item), found.size, nil
}

func (r *getItemResult) appendWire(b []byte) []byte {
	o := object{append(b, '{')}
	o.item("Item", r.item)
	o.capacity(r.capacity)
	return append(o.b, '}')
}

// GetItem is DynamoDB's GetItem. Reads are always strongly consistent.
func (db *DB) GetItem(ctx context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	if in == nil {
		in = &dynamodb.GetItemInput{}
	}
	res, err := run(ctx, db, "GetItem", getItem, &getItemRequest{
		AttributesToGet: in.AttributesToGet, TableName: in.TableName, Key: fromSDK(in.Key), ConsistentRead: in.ConsistentRead,
		ProjectionExpression: in.ProjectionExpression, ExpressionAttributeNames: in.ExpressionAttributeNames,
		ReturnConsumedCapacity: string(in.ReturnConsumedCapacity),
	})
	if err != nil {
		return nil, sdkError("GetItem", err)
	}
	return &dynamodb.GetItemOutput{Item: res.item.sdk(), ConsumedCapacity: res.capacity.sdk()}, nil
}

// deref is *p, or the zero value where p is nil.
func deref[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
}
