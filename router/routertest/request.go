// Package routertest drives a Lambda function with the events that API Gateway,
// function URLs, load balancers and VPC Lattice would send for an HTTP request, and checks the
// answers.
//
//	func TestGetUser(t *testing.T) {
//		routertest.Do(t, app, routertest.Post("/users", User{ID: 1})).Expect(200)
//		routertest.Do(t, app, routertest.Get("/users/1")).Expect(200).JSON(`{"id":1}`)
//	}
//
// The function is anything with an Invoke method, such as a *router.Router, also
// within middleware such as warmup.Wrap. The answer goes through the rules of the
// service that the event came from: what would be a 502 there fails the test.
package routertest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/lambdarest/lambdarest/internal/gwevent"
	"github.com/lambdarest/lambdarest/router"
)

// A Request is an HTTP request on its way to a function. The methods that change
// it return it.
type Request struct {
	method, target string
	header         http.Header
	body           any
	host, client   string // as in http.Request's Host and RemoteAddr
	source         router.Source
	multiValue     bool
	opt            gwevent.Options
}

// NewRequest returns a request from a REST API. The target is a path with an
// optional query, both percent-encoded as a client would. The body is sent as it
// is if it is a string or []byte, and as JSON, with the Content-Type for it, if it
// is anything but nil.
func NewRequest(method, target string, body any) *Request {
	return &Request{
		method: method, target: target, header: make(http.Header), body: body,
		host: "example.com", client: "192.0.2.1:1234", source: router.REST,
	}
}

// FromHTTP returns a request like r, with its Host and its RemoteAddr where it has
// them. r is read to its end; FromHTTP panics if that fails.
func FromHTTP(r *http.Request) *Request {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			panic(fmt.Sprintf("routertest: %v", err))
		}
	}
	req := NewRequest(r.Method, r.URL.RequestURI(), body)
	maps.Copy(req.header, r.Header.Clone())
	req.host, req.client = cmp.Or(r.Host, req.host), cmp.Or(r.RemoteAddr, req.client)
	return req
}

// Get returns a GET request.
func Get(target string) *Request { return NewRequest(http.MethodGet, target, nil) }

// Post returns a POST request.
func Post(target string, body any) *Request { return NewRequest(http.MethodPost, target, body) }

// Put returns a PUT request.
func Put(target string, body any) *Request { return NewRequest(http.MethodPut, target, body) }

// Patch returns a PATCH request.
func Patch(target string, body any) *Request { return NewRequest(http.MethodPatch, target, body) }

// Delete returns a DELETE request.
func Delete(target string) *Request { return NewRequest(http.MethodDelete, target, nil) }

// Header adds a header.
func (r *Request) Header(name, value string) *Request {
	r.header.Add(name, value)
	return r
}

// From sets the service that sends the event: router.REST, HTTP, FunctionURL, ALB
// or Lattice.
func (r *Request) From(source router.Source) *Request {
	r.source = source
	return r
}

// MultiValue makes an ALB send its multi-value form.
func (r *Request) MultiValue() *Request {
	r.multiValue = true
	return r
}

// Stage sets the API's stage and its variables. The other sources have none.
func (r *Request) Stage(name string, variables map[string]string) *Request {
	r.opt.Stage, r.opt.StageVariables = name, variables
	return r
}

// BasePath makes the request come through a custom domain that maps this path to
// the API; the target is without it.
func (r *Request) BasePath(path string) *Request {
	r.opt.BasePath = path
	return r
}

// Claims makes the request come from a caller that a JWT authorizer (HTTP) or a
// Cognito authorizer (REST) has let in.
func (r *Request) Claims(claims map[string]string) *Request {
	r.opt.Authorizer = claims
	return r
}

// Event returns the event.
func (r *Request) Event(t testing.TB) []byte {
	t.Helper()
	req, opt, err := r.build()
	if err != nil {
		t.Fatalf("routertest: %s %s: %v", r.method, r.target, err)
	}
	event, err := gwevent.New(req, opt)
	if err != nil {
		t.Fatalf("routertest: %s %s: %v", r.method, r.target, err)
	}
	return event
}

func (r *Request) build() (*http.Request, gwevent.Options, error) {
	opt := r.opt
	source, err := gatewaySource(r.source, r.multiValue)
	if err != nil {
		return nil, opt, err
	}
	opt.Source = source
	if claims, ok := opt.Authorizer.(map[string]string); ok {
		opt.Authorizer = map[string]any{"claims": claims}
		if r.source != router.REST {
			opt.Authorizer = map[string]any{"jwt": map[string]any{"claims": claims, "scopes": nil}}
		}
	}
	if !strings.HasPrefix(r.target, "/") {
		return nil, opt, fmt.Errorf(`the target must start with "/"`)
	}
	body, isJSON, err := r.bytes()
	if err != nil {
		return nil, opt, err
	}
	req, err := http.NewRequest(r.method, "/", bytes.NewReader(body))
	if err != nil {
		return nil, opt, err
	}
	if req.URL, err = url.ParseRequestURI(r.target); err != nil {
		return nil, opt, err
	}
	req.Host, req.RemoteAddr = r.host, r.client
	req.Header = r.header.Clone()
	if isJSON && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, opt, nil
}

// bytes returns the body, and whether it was made JSON here.
func (r *Request) bytes() ([]byte, bool, error) {
	switch body := r.body.(type) {
	case nil:
		return nil, false, nil
	case string:
		return []byte(body), false, nil
	case []byte:
		return body, false, nil
	}
	body, err := json.Marshal(r.body)
	return body, true, err
}

func gatewaySource(s router.Source, multiValue bool) (gwevent.Source, error) {
	switch s {
	case router.REST:
		return gwevent.REST, nil
	case router.HTTP:
		return gwevent.HTTPAPI, nil
	case router.FunctionURL:
		return gwevent.FunctionURL, nil
	case router.ALB:
		if multiValue {
			return gwevent.ALBMultiValue, nil
		}
		return gwevent.ALB, nil
	case router.Lattice:
		return gwevent.Lattice, nil
	}
	return 0, fmt.Errorf("no events come from %v", s)
}
