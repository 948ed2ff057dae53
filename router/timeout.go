package router

import (
	"context"
	"net/http"
	"time"
)

// Timeout answers 504 when the handler inside is not done a margin before the
// context's deadline, which on Lambda is the function's time-out. Without it Lambda
// ends the process, and the client gets an answer that says nothing. The handler's
// context ends at the same time; a handler that heeds it leaves nothing behind.
//
// The handler runs in a goroutine of its own, with a copy of the Request. A panic is
// passed on as a [*PanicError], for [Recover] to catch; one that comes after the answer
// is dropped. A context without a deadline changes nothing. A streamed answer that is
// not done by then is cut short, see [Stream], or is a 504 where nothing of it is sent
// before its end.
func Timeout(margin time.Duration) Middleware {
	return func(next Handler) Handler {
		return func(ctx context.Context, req *Request) (*Response, error) {
			deadline, ok := ctx.Deadline()
			if !ok {
				return next(ctx, req)
			}
			ctx, cancel := context.WithDeadline(ctx, deadline.Add(-margin))
			streaming := false
			defer func() {
				if !streaming {
					cancel()
				}
			}()
			resp, err := race(ctx, req.clone(), next)
			if streaming = err == nil && resp.sendsStream(req); streaming {
				resp = resp.endWith(ctx, cancel)
			}
			return resp, err
		}
	}
}

// An outcome is how a handler ended.
type outcome struct {
	resp  *Response
	err   error
	panic *PanicError
}

// race runs a handler until it is done or ctx is.
func race(ctx context.Context, req *Request, next Handler) (*Response, error) {
	done := make(chan outcome, 1)
	go func() {
		var out outcome
		returned := false
		defer func() {
			if !returned { // it panicked, or called runtime.Goexit
				out.panic = panicError(recover())
			}
			done <- out
		}()
		out.resp, out.err = next(ctx, req)
		returned = true
	}()
	select {
	case out := <-done:
		if out.panic != nil {
			panic(out.panic)
		}
		return out.resp, out.err
	case <-ctx.Done():
		go func() { // ends with the handler
			if out := <-done; out.resp != nil {
				closeStream(out.resp.Stream)
			}
		}()
		return nil, outOfTime(ctx)
	}
}

func outOfTime(ctx context.Context) error {
	return &Error{Status: http.StatusGatewayTimeout, Detail: "the function ran out of time", Err: ctx.Err()}
}

// clone returns a copy that another goroutine may use.
func (r *Request) clone() *Request {
	c := *r
	c.msg = r.msg.clone()
	return &c
}
