package gateway

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// TestLastWords: what a process has posted before it ended counts, in whichever state the end finds the connections: one
// that waited for the event, one that nobody has accepted yet, behind others.
func TestLastWords(t *testing.T) {
	for range 200 {
		for name, before := range map[string]int{"on the same connection": -1, "on a new one": 0, "behind others": 10} {
			p, inst := idleInstance(t)
			go inst.server.serve(inst)
			result := make(chan string, 1)
			go func() {
				out, err := p.Invoke(t.Context(), []byte("event"))
				result <- fmt.Sprintf("%s %v", out, err)
			}()
			conns := []net.Conn{dial(t, inst)}
			_, err := fmt.Fprintf(conns[0], "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", nextPath, inst.addr)
			require.NoError(t, err)
			resp, err := http.ReadResponse(bufio.NewReader(conns[0]), nil)
			require.NoError(t, err)
			for range before + 1 {
				conns = append(conns, dial(t, inst))
			}
			_, err = fmt.Fprintf(conns[len(conns)-1], "POST %sinvocation/%s/response HTTP/1.1\r\nHost: %s\r\nContent-Length: 10\r\n\r\nlast words",
				runtimePath, resp.Header.Get("Lambda-Runtime-Aws-Request-Id"), inst.addr)
			require.NoError(t, err)
			for _, conn := range conns {
				require.NoError(t, conn.Close())
			}
			inst.server.drain(inst)
			inst.exit(exitError("exit status 3", nil))
			require.Equal(t, "last words <nil>", <-result, name)
		}
	}
}

func dial(t *testing.T, i *instance) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", i.addr)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// bootstrap returns this binary as a function of the given kind, see TestMain.
func bootstrap(t *testing.T, kind string) *Process {
	t.Helper()
	exe, err := os.Executable()
	require.NoError(t, err)
	p := Function(exe, []string{"BOOTSTRAP=" + kind, "GOCOVERDIR=" + t.TempDir()})
	p.InitTimeout = time.Hour // of a busy machine
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	return p
}

// TestProcessExitsAtOnce: an answer that was posted whole counts, however soon the process is gone.
func TestProcessExitsAtOnce(t *testing.T) {
	p := bootstrap(t, "bad")
	for range 20 {
		answer, err := p.Invoke(t.Context(), []byte(`{"how":"hasty"}`))
		require.NoError(t, err)
		require.Equal(t, strings.Repeat("x", 100_000), string(answer))
	}
}

// TestProcessSIGTERM: Close asks a process to exit, and kills it some time later; the runtime for Go waits for that.
func TestProcessSIGTERM(t *testing.T) {
	said, out := io.Pipe()
	p := bootstrap(t, "sigterm")
	p.Output, p.grace = out, time.Hour // of a busy machine
	_, err := p.Invoke(t.Context(), []byte("{}"))
	require.NoError(t, err)
	closed := make(chan error)
	go func() { closed <- p.Close() }()
	line, err := bufio.NewReader(said).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "sigterm seen\n", line)
	require.NoError(t, said.Close())
	p.mu.Lock()
	for inst := range p.all {
		inst.kill()
	}
	p.mu.Unlock()
	require.NoError(t, <-closed)
}

// TestInitIsNotInvocation: the start of a process, however long it takes, does not count towards the time-out.
func TestInitIsNotInvocation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, inst := idleInstance(t)
		inst.ready, inst.readyOnce = make(chan struct{}), sync.Once{}
		p.Timeout = time.Second
		result := invokeAside(t.Context(), p, "event")
		time.Sleep(5 * time.Second)
		requireServed(t, p, inst, "event", result)
	})
}

// TestDrainEnds: a connection that somebody else keeps open delays the end of an instance by no more than gracePeriod, one
// that waits for an invocation by nothing.
func TestDrainEnds(t *testing.T) {
	for name, tc := range map[string]struct {
		sent string
		want time.Duration
	}{
		"waits":     {"GET " + nextPath + " HTTP/1.1\r\nHost: ADDR\r\n\r\n", 0},
		"silent":    {"", gracePeriod},
		"half-said": {"GET " + nextPath, gracePeriod},
	} {
		synctest.Test(t, func(t *testing.T) {
			_, inst := idleInstance(t)
			_ = inst.server.listener.Close() // a real one, which fake time does not know
			conn := connect(t, inst, nil)
			_, err := io.WriteString(conn, strings.ReplaceAll(tc.sent, "ADDR", inst.addr))
			require.NoError(t, err)
			synctest.Wait()
			begun := time.Now()
			inst.server.drain(inst)
			require.Equal(t, tc.want, time.Since(begun), name)
			_, err = conn.Read(make([]byte, 1))
			require.ErrorIs(t, err, io.EOF)
		})
	}
}

// TestTruncated: an answer that breaks off since the process exits is an exit; without one it is what it is.
func TestTruncated(t *testing.T) {
	for name, tc := range map[string]struct {
		exits bool
		want  string
	}{
		"exits":   {true, "Runtime.ExitError"},
		"goes on": {false, "Runtime.TruncatedResponse"},
	} {
		synctest.Test(t, func(t *testing.T) {
			p, inst := idleInstance(t)
			result := invokeAside(t.Context(), p, "event")
			post(t, inst, "10\r\nhalf an", true)
			if tc.exits {
				time.Sleep(gracePeriod)
				inst.exit(exitError("exit status 3", nil))
			}
			_, err := result()
			fe := new(FunctionError)
			require.ErrorAs(t, err, &fe, name)
			require.Equal(t, tc.want, fe.Type)
		})
	}
}

// post takes an invocation and posts the beginning of an answer in chunks.
func post(t *testing.T, i *instance, chunks string, isLast bool) {
	t.Helper()
	resp, _ := next(t, i)
	conn := connect(t, i, nil)
	_, err := fmt.Fprintf(conn, "POST %sinvocation/%s/response HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: chunked\r\n\r\n%s",
		runtimePath, resp.Header.Get("Lambda-Runtime-Aws-Request-Id"), i.addr, chunks)
	require.NoError(t, err)
	if isLast {
		require.NoError(t, conn.Close())
	}
}

// TestStreamTimesOut: a function that hangs after its first piece is ended at its time-out, and so is the client's connection.
func TestStreamTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var logged strings.Builder
		p, inst := idleInstance(t)
		p.Timeout = 2 * time.Second
		g, err := New(Config{Log: slog.New(slog.NewTextHandler(&logged, nil))}, Route{Path: "/", Integration: Stream(p.Stream)})
		require.NoError(t, err)
		w := httptest.NewRecorder()
		aborted := make(chan any, 1)
		go func() {
			defer func() { aborted <- recover() }()
			g.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
		}()
		synctest.Wait()
		prelude := `{"statusCode":202}` + strings.Repeat("\x00", 8)
		post(t, inst, fmt.Sprintf("%x\r\n%s\r\n4\r\none;\r\n", len(prelude), prelude), false)
		begun := time.Now()
		require.Equal(t, http.ErrAbortHandler, <-aborted)
		require.Equal(t, p.Timeout, time.Since(begun))
		require.Equal(t, 202, w.Code)
		require.Equal(t, "one;", w.Body.String())
		require.Contains(t, logged.String(), "Task timed out after 2.00 seconds")
	})
}

// TestBeganAndEnded: an error that comes with the beginning of an answer is the reader's.
func TestBeganAndEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, inst := idleInstance(t)
		for range 20 {
			var out io.ReadCloser
			var err error
			done := make(chan bool)
			go func() { out, err = p.Stream(t.Context(), []byte("{}")); close(done) }()
			synctest.Wait()
			post(t, inst, "0\r\nLambda-Runtime-Function-Error-Type: Late\r\n\r\n", true)
			<-done
			require.NoError(t, err)
			_, err = out.Read(make([]byte, 1))
			require.True(t, errors.As(err, new(*FunctionError)), "%v", err)
		}
	})
}
