package gateway

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/lambdarest/lambdarest/internal/gwevent"
)

// Limits of API Gateway and Lambda, in bytes.
const (
	maxBody    = 10 << 20 // payload of a REST API
	maxHeaders = 10_240   // names and values of all headers of a REST API

	// Lambda says both by itself: "Request must be smaller than 6291456 bytes for the InvokeFunction operation", and
	// "Response payload size exceeded maximum allowed payload size (6291556 bytes)." Its quotas have 6 MB for either.
	maxEvent    = 6 << 20     // what it takes as event of an invocation that is waited for
	maxAnswer   = 6<<20 + 100 // and as its answer
	maxStreamed = 200 << 20   // and as one that is streamed
)

// Config sets up a Gateway. The zero value is ready to use.
type Config struct {
	// Kind is the service that the gateway stands in for; a REST API where zero.
	Kind Kind
	// Stage is what events and templates see as the deployed stage; where empty "prod" for a REST API and "$default"
	// for an HTTP API.
	Stage string
	// StageInURL says that the first segment of the path is the stage, as in URLs of API Gateway's own domains, or of
	// a custom domain whose mapping names no stage. Any other request is refused.
	StageInURL bool
	// BasePath is the path of a custom domain's mapping, as "/pay", or "/" for a mapping at the root; "" stands for
	// API Gateway's own domain. Requests outside of it are refused. Events show it in path, not in resource.
	BasePath string
	// StageVariables are those of the stage.
	StageVariables map[string]string
	// Timeout is how long an integration may take before the client gets 504 (503 from an HTTP API). Zero means the
	// service's own limit: 29 s for a REST API, 30 s for an HTTP API, 15 minutes, the function's longest, for others.
	// It is the deadline of the function's context, too.
	Timeout time.Duration
	// BinaryMediaTypes are a REST API's binaryMediaTypes: the Content-Type of a request makes its body Base64, the
	// first media type of Accept makes a Base64 answer binary. Without any, binary bodies are damaged, as on AWS.
	BinaryMediaTypes []string
	// CORS is the configuration of an HTTP API or of a function URL; nil is none. A REST API has OPTIONS routes.
	CORS *CORS
	// Responses are a REST API's gateway responses by type, as "DEFAULT_4XX" or "UNAUTHORIZED".
	Responses map[string]GatewayResponse
	// APIKeys are the keys that open routes with APIKeyRequired (REST APIs).
	APIKeys []APIKey
	// AccountID, APIID and DomainName appear in events; made-up values where empty.
	AccountID, APIID, DomainName string
	// Log gets one line for a request, with the reason where the gateway itself answered; nil is silent. Bodies and
	// header values are never logged.
	Log *slog.Logger
	// Observe is called once for each request, after the answer, from the request's goroutine; nil is none.
	Observe func(Exchange)
}

// Route binds a method and a resource path to an integration.
type Route struct {
	// Method is an HTTP method in upper case; "" or "ANY" stands for every method that has no route of its own.
	Method string
	// Path is a resource path: "/", "/users", "/users/{id}", "/files/{path+}". A greedy variable stands at the end.
	// "$default", for any Kind but REST, gets what no other route does.
	Path string
	// Integration answers the requests: Proxy, Stream, HTTPProxy, Backend, BackendProxy, Lambda or Mock. Other kinds than REST have
	// Proxy, HTTPProxy and BackendProxy only, a function URL Stream as well, an HTTP API ProxyV1.
	Integration Integration
	// Authorizer decides on requests before the integration gets them: an *[Authorizer], a *[JWT] or [IAM]; nil is none.
	Authorizer Authorization
	// Scopes are those of which a token must have one, where Authorizer is a *[JWT].
	Scopes []string
	// APIKeyRequired refuses requests without one of Config.APIKeys in the header X-Api-Key (REST APIs).
	APIKeyRequired bool
	// Timeout is the integration's own, in place of the gateway's; zero is none.
	Timeout time.Duration
	// Validation is what requests must have, after the authorizer has let them pass (REST APIs); nil is nothing.
	Validation *Validation
}

// Integration is what stands behind a route: made by [Proxy], [ProxyV1], [Stream], [HTTPProxy], [Backend], [BackendProxy], [Lambda]
// or [Mock], or of one of them by [Mapped].
type Integration interface {
	// build checks the integration, once, when the gateway is made.
	build() (endpoint, error)
}

// endpoint answers the requests of one route. It writes an answer and returns nil, or writes nothing and returns what
// the gateway answers instead.
type endpoint interface {
	serve(w http.ResponseWriter, c *call) *failure
}

// Gateway serves the routes of one API. It is safe for concurrent use: handlers in this process are called
// concurrently, unlike in Lambda's sandbox.
type Gateway struct {
	cfg       Config
	rules     rules
	routes    table
	responses gatewayResponses
	keys      map[keyHash]APIKey
	log       *slog.Logger

	streamTimeout time.Duration // of streamed answers
	answers       sync.Pool     // of *gwevent.Answer
}

// New makes a gateway. The error names the route that is wrong: a bad path, two routes for the same requests, a
// template that does not parse, a selection pattern that is not a regular expression.
//
// Unlike API Gateway, New accepts sibling variables of different names, as /{a}/x and /{b}/y.
func New(cfg Config, routes ...Route) (*Gateway, error) {
	g := &Gateway{cfg: cfg, rules: cfg.Kind.rules(), responses: maps.Clone(cfg.Responses), log: cfg.Log}
	if g.cfg.Stage == "" {
		g.cfg.Stage = g.rules.stage
	}
	if g.streamTimeout = g.cfg.Timeout; g.cfg.Timeout <= 0 {
		g.cfg.Timeout, g.streamTimeout = g.rules.timeout, longestTimeout
	}
	if err := g.check(); err != nil {
		return nil, err
	}
	g.cfg.StageVariables = maps.Clone(cfg.StageVariables)
	g.cfg.BinaryMediaTypes = append([]string{}, cfg.BinaryMediaTypes...) // not nil: see gwevent.Options
	if g.log == nil {
		g.log = slog.New(slog.DiscardHandler)
	}
	for i, r := range routes {
		if err := g.add(r); err != nil {
			return nil, fmt.Errorf("gateway: route %d (%q): %w", i, cmp.Or(r.Method, "ANY")+" "+r.Path, err)
		}
	}
	g.routes.sort()
	for _, r := range g.routes {
		r.resourceID, r.deploymentID = gwevent.IDs(g.cfg.APIID, r.path)
		r.deadlines = &deadlines{limit: orDefault(r.timeout, g.cfg.Timeout)}
	}
	return g, nil
}

// check refuses what the kind lacks, rather than leave it without effect.
func (g *Gateway) check() error {
	cfg := &g.cfg
	switch {
	case cfg.Kind < REST || cfg.Kind > ALBMultiValue:
		return fmt.Errorf("gateway: unknown kind %d", int(cfg.Kind))
	case cfg.CORS != nil && cfg.Kind != HTTP && cfg.Kind != FunctionURL:
		return fmt.Errorf("gateway: CORS of a %v; only HTTP APIs and function URLs have it", cfg.Kind)
	case cfg.Kind != REST && (len(cfg.Responses) > 0 || len(cfg.APIKeys) > 0):
		return fmt.Errorf("gateway: gateway responses or API keys of a %v; only REST APIs have them", cfg.Kind)
	case cfg.BasePath != "" && !strings.HasPrefix(cfg.BasePath, "/"):
		return fmt.Errorf("gateway: base path %q does not start with a slash", cfg.BasePath)
	}
	if err := g.responses.check(); err != nil {
		return err
	}
	if err := cfg.CORS.check(); err != nil {
		return err
	}
	var err error
	g.keys, err = indexKeys(cfg.APIKeys)
	return err
}

// add adds a route that the kind can have.
func (g *Gateway) add(r Route) error {
	kind := g.cfg.Kind
	isDefault := r.Path == defaultPath
	switch {
	case isDefault && kind == REST:
		return errors.New("a REST API has no $default route")
	case isDefault && r.Method != "" && r.Method != "ANY":
		return errors.New("the $default route has no method")
	case !isDefault && !g.rules.routes:
		return fmt.Errorf("a %v has no routes but $default", kind)
	case r.APIKeyRequired && kind != REST:
		return errors.New("only routes of REST APIs can require an API key")
	}
	if err := r.checkAuthorizer(kind); err != nil {
		return err
	}
	if err := r.Validation.check(kind); err != nil {
		return err
	}
	inner := r.Integration
	if m, ok := inner.(mapped); ok {
		if inner = m.Integration; kind != HTTP {
			return fmt.Errorf("a %v has no parameter mapping of this kind", kind)
		}
	}
	switch i := inner.(type) {
	case proxy:
		if i.isV1 && kind != HTTP {
			return fmt.Errorf("a %v has no payload format 1.0 to choose", kind)
		}
	case stream:
		if kind != REST && kind != FunctionURL {
			return fmt.Errorf("a %v does not stream", kind)
		}
	case httpProxy, backendProxy, nil:
	default:
		if kind != REST {
			return fmt.Errorf("a %v has proxy integrations only", kind)
		}
	}
	return g.routes.add(r)
}

// checkAuthorizer refuses what the kind, or the authorizer, cannot have. A nil pointer is no authorizer.
func (r *Route) checkAuthorizer(kind Kind) error {
	switch a := r.Authorizer.(type) {
	case *Authorizer:
		if a == nil {
			r.Authorizer = nil
		}
	case *JWT:
		if a == nil {
			r.Authorizer = nil
		}
	}
	if _, isJWT := r.Authorizer.(*JWT); len(r.Scopes) > 0 && !isJWT {
		return errors.New("scopes without a JWT authorizer")
	}
	if r.Authorizer == nil {
		return nil
	}
	return r.Authorizer.check(kind)
}

// ServeHTTP answers one request. It panics where the handler of an [HTTPProxy] panics after the first byte, where a
// streamed answer breaks off, or with http.ErrAbortHandler, so that net/http ends the connection.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{g: g, r: r, start: time.Now(), headerNames: headerNames(r.Context())}
	c.requestID[0], c.writer.ResponseWriter = gwevent.NewRequestID(), w
	sw := &c.writer
	sw.Header()[g.idHeader()] = c.requestID[:]
	switch r.Body {
	case http.NoBody:
	case nil: // of a request that no server has read
		c.ownRequest()
		c.r.Body = http.NoBody
	default:
		c.ownRequest()
		c.r.Body = http.MaxBytesReader(w, r.Body, g.rules.body)
	}
	c.observer = newObserver(c, sw)
	var fail *failure
	defer func() {
		v := recover() // of a handler that has begun its answer
		if v != nil && fail == nil {
			fail = errBadFunction(panicCause(v))
		}
		g.logCall(c, sw.status, fail)
		c.observer.report(sw, fail)
		if v != nil {
			panic(v) // net/http ends the connection
		}
	}()
	if g.cfg.CORS.preflight(sw, r) {
		return
	}
	cw := g.cfg.CORS.writer(sw, r)
	if fail = g.serve(cw, c); fail == nil {
		return
	}
	if fail.reason == brokenOff {
		panic(http.ErrAbortHandler)
	}
	g.writeFailure(cw, c, fail)
}

// idHeader is the header with the request id.
func (g *Gateway) idHeader() string {
	if g.cfg.Kind == HTTP {
		return "Apigw-Requestid"
	}
	return "X-Amzn-Requestid"
}

func (g *Gateway) serve(w http.ResponseWriter, c *call) *failure {
	if headerSize(c.r.Header) > g.rules.headers {
		return errHeadersTooLarge()
	}
	if c.r.ContentLength > g.rules.body {
		return errBodyTooLarge()
	}
	if !c.stripPrefix() {
		return &failure{reason: noMapping}
	}
	path := c.r.URL.EscapedPath()
	if c.route, c.params = g.routes.match(g.cfg.Kind, c.r.Method, path); c.route == nil {
		return errNoRoute()
	}
	if fail := c.checkAPIKey(); fail != nil {
		return fail
	}
	if c.route.authorizer != nil {
		if fail := c.route.authorizer.authorize(c); fail != nil {
			return fail
		}
	}
	if fail := c.validate(c.route.validation); fail != nil {
		return fail
	}
	return c.route.endpoint.serve(w, c)
}

func (g *Gateway) logCall(c *call, status int, fail *failure) {
	level := slog.LevelInfo
	if fail != nil && fail.cause != nil {
		level = slog.LevelError
	}
	if !g.log.Enabled(c.r.Context(), level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("method", c.r.Method), slog.String("path", c.r.URL.EscapedPath()), slog.Int("status", status),
		slog.Float64("duration_ms", float64(time.Since(c.start))/float64(time.Millisecond)), slog.String("request_id", c.requestID[0]),
	}
	if c.route != nil {
		attrs = append(attrs, slog.String("resource", c.route.path))
	}
	if c.functionID != "" {
		attrs = append(attrs, slog.String("invocation", c.functionID))
	}
	if level == slog.LevelError {
		attrs = append(attrs, slog.String("error", fail.cause.Error()))
		if panicked := (*panicError)(nil); errors.As(fail.cause, &panicked) {
			attrs = append(attrs, slog.String("stack", string(panicked.stack)))
		}
	}
	g.log.LogAttrs(context.WithoutCancel(c.r.Context()), level, "request", attrs...)
}

// takeAnswer returns an answer to fill, giveBack keeps one, without what it holds, for the next request.
func (g *Gateway) takeAnswer() *gwevent.Answer {
	if a, ok := g.answers.Get().(*gwevent.Answer); ok {
		return a
	}
	return new(gwevent.Answer)
}

func (g *Gateway) giveBack(a *gwevent.Answer) {
	clear(a.Header)
	*a = gwevent.Answer{Header: a.Header}
	g.answers.Put(a)
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
	copyTo io.Writer // for the observer; nil for none
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
	if w.copyTo != nil {
		_, _ = w.copyTo.Write(b) // never fails
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap serves http.ResponseController.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
