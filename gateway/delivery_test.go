package gateway

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// TestNextAborted: a runtime that gives up GET next gets the invocation when it asks again.
func TestNextAborted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, inst := idleInstance(t)
		for range 20 {
			require.NoError(t, ask(t, inst).Close())
			synctest.Wait()
		}
		require.Empty(t, inst.waiting)
		requireServed(t, p, inst, "event", invokeAside(t.Context(), p, "event"))
	})
}

// brokenConn fails like a connection whose other side is gone, but only when it is written to.
type brokenConn struct {
	net.Conn
	taken int
}

func (c brokenConn) Write(b []byte) (int, error) { return min(c.taken, len(b)), io.ErrClosedPipe }

func TestNextBreaksOff(t *testing.T) {
	for _, taken := range []int{0, 100, 1 << 20} {
		for _, asksFirst := range []bool{true, false} {
			synctest.Test(t, func(t *testing.T) {
				p, inst := idleInstance(t)
				var result func() (string, error)
				if !asksFirst {
					result = invokeAside(t.Context(), p, "event")
				}
				conn := connect(t, inst, func(c net.Conn) net.Conn { return brokenConn{c, taken} })
				send(t, inst, conn, "GET", nextPath, "")
				if asksFirst {
					result = invokeAside(t.Context(), p, "event")
				}
				requireServed(t, p, inst, "event", result)
			})
		}
	}
}

// lateConn fails like a connection whose other side is gone, but its write says so only when it may.
type lateConn struct {
	net.Conn
	may chan struct{}
}

func (c lateConn) Write([]byte) (int, error) {
	<-c.may
	return 0, io.ErrClosedPipe
}

// TestNextBreaksOffLate: an invocation that the runtime has got by another connection meanwhile is not delivered again.
func TestNextBreaksOffLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, inst := idleInstance(t)
		may := make(chan struct{})
		conn := connect(t, inst, func(c net.Conn) net.Conn { return lateConn{c, may} })
		send(t, inst, conn, "GET", nextPath, "")
		result := invokeAside(t.Context(), p, "event")
		require.NoError(t, conn.Close())
		synctest.Wait()
		resp, event := next(t, inst)
		require.Equal(t, "event", event)
		close(may)
		synctest.Wait()
		require.Empty(t, inst.queue)
		require.Equal(t, 202, answer(t, inst, resp.Header.Get("Lambda-Runtime-Aws-Request-Id"), "result"))
		out, err := result()
		require.NoError(t, err)
		require.Equal(t, "result", out)
	})
}

// TestNextClosesUnread: what was written to a connection whose other side is gone counts as lost once the runtime asks
// again, but not before: it may close a connection and answer on another.
func TestNextClosesUnread(t *testing.T) {
	for _, asksAgain := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			p, inst := idleInstance(t)
			conn := ask(t, inst)
			result := invokeAside(t.Context(), p, "event")
			resp, _ := receive(t, conn)
			again, _ := next(t, inst)
			require.Equal(t, 403, again.StatusCode, "the connection is still there")
			require.NoError(t, conn.Close())
			synctest.Wait()
			if asksAgain {
				requireServed(t, p, inst, "event", result)
				return
			}
			require.Equal(t, 202, answer(t, inst, resp.Header.Get("Lambda-Runtime-Aws-Request-Id"), "result"))
			out, err := result()
			require.NoError(t, err)
			require.Equal(t, "result", out)
		})
	}
}

// TestNextReconnects is the same over real connections, where the news of the one that is gone takes its time.
func TestNextReconnects(t *testing.T) {
	p, inst := idleInstance(t)
	go inst.server.serve(inst)
	parked := func() net.Conn {
		conn, err := net.Dial("tcp", inst.addr)
		require.NoError(t, err)
		_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", nextPath, inst.addr)
		require.NoError(t, err)
		return conn
	}
	for range 50 {
		lost := parked()
		done := make(chan error, 1)
		go func() { _, err := p.Invoke(t.Context(), nil); done <- err }()
		require.Eventually(t, func() bool {
			inst.mu.Lock()
			defer inst.mu.Unlock()
			return len(inst.flights) == 1
		}, time.Minute, time.Millisecond)
		require.NoError(t, lost.Close())
		conn := parked()
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		require.NoError(t, err)
		require.Equal(t, 200, resp.StatusCode)
		_, err = fmt.Fprintf(conn, "POST %sinvocation/%s/response HTTP/1.1\r\nHost: %s\r\nContent-Length: 0\r\n\r\n",
			runtimePath, resp.Header.Get("Lambda-Runtime-Aws-Request-Id"), inst.addr)
		require.NoError(t, err)
		require.NoError(t, <-done)
		require.NoError(t, conn.Close())
	}
}
