package router

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New(Recover(), Timeout(100*time.Millisecond))
		r.Get("/slow", func(ctx context.Context, req *Request) (*Response, error) {
			req.Headers() // fills the copy's caches, while others may read the original
			<-ctx.Done()
			return nil, ctx.Err()
		})
		r.Get("/fast", func(ctx context.Context, req *Request) (*Response, error) {
			time.Sleep(899 * time.Millisecond)
			return Text(200, req.Route()), nil
		})
		r.Get("/panic", func(context.Context, *Request) (*Response, error) { panic("secret") })
		r.Get("/late", func(ctx context.Context, _ *Request) (*Response, error) {
			<-ctx.Done()
			time.Sleep(time.Millisecond)
			panic("after the answer")
		})
		for _, tt := range []struct {
			path   string
			status string
			after  time.Duration
		}{
			{"/slow", `"statusCode":504`, 900 * time.Millisecond},
			{"/fast", `"statusCode":200`, 899 * time.Millisecond},
			{"/panic", `"statusCode":500`, 0},
			{"/late", `"statusCode":504`, 900 * time.Millisecond},
		} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			start := time.Now()
			out, err := r.Invoke(ctx, mergeEvent(t, restEvent, `{"path":"`+tt.path+`"}`))
			if took := time.Since(start); err != nil || !strings.Contains(string(out), tt.status) || took != tt.after || strings.Contains(string(out), "secret") {
				t.Errorf("%s after %v: %s, %v", tt.path, took, out, err)
			}
			cancel()
			synctest.Wait() // no goroutine is left that waits for anything but the clock
		}
		out, err := r.Invoke(t.Context(), mergeEvent(t, restEvent, `{"path":"/fast"}`))
		if err != nil || !strings.Contains(string(out), `"statusCode":200`) {
			t.Errorf("without a deadline: %s, %v", out, err)
		}
	})
}

// Who has to mend a panic needs the stack of the handler, not that of Timeout, and what
// the handler has begun must not go on.
func TestTimeoutPassesPanicsOn(t *testing.T) {
	var given context.Context
	h := Recover()(Timeout(0)(func(ctx context.Context, _ *Request) (*Response, error) {
		given = ctx
		return panicking()
	}))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err := h(ctx, &Request{msg: &proxyMessage{}})
	var p *PanicError
	if !errors.As(err, &p) || p.Value != "secret" || !strings.Contains(string(p.Stack), "panicking") {
		t.Errorf("%v", err)
	}
	if given.Err() == nil {
		t.Error("the context goes on after the panic")
	}
}

//go:noinline
func panicking() (*Response, error) { panic("secret") }

// A bubble of synctest ends when all of its goroutines have, and fails if one cannot.
func TestTimeoutLeavesNoGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := Timeout(0)(func(ctx context.Context, _ *Request) (*Response, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		})
		expired, cancel := context.WithDeadline(t.Context(), time.Now())
		defer cancel()
		for range 10_000 {
			if _, err := h(expired, &Request{msg: &proxyMessage{}}); StatusOf(err) != 504 && !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
		}
	})
}
