package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
)

// Servers listen on this machine, and answer for its own names, unless they are told otherwise.

// anyPort is an address of this machine whose port is a free one.
const anyPort = "127.0.0.1:0"

// listen listens on an address of this machine only, unless public.
func listen(addr string, public bool) (net.Listener, error) {
	if _, _, err := net.SplitHostPort(addr); err != nil {
		return nil, fmt.Errorf("%q: expected host:port, as 127.0.0.1:8080", addr)
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	if at, ok := listener.Addr().(*net.TCPAddr); !public && !(ok && at.IP.IsLoopback()) {
		listener.Close()
		return nil, fmt.Errorf("%q can be reached by other machines: use 127.0.0.1, or -public if that is meant", addr)
	}
	return listener, nil
}

// listenAll listens on an address for each of n servers: the first on addr, the others on the ports that follow.
func listenAll(addr string, n int, public bool) ([]net.Listener, error) {
	var all []net.Listener
	for range n {
		l, err := listen(addr, public)
		if err != nil {
			if errors.Is(err, syscall.EADDRINUSE) {
				err = fmt.Errorf("%w; -addr chooses another one", err)
			}
			for _, open := range all {
				_ = open.Close()
			}
			return nil, err
		}
		all = append(all, l)
		at := l.Addr().(*net.TCPAddr)
		host, port, _ := net.SplitHostPort(addr)
		if port != "0" {
			addr = net.JoinHostPort(host, fmt.Sprint(at.Port+1))
		}
	}
	return all, nil
}

// tryPorts finds out before a long build that a port is taken or not allowed. It does not keep them: who waits for a
// port takes an open one for a system that is ready.
func tryPorts(addr string, n int, public bool) error {
	all, err := listenAll(addr, n, public)
	for _, l := range all {
		_ = l.Close()
	}
	return err
}

// loopbackOnly refuses requests for a host that is not this machine: a website
// that a browser shows could have its own name resolve to 127.0.0.1, and then read
// what is served there.
func loopbackOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isLoopback(r.Host) {
			http.Error(w, fmt.Sprintf("host %q is not this machine; start the server with -public to accept it", r.Host), http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func isLoopback(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsLoopback()
	}
	// Containers know the machine that they run on by the last name.
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || host == "host.docker.internal"
}
