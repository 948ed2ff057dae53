package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
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
// in the URI of a BackendProxy. An answer whose body is mapped is collected, up to 10 MB, beyond which the client gets 500; others pass as they come. What
// the gateway answers by itself is not changed.
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

// rerouted is what a mapping says of the server behind a [BackendProxy]; it is in the context of the request.
type rerouted struct{ path, host string }

type reroutedKey struct{}

// changeRequest puts a changed copy in the place of the request.
func (c *call) changeRequest(changes []change) *failure {
	if len(changes) == 0 {
		return nil
	}
	from := mappedFrom{c: c, header: c.r.Header}
	values := make([]string, len(changes))
	has := make([]bool, len(changes))
	for i, ch := range changes {
		var err error
		if values[i], has[i], err = ch.value.evaluate(&from); err != nil {
			return readFailure(err)
		}
	}
	to := &rerouted{}
	r := c.r.WithContext(context.WithValue(c.r.Context(), reroutedKey{}, to))
	r.Header = r.Header.Clone()
	r.URL = new(url.URL)
	*r.URL = *c.r.URL
	for i, ch := range changes {
		if has[i] || ch.action == "remove" {
			ch.apply(r, to, values[i])
		}
	}
	c.r = r
	return nil
}

// apply changes a request.
func (ch *change) apply(r *http.Request, to *rerouted, value string) {
	switch {
	case ch.place == "path":
		to.path = "/" + strings.TrimPrefix(value, "/")
		r.URL.Path, r.URL.RawPath = to.path, ""
	case ch.place == "querystring":
		r.URL.RawQuery = ch.query(r.URL.RawQuery, value)
	case strings.EqualFold(ch.name, "Host") && ch.action != "remove":
		to.host = oneLine(value)
		r.Host = to.host
	default:
		ch.header(r.Header, value)
	}
}

// header changes a header.
func (ch *change) header(h http.Header, value string) {
	switch ch.action {
	case "append":
		h.Add(ch.name, oneLine(value))
	case "overwrite":
		h.Set(ch.name, oneLine(value))
	default:
		h.Del(ch.name)
	}
}

// query returns a changed query; the other parameters stay as the client wrote them.
func (ch *change) query(raw, value string) string {
	var kept []string
	for pair := range strings.SplitSeq(raw, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if unescaped, err := url.QueryUnescape(name); err == nil {
			name = unescaped
		}
		if pair != "" && (ch.action == "append" || name != ch.name) {
			kept = append(kept, pair)
		}
	}
	if ch.action != "remove" {
		kept = append(kept, url.QueryEscape(ch.name)+"="+url.QueryEscape(value))
	}
	return strings.Join(kept, "&")
}

// oneLine makes a text fit for a header.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}

// A mappedWriter changes an answer when its status is known. One whose body is mapped is kept until finish.
type mappedWriter struct {
	http.ResponseWriter
	c       *call
	changes map[int][]change

	status int          // of the integration, 0 before it is known
	kept   bytes.Buffer // of a body that is mapped
	keeps  bool
	noBody bool // by the status that was written

	tooLarge bool        // to be kept
	before   http.Header // of the gateway itself
}

// WriteHeader changes the answer, unless its body is to be seen first.
func (w *mappedWriter) WriteHeader(status int) {
	if status < 200 { // to be followed by others
		w.ResponseWriter.WriteHeader(status)
		return
	}
	if w.status != 0 {
		return
	}
	w.status = status
	w.keeps = slices.ContainsFunc(w.changes[status], func(ch change) bool { return ch.value.hasBody })
	if !w.keeps {
		w.writeChanged()
	}
}

// Write writes a part of the body.
func (w *mappedWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	switch {
	case w.noBody:
		return len(b), nil
	case !w.keeps:
		return w.ResponseWriter.Write(b)
	case w.kept.Len()+len(b) > maxBody:
		w.tooLarge = true
		return len(b), nil // finish says it
	}
	return w.kept.Write(b)
}

// FlushError serves http.ResponseController.
func (w *mappedWriter) FlushError() error {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if w.keeps {
		return nil
	}
	return http.NewResponseController(w.ResponseWriter).Flush()
}

// Unwrap serves http.ResponseController.
func (w *mappedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// writeChanged writes the header as it is after the changes.
func (w *mappedWriter) writeChanged() {
	h := w.Header()
	changes := w.changes[w.status]
	from := mappedFrom{c: w.c, header: h.Clone(), body: w.kept.Bytes(), isRead: true}
	status := w.status
	for _, ch := range changes {
		value, ok, err := ch.value.evaluate(&from)
		switch {
		case ch.action != "remove" && (err != nil || !ok):
		case ch.place == "header":
			if ch.header(h, value); ch.action == "remove" {
				h[http.CanonicalHeaderKey(ch.name)] = nil // net/http makes up some of those that are not there
			}
		default:
			if other, ok := statusOf(value); ok {
				status = other
			}
		}
	}
	if w.noBody = status == http.StatusNoContent || status == http.StatusNotModified; w.noBody {
		h.Del("Content-Length")
	}
	w.ResponseWriter.WriteHeader(status)
}

// finish writes an answer that was kept, or that has been left to net/http.
func (w *mappedWriter) finish() *failure {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if w.tooLarge {
		clear(w.Header())
		maps.Copy(w.Header(), w.before)
		return errBadFunction(fmt.Errorf("an answer of more than %d bytes, whose body is mapped", maxBody))
	}
	if !w.keeps {
		return nil
	}
	w.writeChanged()
	if !w.noBody {
		_, _ = w.ResponseWriter.Write(w.kept.Bytes()) // an error means that the client is gone
	}
	return nil
}

// readAll reads the body of a request, and leaves it to be read again.
func readAll(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	if err == nil && r.Body != http.NoBody { // without a body the request is the caller's
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return body, err
}
