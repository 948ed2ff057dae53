package integration

import (
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/lambdarest/lambdarest/internal/gwevent"
	"github.com/lambdarest/lambdarest/mapping/vtl"
)

// Passthrough says what happens to a request whose Content-Type has no request template (passthroughBehavior).
type Passthrough int

const (
	// WhenNoMatch passes the body on as it is.
	WhenNoMatch Passthrough = iota
	// WhenNoTemplates passes the body on if there are no request templates at all, and answers 415 otherwise.
	WhenNoTemplates
	// Never answers 415.
	Never
)

// Templates define an integration. The zero value passes the request's body to the function and the function's answer to
// the client.
type Templates struct {
	// Request holds mapping templates by media type, as "application/json". The Content-Type of the request chooses,
	// without its parameters; a request without one counts as application/json.
	Request map[string]string
	// Passthrough says what to do where no template fits; WhenNoMatch where zero.
	Passthrough Passthrough
	// ContentHandling converts the body of requests; as it is where zero.
	ContentHandling ContentHandling
	// Parameters are the request parameters of an HTTP backend, from targets, as integration.request.header.X-A,
	// integration.request.querystring.q or integration.request.path.id, to what they are: a literal in single quotes,
	// method.request.header.<name>, .querystring.<name>, .path.<name>, .body or .body.<JSONPath>, method.request.multivalueheader.<name>
	// or .multivaluequerystring.<name> for all values of a name, context.<name> or stageVariables.<name>. What has no value is
	// left out. Functions get none of them.
	Parameters map[string]string
	// Responses are the integration responses, tried in this order. Without any, every result gives 200 and passes
	// through.
	Responses []Response
	// Async invokes the function without waiting for it: the default response answers, with nothing from the function.
	Async bool
}

// Response is an integration response: what the client gets for some of the function's results.
type Response struct {
	// Pattern is the selection pattern: a regular expression of Java's that must match the whole errorMessage of a
	// function's error, or the whole status code that a mock chose or an HTTP backend answered. A function's success matches none. "" makes this
	// the default response, which answers everything else.
	//
	// A dot matches no line break; write [\s\S] for one that does. What Java refuses is an error of [Compile], such as a brace
	// that is not escaped.
	Pattern string
	// Status is the method response's status, 200 to 599; 0 means 200.
	Status int
	// Templates holds mapping templates of the result by media type. The request's Accept header chooses, else it is
	// application/json, else the first in alphabetical order (API Gateway's own order is not documented). Without a
	// template, or with an empty one, the result passes through as application/json.
	Templates map[string]string
	// Headers sets headers of the answer (response parameters) from mapping expressions: a literal in single quotes as
	// "'*'", integration.response.body or integration.response.body.<JSONPath>, context.<name>, stageVariables.<name>.
	// integration.response.header.<name> and integration.response.multivalueheader.<name> are an HTTP backend's; a function's result
	// has no headers, and they set nothing.
	Headers map[string]string
	// ContentHandling converts the body of answers; where zero, the API's binary media types and Accept decide.
	ContentHandling ContentHandling
}

// Integration is the compiled form of Templates. It is immutable and safe for concurrent use.
type Integration struct {
	request     map[string]*vtl.Template
	passthrough Passthrough
	content     ContentHandling
	parameters  []requestParameter
	responses   []*response
	async       bool
}

// Async reports whether the function is invoked asynchronously: its caller gets [Call.Success] of nothing.
func (i *Integration) Async() bool { return i.async }

type response struct {
	pattern   *pattern // nil for the default
	status    int
	templates map[string]*vtl.Template // nil for an empty template
	headers   []parameter
	content   ContentHandling
}

// Compile checks and compiles Templates. The error names the part that is wrong: a template that does not parse, a
// selection pattern that is not a regular expression, a status out of range, a second default response.
func Compile(t Templates) (*Integration, error) {
	i, err := t.compile()
	if err != nil {
		return nil, fmt.Errorf("integration: %w", err)
	}
	return i, nil
}

func (t Templates) compile() (*Integration, error) {
	request, err := parseTemplates("request", t.Request)
	if err != nil {
		return nil, err
	}
	if t.Passthrough < WhenNoMatch || t.Passthrough > Never {
		return nil, fmt.Errorf("unknown passthrough behaviour %d", t.Passthrough)
	}
	i := &Integration{request: request, passthrough: t.Passthrough, content: t.ContentHandling, async: t.Async}
	if i.parameters, err = parseRequestParameters(t.Parameters); err != nil {
		return nil, err
	}
	hasDefault := false
	for n, r := range t.Responses {
		resp, err := r.compile()
		if err != nil {
			return nil, fmt.Errorf("response %d: %w", n, err)
		}
		if resp.pattern == nil && hasDefault {
			return nil, fmt.Errorf("response %d: a second default response (without a pattern)", n)
		}
		hasDefault = hasDefault || resp.pattern == nil
		i.responses = append(i.responses, resp)
	}
	if len(i.responses) == 0 {
		i.responses = []*response{{status: http.StatusOK}}
	}
	return i, i.checkContent()
}

func (r Response) compile() (*response, error) {
	resp := &response{status: r.Status, content: r.ContentHandling}
	if resp.status == 0 {
		resp.status = http.StatusOK
	}
	if resp.status < 200 || resp.status > 599 {
		return nil, fmt.Errorf("status %d is out of range", r.Status)
	}
	var err error
	if r.Pattern != "" {
		if resp.pattern, err = compilePattern(r.Pattern); err != nil {
			return nil, fmt.Errorf("selection pattern: %w", err)
		}
	}
	if resp.templates, err = parseTemplates("response", r.Templates); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(r.Headers)) {
		p, err := parseParameter(name, r.Headers[name])
		if err != nil {
			return nil, err
		}
		resp.headers = append(resp.headers, p)
	}
	return resp, nil
}

// parseTemplates parses templates by media type. Errors call a template by its kind and type.
func parseTemplates(kind string, sources map[string]string) (map[string]*vtl.Template, error) {
	templates := make(map[string]*vtl.Template, len(sources))
	for _, contentType := range slices.Sorted(maps.Keys(sources)) {
		parsed, err := vtl.Parse(kind+" template "+contentType, sources[contentType])
		if err != nil {
			return nil, err
		}
		if sources[contentType] == "" && kind == "response" {
			parsed = nil
		}
		templates[gwevent.MediaType(contentType)] = parsed
	}
	return templates, nil
}
