package router

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strconv"
)

// A streamed answer is a prelude, eight zero bytes, and then the bytes of the body as
// they come: {"statusCode":200,"headers":{…}}\0\0\0\0\0\0\0\0…. Lambda takes the
// prelude for what it is by the media type of the function's answer.
//
// AWS source: "Lambda runtime API: response streaming" and, for REST APIs, "Set up a
// Lambda proxy integration with payload response streaming in API Gateway".
const (
	preludeEnd  = "\x00\x00\x00\x00\x00\x00\x00\x00"
	preludeType = "application/vnd.awslambda.http-integration-response"
)

// Stream is Invoke for functions that stream their answers:
//
//	lambda.Start(r.Stream)
//
// It is for function URLs whose invoke mode is RESPONSE_STREAM and for REST APIs whose
// integration has the response transfer mode STREAM; there every answer, streamed or
// not, goes through it. Events do not tell the mode: behind a buffering function URL
// or REST API use [Router.Invoke]. HTTP APIs, load balancers and VPC Lattice cannot
// stream and get a whole answer from Stream as well.
//
// A streamed body may have 200 MB (AWS Lambda quotas); its size is not checked. The
// runtime of aws-lambda-go reads and closes the result.
func (r *Router) Stream(ctx context.Context, event json.RawMessage) (io.ReadCloser, error) {
	in, p, err := r.newInvocation(ctx, event)
	if err != nil {
		return nil, err
	}
	if !p.canStream() {
		return &wholeAnswer{rest: p.encode(r.serve(ctx, in), in.method)}, nil
	}
	in.streams = true
	resp := r.serve(ctx, in)
	return &streamedAnswer{prelude: p.appendPrelude(nil, resp, in.method), body: resp.stream(in.method)}, nil
}

// canStream reports whether the source may take a streamed answer. An HTTP API sends
// a version with payload format 1.0, a REST API does not.
func (p *payload) canStream() bool {
	return p.src == FunctionURL || p.src == REST && isNull(p.ev.at(p.ev.version))
}

// appendPrelude appends everything of a response but its stream.
func (p *payload) appendPrelude(dst []byte, resp *Response, method string) []byte {
	a := newAnswer(resp, method, nil)
	dst = append(dst, `{"statusCode":`...)
	dst = strconv.AppendInt(dst, int64(resp.Status), 10)
	if p.src == REST {
		dst = a.appendSplit(dst)
	} else {
		dst = a.appendJoined(dst)
	}
	dst = append(append(dst, '}'), preludeEnd...)
	return append(dst, a.body...)
}

// A streamedAnswer is what the runtime reads: the prelude, then the body.
type streamedAnswer struct {
	prelude []byte
	body    io.Reader // or nil
}

func (a *streamedAnswer) Read(p []byte) (int, error) {
	if len(a.prelude) > 0 {
		n := copy(p, a.prelude)
		a.prelude = a.prelude[n:]
		return n, nil
	}
	if a.body == nil {
		return 0, io.EOF
	}
	n, err := a.body.Read(p)
	if err != nil && err != io.EOF {
		e := *problemOf(err)
		e.Err = nil // Log has had the cause; the runtime would tell it to the invoker
		err = &e
	}
	return n, err
}

func (a *streamedAnswer) Close() error { return closeStream(a.body) }

// ContentType is asked for by the runtime.
func (a *streamedAnswer) ContentType() string { return preludeType }

var errNotJSON = errors.New("router: an answer that is streamed is not JSON")

// MarshalJSON fails: so the runtime knows that it is to read the answer.
func (a *streamedAnswer) MarshalJSON() ([]byte, error) { return nil, errNotJSON }

// A wholeAnswer is the answer to a source that cannot stream.
type wholeAnswer struct{ rest []byte }

func (a *wholeAnswer) Read(p []byte) (int, error) {
	if len(a.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

func (a *wholeAnswer) Close() error { return nil }

// MarshalJSON gives the answer as it is.
func (a *wholeAnswer) MarshalJSON() ([]byte, error) { return a.rest, nil }
