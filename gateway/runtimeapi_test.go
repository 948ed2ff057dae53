package gateway

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// These tests are the process: they call the Runtime API of an instance that has none, in the order they like.

// idleInstance returns a function with one instance that waits for work.
func idleInstance(t *testing.T) (*Process, *instance) {
	t.Helper()
	p := Function("no binary: a second instance is an error", nil)
	p.init()
	inst, err := p.start()
	require.NoError(t, err)
	t.Cleanup(func() { _ = inst.listener.Close() })
	p.release(inst)
	return p, inst
}

// invokeAside calls Invoke in a goroutine of its own, and returns once that waits for the runtime.
func invokeAside(ctx context.Context, p *Process, payload string) (result func() (string, error)) {
	type outAndErr struct {
		out []byte
		err error
	}
	done := make(chan outAndErr, 1)
	go func() {
		out, err := p.Invoke(ctx, []byte(payload))
		done <- outAndErr{out, err}
	}()
	synctest.Wait()
	return func() (string, error) { r := <-done; return string(r.out), r.err }
}

// next calls GET next, and answer posts a result for what it gave.
func next(ctx context.Context, i *instance) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	i.next(w, httptest.NewRequest("GET", "/", nil).WithContext(ctx))
	synctest.Wait()
	return w
}

func answer(i *instance, id, body string) int {
	r := httptest.NewRequest("POST", "/", strings.NewReader(body))
	r.SetPathValue("id", id)
	w := httptest.NewRecorder()
	i.response(w, r)
	return w.Code
}

// requireServed lets the runtime come back and checks that the invocation reaches its end on that same instance.
func requireServed(t *testing.T, p *Process, i *instance, payload string, result func() (string, error)) {
	t.Helper()
	w := next(t.Context(), i)
	require.Equal(t, payload, w.Body.String())
	require.Equal(t, 202, answer(i, w.Header().Get("Lambda-Runtime-Aws-Request-Id"), "result"))
	out, err := result()
	require.NoError(t, err)
	require.Equal(t, "result", out)
	require.Equal(t, []*instance{i}, p.idle, "the instance is to be used again")
}

// TestNextAborted: a runtime that gives up GET next gets the invocation when it asks again.
func TestNextAborted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, inst := idleInstance(t)
		result := invokeAside(t.Context(), p, "event")
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		for range 20 { // the invocation or the end of the context: a select takes either
			require.Empty(t, next(gone, inst).Body.String())
		}
		requireServed(t, p, inst, "event", result)
	})
}

// brokenConn fails like a connection whose other side is gone.
type brokenConn struct{ http.ResponseWriter }

func (brokenConn) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// buffered takes everything, and fails when it is to be sent.
type buffered struct{ http.ResponseWriter }

func (buffered) FlushError() error { return io.ErrClosedPipe }

func TestNextBreaksOff(t *testing.T) {
	for name, conn := range map[string]http.ResponseWriter{
		"at once":        brokenConn{httptest.NewRecorder()},
		"after a buffer": buffered{httptest.NewRecorder()},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, inst := idleInstance(t)
				result := invokeAside(t.Context(), p, "event")
				inst.next(conn, httptest.NewRequestWithContext(t.Context(), "GET", "/", nil))
				synctest.Wait()
				requireServed(t, p, inst, "event", result)
			})
		})
	}
}

// TestNextClosesUnread: what was written to a connection whose other side is gone counts as lost once the runtime asks
// again, but not before: it may close a connection and answer on another.
func TestNextClosesUnread(t *testing.T) {
	for _, asksAgain := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			p, inst := idleInstance(t)
			result := invokeAside(t.Context(), p, "event")
			conn, other := net.Pipe()
			id := next(withConn(t.Context(), conn), inst).Header().Get("Lambda-Runtime-Aws-Request-Id")
			inst.watchConn(other, http.StateClosed)
			require.Equal(t, 403, next(t.Context(), inst).Code, "the connection is still there")
			inst.watchConn(conn, http.StateClosed)
			if asksAgain {
				requireServed(t, p, inst, "event", result)
				return
			}
			require.Equal(t, 202, answer(inst, id, "result"))
			out, err := result()
			require.NoError(t, err)
			require.Equal(t, "result", out)
		})
	}
}

// TestNextTwice: a runtime must answer an invocation before it gets another.
func TestNextTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, inst := idleInstance(t)
		result := invokeAside(t.Context(), p, "event")
		w := next(t.Context(), inst)
		again := next(t.Context(), inst)
		require.Equal(t, 403, again.Code)
		require.Contains(t, again.Body.String(), `"errorType":"InvalidStateTransition"`)
		require.Equal(t, 400, answer(inst, "another", "x"))
		id := w.Header().Get("Lambda-Runtime-Aws-Request-Id")
		require.Equal(t, 202, answer(inst, id, "result"))
		require.Equal(t, 400, answer(inst, id, "twice"))
		out, err := result()
		require.NoError(t, err)
		require.Equal(t, "result", out)
		requireServed(t, p, inst, "event 2", invokeAside(t.Context(), p, "event 2"))
	})
}

// TestNextWhileItDies: between its end and the news of it, an instance asks for an invocation that it cannot take.
func TestNextWhileItDies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, inst := idleInstance(t)
		inv, cancel := p.newInvocation(t.Context(), nil)
		defer cancel()
		done := make(chan error, 1)
		go func() { _, err := inst.invoke(inv); done <- err }()
		synctest.Wait()
		inst.dead.Store(true)
		next(t.Context(), inst)
		require.Empty(t, done, "without the exit there is no reason to give")
		cause := errors.New("exit status 9")
		inst.exit(exitError("exit status 9", cause))
		require.Equal(t, errGoneBefore, <-done)
		require.ErrorIs(t, inst.exitReason(inv), cause)
	})
}

// TestPayloadIsCopied: the server may write the event when Invoke has returned, and its buffer is the caller's again.
func TestPayloadIsCopied(t *testing.T) {
	payload := []byte("event")
	inv, cancel := Function("x", nil).newInvocation(t.Context(), payload)
	defer cancel()
	clear(payload)
	require.Equal(t, "event", string(inv.payload))
}

// TestDeadlineHolds: what the function is told is enforced, whoever set it.
func TestDeadlineHolds(t *testing.T) {
	for _, tc := range []struct {
		timeout, ctx, want time.Duration
		message            string
	}{
		{0, 0, 15 * time.Minute, "Task timed out after 900.00 seconds"},
		{time.Second, 0, time.Second, "Task timed out after 1.00 seconds"},
		{time.Hour, time.Minute, time.Minute, context.DeadlineExceeded.Error()},
		{0, time.Hour, time.Hour, context.DeadlineExceeded.Error()},
	} {
		synctest.Test(t, func(t *testing.T) {
			p, inst := idleInstance(t)
			p.Timeout = tc.timeout
			ctx, cancel := t.Context(), context.CancelFunc(func() {})
			if tc.ctx > 0 {
				ctx, cancel = context.WithTimeout(ctx, tc.ctx)
			}
			defer cancel()
			start := time.Now()
			result := invokeAside(ctx, p, "event")
			told := next(t.Context(), inst).Header().Get("Lambda-Runtime-Deadline-Ms")
			_, err := result()
			require.ErrorContains(t, err, tc.message)
			require.Equal(t, tc.want, time.Since(start))
			require.Equal(t, told, strconv.FormatInt(time.Now().UnixMilli(), 10))
			require.Empty(t, p.idle, "the instance is not used again")
		})
	}
}

// TestReadyInstanceStaysReady: that the init phase's limit has passed since concerns a warm instance no more.
func TestReadyInstanceStaysReady(t *testing.T) {
	i := &instance{
		p: Function("", nil), born: time.Now().Add(-time.Hour),
		ready: make(chan struct{}), exited: make(chan struct{}), killing: make(chan struct{}),
	}
	i.isReady()
	for range 1000 {
		require.NoError(t, i.awaitReady(t.Context()))
	}
}
