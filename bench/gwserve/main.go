// Command gwserve is a rival of the gateway's benchmarks: it serves GET /hello on the address given, until it is
// told to end.
//
//	gwserve bare ADDR                 net/http with a handler that answers a constant: what the gateway's front door takes
//	gwserve inprocess ADDR            the gateway with a function in its process
//	gwserve bootstrap ADDR BINARY [N] the gateway with a bootstrap binary, whose instances take N invocations at a time
//	gwserve floor ADDR BINARY [N]     no gateway at all, but the same binary: what the functions and the kernel take
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/lambdarest/lambdarest/gateway"
	"github.com/lambdarest/lambdarest/router"
)

// hello is the function in process: the one of gatewayhello.
func hello() lambda.Handler {
	r := router.New()
	r.Get("/hello", func(_ context.Context, req *router.Request) (*router.Response, error) {
		return router.Text(http.StatusOK, "hello "+req.Path()), nil
	})
	return r
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "gwserve:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) < 2 || len(args) < 3 && (args[0] == "bootstrap" || args[0] == "floor") {
		return fmt.Errorf("%q is no rival with what it needs", args)
	}
	atATime := 1
	if len(args) > 3 {
		n, err := strconv.Atoi(args[3])
		if err != nil {
			return err
		}
		atATime = n
	}
	if args[0] == "floor" {
		return serveFloor(ctx, args[1], args[2], atATime)
	}
	l, err := net.Listen("tcp", args[1])
	if err != nil {
		return err
	}
	var function lambda.Handler
	switch args[0] {
	case "bare":
		return bare(ctx, l)
	case "inprocess":
		function = hello()
	case "bootstrap":
		p := gateway.Function(args[2], nil)
		defer p.Close()
		p.PerInstance = atATime
		function = p
	default:
		return fmt.Errorf("no rival %q", args[0])
	}
	g, err := gateway.New(gateway.Config{}, gateway.Route{Method: "GET", Path: "/hello", Integration: gateway.Proxy(function)})
	if err != nil {
		return err
	}
	return gateway.Serve(ctx, l, g)
}

func bare(ctx context.Context, l net.Listener) error {
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "hello /hello")
	})}
	context.AfterFunc(ctx, func() { _ = srv.Close() })
	if err := srv.Serve(l); err != http.ErrServerClosed {
		return err
	}
	return nil
}
