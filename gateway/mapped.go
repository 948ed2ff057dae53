package gateway

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/lambdarest/lambdarest/internal/gwevent"
)

// A ParameterMapping is what an HTTP API changes of requests before they reach an integration, and of its answers before
// they reach the client (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html).
//
// Keys say what is done and where, values with what: a static text, one of the following, or any text with some of them
// in braces, as "${request.path.id}/${context.requestId}".
//
//	$request.header.name  $request.querystring.name  several values are joined with commas
//	$request.path  $request.path.name                the path without the stage, and a variable of the route
//	$request.body  $request.body.name                all of the body, or a JSON path in the first 100 KB of it
//	$context.name  $stageVariables.name
//	$response.header.name  $response.body  $response.body.name   of answers only, which have nothing of the request
//
// All values are those from before any change. Removing goes first, then overwriting, then appending. What has no value
// is left alone. That order, and what happens without a value, AWS does not document.
type ParameterMapping struct {
	// Request has keys of the form append|overwrite|remove:header.name, append|overwrite|remove:querystring.name, and
	// overwrite:path.
	Request map[string]string
	// Response has, by the status of the integration's answer, keys of the form append|overwrite|remove:header.name, and
	// overwrite:statuscode.
	Response map[int]map[string]string
}

// Mapped is an integration of an HTTP API with a mapping of parameters: any of [Proxy], [ProxyV1], [HTTPProxy] and
// [BackendProxy]. A function sees the changes in its event. A path that is overwritten takes the place of all of the path
// in the URI of a BackendProxy. An answer whose body is mapped is collected, up to 10 MB, beyond which the client gets 500;
// others pass as they come. What the gateway answers by itself is not changed.
//
// New refuses headers that AWS reserves, as Authorization and X-Forwarded-For, and keys and values that it does not know.
func Mapped(i Integration, m ParameterMapping) Integration { return mapped{i, m} }

type mapped struct {
	Integration
	parameters ParameterMapping
}

// Check returns what New would refuse.
func (m ParameterMapping) Check() error {
	_, _, err := m.compile()
	return err
}

func (m mapped) build() (endpoint, error) {
	if m.Integration == nil {
		return nil, errors.New("parameter mapping without an integration")
	}
	inner, err := m.Integration.build()
	if err != nil {
		return nil, err
	}
	e := &mappedEndpoint{inner: inner}
	e.request, e.response, err = m.parameters.compile()
	return e, err
}

// A change is one entry of a mapping.
type change struct {
	action, place, name string // the place is header, querystring, path or statuscode
	value               mappedValue
}

// actions are all there are, in the order in which they are done.
var actions = []string{"remove", "overwrite", "append"}

// compile parses a mapping. Changes come out in the order in which they are done.
func (m ParameterMapping) compile() (request []change, response map[int][]change, err error) {
	if request, err = compileChanges(m.Request, "request"); err != nil {
		return nil, nil, err
	}
	response = make(map[int][]change)
	for status, changes := range m.Response {
		if status < 200 || status > 599 {
			return nil, nil, fmt.Errorf("parameter mapping: expected a status from 200 to 599, got %d", status)
		}
		if response[status], err = compileChanges(changes, "response"); err != nil {
			return nil, nil, err
		}
	}
	return request, response, nil
}

func compileChanges(m map[string]string, of string) ([]change, error) {
	var all []change
	for _, key := range slices.Sorted(maps.Keys(m)) {
		ch, err := parseChange(key, m[key], of)
		if err != nil {
			return nil, fmt.Errorf("parameter mapping %q: %w", key, err)
		}
		all = append(all, ch)
	}
	slices.SortStableFunc(all, func(a, b change) int {
		return slices.Index(actions, a.action) - slices.Index(actions, b.action)
	})
	return all, nil
}

// parseChange parses an entry of a mapping of requests or of responses.
func parseChange(key, value, of string) (ch change, err error) {
	var target string
	ch.action, target, _ = strings.Cut(key, ":")
	ch.place, ch.name, _ = strings.Cut(target, ".")
	expected := "append|overwrite|remove:header.name, append|overwrite|remove:querystring.name or overwrite:path"
	if of == "response" {
		expected = "append|overwrite|remove:header.name or overwrite:statuscode"
	}
	switch {
	case !slices.Contains(actions, ch.action):
	case ch.place == "header" && gwevent.ValidName(ch.name):
		if isReserved(ch.name) {
			return ch, errors.New("this header is reserved")
		}
		expected = ""
	case ch.place == "querystring" && ch.name != "" && of == "request":
		expected = ""
	case target == "path" && of == "request", target == "statuscode" && of == "response":
		if ch.action == "overwrite" {
			expected = ""
		}
	}
	if expected != "" {
		return ch, errors.New("expected " + expected)
	}
	if ch.action == "remove" {
		return ch, nil // whose value has no meaning
	}
	if ch.value, err = parseMapped(value, of); err != nil {
		return ch, err
	}
	if text, isStatic := ch.value.static(); isStatic && ch.place == "statuscode" {
		if _, ok := statusOf(text); !ok {
			return ch, fmt.Errorf("expected a status from 200 to 599, got %q", text)
		}
	}
	return ch, nil
}

// isReserved reports whether AWS allows no mapping to a header.
func isReserved(name string) bool {
	name = strings.ToLower(name)
	for _, prefix := range []string{"access-control-", "apigw-", "x-amz-", "x-amzn-"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	switch name {
	case "authorization", "connection", "content-encoding", "content-length", "content-location", "forwarded", "keep-alive", "origin",
		"proxy-authenticate", "proxy-authorization", "te", "trailers", "transfer-encoding", "upgrade", "x-forwarded-for",
		"x-forwarded-host", "x-forwarded-proto", "via":
		return true
	}
	return false
}

func statusOf(text string) (status int, ok bool) {
	status, err := strconv.Atoi(text)
	return status, err == nil && 200 <= status && status <= 599
}

// A mappedEndpoint is an endpoint whose requests and answers are changed.
type mappedEndpoint struct {
	inner    endpoint
	request  []change
	response map[int][]change
}

func (e *mappedEndpoint) serve(w http.ResponseWriter, c *call) *failure {
	original := c.r
	defer func() { c.r = original }() // for the log and the observer
	if fail := c.changeRequest(e.request); fail != nil {
		return fail
	}
	if len(e.response) == 0 {
		return e.inner.serve(w, c)
	}
	mw := &mappedWriter{ResponseWriter: w, c: c, changes: e.response, before: w.Header().Clone()}
	if fail := e.inner.serve(mw, c); fail != nil {
		return fail
	}
	return mw.finish()
}
