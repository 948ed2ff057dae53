package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

const aboutDynamoDB = `Usage: lambdarest dynamodb [FLAGS]

Serves DynamoDB, with no tables at first, to the AWS SDKs of any language:

	AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8000 your-program

Any region and any credentials lead to the same tables. It ends on SIGINT and
SIGTERM, after the requests that are under way.`

// runDynamoDB serves the engine of dynamotest until ctx ends. It prints its URL
// to stdout when it can take requests.
func runDynamoDB(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := newFlags("dynamodb", aboutDynamoDB, stderr)
	addr := flags.String("addr", "127.0.0.1:8000", "`host:port` to listen on; port 0 picks a free one")
	public := flags.Bool("public", false, "allow an address that other machines can reach; requests are not authenticated")
	if code, done := parse(flags, args); done {
		return code
	}
	listener, err := listen(*addr, *public)
	if err != nil {
		return fail(stderr, "dynamodb", err)
	}
	handler := dynamotest.New().Handler()
	if !*public {
		handler = loopbackOnly(handler)
	}
	fmt.Fprintf(stdout, "http://%s\n", listener.Addr())
	if err := serve(ctx, listener, handler); err != nil {
		return fail(stderr, "dynamodb", err)
	}
	return exitOK
}

// listen listens on an address of this machine only, unless public.
func listen(addr string, public bool) (net.Listener, error) {
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

// serve serves until ctx ends, and then lets requests under way finish.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 5 * time.Minute}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return server.Shutdown(grace)
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
