package dynamotest

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

const maxListTables = 100

type listTablesRequest struct {
	ExclusiveStartTableName *string
	Limit                   *int32
}

type listTablesResult struct {
	names []string
	last  string // empty at the end
}

func (r *listTablesRequest) table() string { return "" }

// listTables lists up to 100 names in order, after the start name.
func listTables(db *DB, r *listTablesRequest) (*listTablesResult, *fault) {
	c := &constraints{}
	c.indexName("exclusiveStartTableName", r.ExclusiveStartTableName)
	c.atLeast("limit", r.Limit, 1)
	c.atMost("limit", r.Limit, maxListTables)
	if f := c.fault(); f != nil {
		return nil, f
	}
	db.mu.RLock()
	defer db.mu.RUnlock()
	names := slices.Sorted(maps.Keys(db.tables))
	names = slices.DeleteFunc(names, func(name string) bool { return db.status(db.tables[name].settling) == statusGone })
	if start := r.ExclusiveStartTableName; start != nil {
		i, found := slices.BinarySearch(names, *start)
		if found {
			i++
		}
		names = names[i:]
	}
	limit := maxListTables
	if r.Limit != nil {
		limit = int(*r.Limit)
	}
	if len(names) <= limit {
		return &listTablesResult{names: names}, nil
	}
	return &listTablesResult{names: names[:limit], last: names[limit-1]}, nil
}

func (r *listTablesResult) appendWire(b []byte) []byte {
	o := object{append(b, '{')}
	o.member("TableNames")
	o.b = appendList(o.b, r.names, appendString)
	if r.last != "" {
		o.text("LastEvaluatedTableName", r.last)
	}
	return append(o.b, '}')
}

// ListTables is DynamoDB's ListTables.
func (db *DB) ListTables(ctx context.Context, in *dynamodb.ListTablesInput, _ ...func(*dynamodb.Options)) (*dynamodb.ListTablesOutput, error) {
	if in == nil {
		in = &dynamodb.ListTablesInput{}
	}
	res, err := run(ctx, db, "ListTables", listTables, &listTablesRequest{
		ExclusiveStartTableName: in.ExclusiveStartTableName, Limit: in.Limit,
	})
	if err != nil {
		return nil, sdkError("ListTables", err)
	}
	out := &dynamodb.ListTablesOutput{TableNames: res.names}
	if res.last != "" {
		out.LastEvaluatedTableName = aws.String(res.last)
	}
	return out, nil
}
