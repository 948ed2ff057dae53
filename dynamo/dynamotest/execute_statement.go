package dynamotest

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

type executeRequest struct {
	sqlRequest
	Limit                  *int32
	NextToken              *string
	ReturnConsumedCapacity string
}

type executeResult struct {
	items    []item
	last     item
	capacity *capacity
}

func (r *executeRequest) table() string { return r.tableOf() }

const msgExists = "EXISTS can only be used in ExecuteTransaction write requests."

// executeStatement runs one statement of PartiQL.
func executeStatement(db *DB, r *executeRequest) (*executeResult, *fault) {
	c := &constraints{}
	c.consumed(r.ReturnConsumedCapacity)
	c.atLeast("limit", r.Limit, 1)
	r.constrain(c, "")
	if f := c.fault(); f != nil {
		return nil, f
	}
	s, f := r.parse()
	if f != nil {
		return nil, f
	}
	start, f := startOf(r.NextToken)
	if f != nil {
		return nil, f
	}
	switch s.verb {
	case "EXISTS":
		return nil, validation(msgExists)
	case "SELECT":
		db.mu.RLock()
		defer db.mu.RUnlock()
		p, f := s.page(db, int(deref(r.Limit)), deref(r.ConsistentRead), start)
		if f != nil {
			return nil, f
		}
		res := p.result(r.ReturnConsumedCapacity)
		return &executeResult{items: res.items, last: res.last, capacity: res.capacity}, nil
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	return s.write(db, &r.sqlRequest, r.ReturnConsumedCapacity)
}

// write carries a statement out that is no SELECT. The caller holds the lock.
func (s *statement) write(db *DB, r *sqlRequest, consumed string) (*executeResult, *fault) {
	t, f := db.table(s.table)
	if f != nil {
		return nil, f
	}
	m, f := s.mutation(t, r)
	if f != nil {
		return nil, f
	}
	c, f := m.plan(db)
	if f != nil {
		return nil, f
	}
	c.commit(db)
	res := &executeResult{items: s.returned(m, c), capacity: newCapacity(consumed, t.name)}
	res.capacity.chargeWrite(c, 1)
	return res, nil
}

func (r *executeResult) appendWire(b []byte) []byte {
	o := object{append(b, '{')}
	o.items("Items", r.items)
	if token := nextToken(r.last); token != "" {
		o.text("NextToken", token)
	}
	o.item("LastEvaluatedKey", r.last)
	o.capacity(r.capacity)
	return append(o.b, '}')
}

// ExecuteStatement is DynamoDB's ExecuteStatement.
func (db *DB) ExecuteStatement(ctx context.Context, in *dynamodb.ExecuteStatementInput, opts ...func(*dynamodb.Options)) (*dynamodb.ExecuteStatementOutput, error) {
	return db.Client().ExecuteStatement(ctx, in, opts...)
}
