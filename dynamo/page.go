package dynamo

import (
	"context"
	"errors"
	"fmt"

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
	p, err := r.scan(opts, "Filter", "Index", "Consistent", "PageSize", "Project", "Scope", "Capacity")
	if err != nil {
		return Page[T]{}, r.fail("scan page", err)
	}
	return r.pageOf(ctx, "scan page", p, cursor, limit)
}

// QueryPage is to [Repository.Query] what [Repository.ScanPage] is to Scan: up to
// limit items from where cursor says. A cursor is good for the same key
// condition and order as well.
//
// Of the options, [Descending] applies besides those of ScanPage.
func (r *Repository[T]) QueryPage(ctx context.Context, k expression.KeyConditionBuilder, cursor string, limit int, opts ...ReadOption) (Page[T], error) {
	p, err := r.query(k, opts, "Filter", "Index", "Consistent", "Descending", "PageSize", "Project", "Scope", "Capacity")
	if err != nil {
		return Page[T]{}, r.fail("query page", err)
	}
	return r.pageOf(ctx, "query page", p, cursor, limit)
}

func (r *Repository[T]) pageOf(ctx context.Context, op string, p *paged, cursor string, limit int) (Page[T], error) {
	page, err := r.readPage(ctx, p, cursor, limit)
	if err != nil {
		return Page[T]{}, r.fail(op, err)
	}
	return page, nil
}

func (r *Repository[T]) readPage(ctx context.Context, p *paged, cursor string, limit int) (Page[T], error) {
	page := Page[T]{Items: []T{}}
	if limit <= 0 {
		return page, errors.New("the limit of a page must be positive")
	}
	if p.cfg.index != "" && p.index == nil {
		return page, fmt.Errorf("index %q: pages need its key, which no tag dynamo:\"index=%s,partition\" declares", p.cfg.index, p.cfg.index)
	}
	p.cfg.limit = limit
	cursors, err := r.cursors.of(p)
	if err != nil {
		return page, err
	}
	var start item
	if cursor != "" {
		if start, err = cursors.decode(cursor); err != nil {
			return page, err
		}
	}
	var last found[T]
	for f, err := range r.items(ctx, p, start) {
		if err != nil {
			return page, err
		}
		page.Items = append(page.Items, f.value)
		last = f
	}
	if len(page.Items) == limit && !last.last {
		page.Next, err = cursors.encode(last.key())
	}
	return page, err
}
