package mapping

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/aws/aws-lambda-go/lambda"
)

type handlerFunc func(ctx context.Context, event []byte) ([]byte, error)

func (f handlerFunc) Invoke(ctx context.Context, event []byte) ([]byte, error) { return f(ctx, event) }

// MapError returns a handler that gives the status to errors of h that match
// target by errors.Is and carry no status of their own, as in
//
//	h = mapping.MapError(h, dynamo.ErrNotFound, 404)
//	h = mapping.MapError(h, dynamo.ErrConditionFailed, 409)
//
// The client sees the status and its title; the text of the error is not sent. An
// [Error] that the function itself returned is left as it is. MapError panics if h
// or target is nil or the status is not from 400 to 599.
func MapError(h lambda.Handler, target error, status int) lambda.Handler {
	switch {
	case h == nil:
		panic("mapping: MapError: the handler is nil")
	case target == nil:
		panic("mapping: MapError: the error is nil")
	case status < 400 || status > 599:
		panic(fmt.Sprintf("mapping: MapError: status %d is not from 400 to 599", status))
	}
	return handlerFunc(func(ctx context.Context, event []byte) ([]byte, error) {
		out, err := h.Invoke(ctx, event)
		if err == nil || !errors.Is(err, target) {
			return out, err
		}
		e, ok := errors.AsType[*Error](err)
		if ok && !e.unforeseen {
			return out, err
		}
		if e != nil && err == error(e) { // nothing is wrapped around New's own
			err = e.Err
		}
		return nil, boundary(ctx, &Error{Status: status, Err: err})
	})
}

// Log returns a handler that logs a line for each error of h: at level Error for
// a status of 500 and above, at level Info for a client's mistake. The line has
// status, request_id and detail as the client sees them, and cause and, after a
// panic, stack, which the client does not see. With a nil logger Log returns h.
func Log(h lambda.Handler, l *slog.Logger) lambda.Handler {
	if h == nil {
		panic("mapping: Log: the handler is nil")
	}
	if l == nil {
		return h
	}
	return handlerFunc(func(ctx context.Context, event []byte) ([]byte, error) {
		out, err := h.Invoke(ctx, event)
		if err != nil {
			logError(ctx, l, boundary(ctx, err))
		}
		return out, err
	})
}

func logError(ctx context.Context, l *slog.Logger, e *Error) {
	level := slog.LevelInfo
	if e.status() >= 500 {
		level = slog.LevelError
	}
	attrs := []slog.Attr{
		slog.Int("status", e.status()),
		slog.String("request_id", e.RequestID),
	}
	if e.Detail != "" {
		attrs = append(attrs, slog.String("detail", e.Detail))
	}
	if e.Err != nil {
		attrs = append(attrs, slog.String("cause", e.Err.Error()))
	}
	if p, ok := errors.AsType[*panicError](e.Err); ok {
		attrs = append(attrs, slog.String("stack", string(p.stack)))
	}
	l.LogAttrs(ctx, level, "request failed", attrs...)
}
