package router

import (
	"context"
	"strings"
	"testing"
)

// What middleware makes of a response is looked at once more, after the route's own.
func TestMiddlewareCannotBreakAnAnswer(t *testing.T) {
	broken := func(next Handler) Handler {
		return func(ctx context.Context, req *Request) (*Response, error) {
			resp, err := next(ctx, req)
			resp.Header.Set("X-Evil", "a\r\nSet-Cookie: b")
			return resp, err
		}
	}
	r := New(broken)
	r.Get("/a", named("a"))
	if w := do(r, "GET", "/a"); w.Code != 500 || w.Header().Get("X-Evil") != "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

// Of a member that stands twice in a JSON object the last one counts, as in
// encoding/json, and identity has no method.
func TestMembersOfTheContextThatStandTwice(t *testing.T) {
	const http = `"rawPath":"/a","requestContext":{"http":{"method":"GET","sourceIp":"192.0.2.1"}`
	const rest = `"httpMethod":"GET","path":"/a","requestContext":{"identity":{"sourceIp":"192.0.2.1"}`
	for _, tt := range []struct{ event, method, ip string }{
		{http + `,"http":{"method":"POST","sourceIp":"192.0.2.2"}}`, "POST", "192.0.2.2"},
		{http + `,"http":{"method":"PUT"}}`, "PUT", ""},
		{http + `,"http":{"sourceIp":"192.0.2.2"}}`, "", ""},
		{http + `,"http":null}`, "", ""},
		{rest + `,"identity":{}}`, "GET", ""},
		{rest + `,"identity":null}`, "GET", ""},
		{rest + `,"identity":{"sourceIp":"192.0.2.2","method":"PUT"}},"rawPath":"/b"`, "GET", "192.0.2.2"},
	} {
		var r Router
		var method, ip, path string
		r.Handle("/{proxy+}", func(_ context.Context, req *Request) (*Response, error) {
			method, ip, path = req.Method(), req.SourceIP(), req.Path()
			return nil, nil
		})
		_, err := r.Invoke(t.Context(), []byte(`{`+tt.event+`}`))
		if method != tt.method || ip != tt.ip || (err != nil) != (tt.method == "") || err == nil && path != "/a" {
			t.Errorf("%s: %q %q %q, %v", tt.event, method, ip, path, err)
		}
	}
}

// One cookie goes under its name where several need several spellings.
func TestOneCookieKeepsItsName(t *testing.T) {
	p := payload{src: Lattice}
	resp := Text(200, "")
	resp.Header["Set-Cookie"] = []string{"a=1"}
	if got := string(p.encode(resp, "GET")); !strings.Contains(got, `"Set-Cookie":"a=1"`) {
		t.Error(got)
	}
}

// A router without middleware is the same however it was made: what its routes answer is
// looked at once.
func TestNewWithoutMiddlewareHasNoChain(t *testing.T) {
	if r := New(); r.chain != nil {
		t.Error("New makes a chain of no middleware")
	}
}

// A handler of methods that are not allowed may return the same response again, at once
// as well: Allow is added to a copy.
func TestMethodNotAllowedLeavesTheResponseAlone(t *testing.T) {
	var r Router
	r.Get("/a", named("a"))
	shared := Text(405, "no")
	r.MethodNotAllowed(func(context.Context, *Request) (*Response, error) { return shared, nil })
	if w := do(&r, "PUT", "/a"); w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD, OPTIONS" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if got := shared.Header.Get("Allow"); got != "" {
		t.Errorf("the handler's response has Allow: %s", got)
	}
}
