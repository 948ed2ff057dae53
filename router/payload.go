package router

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/lambdarest/lambdarest/internal/handover"
	"github.com/lambdarest/lambdarest/internal/jsonscan"
)

// A payload is a message that comes as a raw event.
type payload struct {
	ev    event
	src   Source
	ctx   context.Context // the invocation's, for what few ask of it
	index []member        // of the headers, those of multiValueHeaders first, once needed
}

// parse takes the event apart, or a copy of it: Lambda's runtime uses its buffer again.
func (p *payload) parse(ctx context.Context, data []byte) (err error) {
	if !handover.IsOwn(ctx, data) {
		data = bytes.Clone(data)
	}
	p.ctx = ctx
	p.src, err = p.ev.parse(data)
	return err
}

// target returns the request's method, and sets its path.
func (p *payload) target(to *path) (method string, err error) {
	ev := &p.ev
	switch p.src {
	case HTTP:
		return ev.str(ev.context.httpMethod), p.httpPath(to)
	case FunctionURL:
		return ev.str(ev.context.httpMethod), to.parse(ev.str(ev.rawPath), true)
	case Lattice:
		return ev.str(ev.method), to.parse(p.latticePath(), true)
	case ALB:
		return ev.str(ev.httpMethod), to.parse(ev.str(ev.path), true)
	}
	resource := ev.str(ev.resource)
	raw := ev.str(ev.path)
	if resource == "$default" { // an HTTP API with payload format 1.0
		raw = stripStage(raw, ev.str(ev.context.stage), ev.str(ev.context.domainName))
	}
	return ev.str(ev.httpMethod), to.parse(restPath(raw, resource, ev.str(ev.context.path), p.pathParameter), true)
}

// pathParameter returns what the event says that a variable of its resource or route
// stands for.
func (p *payload) pathParameter(name string) string {
	return str(lookup(p.ev.at(p.ev.pathParameters), name))
}

// httpPath sets the path of an HTTP API's event: what its route key says, or
// the rawPath without the stage.
func (p *payload) httpPath(to *path) error {
	raw := p.ev.str(p.ev.rawPath)
	if to.fill(p.ev.str(p.ev.routeKey), p.pathParameter) {
		to.slash = strings.HasSuffix(raw, "/") && !strings.HasSuffix(to.text, "%2F") // it belongs to a variable there
		return nil
	}
	return to.parse(stripStage(raw, p.ev.str(p.ev.context.stage), p.ev.str(p.ev.context.domainName)), false)
}

// latticePath returns the path of a VPC Lattice event without the query that
// version 1 has behind it.
func (p *payload) latticePath() string {
	raw := p.ev.latticePath
	if raw == (span{}) {
		raw = p.ev.path
	}
	path, _, _ := strings.Cut(p.ev.str(raw), "?")
	return path
}

func (p *payload) source() Source { return p.src }

func (p *payload) header(name string) string {
	v := p.findHeader(name)
	if v == nil && strings.EqualFold(name, "Cookie") {
		return strings.Join(list(p.ev.at(p.ev.cookies)), "; ")
	}
	return first(v)
}

// findHeader returns the raw value of a header: an array of strings or a string.
func (p *payload) findHeader(name string) []byte {
	if p.index == nil {
		p.index = appendMembers(make([]member, 0, 32), p.ev.at(p.ev.multiValueHeaders))
		p.index = appendMembers(p.index, p.ev.at(p.ev.headers))
	}
	return find(p.index, name)
}

// headers merges the two maps: what multiValueHeaders has of a name is complete,
// and headers holds the last value of it.
func (p *payload) headers() http.Header {
	h := make(http.Header)
	for _, m := range appendMembers(nil, p.ev.at(p.ev.multiValueHeaders)) {
		addHeader(h, m.key, list(m.value)...)
	}
	multi := len(h) > 0
	for _, m := range appendMembers(nil, p.ev.at(p.ev.headers)) {
		if _, ok := h[http.CanonicalHeaderKey(m.key)]; !ok || !multi {
			addHeader(h, m.key, list(m.value)...)
		}
	}
	if cookies := list(p.ev.at(p.ev.cookies)); len(cookies) > 0 && h["Cookie"] == nil {
		h["Cookie"] = []string{strings.Join(cookies, "; ")}
	}
	return h
}

func addHeader(h http.Header, name string, values ...string) {
	name = http.CanonicalHeaderKey(name)
	if len(values) > 0 {
		h[name] = append(h[name], values...)
	}
}

// cookies returns the event's own list: HTTP APIs send it in place of the header,
// function URLs beside it.
func (p *payload) cookies() []string { return list(p.ev.at(p.ev.cookies)) }

func (p *payload) query() url.Values {
	ev := &p.ev
	if raw, ok := p.rawQuery(); ok {
		return parseQuery(raw)
	}
	q := make(url.Values)
	for _, m := range appendMembers(nil, ev.at(ev.multiValueQuery)) {
		key := p.queryText(m.key)
		q[key] = append(q[key], p.queryTexts(list(m.value))...)
	}
	for _, m := range appendMembers(nil, ev.at(ev.queryString)) {
		if key := p.queryText(m.key); !q.Has(key) {
			q[key] = p.queryTexts(list(m.value))
		}
	}
	return q
}

// rawQuery returns the query string where the source sends it as the client did.
func (p *payload) rawQuery() (raw string, ok bool) {
	switch p.src {
	case HTTP, FunctionURL:
		return p.ev.str(p.ev.rawQueryString), p.ev.isString(p.ev.rawQueryString)
	case Lattice:
		_, raw, ok = strings.Cut(p.ev.str(p.ev.latticePath), "?")
	}
	return raw, ok
}

// queryText decodes a key or value of a query map: ALBs send them as the client
// did, API Gateway has decoded them. For VPC Lattice this is not verified on AWS; it
// is taken to decode.
func (p *payload) queryText(s string) string {
	if p.src == ALB {
		s, _ = unescape(s, true)
	}
	return s
}

func (p *payload) queryTexts(values []string) []string {
	for i, v := range values {
		values[i] = p.queryText(v)
	}
	return values
}

func (p *payload) body() ([]byte, error) {
	raw := p.ev.at(p.ev.body)
	if !isString(raw) {
		return []byte{}, nil
	}
	body := jsonscan.AppendText(make([]byte, 0, len(raw)), raw)
	if string(p.ev.at(p.ev.isBase64Encoded)) != "true" {
		return body, nil
	}
	n, err := base64.StdEncoding.Decode(body, body)
	if err != nil {
		return nil, errBase64()
	}
	return body[:n], nil
}

func (p *payload) requestID() string {
	if id := p.ev.str(p.ev.context.requestID); id != "" {
		return id
	}
	if lc, ok := lambdacontext.FromContext(p.ctx); ok {
		return lc.AwsRequestID
	}
	return ""
}

func (p *payload) sourceIP() string { return p.ev.str(p.ev.context.sourceIP) }

func (p *payload) stage() string { return p.ev.str(p.ev.context.stage) }

func (p *payload) stageVariable(name string) string {
	return str(lookup(p.ev.at(p.ev.stageVariables), name))
}

// claim looks where authorizers put claims: JWT authorizers of HTTP APIs below
// jwt.claims, their Lambda authorizers below lambda, Cognito authorizers of REST
// APIs below claims, Lambda authorizers of REST APIs at the top.
func (p *payload) claim(name string) (string, bool) {
	a := p.ev.at(p.ev.context.authorizer)
	for _, claims := range [][]byte{lookup(lookup(a, "jwt"), "claims"), lookup(a, "lambda"), lookup(a, "claims"), a} {
		switch v := lookup(claims, name); {
		case isString(v):
			return str(v), true
		case !isNull(v):
			return view(v), true
		}
	}
	return "", false
}

func (p *payload) event(v any) error {
	if err := json.Unmarshal(p.ev.data, v); err != nil {
		return fmt.Errorf("router: event: %w", err)
	}
	return nil
}

func (p *payload) limit() int {
	if p.src == ALB {
		return maxAnswerALB
	}
	return maxAnswer
}

func (p *payload) clone() message {
	c := *p
	return &c
}
