package dynamo

import (
	"context"
	"errors"

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
	op     *operation
	get    types.TransactGetItem
	decode func(item) (store func(), err error)
}

// operation is what a transaction needs to know of either kind.
type operation struct {
	name, table     string
	client          Client
	backoff         backoff
	watch           func(context.Context, string) *observation
	id              string // table and key: no two operations may share it
	size            int
	conditionFailed func(*types.ConditionalCheckFailedException) error
	err             error
}

func (r *Repository[T]) operation(name string, key item, err error) *operation {
	op := &operation{name: name, table: r.table, client: r.client, backoff: r.backoff, watch: r.watch, err: err}
	op.id = string(canonicalItem(appendPart(nil, 'T', r.table), key))
	op.size = itemSize(key)
	op.conditionFailed = func(failed *types.ConditionalCheckFailedException) error {
		return r.conditionFailed(&write{op: name, key: key}, failed, failed)
	}
	return op
}

// PutOp is a [Repository.Put] in a transaction. Of the options, [IfNotExists],
// [If] and [Stored] apply.
func (r *Repository[T]) PutOp(v T, opts ...WriteOption) WriteOp {
	w, err := r.put(&v, opts)
	op := r.writeOp("put", w, err, "IfNotExists", "If", "Stored")
	if op.op.err != nil {
		return op
	}
	op.op.size = itemSize(op.write.Put.Item)
	op.op.err = checkSize(op.write.Put.Item)
	if stored, _ := w.cfg.stored.(*T); stored != nil {
		op.done = func() { *stored = v }
	}
	return op
}

// UpdateOp is a [Repository.Update] in a transaction, which does not answer the
// item. Of the options, [IfNotExists], [If] and [IfVersion] apply.
func (r *Repository[T]) UpdateOp(key Key, u expression.UpdateBuilder, opts ...WriteOption) WriteOp {
	w, err := r.update(key, u, opts)
	return r.writeOp("update", w, err, "IfNotExists", "If", "IfVersion")
}

// DeleteOp is a [Repository.Delete] in a transaction. Of the options, [If] and
// [IfVersion] apply.
func (r *Repository[T]) DeleteOp(key Key, opts ...WriteOption) WriteOp {
	w, err := r.delete(key, opts)
	return r.writeOp("delete", w, err, "If", "IfVersion")
}

// CheckOp lets a transaction happen only if c holds for an item that it does not
// write. A condition on an item that is not there can hold, as in
// expression.Name("id").AttributeNotExists().
func (r *Repository[T]) CheckOp(key Key, c expression.ConditionBuilder) WriteOp {
	w, err := r.delete(key, []WriteOption{If(c)}) // a check is a delete that deletes nothing
	op := r.writeOp("check", w, err, "If")
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
func (r *Repository[T]) writeOp(name string, w *write, err error, allowed ...string) WriteOp {
	if err == nil {
		err = w.cfg.only(allowed)
	}
	if err != nil {
		return WriteOp{op: r.operation(name, nil, err)}
	}
	return WriteOp{op: r.operation(name, w.key, nil), write: w.transact}
}

// GetOp is a [Repository.Get] in a transaction; the item is stored in *into. Of
// the options, [Project] applies. A transaction always reads consistently.
func (r *Repository[T]) GetOp(k Key, into *T, opts ...ReadOption) ReadOp {
	key, get, err := r.transactGet(k, into, opts)
	op := ReadOp{op: r.operation("get", key, err), get: types.TransactGetItem{Get: get}}
	op.decode = func(raw item) (func(), error) {
		var v T
		if err := r.readOwn(raw, key, &v); err != nil {
			return nil, err
		}
		return func() { *into = v }, nil
	}
	return op
}

func (r *Repository[T]) transactGet(k Key, into *T, opts []ReadOption) (item, *types.Get, error) {
	cfg, err := newReadConfig(opts, "Project")
	if err == nil && into == nil {
		err = errors.New("GetOp needs a pointer to store to")
	}
	if err != nil {
		return nil, nil, err
	}
	key, err := r.schema.encodeKey(k)
	if err != nil {
		return nil, nil, err
	}
	e, err := r.schema.forRead(cfg, nil)
	return key, &types.Get{
		TableName:                aws.String(r.table),
		Key:                      key,
		ProjectionExpression:     e.projection,
		ExpressionAttributeNames: e.names,
	}, err
}
