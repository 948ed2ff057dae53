package gateway

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The server of the Runtime API: HTTP/1.1 for one process, one request at a time on a connection, answers of known
// length. net/http's server takes about as long for the two requests of an invocation as all of the gateway for the
// client's; of what makes it dear, a process that we have started ourselves needs nothing. Requests are still read by
// net/http's parser.
//
// A goroutine a connection reads requests and never waits for work: GET next leaves the connection to whoever has an
// invocation (see delivery.go), and the goroutine goes on reading. So it sees at once that the other side is gone.

// Limits of a connection. A runtime posts up to 1 MB of X-Ray causes in a header.
const (
	maxRuntimeHeader  = 2 << 20
	maxRuntimeConns   = 64 // besides two for each invocation that an instance takes at a time
	acceptPause       = 10 * time.Millisecond
	acceptTimeout     = 10 * time.Second
	lingerTime        = 500 * time.Millisecond
	maxLingering      = 64 << 20
	runtimeBufferSize = 16 << 10 // an answer that fits is read in one go
)

// runtimeServer keeps the connections of an instance.
type runtimeServer struct {
	listener net.Listener
	mu       sync.Mutex
	conns    map[*runtimeConn]bool // nil once closed
	limit    int
}

func newRuntimeServer(l net.Listener, perInstance int) *runtimeServer {
	return &runtimeServer{listener: l, conns: make(map[*runtimeConn]bool), limit: maxRuntimeConns + 2*perInstance}
}

// serve accepts connections until close.
func (s *runtimeServer) serve(i *instance) {
	for {
		conn, err := s.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // out of descriptors, most likely: there may be some later
			time.Sleep(acceptPause)
			continue
		}
		c := newRuntimeConn(conn)
		if s.add(c) {
			go func() {
				defer s.remove(c)
				c.serve(i)
			}()
		}
	}
}

func (s *runtimeServer) add(c *runtimeConn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conns == nil || len(s.conns) >= s.limit {
		_ = c.conn.Close()
		return false
	}
	s.conns[c] = true
	return true
}

func (s *runtimeServer) remove(c *runtimeConn) {
	_ = c.conn.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
}

// drain lets what a process posted before it ended be read, and closes the connections. They end by themselves, unless a
// process that left the group has them as well, or a client is slow to take a streamed answer.
func (s *runtimeServer) drain(i *instance) {
	s.acceptAll()
	_ = s.listener.Close()
	await(restPauses, func() bool { return s.isRead(i) })
	s.close()
}

// acceptAll returns when the connections that wait to be accepted have been: one of our own is the last of them, and is
// ended as any other.
func (s *runtimeServer) acceptAll() {
	last, err := net.Dial("tcp", s.listener.Addr().String())
	if err != nil {
		return // out of descriptors
	}
	defer last.Close()
	_ = last.(*net.TCPConn).CloseWrite()
	_ = last.SetReadDeadline(time.Now().Add(acceptTimeout))
	_, _ = last.Read(make([]byte, 1))
}

// isRead reports whether no connection is left but such as wait for an invocation.
func (s *runtimeServer) isRead(i *instance) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		if !i.waits(c) {
			return false
		}
	}
	return true
}

func (s *runtimeServer) close() {
	_ = s.listener.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		_ = c.conn.Close()
	}
	s.conns = nil
}

// runtimeConn is a connection of the process.
type runtimeConn struct {
	conn    net.Conn
	limited io.LimitedReader // of what may be read before the end of a header
	in      *bufio.Reader
	habits  habits
	answer  runtimeAnswer
}

func newRuntimeConn(conn net.Conn) *runtimeConn {
	c := &runtimeConn{conn: conn, limited: io.LimitedReader{R: conn}, answer: runtimeAnswer{header: make(http.Header)}}
	c.in = bufio.NewReaderSize(&c.limited, runtimeBufferSize)
	return c
}

// serve answers the requests of a connection in turn.
func (c *runtimeConn) serve(i *instance) {
	defer i.connClosed(c)
	for {
		c.limited.N = maxRuntimeHeader
		if _, err := c.in.Peek(1); err != nil || i.waits(c) { // which is no time to ask for more
			return
		}
		isServed, err := c.serveUsual(i)
		if !isServed {
			err = c.serveAny(i)
		}
		if err != nil {
			return
		}
	}
}

// serveUsual serves a request that repeats the one before (see repeat.go). It reports false, and has read nothing, where
// there is none.
func (c *runtimeConn) serveUsual(i *instance) (isServed bool, err error) {
	b, _ := c.in.Peek(c.in.Buffered())
	if c.habits.isNext(b) {
		_, _ = c.in.Discard(len(c.habits.next))
		return true, c.next(i)
	}
	id, body, ok := c.habits.cutResponse(b)
	if !ok {
		return false, nil
	}
	inv := i.collected(id)
	if inv == nil {
		return false, nil
	}
	header := len(b) - len(body)
	length, size := chunked(body)
	for length == 0 && len(b) < runtimeBufferSize {
		if _, err := c.in.Peek(len(b) + 1); err != nil {
			return false, nil // as net/http will find
		}
		b, _ = c.in.Peek(c.in.Buffered())
		length, size = chunked(b[header:])
	}
	if length <= 0 || !i.land(inv) { // it may have been answered on another connection
		return false, nil
	}
	payload := unchunk(b[header:], size)
	_, _ = c.in.Discard(header + length)
	inv.finish(outcome{payload: payload})
	_, err = c.conn.Write(acceptedMessage)
	return true, err
}

// errLast ends a connection after an answer.
var errLast = errors.New("gateway: the last answer of a connection")

// serveAny serves whatever the process asks.
func (c *runtimeConn) serveAny(i *instance) error {
	b, _ := c.in.Peek(c.in.Buffered())
	header := c.habits.header(b)
	r, err := http.ReadRequest(c.in)
	if err != nil {
		return err
	}
	if header != nil {
		c.habits.learn(i, header, r)
	}
	c.limited.N = 1<<63 - 1
	if strings.EqualFold(r.Header.Get("Expect"), "100-continue") {
		if _, err := io.WriteString(c.conn, "HTTP/1.1 100 Continue\r\n\r\n"); err != nil {
			return err
		}
	}
	c.answer.reset()
	if !i.serveRuntime(c, r) {
		return nil
	}
	_, err = io.CopyN(io.Discard, r.Body, runtimeBufferSize)
	isLast := r.Close || err != io.EOF // after a body that is broken, or much longer, nobody knows where a request begins
	if err := c.answer.writeTo(c.conn, isLast); err != nil {
		return err
	}
	if isLast {
		c.linger()
		return errLast
	}
	return nil
}

// next serves GET next; the connection is left to the next invocation.
func (c *runtimeConn) next(i *instance) error {
	if i.park(c) == nil {
		return nil
	}
	c.answer.reset()
	errTooEarly(&c.answer)
	return c.answer.writeTo(c.conn, false)
}

// linger lets the other side read the answer to a request whose rest nobody reads: a connection that is closed with
// unread bytes takes the answer with it.
func (c *runtimeConn) linger() {
	if half, ok := c.conn.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		_ = c.conn.SetReadDeadline(time.Now().Add(lingerTime))
		_, _ = io.CopyN(io.Discard, c.conn, maxLingering)
	}
}

// runtimeAnswer is an http.ResponseWriter that keeps an answer until it is whole, for one write.
type runtimeAnswer struct {
	status int
	header http.Header
	body   bytes.Buffer
	wire   []byte
}

func (a *runtimeAnswer) reset() {
	clear(a.header)
	a.status = 0
	a.body.Reset()
}

func (a *runtimeAnswer) Header() http.Header { return a.header }

func (a *runtimeAnswer) WriteHeader(status int) { a.status = status }

func (a *runtimeAnswer) Write(b []byte) (int, error) { return a.body.Write(b) }

func (a *runtimeAnswer) writeTo(w io.Writer, isLast bool) error {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	if isLast {
		a.header.Set("Connection", "close")
	}
	a.header.Set("Content-Length", strconv.Itoa(a.body.Len()))
	a.wire = appendHead(a.wire[:0], a.status)
	for name, values := range a.header {
		for _, value := range values {
			a.wire = appendField(a.wire, name, value)
		}
	}
	a.wire = append(append(a.wire, "\r\n"...), a.body.Bytes()...)
	_, err := w.Write(a.wire)
	return err
}

func appendHead(b []byte, status int) []byte {
	b = append(b, "HTTP/1.1 "...)
	b = strconv.AppendInt(b, int64(status), 10)
	b = append(b, ' ')
	b = append(b, http.StatusText(status)...)
	return append(b, "\r\n"...)
}

// appendField appends a header; a line break in its value becomes a space.
func appendField(b []byte, name, value string) []byte {
	b = append(b, name...)
	b = append(b, ": "...)
	begin := len(b)
	b = append(b, value...)
	for i, c := range b[begin:] {
		if c == '\r' || c == '\n' {
			b[begin+i] = ' '
		}
	}
	return append(b, "\r\n"...)
}
