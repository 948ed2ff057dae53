// Command local serves the reference system of examples/users on localhost: a
// gateway in place of API Gateway, the functions in this process, and a DynamoDB
// table in it, too. No AWS account and no Docker are needed.
//
//	go run ./examples/local [-addr 127.0.0.1:8080]
//
// With AWS_ENDPOINT_URL_DYNAMODB set, the table is at that endpoint instead, and
// made there if it is missing.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/lambdarest/lambdarest/examples/users"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "address to listen on")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "local: unexpected argument %q\n", flag.Arg(0))
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if err := run(ctx, *addr, os.Stdout, log); err != nil {
		fmt.Fprintln(os.Stderr, "local:", err)
		os.Exit(1)
	}
}

// run serves until ctx is done.
func run(ctx context.Context, addr string, out io.Writer, log *slog.Logger) error {
	client, where, err := table(ctx, os.Getenv("AWS_ENDPOINT_URL_DYNAMODB"))
	if err != nil {
		return err
	}
	repository, err := users.Open(client)
	if err != nil {
		return err
	}
	api, err := newAPI(repository, log)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	printUsage(out, "http://"+listener.Addr().String(), where)
	return serve(ctx, listener, api)
}

// serve answers requests until ctx is done, and lets those under way finish.
func serve(ctx context.Context, listener net.Listener, api http.Handler) error {
	server := &http.Server{Handler: api, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	done := make(chan error, 1)
	go func() {
		<-ctx.Done()
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		done <- server.Shutdown(limited)
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-done
}

func printUsage(out io.Writer, url, where string) {
	fmt.Fprintf(out, `Users API on %[1]s (table %[2]q %[3]s; Ctrl-C stops)

  curl -i %[1]s/users -d '{"id":1,"name":"Kim","email":"kim@example.com"}'
  curl -i %[1]s/users
  curl -i %[1]s/users/1
  curl -i %[1]s/users/1 -X PUT -d '{"name":"Kim","email":"kim@example.org"}'
  curl -i %[1]s/users/1 -X DELETE
  curl -i %[1]s/welcome
  curl -i %[1]s/any/other/path

behind a non-proxy integration, with mapping templates:

  curl -i %[1]s/nonproxy/users -d '{"id":2,"name":"Lee","email":"lee@example.com"}'
  curl -i %[1]s/nonproxy/users

`, url, users.Table(), where)
}
