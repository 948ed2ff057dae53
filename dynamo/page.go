package dynamo

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
)

// Page is a part of a table, and where to go on.
type Page[T any] struct {
	Items []T    `json:"items"`          // never nil
	Next  string `json:"next,omitempty"` // cursor of the next page; "" at the end
}

// ScanPage gives up to limit items from where cursor says; "" is the beginning.
// limit counts items that are returned: under a [Filter] as many requests are
// sent as it takes to find them or to reach the end. Next points at the last
// item returned, so that no item is left out between two pages. The last page
// may be empty, because DynamoDB does not always know that nothing follows.
//
// A cursor is good for the same table, index, key, filter and [Scope] that it
// was made for; with any other, or if it has been tampered with, the error
// matches [ErrCursor] and nothing is requested. See [CursorKey]. It holds the
// key of an item, encoded and not encrypted.
//
// A limit below 1 is an error. Of the options, [Filter], [Index], [Consistent],
// [PageSize], [Project], [Scope] and [Capacity] apply. T must declare the index,
// see [New]: a position in it consists of its key.
func (r *Repository[T]) ScanPage(ctx context.Context, cursor string, limit int, opts ...ReadOption) (Page[T], error) {
	p, err := r.store.newScan(opts, "Filter Index Consistent PageSize Project Scope Capacity")
	return pageOf[T](ctx, r.store, "scan page", p, err, cursor, limit)
}

// QueryPage is to [Repository.Query] what [Repository.ScanPage] is to Scan: up to
// limit items from where cursor says. A cursor is good for the same key
// condition and order as well.
//
// Of the options, [Descending] applies besides those of ScanPage.
func (r *Repository[T]) QueryPage(ctx context.Context, k expression.KeyConditionBuilder, cursor string, limit int, opts ...ReadOption) (Page[T], error) {
	p, err := r.store.newQuery(k, opts, "Filter Index Consistent Descending PageSize Project Scope Capacity")
	return pageOf[T](ctx, r.store, "query page", p, err, cursor, limit)
}

// pageOf reads a page; err is what is wrong with p.
func pageOf[T any](ctx context.Context, s *store, op string, p *paged, err error, cursor string, limit int) (Page[T], error) {
	var items lists
	next := ""
	if err == nil {
		next, err = s.readPage(ctx, p, cursor, limit, &items)
	}
	if err != nil {
		return Page[T]{}, s.fail(op, err)
	}
	return Page[T]{joined[T](items), next}, nil
}

// readPage reads the items of a page, and gives the cursor after them.
func (s *store) readPage(ctx context.Context, p *paged, cursor string, limit int, into *lists) (next string, err error) {
	if limit <= 0 {
		return "", errors.New("the limit of a page must be positive")
	}
	if p.cfg.index != "" && p.index == nil {
		return "", errorf("index %q: pages need its key, which no tag dynamo:\"index=%s,partition\" declares", p.cfg.index, p.cfg.index)
	}
	p.cfg.limit, p.keyed = limit, true
	cursors, err := newCursors(s.cursorKey, s.table, s.schema).of(p)
	if err != nil {
		return "", err
	}
	var start item
	if cursor != "" {
		if start, err = cursors.decode(cursor); err != nil {
			return "", err
		}
	}
	var last *wholePage
	taken := 0 // of it
	err = s.read(ctx, p, start, func(page *wholePage, n int) bool {
		last, taken = page, n
		return into.add(page, n)
	})
	if err == nil && into.n == limit && last.goesOn(taken) {
		next, err = cursors.encode(last.got.key(taken - 1))
	}
	return next, err
}

// goesOn tells whether something may come after the first n items.
func (p *wholePage) goesOn(n int) bool { return n < p.got.n || p.got.err != nil || len(p.next) > 0 }
