package gateway

import (
	"bytes"
	"io"
	"net/http"
	"time"
)

// An Exchange is a request and what became of it, as [Config].Observe gets it. The slices and maps are the
// observer's to keep, not to change.
type Exchange struct {
	// Time is when the request arrived, Duration how long it took.
	Time     time.Time
	Duration time.Duration
	// Method, Host, Path and Query are the request's, percent-encoded; Header its headers.
	Method, Host, Path, Query string
	Header                    http.Header
	// Route is the route, as "GET /users/{id}"; "" where there was none.
	Route string
	// Body is the first 64 KB of the request's body, as far as it was read.
	Body []byte
	// Status is the answer's, 0 where the connection was ended; AnswerHeader and Answer are its headers and the first
	// 64 KB of its body.
	Status       int
	AnswerHeader http.Header
	Answer       []byte
	// RequestID is the gateway's id of the request, InvocationID that of the function's invocation, "" where there was
	// none.
	RequestID, InvocationID string
	// Event is what the function, or a Backend, got and Result what it returned; nil where there was no invocation or no result.
	Event, Result []byte
	// Err is the function's error, what a model found wrong with the body, or why the gateway itself answered; nil where all is well or the client is to blame.
	Err error
}

// maxObserved is how much of a body an observer gets.
const maxObserved = 64 << 10

// observer listens in on one request.
type observer struct {
	c      *call
	body   bytes.Buffer
	answer bytes.Buffer

	event, result []byte // of the invocation
}

// newObserver returns nil where nobody observes.
func newObserver(c *call, w *statusWriter) *observer {
	if c.g.cfg.Observe == nil {
		return nil
	}
	o := &observer{c: c}
	if c.r.Body != http.NoBody { // then the request is the call's own
		c.r.Body = struct {
			io.Reader
			io.Closer
		}{io.TeeReader(c.r.Body, limited{&o.body}), c.r.Body}
	}
	w.copyTo = limited{&o.answer}
	return o
}

// limited takes all and keeps the first maxObserved bytes.
type limited struct{ b *bytes.Buffer }

func (l limited) Write(b []byte) (int, error) {
	l.b.Write(b[:min(len(b), maxObserved-l.b.Len())])
	return len(b), nil
}

// report reports the call.
func (o *observer) report(w *statusWriter, fail *failure) {
	if o == nil {
		return
	}
	c := o.c
	e := Exchange{
		Time: c.start, Duration: time.Since(c.start), Method: c.r.Method, Host: c.r.Host,
		Path: c.prefix + c.r.URL.EscapedPath(), Query: c.r.URL.RawQuery, Header: c.r.Header, Body: o.body.Bytes(),
		Status: w.status, AnswerHeader: w.Header().Clone(), Answer: o.answer.Bytes(),
		RequestID: c.requestID[0], InvocationID: c.functionID, Event: o.event, Result: o.result, Err: c.functionErr,
	}
	if c.route != nil {
		e.Route = c.route.key
	}
	if e.Err == nil && fail != nil {
		e.Err = fail.cause
	}
	c.g.cfg.Observe(e)
}

// noteEvent keeps what the function gets for the observer: a copy of what the function may change. It is called before the
// function.
func (c *call) noteEvent(event []byte, mayChange bool) {
	if c.observer != nil {
		c.observer.event = kept(event, mayChange)
	}
}

// noteResult keeps what the function returned: a copy of what it may still change.
func (c *call) noteResult(result []byte, err error, mayChange bool) {
	if c.observer != nil {
		c.observer.result, c.functionErr = kept(result, mayChange), err
	}
}

func kept(b []byte, mayChange bool) []byte {
	if mayChange {
		return bytes.Clone(b)
	}
	return b
}
