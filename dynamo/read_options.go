package dynamo

import (
	"errors"
	"math"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// ReadOption changes a [Repository.Get], a scan or a page of one. One that does
// not apply to the operation is an error, never ignored.
type ReadOption interface{ read(*readConfig) }

type readOption func(*readConfig)

func (o readOption) read(c *readConfig) { o(c) }

type readConfig struct {
	used
	given      given
	e          expressions // what is given, and what a repository adds
	filtered   bool
	consistent bool
	limit      int // matches; 0: all
	pageSize   int32
	project    []string
	projecting func(s *schema, e *expressions, names []string, ix *index) error
	scope      string
	index      string
	descending bool
	segments   int                                                          // 0: no parallel scan
	split      func(s *store, whole *paged, in dynamodb.ScanInput) []*paged // into segments
	prefetch   bool
	meter      *meter
}

// newReadConfig applies opts and refuses those that are not in allowed.
func newReadConfig(opts []ReadOption, allowed string) (*readConfig, error) {
	c := new(readConfig)
	for _, opt := range opts {
		opt.read(c)
	}
	return c, c.only(allowed)
}

// Filter lets only items through for which c holds. DynamoDB reads, and bills,
// the others as well. Several filters must all hold.
func Filter(c expression.ConditionBuilder) ReadOption {
	return readOption(func(r *readConfig) {
		r.use("Filter")
		r.filtered = true
		b := buildersIn(&r.given)
		b.filter = and(b.filter, c)
	})
}

// Consistent asks for a strongly consistent read, which costs twice as much as
// the default, an eventually consistent one.
func Consistent() ReadOption {
	return readOption(func(r *readConfig) { r.use("Consistent"); r.consistent = true })
}

// Limit ends a scan after n items: items that are returned, after the filter;
// not items read, which is what DynamoDB's own Limit means, see [PageSize].
func Limit(n int) ReadOption {
	return readOption(func(r *readConfig) {
		r.use("Limit")
		r.limit = n
		if n <= 0 {
			r.bad(errors.New("the limit must be positive"))
		}
	})
}

// Index reads a secondary index in place of the table. Items come from it with the
// attributes that it holds, which may be fewer than the table's.
//
// An index whose key T's tags declare, see [New], is checked like the table: the
// key condition, the items' keys, and that a global index is not read
// consistently. Another one can be read as well, but not page by page.
func Index(name string) ReadOption {
	return readOption(func(r *readConfig) {
		r.use("Index")
		r.index = name
		if name == "" {
			r.bad(errors.New("Index needs a name"))
		}
	})
}

// Descending reads from the greatest sort key to the smallest.
func Descending() ReadOption {
	return readOption(func(r *readConfig) { r.use("Descending"); r.descending = true })
}

// PageSize is the number of items that DynamoDB reads for one request, before
// the filter. The default is as many as fit into its page of 1 MB.
func PageSize(n int) ReadOption {
	return readOption(func(r *readConfig) {
		r.use("PageSize")
		if n <= 0 || n > math.MaxInt32 {
			r.bad(errors.New("the page size must be positive and fit into 32 bits"))
			return
		}
		r.pageSize = int32(n)
	})
}

// Project reads only the named attributes; the other fields of T stay zero.
// The attributes of the primary key are always read as well: cursors and the
// check of the answer need them. A name with dots or indexes, such as
// "address.city" or "lines[0]", is a path into a nested value unless T has an
// attribute of exactly that name.
func Project(names ...string) ReadOption {
	return readOption(func(r *readConfig) {
		r.use("Project")
		r.project, r.projecting = append(r.project, names...), (*schema).project
		if len(names) == 0 {
			r.bad(errors.New("Project needs the name of an attribute"))
		}
	})
}

// Scope binds the cursors of a page to a caller, a tenant or anything else: a
// cursor made under one scope is an [ErrCursor] under every other. See
// [CursorKey] for what this takes to hold against forgery.
func Scope(s string) ReadOption {
	return readOption(func(r *readConfig) { r.use("Scope"); r.scope = s })
}
