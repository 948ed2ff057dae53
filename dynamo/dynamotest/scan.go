package dynamotest

import (
	"context"
	"math"
	"math/bits"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

type scanRequest struct {
	TableName                 *string
	IndexName                 *string
	Select                    string
	AttributesToGet           []string
	ConditionalOperator       string
	ScanFilter                conditionSpecs
	Limit                     *int32
	Segment                   *int32
	TotalSegments             *int32
	ExclusiveStartKey         item
	ConsistentRead            *bool
	FilterExpression          *string
	ProjectionExpression      *string
	ExpressionAttributeNames  attributeNames
	ExpressionAttributeValues item
	ReturnConsumedCapacity    string
}

func (r *scanRequest) table() string { return deref(r.TableName) }

func scan(db *DB, r *scanRequest) (*pageResult, *fault) {
	if f := r.check(); f != nil {
		return nil, f
	}
	p, f := r.prepare()
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
	if f := r.collect(p); f != nil {
		return nil, f
	}
	return p.result(r.ReturnConsumedCapacity), nil
}

func (r *scanRequest) check() *fault {
	c := &constraints{}
	c.enum("select", r.Select, "SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES")
	c.indexName("indexName", r.IndexName)
	c.atLeast("totalSegments", r.TotalSegments, 1)
	c.atMost("totalSegments", r.TotalSegments, 1_000_000)
	c.consumed(r.ReturnConsumedCapacity)
	c.tableName("tableName", r.TableName, 1)
	c.atLeast("segment", r.Segment, 0)
	c.atLeast("limit", r.Limit, 1)
	c.toGet("attributesToGet", r.AttributesToGet)
	c.conditional(r.ConditionalOperator)
	r.ScanFilter.constrain(c, "scanFilter", false)
	if f := c.fault(); f != nil {
		return f
	}
	if f := checkMix([]parameter{
		{"AttributesToGet", r.AttributesToGet != nil}, {"ScanFilter", r.ScanFilter != nil}, {"ConditionalOperator", r.ConditionalOperator != ""},
	}, []parameter{
		{"ProjectionExpression", r.ProjectionExpression != nil}, {"FilterExpression", r.FilterExpression != nil},
	}); f != nil {
		return f
	}
	return r.checkSegments()
}

func (r *scanRequest) checkSegments() *fault {
	switch {
	case r.Segment != nil && r.TotalSegments == nil:
		return validation("The TotalSegments parameter is required but was not present in the request when Segment parameter is present")
	case r.Segment == nil && r.TotalSegments != nil:
		return validation("The Segment parameter is required but was not present in the request when parameter TotalSegments is present")
	case r.Segment != nil && *r.Segment >= *r.TotalSegments:
		return validation("The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: %d is not less than TotalSegments: %d",
			*r.Segment, *r.TotalSegments)
	}
	return nil
}

func (r *scanRequest) prepare() (*page, *fault) {
	if f := checkPlaceholders(r.ExpressionAttributeNames, r.ExpressionAttributeValues,
		expressionText{"ProjectionExpression", r.ProjectionExpression}, expressionText{"FilterExpression", r.FilterExpression}); f != nil {
		return nil, f
	}
	if f := checkStartValues(r.ExclusiveStartKey); f != nil {
		return nil, f
	}
	holders, f := newPlaceholders(r.ExpressionAttributeNames, r.ExpressionAttributeValues)
	if f != nil {
		return nil, f
	}
	what := projected{r.AttributesToGet, r.ProjectionExpression, nil}
	if f := checkSelect(r.Select, what, r.IndexName); f != nil {
		return nil, f
	}
	p := &page{limit: int(deref(r.Limit)), countOnly: r.Select == "COUNT", consistent: deref(r.ConsistentRead)}
	if f := p.prepare(filtered{r.ScanFilter, r.ConditionalOperator, r.FilterExpression}, what, holders); f != nil {
		return nil, f
	}
	return p, holders.unused()
}

// collect fills the page from the segment, after the start key.
func (r *scanRequest) collect(p *page) *fault {
	first, last := segment(uint64(deref(r.Segment)), uint64(max(1, deref(r.TotalSegments))))
	from := rowKey{hash: first}
	if r.ExclusiveStartKey != nil {
		if f := p.view.checkStart(r.ExclusiveStartKey); f != nil {
			return f
		}
		from = p.view.rowKey(r.ExclusiveStartKey)
		if from.hash < first || from.hash > last {
			return validation("%s: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. TotalSegments: %d Segment: %d",
				msgStartKey, *r.TotalSegments, *r.Segment)
		}
	}
	p.view.rows().ascend(from, func(k rowKey, row row) bool {
		switch {
		case k.hash > last:
			return false
		case r.ExclusiveStartKey != nil && k == from:
			return true
		}
		return p.add(k, row)
	})
	return nil
}

// segment is the range of hashes, both ends included, of segment i of n.
func segment(i, n uint64) (first, last uint64) {
	first = ceilShare(i, n)
	if i+1 == n {
		return first, math.MaxUint64
	}
	return first, ceilShare(i+1, n) - 1
}

// ceilShare is i × 2⁶⁴ ÷ n, rounded up, for i < n.
func ceilShare(i, n uint64) uint64 {
	share, rest := bits.Div64(i, 0, n)
	if rest > 0 {
		share++
	}
	return share
}

// Scan is DynamoDB's Scan. Items come in the order of a hash of the partition
// key, which is stable; those of one partition come by sort key.
func (db *DB) Scan(ctx context.Context, in *dynamodb.ScanInput, _ ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	if in == nil {
		in = &dynamodb.ScanInput{}
	}
	res, err := run(ctx, db, "Scan", scan, &scanRequest{
		AttributesToGet: in.AttributesToGet, ConditionalOperator: string(in.ConditionalOperator), ScanFilter: specsFromSDK(in.ScanFilter),
		TableName: in.TableName, IndexName: in.IndexName, Select: string(in.Select), Limit: in.Limit,
		Segment: in.Segment, TotalSegments: in.TotalSegments,
		ExclusiveStartKey: fromSDK(in.ExclusiveStartKey), ConsistentRead: in.ConsistentRead,
		FilterExpression: in.FilterExpression, ProjectionExpression: in.ProjectionExpression,
		ExpressionAttributeNames:  in.ExpressionAttributeNames,
		ExpressionAttributeValues: fromSDK(in.ExpressionAttributeValues),
		ReturnConsumedCapacity:    string(in.ReturnConsumedCapacity),
	})
	if err != nil {
		return nil, sdkError("Scan", err)
	}
	return &dynamodb.ScanOutput{
		Items: res.sdk(), Count: int32(res.count), ScannedCount: int32(res.scanned),
		LastEvaluatedKey: res.last.sdk(), ConsumedCapacity: res.capacity.sdk(),
	}, nil
}
