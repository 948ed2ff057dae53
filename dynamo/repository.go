package dynamo

import (
	"context"
	"errors"
	"fmt"
)

// Repository keeps items of type T in one table. Make it with [New]. It is safe
// for concurrent use and holds nothing but its settings: no goroutine, no
// cache, nothing to close.
type Repository[T any] struct {
	client  Client
	table   string
	schema  *schema
	codec   *codec[T]
	cursors cursors
	observe func(context.Context, Request) // nil: nobody
	backoff backoff
}

// New makes a repository for the items in a table, given by name or ARN. It
// sends nothing.
//
// T is a struct. Its fields become attributes by the rules of
// feature/dynamodb/attributevalue: dynamodbav tags, embedded structs and the
// Marshaler interfaces count. A dynamo tag marks the fields of the primary key:
//
//	type Order struct {
//		Customer string    `dynamodbav:"customer"        dynamo:"partition"`
//		Placed   time.Time `dynamodbav:"placed,unixtime" dynamo:"sort"`
//		Total    int       `dynamodbav:"total"`
//	}
//
// A key field must be stored as S, N or B: a string, number, []byte, [n]byte or
// [time.Time] with the option unixtime, a pointer to one, or a Marshaler whose
// zero value makes one. unixtime keeps whole seconds. A time.Time without it is
// refused: attributevalue stores RFC 3339 text, which keeps the zone and drops
// zeros at the end, so that keys of equal times differ and their order is not
// that of time. Where seconds are too coarse use a string in a fixed layout, in
// UTC and with all digits, such as "2006-01-02T15:04:05.000000000Z".
//
// Tags are checked here, once; an error names T and the field, and a word that
// is not known is an error. Tags in the type of a field that is itself stored
// as a nested map have no meaning.
func New[T any](c Client, table string, opts ...Option) (*Repository[T], error) {
	switch {
	case c == nil:
		return nil, errors.New("dynamo: new: the client is nil")
	case table == "":
		return nil, errors.New("dynamo: new: the table has no name")
	}
	s, err := schemaOf[T]()
	if err != nil {
		return nil, fmt.Errorf("dynamo: new: %w", err)
	}
	cfg := config{backoff: defaultBackoff}
	for _, opt := range opts {
		if err := opt(&cfg); err != nil {
			return nil, fmt.Errorf("dynamo: new: %w", err)
		}
	}
	codec, err := newCodec[T](s)
	if err != nil {
		return nil, fmt.Errorf("dynamo: new: %w", err)
	}
	return &Repository[T]{
		client:  c,
		table:   table,
		schema:  s,
		codec:   codec,
		cursors: newCursors(cfg.cursorKey, table, s),
		observe: cfg.observe,
		backoff: cfg.backoff,
	}, nil
}
