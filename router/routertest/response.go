package routertest

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/stretchr/testify/assert"

	"github.com/lambdarest/lambdarest/internal/gwevent"
)

// A Response is what a client would get of a function's answer.
type Response struct {
	Status int
	Header http.Header
	Body   []byte

	t       testing.TB
	request string // "GET /users", for messages
}

// Do sends the request's event to the function. It ends the test if the function
// returns an error, or an answer that the service which sent the event would
// refuse.
func Do(t testing.TB, function lambda.Handler, req *Request) *Response {
	t.Helper()
	return DoContext(t.Context(), t, function, req)
}

// DoContext is Do with a context for the invocation.
func DoContext(ctx context.Context, t testing.TB, function lambda.Handler, req *Request) *Response {
	t.Helper()
	event := req.Event(t)
	name := fmt.Sprintf("%s %s", req.method, req.target)
	payload, err := function.Invoke(ctx, event)
	if err != nil {
		t.Fatalf("routertest: %s: the function failed: %v", name, err)
	}
	source, _ := gatewaySource(req.source, req.multiValue) // Event has checked it
	answer, err := gwevent.ParseAnswer(source, payload)
	if err != nil {
		t.Fatalf("routertest: %s: %v\nanswer: %.2000s", name, err, payload)
	}
	return &Response{Status: answer.Status, Header: answer.Header, Body: answer.Body, t: t, request: name}
}

// Expect ends the test unless the status is as given.
func (r *Response) Expect(status int) *Response {
	r.t.Helper()
	if r.Status != status {
		r.t.Fatalf("routertest: %s: status %d, want %d\nbody: %.2000s", r.request, r.Status, status, r.Body)
	}
	return r
}

// JSON fails the test unless the body is JSON equal to want, whatever the order
// of members and the white space.
func (r *Response) JSON(want string) *Response {
	r.t.Helper()
	assert.JSONEq(r.t, want, string(r.Body), "routertest: %s: body", r.request)
	return r
}

// Text fails the test unless the body is as given.
func (r *Response) Text(want string) *Response {
	r.t.Helper()
	assert.Equal(r.t, want, string(r.Body), "routertest: %s: body", r.request)
	return r
}

// HasHeader fails the test unless the header has exactly these values.
func (r *Response) HasHeader(name string, values ...string) *Response {
	r.t.Helper()
	assert.Equal(r.t, values, r.Header.Values(name), "routertest: %s: header %s", r.request, name)
	return r
}
