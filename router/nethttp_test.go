package router

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestServeHTTP(t *testing.T) {
	var r Router
	r.Post("/users/{id}", func(_ context.Context, req *Request) (*Response, error) {
		body, err := req.Body()
		sid, _ := req.Cookie("sid")
		text := fmt.Sprintf("%s %s %s %q %q %s %s %s %v", req.Method(), req.Path(), req.PathValue("id"), req.Query()["q"], body, req.Header("host"), req.SourceIP(), sid, req.Source())
		return &Response{Status: 201, Header: http.Header{"Set-Cookie": {"a=1", "b=2"}, "Content-Type": {"text/plain"}}, Body: []byte(text)}, err
	})
	srv := httptest.NewServer(&r)
	defer srv.Close()
	req, _ := http.NewRequestWithContext(t.Context(), "POST", srv.URL+"/users/a%2Fb%20%ED%95%9C?q=1+2&q=;", strings.NewReader("body"))
	req.Header.Set("Cookie", "sid=s1")
	resp, err := srv.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	want := fmt.Sprintf(`POST /users/a/b 한 a/b 한 ["1 2" ";"] "body" %s 127.0.0.1 s1 NetHTTP`, req.URL.Host)
	if err != nil || resp.StatusCode != 201 || string(body) != want || len(resp.Header["Set-Cookie"]) != 2 {
		t.Errorf("%d %s %v\nwant %s", resp.StatusCode, body, resp.Header, want)
	}
}

func TestServeHTTPBounds(t *testing.T) {
	var r Router
	r.Post("/x", func(_ context.Context, req *Request) (*Response, error) {
		var ev any
		if err := req.Event(&ev); err == nil {
			t.Error("a net/http request has an event")
		}
		_, err := req.Body()
		return nil, err
	})
	req := httptest.NewRequest("POST", "/x", strings.NewReader("too long"))
	w := httptest.NewRecorder()
	req.Body = http.MaxBytesReader(w, req.Body, 3)
	if r.ServeHTTP(w, req); w.Code != 413 {
		t.Errorf("too long: %d", w.Code)
	}
	req.Body = io.NopCloser(io.MultiReader(strings.NewReader("a"), errReader{}))
	if w = httptest.NewRecorder(); true {
		r.ServeHTTP(w, req)
	}
	if w.Code != 400 || strings.Contains(w.Body.String(), "connection lost") {
		t.Errorf("broken off: %d %s", w.Code, w.Body)
	}
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, errors.New("connection lost") }

// A net/http handler sees the same request whatever the source.
func TestFromHTTP(t *testing.T) {
	var r Router
	r.Handle("POST /users/{id}", FromHTTP(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		c, _ := req.Cookie("sid")
		if c == nil {
			c = &http.Cookie{}
		}
		w.Header().Add("X-A", "1")
		w.Header().Add("X-A", "2")
		w.WriteHeader(103)
		w.WriteHeader(201)
		w.Header().Set("X-A", "late")
		w.WriteHeader(500)
		fmt.Fprintf(w, "%s %s %s %s %q %s %s %s %v", req.Method, req.URL.Path, req.URL.EscapedPath(), req.PathValue("id"), req.URL.Query()["q"], body, req.Host, c.Value, err)
		if own, ok := RequestOf(req.Context()); !ok || own.PathValue("id") != "a/b" {
			t.Error("the Request cannot be reached")
		}
		if _, ok := RequestOf(t.Context()); ok {
			t.Error("a Request out of nowhere")
		}
		if _, ok := w.(http.Flusher); ok {
			t.Error("a buffered writer claims to flush")
		}
		control := http.NewResponseController(w)
		if _, _, err := control.Hijack(); !errors.Is(err, http.ErrNotSupported) || !errors.Is(control.Flush(), http.ErrNotSupported) {
			t.Errorf("hijacking: %v", err)
		}
	})))
	want := `POST /users/a/b /users/a%2Fb a/b ["1" "2"] body example.com s1 <nil>`
	for name, event := range map[string][]byte{
		"REST": mergeEvent(t, restEvent, `{"httpMethod":"POST","path":"/users/a%2Fb","multiValueQueryStringParameters":{"q":["1","2"]},"headers":{"Host":"example.com","Cookie":"sid=s1"},"body":"body"}`),
		"HTTP": mergeEvent(t, httpEvent, `{"requestContext":{"http":{"method":"POST"}},"routeKey":"POST /users/{id}","pathParameters":{"id":"a/b"},"rawPath":"/users/a/b","rawQueryString":"q=1&q=2","headers":{"host":"example.com"},"cookies":["sid=s1"],"body":"body"}`),
		"URL":  mergeEvent(t, urlEvent, `{"requestContext":{"http":{"method":"POST"}},"rawPath":"/users/a%2Fb","rawQueryString":"q=1&q=2","headers":{"host":"example.com","cookie":"sid=s1"},"cookies":["sid=s1"],"body":"Ym9keQ==","isBase64Encoded":true}`),
		"ALB":  mergeEvent(t, albEvent, `{"httpMethod":"POST","path":"/users/a%2Fb","headers":null,"queryStringParameters":null,"multiValueQueryStringParameters":{"q":["1","2"]},"multiValueHeaders":{"host":["example.com"],"cookie":["sid=s1"]},"body":"body"}`),
	} {
		out, err := r.Invoke(t.Context(), event)
		if err != nil {
			t.Fatal(err)
		}
		got := jsonOf(t, string(out)).(map[string]any)
		if got["statusCode"] != 201.0 || got["body"] != want || strings.Contains(string(out), "late") {
			t.Errorf("%s: %s\nwant %s", name, out, want)
		}
	}
}

func TestFromHTTPWritesNothing(t *testing.T) {
	var r Router
	r.Handle("/{proxy+}", FromHTTP(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})))
	if w := do(&r, "GET", "/a/b/"); w.Code != 200 || w.Body.Len() != 0 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	var bad Router
	bad.Handle("/{proxy+}", FromHTTP(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(0) })))
	if w := do(&bad, "GET", "/a"); w.Code != 500 {
		t.Errorf("WriteHeader(0): %d", w.Code)
	}
}

func TestFromHTTPKeepsTheSpelling(t *testing.T) {
	var r Router
	r.StripPrefix("/pre")
	r.Handle("GET /{proxy+}", FromHTTP(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { io.WriteString(w, req.RequestURI+" "+req.Pattern) })))
	for target, want := range map[string]string{
		"/a;b=1,2?q=%20": "/a;b=1,2?q=%20", "/a%7Eb/": "/a%7Eb/", "/pre/a%2Fb/c": "/a%2Fb/c", "/a//b": "/a//b", "//a": "//a",
	} {
		if got := do(&r, "GET", target).Body.String(); got != want+" GET /{proxy+}" {
			t.Errorf("%s: %s", target, got)
		}
	}
}

func TestFromHTTPKeepsTheTrailingSlash(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /files/", func(w http.ResponseWriter, req *http.Request) { io.WriteString(w, req.URL.Path) })
	var r Router
	r.Handle("/{proxy+}", FromHTTP(mux))
	if w := do(&r, "GET", "/files/"); w.Code != 200 || w.Body.String() != "/files/" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// FuzzInvoke: any event gives an error and no answer, or a valid answer.
// Also where the path is made of a route key and its variables.
func TestFromHTTPKeepsTheTrailingSlashOfARoute(t *testing.T) {
	var r Router
	r.Handle("/{proxy+}", FromHTTP(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { io.WriteString(w, req.RequestURI) })))
	for changes, want := range map[string]string{
		`{"routeKey":"ANY /{proxy+}","rawPath":"/a/b/","pathParameters":{"proxy":"a/b/"}}`: "/a/b/",
		`{"routeKey":"ANY /{proxy+}","rawPath":"/a/b/","pathParameters":{"proxy":"a/b"}}`:  "/a/b/",
		`{"routeKey":"ANY /{proxy+}","rawPath":"/a/b","pathParameters":{"proxy":"a/b"}}`:   "/a/b",
		`{"routeKey":"ANY /a/{id}","rawPath":"/a/b/","pathParameters":{"id":"b/"}}`:        "/a/b%2F",
	} {
		out, err := r.Invoke(t.Context(), mergeEvent(t, httpEvent, changes))
		if err != nil || !strings.Contains(string(out), `"body":"`+want+`"`) {
			t.Errorf("%s: %s, %v", changes, out, err)
		}
	}
}

func FuzzInvoke(f *testing.F) {
	for _, event := range allEvents {
		f.Add([]byte(event))
	}
	f.Add([]byte(`{"httpMethod":"POST","path":"/users/%zz","headers":{"a":[1]},"multiValueHeaders":{"a":"b","c":[null]},"body":5}`))
	f.Add([]byte(`{"requestContext":{"http":{"method":"GET"}},"rawPath":"//","routeKey":"GET /{a}/{b+}","pathParameters":{"a":"x","b":"/"}}`))
	r := New(Log(nil), CORS(CORSConfig{Origins: []string{"*"}}))
	touch := func(_ context.Context, req *Request) (*Response, error) {
		body, err := req.Body()
		req.Query()
		req.Cookie("sid")
		req.Claim("sub")
		req.StageVariable("x")
		resp := &Response{Status: 200, Header: req.Headers().Clone(), Body: body}
		return resp, err
	}
	r.Get("/{a}", touch)
	r.Handle("/{proxy+}", touch)
	r.Post("/json/{id}", JSON(func(_ context.Context, in everything) (everything, error) { return in, nil }))
	r.Put("/http/{rest+}", FromHTTP(http.NotFoundHandler()))
	f.Fuzz(func(t *testing.T, event []byte) {
		out, err := r.Invoke(t.Context(), event)
		if err != nil {
			if out != nil {
				t.Errorf("an answer beside the error %v: %s", err, out)
			}
			return
		}
		answer := jsonOf(t, string(out)).(map[string]any)
		if status, ok := answer["statusCode"].(float64); !ok || status < 100 || status > 599 {
			t.Errorf("status %v", answer["statusCode"])
		}
		for _, list := range []string{"headers", "multiValueHeaders"} {
			headers, _ := answer[list].(map[string]any)
			for name, value := range headers {
				if strings.ContainsAny(fmt.Sprint(name, value), "\r\n\x00") {
					t.Errorf("header %q: %q", name, value)
				}
			}
		}
	})
}
