package dynamo

import (
	"context"
	"errors"
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
// A cursor is good for the same table, key, filter and [Scope] that it was made
// for; with any other, or if it has been tampered with, the error matches
// [ErrCursor] and nothing is requested. See [CursorKey]. It holds the key of an
// item, encoded and not encrypted.
//
// A limit below 1 is an error. Of the options, [Filter], [Consistent],
// [PageSize], [Project], [Scope] and [Capacity] apply.
func (r *Repository[T]) ScanPage(ctx context.Context, cursor string, limit int, opts ...ReadOption) (Page[T], error) {
	page, err := r.scanPage(ctx, cursor, limit, opts)
	if err != nil {
		return Page[T]{}, r.fail("scan page", err)
	}
	return page, nil
}

func (r *Repository[T]) scanPage(ctx context.Context, cursor string, limit int, opts []ReadOption) (Page[T], error) {
	page := Page[T]{Items: []T{}}
	if limit <= 0 {
		return page, errors.New("the limit of a page must be positive")
	}
	p, err := r.scan(opts, "Filter", "Consistent", "PageSize", "Project", "Scope", "Capacity")
	if err != nil {
		return page, err
	}
	p.cfg.limit = limit
	purpose, err := r.cursors.purpose(p.cfg)
	if err != nil {
		return page, err
	}
	var start item
	if cursor != "" {
		if start, err = r.cursors.decode(purpose, cursor); err != nil {
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
	if len(page.Items) < limit || last.last {
		return page, nil
	}
	key, err := r.schema.keyOfItem(last.raw)
	if err != nil {
		return page, corrupt("%w", err)
	}
	page.Next = r.cursors.encode(purpose, key)
	return page, nil
}
