package dynamotest

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

const maxBatchGet = 100

type batchGetRequest struct {
	RequestItems           map[string]keysOfTable
	ReturnConsumedCapacity string
}

// keysOfTable is the share of one table in a BatchGetItem.
type keysOfTable struct {
	Keys                     []item
	ConsistentRead           *bool
	AttributesToGet          []string
	ProjectionExpression     *string
	ExpressionAttributeNames attributeNames
}

type batchGetResult struct {
	responses   map[string][]item
	unprocessed map[string]keysOfTable
	capacity    []*capacity
}

func (r *batchGetRequest) table() string { return onlyKey(r.RequestItems) }

// onlyKey is the key of a map of one entry, else empty.
func onlyKey[V any](m map[string]V) string {
	for key := range m {
		if len(m) == 1 {
			return key
		}
	}
	return ""
}

// batchGetItem gets up to 100 items of any tables. Items beyond 16 MB in all
// are left to the caller, in UnprocessedKeys.
func batchGetItem(db *DB, r *batchGetRequest) (*batchGetResult, *fault) {
	reads, f := r.prepare()
	if f != nil {
		return nil, f
	}
	db.mu.RLock()
	defer db.mu.RUnlock()
	for _, name := range slices.Sorted(maps.Keys(reads)) {
		if f := checkReads(db, reads[name]); f != nil {
			return nil, f
		}
	}
	res := &batchGetResult{responses: map[string][]item{}, unprocessed: map[string]keysOfTable{}}
	total := 0
	for _, name := range slices.Sorted(maps.Keys(reads)) {
		f := r.collect(db, name, reads[name], res, &total)
		if f != nil {
			return nil, f
		}
	}
	return res, nil
}

// prepare checks the request as far as it goes without the tables.
func (r *batchGetRequest) prepare() (map[string][]*read, *fault) {
	c := &constraints{}
	c.consumed(r.ReturnConsumedCapacity)
	c.present("requestItems", r.RequestItems != nil)
	names, total := slices.Sorted(maps.Keys(r.RequestItems)), 0
	c.tables("requestItems", names)
	for _, name := range names {
		keys := r.RequestItems[name].Keys
		if c.present("requestItems."+name+".member.keys", keys != nil); keys != nil {
			c.unseen("RequestItems."+name+".member.Keys", len(keys), maxBatchGet)
		}
		c.toGet("requestItems."+name+".member.attributesToGet", r.RequestItems[name].AttributesToGet)
		total += len(keys)
	}
	if f := c.fault(); f != nil {
		return nil, f
	}
	if len(names) == 0 {
		return nil, validation("The requestItems parameter is required for BatchGetItem")
	}
	if f := r.checkMixedTables(); f != nil {
		return nil, f
	}
	reads := make(map[string][]*read, len(r.RequestItems))
	for _, name := range names {
		of := r.RequestItems[name]
		for _, key := range of.Keys {
			one, f := newRead(name, key, projected{of.AttributesToGet, of.ProjectionExpression, of.ExpressionAttributeNames})
			if f != nil {
				return nil, f
			}
			reads[name] = append(reads[name], one)
		}
	}
	if total > maxBatchGet {
		return nil, validation("Too many items requested for the BatchGetItem call")
	}
	for _, of := range r.RequestItems {
		if of.repeats() {
			return nil, validation("Provided list of item keys contains duplicates")
		}
	}
	return reads, nil
}

// checkMixedTables refuses a request that asks one table in the old way and another
// in the new one.
func (r *batchGetRequest) checkMixedTables() *fault {
	old, text := false, false
	for _, of := range r.RequestItems {
		old, text = old || of.AttributesToGet != nil, text || of.ProjectionExpression != nil
	}
	return checkMix([]parameter{{"AttributesToGet", old}}, []parameter{{"ProjectionExpression", text}})
}

// repeats tells whether a key comes twice. Numbers are canonical, so equal keys
// have equal texts.
func (k keysOfTable) repeats() bool {
	seen := make(map[string]bool, len(k.Keys))
	for _, key := range k.Keys {
		seen[string(appendCanonical(nil, key, appendCanonicalValue))] = true
	}
	return len(seen) < len(k.Keys)
}

// checkReads checks the keys against the table.
func checkReads(db *DB, reads []*read) *fault {
	for _, one := range reads {
		t, f := db.table(one.table)
		if f != nil {
			return f
		}
		if f := one.check(t); f != nil {
			return f
		}
	}
	return nil
}

func (r *batchGetRequest) collect(db *DB, name string, reads []*read, res *batchGetResult, total *int) *fault {
	of, units := r.RequestItems[name], 0.0
	res.responses[name] = []item{}
	for i, one := range reads {
		found, size, f := one.find(db)
		if f != nil {
			return f
		}
		if *total+size > maxBatchGetSize {
			rest := of
			rest.Keys = of.Keys[i:]
			res.unprocessed[name] = rest
			break
		}
		*total += size
		units += readUnits(size, deref(of.ConsistentRead))
		if found != nil {
			res.responses[name] = append(res.responses[name], found)
		}
	}
	if c := newCapacity(r.ReturnConsumedCapacity, name); c != nil {
		c.charge(units)
		res.capacity = append(res.capacity, c)
	}
	return nil
}

func (r *batchGetResult) appendWire(b []byte) []byte {
	o := object{append(b, '{')}
	o.member("Responses")
	o.b = append(o.b, '{')
	for _, name := range slices.Sorted(maps.Keys(r.responses)) {
		o.items(name, r.responses[name])
	}
	o.b = append(o.b, '}')
	o.member("UnprocessedKeys")
	o.b = append(o.b, '{')
	for _, name := range slices.Sorted(maps.Keys(r.unprocessed)) {
		o.member(name)
		o.b = r.unprocessed[name].appendJSON(o.b)
	}
	o.b = append(o.b, '}')
	o.capacities(r.capacity)
	return append(o.b, '}')
}

func (k keysOfTable) appendJSON(b []byte) []byte {
	o := object{append(b, '{')}
	o.items("Keys", k.Keys)
	if k.ConsistentRead != nil {
		o.bool("ConsistentRead", *k.ConsistentRead)
	}
	if k.AttributesToGet != nil {
		o.member("AttributesToGet")
		o.b = appendList(o.b, k.AttributesToGet, appendString)
	}
	if k.ProjectionExpression != nil {
		o.text("ProjectionExpression", *k.ProjectionExpression)
	}
	if k.ExpressionAttributeNames != nil {
		o.member("ExpressionAttributeNames")
		o.b = append(o.b, '{')
		for _, name := range slices.Sorted(maps.Keys(k.ExpressionAttributeNames)) {
			o.text(name, k.ExpressionAttributeNames[name])
		}
		o.b = append(o.b, '}')
	}
	return append(o.b, '}')
}

// BatchGetItem is DynamoDB's BatchGetItem.
func (db *DB) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	if in == nil {
		in = &dynamodb.BatchGetItemInput{}
	}
	req := &batchGetRequest{ReturnConsumedCapacity: string(in.ReturnConsumedCapacity)}
	if in.RequestItems != nil {
		req.RequestItems = make(map[string]keysOfTable, len(in.RequestItems))
	}
	for name, k := range in.RequestItems {
		of := keysOfTable{
			AttributesToGet: k.AttributesToGet, ConsistentRead: k.ConsistentRead,
			ProjectionExpression: k.ProjectionExpression, ExpressionAttributeNames: k.ExpressionAttributeNames,
		}
		if k.Keys != nil {
			of.Keys = convert(k.Keys, fromSDK)
		}
		req.RequestItems[name] = of
	}
	res, err := run(ctx, db, "BatchGetItem", batchGetItem, req)
	if err != nil {
		return nil, sdkError("BatchGetItem", err)
	}
	out := &dynamodb.BatchGetItemOutput{
		Responses:        make(map[string][]map[string]types.AttributeValue, len(res.responses)),
		UnprocessedKeys:  make(map[string]types.KeysAndAttributes, len(res.unprocessed)),
		ConsumedCapacity: sdkCapacities(res.capacity),
	}
	for name, items := range res.responses {
		out.Responses[name] = sdkItems(items)
	}
	for name, k := range res.unprocessed {
		out.UnprocessedKeys[name] = types.KeysAndAttributes{
			Keys: sdkItems(k.Keys), ConsistentRead: k.ConsistentRead, ProjectionExpression: k.ProjectionExpression,
			AttributesToGet:          slices.Clone(k.AttributesToGet),
			ExpressionAttributeNames: maps.Clone(k.ExpressionAttributeNames),
		}
	}
	return out, nil
}
