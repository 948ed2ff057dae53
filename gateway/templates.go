package gateway

import (
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strings"

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

// Templates set up the integrations [Lambda] and [Mock]. The zero value passes the request's body to the function and
// the function's answer to the client.
type Templates struct {
	// Request holds mapping templates by media type, as "application/json". The Content-Type of the request chooses,
	// without its parameters; a request without one counts as application/json.
	Request map[string]string
	// Passthrough says what to do where no template fits; WhenNoMatch where zero.
	Passthrough Passthrough
	// Responses are the integration responses, tried in this order. Without any, every result gives 200 and passes
	// through.
	Responses []Response
}

// Response is an integration response: what the client gets for some of the function's results.
type Response struct {
	// Pattern is the selection pattern: a regular expression that must match the whole errorMessage of a function's
	// error, or the whole status code that a mock chose. A function's success matches none. "" makes this the default
	// response, which answers everything else.
	//
	// API Gateway has Java's regular expressions, this package has Go's. New refuses what Go lacks: lookaround,
	// backreferences, possessive quantifiers. A dot matches no line break in either; write [\s\S] for one that does.
	Pattern string
	// Status is the method response's status, 200 to 599; 0 means 200.
	Status int
	// Templates holds mapping templates of the result by media type. The request's Accept header chooses, else it is
	// application/json, else the first in alphabetical order (API Gateway's own order is not documented). Without a
	// template, or with an empty one, the result passes through as application/json.
	Templates map[string]string
	// Headers sets headers of the answer (response parameters) from mapping expressions: a literal in single quotes as
	// "'*'", integration.response.body or integration.response.body.<JSONPath>, context.<name>, stageVariables.<name>.
	Headers map[string]string
}

// compiled are Templates after their check.
type compiled struct {
	request     map[string]*vtl.Template
	passthrough Passthrough
	responses   []*response
}

type response struct {
	pattern   *regexp.Regexp // nil for the default
	status    int
	templates map[string]*vtl.Template // nil for an empty template
	headers   []headerMapping
}

func (t Templates) compile() (*compiled, error) {
	request, err := parseTemplates("request", t.Request)
	if err != nil {
		return nil, err
	}
	if t.Passthrough < WhenNoMatch || t.Passthrough > Never {
		return nil, fmt.Errorf("unknown passthrough behaviour %d", t.Passthrough)
	}
	c := &compiled{request: request, passthrough: t.Passthrough}
	hasDefault := false
	for i, r := range t.Responses {
		resp, err := r.compile()
		if err != nil {
			return nil, fmt.Errorf("response %d: %w", i, err)
		}
		if resp.pattern == nil && hasDefault {
			return nil, fmt.Errorf("response %d: a second default response (without a pattern)", i)
		}
		hasDefault = hasDefault || resp.pattern == nil
		c.responses = append(c.responses, resp)
	}
	if len(c.responses) == 0 {
		c.responses = []*response{{status: http.StatusOK}}
	}
	return c, nil
}

func (r Response) compile() (*response, error) {
	resp := &response{status: r.Status}
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
		m, err := parseHeaderMapping(name, r.Headers[name])
		if err != nil {
			return nil, err
		}
		resp.headers = append(resp.headers, m)
	}
	return resp, nil
}

// compilePattern anchors a pattern. It is compiled alone first: "a)|(?:b" is no pattern, but would become one inside
// the anchors.
func compilePattern(pattern string) (*regexp.Regexp, error) {
	if _, err := regexp.Compile(pattern); err != nil {
		return nil, err
	}
	return regexp.Compile(`\A(?:` + pattern + `)\z`)
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
		templates[mediaType(contentType)] = parsed
	}
	return templates, nil
}

// requestTemplate chooses the template for a Content-Type. A nil template passes the body on.
func (c *compiled) requestTemplate(contentType string) (*vtl.Template, *failure) {
	if contentType == "" {
		contentType = "application/json"
	}
	if t, ok := c.request[mediaType(contentType)]; ok {
		return t, nil
	}
	if c.passthrough == Never || c.passthrough == WhenNoTemplates && len(c.request) > 0 {
		return nil, errUnsupportedMediaType()
	}
	return nil, nil
}

// selectResponse returns the first response whose pattern matches, else the default one; nil where there is neither.
// canMatch is false for a function's success.
func (c *compiled) selectResponse(selector string, canMatch bool) *response {
	var fallback *response
	for _, r := range c.responses {
		if r.pattern == nil {
			fallback = r
		} else if canMatch && r.pattern.MatchString(selector) {
			return r
		}
	}
	return fallback
}

// template chooses a response template. The media types of Accept are tried in the order in which they stand.
func (r *response) template(accept string) (contentType string, t *vtl.Template) {
	for part := range strings.SplitSeq(accept, ",") {
		if contentType = mediaType(part); r.templates[contentType] != nil {
			return contentType, r.templates[contentType]
		}
	}
	const json = "application/json"
	if t, ok := r.templates[json]; ok || len(r.templates) == 0 {
		return json, t
	}
	contentType = slices.Min(slices.Collect(maps.Keys(r.templates)))
	return contentType, r.templates[contentType]
}

// mediaType returns a media type without its parameters, in lower case.
func mediaType(header string) string {
	if kind, _, err := mime.ParseMediaType(header); err == nil {
		return kind
	}
	kind, _, _ := strings.Cut(header, ";")
	return strings.ToLower(strings.TrimSpace(kind))
}

// templateFailure is the answer to a request template that fails: the client is to blame only for a body that the
// template wants to read as JSON.
func templateFailure(err error) *failure {
	if errors.Is(err, vtl.ErrMalformedBody) {
		return errBadRequest("Could not process payload")
	}
	return errConfiguration(err)
}
