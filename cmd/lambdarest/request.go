package main

import (
	"bytes"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/lambdarest/lambdarest/internal/gwevent"
)

// requestFlags describe a request, for the commands that make an event of one or render a template against it.
type requestFlags struct {
	method, path, body, stage, resource string
	headers                             list
	params, variables                   pairs
}

func (r *requestFlags) add(flags *flag.FlagSet) {
	r.params, r.variables = pairs{}, pairs{}
	flags.StringVar(&r.method, "method", "GET", "`METHOD` of the request")
	flags.StringVar(&r.path, "path", "/", "`PATH` of the request, percent-encoded, with its ?query")
	flags.StringVar(&r.body, "body", "", "`TEXT` of the body, @FILE for a file, or @- for stdin")
	flags.Var(&r.headers, "header", "`\"NAME: VALUE\"`; may be repeated")
	flags.StringVar(&r.stage, "stage", "", "`NAME` of the stage")
	flags.StringVar(&r.resource, "resource", "", "`PATTERN` that matched, as /users/{id}; for HTTP APIs with its method; the event has /{proxy+} or $default where empty")
	flags.Var(r.params, "param", "path parameter `NAME=VALUE`; may be repeated")
	flags.Var(r.variables, "stage-variable", "`NAME=VALUE`; may be repeated")
}

func (r *requestFlags) request() (*http.Request, []byte, error) {
	body, err := text(r.body)
	if err != nil {
		return nil, nil, err
	}
	if !strings.HasPrefix(r.path, "/") {
		return nil, nil, fmt.Errorf("-path %q does not start with a slash", r.path)
	}
	u, err := url.ParseRequestURI(r.path)
	if err != nil {
		return nil, nil, fmt.Errorf("-path: %w", err)
	}
	req, err := http.NewRequest(strings.ToUpper(r.method), u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	for _, header := range r.headers {
		name, value, ok := strings.Cut(header, ":")
		if !ok || !gwevent.ValidName(name) {
			return nil, nil, fmt.Errorf("-header %q: expected NAME: VALUE", header)
		}
		req.Header.Add(name, strings.TrimSpace(value))
	}
	return req, body, nil
}

func (r *requestFlags) options(source gwevent.Source) gwevent.Options {
	opt := gwevent.Options{Source: source, Stage: r.stage, StageVariables: r.variables}
	if r.resource != "" || len(r.params) > 0 {
		opt.Resource, opt.RouteKey, opt.PathParameters = r.resource, r.resource, r.params
	}
	if _, path, ok := strings.Cut(r.resource, " "); ok { // a route key, of which format 1.0 has the path as well
		opt.Resource = path
	}
	return opt
}

// eventKinds are the kinds of events that commands can make, by the names of their flags: those of requests first, in the
// order of gwevent.Sources.
var eventKinds = []string{"rest", "http", "url", "alb", "alb-multi", "lattice", "http-v1", "schedule", "sqs", "sns"}

func (r *requestFlags) event(kind string) ([]byte, error) {
	switch kind {
	case "schedule":
		return scheduledEvent("local", time.Now()), nil
	case "sqs", "sns":
		body, err := text(r.body)
		if kind == "sqs" {
			return queueEvent(string(body), time.Now()), err
		}
		return topicEvent(string(body), time.Now()), err
	}
	if i := slices.Index(eventKinds, kind); i >= 0 {
		req, _, err := r.request()
		if err != nil {
			return nil, err
		}
		return gwevent.New(req, r.options(gwevent.Sources()[i]))
	}
	return nil, noKind(kind)
}

func noKind(kind string) error {
	return fmt.Errorf("no events of kind %q; there are %s", kind, strings.Join(eventKinds, ", "))
}
