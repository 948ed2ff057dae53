package dynamo

import (
	"context"
	"errors"
	"reflect"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// store does the work of a Repository. What its items are it knows from the
// schema, and it takes and gives them as reflect.Values: so it is compiled and
// linked once, and what each type of items adds to a program is what
// Repository's methods do, which is to turn Ts into Values.
type store struct {
	client  Client
	table   string
	schema  *schema
	codec   *codec
	now     func() time.Time
	backoff backoff
	asText  bool // puts are written here, see wire_request.go
	copies  bool // what the client is given may be changed, see own

	cursorKey []byte                                                      // nil: the public one
	observe   func(ctx context.Context, operation, table string) observer // nil: nobody
	refused   func(operation, table string, old any, missing bool, err error) error
}

// newStore makes the store for items of which list is a slice type.
func newStore(list reflect.Type, c Client, table string, opts []Option) (*store, error) {
	switch {
	case c == nil:
		return nil, errors.New("the client is nil")
	case table == "":
		return nil, errors.New("the table has no name")
	}
	s, err := schemaOf(list.Elem())
	if err != nil {
		return nil, err
	}
	cfg := config{now: time.Now, backoff: defaultBackoff}
	for _, opt := range opts {
		if err := opt(&cfg); err != nil {
			return nil, err
		}
	}
	codec := newCodec(s)
	codec.list, codec.passive = list, cfg.passive
	_, own := c.(*dynamodb.Client)
	codec.fromWire = own || cfg.passive
	return &store{
		client:    c,
		table:     table,
		schema:    s,
		codec:     codec,
		now:       cfg.now,
		backoff:   cfg.backoff,
		asText:    sendsAsIs(c, cfg.passive) && !codec.plan.marshals && !codec.plan.marshalsAt,
		copies:    !sendsAsIs(c, false),
		cursorKey: cfg.cursorKey,
		observe:   cfg.observe,
	}, nil
}

// fail puts the package's prefix, the operation and the table before err, once,
// where it leaves the package.
func (s *store) fail(op string, err error) error {
	err = discreet(err)
	if throttled(err) {
		err = errorf("%w: %w", ErrThrottled, err)
	}
	return errorf("dynamo: %s %s: %w", op, s.table, err)
}

// valueAt is what a pointer points to. It is not put into the methods of every T.
//
//go:noinline
func valueAt(p any) reflect.Value { return reflect.ValueOf(p).Elem() }
