package gateway

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Limits of [Serve]. A slow client is cut off; a function may take as long as its gateway lets it.
const (
	headerTimeout   = 10 * time.Second // to send the header of a request
	requestTimeout  = time.Minute      // to send all of a request
	answerTimeout   = time.Minute      // to take what is written of an answer
	idleTimeout     = 2 * time.Minute
	shutdownTimeout = 10 * time.Second
	maxHeaderBytes  = 64 << 10 // more than any service takes, which say so themselves
	maxConns        = 4096
)

// Serve answers requests on l with h until ctx is done; then it lets the requests under way finish, for up to ten
// seconds, and returns nil. It closes l.
//
// Unlike http.Serve it tells a [Gateway] how the client wrote its header names, cuts slow clients off, bounds the
// number of connections, in favour of new ones, and refuses requests for other hosts than the loopback's and l's own,
// so that no page on the web can reach the functions through a name of its own that resolves to 127.0.0.1. Further
// hosts may be named, without a port.
func Serve(ctx context.Context, l net.Listener, h http.Handler, hosts ...string) error {
	conns := &connTable{open: make(map[*conn]bool)}
	srv := &http.Server{
		Handler:           withHeaderNames(checkHost(h, l, hosts)),
		ReadHeaderTimeout: headerTimeout, ReadTimeout: requestTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeaderBytes, DisableGeneralOptionsHandler: true,
		ConnContext: withHeaderTap, ConnState: conns.watch,
	}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
		defer cancel()
		err := srv.Shutdown(limited)
		if errors.Is(err, context.DeadlineExceeded) {
			err = srv.Close()
		}
		stopped <- err
	})
	err := srv.Serve(connListener{l})
	if stop() {
		return err // not ended by ctx
	}
	return <-stopped
}

// checkHost refuses requests for hosts that are not this server's. The host that was right last is not looked at again.
func checkHost(next http.Handler, l net.Listener, hosts []string) http.Handler {
	bound, _, _ := net.SplitHostPort(l.Addr().String())
	hosts = append([]string{bound}, hosts...)
	var right atomic.Pointer[string]
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if last := right.Load(); last == nil || *last != r.Host {
			if !isOwnHost(r.Host, hosts) {
				writeBody(w, http.StatusMisdirectedRequest, "text/plain; charset=utf-8", "this server does not answer for the host of the request\n")
				return
			}
			host := r.Host
			right.Store(&host)
		}
		next.ServeHTTP(w, r)
	})
}

// isOwnHost reports whether a Host header names the loopback or one of the hosts. No page can make a browser send an
// IP address or localhost for a name that it controls.
func isOwnHost(host string, hosts []string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() {
		return true
	}
	for _, own := range hosts {
		if strings.EqualFold(host, own) {
			return true
		}
	}
	return false
}

// A connTable bounds the open connections: beyond maxConns a new one costs an old one, if possible one that waits for
// its next request.
type connTable struct {
	mu   sync.Mutex
	open map[*conn]bool
}

func (t *connTable) watch(nc net.Conn, state http.ConnState) {
	c := nc.(*conn)
	c.idle.Store(state == http.StateNew || state == http.StateIdle)
	if state == http.StateIdle || state == http.StateActive {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if state != http.StateNew {
		delete(t.open, c)
		return
	}
	if len(t.open) >= maxConns {
		t.evict()
	}
	t.open[c] = true
}

// evict closes a connection that waits; if none does, one of the others, whose client may be sending a byte a second.
func (t *connTable) evict() {
	var victim *conn
	for c := range t.open {
		victim = c
		if c.idle.Load() {
			break
		}
	}
	if victim != nil {
		delete(t.open, victim)
		_ = victim.Close()
	}
}
