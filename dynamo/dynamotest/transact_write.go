package dynamotest

import (
	"context"
	"crypto/sha256"
	"maps"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type transactWriteRequest struct {
	TransactItems               []transactWrite
	ClientRequestToken          *string
	ReturnConsumedCapacity      string
	ReturnItemCollectionMetrics string
}

// A transactWrite has exactly one of the four.
type transactWrite struct {
	ConditionCheck *transactAction
	Delete         *transactAction
	Put            *transactAction
	Update         *transactAction
}

// A transactAction has the members of all four kinds of operation.
type transactAction struct {
	TableName                           *string
	Item                                item
	Key                                 item
	UpdateExpression                    *string
	ConditionExpression                 *string
	ExpressionAttributeNames            attributeNames
	ExpressionAttributeValues           item
	ReturnValuesOnConditionCheckFailure string
}

type transactWriteResult struct {
	capacity    []*capacity
	collections collections
}

// only is the one action there is, with its name; ok is false for none or several.
func (w transactWrite) only() (name string, a *transactAction, ok bool) {
	for _, one := range []struct {
		name   string
		action *transactAction
	}{{"conditionCheck", w.ConditionCheck}, {"delete", w.Delete}, {"put", w.Put}, {"update", w.Update}} {
		if one.action == nil {
			continue
		}
		if a != nil {
			return name, a, false
		}
		name, a = one.name, one.action
	}
	return name, a, a != nil
}

func (r *transactWriteRequest) table() string {
	names := map[string]bool{}
	for _, w := range r.TransactItems {
		if _, a, ok := w.only(); ok {
			names[deref(a.TableName)] = true
		}
	}
	return onlyKey(names)
}

// transactWriteItems does all of up to 100 writes and checks, or none.
func transactWriteItems(db *DB, r *transactWriteRequest) (*transactWriteResult, *fault) {
	mutations, f := r.prepare()
	if f != nil {
		return nil, f
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.transact(mutations, transactMode{deref(r.ClientRequestToken), r.digest, r.ReturnConsumedCapacity, r.ReturnItemCollectionMetrics})
}

// transactMode is how a transaction is to be done, and what it is to report.
type transactMode struct {
	token             string
	digest            func() [32]byte // of the request
	consumed, metrics string
}

// transact does all mutations or none. The caller holds the lock.
func (db *DB) transact(mutations []*mutation, mode transactMode) (*transactWriteResult, *fault) {
	now, token, digest := db.clock(), mode.token, [32]byte{}
	if token != "" {
		digest = mode.digest()
		if earlier, ok := db.tokens.lookup(token, now); ok {
			return earlier.replay(digest, mode.consumed)
		}
	}
	changes, f := planTransaction(db, mutations)
	if f != nil {
		return nil, f
	}
	b, of := newBill(mode.consumed, true), collections(nil)
	for i, c := range changes {
		b.of(mutations[i].table).chargeWrite(c, 2)
		if mutations[i].kind != mutateNothing {
			of.add(c, mode.metrics)
			c.commit(db)
		}
	}
	if token != "" {
		full := newBill("INDEXES", true)
		for i, c := range changes {
			full.of(mutations[i].table).charge(2 * readUnits(c.size, true))
		}
		db.tokens.keep(token, spent{request: digest, bill: full.reports}, now)
	}
	return &transactWriteResult{capacity: b.reports, collections: of}, nil
}

// replay answers a transaction that was done before under the same token:
// success, at the price of reading the items, if it is the same request.
func (s spent) replay(digest [32]byte, mode string) (*transactWriteResult, *fault) {
	if s.request != digest {
		return nil, &fault{kind: faultTokenReused, message: "The client request token was already used with different parameters"}
	}
	b := newBill(mode, false)
	for _, c := range s.bill {
		b.of(c.table).charge(c.own)
	}
	return &transactWriteResult{capacity: b.reports}, nil
}

// planTransaction plans all mutations; any fault cancels all of them.
func planTransaction(db *DB, mutations []*mutation) ([]*change, *fault) {
	failed, seen := newReasons(len(mutations)), map[tableRow]bool{}
	changes, size := make([]*change, len(mutations)), 0
	for i, m := range mutations {
		t, f := db.table(m.table)
		if f != nil {
			return nil, f
		}
		if f := m.checkScalars(t); f != nil {
			return nil, f
		}
		if f := m.check(t); f != nil {
			if f.upFront {
				return nil, f
			}
			failed.set(i, f)
			continue
		}
		at := tableRow{t.name, t.rowKey(m.target())}
		if seen[at] {
			return nil, validation(msgTransactTwice)
		}
		seen[at] = true
		c, f := m.plan(db)
		if f != nil && f.upFront {
			return nil, f
		}
		if f != nil {
			failed.set(i, f)
			continue
		}
		changes[i] = c
		size += c.size
	}
	if f := failed.fault(); f != nil {
		return nil, f
	}
	if size > maxTransactSize {
		return nil, validation("Collection size limit exceeded")
	}
	return changes, nil
}

func (r *transactWriteRequest) prepare() ([]*mutation, *fault) {
	if f := r.check(); f != nil {
		return nil, f
	}
	mutations := make([]*mutation, len(r.TransactItems))
	for i, w := range r.TransactItems {
		name, a, ok := w.only()
		if !ok {
			return nil, validation("TransactItems can only contain one of Check, Put, Update or Delete")
		}
		m, f := a.mutation(name)
		if f != nil {
			return nil, f
		}
		mutations[i] = m
	}
	return mutations, nil
}

func (r *transactWriteRequest) check() *fault {
	c := &constraints{}
	if token := r.ClientRequestToken; token != nil && len(*token) > 36 {
		c.violate(*token, "clientRequestToken", "Member must have length less than or equal to 36")
	}
	c.consumed(r.ReturnConsumedCapacity)
	c.metrics(r.ReturnItemCollectionMetrics)
	if c.present("transactItems", r.TransactItems != nil); r.TransactItems != nil {
		c.count("transactItems", objects("TransactWriteItem", len(r.TransactItems)), len(r.TransactItems), maxTransact)
	}
	for i, w := range r.TransactItems {
		name, a, ok := w.only()
		if !ok {
			continue
		}
		at := memberOf("transactItems", i, name)
		c.tableName(at+".tableName", a.TableName, 1)
		if name == "put" {
			c.present(at+".item", a.Item != nil)
		} else {
			c.present(at+".key", a.Key != nil)
		}
		if name == "update" {
			c.present(at+".updateExpression", a.UpdateExpression != nil)
		}
		if name == "conditionCheck" {
			c.present(at+".conditionExpression", a.ConditionExpression != nil)
		}
		c.enum(at+".returnValuesOnConditionCheckFailure", a.ReturnValuesOnConditionCheckFailure, "ALL_OLD", "NONE")
	}
	return c.fault()
}

func (a *transactAction) mutation(name string) (*mutation, *fault) {
	with := conditionOf{a.ConditionExpression, a.ExpressionAttributeNames, a.ExpressionAttributeValues, a.ReturnValuesOnConditionCheckFailure, expectation{}}
	switch name {
	case "put":
		return newPut(*a.TableName, a.Item, with)
	case "update":
		return newUpdate(*a.TableName, a.Key, updateOf{text: a.UpdateExpression}, with)
	case "delete":
		return newDelete(mutateDelete, *a.TableName, a.Key, with)
	}
	return newDelete(mutateNothing, *a.TableName, a.Key, with)
}

// digest identifies what the transaction is to do, for its token.
func (r *transactWriteRequest) digest() [32]byte {
	b := []byte(nil)
	for _, w := range r.TransactItems {
		name, a, _ := w.only()
		b = appendQuoted(b, name, deref(a.TableName), deref(a.UpdateExpression), deref(a.ConditionExpression))
		b = appendCanonical(b, a.ExpressionAttributeNames, func(b []byte, name string) []byte { return strconv.AppendQuote(b, name) })
		for _, it := range []item{a.Item, a.Key, a.ExpressionAttributeValues} {
			b = appendCanonical(b, it, appendCanonicalValue)
		}
	}
	return sha256.Sum256(b)
}

// The canonical form is unambiguous: texts are quoted, what has parts begins
// with their number, and maps are in the order of their keys.
func appendCanonical[V any](b []byte, m map[string]V, one func([]byte, V) []byte) []byte {
	b = append(strconv.AppendInt(b, int64(len(m)), 10), ':')
	for _, name := range slices.Sorted(maps.Keys(m)) {
		b = one(strconv.AppendQuote(b, name), m[name])
	}
	return b
}

func appendCanonicalValue(b []byte, v value) []byte {
	b = appendQuoted(b, v.kind.String(), v.text)
	b = strconv.AppendBool(b, v.flag)
	b = append(strconv.AppendInt(b, int64(len(v.list)), 10), ':')
	for _, e := range v.list {
		b = appendCanonicalValue(b, e)
	}
	return appendCanonical(b, v.attr, appendCanonicalValue)
}

func appendQuoted(b []byte, texts ...string) []byte {
	for _, text := range texts {
		b = strconv.AppendQuote(b, text)
	}
	return b
}

func (r *transactWriteResult) appendWire(b []byte) []byte {
	o := object{append(b, '{')}
	o.collections(r.collections)
	o.capacities(r.capacity)
	return append(o.b, '}')
}

// TransactWriteItems is DynamoDB's TransactWriteItems.
func (db *DB) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, _ ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	if in == nil {
		in = &dynamodb.TransactWriteItemsInput{}
	}
	req := &transactWriteRequest{
		ClientRequestToken:          in.ClientRequestToken,
		ReturnConsumedCapacity:      string(in.ReturnConsumedCapacity),
		ReturnItemCollectionMetrics: string(in.ReturnItemCollectionMetrics),
	}
	if in.TransactItems != nil {
		req.TransactItems = convert(in.TransactItems, transactWriteFromSDK)
	}
	res, err := run(ctx, db, "TransactWriteItems", transactWriteItems, req)
	if err != nil {
		return nil, sdkError("TransactWriteItems", err)
	}
	return &dynamodb.TransactWriteItemsOutput{ConsumedCapacity: sdkCapacities(res.capacity), ItemCollectionMetrics: res.collections.sdk()}, nil
}

func transactWriteFromSDK(in types.TransactWriteItem) (w transactWrite) {
	if c := in.ConditionCheck; c != nil {
		w.ConditionCheck = &transactAction{
			TableName: c.TableName, Key: fromSDK(c.Key), ConditionExpression: c.ConditionExpression,
			ExpressionAttributeNames: c.ExpressionAttributeNames, ExpressionAttributeValues: fromSDK(c.ExpressionAttributeValues),
			ReturnValuesOnConditionCheckFailure: string(c.ReturnValuesOnConditionCheckFailure),
		}
	}
	if d := in.Delete; d != nil {
		w.Delete = &transactAction{
			TableName: d.TableName, Key: fromSDK(d.Key), ConditionExpression: d.ConditionExpression,
			ExpressionAttributeNames: d.ExpressionAttributeNames, ExpressionAttributeValues: fromSDK(d.ExpressionAttributeValues),
			ReturnValuesOnConditionCheckFailure: string(d.ReturnValuesOnConditionCheckFailure),
		}
	}
	if p := in.Put; p != nil {
		w.Put = &transactAction{
			TableName: p.TableName, Item: fromSDK(p.Item), ConditionExpression: p.ConditionExpression,
			ExpressionAttributeNames: p.ExpressionAttributeNames, ExpressionAttributeValues: fromSDK(p.ExpressionAttributeValues),
			ReturnValuesOnConditionCheckFailure: string(p.ReturnValuesOnConditionCheckFailure),
		}
	}
	if u := in.Update; u != nil {
		w.Update = &transactAction{
			TableName: u.TableName, Key: fromSDK(u.Key), UpdateExpression: u.UpdateExpression, ConditionExpression: u.ConditionExpression,
			ExpressionAttributeNames: u.ExpressionAttributeNames, ExpressionAttributeValues: fromSDK(u.ExpressionAttributeValues),
			ReturnValuesOnConditionCheckFailure: string(u.ReturnValuesOnConditionCheckFailure),
		}
	}
	return w
}
