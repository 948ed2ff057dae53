package dynamotest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

const maxBatchWrite = 25

type batchWriteRequest struct {
	RequestItems                map[string][]batchWrite
	ReturnConsumedCapacity      string
	ReturnItemCollectionMetrics string
}

// A batchWrite is either a put or a delete.
type batchWrite struct {
	PutRequest    *struct{ Item item }
	DeleteRequest *struct{ Key item }
}

type batchWriteResult struct {
	unprocessed map[string][]batchWrite // by a fault that was injected; else none
	capacity    []*capacity
	collections collections
}

func (r *batchWriteRequest) table() string { return onlyKey(r.RequestItems) }

// batchWriteItem puts and deletes up to 25 items of any tables, without
// conditions. All of them are processed, but for a fault that was injected.
func batchWriteItem(db *DB, r *batchWriteRequest) (*batchWriteResult, *fault) {
	if f := r.check(); f != nil {
		return nil, f
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	var changes []*change
	res := &batchWriteResult{}
	for _, name := range slices.Sorted(maps.Keys(r.RequestItems)) {
		planned, f := planBatch(db, name, r.RequestItems[name])
		if f != nil {
			return nil, f
		}
		consumed := newCapacity(r.ReturnConsumedCapacity, name)
		for _, c := range planned {
			consumed.chargeWrite(c, 1)
			res.collections.add(c, r.ReturnItemCollectionMetrics)
		}
		if consumed != nil {
			res.capacity = append(res.capacity, consumed)
		}
		changes = append(changes, planned...)
	}
	for _, c := range changes {
		c.commit(db)
	}
	return res, nil
}

func (r *batchWriteRequest) check() *fault {
	c := &constraints{}
	c.consumed(r.ReturnConsumedCapacity)
	c.metrics(r.ReturnItemCollectionMetrics)
	c.present("requestItems", r.RequestItems != nil)
	names, total, wrong := slices.Sorted(maps.Keys(r.RequestItems)), 0, false
	c.tables("requestItems", names)
	for _, name := range names {
		list := r.RequestItems[name]
		wrong = wrong || len(list) < 1 || len(list) > maxBatchWrite
		total += len(list)
		for i, w := range list {
			w.constrain(c, name, i+1)
		}
	}
	if wrong {
		c.violate(r.shown(names), "requestItems", "Map value must satisfy constraint: "+
			"[Member must have length less than or equal to 25, Member must have length greater than or equal to 1]")
	}
	if f := c.fault(); f != nil {
		return f
	}
	if len(names) == 0 {
		return validation("The requestItems parameter is required for BatchWriteItem")
	}
	for _, name := range names {
		for _, w := range r.RequestItems[name] {
			if f := w.check(); f != nil {
				return f
			}
		}
	}
	if total > maxBatchWrite {
		return validation("Too many items requested for the BatchWriteItem call")
	}
	return nil
}

// shown is the request as DynamoDB's messages show it, without the items' values.
func (r *batchWriteRequest) shown(names []string) string {
	return "{" + strings.Join(convert(names, func(name string) string {
		return name + "=" + objects("WriteRequest", len(r.RequestItems[name]))
	}), ", ") + "}"
}

func (w batchWrite) constrain(c *constraints, table string, i int) {
	if w.PutRequest != nil && w.PutRequest.Item == nil {
		c.present(fmt.Sprintf("requestItems.%s.member.%d.member.putRequest.item", table, i), false)
	}
	if w.DeleteRequest != nil && w.DeleteRequest.Key == nil {
		c.present(fmt.Sprintf("requestItems.%s.member.%d.member.deleteRequest.key", table, i), false)
	}
}

func (w batchWrite) check() *fault {
	switch {
	case (w.PutRequest != nil) == (w.DeleteRequest != nil):
		return validation(msgManyTypes)
	case w.PutRequest != nil:
		return checkNewItem(w.PutRequest.Item)
	}
	return invalidFault(w.DeleteRequest.Key.fault())
}

func (w batchWrite) mutation(table string) *mutation {
	if w.PutRequest != nil {
		return &mutation{table: table, kind: mutatePut, item: w.PutRequest.Item, batch: true}
	}
	return &mutation{table: table, kind: mutateDelete, key: w.DeleteRequest.Key}
}

// planBatch plans the writes of one table, no item of which may come twice.
func planBatch(db *DB, name string, list []batchWrite) ([]*change, *fault) {
	seen := make(map[rowKey]bool, len(list))
	changes := make([]*change, 0, len(list))
	for _, w := range list {
		c, f := w.mutation(name).plan(db)
		if f != nil {
			return nil, f
		}
		if seen[c.key] {
			return nil, validation("Provided list of item keys contains duplicates")
		}
		seen[c.key] = true
		changes = append(changes, c)
	}
	return changes, nil
}

func (r *batchWriteResult) appendWire(b []byte) []byte {
	o := object{append(b, '{')}
	o.member("UnprocessedItems")
	left := object{append(o.b, '{')}
	for _, name := range slices.Sorted(maps.Keys(r.unprocessed)) {
		left.member(name)
		left.b = appendList(left.b, r.unprocessed[name], appendBatchWrite)
	}
	o.b = append(left.b, '}')
	o.collections(r.collections)
	o.capacities(r.capacity)
	return append(o.b, '}')
}

func appendBatchWrite(b []byte, w batchWrite) []byte {
	kind, member, it := "DeleteRequest", "Key", item(nil)
	if w.PutRequest != nil {
		kind, member, it = "PutRequest", "Item", w.PutRequest.Item
	} else {
		it = w.DeleteRequest.Key
	}
	o := object{append(b, '{')}
	o.member(kind)
	inner := object{append(o.b, '{')}
	inner.item(member, it)
	return append(inner.b, "}}"...)
}

// BatchWriteItem is DynamoDB's BatchWriteItem.
func (db *DB) BatchWriteItem(ctx context.Context, in *dynamodb.BatchWriteItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	if in == nil {
		in = &dynamodb.BatchWriteItemInput{}
	}
	req := &batchWriteRequest{
		ReturnConsumedCapacity:      string(in.ReturnConsumedCapacity),
		ReturnItemCollectionMetrics: string(in.ReturnItemCollectionMetrics),
	}
	if in.RequestItems != nil {
		req.RequestItems = make(map[string][]batchWrite, len(in.RequestItems))
	}
	for name, list := range in.RequestItems {
		req.RequestItems[name] = convert(list, batchWriteFromSDK)
	}
	res, err := run(ctx, db, "BatchWriteItem", batchWriteItem, req)
	if err != nil {
		return nil, sdkError("BatchWriteItem", err)
	}
	out := &dynamodb.BatchWriteItemOutput{
		UnprocessedItems: make(map[string][]types.WriteRequest, len(res.unprocessed)), ConsumedCapacity: sdkCapacities(res.capacity),
		ItemCollectionMetrics: res.collections.sdk(),
	}
	for name, list := range res.unprocessed {
		out.UnprocessedItems[name] = convert(list, batchWrite.sdk)
	}
	return out, nil
}

func (w batchWrite) sdk() types.WriteRequest {
	if w.PutRequest != nil {
		return types.WriteRequest{PutRequest: &types.PutRequest{Item: w.PutRequest.Item.sdk()}}
	}
	return types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: w.DeleteRequest.Key.sdk()}}
}

func batchWriteFromSDK(in types.WriteRequest) (w batchWrite) {
	if in.PutRequest != nil {
		w.PutRequest = &struct{ Item item }{fromSDK(in.PutRequest.Item)}
	}
	if in.DeleteRequest != nil {
		w.DeleteRequest = &struct{ Key item }{fromSDK(in.DeleteRequest.Key)}
	}
	return w
}
