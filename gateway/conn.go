package gateway

import (
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// A conn is a connection of [Serve]. It listens in on what it reads (see headercase.go) and bears with deadlines.
//
// Reading: net/http moves the deadline seven times a request, mostly while nobody reads, and each time Go's runtime takes
// locks and moves a timer. So a conn notes what is wanted and tells the socket only when a Read waits that would go on for
// too long, or would end at once. One that ends too early, at a deadline of before, goes on with the wanted one.
//
// Writing: a deadline for a whole answer would count the time that a function takes. So each write has one of its own, until
// a handler takes the connection over.
type conn struct {
	net.Conn
	tap      headerTap
	idle     atomic.Bool // waits for a request
	accepted time.Time

	mu      sync.Mutex
	wanted  time.Time // the deadline of reading; zero for none
	armed   time.Time // the one that the socket has
	reading bool

	isTaken  atomic.Bool // by a handler, for which each write has the deadline that it sets
	extended time.Time   // when the deadline of writing was set; net/http's writes come one after the other
}

type connListener struct{ net.Listener }

func (l connListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c, accepted: time.Now()}, nil
}

// Read reads until the deadline that is wanted last.
func (c *conn) Read(b []byte) (int, error) {
	for {
		if err := c.beginRead(); err != nil {
			return 0, err
		}
		n, err := c.Conn.Read(b)
		if c.endRead(err) {
			continue
		}
		c.tap.feed(b[:n])
		return n, err
	}
}

func (c *conn) beginRead() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isLongAgo(c.wanted) { // mostly what net/http reads behind a request, and the answer came first
		return os.ErrDeadlineExceeded
	}
	c.reading = true
	return c.arm()
}

// endRead reports whether a Read ended at a deadline that is not the wanted one.
func (c *conn) endRead(err error) (tooEarly bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reading = false
	switch {
	case err == nil, c.isLongAgo(c.wanted), !errors.Is(err, os.ErrDeadlineExceeded):
		return false
	case !c.wanted.IsZero() && !time.Now().Before(c.wanted):
		return false
	}
	c.armed = time.Time{}.Add(1) // has passed
	return true
}

// SetReadDeadline ends a Read that waits at t.
func (c *conn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wanted = t
	if !c.reading {
		return nil
	}
	return c.arm()
}

// SetDeadline sets both deadlines. net/http calls it only when it hands the connection over, and its new owner may.
func (c *conn) SetDeadline(t time.Time) error {
	c.isTaken.Store(true)
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// arm gives the socket the wanted deadline unless the one that it has does as well.
func (c *conn) arm() error {
	hasPassed := c.isLongAgo(c.armed)
	isLate := !c.wanted.IsZero() && (c.armed.IsZero() || c.armed.After(c.wanted))
	if !hasPassed && !isLate {
		return nil
	}
	c.armed = c.wanted
	return c.Conn.SetReadDeadline(c.wanted)
}

// isLongAgo reports whether a deadline is one that breaks a Read off, as net/http does with a time long ago.
func (c *conn) isLongAgo(t time.Time) bool { return !t.IsZero() && t.Before(c.accepted) }

// Write gives the write a deadline, unless another had its own less than a second ago: to set one costs as much as to
// write a header.
func (c *conn) Write(b []byte) (int, error) {
	if c.isTaken.Load() {
		return c.Conn.Write(b)
	}
	if now := time.Now(); now.Sub(c.extended) >= time.Second {
		c.extended = now
		_ = c.SetWriteDeadline(now.Add(answerTimeout)) // at worst none
	}
	return c.Conn.Write(b)
}
