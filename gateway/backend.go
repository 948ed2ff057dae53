package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/lambdarest/lambdarest/internal/gwevent"
	"github.com/lambdarest/lambdarest/mapping/integration"
)

// Backend is the HTTP integration (HTTP): a mapping template makes the body of a request to another server, Parameters
// its headers, query and path, and templates make the client's answer from what that server answers. Selection patterns
// are held against its status. Nothing of the client's headers and query reaches it but what Parameters name, and the
// Content-Type; no redirect is followed.
//
// The uri is absolute, with http or https; it may have variables, {name}, which integration.request.path.name sets, and
// ${stageVariables.name}. One in place of the host lets clients choose the server. method is the one of the request; ""
// or "ANY" stands for the client's. A server that cannot be reached gives the client 504
// {"message": "Network error communicating with endpoint"}, one that takes too long 504, and an answer of more than 10 MB 502.
func Backend(uri, method string, t Templates) Integration { return backend{uri, method, t} }

// BackendProxy is the HTTP proxy integration (HTTP_PROXY) with a server by its URI: it gets the client's request, with its
// headers, query and body, and the client gets its answer. parameters are request parameters, as [Templates] has them,
// which are added; in an HTTP API, the variables of the route fill those of the URI without any. See [Backend] for the rest.
func BackendProxy(uri, method string, parameters map[string]string) Integration {
	return backendProxy{uri, method, parameters}
}

type backend struct {
	uri, method string
	templates   Templates
}

func (b backend) build() (endpoint, error) {
	to, err := newTarget(b.uri, b.method)
	if err != nil {
		return nil, err
	}
	i, err := integration.Compile(b.templates)
	if err != nil {
		return nil, err
	}
	return &backendEndpoint{to, i}, nil
}

// A target is where a backend is.
type target struct {
	uri, method string
	transport   http.RoundTripper
}

// The alphabet of names keeps a reference from being anything else.
var uriReference = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\$\{stageVariables\.(\w+)\}|\{([\w.-]+)\+?\}`)
})

func newTarget(uri, method string) (*target, error) {
	u, err := url.Parse(uriReference().ReplaceAllString(uri, "x"))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("expected an http or https URL, got %q", uri)
	}
	if method == "ANY" {
		method = ""
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableCompression = true // an answer is passed on as it comes
	transport.MaxResponseHeaderBytes = maxHeaderBytes
	return &target{uri, method, transport}, nil
}

// at returns the URL with all variables filled in.
func (t *target) at(out *integration.Outgoing, stage map[string]string) (*url.URL, error) {
	text, query, hasQuery := strings.Cut(t.uri, "?")
	text = fill(text, stage, func(name string) string { return out.Path[name] })
	if hasQuery { // in which a path may have what separates parameters
		text += "?" + fill(query, stage, func(name string) string { return url.QueryEscape(unescape(out.Path[name])) })
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("the URI of the backend is no http or https URL once its variables are filled in")
	}
	if len(out.Query) > 0 {
		query := u.Query()
		maps.Copy(query, out.Query)
		u.RawQuery = query.Encode()
	}
	return u, nil
}

// fill fills the variables of a part of a URI in.
func fill(part string, stage map[string]string, value func(name string) string) string {
	return uriReference().ReplaceAllStringFunc(part, func(ref string) string {
		m := uriReference().FindStringSubmatch(ref)
		if m[1] != "" {
			return stage[m[1]]
		}
		return value(m[2])
	})
}

type backendEndpoint struct {
	*target
	integration *integration.Integration
}

func (e *backendEndpoint) serve(w http.ResponseWriter, c *call) *failure {
	mapped, fail := c.mapInto(e.integration, integration.Request{Header: c.r.Header, Query: c.query(), Path: c.params})
	if fail != nil {
		return fail
	}
	out, err := mapped.Outgoing()
	if err != nil {
		return integrationFailure(err)
	}
	ctx, cancel := c.withTimeout(context.WithoutCancel(c.r.Context()))
	defer cancel()
	req, err := e.request(ctx, c, out)
	if err != nil {
		return errConfiguration(err)
	}
	c.noteEvent(out.Body, true)
	resp, err := e.transport.RoundTrip(req)
	if err != nil {
		return errUnreachable(ctx, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	switch {
	case err != nil:
		return errUnreachable(ctx, err)
	case len(body) > maxBody:
		return errBadFunction(fmt.Errorf("the backend's answer has more than %d bytes", maxBody))
	}
	c.noteResult(body, nil, false)
	return respond(w)(mapped.Backend(resp.StatusCode, resp.Header, body))
}

// request makes the request to the backend. One of a method without a meaning for a body has none.
func (e *backendEndpoint) request(ctx context.Context, c *call, out *integration.Outgoing) (*http.Request, error) {
	u, err := e.at(out, c.g.cfg.StageVariables)
	if err != nil {
		return nil, err
	}
	method := orDefault(e.method, c.r.Method)
	body := out.Body
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		body = nil
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), strings.NewReader(string(body)))
	if err != nil {
		return nil, err
	}
	req.Header = out.Header
	req.Host = out.Header.Get("Host")
	req.Header.Del("Host")
	for name, value := range map[string]string{
		"Content-Type": orDefault(c.r.Header.Get("Content-Type"), "application/json"),
		"User-Agent":   "AmazonAPIGateway_" + orDefault(c.g.cfg.APIID, gwevent.APIID),
	} {
		if req.Header.Get(name) == "" {
			req.Header.Set(name, value)
		}
	}
	return req, nil
}

// errUnreachable is the answer where a backend gives none.
func errUnreachable(ctx context.Context, err error) *failure {
	deadline, hasDeadline := ctx.Deadline()
	switch {
	case ctx.Err() != nil:
		return errTimedOut(context.Cause(ctx))
	case hasDeadline && !time.Now().Before(deadline): // of which a dial may have heard before the context has
		return errTimedOut(errDeadline)
	}
	return &failure{reason: unreachable, cause: err}
}

type backendProxy struct {
	uri, method string
	parameters  map[string]string
}

func (p backendProxy) build() (endpoint, error) {
	to, err := newTarget(p.uri, p.method)
	if err != nil {
		return nil, err
	}
	e := &backendProxyEndpoint{target: to}
	if len(p.parameters) > 0 {
		e.parameters, err = integration.Compile(integration.Templates{Parameters: p.parameters})
	}
	return e, err
}

type backendProxyEndpoint struct {
	*target
	parameters *integration.Integration // nil for none
}

func (e *backendProxyEndpoint) serve(w http.ResponseWriter, c *call) (fail *failure) {
	out, err := e.outgoing(c)
	if err != nil {
		return integrationFailure(err)
	}
	raw := c.r.URL.RawQuery
	if len(out.Query) > 0 {
		query := c.query()
		maps.Copy(query, out.Query)
		out.Query, raw = query, ""
	}
	u, err := e.at(out, c.g.cfg.StageVariables)
	if err != nil {
		return errConfiguration(err)
	}
	u.RawQuery = strings.Trim(u.RawQuery+"&"+raw, "&")
	if to, ok := c.r.Context().Value(reroutedKey{}).(*rerouted); ok {
		if to.host != "" {
			out.Header.Set("Host", to.host)
		}
		if to.path != "" {
			u.Path, u.RawPath = to.path, ""
		}
	}
	var failed *failure
	proxy := &httputil.ReverseProxy{
		Transport: e.transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL, r.Out.Host, r.Out.Method = u, out.Header.Get("Host"), orDefault(e.method, c.r.Method)
			out.Header.Del("Host")
			maps.Copy(r.Out.Header, out.Header)
			r.SetXForwarded()
		},
		ErrorHandler: func(_ http.ResponseWriter, r *http.Request, err error) {
			if failed = errUnreachable(r.Context(), err); errors.As(err, new(*http.MaxBytesError)) {
				failed = errBodyTooLarge()
			}
		},
		FlushInterval: -1, // as it comes
		ErrorLog:      slog.NewLogLogger(c.g.log.Handler(), slog.LevelError),
	}
	if fail := (httpProxy{proxy}).serve(w, c); fail != nil {
		return fail
	}
	return failed
}

// outgoing is what differs from the client's request.
func (e *backendProxyEndpoint) outgoing(c *call) (*integration.Outgoing, error) {
	out := &integration.Outgoing{Header: make(http.Header)}
	if e.parameters != nil {
		in, err := c.templateInput()
		if err != nil {
			return nil, err
		}
		mapped, err := e.parameters.Call(integration.Request{Input: in, Header: c.r.Header, Query: c.query(), Path: c.params})
		if err != nil {
			return nil, err
		}
		if out, err = mapped.Outgoing(); err != nil {
			return nil, err
		}
	}
	if c.g.cfg.Kind == HTTP {
		out.Path = make(map[string]string)
		for name, value := range c.params {
			out.Path[name] = url.PathEscape(value)
			if strings.HasSuffix(c.route.path, "{"+name+"+}") {
				out.Path[name] = strings.ReplaceAll(out.Path[name], "%2F", "/")
			}
		}
	}
	return out, nil
}
