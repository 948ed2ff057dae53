package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"time"

	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

const aboutDynamoDB = `Usage: lambdarest dynamodb [FLAGS]

Serves DynamoDB, with no tables at first, to the AWS SDKs of any language:

	AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8000 your-program

Any region and any credentials lead to the same tables. It ends on SIGINT and
SIGTERM, after the requests that are under way.

With -data it begins with what the file has, if there is one, and writes everything
back at the end, and every few seconds in which something was changed.`

// saveEvery is how often -data writes what has changed.
const saveEvery = 5 * time.Second

// runDynamoDB serves the engine of dynamotest until ctx ends. It prints its URL
// to stdout when it can take requests.
func runDynamoDB(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := newFlags("dynamodb", aboutDynamoDB, stderr)
	addr := flags.String("addr", "127.0.0.1:8000", "`host:port` to listen on; port 0 picks a free one")
	public := flags.Bool("public", false, "allow an address that other machines can reach; requests are not authenticated")
	data := flags.String("data", "", "`file` to keep the tables in between runs")
	if code, done := parse(flags, args, 0); done {
		return code
	}
	db, err := load(*data)
	if err != nil {
		return fail(stderr, "dynamodb", err)
	}
	listeners, err := listenAll(*addr, 1, *public)
	if err != nil {
		return fail(stderr, "dynamodb", err)
	}
	listener := listeners[0]
	handler := db.Handler()
	if !*public {
		handler = loopbackOnly(handler)
	}
	fmt.Fprintf(stdout, "http://%s\n", listener.Addr())
	saved := keepSaving(ctx, db, *data, stderr)
	err = serve(ctx, listener, handler)
	if err := errors.Join(err, saved()); err != nil {
		return fail(stderr, "dynamodb", err)
	}
	return exitOK
}

// load begins with what a file has; without a file, or before it is there, with nothing.
func load(file string) (*dynamotest.DB, error) {
	if file == "" {
		return dynamotest.New(), nil
	}
	db, err := dynamotest.Load(file)
	if errors.Is(err, fs.ErrNotExist) {
		db = dynamotest.New()
		return db, db.Save(file) // better to learn now that it cannot be written
	}
	return db, err
}

// keepSaving saves now and then until ctx ends. The returned function waits for
// that and saves for the last time.
func keepSaving(ctx context.Context, db *dynamotest.DB, file string, stderr io.Writer) (last func() error) {
	if file == "" {
		return func() error { return nil }
	}
	ctx, cancel := context.WithCancel(ctx)
	done, changed, seen := make(chan struct{}), false, changes(db)
	go func() {
		defer close(done)
		ticker := time.NewTicker(saveEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			// A call is counted before it is done, so what it does may miss one save.
			before := changed
			now := changes(db)
			changed, seen = now != seen, now
			if changed || before {
				if err := db.Save(file); err != nil {
					fmt.Fprintf(stderr, "lambdarest dynamodb: %v\n", err)
				}
			}
		}
	}()
	return func() error {
		cancel()
		<-done
		return db.Save(file)
	}
}

// changes counts the calls that may have changed something.
func changes(db *dynamotest.DB) (n int) {
	for _, operation := range []string{
		"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems", "ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction",
		"CreateTable", "UpdateTable", "DeleteTable", "UpdateTimeToLive", "TagResource", "UntagResource",
	} {
		n += db.Count(operation)
	}
	return n
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
