package router

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

const albMultiChanges = `{"headers":null,"multiValueHeaders":{}}`

// answerTo invokes a router with one handler for everything, and checks what
// holds for every answer.
func answerTo(t testing.TB, event []byte, resp *Response, err error) map[string]any {
	t.Helper()
	var r Router
	r.Handle("/{proxy+}", func(context.Context, *Request) (*Response, error) { return resp, err })
	out, err := r.Invoke(t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	var answer map[string]any
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatalf("%v: %.200s", err, out)
	}
	return answer
}

func jsonOf(t testing.TB, s string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		t.Fatalf("%v: %s", err, s)
	}
	return v
}

func TestAnswerForms(t *testing.T) {
	cookies := []string{"a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "b=2"}
	resp := &Response{Status: 201, Header: http.Header{
		"Content-Type": {"text/plain"}, "Set-Cookie": cookies, "X-A": {"1", "2"}, "X-None": {}, "Content-Length": {"99"}, "Connection": {"close"},
	}, Body: []byte("<é>\n")}
	for _, tt := range []struct{ name, base, changes, want string }{
		{"REST", restEvent, `{}`, `{"statusCode":201,"headers":{"Content-Type":"text/plain"},
			"multiValueHeaders":{"Set-Cookie":["a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT","b=2"],"X-A":["1","2"]},"body":"<é>\n","isBase64Encoded":false}`},
		{"HTTP", httpEvent, `{}`, `{"statusCode":201,"headers":{"Content-Type":"text/plain","X-A":"1, 2"},
			"cookies":["a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT","b=2"],"body":"<é>\n","isBase64Encoded":false}`},
		{"FunctionURL", urlEvent, `{}`, `{"statusCode":201,"headers":{"Content-Type":"text/plain","X-A":"1, 2"},
			"cookies":["a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT","b=2"],"body":"<é>\n","isBase64Encoded":false}`},
		{"ALB", albEvent, `{}`, `{"statusCode":201,"statusDescription":"201 Created","headers":{"Content-Type":"text/plain","X-A":"1, 2",
			"SET-COOKIE":"a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT","SET-COOKIe":"b=2"},"body":"<é>\n","isBase64Encoded":false}`},
		{"Lattice", latticeEvent2, `{}`, `{"statusCode":201,"statusDescription":"201 Created","headers":{"Content-Type":"text/plain","X-A":"1, 2",
			"SET-COOKIE":"a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT","SET-COOKIe":"b=2"},"body":"<é>\n","isBase64Encoded":false}`},
		{"ALB, multi-value", albEvent, albMultiChanges, `{"statusCode":201,"statusDescription":"201 Created","multiValueHeaders":{"Content-Type":["text/plain"],
			"X-A":["1","2"],"Set-Cookie":["a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT","b=2"]},"body":"<é>\n","isBase64Encoded":false}`},
	} {
		if got := answerTo(t, mergeEvent(t, tt.base, tt.changes), resp, nil); !reflect.DeepEqual(any(got), jsonOf(t, tt.want)) {
			t.Errorf("%s:\n got %v\nwant %v", tt.name, got, jsonOf(t, tt.want))
		}
	}
}

func TestCookieSpellings(t *testing.T) {
	last := ""
	for n := range 1 << 9 {
		s := spelling("SET-COOKIE", n)
		if s <= last || !strings.EqualFold(s, "Set-Cookie") {
			t.Fatalf("spelling %d is %q, after %q", n, s, last)
		}
		last = s
	}
}

func TestAnswerBodies(t *testing.T) {
	png := "\x89PNG\r\n\x1a\n\x00"
	for _, tt := range []struct {
		name        string
		resp        *Response
		contentType string
		base64      bool
	}{
		{"text", Text(200, "한"), "text/plain; charset=utf-8", false},
		{"not UTF-8", &Response{Status: 200, Header: http.Header{"Content-Type": {"text/plain"}}, Body: []byte("\xff")}, "text/plain", true},
		{"a binary type", &Response{Status: 200, Header: http.Header{"Content-Type": {"Image/PNG; x=y"}}, Body: []byte("a")}, "Image/PNG; x=y", true},
		{"svg is text", &Response{Status: 200, Header: http.Header{"Content-Type": {"image/svg+xml"}}, Body: []byte("<svg/>")}, "image/svg+xml", false},
		{"compressed", &Response{Status: 200, Header: http.Header{"Content-Type": {"application/json"}, "Content-Encoding": {"gzip"}}, Body: []byte("x")}, "application/json", true},
		{"detected", &Response{Status: 200, Body: []byte(png)}, "image/png", true},
		{"compressed, of no type", &Response{Status: 200, Header: http.Header{"Content-Encoding": {"gzip"}}, Body: []byte("\x1f\x8b\x08")}, "", true},
		{"detected text", &Response{Status: 200, Body: []byte("<html>")}, "text/html; charset=utf-8", false},
	} {
		for source, base := range allEvents {
			got := answerTo(t, []byte(base), tt.resp, nil)
			body := got["body"].(string)
			if got["isBase64Encoded"] != tt.base64 {
				t.Errorf("%s, %s: isBase64Encoded is %v", source, tt.name, got["isBase64Encoded"])
			}
			if tt.base64 {
				decoded, err := base64.StdEncoding.DecodeString(body)
				if err != nil {
					t.Errorf("%s, %s: %v", source, tt.name, err)
				}
				body = string(decoded)
			}
			contentType, _ := got["headers"].(map[string]any)["Content-Type"].(string)
			if body != string(tt.resp.Body) || contentType != tt.contentType {
				t.Errorf("%s, %s: body %q, headers %v", source, tt.name, body, got["headers"])
			}
		}
	}
}

func TestEmptyAnswers(t *testing.T) {
	if got := answerTo(t, []byte(restEvent), nil, nil); got["statusCode"] != 200.0 || got["body"] != "" {
		t.Errorf("nil response: %v", got)
	}
	for _, resp := range []*Response{NoContent(), {Status: 304, Body: []byte("x")}, {Status: 204, Body: []byte("x")}} {
		if got := answerTo(t, []byte(restEvent), resp, nil); got["body"] != "" || got["statusCode"] != float64(resp.Status) {
			t.Errorf("%+v: %v", resp, got)
		}
	}
	spellings := &Response{Status: 200, Header: http.Header{"content-type": {"text/plain"}, "set-cookie": {"a=1"}, "Set-Cookie": {"b=2"}}, Body: []byte("{}")}
	if got := answerTo(t, []byte(httpEvent), spellings, nil); !reflect.DeepEqual(got["cookies"], []any{"b=2", "a=1"}) || !reflect.DeepEqual(got["headers"], map[string]any{"Content-Type": "text/plain"}) {
		t.Errorf("names in several spellings: %v", got)
	}
	head := mergeEvent(t, restEvent, `{"httpMethod":"HEAD"}`)
	if got := answerTo(t, head, Text(200, "body"), nil); got["body"] != "" || got["headers"].(map[string]any)["Content-Type"] == nil {
		t.Errorf("HEAD: %v", got)
	}
}

// What would be a 502 at the gateway, or a header smuggled in, is a 500.
func TestInvalidAnswersAre500(t *testing.T) {
	for _, resp := range []*Response{
		{}, {Status: 99}, {Status: 600}, {Status: 1000}, {Status: -1},
		{Status: 200, Header: http.Header{"X-A": {"a\r\nSet-Cookie: x=1"}}},
		{Status: 200, Header: http.Header{"X-A": {"a\nb"}}},
		{Status: 200, Header: http.Header{"X-A": {"a\x00b"}}},
		{Status: 200, Header: http.Header{"X-A": {"\xff"}}},
		{Status: 200, Header: http.Header{"X A": {"b"}}},
		{Status: 200, Header: http.Header{"": {"b"}}},
		{Status: 200, Header: http.Header{"X-A:": {"b"}}},
	} {
		for source, base := range allEvents {
			got := answerTo(t, []byte(base), resp, nil)
			if got["statusCode"] != 500.0 || strings.Contains(got["body"].(string), "Set-Cookie") {
				t.Errorf("%s: %+v: %v", source, resp, got)
			}
		}
	}
}

// Lambda ends a process that answers more than it takes.
func TestLargeAnswersAre500(t *testing.T) {
	for source, base := range allEvents {
		limit := maxAnswer
		if source == "ALB" {
			limit = maxAnswerALB
		}
		overhead := len(invoke(t, []byte(base), Text(200, "")))
		for _, tt := range []struct {
			size   int
			body   string
			status string
		}{
			{limit - overhead, "a", `{"statusCode":200,`},
			{limit - overhead + 1, "a", `{"statusCode":500,`},
			{(limit-overhead)/2 + 1, `"`, `{"statusCode":500,`}, // each quote becomes two bytes
		} {
			out := invoke(t, []byte(base), Text(200, strings.Repeat(tt.body, tt.size)))
			if !strings.HasPrefix(string(out), tt.status) || len(out) > limit {
				t.Errorf("%s: %d × %s: %.80s… of %d bytes", source, tt.size, tt.body, out, len(out))
			}
		}
	}
}

func invoke(t testing.TB, event []byte, resp *Response) []byte {
	t.Helper()
	var r Router
	r.Handle("/{proxy+}", func(context.Context, *Request) (*Response, error) { return resp, nil })
	out, err := r.Invoke(t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestReply(t *testing.T) {
	resp, err := Reply(201, map[string]int{"a": 1})
	if err != nil || resp.Status != 201 || string(resp.Body) != `{"a":1}` || resp.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%+v, %v", resp, err)
	}
	if _, err := Reply(200, func() {}); err == nil || StatusOf(err) != 500 {
		t.Errorf("a func as JSON: %v", err)
	}
}

func TestErrorsAreProblems(t *testing.T) {
	cause := errors.New("password=hunter2")
	for _, tt := range []struct {
		name   string
		err    error
		status float64
		want   string
	}{
		{"unknown", cause, 500, `{"status":500,"title":"Internal Server Error"}`},
		{"Errorf", Errorf(404, "no user %d", 7), 404, `{"status":404,"title":"Not Found","detail":"no user 7"}`},
		{"Errorf with a cause", Errorf(404, "no user %d: %w", 7, cause), 404, `{"status":404,"title":"Not Found","detail":"no user 7"}`},
		{"Errorf with two causes", Errorf(404, "no user: %w, %w", cause, errors.New("hunter3")), 404, `{"status":404,"title":"Not Found","detail":"no user"}`},
		{"wrapped", errors.Join(cause, Errorf(409, "taken")), 409, `{"status":409,"title":"Conflict","detail":"taken"}`},
		{"all fields", &Error{Status: 402, Title: "Pay", Detail: "d", Type: "https://e.com/pay", Extra: map[string]any{"balance": 3, "status": 999}, Err: cause}, 402,
			`{"status":402,"title":"Pay","detail":"d","type":"https://e.com/pay","balance":3}`},
		{"extra that is not JSON", &Error{Status: 400, Extra: map[string]any{"f": func() {}}}, 400, `{"status":400,"title":"Bad Request"}`},
		{"a nil *Error", (*Error)(nil), 500, `{"status":500,"title":"Internal Server Error"}`},
		{"no status", &Error{Err: cause}, 500, `{"status":500,"title":"Internal Server Error"}`},
	} {
		got := answerTo(t, []byte(restEvent), nil, tt.err)
		if got["statusCode"] != tt.status || !reflect.DeepEqual(jsonOf(t, got["body"].(string)), jsonOf(t, tt.want)) {
			t.Errorf("%s: %v", tt.name, got)
		}
		if h := got["headers"].(map[string]any); h["Content-Type"] != "application/problem+json" {
			t.Errorf("%s: headers %v", tt.name, h)
		}
		if float64(StatusOf(tt.err)) != tt.status {
			t.Errorf("%s: StatusOf is %d", tt.name, StatusOf(tt.err))
		}
	}
	if err := Errorf(404, "x: %w", cause); !errors.Is(err, cause) || !strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the cause is lost: %v", err)
	}
	if StatusOf(nil) != 200 {
		t.Errorf("StatusOf(nil) is %d", StatusOf(nil))
	}
}

// Middleware sets headers on errors by returning them beside the error.
func TestHeadersBesideAnError(t *testing.T) {
	got := answerTo(t, []byte(restEvent), &Response{Status: 200, Header: http.Header{"X-A": {"1"}, "Content-Length": {"5"}, "Content-Encoding": {"gzip"}, "Etag": {`"x"`}, "Content-Type": {"text/plain"}}, Body: []byte("gone")}, Errorf(404, "d"))
	h := got["headers"].(map[string]any)
	if got["statusCode"] != 404.0 || h["X-A"] != "1" || h["Content-Type"] != "application/problem+json" || len(h) != 2 || got["isBase64Encoded"] != false || strings.Contains(got["body"].(string), "gone") {
		t.Errorf("%v", got)
	}
}
