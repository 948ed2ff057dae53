package gateway

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// rawRequests are what a process may send, with the statuses that it gets before the connection ends; 100 is Continue.
var rawRequests = []struct {
	sent string
	want []int
}{
	{"", nil},
	{"nonsense\r\n\r\n", nil},
	{"GET / HTTP/1.1\r\nHost: ADDR\r\n\r\n", []int{404}},
	{"GET / HTTP/1.1\r\nHost: ADDR\r\n\r\nGET / HTTP/1.1\r\nHost: ADDR\r\n\r\n", []int{404, 404}},
	{"GET / HTTP/1.0\r\nHost: ADDR\r\n\r\nGET / HTTP/1.1\r\nHost: ADDR\r\n\r\n", []int{404}},
	{"GET / HTTP/1.1\r\nHost: ADDR\r\nConnection: close\r\n\r\nGET / HTTP/1.1\r\nHost: ADDR\r\n\r\n", []int{404}},
	{"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: evil.example\r\n\r\n", []int{403}},
	{strings.Repeat("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: evil.example\r\n\r\n", 3), []int{403, 403, 403}},
	{"POST /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: ADDR\r\nContent-Length: 0\r\n\r\n", []int{404}},
	{"POST /2018-06-01/runtime/invocation/1/response HTTP/1.1\r\nHost: ADDR\r\nContent-Length: 2\r\n\r\nok", []int{400}},
	{"POST /2018-06-01/runtime/invocation/1/response HTTP/1.1\r\nHost: ADDR\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nok", []int{100, 400}},
	{"POST /2018-06-01/runtime/invocation/1/error HTTP/1.1\r\nHost: ADDR\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n2\r\nok\r\n0\r\nX: y\r\n\r\n" +
		"GET / HTTP/1.1\r\nHost: ADDR\r\n\r\n", []int{400, 404}},
	{"POST / HTTP/1.1\r\nHost: ADDR\r\nContent-Length: 100000\r\n\r\n" + strings.Repeat("x", 100_000) + "GET / HTTP/1.1\r\nHost: ADDR\r\n\r\n", []int{404}},
	{"POST /2018-06-01/runtime/invocation/1/error HTTP/1.1\r\nHost: ADDR\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nnonsense\r\n" +
		"GET / HTTP/1.1\r\nHost: ADDR\r\n\r\n", []int{400}},
	{"POST / HTTP/1.1\r\nHost: ADDR\r\nContent-Length: 3\r\nTransfer-Encoding: nonsense\r\n\r\nabc", nil},
	{"POST /2018-06-01/runtime/init/error HTTP/1.1\r\nHost: ADDR\r\nContent-Length: 2\r\n\r\n{}", []int{202}},
	{"GET / HTTP/1.1\r\nHost: ADDR\r\nX: " + strings.Repeat("x", maxRuntimeHeader) + "\r\n\r\n", nil},
	{"GET / HTTP/1.1\r\nHost: ADDR\r\nX: " + strings.Repeat("x", maxRuntimeHeader/2) + "\r\n\r\n", []int{404}},
}

// TestRuntimeServer sends bytes over a real connection.
func TestRuntimeServer(t *testing.T) {
	_, inst := idleInstance(t)
	go inst.server.serve(inst)
	for _, tc := range rawRequests {
		conn, err := net.Dial("tcp", inst.addr)
		require.NoError(t, err)
		go func() {
			_, _ = io.WriteString(conn, strings.ReplaceAll(tc.sent, "ADDR", inst.addr))
			_ = conn.(*net.TCPConn).CloseWrite()
		}()
		var got []int
		for answers := bufio.NewReader(conn); ; {
			resp, err := http.ReadResponse(answers, nil)
			if err != nil {
				break
			}
			_, err = io.Copy(io.Discard, resp.Body)
			require.NoError(t, err)
			got = append(got, resp.StatusCode)
		}
		require.NoError(t, conn.Close())
		require.Equal(t, tc.want, got, "%.200q", tc.sent)
	}
}

// TestRuntimeServerBounds: more connections than any runtime needs are refused, and those that there are go on.
func TestRuntimeServerBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, inst := idleInstance(t)
		for range maxRuntimeConns + 2*p.perInstance() - 2 { // two are needed below
			connect(t, inst, nil)
		}
		requireServed(t, p, inst, "event", invokeAside(t.Context(), p, "event"))
		client, server := net.Pipe()
		defer client.Close()
		require.False(t, inst.server.add(newRuntimeConn(server)))
		inst.server.close()
		synctest.Wait()
		require.Empty(t, inst.server.conns)
	})
}

// wire is a connection on which all has been sent, and that takes all.
type wire struct {
	net.Conn // none: what the server does not use panics
	sent     io.Reader
	got      bytes.Buffer
}

func (w *wire) Read(b []byte) (int, error)  { return w.sent.Read(b) }
func (w *wire) Write(b []byte) (int, error) { return w.got.Write(b) }

// FuzzRuntimeServer: whatever a process sends, its connection ends, what it gets is HTTP, and an invocation is either
// delivered or stays in the queue.
func FuzzRuntimeServer(f *testing.F) {
	for _, tc := range rawRequests {
		if len(tc.sent) < 1000 {
			f.Add(strings.ReplaceAll(tc.sent, "ADDR", "a"))
		}
	}
	f.Add("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: a\r\n\r\n")
	f.Add("GET /2020-01-01/extension/event/next HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
	f.Add("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: a\r\n\r\nPOST /2018-06-01/runtime/invocation/id/response HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok")
	f.Fuzz(func(t *testing.T, sent string) {
		i := &instance{
			p: Function("x", nil), addr: "a", ready: make(chan struct{}), exited: make(chan struct{}), flights: make(map[string]*invocation),
		}
		inv := &invocation{id: "id", payload: []byte("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), result: make(chan outcome, 1)}
		i.offer(inv)
		w := &wire{sent: strings.NewReader(sent)}
		newRuntimeConn(w).serve(i)
		require.Equal(t, 1, len(i.queue)+len(i.flights)+len(inv.result))
		require.Empty(t, i.waiting)
		for answers := bufio.NewReader(&w.got); ; {
			resp, err := http.ReadResponse(answers, nil)
			if err != nil {
				require.ErrorIs(t, err, io.ErrUnexpectedEOF) // and nothing is left
				break
			}
			_, err = io.Copy(io.Discard, resp.Body)
			require.NoError(t, err)
		}
	})
}
