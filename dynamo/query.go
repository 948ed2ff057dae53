package dynamo

import (
	"context"
	"errors"
	"iter"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Query goes through the items with one partition key, of the table or of an
// [Index], in the order of the sort key. k names the attributes of the key:
//
//	expression.Key("customer").Equal(expression.Value("kim"))
//
// and may add a condition on the sort key. A key condition that cannot be right,
// because it is about other attributes or compares them with values of another
// kind, is an error before any request.
//
// It is as lazy as [Repository.Scan], and has at most one error, which comes
// last.
//
// Of the options, [Filter], [Index], [Consistent], [Descending], [Limit],
// [PageSize], [Project], [Capacity] and [Prefetch] apply.
func (r *Repository[T]) Query(ctx context.Context, k expression.KeyConditionBuilder, opts ...ReadOption) iter.Seq2[T, error] {
	return sequenceOf[T](r.store, ctx, "query", func() (*paged, error) {
		return r.store.newQuery(k, opts, "Filter Index Consistent Descending Limit PageSize Project Capacity Prefetch")
	})
}

// newQuery makes the query under Query and QueryPage.
func (s *store) newQuery(k expression.KeyConditionBuilder, opts []ReadOption, allowed string) (*paged, error) {
	cfg, err := newReadConfig(opts, allowed)
	if err != nil {
		return nil, err
	}
	buildersIn(&cfg.given).key = &k
	p, err := s.newPaged("Query", cfg)
	if err != nil {
		return nil, err
	}
	e := &cfg.e
	if err := s.schema.checkKeyCondition(cfg.index, p.index, e); err != nil {
		return nil, err
	}
	in := dynamodb.QueryInput{
		TableName:                 aws.String(s.table),
		IndexName:                 optionalString(cfg.index),
		ConsistentRead:            optionalBool(cfg.consistent),
		KeyConditionExpression:    e.key,
		FilterExpression:          e.filter,
		ProjectionExpression:      e.projection,
		ExpressionAttributeNames:  e.names,
		ExpressionAttributeValues: e.values,
		Select:                    selected(e),
		ReturnConsumedCapacity:    cfg.meter.wanted(),
	}
	if cfg.descending {
		in.ScanIndexForward = aws.Bool(false)
	}
	p.send = s.sendQuery(in)
	return p, nil
}

func (s *store) sendQuery(base dynamodb.QueryInput) sendPage {
	return func(ctx context.Context, start item, limit *int32, opts ...func(*dynamodb.Options)) (*rawPage, error) {
		in := base // whoever was given the last input may have kept it
		in.ExclusiveStartKey, in.Limit = start, limit
		out, err := s.client.Query(ctx, s.own(&in).(*dynamodb.QueryInput), opts...)
		if err != nil {
			return nil, err
		}
		if out == nil {
			return nil, errEmptyBody
		}
		return &rawPage{out.Items, out.Count, out.LastEvaluatedKey, out.ConsumedCapacity}, nil
	}
}

// checkKeyCondition refuses a key condition on anything but the key of the table
// or of ix, and values that are not of the key's kind. Of an index that T does
// not declare nothing is known.
func (s *schema) checkKeyCondition(name string, ix *index, e *expressions) error {
	if name != "" && ix == nil {
		return nil
	}
	keys := s.keys
	if ix != nil {
		keys = ix.keys
	}
	on := keys[0]
	partition := false
	for _, word := range strings.FieldsFunc(*e.key, notPlaceholder) {
		switch word[0] {
		case '#':
			k := keyNamed(keys, e.names[word])
			if k == nil {
				return errorf("key condition: attribute %q is not part of the key (%s)", e.names[word], namesOf(keys))
			}
			on, partition = k, partition || k.name == keys[0].name
		case ':':
			if err := on.check(e.values[word]); err != nil {
				return errorf("key condition: attribute %q (field %s): %w", on.name, on.field, err)
			}
		}
	}
	if !partition {
		return errors.New("key condition: the partition key " + keys[0].name + " is missing")
	}
	return nil
}

// notPlaceholder separates the words of an expression: #0, BETWEEN, :1 …
func notPlaceholder(c rune) bool { return strings.ContainsRune(" (),=<>", c) }

func namesOf(keys []*keyAttr) string {
	var names []string
	for _, k := range keys {
		names = append(names, k.name)
	}
	return strings.Join(names, ", ")
}

// selected is nothing, or for a projection what DynamoDB wants to be told.
func selected(e *expressions) types.Select {
	if e.projection == nil {
		return ""
	}
	return types.SelectSpecificAttributes
}

func optionalString(s string) *string {
	if s == "" {
		return nil
	}
	return aws.String(s)
}
