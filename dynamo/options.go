package dynamo

import (
	"bytes"
	"errors"
	"fmt"
	"math"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
)

// Option sets up a [Repository]; see [New].
type Option func(*config) error

type config struct {
	cursorKey []byte
}

// CursorKey is the secret that page cursors are signed with. Use 32 random
// bytes or more, the same on every instance of the function; a new key makes
// all cursors given out before invalid. The key is copied.
//
// Without this option cursors are signed with a key that is public: truncation,
// corruption, and use with another table, filter or scope are still detected,
// but somebody who wants to can make a cursor that starts anywhere in the
// table, or turn one caller's cursor into another's. Cursors that leave the
// program for clients you do not trust need a key.
func CursorKey(key []byte) Option {
	return func(c *config) error {
		if len(key) == 0 {
			return errors.New("the cursor key is empty")
		}
		c.cursorKey = bytes.Clone(key)
		return nil
	}
}

// WriteOption changes a [Repository.Put] or [Repository.Delete]. One that does
// not apply to the operation is an error, never ignored.
type WriteOption func(*writeConfig)

type writeConfig struct {
	ifNotExists bool
	condition   *expression.ConditionBuilder
}

// IfNotExists lets a Put only create: if there is an item with that key the
// write fails with [ErrConditionFailed]. Together with [If], both must hold.
func IfNotExists() WriteOption {
	return func(c *writeConfig) { c.ifNotExists = true }
}

// If lets a write happen only if c holds for the item that is in the table. If
// it does not the write fails with [ErrConditionFailed]. Several must all hold.
func If(c expression.ConditionBuilder) WriteOption {
	return func(w *writeConfig) { w.condition = and(w.condition, c) }
}

func and(a *expression.ConditionBuilder, b expression.ConditionBuilder) *expression.ConditionBuilder {
	if a != nil {
		b = expression.And(*a, b)
	}
	return &b
}

// ReadOption changes a [Repository.Get], a scan or a page of one. One that does
// not apply to the operation is an error, never ignored.
type ReadOption func(*readConfig)

type readConfig struct {
	filter     *expression.ConditionBuilder
	consistent bool
	limit      int // matches
	pageSize   int32
	project    []string
	scope      string
	used       []string // names of the options given
	err        error
}

// Filter lets only items through for which c holds. DynamoDB reads, and bills,
// the others as well. Several filters must all hold.
func Filter(c expression.ConditionBuilder) ReadOption {
	return func(r *readConfig) { r.use("Filter"); r.filter = and(r.filter, c) }
}

// Consistent asks for a strongly consistent read, which costs twice as much as
// the default, an eventually consistent one.
func Consistent() ReadOption {
	return func(r *readConfig) { r.use("Consistent"); r.consistent = true }
}

// Limit ends a scan after n items: items that are returned, after the filter;
// not items read, which is what DynamoDB's own Limit means, see [PageSize].
func Limit(n int) ReadOption {
	return func(r *readConfig) {
		r.use("Limit")
		r.limit = n
		if n <= 0 {
			r.err = errors.New("the limit must be positive")
		}
	}
}

// PageSize is the number of items that DynamoDB reads for one request, before
// the filter. The default is as many as fit into its page of 1 MB.
func PageSize(n int) ReadOption {
	return func(r *readConfig) {
		r.use("PageSize")
		if n <= 0 || n > math.MaxInt32 {
			r.err = errors.New("the page size must be positive and fit into 32 bits")
			return
		}
		r.pageSize = int32(n)
	}
}

// Project reads only the named attributes; the other fields of T stay zero.
// The attributes of the primary key are always read as well: cursors and the
// check of the answer need them. A name with dots or indexes, such as
// "address.city" or "lines[0]", is a path into a nested value unless T has an
// attribute of exactly that name.
func Project(names ...string) ReadOption {
	return func(r *readConfig) {
		r.use("Project")
		r.project = append(r.project, names...)
		if len(names) == 0 {
			r.err = errors.New("Project needs the name of an attribute")
		}
	}
}

// Scope binds the cursors of a page to a caller, a tenant or anything else: a
// cursor made under one scope is an [ErrCursor] under every other. See
// [CursorKey] for what this takes to hold against forgery.
func Scope(s string) ReadOption {
	return func(r *readConfig) { r.use("Scope"); r.scope = s }
}

func (r *readConfig) use(option string) { r.used = append(r.used, option) }

// newReadConfig applies opts and refuses those that are in never.
func newReadConfig(opts []ReadOption, never ...string) (*readConfig, error) {
	r := new(readConfig)
	for _, opt := range opts {
		opt(r)
	}
	for _, used := range r.used {
		for _, name := range never {
			if used == name {
				return nil, fmt.Errorf("option %s does not apply", name)
			}
		}
	}
	return r, r.err
}
