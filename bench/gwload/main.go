//go:build linux

// Command gwload loads an HTTP server for the gateway's benchmarks: some clients, each with one connection that is kept
// and one request at a time. It is a process of one thread, so that it takes no more from a server than a core, and the
// same of each rival: requests are written beforehand, and of an answer it checks the status, the framing and the body.
//
//	gwload -addr 127.0.0.1:8080 -path /hello -want 'hello /hello' -clients 8 -for 3s
//
// It prints a [Result] as JSON and exits with 1 at the first answer that is not the expected one.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"runtime"
	"slices"
	"time"

	"syscall"
)

// Result is what the clients saw; durations are in nanoseconds.
type Result struct {
	Requests      int
	Took          time.Duration
	P50, P99, Max time.Duration
}

func main() {
	addr := flag.String("addr", "", "`host:port` of the server")
	path := flag.String("path", "/hello", "path of the requests")
	want := flag.String("want", "hello /hello", "body of the answers")
	clients := flag.Int("clients", 8, "how many connections")
	length := flag.Duration("for", time.Second, "how long")
	flag.Parse()
	runtime.GOMAXPROCS(1) // what the collector does is no second core's
	result, err := load(*addr, *path, *want, *clients, *length)
	if err != nil {
		fmt.Fprintln(os.Stderr, "gwload:", err)
		os.Exit(1)
	}
	_ = json.NewEncoder(os.Stdout).Encode(result) // at worst the reader is gone
}

// A client is one connection and its request under way.
type client struct {
	fd   int
	sent time.Time
	buf  []byte // of the answer, so far
}

// load drives the clients from one loop around epoll: a client sends its next request as soon as it has its answer.
func load(addr, path, want string, n int, length time.Duration) (*Result, error) {
	request := []byte("GET " + path + " HTTP/1.1\r\nHost: " + addr + "\r\nUser-Agent: gwload\r\nAccept: */*\r\n\r\n")
	poll, err := syscall.EpollCreate1(0)
	if err != nil {
		return nil, err
	}
	clients := make(map[int32]*client, n)
	begin := time.Now()
	for range n {
		c, err := dial(addr)
		if err != nil {
			return nil, err
		}
		ev := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(c.fd)}
		if err := syscall.EpollCtl(poll, syscall.EPOLL_CTL_ADD, c.fd, &ev); err != nil {
			return nil, err
		}
		clients[ev.Fd] = c
		if err := c.send(request); err != nil {
			return nil, err
		}
	}
	took := make([]time.Duration, 0, 1<<20)
	events := make([]syscall.EpollEvent, n)
	for open := n; open > 0; {
		ready, err := syscall.EpollWait(poll, events, int((30*time.Second)/time.Millisecond))
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil || ready == 0 {
			return nil, fmt.Errorf("no answer in 30 s (%v)", err)
		}
		for _, ev := range events[:ready] {
			c := clients[ev.Fd]
			done, err := c.receive(want)
			if err != nil {
				return nil, err
			}
			if !done {
				continue
			}
			now := time.Now()
			took = append(took, now.Sub(c.sent))
			if now.Sub(begin) >= length {
				open--
				_ = syscall.Close(c.fd)
				continue
			}
			if err := c.send(request); err != nil {
				return nil, err
			}
		}
	}
	r := &Result{Requests: len(took), Took: time.Since(begin)}
	slices.Sort(took)
	r.P50, r.P99, r.Max = took[len(took)/2], took[len(took)*99/100], took[len(took)-1]
	return r, nil
}

func dial(addr string) (*client, error) {
	tcp, err := net.ResolveTCPAddr("tcp4", addr)
	if err != nil {
		return nil, err
	}
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	at := &syscall.SockaddrInet4{Port: tcp.Port}
	copy(at.Addr[:], tcp.IP.To4())
	if err := syscall.Connect(fd, at); err != nil {
		return nil, err
	}
	if err := syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1); err != nil {
		return nil, err
	}
	return &client{fd: fd, buf: make([]byte, 0, 4<<10)}, nil
}

// send writes a request, which fits into the socket's buffer: the one before has been answered.
func (c *client) send(request []byte) error {
	c.sent = time.Now()
	n, err := syscall.Write(c.fd, request)
	if err == nil && n != len(request) {
		err = errors.New("short write")
	}
	return err
}
