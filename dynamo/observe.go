package dynamo

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Request is one request to DynamoDB, as a function given to [Observe] is told
// of it when it is over.
type Request struct {
	Operation string        // DynamoDB's name, such as "PutItem"
	Table     string        // of the repository
	Attempt   int           // 1, or more for a repetition, the SDK's own included
	Duration  time.Duration // from sending to the answer's end, decoding by the SDK included
	Items     int           // read or written; 0 if the request failed
	Bytes     int64         // of the answer, as they came; 0 if the client does not speak HTTP
	Err       error         // what became of this attempt; it shows no values, see [ErrNotFound]
}

// Observe has f called after every request, from the goroutine that made it and
// before the next one, so f should be quick; parallel scans and batches call it
// from several goroutines at once. The context is that of the call. It is the
// place for logs, metrics and traces: nothing of that kind is linked in.
func Observe(f func(ctx context.Context, r Request)) Option {
	return func(c *config) error {
		if f == nil {
			return errors.New("the function for Observe is nil")
		}
		c.observe = func(ctx context.Context, operation, table string) observer {
			return &observation{report: f, ctx: ctx, now: Request{Operation: operation, Table: table}, start: time.Now()}
		}
		return nil
	}
}

// observer hears of the attempts at one request: of the SDK's by attach, an option of the call, and of
// the end of each call of the client. It is an interface so that only Observe
// links one that does something.
type observer interface {
	attach(o *dynamodb.Options)
	again(attempts int)
	end(items int, err error)
}

// watch begins the observation of a request.
//
//go:noinline
func (s *store) watch(ctx context.Context, operation string) observer {
	if s.observe == nil {
		return (*nobody)(nil)
	}
	return s.observe(ctx, operation, s.table)
}

// nobody wants to know.
type nobody struct{}

func (*nobody) attach(*dynamodb.Options) {}
func (*nobody) again(int)                {}
func (*nobody) end(int, error)           {}

// observation reports the attempts at one request. It belongs to one call and
// is not for concurrent use.
type observation struct {
	report func(context.Context, Request)
	ctx    context.Context
	now    Request
	start  time.Time
	hooked bool // the client is the SDK's and tells of its attempts
	open   bool // an attempt has been sent and not been reported
}

// again says how often a request has been sent before.
func (o *observation) again(attempts int) { o.now.Attempt = attempts }

// attach is the per-call option through which the SDK lets itself be watched. It
// is called once for each call of the client.
func (o *observation) attach(opts *dynamodb.Options) {
	if opts.HTTPClient == nil || opts.Retryer == nil {
		return
	}
	o.hooked = true
	client := opts.HTTPClient
	opts.HTTPClient = smithyhttp.ClientDoFunc(func(req *http.Request) (*http.Response, error) { return o.send(client, req) })
	opts.Retryer = &watchedRetryer{opts.Retryer, o}
}

// end reports the last attempt of a call of the client, unless the SDK's retryer
// has heard of it.
func (o *observation) end(items int, err error) {
	if !o.hooked {
		o.begin()
	}
	o.finish(items, err)
	o.start = time.Now()
}

func (o *observation) begin() { o.now.Attempt++; o.open = true }

func (o *observation) finish(items int, err error) {
	if !o.open {
		return
	}
	o.open = false
	r := o.now
	r.Duration, r.Err = time.Since(o.start), discreet(err)
	if err == nil {
		r.Items = items
	}
	o.report(o.ctx, r)
}

// send sees each attempt being sent.
func (o *observation) send(by dynamodb.HTTPClient, req *http.Request) (*http.Response, error) {
	o.begin()
	o.start, o.now.Bytes = time.Now(), 0
	resp, err := by.Do(req)
	if resp != nil && resp.Body != nil {
		resp.Body = &observedBody{resp.Body, o}
	}
	return resp, err
}

// retry hears of the error of each attempt.
func (o *observation) retry(by aws.Retryer, err error) bool {
	o.finish(0, err)
	return by.IsErrorRetryable(err)
}

type observedBody struct {
	io.ReadCloser
	o *observation
}

func (b *observedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.o.now.Bytes += int64(n)
	return n, err
}
