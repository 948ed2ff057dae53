package dynamotest

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

type queryRequest struct {
	legacy
	TableName                 *string
	IndexName                 *string
	Select                    string
	Limit                     *int32
	ExclusiveStartKey         item
	ConsistentRead            *bool
	ScanIndexForward          *bool
	KeyConditionExpression    *string
	FilterExpression          *string
	ProjectionExpression      *string
	ExpressionAttributeNames  attributeNames
	ExpressionAttributeValues item
	ReturnConsumedCapacity    string
}

func (r *queryRequest) table() string { return deref(r.TableName) }

func query(db *DB, r *queryRequest) (*pageResult, *fault) {
	if f := r.check(); f != nil {
		return nil, f
	}
	p, key, f := r.prepare()
	if f != nil {
		return nil, f
	}
	conditions, f := keyConditions(key)
	if f != nil {
		return nil, f
	}
	db.mu.RLock()
	defer db.mu.RUnlock()
	if p.table, f = db.table(*r.TableName); f != nil {
		return nil, f
	}
	if f := noIndex(r.IndexName); f != nil {
		return nil, f
	}
	if f := p.checkScalars(); f != nil {
		return nil, f
	}
	if f := r.collect(p, conditions); f != nil {
		return nil, f
	}
	units := readUnits(p.bytes, deref(r.ConsistentRead))
	return &pageResult{page: *p, capacity: consumption(r.ReturnConsumedCapacity, p.table.name, units)}, nil
}

func (r *queryRequest) check() *fault {
	c := &constraints{}
	c.enum("select", r.Select, "SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES")
	c.name("indexName", r.IndexName, false)
	c.consumed(r.ReturnConsumedCapacity)
	c.name("tableName", r.TableName, true)
	c.atLeast("limit", r.Limit, 1)
	if f := c.fault(); f != nil {
		return f
	}
	return r.legacy.fault("AttributesToGet", "KeyConditions", "QueryFilter", "ConditionalOperator")
}

func (r *queryRequest) prepare() (*page, *expr, *fault) {
	holders, f := bindPlaceholders(r.ExpressionAttributeNames, r.ExpressionAttributeValues,
		expressionText{"ProjectionExpression", r.ProjectionExpression}, expressionText{"FilterExpression", r.FilterExpression},
		expressionText{"KeyConditionExpression", r.KeyConditionExpression})
	if f != nil {
		return nil, nil, f
	}
	if f := checkStartValues(r.ExclusiveStartKey); f != nil {
		return nil, nil, f
	}
	if r.KeyConditionExpression == nil {
		return nil, nil, validation("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
	}
	if f := checkSelect(r.Select, r.ProjectionExpression, r.IndexName); f != nil {
		return nil, nil, f
	}
	key, f := parseCondition("KeyConditionExpression", *r.KeyConditionExpression, holders)
	if f != nil {
		return nil, nil, f
	}
	p := &page{limit: int(deref(r.Limit)), countOnly: r.Select == "COUNT"}
	if p.filter, f = optionalCondition("FilterExpression", r.FilterExpression, holders); f != nil {
		return nil, nil, f
	}
	if p.projection, f = optionalProjection(r.ProjectionExpression, holders); f != nil {
		return nil, nil, f
	}
	return p, key, holders.unused()
}

// collect fills the page from one partition, after the start key.
func (r *queryRequest) collect(p *page, conditions []keyCondition) *fault {
	partition, sorts, f := p.table.bind(conditions)
	if f != nil {
		return f
	}
	at := rowKey{partition: partition.ordered()}
	at.hash = hash(at.partition)
	start, f := r.start(p.table, at, sorts)
	if f != nil {
		return f
	}
	if f := p.filter.checkFilterKeys(p.table); f != nil {
		return f
	}
	visit := func(k rowKey, row row) bool {
		switch {
		case k.hash != at.hash || k.partition != at.partition:
			return false
		case start != nil && k == *start || k.sort == sorts.low && sorts.lowOpen || k.sort == sorts.high && sorts.highOpen:
			return true
		case !sorts.contains(k.sort):
			return false
		}
		return p.add(k, row)
	}
	if r.ScanIndexForward == nil || *r.ScanIndexForward {
		at.sort = sorts.low
		if start != nil {
			at = *start
		}
		p.table.rows.ascend(at, visit)
		return nil
	}
	at.sort = sorts.high
	if start != nil {
		at = *start
	}
	p.table.rows.descend(at, visit)
	return nil
}

// start is the row that the query goes on after, nil where it starts afresh.
func (r *queryRequest) start(t *table, partition rowKey, sorts sortRange) (*rowKey, *fault) {
	if r.ExclusiveStartKey == nil {
		return nil, nil
	}
	if len(r.ExclusiveStartKey) != len(t.keys) {
		return nil, validation(msgStartKey)
	}
	if f := t.checkStart(r.ExclusiveStartKey); f != nil {
		return nil, f
	}
	k := t.rowKey(r.ExclusiveStartKey)
	conditional := sorts != sortRange{high: beyond}
	switch {
	case conditional && !sorts.contains(k.sort):
		return nil, validation("The provided starting key does not match the range key predicate")
	case k.partition != partition.partition && conditional:
		return nil, validation("The query can return at most one row and cannot be restarted")
	case k.partition != partition.partition:
		return nil, validation("The provided starting key is outside query boundaries based on provided conditions")
	}
	return &k, nil
}

// checkFilterKeys rejects a filter on key attributes, which the key condition is for.
func (e *expr) checkFilterKeys(t *table) *fault {
	if e == nil {
		return nil
	}
	if e.kind == exprPath && t.isKey(e.path[0].name) {
		return validation("Filter Expression can only contain non-primary key attributes: Primary key attribute: %s", e.path[0].name)
	}
	for _, a := range e.args {
		if f := a.checkFilterKeys(t); f != nil {
			return f
		}
	}
	return nil
}

// Query is DynamoDB's Query on a table's primary key.
func (db *DB) Query(ctx context.Context, in *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	if in == nil {
		in = &dynamodb.QueryInput{}
	}
	res, err := run(ctx, db, "Query", query, &queryRequest{
		legacy: legacy{
			AttributesToGet: in.AttributesToGet != nil, ConditionalOperator: in.ConditionalOperator != "",
			KeyConditions: in.KeyConditions != nil, QueryFilter: in.QueryFilter != nil,
		},
		TableName: in.TableName, IndexName: in.IndexName, Select: string(in.Select), Limit: in.Limit,
		ExclusiveStartKey: fromSDK(in.ExclusiveStartKey), ConsistentRead: in.ConsistentRead,
		ScanIndexForward: in.ScanIndexForward, KeyConditionExpression: in.KeyConditionExpression,
		FilterExpression: in.FilterExpression, ProjectionExpression: in.ProjectionExpression,
		ExpressionAttributeNames:  in.ExpressionAttributeNames,
		ExpressionAttributeValues: fromSDK(in.ExpressionAttributeValues),
		ReturnConsumedCapacity:    string(in.ReturnConsumedCapacity),
	})
	if err != nil {
		return nil, sdkError("Query", err)
	}
	return &dynamodb.QueryOutput{
		Items: res.sdk(), Count: int32(res.count), ScannedCount: int32(res.scanned),
		LastEvaluatedKey: res.last.sdk(), ConsumedCapacity: res.capacity.sdk(),
	}, nil
}
