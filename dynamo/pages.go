package dynamo

import (
	"context"
	"fmt"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
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

// rawPage is what the client gives for a Scan or a Query, as far as it matters
// here.
type rawPage struct {
	items    []item // of a client other than the SDK's; see intake
	count    int32
	next     item // LastEvaluatedKey; DynamoDB Local says {} for the end
	capacity *types.ConsumedCapacity
}

// wholePage is a rawPage with its items.
type wholePage[T any] struct {
	*rawPage
	*intake
	values []T
}

// failed is the error of the item after those that the page has, if there is one.
func (p wholePage[T]) failed() error {
	if p.err == nil {
		return nil
	}
	return fmt.Errorf("item %d of the page: %w", p.n, p.err)
}

// found is one item of a read, and what a cursor after it needs.
type found[T any] struct {
	value T
	page  wholePage[T]
	index int  // in the page
	last  bool // nothing comes after it, as far as DynamoDB has said
}

func (f found[T]) key() item { return f.page.key(f.index) }

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
			for i, v := range page.values {
				last := page.err == nil && i == page.n-1 && len(page.next) == 0
				if count++; !yield(found[T]{v, page, i, last}, nil) || count == p.cfg.limit {
					return
				}
			}
			if err := page.failed(); err != nil {
				yield(found[T]{}, err)
				return
			}
		}
	}
}

// pages requests one page after the other. The loop it yields to ends after
// cfg.limit items, so without a filter no request asks for more than are left.
func (r *Repository[T]) pages(ctx context.Context, p *paged, start item) iter.Seq2[wholePage[T], error] {
	return func(yield func(wholePage[T], error) bool) {
		left := p.cfg.limit
		progress := progress{last: start}
		for {
			var page wholePage[T]
			err := r.reread(ctx, func() (err error) {
				page, err = r.page(ctx, p, start, pageLimit(p.cfg, left))
				return err
			})
			if err == nil && len(page.next) > 0 && !progress.advance(page.next) {
				err = corrupt("no progress: a LastEvaluatedKey came twice")
			}
			if err != nil {
				yield(wholePage[T]{}, err)
				return
			}
			if !yield(page, nil) || len(page.next) == 0 {
				return
			}
			left -= page.n
			start = page.next
		}
	}
}

// page requests one page and refuses an answer that would end the loop
// silently.
func (r *Repository[T]) page(ctx context.Context, p *paged, start item, limit *int32) (wholePage[T], error) {
	if err := ctx.Err(); err != nil {
		return wholePage[T]{}, err
	}
	a := r.codec.intake(new(received), r.schema.readKeys(p.index), r.codec.newList())
	o := r.watch(ctx, p.operation)
	raw, err := p.send(ctx, start, limit, a.hook, o.hook)
	if err == nil {
		err = a.take(raw.items)
	}
	o.end(a.n, err)
	if err != nil {
		return wholePage[T]{}, err
	}
	p.cfg.meter.reads(orNone(raw.capacity))
	switch {
	case !a.some && a.any:
		// DynamoDB always sends Items, if only []. Fakes, which do not speak HTTP,
		// may leave it out.
		return wholePage[T]{}, corrupt("no Items")
	case raw.count > 0 && int(raw.count) != a.n && a.err == nil:
		return wholePage[T]{}, corrupt("%d items where Count says %d", a.n, raw.count)
	}
	return wholePage[T]{raw, a, *a.into.Addr().Interface().(*[]T)}, nil
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
