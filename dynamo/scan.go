package dynamo

import (
	"context"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Scan goes through every item of the table, in DynamoDB's order, which is none.
//
// It is lazy: each page is requested when the loop gets to it, in the
// goroutine of the loop, and one page is held at a time. Leaving the loop sends
// nothing more; ranging over the sequence again starts a new scan. There is at
// most one error, and it comes last, with a zero T. The context is that of the
// call.
//
// Pages that the filter left empty are skipped. A position that does not
// advance, which would make the scan endless, is an [ErrCorruptResponse].
//
// Of the options, [Filter], [Index], [Consistent], [Limit], [PageSize],
// [Project], [Capacity], [Segments] and [Prefetch] apply; with the last two, more
// than one page is requested and held at a time.
func (r *Repository[T]) Scan(ctx context.Context, opts ...ReadOption) iter.Seq2[T, error] {
	return sequenceOf[T](r.store, ctx, "scan", func() (*paged, error) { return r.store.scan(opts) })
}

// All gives every item of the table: Scan into a slice. The slice is empty, not
// nil, if there is none, so that its JSON is []. If there is an error the slice
// is nil: part of a table is not a result. As it wants every page, each is
// requested while the one before it is decoded, unless [Prefetch] says no.
func (r *Repository[T]) All(ctx context.Context, opts ...ReadOption) ([]T, error) {
	lists, err := r.store.all(ctx, opts)
	if err != nil {
		return nil, err
	}
	return joined[T](lists), nil
}

// all is All, page by page.
func (s *store) all(ctx context.Context, opts []ReadOption) (lists, error) {
	var all lists
	p, err := s.scan(append([]ReadOption{Prefetch(true)}, opts...))
	if err == nil {
		err = s.read(ctx, p, nil, all.add)
	}
	if err != nil {
		return lists{}, s.fail("scan", err)
	}
	return all, nil
}

// lists are the items of pages, a pointer to a list of T for each page.
type lists struct {
	each []any
	n    int // items in all
}

// add takes the first n items of a page.
func (l *lists) add(page *wholePage, n int) bool {
	page.got.into.SetLen(n)
	l.each = append(l.each, page.got.into.Addr().Interface())
	l.n += n
	return true
}

// joined puts pages together.
func joined[T any](l lists) []T {
	items := make([]T, 0, l.n)
	for _, list := range l.each {
		items = append(items, *list.(*[]T)...)
	}
	return items
}

// scan makes the scan under Scan and All.
func (s *store) scan(opts []ReadOption) (*paged, error) {
	return s.newScan(opts, "Filter Index Consistent Limit PageSize Project Capacity Segments Prefetch")
}

func (s *store) newScan(opts []ReadOption, allowed string) (*paged, error) {
	cfg, err := newReadConfig(opts, allowed)
	if err != nil {
		return nil, err
	}
	p, err := s.newPaged("Scan", cfg)
	if err != nil {
		return nil, err
	}
	e := &cfg.e
	in := dynamodb.ScanInput{
		TableName:                 aws.String(s.table),
		IndexName:                 optionalString(cfg.index),
		ConsistentRead:            optionalBool(cfg.consistent),
		FilterExpression:          e.filter,
		ProjectionExpression:      e.projection,
		ExpressionAttributeNames:  e.names,
		ExpressionAttributeValues: e.values,
		Select:                    selected(e),
		ReturnConsumedCapacity:    cfg.meter.wanted(),
	}
	p.send = s.sendScan(in)
	if cfg.split != nil {
		p.parts = cfg.split(s, p, in)
	}
	return p, nil
}

func (s *store) sendScan(base dynamodb.ScanInput) sendPage {
	return func(ctx context.Context, start item, limit *int32, opts ...func(*dynamodb.Options)) (*rawPage, error) {
		in := base // whoever was given the last input may have kept it
		in.ExclusiveStartKey, in.Limit = start, limit
		out, err := s.client.Scan(ctx, s.own(&in).(*dynamodb.ScanInput), opts...)
		if err != nil {
			return nil, err
		}
		if out == nil {
			return nil, errEmptyBody
		}
		return &rawPage{out.Items, out.Count, out.LastEvaluatedKey, out.ConsumedCapacity}, nil
	}
}
