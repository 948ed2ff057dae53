package gateway

import (
	"bytes"
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
	// Status is the answer's; 0 where the connection was ended.
	Status int
	// RequestID is the gateway's id of the request, InvocationID that of the function's invocation, "" where there was
	// none.
	RequestID, InvocationID string
	// Event is what the function got and Result what it returned; nil where there was no invocation or no result.
	Event, Result []byte
	// Err is the function's error, or why the gateway itself answered; nil where all is well or the client is to blame.
	Err error
}

// observe reports the call.
func (c *call) observe(status int, fail *failure) {
	if c.g.cfg.Observe == nil {
		return
	}
	e := Exchange{
		Time: c.start, Duration: time.Since(c.start), Method: c.r.Method, Host: c.r.Host,
		Path: c.prefix + c.r.URL.EscapedPath(), Query: c.r.URL.RawQuery, Header: c.r.Header, Status: status,
		RequestID: c.requestID, InvocationID: c.functionID, Event: c.event, Result: c.result, Err: c.functionErr,
	}
	if c.route != nil {
		e.Route = c.route.key()
	}
	if e.Err == nil && fail != nil {
		e.Err = fail.cause
	}
	c.g.cfg.Observe(e)
}

// note keeps what the function got and returned for the observer.
func (c *call) note(event, result []byte, err error) {
	if c.g.cfg.Observe == nil {
		return
	}
	c.event, c.result, c.functionErr = bytes.Clone(event), bytes.Clone(result), err
}
