package gateway

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A parrot is a runtime as the Runtime API sees aws-lambda-go: it says the same each time, writes the header of an answer, a
// chunk and the end one after the other, and it uses no memory.
type parrot struct {
	conn             net.Conn
	next, post, body []byte
	buf              []byte
}

func newParrot(conn net.Conn, addr, body string) *parrot {
	const usual = "Host: %s\r\nUser-Agent: aws-lambda-go/go1.26\r\n%sAccept-Encoding: gzip\r\n\r\n"
	return &parrot{
		conn: conn, buf: make([]byte, 64<<10),
		next: fmt.Appendf(nil, nextLine+usual, addr, ""),
		post: fmt.Appendf(nil, responseBegin+"01234567-0123-0123-0123-0123456789ab"+responseEnd+usual, addr,
			"Transfer-Encoding: chunked\r\nTrailer: Lambda-Runtime-Function-Error-Body,Lambda-Runtime-Function-Error-Type\r\n"),
		body: fmt.Appendf(nil, "%x\r\n%s\r\n", len(body), body),
	}
}

// serve answers invocations until the connection ends.
func (p *parrot) serve() {
	for {
		if _, err := p.conn.Write(p.next); err != nil {
			return
		}
		n, err := p.conn.Read(p.buf)
		if err != nil {
			return
		}
		_, id, _ := bytes.Cut(p.buf[:n], []byte("Request-Id: "))
		copy(p.post[len(responseBegin):], id[:36])
		for _, piece := range [][]byte{p.post, p.body, []byte("0\r\n\r\n")} {
			if _, err := p.conn.Write(piece); err != nil {
				return
			}
		}
		if _, err := io.ReadFull(p.conn, p.buf[:len(acceptedMessage)]); err != nil {
			return
		}
	}
}

const helloAnswer = `{"statusCode":200,"headers":{"Content-Type":"text/plain; charset=utf-8"},"body":"hello /hello","isBase64Encoded":false}`

// countingListener counts what the server asks of the kernel.
type countingListener struct {
	net.Listener
	reads, writes atomic.Int64
}

func (l *countingListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	return &countingConn{conn, l}, err
}

type countingConn struct {
	net.Conn
	to *countingListener
}

func (c *countingConn) Read(b []byte) (int, error) {
	defer c.to.reads.Add(1)
	return c.Conn.Read(b)
}

func (c *countingConn) Write(b []byte) (int, error) {
	defer c.to.writes.Add(1)
	return c.Conn.Write(b)
}

// withParrot returns a function with one instance, which is a parrot.
func withParrot(t testing.TB) (*Process, *countingListener) {
	p, inst := idleInstance(t)
	counting := &countingListener{Listener: inst.server.listener}
	inst.server.listener = counting
	go inst.server.serve(inst)
	conn, err := net.Dial("tcp", inst.addr)
	require.NoError(t, err)
	go newParrot(conn, inst.addr, helloAnswer).serve()
	return p, counting
}

// TestRepeatBudget: an invocation of a warm instance takes a write for the event and one for the answer's receipt, a read
// for each piece that comes, and little memory.
func TestRepeatBudget(t *testing.T) {
	p, kernel := withParrot(t)
	event := bytes.Repeat([]byte("x"), 1400)
	invoke := func() {
		out, err := p.Invoke(t.Context(), event)
		require.NoError(t, err)
		require.Equal(t, helloAnswer, string(out))
	}
	invoke() // by net/http's parser
	reads, writes := kernel.reads.Load(), kernel.writes.Load()
	const rounds, perRound = 40, 5
	allocs := math.Inf(1)
	for range rounds {
		allocs = min(allocs, testing.AllocsPerRun(perRound, invoke)) // some rounds forget no pool, which the race detector makes others do
	}
	const runs = rounds * (perRound + 1) // AllocsPerRun invokes once before it counts
	writes, reads = kernel.writes.Load()-writes, kernel.reads.Load()-reads
	require.InDelta(t, 2*runs, writes, 4)
	require.LessOrEqual(t, reads, int64(4*runs+8), "four pieces")
	require.LessOrEqual(t, allocs, 16.0)
}

// nobody takes an answer and keeps nothing.
type nobody http.Header

func (w nobody) Header() http.Header         { return http.Header(w) }
func (w nobody) Write(b []byte) (int, error) { return len(b), nil }
func (w nobody) WriteHeader(int)             {}

// TestProcessAllocations bounds what a request to a process costs the gateway, with an observer and without: the event is
// made once, and written from memory that is used again. The fewest of some runs count, as pools may forget.
func TestProcessAllocations(t *testing.T) {
	for name, row := range map[string]struct {
		observe       func(Exchange)
		allocs, bytes uint64
	}{
		"not observed": {nil, 24, 3600},
		"observed":     {func(Exchange) {}, 30, 4500},
	} {
		p, _ := withParrot(t)
		g, err := New(Config{Observe: row.observe}, Route{Path: "/hello", Integration: Proxy(p)})
		require.NoError(t, err)
		r := httptest.NewRequest(http.MethodGet, "/hello", nil)
		w := nobody{}
		allocs, bytes := uint64(math.MaxUint64), uint64(math.MaxUint64)
		for range 200 {
			const n = 5 // so few that in some of the runs no pool forgets: under the race detector each does at random
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for range n {
				clear(w)
				g.ServeHTTP(w, r)
			}
			runtime.ReadMemStats(&after)
			allocs, bytes = min(allocs, (after.Mallocs-before.Mallocs)/n), min(bytes, (after.TotalAlloc-before.TotalAlloc)/n)
		}
		t.Logf("%s: %d allocations, %d bytes", name, allocs, bytes)
		assert.LessOrEqual(t, allocs, row.allocs)
		assert.LessOrEqual(t, bytes, row.bytes)
	}
}

// TestRepeatStream: an answer that is passed on as it comes is not collected, however usual its request.
func TestRepeatStream(t *testing.T) {
	p, _ := withParrot(t)
	for range 3 {
		_, err := p.Invoke(t.Context(), []byte("{}"))
		require.NoError(t, err)
		stream, err := p.Stream(t.Context(), []byte("{}"))
		require.NoError(t, err)
		body, err := io.ReadAll(stream)
		require.NoError(t, err)
		require.Equal(t, helloAnswer, string(body))
	}
}

func BenchmarkRuntimeAPI(b *testing.B) {
	p, _ := withParrot(b)
	event := bytes.Repeat([]byte("x"), 1400)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Invoke(b.Context(), event); err != nil {
			b.Fatal(err)
		}
	}
}

// chunkedBodies are bodies and what chunked says of them.
var chunkedBodies = []struct {
	body         string
	length, size int
}{
	{"", 0, 0},
	{"2", 0, 0},
	{"2\r", 0, 0},
	{"2\r\nok\r", 0, 0},
	{"2\r\nok\r\n", 0, 0},
	{"2\r\nok\r\n0\r\n", 0, 0},
	{"2\r\nok\r\n0\r\n\r\n", 12, 2},
	{"2\r\nok\r\n0\r\n\r\nGET", 12, 2},
	{"0\r\n\r\n", 5, 0},
	{"002\r\nok\r\na\r\n0123456789\r\n0\r\n\r\n", 29, 12},
	{"A\r\n0123456789\r\n0\r\n\r\n", 20, 10},
	{"4001\r\n", -1, 0},
	{"ffffffffffffffffffff", -1, 0},
	{"2\nok\n0\n\n", -1, 0},
	{"2;x=y\r\nok\r\n0\r\n\r\n", -1, 0},
	{"2\r\nokay\r\n0\r\n\r\n", -1, 0},
	{"2\r\nok\r\n0\r\nTrailer: x\r\n\r\n", -1, 0},
	{"2\rxok\r\n0\r\n\r\n", -1, 0},
	{"2\r\nokx\n0\r\n\r\n", -1, 0},
	{"\r\n", -1, 0},
	{"x\r\n", -1, 0},
	{"-1\r\n", -1, 0},
	{" 2\r\nok\r\n", -1, 0},
}

func TestChunked(t *testing.T) {
	for _, tc := range chunkedBodies {
		length, size := chunked([]byte(tc.body))
		require.Equal(t, tc.length, length, "%q", tc.body)
		require.Equal(t, tc.size, size, "%q", tc.body)
		if length > 0 {
			want, err := http.ReadRequest(bufio.NewReader(strings.NewReader("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + tc.body)))
			require.NoError(t, err)
			body, err := io.ReadAll(want.Body)
			require.NoError(t, err)
			require.Equal(t, string(body), string(unchunk([]byte(tc.body), size)))
		}
	}
}

// usual are the requests from which a connection learns, behind which any other may come.
const (
	usualHeader = "Host: a\r\nTransfer-Encoding: chunked\r\n\r\n"
	usualNext   = nextLine + "Host: a\r\n\r\n"
)

// unusualRequests begin as a usual one, or nearly.
var unusualRequests = []string{
	usualNext,
	usualNext + usualNext,
	nextLine + "Host: b\r\n\r\n",
	nextLine + "Host: a\r\nConnection: close\r\n\r\n",
	nextLine + "Host: a\r\n\r",
	responseBegin + "id" + responseEnd + usualHeader + "2\r\nok\r\n0\r\n\r\n",
	responseBegin + "id" + responseEnd + usualHeader + "2\r\nok\r\n0\r\n\r\n" + usualNext,
	responseBegin + "id" + responseEnd + usualHeader + "2\r\nok\r\n0\r\n",
	responseBegin + "id" + responseEnd + usualHeader + "2\r\nok\r\n0\r\nLambda-Runtime-Function-Error-Type: x\r\n\r\n",
	responseBegin + "id" + responseEnd + usualHeader + "2;x\r\nok\r\n0\r\n\r\n",
	responseBegin + "id" + responseEnd + usualHeader + "nonsense",
	responseBegin + "id" + responseEnd + usualHeader + "4000\r\n" + strings.Repeat("x", 0x4000) + "\r\n0\r\n\r\n",
	responseBegin + "id" + responseEnd + "Host: a\r\nContent-Length: 2\r\n\r\nok",
	responseBegin + "id" + responseEnd + "Host: b\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
	responseBegin + "another" + responseEnd + usualHeader + "2\r\nok\r\n0\r\n\r\n",
	responseBegin + "i%64" + responseEnd + usualHeader + "2\r\nok\r\n0\r\n\r\n",
	responseBegin + "id/error HTTP/1.1\r\n" + usualHeader + "2\r\nok\r\n0\r\n\r\n",
}

// FuzzRepeat: what a process sends has the same effect on a connection that knows its habits as on one that does not.
func FuzzRepeat(f *testing.F) {
	for _, request := range unusualRequests {
		f.Add(request)
	}
	for _, tc := range rawRequests {
		if len(tc.sent) < 1000 {
			f.Add(strings.ReplaceAll(tc.sent, "ADDR", "a"))
		}
	}
	f.Fuzz(func(t *testing.T, sent string) {
		synctest.Test(t, func(t *testing.T) {
			want := effects(sent, habits{})
			require.Equal(t, want, effects(sent, habits{next: []byte(usualNext), response: []byte(usualHeader)}))
		})
	})
}

// effects tells what a process gets for what it sends while the invocation "id" is in flight, and what becomes of that.
func effects(sent string, known habits) string {
	i := &instance{
		p: Function("x", nil), addr: "a", ready: make(chan struct{}), exited: make(chan struct{}), flights: make(map[string]*invocation),
	}
	inv := &invocation{id: "id", result: make(chan outcome, 1)}
	i.flights["id"] = inv
	later := &invocation{id: "later", payload: []byte("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), result: make(chan outcome, 1)}
	i.offer(later)
	w := &wire{sent: strings.NewReader(sent)}
	c := newRuntimeConn(w)
	c.habits = known
	c.serve(i)
	result := "none"
	if len(inv.result) > 0 {
		o := <-inv.result
		result = fmt.Sprintf("%q %v", o.payload, o.err)
	}
	var answers strings.Builder
	for all := bufio.NewReader(strings.NewReader(w.got.String())); ; { // the order of headers is random
		resp, err := http.ReadResponse(all, nil)
		if err != nil {
			break
		}
		body, _ := io.ReadAll(resp.Body)
		fmt.Fprintln(&answers, resp.StatusCode, resp.Header, string(body))
	}
	return fmt.Sprintln(answers.String(), "result", result, "queue", len(i.queue), "waiting", len(i.waiting), "in flight", len(i.flights))
}
