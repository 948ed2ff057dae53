package router

import (
	"net/http"
	"net/url"
)

// A Source is what sent a request.
type Source uint8

const (
	// NetHTTP is a request that came through [Router.ServeHTTP].
	NetHTTP Source = iota
	// REST is an API Gateway REST API, or an HTTP API with payload format 1.0.
	REST
	// HTTP is an API Gateway HTTP API with payload format 2.0.
	HTTP
	// FunctionURL is a Lambda function URL.
	FunctionURL
	// ALB is an Application Load Balancer.
	ALB
	// Lattice is VPC Lattice, with either version of its events.
	Lattice
)

// String returns the name of the constant.
func (s Source) String() string {
	switch s {
	case NetHTTP:
		return "NetHTTP"
	case REST:
		return "REST"
	case HTTP:
		return "HTTP"
	case FunctionURL:
		return "FunctionURL"
	case ALB:
		return "ALB"
	case Lattice:
		return "Lattice"
	}
	return "Source(?)"
}

// A Request is one HTTP request, whatever sent it. What it returns is its own:
// it stays valid and unchanged after the handler has returned. It is not safe
// for concurrent use, and its maps must not be changed.
type Request struct {
	msg    message
	router *Router
	method string
	path   path
	route  *route
	values []string // of the route's variables, in its order
	fault  error    // why the path cannot be routed

	header  http.Header
	query   url.Values
	body    []byte
	bodyErr error
	read    bool // body and bodyErr are set
	streams bool // what answers it can be sent as it comes
	first   bool // event of its router
	bind    BindConfig
	limited bool // a BodyLimit is in force: limit
	limit   int

	params [4]string // backs values
}

// A message is where a Request takes its parts from: a raw event, an event that
// was decoded before, or a net/http request.
type message interface {
	source() Source
	// header returns the first value of a header.
	header(name string) string
	headers() http.Header
	// cookies returns the cookies where the event has them apart from the headers.
	cookies() []string
	query() url.Values
	body() ([]byte, error)
	requestID() string
	sourceIP() string
	stage() string
	stageVariable(name string) string
	claim(name string) (string, bool)
	// event decodes the whole event into v.
	event(v any) error
	// limit is the size of the largest answer in bytes, 0 for none.
	limit() int
	// clone returns a copy that another goroutine may use.
	clone() message
}

// Method returns the HTTP method.
func (r *Request) Method() string { return r.method }

// Path returns the path, decoded once. It has no stage and no base path of a
// custom domain where these could be told from the event. One slash at the end is
// dropped.
func (r *Request) Path() string { return r.path.String() }

// Route returns the path of the pattern that matched, such as "/users/{id}", or
// "" if none did.
func (r *Request) Route() string {
	if r.route == nil {
		return ""
	}
	return r.route.path
}

// PathValue returns what a variable of the route's pattern stands for, decoded
// once, or "" if the pattern has no such variable.
func (r *Request) PathValue(name string) string {
	i := 0
	if r.route == nil {
		return ""
	}
	for _, seg := range r.route.pattern.segments {
		if seg.kind == literal {
			continue
		}
		if seg.text == name {
			return r.values[i]
		}
		i++
	}
	return ""
}

// Query returns the parameters of the query string, decoded once, with all of
// their values in order. A value that is not valid percent-encoding is returned
// as it was sent.
func (r *Request) Query() url.Values {
	if r.query == nil {
		r.query = r.msg.query()
	}
	return r.query
}

// Header returns the first value of a header, or "". The case of the name does
// not matter. HTTP APIs, function URLs and ALBs in single-value mode send several
// values of a header as one, joined by commas.
func (r *Request) Header(name string) string { return r.msg.header(name) }

// Headers returns all headers with canonical names.
func (r *Request) Headers() http.Header {
	if r.header == nil {
		r.header = r.msg.headers()
	}
	return r.header
}

// Cookie returns the value of the first valid cookie with that name, by the rules of
// net/http.
func (r *Request) Cookie(name string) (string, bool) {
	lines := r.msg.cookies()
	if lines == nil {
		lines = r.Headers()["Cookie"]
	}
	cookie, err := (&http.Request{Header: http.Header{"Cookie": lines}}).Cookie(name)
	if err != nil {
		return "", false
	}
	return cookie.Value, true
}

// Body returns the body, with base64 undone. It is empty, not nil, where there
// is none. A body that was announced as base64 and is not is a 400.
func (r *Request) Body() ([]byte, error) {
	if !r.read {
		r.body, r.bodyErr = r.msg.body()
		if r.limited && r.bodyErr == nil {
			r.body, r.bodyErr = r.bounded(r.body)
		}
		r.read = true
	}
	return r.body, r.bodyErr
}

// Source returns what sent the request.
func (r *Request) Source() Source { return r.msg.source() }

// RequestID returns the id that the gateway gave the request; for ALB and Lattice,
// which give none, the invocation's.
func (r *Request) RequestID() string { return r.msg.requestID() }

// SourceIP returns the address of the client as the gateway saw it, or "" where
// the event does not say (ALB, Lattice). It never looks at headers, which clients can
// forge.
func (r *Request) SourceIP() string { return r.msg.sourceIP() }

// Stage returns the name of the API's stage, or "".
func (r *Request) Stage() string { return r.msg.stage() }

// StageVariable returns a variable of the API's stage, or "".
func (r *Request) StageVariable(name string) string { return r.msg.stageVariable(name) }

// Claim returns a claim of the caller: from a JWT or Cognito authorizer, or from
// the context that a Lambda authorizer returned. What is not a string is given as
// JSON text.
func (r *Request) Claim(name string) (string, bool) { return r.msg.claim(name) }

// Event decodes the whole event into v, as encoding/json does. It fails for
// requests of [Router.ServeHTTP], which come without an event.
func (r *Request) Event(v any) error { return r.msg.event(v) }
