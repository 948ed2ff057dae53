package dynamotest

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

const maxTransact = 100

type transactGetRequest struct {
	TransactItems          []struct{ Get *transactGet }
	ReturnConsumedCapacity string
}

type transactGet struct {
	TableName                *string
	Key                      item
	ProjectionExpression     *string
	ExpressionAttributeNames attributeNames
}

type transactGetResult struct {
	items    []item // nil where there is none
	capacity []*capacity
}

func (r *transactGetRequest) table() string {
	names := map[string]bool{}
	for _, t := range r.TransactItems {
		if t.Get != nil {
			names[deref(t.Get.TableName)] = true
		}
	}
	return onlyKey(names)
}

// transactGetItems gets up to 100 items as they are at one moment, and up to
// 4 MB of them in all, as projected.
func transactGetItems(db *DB, r *transactGetRequest) (*transactGetResult, *fault) {
	reads, f := r.prepare()
	if f != nil {
		return nil, f
	}
	db.mu.RLock()
	defer db.mu.RUnlock()
	if f := checkTransactReads(db, reads); f != nil {
		return nil, f
	}
	res, bill, total := &transactGetResult{}, newBill(r.ReturnConsumedCapacity, false), 0
	for _, one := range reads {
		found, size, f := one.find(db)
		if f != nil {
			return nil, f
		}
		if total += found.size(); total > maxTransactSize {
			return nil, validation("Payload in response is too large.")
		}
		res.items = append(res.items, found)
		bill.of(one.table).charge(2 * readUnits(size, true))
	}
	res.capacity = bill.reports
	return res, nil
}

func (r *transactGetRequest) prepare() ([]*read, *fault) {
	c := &constraints{}
	c.consumed(r.ReturnConsumedCapacity)
	if c.present("transactItems", r.TransactItems != nil); r.TransactItems != nil {
		c.count("transactItems", objects("TransactGetItem", len(r.TransactItems)), len(r.TransactItems), maxTransact)
	}
	for i, t := range r.TransactItems {
		at := memberOf("transactItems", i, "get")
		if c.present(at, t.Get != nil); t.Get != nil {
			c.tableName(at+".tableName", t.Get.TableName, 1)
			c.present(at+".key", t.Get.Key != nil)
		}
	}
	if f := c.fault(); f != nil {
		return nil, f
	}
	reads := make([]*read, len(r.TransactItems))
	for i, t := range r.TransactItems {
		one, f := newRead(*t.Get.TableName, t.Get.Key, projected{nil, t.Get.ProjectionExpression, t.Get.ExpressionAttributeNames})
		if f != nil {
			return nil, f
		}
		reads[i] = one
	}
	return reads, nil
}

// checkTransactReads checks keys as one transaction: all of their faults are
// its reasons, and no item may come twice.
func checkTransactReads(db *DB, reads []*read) *fault {
	reasons, seen := newReasons(len(reads)), map[tableRow]bool{}
	for i, one := range reads {
		t, f := db.table(one.table)
		if f != nil {
			return f
		}
		if f := one.projection.checkScalars(t); f != nil {
			return f
		}
		if f := t.checkKey(one.key); f != nil {
			if f.upFront {
				return f
			}
			reasons.set(i, f)
			continue
		}
		at := tableRow{t.name, t.rowKey(one.key)}
		if seen[at] {
			return validation(msgTransactTwice)
		}
		seen[at] = true
	}
	return reasons.fault()
}

func (r *transactGetResult) appendWire(b []byte) []byte {
	o := object{append(b, '{')}
	o.capacities(r.capacity)
	o.member("Responses")
	o.b = appendList(o.b, r.items, func(b []byte, it item) []byte {
		o := object{append(b, '{')}
		o.item("Item", it)
		return append(o.b, '}')
	})
	return append(o.b, '}')
}

// TransactGetItems is DynamoDB's TransactGetItems.
func (db *DB) TransactGetItems(ctx context.Context, in *dynamodb.TransactGetItemsInput, _ ...func(*dynamodb.Options)) (*dynamodb.TransactGetItemsOutput, error) {
	if in == nil {
		in = &dynamodb.TransactGetItemsInput{}
	}
	req := &transactGetRequest{ReturnConsumedCapacity: string(in.ReturnConsumedCapacity)}
	if in.TransactItems != nil {
		req.TransactItems = make([]struct{ Get *transactGet }, len(in.TransactItems))
	}
	for i, t := range in.TransactItems {
		if g := t.Get; g != nil {
			req.TransactItems[i].Get = &transactGet{
				TableName: g.TableName, Key: fromSDK(g.Key),
				ProjectionExpression: g.ProjectionExpression, ExpressionAttributeNames: g.ExpressionAttributeNames,
			}
		}
	}
	res, err := run(ctx, db, "TransactGetItems", transactGetItems, req)
	if err != nil {
		return nil, sdkError("TransactGetItems", err)
	}
	return &dynamodb.TransactGetItemsOutput{
		Responses:        convert(res.items, func(it item) types.ItemResponse { return types.ItemResponse{Item: it.sdk()} }),
		ConsumedCapacity: sdkCapacities(res.capacity),
	}, nil
}
