// Package gateway is API Gateway's REST API as an http.Handler: it chooses a route as API Gateway does, hands the
// request to a Lambda function in the form that API Gateway sends, and makes of the function's answer what API Gateway
// makes of it, mistakes included. A function is any lambda.Handler in this process, or an unmodified bootstrap binary
// behind a Runtime API server ([Function]).
//
//	api, err := gateway.New(gateway.Config{},
//		gateway.Route{Path: "/users", Integration: gateway.Proxy(handler)},
//		gateway.Route{Path: "/users/{id}", Integration: gateway.Proxy(handler)},
//	)
//	…
//	http.ListenAndServe("127.0.0.1:8080", api)
//
// The stage is no part of the URL on localhost; events carry it all the same. A Gateway opens no port. It is meant for
// development and tests: in front of the internet it has no throttling, no authorisation and no Host check.
package gateway

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"time"

	"github.com/lambdarest/lambdarest/internal/gwevent"
)

// Limits of API Gateway and Lambda, in bytes.
const (
	maxBody    = 10 << 20  // payload of a REST API
	maxHeaders = 10_240    // names and values of all headers of a REST API
	maxPayload = 6_291_556 // what Lambda takes as event and as answer: 6 MiB and 100 bytes
)

// Config sets up a Gateway. The zero value is ready to use.
type Config struct {
	// Stage is what events and templates see as the deployed stage; "prod" where empty.
	Stage string
	// StageVariables are those of the stage.
	StageVariables map[string]string
	// Timeout is how long an integration may take before the client gets 504. Zero means 29 s, API Gateway's own
	// limit. It is the deadline of the function's context, too.
	Timeout time.Duration
	// BinaryMediaTypes are the API's binaryMediaTypes: the Content-Type of a request makes its body Base64, the first
	// media type of Accept makes a Base64 answer binary. Without any, binary bodies are damaged, as on AWS.
	BinaryMediaTypes []string
	// AccountID, APIID and DomainName appear in events; made-up values where empty.
	AccountID, APIID, DomainName string
	// Log gets one line for a request, with the reason where the gateway itself answered; nil is silent. Bodies and
	// header values are never logged.
	Log *slog.Logger
}

// Route binds a method and a resource path to an integration.
type Route struct {
	// Method is an HTTP method in upper case; "" or "ANY" stands for every method that has no route of its own.
	Method string
	// Path is a resource path: "/", "/users", "/users/{id}", "/files/{path+}". A greedy variable stands at the end.
	Path string
	// Integration answers the requests: Proxy, HTTPProxy, Lambda or Mock.
	Integration Integration
}

// Integration is what stands behind a route: made by [Proxy], [HTTPProxy], [Lambda] or [Mock].
type Integration interface {
	// build checks the integration, once, when the gateway is made.
	build() (endpoint, error)
}

// endpoint answers the requests of one route. It writes an answer and returns nil, or writes nothing and returns what
// the gateway answers instead.
type endpoint interface {
	serve(w http.ResponseWriter, c *call) *failure
}

// Gateway serves the routes of one REST API. It is safe for concurrent use: handlers in this process are called
// concurrently, other than in Lambda's sandbox.
type Gateway struct {
	cfg    Config
	routes table
	log    *slog.Logger
}

// New makes a gateway. The error names the route that is wrong: a bad path, two routes for the same requests, a
// template that does not parse, a selection pattern that is not a regular expression.
//
// Other than API Gateway, New accepts sibling variables of different names, as /{a}/x and /{b}/y.
func New(cfg Config, routes ...Route) (*Gateway, error) {
	g := &Gateway{cfg: cfg, log: cfg.Log}
	if g.cfg.Stage == "" {
		g.cfg.Stage = "prod"
	}
	if g.cfg.Timeout <= 0 {
		g.cfg.Timeout = 29 * time.Second
	}
	g.cfg.StageVariables = maps.Clone(cfg.StageVariables)
	g.cfg.BinaryMediaTypes = append([]string{}, cfg.BinaryMediaTypes...) // not nil: see gwevent.Options
	if g.log == nil {
		g.log = slog.New(slog.DiscardHandler)
	}
	for i, r := range routes {
		if err := g.routes.add(r); err != nil {
			return nil, fmt.Errorf("gateway: route %d (%q): %w", i, cmp.Or(r.Method, "ANY")+" "+r.Path, err)
		}
	}
	g.routes.sort()
	return g, nil
}

// ServeHTTP answers one request. It panics where the handler of an [HTTPProxy] panics after the first byte, or with
// http.ErrAbortHandler, so that net/http ends the connection.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{g: g, r: r.WithContext(r.Context()), start: time.Now(), requestID: gwevent.NewRequestID()}
	sw := &statusWriter{ResponseWriter: w}
	sw.Header().Set("X-Amzn-Requestid", c.requestID)
	c.r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	var fail *failure
	defer func() {
		v := recover() // of a handler that has begun its answer
		if v != nil {
			fail = errBadFunction(panicCause(v))
		}
		g.logCall(c, sw.status, fail)
		if v != nil {
			panic(v) // net/http ends the connection
		}
	}()
	if fail = g.serve(sw, c); fail != nil {
		fail.write(sw)
	}
}

func (g *Gateway) serve(w http.ResponseWriter, c *call) *failure {
	if headerSize(c.r.Header) > maxHeaders {
		return errHeadersTooLarge()
	}
	if c.r.ContentLength > maxBody {
		return errBodyTooLarge()
	}
	path := c.r.URL.EscapedPath()
	if c.route, c.params = g.routes.match(c.r.Method, path); c.route == nil {
		return errNoRoute()
	}
	return c.route.endpoint.serve(w, c)
}

func (g *Gateway) logCall(c *call, status int, fail *failure) {
	ctx := context.WithoutCancel(c.r.Context())
	attrs := []slog.Attr{
		slog.String("method", c.r.Method), slog.String("path", c.r.URL.EscapedPath()), slog.Int("status", status),
		slog.Float64("duration_ms", float64(time.Since(c.start))/float64(time.Millisecond)), slog.String("request_id", c.requestID),
	}
	if c.route != nil {
		attrs = append(attrs, slog.String("resource", c.route.path))
	}
	level := slog.LevelInfo
	if fail != nil && fail.cause != nil {
		level = slog.LevelError
		attrs = append(attrs, slog.String("error", fail.cause.Error()))
		if panicked := (*panicError)(nil); errors.As(fail.cause, &panicked) {
			attrs = append(attrs, slog.String("stack", string(panicked.stack)))
		}
	}
	g.log.LogAttrs(ctx, level, "request", attrs...)
}

// call is one request on its way through the gateway.
type call struct {
	g         *Gateway
	r         *http.Request
	route     *route
	params    map[string]string // percent-encoded
	start     time.Time
	requestID string
}

func (c *call) options() gwevent.Options {
	cfg := &c.g.cfg
	opt := gwevent.Options{
		Source: gwevent.REST, Stage: cfg.Stage, StageVariables: cfg.StageVariables,
		Resource: c.route.path, PathParameters: c.params,
		AccountID: cfg.AccountID, APIID: cfg.APIID, DomainName: cfg.DomainName,
		RequestID: c.requestID, Time: c.start, BinaryTypes: cfg.BinaryMediaTypes,
	}
	opt.ForwardedProto, opt.ForwardedPort = c.forwarded()
	return opt
}

// forwarded returns the scheme and the port that the client really used, so that links made from them work locally.
func (c *call) forwarded() (proto, port string) {
	u := *c.r.URL
	u.Host = c.r.Host
	proto, port = "http", u.Port()
	if c.r.TLS != nil {
		proto = "https"
	}
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[proto]
	}
	return proto, port
}

func headerSize(h http.Header) int {
	size := 0
	for name, values := range h {
		for _, value := range values {
			size += len(name) + len(value)
		}
	}
	return size
}

// statusWriter remembers the status for the log.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	if w.status < 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	if w.status < 200 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap serves http.ResponseController.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
