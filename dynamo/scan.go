package dynamo

import (
	"context"
	"fmt"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
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
// Of the options, [Filter], [Consistent], [Limit], [PageSize] and [Project]
// apply.
func (r *Repository[T]) Scan(ctx context.Context, opts ...ReadOption) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		cfg, err := newReadConfig(opts, "Scope")
		if err != nil {
			yield(zero, r.fail("scan", err))
			return
		}
		for found, err := range r.scan(ctx, cfg, nil) {
			if err != nil {
				yield(zero, r.fail("scan", err))
				return
			}
			if !yield(found.value, nil) {
				return
			}
		}
	}
}

// All gives every item of the table: Scan into a slice. The slice is empty, not
// nil, if there is none, so that its JSON is []. If there is an error the slice
// is nil: part of a table is not a result.
func (r *Repository[T]) All(ctx context.Context, opts ...ReadOption) ([]T, error) {
	items := []T{}
	for item, err := range r.Scan(ctx, opts...) {
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

// found is one item of a scan, and what a cursor after it needs.
type found[T any] struct {
	value T
	raw   item
	last  bool // nothing comes after it, as far as DynamoDB has said
}

// scan is the scan under Scan and ScanPage. It starts after the key start, or
// at the beginning if that is nil, and stops after cfg.limit items. Its errors
// do not carry the prefix.
func (r *Repository[T]) scan(ctx context.Context, cfg *readConfig, start item) iter.Seq2[found[T], error] {
	return func(yield func(found[T], error) bool) {
		in, err := r.scanInput(cfg, start)
		if err != nil {
			yield(found[T]{}, err)
			return
		}
		count := 0
		for page, err := range r.pages(ctx, in, cfg) {
			if err != nil {
				yield(found[T]{}, err)
				return
			}
			for i, raw := range page.Items {
				f := found[T]{raw: raw, last: i == len(page.Items)-1 && len(page.LastEvaluatedKey) == 0}
				if err := r.read(raw, &f.value); err != nil {
					yield(found[T]{}, fmt.Errorf("item %d of the page: %w", i, err))
					return
				}
				if count++; !yield(f, nil) || count == cfg.limit {
					return
				}
			}
		}
	}
}

func (r *Repository[T]) scanInput(cfg *readConfig, start item) (*dynamodb.ScanInput, error) {
	e, err := r.schema.forRead(cfg)
	if err != nil {
		return nil, err
	}
	in := &dynamodb.ScanInput{
		TableName:                 aws.String(r.table),
		ConsistentRead:            optionalBool(cfg.consistent),
		ExclusiveStartKey:         start,
		FilterExpression:          e.filter,
		ProjectionExpression:      e.projection,
		ExpressionAttributeNames:  e.names,
		ExpressionAttributeValues: e.values,
	}
	if e.projection != nil {
		in.Select = types.SelectSpecificAttributes
	}
	return in, nil
}

// read decodes one item of a scan; an item without its key is corrupt.
func (r *Repository[T]) read(raw item, into *T) error {
	for _, k := range r.schema.keyAttrs() {
		if scalarOf(raw[k.name]) != k.scalar {
			return corrupt("key attribute %q is missing or not of type %s", k.name, k.scalar)
		}
	}
	return r.codec.decode(raw, into)
}

// pages requests one page after the other. The loop it yields to ends after
// cfg.limit items, so without a filter no request asks for more than are left.
func (r *Repository[T]) pages(ctx context.Context, first *dynamodb.ScanInput, cfg *readConfig) iter.Seq2[*dynamodb.ScanOutput, error] {
	return func(yield func(*dynamodb.ScanOutput, error) bool) {
		in, left := first, cfg.limit
		progress := progress{last: in.ExclusiveStartKey}
		for {
			in.Limit = pageLimit(cfg, left)
			page, err := r.page(ctx, in, &progress)
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(page, nil) || len(page.LastEvaluatedKey) == 0 {
				return
			}
			left -= len(page.Items)
			next := *in // whoever was given the last input may have kept it
			next.ExclusiveStartKey = page.LastEvaluatedKey
			in = &next
		}
	}
}

// page requests one page and refuses an answer that would end the scan
// silently or keep it from ending.
func (r *Repository[T]) page(ctx context.Context, in *dynamodb.ScanInput, p *progress) (*dynamodb.ScanOutput, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	page, err := r.client.Scan(ctx, in)
	switch {
	case err != nil:
		return nil, err
	case page == nil:
		return nil, errEmptyBody
	case page.Items == nil && awsmiddleware.GetRawResponse(page.ResultMetadata) != nil:
		// DynamoDB always sends Items, if only []. Fakes, which have no raw
		// response, may leave it out.
		return nil, corrupt("no Items")
	case page.Count > 0 && int(page.Count) != len(page.Items):
		return nil, corrupt("%d items where Count says %d", len(page.Items), page.Count)
	case len(page.LastEvaluatedKey) > 0 && !p.advance(page.LastEvaluatedKey):
		return nil, corrupt("the scan does not advance: a LastEvaluatedKey came twice")
	}
	return page, nil
}

// pageLimit is the Limit of the next request when left items are still wanted.
func pageLimit(cfg *readConfig, left int) *int32 {
	n := cfg.pageSize
	if cfg.limit > 0 && cfg.filter == nil && (n == 0 || left < int(n)) && left <= maxPageLimit {
		n = int32(left)
	}
	if n == 0 {
		return nil
	}
	return aws.Int32(n)
}

// maxPageLimit: no page of 1 MB holds more items than it has bytes.
const maxPageLimit = 1 << 20

// progress notices a scan that goes in circles, in constant memory: each key
// is compared with the one before it, and with a mark that is set anew after
// 1, 2, 4, 8 … pages, so that a circle of any length is found (Brent).
type progress struct {
	last, mark item
	pages      int
}

func (p *progress) advance(key item) bool {
	if p.last != nil && sameItem(p.last, key) || p.mark != nil && sameItem(p.mark, key) {
		return false
	}
	p.pages++
	if p.pages&(p.pages-1) == 0 {
		p.mark = key
	}
	p.last = key
	return true
}
