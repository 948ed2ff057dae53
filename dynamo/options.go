package dynamo

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// Option sets up a [Repository]; see [New].
type Option func(*config) error

type config struct {
	passive   bool
	cursorKey []byte
	now       func() time.Time
	observe   func(ctx context.Context, operation, table string) observer
	backoff   backoff
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

// used holds the names of the options given to one call, and what is wrong with
// them. Each operation says which it takes; none is ever ignored.
type used struct {
	names []string
	err   error
}

func (u *used) use(option string) { u.names = append(u.names, option) }

// bad takes note of the first thing that is wrong.
func (u *used) bad(err error) {
	if u.err == nil {
		u.err = err
	}
}

// only is an error for options that are not among the words of allowed, and for
// wrong ones.
func (u *used) only(allowed string) error {
	for _, name := range u.names {
		if !slices.Contains(strings.Fields(allowed), name) {
			return errorf("option %s does not apply", name)
		}
	}
	return u.err
}
