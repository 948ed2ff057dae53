package router

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/aws/aws-lambda-go/events"
)

// Proxy answers an event of a REST API, or of an HTTP API with payload format 1.0, that
// was decoded before. It is for functions
// that are written with the event structs of aws-lambda-go; [Router.Invoke] is
// faster, because it decodes only what is asked for. The error is always nil.
func (r *Router) Proxy(ctx context.Context, ev events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	m := &proxyMessage{ev: ev}
	req := &Request{msg: m, method: ev.HTTPMethod}
	value := func(name string) string { return ev.PathParameters[name] }
	raw := ev.Path
	if ev.Resource == "$default" { // as in payload.target
		raw = stripStage(raw, ev.RequestContext.Stage, ev.RequestContext.DomainName)
	}
	req.fault = req.path.parse(restPath(raw, ev.Resource, ev.RequestContext.Path, value), true)
	resp := r.serve(ctx, req)
	out := proxyResponse(resp, req.method)
	if len(out.Body) > maxAnswer/6 { // the longest escape of a byte in JSON is \u0000
		if encoded, err := json.Marshal(out); err == nil && len(encoded) > maxAnswer {
			out = proxyResponse(tooLargeAnswer(len(encoded), maxAnswer).response(nil), req.method)
		}
	}
	return out, nil
}

// proxyResponse returns a response as the event struct has it.
func proxyResponse(resp *Response, method string) events.APIGatewayProxyResponse {
	a := newAnswer(resp, method, nil)
	out := events.APIGatewayProxyResponse{StatusCode: resp.Status, Headers: make(map[string]string, len(a.names)), IsBase64Encoded: a.base64}
	for _, name := range a.names {
		if values := a.header[name]; len(values) == 1 {
			out.Headers[name] = values[0]
		} else if out.MultiValueHeaders == nil {
			out.MultiValueHeaders = map[string][]string{name: values}
		} else {
			out.MultiValueHeaders[name] = values
		}
	}
	if out.Body = string(a.body); a.base64 {
		out.Body = base64.StdEncoding.EncodeToString(a.body)
	}
	return out
}

// A proxyMessage is a message that comes as a decoded REST event.
type proxyMessage struct {
	ev     events.APIGatewayProxyRequest
	merged http.Header // of both maps, once needed
}

func (m *proxyMessage) source() Source { return REST }

func (m *proxyMessage) header(name string) string { return m.headers().Get(name) }

// headers merges the two maps. Names that differ in case only are taken in their
// order, for maps have none.
func (m *proxyMessage) headers() http.Header {
	if m.merged != nil {
		return m.merged
	}
	h := make(http.Header, len(m.ev.Headers))
	for _, key := range slices.Sorted(maps.Keys(m.ev.MultiValueHeaders)) {
		addHeader(h, key, m.ev.MultiValueHeaders[key]...)
	}
	multi := len(h) > 0
	for _, key := range slices.Sorted(maps.Keys(m.ev.Headers)) {
		if _, ok := h[http.CanonicalHeaderKey(key)]; !ok || !multi {
			addHeader(h, key, m.ev.Headers[key])
		}
	}
	m.merged = h
	return h
}

func (m *proxyMessage) cookies() []string { return nil }

func (m *proxyMessage) limit() int { return maxAnswer }

func (m *proxyMessage) query() url.Values {
	q := make(url.Values, len(m.ev.QueryStringParameters))
	for key, values := range m.ev.MultiValueQueryStringParameters {
		q[key] = append([]string(nil), values...)
	}
	for key, value := range m.ev.QueryStringParameters {
		if !q.Has(key) {
			q[key] = []string{value}
		}
	}
	return q
}

func (m *proxyMessage) body() ([]byte, error) {
	if !m.ev.IsBase64Encoded {
		return []byte(m.ev.Body), nil
	}
	body, err := base64.StdEncoding.DecodeString(m.ev.Body)
	if err != nil {
		return nil, errBase64()
	}
	return body, nil
}

func (m *proxyMessage) requestID() string { return m.ev.RequestContext.RequestID }

func (m *proxyMessage) sourceIP() string { return m.ev.RequestContext.Identity.SourceIP }

func (m *proxyMessage) stage() string { return m.ev.RequestContext.Stage }

func (m *proxyMessage) stageVariable(name string) string { return m.ev.StageVariables[name] }

func (m *proxyMessage) claim(name string) (string, bool) {
	claims, _ := m.ev.RequestContext.Authorizer["claims"].(map[string]any)
	for _, from := range []map[string]any{claims, m.ev.RequestContext.Authorizer} {
		switch v := from[name].(type) {
		case nil:
		case string:
			return v, true
		default:
			text, err := json.Marshal(v)
			return string(text), err == nil
		}
	}
	return "", false
}

func (m *proxyMessage) event(v any) error {
	data, err := json.Marshal(m.ev)
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil {
		return fmt.Errorf("router: event: %w", err)
	}
	return nil
}

func (m *proxyMessage) clone() message {
	c := *m
	return &c
}
