package dynamo

import (
	"context"
	"hash/crc32"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// received looks after the body of the answer to one call. It belongs to that
// call and is not for concurrent use.
//
// The SDK logs a wrong checksum and goes on. Here an answer that is not whole
// (its CRC32 is wrong, or the connection ended before it did) is an error that
// the SDK's retryer takes for worth another attempt. DynamoDB sends a CRC32 with
// every answer; where there is none, as with fakes, nothing is compared.
//
// A success without a body looks like "{}" to the SDK: no item, or a write that
// is done. No header tells, as a body of unknown length (chunked, HTTP/2) may be
// empty as well; so the bytes are counted.
type received struct {
	sent      bool // a request has gone to the HTTP client; what fails before (credentials, signing) has not
	any       bool // there was an answer over HTTP
	bytes     int64
	sum       uint32
	unchecked bool      // the client wants no checksums
	body      io.Reader // as it comes from the connection

	request func(in any) string             // writes what to send in place of the SDK's request, nil for that
	decode  func(body []byte) (rest []byte) // takes the items out of a body
	passive bool                            // whatever else looks at the answer
	pool    *sync.Pool                      // of *[]byte, for bodies
}

var errEmptyBody = corrupt("empty body")

// hook is the per-call option through which the SDK lets itself be watched.
// Fakes ignore it, or call it with options without an HTTP client.
func (r *received) hook(o *dynamodb.Options) {
	if o.HTTPClient == nil {
		return
	}
	o.HTTPClient = &receiver{o.HTTPClient, r}
	if o.Protocol == nil {
		return
	}
	if !r.passive && (!isPlain(o) || showsOutput(o)) {
		r.decode = nil
	}
	o.Protocol = &protocol{o.Protocol, r}
	r.unchecked = o.DisableValidateResponseChecksum
	o.DisableValidateResponseChecksum = true // once is enough
}

// empty tells whether the last answer had no body. It is false for a client
// that does not speak HTTP.
func (r *received) empty() bool { return r.any && r.bytes == 0 }

// read reads the body of an answer to its end, and leaves none: the SDK empties and closes it again, and logs a
// warning where it is closed.
func (r *received) read(ctx context.Context, resp *smithyhttp.Response) ([]byte, error) {
	body, err := readAll(resp.Body, r.buffer(resp.ContentLength))
	if err == nil && r.body != nil {
		_, err = io.Copy(io.Discard, r.body) // what a decompressor left
	}
	_ = resp.Body.Close()
	resp.Body = http.NoBody
	if err == nil {
		err = r.check(resp.Response)
	}
	if err == nil {
		return body, nil
	}
	r.release(body)
	if ctx.Err() != nil {
		return nil, err
	}
	return nil, &again{err}
}

// check holds the body against the checksum that came with it. Both are of the
// bytes on the connection, compressed if they are.
func (r *received) check(resp *http.Response) error {
	header := resp.Header.Get("X-Amz-Crc32")
	if header == "" || r.unchecked || resp.Uncompressed {
		return nil
	}
	want, err := strconv.ParseUint(header, 10, 32)
	if err != nil || uint32(want) != r.sum {
		return corrupt("wrong CRC32")
	}
	return nil
}

// foreign is an error for an answer of another kind than DynamoDB's, such as the
// login page of a network.
func foreign(resp *smithyhttp.Response) error {
	kind := resp.Header.Get("Content-Type")
	if kind == "" || strings.Contains(kind, "json") {
		return nil
	}
	return corrupt("content type %q", kind)
}

func readAll(body io.Reader, buf []byte) ([]byte, error) {
	for {
		if len(buf) == cap(buf) {
			buf = slices.Grow(buf, max(512, cap(buf)))
		}
		n, err := body.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch err {
		case nil:
		case io.EOF:
			return buf, nil
		default:
			return buf, err
		}
	}
}

// maxAnnounced is how much memory an announced length gets before the bytes come.
const maxAnnounced = 16 << 20

// buffer gives memory for a body.
func (r *received) buffer(announced int64) []byte {
	if r.pool != nil {
		if b, ok := r.pool.Get().(*[]byte); ok {
			return (*b)[:0]
		}
	}
	return make([]byte, 0, min(max(announced, 0), maxAnnounced)+1)
}

// release takes the memory of a body back.
func (r *received) release(body []byte) {
	if r.pool != nil && cap(body) > 0 {
		r.pool.Put(&body)
	}
}

// again is an error that is worth another attempt.
type again struct{ err error }

// RetryableError is how the SDK's retryer learns of it.
func (*again) RetryableError() bool { return true }

// Unwrap gives what went wrong.
func (a *again) Unwrap() error { return a.err }

// Error is the text of what went wrong.
func (a *again) Error() string { return a.err.Error() }

// receiver is the HTTP client of a call that is looked after.
type receiver struct {
	next     dynamodb.HTTPClient
	received *received
}

// Do counts each answer anew: the SDK may repeat the request.
func (c *receiver) Do(req *http.Request) (*http.Response, error) {
	r := c.received
	r.sent, r.any, r.bytes, r.sum, r.body = true, false, 0, 0, nil
	resp, err := c.next.Do(req)
	if resp != nil && resp.Body != nil {
		r.any = true
		body := &countedBody{of: resp.Body, received: r}
		resp.Body, r.body = body, body
	}
	return resp, err
}

type countedBody struct {
	_        uncompared
	of       io.ReadCloser
	received *received
}

func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.of.Read(p)
	b.received.bytes += int64(n)
	b.received.sum = crc32.Update(b.received.sum, crc32.IEEETable, p[:n])
	return n, err
}

func (b *countedBody) Close() error { return b.of.Close() }
