package router

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func mustURL(path string) *url.URL {
	if u, err := url.Parse(path); err == nil {
		return u
	}
	return &url.URL{Path: "/x", RawPath: path, Opaque: path} // what net/http would refuse to parse
}

func corsRouter(cfg CORSConfig) *Router {
	r := New(CORS(cfg))
	r.Get("/users", named("users"))
	r.Post("/users", named("users"))
	r.Handle("/{proxy+}", named("any"))
	r.Get("/fails", func(context.Context, *Request) (*Response, error) { return nil, Errorf(409, "no") })
	return r
}

func corsRequest(r *Router, method, path string, headers ...string) *http.Response {
	req := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	r.ServeHTTP(w, req)
	return w.Result()
}

func TestCORS(t *testing.T) {
	const app, other = "https://app.example.com", "https://app.example.com.evil.com"
	exact := CORSConfig{Origins: []string{app, "http://localhost:3000"}, Credentials: true, MaxAge: 10 * time.Minute, ExposeHeaders: []string{"ETag"}}
	for _, tt := range []struct {
		name         string
		cfg          CORSConfig
		method, path string
		headers      []string
		status       int
		want         map[string]string // of the answer's headers; "" for none
	}{
		{"no origin", exact, "GET", "/users", nil, 200, map[string]string{"Access-Control-Allow-Origin": "", "Vary": "Origin"}},
		{"an allowed origin", exact, "GET", "/users", []string{"Origin", app}, 200, map[string]string{"Access-Control-Allow-Origin": app, "Access-Control-Allow-Credentials": "true", "Access-Control-Expose-Headers": "ETag", "Vary": "Origin"}},
		{"another origin", exact, "GET", "/users", []string{"Origin", other}, 200, map[string]string{"Access-Control-Allow-Origin": "", "Access-Control-Allow-Credentials": "", "Vary": "Origin"}},
		{"null", exact, "GET", "/users", []string{"Origin", "null"}, 200, map[string]string{"Access-Control-Allow-Origin": ""}},
		{"other case", exact, "GET", "/users", []string{"Origin", "https://APP.example.com"}, 200, map[string]string{"Access-Control-Allow-Origin": ""}},
		{"an error", exact, "GET", "/fails", []string{"Origin", app}, 409, map[string]string{"Access-Control-Allow-Origin": app, "Content-Type": "application/problem+json"}},
		{"preflight", exact, "OPTIONS", "/users", []string{"Origin", app, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type, x-a, b@d"}, 204, map[string]string{
			"Access-Control-Allow-Origin": app, "Access-Control-Allow-Methods": "GET, POST", "Access-Control-Allow-Headers": "content-type, x-a", "Access-Control-Max-Age": "600", "Access-Control-Allow-Credentials": "true",
			"Vary": "Origin,Access-Control-Request-Method,Access-Control-Request-Headers"}},
		{"preflight of a path that takes any method", exact, "OPTIONS", "/x", []string{"Origin", app, "Access-Control-Request-Method", "PURGE"}, 204, map[string]string{"Access-Control-Allow-Methods": "PURGE"}},
		{"preflight with many headers", exact, "OPTIONS", "/users", []string{"Origin", app, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", strings.Repeat("a,", 1000)}, 204, map[string]string{
			"Access-Control-Allow-Headers": strings.TrimSuffix(strings.Repeat("a, ", 100), ", ")}},
		{"preflight for what is no method", exact, "OPTIONS", "/x", []string{"Origin", app, "Access-Control-Request-Method", "no method"}, 204, map[string]string{"Access-Control-Allow-Methods": ""}},
		{"preflight from elsewhere", exact, "OPTIONS", "/users", []string{"Origin", other, "Access-Control-Request-Method", "POST"}, 204, map[string]string{"Access-Control-Allow-Origin": "", "Access-Control-Allow-Methods": ""}},
		{"OPTIONS that is no preflight", exact, "OPTIONS", "/users", []string{"Origin", app}, 200, map[string]string{"Access-Control-Allow-Methods": "", "Access-Control-Allow-Origin": app}},
		{"any origin", CORSConfig{Origins: []string{"*"}}, "GET", "/users", []string{"Origin", other}, 200, map[string]string{"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Credentials": ""}},
		{"given methods and headers", CORSConfig{Origins: []string{app}, Methods: []string{"GET"}, Headers: []string{"X-B"}}, "OPTIONS", "/users", []string{"Origin", app, "Access-Control-Request-Method", "PUT"}, 204, map[string]string{
			"Access-Control-Allow-Methods": "GET", "Access-Control-Allow-Headers": "X-B", "Access-Control-Max-Age": ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			resp := corsRequest(corsRouter(tt.cfg), tt.method, tt.path, tt.headers...)
			if resp.StatusCode != tt.status {
				t.Errorf("status %d, want %d", resp.StatusCode, tt.status)
			}
			for name, want := range tt.want {
				if got := strings.Join(resp.Header.Values(name), ","); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
		})
	}
}

func TestCORSRefusesUnsafeConfigs(t *testing.T) {
	for _, cfg := range []CORSConfig{
		{}, {Origins: []string{"*"}, Credentials: true}, {Origins: []string{"*", "https://a.example.com"}},
		{Origins: []string{"null"}}, {Origins: []string{"https://a.example.com/"}}, {Origins: []string{"a.example.com"}},
		{Origins: []string{"https://A.example.com"}}, {Origins: []string{""}}, {Origins: []string{"https://*.example.com"}, Credentials: true}, {Origins: []string{"https://u@a.example.com"}},
		{Origins: []string{"https://a.example.com:443"}}, {Origins: []string{"http://a.example.com:80"}}, {Origins: []string{"https://a.example.com:"}}, {Origins: []string{"https://müller.de"}},
	} {
		if msg := panics(func() { CORS(cfg) }); !strings.HasPrefix(msg, "router: CORS: ") {
			t.Errorf("%+v: %s", cfg, msg)
		}
	}
}

// A handler may return one Response again and again.
func TestMiddlewareLeavesResponsesAlone(t *testing.T) {
	for _, mw := range [][]Middleware{nil, {Compress()}, {ETag()}, {Compress(), ETag()}} {
		leavesResponsesAlone(t, New(append([]Middleware{CORS(CORSConfig{Origins: []string{"https://a.example"}})}, mw...)...))
	}
}

func leavesResponsesAlone(t *testing.T, r *Router) {
	shared := Text(200, strings.Repeat("long enough to compress ", 100))
	r.Get("/", func(context.Context, *Request) (*Response, error) { return shared, nil })
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			origin := []string{"https://a.example", "https://evil.example"}[i%2]
			got := corsRequest(r, "GET", "/", "Origin", origin, "Accept-Encoding", "gzip").Header
			if len(got["Vary"]) > 2 || (got.Get("Access-Control-Allow-Origin") != "") != (i%2 == 0) {
				t.Errorf("%s: %v", origin, got)
			}
		})
	}
	wg.Wait()
	if len(shared.Header) != 1 || len(shared.Header["Content-Type"]) != 1 {
		t.Errorf("the response was changed: %v", shared.Header)
	}
}

func TestGroupsAnswerPreflights(t *testing.T) {
	cors := CORS(CORSConfig{Origins: []string{"https://a.example"}})
	r := New()
	r.Group("/group", cors).Delete("/x", named("x"))
	r.Delete("/route", named("x"), cors)
	r.Delete("/none", named("x"))
	for path, want := range map[string]string{"/group/x": "DELETE", "/route": "DELETE", "/none": ""} {
		got := corsRequest(r, "OPTIONS", path, "Origin", "https://a.example", "Access-Control-Request-Method", "DELETE")
		if got.StatusCode != 204 || got.Header.Get("Access-Control-Allow-Methods") != want {
			t.Errorf("%s: %d %v", path, got.StatusCode, got.Header)
		}
	}
}

// What the router itself refuses to send is an error like any other: it is logged, and
// a page can read it.
func TestRefusedAnswersPassMiddleware(t *testing.T) {
	var logged bytes.Buffer
	r := New(Log(slog.New(slog.NewTextHandler(&logged, nil))), CORS(CORSConfig{Origins: []string{"*"}}))
	var resp *Response
	r.Get("/x", func(context.Context, *Request) (*Response, error) { return resp, nil })
	for want, bad := range map[string]*Response{
		"status 0 is not within":  {Body: []byte("forgotten")},
		"control character":       {Status: 200, Header: http.Header{"X-A": {"a\r\nb"}}},
		"DEL is one":              {Status: 200, Header: http.Header{"X-A": {"a\x7fb"}}},
		"answer of 7000000 bytes": {Status: 200, Body: make([]byte, 7_000_000)},
	} {
		resp = bad
		logged.Reset()
		out, err := r.Invoke(t.Context(), mergeEvent(t, restEvent, `{"headers":{"Origin":"https://a.example"}}`))
		if err != nil || !strings.Contains(string(out), `"statusCode":500`) || !strings.Contains(string(out), `"Access-Control-Allow-Origin":"*"`) {
			t.Errorf("%s: %.200s, %v", want, out, err)
		}
		if want != "DEL is one" && !strings.Contains(logged.String(), want) || !strings.Contains(logged.String(), "level=ERROR") || !strings.Contains(logged.String(), "status=500") {
			t.Errorf("%s: logged %s", want, &logged)
		}
	}
}

func TestRecover(t *testing.T) {
	cause := errors.New("nil map")
	var logged bytes.Buffer
	r := New(Log(slog.New(slog.NewTextHandler(&logged, nil))), Recover())
	r.Get("/error", func(context.Context, *Request) (*Response, error) { panic(cause) })
	r.Get("/value", func(context.Context, *Request) (*Response, error) { panic("secret") })
	for _, path := range []string{"/error", "/value"} {
		w := do(r, "GET", path)
		if w.Code != 500 || w.Body.String() != `{"status":500,"title":"Internal Server Error"}` {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	for _, want := range []string{"nil map", "secret", "middleware_test.go", "level=ERROR"} {
		if !strings.Contains(logged.String(), want) {
			t.Errorf("the log lacks %q: %s", want, &logged)
		}
	}
	_, err := Recover()(func(context.Context, *Request) (*Response, error) { panic(cause) })(t.Context(), nil)
	if !errors.Is(err, cause) {
		t.Errorf("the panic's error is lost: %v", err)
	}
}

func TestLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var logged bytes.Buffer
		r := New(Log(slog.New(slog.NewTextHandler(&logged, nil))), Log(nil))
		r.Get("/users/{id}", func(ctx context.Context, req *Request) (*Response, error) {
			time.Sleep(3 * time.Millisecond)
			if req.PathValue("id") == "0" {
				return nil, Errorf(404, "no such user: %w", errors.New("a cause"))
			}
			return Text(201, ""), nil
		})
		//lint:ignore SA1029 aws-lambda-go uses this key
		ctx := context.WithValue(t.Context(), "x-amzn-trace-id", "Root=1-2")
		for _, tt := range []struct{ id, want string }{
			{"1", "level=INFO msg=request method=GET route=/users/{id} status=201 duration_ms=3 request_id=r-1 cold_start=true trace_id=\"Root=1-2\""},
			{"0", "level=INFO msg=request method=GET route=/users/{id} status=404 duration_ms=3 request_id=r-1 cold_start=false trace_id=\"Root=1-2\" error=\"404 Not Found: no such user: a cause\""},
		} {
			logged.Reset()
			if _, err := r.Invoke(ctx, mergeEvent(t, restEvent, `{"path":"/users/`+tt.id+`"}`)); err != nil {
				t.Fatal(err)
			}
			if got := strings.TrimSpace(logged.String()); !strings.HasSuffix(got, tt.want) || strings.Count(got, "\n") != 0 {
				t.Errorf("logged %s\nwant …%s", got, tt.want)
			}
		}
	})
}

// The first event was a cold start, whatever became of it: later ones are none.
func TestLogOfWhatCameFirst(t *testing.T) {
	for name, first := range map[string]string{"a path without Log": restEvent, "no HTTP": `{"source":"aws.s3"}`} {
		var logged bytes.Buffer
		r := New()
		r.Get("/x", named("x"))
		r.Group("/logged", Log(slog.New(slog.NewTextHandler(&logged, nil)))).Get("/y", named("y"))
		r.Invoke(t.Context(), []byte(first))
		do(r, "GET", "/logged/y")
		if !strings.Contains(logged.String(), "cold_start=false") {
			t.Errorf("%s: logged %s", name, &logged)
		}
	}
}

// Without warmup, nobody waited for a process that Lambda initialised ahead of time.
func TestLogOfProvisionedConcurrency(t *testing.T) {
	for initType, want := range map[string]string{"on-demand": "cold_start=true", "provisioned-concurrency": "cold_start=false"} {
		t.Setenv("AWS_LAMBDA_INITIALIZATION_TYPE", initType)
		var logged bytes.Buffer
		do(New(Log(slog.New(slog.NewTextHandler(&logged, nil)))), "GET", "/")
		if !strings.Contains(logged.String(), want) {
			t.Errorf("%s: logged %s, want %s", initType, &logged, want)
		}
	}
}
