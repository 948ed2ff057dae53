package dynamo

import (
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// received counts the bytes of the answer to one call. A success without a body
// looks like "{}" to the SDK: no item, or a write that is done. No header tells,
// as a body of unknown length (chunked, HTTP/2) may be empty as well. It belongs
// to one call and is not for concurrent use.
type received struct {
	any   bool // there was an answer over HTTP
	bytes int64
}

var errEmptyBody = corrupt("empty body")

// hook is the per-call option through which the SDK lets itself be watched.
// Fakes ignore it, or call it with options without an HTTP client.
func (r *received) hook(o *dynamodb.Options) {
	if o.HTTPClient != nil {
		o.HTTPClient = countedHTTP{o.HTTPClient, r}
	}
}

// empty tells whether the last answer had no body. It is false for a client
// that does not speak HTTP.
func (r *received) empty() bool { return r.any && r.bytes == 0 }

// countedHTTP counts each answer anew: the SDK may repeat the request.
type countedHTTP struct {
	dynamodb.HTTPClient
	received *received
}

func (c countedHTTP) Do(req *http.Request) (*http.Response, error) {
	*c.received = received{}
	resp, err := c.HTTPClient.Do(req)
	if resp != nil && resp.Body != nil {
		c.received.any = true
		resp.Body = countedBody{resp.Body, c.received}
	}
	return resp, err
}

type countedBody struct {
	io.ReadCloser
	received *received
}

func (b countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.received.bytes += int64(n)
	return n, err
}
