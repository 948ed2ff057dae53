package routertest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
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

// Golden fails the test unless the answer — status, headers and body — is the one in
// testdata/name.golden. JSON bodies are indented, so that differences can be read.
// With the environment variable UPDATE_GOLDEN set, the file is written instead.
func (r *Response) Golden(name string) *Response {
	r.t.Helper()
	file := filepath.Join("testdata", name+".golden")
	got := r.dump()
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, got, 0o644)); err != nil {
			r.t.Fatalf("routertest: %v", err)
		}
		return r
	}
	want, err := os.ReadFile(file)
	if err != nil {
		r.t.Fatalf("routertest: %s: %v (UPDATE_GOLDEN=1 go test writes it)", r.request, err)
	}
	assert.Equal(r.t, string(want), string(got), "routertest: %s: not as in %s", r.request, file)
	return r
}

// dump writes the answer as text.
func (r *Response) dump() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%d %s\n", r.Status, http.StatusText(r.Status))
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		for _, value := range r.Header[name] {
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	b.WriteByte('\n')
	if json.Indent(&b, r.Body, "", "  ") != nil {
		b.Write(r.Body)
	}
	b.WriteByte('\n')
	return b.Bytes()
}

// HasHeader fails the test unless the header has exactly these values.
func (r *Response) HasHeader(name string, values ...string) *Response {
	r.t.Helper()
	assert.Equal(r.t, values, r.Header.Values(name), "routertest: %s: header %s", r.request, name)
	return r
}
