package dynamotest

import (
	"context"
	"crypto/sha256"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

type executeTransactionRequest struct {
	TransactStatements     []sqlRequest
	ClientRequestToken     *string
	ReturnConsumedCapacity string
}

func (r *executeTransactionRequest) table() string { return onlyTable(r.TransactStatements) }

// executeTransaction runs up to 100 statements as one: all read, or all write.
func executeTransaction(db *DB, r *executeTransactionRequest) (*executeBatchResult, *fault) {
	statements, f := r.prepare()
	if f != nil {
		return nil, f
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	if statements[0].reads() {
		return r.read(db, statements)
	}
	mutations := make([]*mutation, len(statements))
	for i, s := range statements {
		t, f := db.table(s.table)
		if f != nil {
			return nil, f
		}
		if mutations[i], f = s.mutation(t, &r.TransactStatements[i]); f != nil {
			return nil, f
		}
		if _, rest, _ := s.key(t); s.verb == "EXISTS" && len(rest) == 0 {
			return nil, failedStatement(i, "EXISTS() must contain a single item read with additional condition")
		}
	}
	res, f := db.transact(mutations, transactMode{deref(r.ClientRequestToken), r.digest, r.ReturnConsumedCapacity, ""})
	if f != nil {
		return nil, f
	}
	return &executeBatchResult{capacity: res.capacity}, nil
}

func (r *executeTransactionRequest) prepare() ([]*statement, *fault) {
	c := &constraints{}
	if token := r.ClientRequestToken; token != nil && len(*token) > 36 {
		c.violate(*token, "clientRequestToken", "Member must have length less than or equal to 36")
	}
	c.consumed(r.ReturnConsumedCapacity)
	if c.present("transactStatements", r.TransactStatements != nil); r.TransactStatements != nil {
		c.count("transactStatements", objects("ParameterizedStatement", len(r.TransactStatements)), len(r.TransactStatements), maxTransact)
	}
	for i := range r.TransactStatements {
		r.TransactStatements[i].constrain(c, memberOf("transactStatements", i, ""))
	}
	if f := c.fault(); f != nil {
		return nil, f
	}
	statements, faults := make([]*statement, len(r.TransactStatements)), make([]*fault, len(r.TransactStatements))
	for i := range r.TransactStatements {
		s, f := r.TransactStatements[i].parse()
		if f != nil {
			return nil, f
		}
		switch statements[i] = s; {
		case s.returning != "":
			return nil, failedStatement(i, "RETURNING clause is not supported in ExecuteTransaction.")
		case s.index != "":
			return nil, failedStatement(i, "Reads on indices are not supported within transactions.")
		}
	}
	if mixed(statements, faults) {
		return nil, validation("ExecuteTransaction API does not support both read and write operations in the same request.")
	}
	return statements, nil
}

func failedStatement(i int, message string) *fault {
	return validation("Validation failed in TransactStatements[%d]: %s", i, message)
}

func (r *executeTransactionRequest) read(db *DB, statements []*statement) (*executeBatchResult, *fault) {
	res, b, seen := &executeBatchResult{}, newBill(r.ReturnConsumedCapacity, false), map[tableRow]bool{}
	for i, s := range statements {
		found, size, f := s.one(db, "ExecuteTransaction")
		if f != nil && f.kind == faultValidation {
			return nil, failedStatement(i, f.message)
		}
		if f != nil {
			return nil, f
		}
		t, f := db.table(s.table)
		if f != nil {
			return nil, f
		}
		key, _, _ := s.key(t)
		at := tableRow{t.name, t.rowKey(key)}
		if seen[at] {
			return nil, validation(msgTransactTwice)
		}
		seen[at] = true
		b.of(s.table).charge(2 * readUnits(size, true))
		res.responses = append(res.responses, statementResponse{item: found})
	}
	res.capacity = b.reports
	return res, nil
}

// digest identifies what the transaction is to do, for its token.
func (r *executeTransactionRequest) digest() [32]byte {
	b := []byte("PartiQL")
	for _, s := range r.TransactStatements {
		b = appendQuoted(b, *s.Statement)
		b = appendCanonicalValue(b, value{kind: kindL, list: s.Parameters})
	}
	return sha256.Sum256(b)
}

// ExecuteTransaction is DynamoDB's ExecuteTransaction.
func (db *DB) ExecuteTransaction(ctx context.Context, in *dynamodb.ExecuteTransactionInput, opts ...func(*dynamodb.Options)) (*dynamodb.ExecuteTransactionOutput, error) {
	return db.Client().ExecuteTransaction(ctx, in, opts...)
}
