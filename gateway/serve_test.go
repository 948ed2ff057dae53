package gateway_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
)

// serve serves h until the test ends and returns its address.
func serve(t *testing.T, h http.Handler, hosts ...string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- gateway.Serve(ctx, l, h, hosts...) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-done)
	})
	return l.Addr().String()
}

func TestServeChecksHost(t *testing.T) {
	addr := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), "api.local.test")
	_, port, _ := net.SplitHostPort(addr)
	for host, want := range map[string]int{
		"127.0.0.1:" + port: 200, "localhost:" + port: 200, "LOCALHOST": 200, "x.localhost:" + port: 200, "[::1]:" + port: 200,
		"api.local.test": 200, "evil.com": 421, "127.0.0.1.evil.com:" + port: 421, "localhost.evil.com": 421, "192.168.0.1": 421, "": 421,
	} {
		req, err := http.NewRequest("GET", "http://"+addr, nil)
		require.NoError(t, err)
		req.Host = host
		conn, err := net.Dial("tcp", addr)
		require.NoError(t, err)
		fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", host)
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		require.NoError(t, err)
		require.NoError(t, conn.Close())
		require.Equal(t, want, resp.StatusCode, host)
	}
}

// TestHeaderNames: a REST API shows header names as the client wrote them, for each request of a connection, whatever
// bodies lie between them.
func TestHeaderNames(t *testing.T) {
	addr := serve(t, newGateway(t, gateway.Config{}, only(gateway.Proxy(event))...))
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer conn.Close()
	var sent strings.Builder
	var names []string
	for i := range 20 {
		name := fmt.Sprintf("tEsT-HEADeR-%d", i)
		names = append(names, name)
		fmt.Fprintf(&sent, "POST /x HTTP/1.1\r\nhost: localhost\r\nauthorization: a\r\n%s: v\r\n", name)
		switch i % 4 {
		case 0:
			sent.WriteString("content-length: 23\r\n\r\nGET / HTTP/1.1\r\nA: b\r\n\r\n"[:len("content-length: 23\r\n\r\n")+23])
		case 1:
			sent.WriteString("transfer-encoding: chunked\r\n\r\n5;x=y\r\nab\r\n\r\r\n3\r\nxyz\r\n0\r\nTrailer: t\r\n\r\n")
		case 2:
			sent.WriteString("\r\n")
		case 3:
			sent.WriteString("Content-Length: 0\r\n\r\n\r\n")
		}
	}
	go func() { // in pieces, so that the server reads across all borders
		rest := sent.String()
		for len(rest) > 0 {
			n := min(7, len(rest))
			_, _ = io.WriteString(conn, rest[:n])
			rest = rest[n:]
		}
	}()
	answers := bufio.NewReader(conn)
	for i, name := range names {
		resp, err := http.ReadResponse(answers, nil)
		require.NoError(t, err, "%d", i)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		ev := eventOf(t, string(body))
		headers := ev["headers"].(map[string]any)
		require.Contains(t, headers, name, "%d", i)
		require.Contains(t, ev["multiValueHeaders"], name)
		require.Contains(t, headers, "Authorization", "this one API Gateway writes its own way")
		require.NotContains(t, headers, "authorization")
	}
}

// TestShutdown lets a request under way finish.
func TestShutdown(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	arrived, letGo := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- gateway.Serve(ctx, l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			close(arrived)
			<-letGo
			_, _ = io.WriteString(w, "finished")
		}))
	}()
	answer := make(chan string, 1)
	go func() {
		resp, err := http.Get("http://" + l.Addr().String())
		if err != nil {
			answer <- err.Error()
			return
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		answer <- string(body)
	}()
	<-arrived
	cancel()
	close(letGo)
	require.Equal(t, "finished", <-answer)
	require.NoError(t, <-done)
	require.Error(t, gateway.Serve(t.Context(), l, nil), "a listener that is closed")
}

// size returns the environment's CAMPAIGN or what is usual.
func size(t *testing.T, usual int) int {
	t.Helper()
	if s := os.Getenv("CAMPAIGN"); s != "" {
		n, err := strconv.Atoi(s)
		require.NoError(t, err)
		return n
	}
	return usual
}

// TestHostileConnections: after any bytes on any number of connections the gateway answers the next request. The
// campaign's size is the number of connections.
func TestHostileConnections(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	addr := serve(t, newGateway(t, gateway.Config{}, only(gateway.Proxy(event))...))
	good := "GET /users/1?q=%41 HTTP/1.1\r\nHost: localhost\r\nX-A: 1\r\nContent-Length: 3\r\n\r\nabc"
	var held []net.Conn // that say nothing, or never end
	for i := range size(t, 200) {
		conn, err := net.Dial("tcp", addr)
		require.NoError(t, err)
		_ = conn.SetWriteDeadline(time.Now().Add(5 * time.Second))
		_ = conn.SetReadDeadline(time.Now().Add(2 * time.Millisecond)) // an answer may come or not
		_, _ = conn.Write(hostile(random, good))
		if random.IntN(4) == 0 && len(held) < 500 {
			held = append(held, conn)
		} else {
			if random.IntN(2) == 0 {
				_, _ = conn.Read(make([]byte, 1024))
			}
			_ = conn.Close()
		}
		if i%100 == 99 {
			requireServing(t, addr)
		}
	}
	requireServing(t, addr)
	for _, conn := range held {
		_ = conn.Close()
	}
}

func requireServing(t *testing.T, addr string) {
	t.Helper()
	resp, err := http.Get("http://" + addr + "/alive")
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, 200, resp.StatusCode)
}

// hostile returns bytes that are no request, nearly one, or one with a twist.
func hostile(random *rand.Rand, good string) []byte {
	b := []byte(good)
	switch random.IntN(7) {
	case 0: // noise
		b = make([]byte, random.IntN(2000))
		for i := range b {
			b[i] = byte(random.Uint32())
		}
	case 1: // broken off
		b = b[:random.IntN(len(b))]
	case 2: // flipped
		for range 1 + random.IntN(5) {
			b[random.IntN(len(b))] = byte(random.Uint32())
		}
	case 3: // a header without an end
		b = bytes.Repeat([]byte("X-A: "+strings.Repeat("a", 1000)+"\r\n"), 1+random.IntN(100))
		b = append([]byte("GET / HTTP/1.1\r\nHost: localhost\r\n"), b...)
	case 4: // lies about the length
		b = []byte("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + strconv.FormatUint(random.Uint64(), 10) + "\r\n\r\nx")
	case 5: // chunks that are none
		b = []byte("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + strconv.FormatUint(random.Uint64(), 16) + "\r\nx")
	case 6: // several at once
		b = bytes.Repeat(b, 1+random.IntN(30))
	}
	return b
}
