package mappingtest

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/lambdarest/lambdarest/internal/gwevent"
	"github.com/lambdarest/lambdarest/mapping/vtl"
)

// Option says what of a request's context a template can see.
type Option func(*options)

type options struct {
	resource  string
	stage     string
	variables map[string]string
	context   map[string]any
}

// Resource is the resource path of the API, as "/users/{id}" or "/files/{path+}": its variables are the path parameters,
// and the request's path must match it. Without one there are no path parameters.
func Resource(path string) Option { return func(o *options) { o.resource = path } }

// Stage is the deployed stage; "prod" without it.
func Stage(name string) Option { return func(o *options) { o.stage = name } }

// StageVariables are those of the stage.
func StageVariables(variables map[string]string) Option {
	return func(o *options) { o.variables = variables }
}

// Context adds to $context, or replaces, as {"authorizer": {"principalId": "kim"}} does. The values are of the types that
// vtl.Input takes.
func Context(members map[string]any) Option { return func(o *options) { o.context = members } }

// Request renders the template for a request as API Gateway's REST API would hand it over: the last value of each header and
// query parameter, path parameters decoded once, $context with made-up ids.
func (tpl *Template) Request(r *http.Request, opts ...Option) *Rendering {
	tpl.t.Helper()
	return tpl.Input(Input(tpl.t, r, opts...))
}

// Input returns what a template sees of a request: for vtl, or for mapping/integration.
func Input(t testing.TB, r *http.Request, opts ...Option) vtl.Input {
	t.Helper()
	o := options{stage: "prod"}
	for _, option := range opts {
		option(&o)
	}
	in, err := o.input(r)
	if err != nil {
		t.Fatalf("mappingtest: %v", err)
	}
	return in
}

func (o *options) input(r *http.Request) (vtl.Input, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return vtl.Input{}, fmt.Errorf("reading the body of the request: %w", err)
		}
	}
	path, err := pathParameters(o.resource, r.URL.EscapedPath())
	if err != nil {
		return vtl.Input{}, err
	}
	data, err := gwevent.ForTemplate(r, gwevent.Options{
		Source: gwevent.REST, Stage: o.stage, StageVariables: o.variables, Resource: o.resource, PathParameters: path,
	})
	if err != nil {
		return vtl.Input{}, err
	}
	maps.Copy(data.Context, o.context)
	return vtl.Input{Body: body, Path: path, Query: data.Query, Header: data.Header, Context: data.Context, StageVariables: o.variables}, nil
}

// pathParameters holds a path against a resource path segment by segment.
func pathParameters(resource, path string) (map[string]string, error) {
	if resource == "" {
		return nil, nil
	}
	mismatch := fmt.Errorf("the path %q is not one of %q", path, resource)
	want, got := segments(resource), segments(path)
	values := make(map[string]string)
	for i, segment := range want {
		if i >= len(got) {
			return nil, mismatch
		}
		name, isVariable := strings.CutPrefix(segment, "{")
		name = strings.TrimSuffix(name, "}")
		if greedy, ok := strings.CutSuffix(name, "+"); ok && isVariable {
			values[greedy] = unescape(strings.Join(got[i:], "/"))
			return values, nil
		}
		if !isVariable && got[i] != segment {
			return nil, mismatch
		}
		if isVariable {
			values[name] = unescape(got[i])
		}
	}
	if len(got) != len(want) {
		return nil, mismatch
	}
	return values, nil
}

func segments(path string) []string { return strings.Split(strings.Trim(path, "/"), "/") }

func unescape(segment string) string {
	if decoded, err := url.PathUnescape(segment); err == nil {
		return decoded
	}
	return segment
}
