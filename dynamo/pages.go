package dynamo

import (
	"context"
	"fmt"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
)

// Scans and queries are the same loop around different requests: ask for a
// page, refuse an answer that cannot be right, hand on its items, and go on
// after its LastEvaluatedKey until there is none.

// paged is a scan or a query, ready to be sent page by page.
type paged struct {
	operation string // DynamoDB's name
	cfg       *readConfig
	index     *index   // nil: the table, or an index that T does not declare
	parts     []*paged // the segments of a parallel scan
	send      sendPage
}

// sendPage asks for the page after start, nil being the beginning, with that
// limit of items read.
type sendPage func(ctx context.Context, start item, limit *int32, opts ...func(*dynamodb.Options)) (*rawPage, error)

// newPaged makes a read but for its request, and the request's expressions.
func (r *Repository[T]) newPaged(operation string, cfg *readConfig) (*paged, expressions, error) {
	ix, err := r.schema.readIndex(cfg)
	if err != nil {
		return nil, expressions{}, err
	}
	e, err := r.schema.forRead(cfg, ix)
	return &paged{operation: operation, cfg: cfg, index: ix}, e, err
}

// values is the sequence that users see: each loop over it makes its own read.
func (r *Repository[T]) values(ctx context.Context, op string, begin func() (*paged, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		p, err := begin()
		if err != nil {
			yield(zero, r.fail(op, err))
			return
		}
		for found, err := range r.items(ctx, p, nil) {
			if err != nil {
				yield(zero, r.fail(op, err))
				return
			}
			if !yield(found.value, nil) {
				return
			}
		}
	}
}

// rawPage is what a Scan or a Query answers, as far as it matters here.
type rawPage struct {
	items    []item
	count    int32
	next     item // LastEvaluatedKey; DynamoDB Local says {} for the end
	capacity *types.ConsumedCapacity
	metadata middleware.Metadata
}

// found is one item of a read, and what a cursor after it needs.
type found[T any] struct {
	value T
	raw   item
	last  bool // nothing comes after it, as far as DynamoDB has said
}

// items goes through the items of p after the key start, or from the beginning
// if that is nil, and stops after cfg.limit items. Its errors do not carry the
// prefix.
func (r *Repository[T]) items(ctx context.Context, p *paged, start item) iter.Seq2[found[T], error] {
	if len(p.parts) > 0 || p.cfg.prefetch {
		return r.itemsAhead(ctx, p, start)
	}
	return func(yield func(found[T], error) bool) {
		count := 0
		for page, err := range r.pages(ctx, p, start) {
			if err != nil {
				yield(found[T]{}, err)
				return
			}
			for i, raw := range page.items {
				f := found[T]{raw: raw, last: i == len(page.items)-1 && len(page.next) == 0}
				if err := r.read(p, raw, &f.value); err != nil {
					yield(found[T]{}, fmt.Errorf("item %d of the page: %w", i, err))
					return
				}
				if count++; !yield(f, nil) || count == p.cfg.limit {
					return
				}
			}
		}
	}
}

// read decodes one item of a page; an item without its key is corrupt.
func (r *Repository[T]) read(p *paged, raw item, into *T) error {
	for _, k := range r.schema.readKeys(p.index) {
		if scalarOf(raw[k.name]) != k.scalar {
			return corrupt("key attribute %q is missing or not of type %s", k.name, k.scalar)
		}
	}
	return r.decode(raw, into)
}

// pages requests one page after the other. The loop it yields to ends after
// cfg.limit items, so without a filter no request asks for more than are left.
func (r *Repository[T]) pages(ctx context.Context, p *paged, start item) iter.Seq2[*rawPage, error] {
	return func(yield func(*rawPage, error) bool) {
		left := p.cfg.limit
		progress := progress{last: start}
		for {
			page, err := r.page(ctx, p, start, pageLimit(p.cfg, left))
			if err == nil && len(page.next) > 0 && !progress.advance(page.next) {
				err = corrupt("no progress: a LastEvaluatedKey came twice")
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(page, nil) || len(page.next) == 0 {
				return
			}
			left -= len(page.items)
			start = page.next
		}
	}
}

// page requests one page and refuses an answer that would end the loop
// silently.
func (r *Repository[T]) page(ctx context.Context, p *paged, start item, limit *int32) (*rawPage, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	o := r.watch(ctx, p.operation)
	page, err := p.send(ctx, start, limit, o.hook)
	if err != nil {
		o.end(0, err)
		return nil, err
	}
	o.end(len(page.items), nil)
	p.cfg.meter.reads(orNone(page.capacity))
	switch {
	case page.items == nil && awsmiddleware.GetRawResponse(page.metadata) != nil:
		// DynamoDB always sends Items, if only []. Fakes, which have no raw
		// response, may leave it out.
		return nil, corrupt("no Items")
	case page.count > 0 && int(page.count) != len(page.items):
		return nil, corrupt("%d items where Count says %d", len(page.items), page.count)
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
