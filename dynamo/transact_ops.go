package dynamo

import (
	"errors"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// WriteOp is one operation of a [Transact]. Repositories make it; what is wrong
// with it is an error of the transaction.
type WriteOp struct {
	op    *operation
	write types.TransactWriteItem
	done  func() // nil, or what is to be done after success
}

// ReadOp is one operation of a [TransactGet].
type ReadOp struct {
	op   *operation
	get  types.TransactGetItem
	into reflect.Value // what the item is stored in
}

// operation is what a transaction needs to know of either kind.
type operation struct {
	name, table string
	key         item
	store       *store
	id          string // table and key: no two operations may share it
	size        int
	err         error
}

func (s *store) operation(name string, key item, err error) *operation {
	op := &operation{name: name, table: s.table, key: key, store: s, err: err}
	op.id = string(canonicalItem(appendPart(nil, 'T', s.table), key))
	op.size = itemSize(key)
	return op
}

// PutOp is a [Repository.Put] in a transaction. Of the options, [IfNotExists],
// [If] and [Stored] apply.
func (r *Repository[T]) PutOp(v T, opts ...WriteOption) WriteOp {
	return r.store.putOp(valueAt(&v), opts)
}

func (s *store) putOp(v reflect.Value, opts []WriteOption) WriteOp {
	w, err := s.newPut(v, opts, false)
	op := s.writeOp("put", w, err, "IfNotExists If Stored")
	if op.op.err != nil {
		return op
	}
	op.op.size = itemSize(op.write.Put.Item)
	op.op.err = checkSize(op.write.Put.Item)
	op.done = func() { w.cfg.store(v) }
	return op
}

// UpdateOp is a [Repository.Update] in a transaction, which does not answer the
// item. Of the options, [IfNotExists], [If] and [IfVersion] apply.
func (r *Repository[T]) UpdateOp(key Key, u expression.UpdateBuilder, opts ...WriteOption) WriteOp {
	w, err := r.store.newUpdate(key, u, opts)
	return r.store.writeOp("update", w, err, "IfNotExists If IfVersion")
}

// DeleteOp is a [Repository.Delete] in a transaction. Of the options, [If] and
// [IfVersion] apply.
func (r *Repository[T]) DeleteOp(key Key, opts ...WriteOption) WriteOp {
	w, err := r.store.newDelete(key, opts)
	return r.store.writeOp("delete", w, err, "If IfVersion")
}

// CheckOp lets a transaction happen only if c holds for an item that it does not
// write. A condition on an item that is not there can hold, as in
// expression.Name("id").AttributeNotExists().
func (r *Repository[T]) CheckOp(key Key, c expression.ConditionBuilder) WriteOp {
	w, err := r.store.newDelete(key, []WriteOption{If(c)}) // a check is a delete that deletes nothing
	op := r.store.writeOp("check", w, err, "If")
	if d := op.write.Delete; d != nil {
		op.write = types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
			TableName:                           d.TableName,
			Key:                                 d.Key,
			ConditionExpression:                 d.ConditionExpression,
			ExpressionAttributeNames:            d.ExpressionAttributeNames,
			ExpressionAttributeValues:           d.ExpressionAttributeValues,
			ReturnValuesOnConditionCheckFailure: d.ReturnValuesOnConditionCheckFailure,
		}}
	}
	return op
}

// writeOp makes a write an operation. Options that mean something for a write by
// itself only do not apply.
func (s *store) writeOp(name string, w *write, err error, allowed string) WriteOp {
	if err == nil {
		err = w.cfg.only(allowed)
	}
	if err != nil {
		return WriteOp{op: s.operation(name, nil, err)}
	}
	return WriteOp{op: s.operation(name, w.key, nil), write: w.transact()}
}

// GetOp is a [Repository.Get] in a transaction; the item is stored in *into. Of
// the options, [Project] applies. A transaction always reads consistently.
func (r *Repository[T]) GetOp(k Key, into *T, opts ...ReadOption) ReadOp {
	if into == nil {
		return ReadOp{op: r.store.operation("get", nil, errors.New("GetOp needs a pointer to store to"))}
	}
	return r.store.getOp(k, reflect.ValueOf(into).Elem(), opts)
}

func (s *store) getOp(k Key, into reflect.Value, opts []ReadOption) ReadOp {
	key, get, err := s.transactGet(k, opts)
	return ReadOp{op: s.operation("get", key, err), get: types.TransactGetItem{Get: get}, into: into}
}

func (s *store) transactGet(k Key, opts []ReadOption) (item, *types.Get, error) {
	cfg, err := newReadConfig(opts, "Project")
	if err != nil {
		return nil, nil, err
	}
	key, err := s.schema.encodeKey(k)
	if err != nil {
		return nil, nil, err
	}
	err = s.schema.forRead(cfg, nil)
	return key, &types.Get{
		TableName:                aws.String(s.table),
		Key:                      key,
		ProjectionExpression:     cfg.e.projection,
		ExpressionAttributeNames: cfg.e.names,
	}, err
}

// decode decodes the answer to a read, which it does not store yet.
func (op *ReadOp) decode(raw item) (reflect.Value, error) {
	v := reflect.New(op.into.Type()).Elem()
	return v, op.op.store.readOwn(raw, op.op.key, v)
}
