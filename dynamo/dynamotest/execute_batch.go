package dynamotest

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

const maxStatements = 25

type executeBatchRequest struct {
	Statements             []sqlRequest
	ReturnConsumedCapacity string
}

type executeBatchResult struct {
	responses []statementResponse
	capacity  []*capacity
}

// A statementResponse answers one statement of a batch or of a transaction.
type statementResponse struct {
	table string
	item  item
	fault *fault
}

func (r *executeBatchRequest) table() string { return onlyTable(r.Statements) }

// onlyTable is the table of all statements, empty where they have several.
func onlyTable(statements []sqlRequest) string {
	names := map[string]bool{}
	for _, s := range statements {
		names[s.tableOf()] = true
	}
	return onlyKey(names)
}

// executeBatch runs up to 25 statements, each by itself: all read, or all write.
func executeBatch(db *DB, r *executeBatchRequest) (*executeBatchResult, *fault) {
	c := &constraints{}
	c.consumed(r.ReturnConsumedCapacity)
	if c.present("statements", r.Statements != nil); r.Statements != nil {
		c.count("statements", objects("BatchStatementRequest", len(r.Statements)), len(r.Statements), maxStatements)
	}
	for i := range r.Statements {
		r.Statements[i].constrain(c, memberOf("statements", i, ""))
	}
	if f := c.fault(); f != nil {
		return nil, f
	}
	statements, faults := make([]*statement, len(r.Statements)), make([]*fault, len(r.Statements))
	for i := range r.Statements {
		statements[i], faults[i] = r.Statements[i].parse()
	}
	if mixed(statements, faults) {
		return nil, validation("Read and write requests together in the same batch is not supported.")
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	if repeated(db, statements, faults) {
		return nil, validation("Provided list of item keys contains duplicates")
	}
	res := &executeBatchResult{}
	for i, s := range statements {
		answer := statementResponse{fault: faults[i]}
		if answer.fault == nil {
			answer = s.inBatch(db, &r.Statements[i], r.ReturnConsumedCapacity, res)
		}
		res.responses = append(res.responses, answer)
	}
	return res, nil
}

// mixed tells whether some statements read and others write.
func mixed(statements []*statement, faults []*fault) bool {
	var kinds [2]bool
	for i, s := range statements {
		if faults[i] == nil && s.reads() {
			kinds[0] = true
		} else if faults[i] == nil {
			kinds[1] = true
		}
	}
	return kinds[0] && kinds[1]
}

// repeated tells whether two statements are about one item.
func repeated(db *DB, statements []*statement, faults []*fault) bool {
	seen := map[tableRow]bool{}
	for i, s := range statements {
		if faults[i] != nil {
			continue
		}
		t, f := db.table(s.table)
		if f != nil {
			continue
		}
		key := s.item
		if s.verb != "INSERT" {
			key, _, _ = s.key(t)
		}
		if checkSQLKey(t, key) != nil {
			continue
		}
		at := tableRow{t.name, t.rowKey(key)}
		if seen[at] {
			return true
		}
		seen[at] = true
	}
	return false
}

func (s *statement) inBatch(db *DB, r *sqlRequest, consumed string, res *executeBatchResult) (answer statementResponse) {
	answer.table = s.table
	var used *capacity
	switch {
	case s.verb == "EXISTS":
		answer.fault = validation(msgExists)
	case s.reads() && s.index != "":
		answer.fault = unkeyed("BatchExecuteStatement") // an index has no primary key
	case s.reads():
		var size int
		if answer.item, size, answer.fault = s.one(db, "BatchExecuteStatement"); answer.fault == nil {
			used = newCapacity(consumed, s.table)
			used.charge(readUnits(size, deref(r.ConsistentRead)))
		}
	default:
		var one *executeResult
		if one, answer.fault = s.write(db, r, consumed); answer.fault == nil {
			if used = one.capacity; len(one.items) > 0 {
				answer.item = one.items[0]
			}
		}
	}
	if used != nil {
		res.capacity = append(res.capacity, used)
	}
	return answer
}

// codeOf is the code of a statement's error.
func codeOf(f *fault) string {
	switch f.kind {
	case faultValidation:
		return "ValidationError"
	case faultConditionFailed:
		return "ConditionalCheckFailed"
	case faultTableNotFound:
		return "ResourceNotFound"
	case faultDuplicate:
		return "DuplicateItem"
	}
	return "InternalServerError"
}

func appendResponse(b []byte, r statementResponse) []byte {
	o := object{append(b, '{')}
	if r.fault != nil {
		o.member("Error")
		o.b = appendReason(o.b, reason{codeOf(r.fault), r.fault.message, r.fault.item})
	} else if r.table != "" {
		o.text("TableName", r.table)
	}
	o.item("Item", r.item)
	return append(o.b, '}')
}

func (r *executeBatchResult) appendWire(b []byte) []byte {
	o := object{append(b, '{')}
	o.member("Responses")
	o.b = appendList(o.b, r.responses, appendResponse)
	o.capacities(r.capacity)
	return append(o.b, '}')
}

// BatchExecuteStatement is DynamoDB's BatchExecuteStatement.
func (db *DB) BatchExecuteStatement(ctx context.Context, in *dynamodb.BatchExecuteStatementInput, opts ...func(*dynamodb.Options)) (*dynamodb.BatchExecuteStatementOutput, error) {
	return db.Client().BatchExecuteStatement(ctx, in, opts...)
}
