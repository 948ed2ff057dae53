package gateway

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// slowPipe is one end of a connection that counts how often its deadline of reading is set.
type slowPipe struct {
	net.Conn
	reads, writes []time.Time
}

func (p *slowPipe) SetReadDeadline(t time.Time) error {
	p.reads = append(p.reads, t)
	return p.Conn.SetReadDeadline(t)
}

func (p *slowPipe) SetWriteDeadline(t time.Time) error {
	p.writes = append(p.writes, t)
	return p.Conn.SetWriteDeadline(t)
}

func pipe(t *testing.T) (c *conn, socket *slowPipe, client net.Conn) {
	client, server := net.Pipe()
	t.Cleanup(func() { require.NoError(t, errors.Join(client.Close(), server.Close())) })
	socket = &slowPipe{Conn: server}
	return &conn{Conn: socket, accepted: time.Now()}, socket, client
}

// TestReadDeadlines: a Read ends at the deadline that is wanted last, whatever was wanted before it or while it waits.
func TestReadDeadlines(t *testing.T) {
	never := time.Duration(-1)
	for name, row := range map[string]struct {
		before, during []time.Duration // from now; 0 is no deadline, never one long ago
		ends           time.Duration
	}{
		"one":                             {[]time.Duration{time.Minute}, nil, time.Minute},
		"a later one":                     {[]time.Duration{time.Second, time.Minute}, nil, time.Minute},
		"an earlier one":                  {[]time.Duration{time.Minute, time.Second}, nil, time.Second},
		"none, then one":                  {[]time.Duration{0, time.Second}, nil, time.Second},
		"long ago":                        {[]time.Duration{never}, nil, 0},
		"long ago, then later":            {[]time.Duration{never, time.Minute}, nil, time.Minute},
		"shorter while it waits":          {[]time.Duration{time.Minute}, []time.Duration{time.Second}, 2 * time.Second},
		"longer while it waits":           {[]time.Duration{time.Minute}, []time.Duration{time.Hour}, time.Hour + time.Second},
		"set while it waits":              {nil, []time.Duration{time.Minute}, time.Minute + time.Second},
		"broken off":                      {[]time.Duration{time.Minute}, []time.Duration{never}, time.Second},
		"none, then short, meanwhile":     {[]time.Duration{time.Minute}, []time.Duration{0, time.Minute}, time.Minute + time.Second},
		"longer, then shorter, meanwhile": {[]time.Duration{time.Minute}, []time.Duration{time.Hour, 2 * time.Minute}, 2*time.Minute + time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, _, _ := pipe(t)
				set := func(after time.Duration) {
					at := time.Now().Add(after)
					switch after {
					case 0:
						at = time.Time{}
					case never:
						at = time.Unix(1, 0) // as net/http does
					}
					require.NoError(t, c.SetReadDeadline(at))
				}
				begun := time.Now()
				for _, after := range row.before {
					set(after)
				}
				go func() {
					time.Sleep(time.Second)
					for _, after := range row.during {
						set(after)
					}
				}()
				n, err := c.Read(make([]byte, 8))
				require.ErrorIs(t, err, os.ErrDeadlineExceeded)
				require.Zero(t, n)
				require.Equal(t, row.ends, time.Since(begun))
				time.Sleep(time.Second) // the goroutine above
			})
		})
	}
}

// TestReadDeadlineIsTakenBack: a Read without a deadline outlasts those of before, and a connection that was broken
// off and one whose deadline has passed read on.
func TestReadDeadlineIsTakenBack(t *testing.T) {
	for name, before := range map[string]func() time.Time{
		"in force":   func() time.Time { return time.Now().Add(time.Minute) },
		"broken off": func() time.Time { return time.Unix(1, 0) },
		"passed":     time.Now,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, _, client := pipe(t)
				require.NoError(t, c.SetReadDeadline(before()))
				_, err := c.Read(make([]byte, 1))
				require.ErrorIs(t, err, os.ErrDeadlineExceeded)
				require.NoError(t, c.SetReadDeadline(time.Time{}))
				go func() {
					time.Sleep(time.Hour)
					_, _ = client.Write([]byte("late"))
				}()
				b := make([]byte, 8)
				n, err := c.Read(b)
				require.NoError(t, err)
				require.Equal(t, "late", string(b[:n]))
			})
		})
	}
}

// TestDeadlinesAreFew: what net/http does for a request sets the socket's deadline twice.
func TestDeadlinesAreFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, socket, client := pipe(t)
		b := make([]byte, 4096)
		for range 10 {
			go func() {
				time.Sleep(time.Second)
				_, _ = client.Write([]byte("GET / HTTP/1.1\r\n\r\n"))
			}()
			require.NoError(t, c.SetReadDeadline(time.Now().Add(idleTimeout)))
			_, err := c.Read(b)
			require.NoError(t, err)
			for _, d := range []time.Duration{0, headerTimeout, requestTimeout, 0} {
				at := time.Now().Add(d)
				if d == 0 {
					at = time.Time{}
				}
				require.NoError(t, c.SetReadDeadline(at))
			}
			ended := make(chan error)
			go func() {
				_, err := c.Read(b[:1])
				ended <- err
			}()
			synctest.Wait()
			require.NoError(t, c.SetReadDeadline(time.Unix(1, 0)))
			require.ErrorIs(t, <-ended, os.ErrDeadlineExceeded)
			require.NoError(t, c.SetReadDeadline(time.Time{}))
		}
		require.Len(t, socket.reads, 20)
		synctest.Wait()
	})
}

// TestBrokenOffBeforehand: a Read that is broken off before it begins, as most behind a request are, costs the socket nothing.
func TestBrokenOffBeforehand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, socket, client := pipe(t)
		require.NoError(t, c.SetReadDeadline(time.Unix(1, 0)))
		_, err := c.Read(make([]byte, 1))
		timeout, ok := err.(net.Error)
		require.True(t, ok)
		require.True(t, timeout.Timeout())
		require.NoError(t, c.SetReadDeadline(time.Time{}))
		go func() { _, _ = client.Write([]byte("a")) }()
		n, err := c.Read(make([]byte, 1))
		require.NoError(t, err)
		require.Equal(t, 1, n)
		require.Empty(t, socket.reads)
		synctest.Wait()
	})
}

// TestWriteDeadlines: whatever is written, and however long it has taken, has a minute to go.
func TestWriteDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, socket, client := pipe(t)
		go func() { _, _ = (&bytes.Buffer{}).ReadFrom(client) }()
		for _, pause := range []time.Duration{0, 10 * time.Minute, time.Second, time.Millisecond} {
			time.Sleep(pause)
			_, err := c.Write([]byte("x"))
			require.NoError(t, err)
			last := socket.writes[len(socket.writes)-1]
			require.WithinRange(t, last, time.Now().Add(answerTimeout-time.Second), time.Now().Add(answerTimeout))
		}
		require.Len(t, slices.Compact(socket.writes), 3, "not for each write")
		require.NoError(t, client.Close())
		synctest.Wait()
	})
}

// TestHijack: a connection that a handler has taken over is its own, with deadlines, and several goroutines may write.
func TestHijack(t *testing.T) {
	taken := make(chan net.Conn, 1)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	srv := &http.Server{ReadTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			taken <- c
		}
	})}
	defer srv.Close()
	go func() { _ = srv.Serve(connListener{l}) }()
	client, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	defer client.Close()
	_, err = client.Write([]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
	require.NoError(t, err)
	c := <-taken
	defer c.Close()
	require.NoError(t, c.SetWriteDeadline(time.Now().Add(-time.Second)))
	_, err = c.Write([]byte("x"))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.NoError(t, c.SetDeadline(time.Time{}))
	var writers sync.WaitGroup
	for range 2 {
		writers.Go(func() { _, _ = c.Write([]byte("x")) })
	}
	writers.Wait()
	got := make([]byte, 2)
	_, err = io.ReadFull(client, got)
	require.NoError(t, err)
	require.Equal(t, "xx", string(got))
}

// TestEvict: beyond the limit a connection that waits goes first.
func TestEvict(t *testing.T) {
	table := &connTable{open: make(map[*conn]bool)}
	var conns []*conn
	for i := range 3 {
		c, _, _ := pipe(t)
		conns = append(conns, c)
		table.watch(c, http.StateNew)
		if i != 1 {
			table.watch(c, http.StateActive)
		}
	}
	table.evict()
	require.NotContains(t, table.open, conns[1])
	require.Len(t, table.open, 2)
	table.evict()
	require.Len(t, table.open, 1)
	table.watch(conns[0], http.StateClosed)
	table.watch(conns[2], http.StateClosed)
	require.Empty(t, table.open)
}
