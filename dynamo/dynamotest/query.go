package dynamotest

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

type queryRequest struct {
	TableName                 *string
	IndexName                 *string
	Select                    string
	AttributesToGet           []string
	ConditionalOperator       string
	QueryFilter               conditionSpecs
	KeyConditions             conditionSpecs
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

	anyFilter bool // of PartiQL, whose filters may name keys
}

func (r *queryRequest) table() string { return deref(r.TableName) }

func query(db *DB, r *queryRequest) (*pageResult, *fault) {
	if f := r.check(); f != nil {
		return nil, f
	}
	p, conditions, f := r.prepare()
	if f != nil {
		return nil, f
	}
	db.mu.RLock()
	defer db.mu.RUnlock()
	v, f := db.view(*r.TableName, r.IndexName)
	if f != nil {
		return nil, f
	}
	if f := p.read(v, r.Select); f != nil {
		return nil, f
	}
	if f := r.collect(p, conditions); f != nil {
		return nil, f
	}
	return p.result(r.ReturnConsumedCapacity), nil
}

func (r *queryRequest) check() *fault {
	c := &constraints{}
	c.enum("select", r.Select, "SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES")
	c.indexName("indexName", r.IndexName)
	c.consumed(r.ReturnConsumedCapacity)
	c.tableName("tableName", r.TableName, 1)
	if r.Limit != nil && *r.Limit < 1 { // other than Scan's, it is not shown
		c.violations = append(c.violations, "Value at 'Limit' failed to satisfy constraint: Member must have value greater than or equal to 1")
	}
	c.toGet("attributesToGet", r.AttributesToGet)
	c.conditional(r.ConditionalOperator)
	r.QueryFilter.constrain(c, "queryFilter", false)
	r.KeyConditions.constrain(c, "keyConditions", false)
	if f := c.fault(); f != nil {
		return f
	}
	return checkMix([]parameter{
		{"AttributesToGet", r.AttributesToGet != nil}, {"QueryFilter", r.QueryFilter != nil}, {"ConditionalOperator", r.ConditionalOperator != ""},
		{"KeyConditions", r.KeyConditions != nil && r.KeyConditionExpression != nil},
	}, []parameter{
		{"ProjectionExpression", r.ProjectionExpression != nil}, {"FilterExpression", r.FilterExpression != nil},
		{"KeyConditionExpression", r.KeyConditionExpression != nil},
	})
}

// prepare checks the request as far as it goes without the table.
func (r *queryRequest) prepare() (*page, []keyCondition, *fault) {
	if f := checkPlaceholders(r.ExpressionAttributeNames, r.ExpressionAttributeValues,
		expressionText{"ProjectionExpression", r.ProjectionExpression}, expressionText{"FilterExpression", r.FilterExpression},
		expressionText{"KeyConditionExpression", r.KeyConditionExpression}); f != nil {
		return nil, nil, f
	}
	if f := checkStartValues(r.ExclusiveStartKey); f != nil {
		return nil, nil, f
	}
	if r.KeyConditionExpression == nil && r.KeyConditions == nil {
		return nil, nil, validation("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
	}
	holders, f := newPlaceholders(r.ExpressionAttributeNames, r.ExpressionAttributeValues)
	if f != nil {
		return nil, nil, f
	}
	what := projected{r.AttributesToGet, r.ProjectionExpression, nil}
	if f := checkSelect(r.Select, what, r.IndexName); f != nil {
		return nil, nil, f
	}
	conditions, f := r.keyConditions(holders)
	if f != nil {
		return nil, nil, f
	}
	p := &page{limit: int(deref(r.Limit)), countOnly: r.Select == "COUNT", consistent: deref(r.ConsistentRead)}
	if f := p.prepare(filtered{r.QueryFilter, r.ConditionalOperator, r.FilterExpression}, what, holders); f != nil {
		return nil, nil, f
	}
	return p, conditions, holders.unused()
}

func (r *queryRequest) keyConditions(holders *placeholders) ([]keyCondition, *fault) {
	if r.KeyConditionExpression == nil {
		return r.KeyConditions.keyConditions()
	}
	e, f := parseCondition("KeyConditionExpression", *r.KeyConditionExpression, holders)
	if f != nil {
		return nil, f
	}
	return keyConditions(e)
}

// collect fills the page from one partition, after the start key.
func (r *queryRequest) collect(p *page, conditions []keyCondition) *fault {
	partition, condition, f := bindKey(p.view.keys(), conditions)
	if f != nil {
		return f
	}
	at, sorts := rowKey{partition: partition.ordered()}, p.view.sorts(condition)
	at.hash = hash(at.partition)
	start, f := r.start(p.view, at, condition)
	if f != nil {
		return f
	}
	if f := p.filter.checkFilterKeys(p.view.keys(), r.QueryFilter != nil); f != nil && !r.anyFilter {
		return f
	}
	forward := r.ScanIndexForward == nil || *r.ScanIndexForward
	visit := func(k rowKey, row row) bool {
		switch {
		case k.hash != at.hash || k.partition != at.partition:
			return false
		case start != nil && k == *start || !forward && k.sort >= sorts.high:
			return true
		case !sorts.contains(k.sort):
			return false
		}
		return p.add(k, row)
	}
	from := at
	if from.sort = sorts.low; !forward {
		from.sort = sorts.high
	}
	if start != nil {
		from = *start
	}
	if forward {
		p.view.rows().ascend(from, visit)
	} else {
		p.view.rows().descend(from, visit)
	}
	return nil
}

// start is the row that the query goes on after, nil where it starts afresh.
func (r *queryRequest) start(v view, partition rowKey, condition *keyCondition) (*rowKey, *fault) {
	if r.ExclusiveStartKey == nil {
		return nil, nil
	}
	if v.index == nil && len(r.ExclusiveStartKey) != len(v.table.keys) {
		return nil, validation(msgStartKey)
	}
	if f := v.checkStart(r.ExclusiveStartKey); f != nil {
		return nil, f
	}
	k := v.rowKey(r.ExclusiveStartKey)
	switch {
	case condition != nil && !v.sorts(condition).contains(k.sort):
		return nil, validation("The provided starting key does not match the range key predicate")
	case k.partition != partition.partition && condition != nil:
		return nil, validation("The query can return at most one row and cannot be restarted")
	case k.partition != partition.partition:
		return nil, validation("The provided starting key is outside query boundaries based on provided conditions")
	}
	return &k, nil
}

// checkFilterKeys rejects a filter on key attributes, which the key condition is for.
func (e *expr) checkFilterKeys(keys []keyAttr, legacy bool) *fault {
	if e == nil {
		return nil
	}
	if e.kind == exprPath && slices.Contains(keyNames(keys), e.path[0].name) {
		member := "Filter Expression"
		if legacy {
			member = "QueryFilter"
		}
		return validation("%s can only contain non-primary key attributes: Primary key attribute: %s", member, e.path[0].name)
	}
	for _, a := range e.args {
		if f := a.checkFilterKeys(keys, legacy); f != nil {
			return f
		}
	}
	return nil
}

// Query is DynamoDB's Query.
func (db *DB) Query(ctx context.Context, in *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	if in == nil {
		in = &dynamodb.QueryInput{}
	}
	res, err := run(ctx, db, "Query", query, &queryRequest{
		AttributesToGet: in.AttributesToGet, ConditionalOperator: string(in.ConditionalOperator), QueryFilter: specsFromSDK(in.QueryFilter),
		KeyConditions: specsFromSDK(in.KeyConditions),
		TableName:     in.TableName, IndexName: in.IndexName, Select: string(in.Select), Limit: in.Limit,
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
