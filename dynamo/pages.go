package dynamo

import (
	"context"
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
	keyed     bool     // the keys of items are going to be asked for
	parts     []*paged // the segments of a parallel scan
	send      sendPage
}

// sendPage asks for the page after start, nil being the beginning, with that
// limit of items read.
type sendPage func(ctx context.Context, start item, limit *int32, opts ...func(*dynamodb.Options)) (*rawPage, error)

// newPaged makes a read but for its request.
func (s *store) newPaged(operation string, cfg *readConfig) (*paged, error) {
	ix, err := s.schema.readIndex(cfg)
	if err != nil {
		return nil, err
	}
	return &paged{operation: operation, cfg: cfg, index: ix}, s.schema.forRead(cfg, ix)
}

// sequenceOf is the sequence that users see: each loop over it makes its own read.
func sequenceOf[T any](s *store, ctx context.Context, op string, begin func() (*paged, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		err := s.loop(ctx, op, begin, func(page *wholePage, n int) bool {
			items := *page.got.into.Addr().Interface().(*[]T)
			for _, v := range items[:n] {
				if !yield(v, nil) {
					return false
				}
			}
			clear(items)
			page.got.reuse()
			return true
		})
		if err != nil {
			var zero T
			yield(zero, err)
		}
	}
}

func (s *store) loop(ctx context.Context, op string, begin func() (*paged, error), each func(page *wholePage, n int) bool) error {
	p, err := begin()
	if err == nil {
		err = s.read(ctx, p, nil, each)
	}
	if err != nil {
		return s.fail(op, err)
	}
	return nil
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
type wholePage struct {
	*rawPage
	got *intake // which has methods that are none of a page's
}

// failed is the error of the item after those that the page has, if there is one.
func (p *wholePage) failed() error {
	if p.got.err == nil {
		return nil
	}
	return errorf("item %d of the page: %w", p.got.n, p.got.err)
}

// read goes through the pages of p after the key start, or from the beginning if
// that is nil. each gets every page with items, and how many of them are wanted,
// which are cfg.limit in all; it says whether to go on. Errors do not carry the
// prefix; what comes before an item that does not decode is given before its
// error.
func (s *store) read(ctx context.Context, p *paged, start item, each func(page *wholePage, n int) bool) error {
	left := p.cfg.limit
	for page, err := range s.sequence(ctx, p, start) {
		if err != nil {
			return err
		}
		n := page.got.n
		if left > 0 {
			n = min(n, left)
		}
		if n > 0 && !each(page, n) || n > 0 && n == left {
			return nil
		}
		if err := page.failed(); err != nil {
			return err
		}
		left -= n
	}
	return nil
}

// sequence gives the pages of p, in goroutines of their own if that is wanted.
func (s *store) sequence(ctx context.Context, p *paged, start item) pageSeq {
	if len(p.parts) > 0 || p.cfg.prefetch {
		return s.pagesAhead(ctx, p, start)
	}
	return s.pages(ctx, p, start)
}

// pages requests one page after the other, until there are cfg.limit items.
// Without a filter no request asks for more than are left.
//
//go:noinline
func (s *store) pages(ctx context.Context, p *paged, start item) pageSeq {
	return func(yield func(*wholePage, error) bool) { s.eachPage(ctx, p, start, yield) }
}

func (s *store) eachPage(ctx context.Context, p *paged, start item, yield func(*wholePage, error) bool) {
	left := p.cfg.limit
	progress := progress{last: start}
	for {
		page, err := s.page(ctx, p, start, left)
		for attempt := 1; s.reread(ctx, attempt, err); attempt++ {
			page, err = s.page(ctx, p, start, left)
		}
		if err == nil && len(page.next) > 0 && !progress.advance(page.next) {
			err = corrupt("no progress: a LastEvaluatedKey came twice")
		}
		if err != nil {
			yield(nil, err)
			return
		}
		if !yield(page, nil) || len(page.next) == 0 || page.got.err != nil {
			return
		}
		if left -= page.got.n; left <= 0 && p.cfg.limit > 0 {
			return
		}
		start = page.next
	}
}

// page requests one page, when left items are still wanted, and refuses an answer
// that would end the loop silently.
func (s *store) page(ctx context.Context, p *paged, start item, left int) (*wholePage, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	a := s.codec.intake(new(received), s.schema.readKeys(p.index), s.codec.newList())
	a.keys.unused = !p.keyed
	o := s.watch(ctx, p.operation)
	raw, err := p.send(ctx, start, pageLimit(p.cfg, left), a.received.hook, o.attach)
	if err == nil {
		err = a.take(raw.items)
	}
	o.end(a.n, err)
	if err != nil {
		return nil, err
	}
	p.cfg.meter.read(raw.capacity)
	switch {
	case !a.some && a.received.any:
		// DynamoDB always sends Items, if only []. Fakes, which do not speak HTTP,
		// may leave it out.
		return nil, corrupt("no Items")
	case raw.count > 0 && int(raw.count) != a.n && a.err == nil:
		return nil, corrupt("%d items where Count says %d", a.n, raw.count)
	}
	return &wholePage{raw, a}, nil
}

// pageLimit is the Limit of the next request when left items are still wanted.
func pageLimit(cfg *readConfig, left int) *int32 {
	n := cfg.pageSize
	if cfg.limit > 0 && !cfg.filtered && (n == 0 || left < int(n)) && left <= maxPageLimit {
		n = int32(left)
	}
	if n == 0 {
		return nil
	}
	return aws.Int32(n)
}

// maxPageLimit: no page of 1 MB holds more items than it has bytes.
const maxPageLimit = 1 << 20
