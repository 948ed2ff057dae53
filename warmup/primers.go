package warmup

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/lambdarest/lambdarest/internal/coldstart"
)

// Certificates returns a primer that loads the system's pool of certificates, for
// which the first HTTPS call otherwise waits.
func Certificates() *Primer {
	return NewPrimer("certificates", func(context.Context) error {
		_, err := x509.SystemCertPool()
		return err
	})
}

// Connection returns a primer that opens a connection by using it: call reads
// something cheap from a database or an API, which fetches credentials, resolves the
// name, shakes hands and leaves an idle connection for the first request. An error
// that is one of answers (as errors.Is has it) is an answer like another, a missing
// item for instance:
//
//	warmup.Connection("dynamodb", func(ctx context.Context) error {
//		_, err := users.Get(ctx, dynamo.KeyOf(0))
//		return err
//	}, dynamo.ErrNotFound)
func Connection(name string, call func(ctx context.Context) error, answers ...error) *Primer {
	if call == nil {
		panic("warmup: Connection: call is nil")
	}
	return NewPrimer(name, func(ctx context.Context) error {
		err := call(ctx)
		for _, answer := range answers {
			if errors.Is(err, answer) {
				return nil
			}
		}
		return err
	})
}

// Invocation returns a primer that invokes h with an event that you made up, and
// drops the answer. It runs code of a router or another handler for the first time:
// pages of the binary are loaded, the heap grows, pools fill. Give it a handler that
// has no side effects: a router of its own, or a route that only answers. The event is
// neither a cold start nor the first request, whether h is wrapped or not. The primer
// fails where h returns an error.
func Invocation(name string, h lambda.Handler, event string) *Primer {
	if h == nil {
		panic("warmup: Invocation: h is nil")
	}
	return NewPrimer(name, func(ctx context.Context) error {
		_, err := h.Invoke(coldstart.With(ctx, coldstart.Start{Primed: true}), []byte(event))
		return err
	})
}

// Codec returns a primer for the tables that encoding/json builds of a type when it
// first meets it: it encodes the zero value of T and decodes that again. T's own
// marshalling methods are called, if it has any.
func Codec[T any]() *Primer {
	return NewPrimer(fmt.Sprintf("codec of %T", *new(T)), func(context.Context) error {
		var zero T
		b, err := json.Marshal(&zero)
		if err != nil {
			return err
		}
		return json.Unmarshal(b, &zero)
	})
}
