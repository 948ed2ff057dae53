package warmup

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
)

// WrapStream is [Wrap] for a function that streams its answers, such as that of
// router.Router:
//
//	lambda.Start(warmup.WrapStream(r.Stream, warmup.Config{}))
//
// A request ends, for [FirstReal], when next returns. It panics as Wrap does.
func WrapStream(next func(context.Context, json.RawMessage) (io.ReadCloser, error), cfg Config) func(context.Context, json.RawMessage) (io.ReadCloser, error) {
	if next == nil {
		panic("warmup: WrapStream: next is nil")
	}
	h := newPinger(&cfg)
	return func(ctx context.Context, event json.RawMessage) (io.ReadCloser, error) {
		if answer, ok := h.ping(ctx, event); ok {
			return pong{bytes.NewReader(answer), answer}, nil
		}
		ctx, marked := h.instance.mark(ctx)
		out, err := next(ctx, event)
		if marked {
			h.instance.settle()
		}
		return out, err
	}
}

// A pong is the answer to a ping. The runtime of aws-lambda-go encodes a result before it
// thinks of reading it, and sends what it has if that is JSON: here it is the answer.
type pong struct {
	io.Reader
	answer []byte
}

func (p pong) Close() error                 { return nil }
func (p pong) MarshalJSON() ([]byte, error) { return p.answer, nil }
