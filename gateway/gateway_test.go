package gateway_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
)

// handlerFunc is a lambda.Handler of one function.
type handlerFunc func(ctx context.Context, payload []byte) ([]byte, error)

func (f handlerFunc) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	return f(ctx, payload)
}

func answering(answer string) handlerFunc {
	return func(context.Context, []byte) ([]byte, error) { return []byte(answer), nil }
}

// event answers with the event that it was sent, as the body of a proxy answer.
var event = handlerFunc(func(_ context.Context, payload []byte) ([]byte, error) {
	return json.Marshal(map[string]any{"statusCode": 200, "body": string(payload)})
})

func newGateway(t *testing.T, cfg gateway.Config, routes ...gateway.Route) *gateway.Gateway {
	t.Helper()
	g, err := gateway.New(cfg, routes...)
	require.NoError(t, err)
	return g
}

func only(i gateway.Integration) []gateway.Route {
	return []gateway.Route{{Path: "/", Integration: i}, {Path: "/{proxy+}", Integration: i}}
}

func do(h http.Handler, method, target, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// TestEventOverTheWire sends the bytes of a request through a real server, so that nothing in between cleans them up.
func TestEventOverTheWire(t *testing.T) {
	g := newGateway(t, gateway.Config{Stage: "live", StageVariables: map[string]string{"k": "v"}},
		gateway.Route{Path: "/users/{id}", Integration: gateway.Proxy(event)},
		gateway.Route{Path: "/{proxy+}", Integration: gateway.Proxy(event)},
	)
	srv := httptest.NewServer(g)
	defer srv.Close()
	for _, tc := range []struct{ target, resource, path, ctxPath, name, value, q string }{
		{"/users/a%2Fb?q=a%2Bb", "/users/{id}", "/users/a%2Fb", "/live/users/a%2Fb", "id", "a%2Fb", "a+b"},
		{"/users/a+b?q=a+b", "/users/{id}", "/users/a+b", "/live/users/a+b", "id", "a+b", "a b"},
		{"/users/space%20x?q=", "/users/{id}", "/users/space%20x", "/live/users/space%20x", "id", "space%20x", ""},
		{"/users/%EA%B9%80?q=%EA%B9%80", "/users/{id}", "/users/%EA%B9%80", "/live/users/%EA%B9%80", "id", "%EA%B9%80", "김"},
		{"/users/x%252Fy?q=%2525", "/users/{id}", "/users/x%252Fy", "/live/users/x%252Fy", "id", "x%252Fy", "%25"},
		{"/users/1/?q=1;r=2", "/users/{id}", "/users/1/", "/live/users/1/", "id", "1", "1;r=2"},
		{"//evil.com/x?q=1", "/{proxy+}", "/evil.com/x", "/live//evil.com/x", "proxy", "evil.com/x", "1"},
		{"/a//b?q=1&q=2", "/{proxy+}", "/a//b", "/live/a//b", "proxy", "a//b", "2"},
	} {
		resp := raw(t, srv, "GET "+tc.target+" HTTP/1.1\r\nHost: api.test:81\r\nX-A: 1\r\nX-A: 2\r\n\r\n")
		var ev struct {
			Resource, Path        string
			PathParameters        map[string]string
			QueryStringParameters map[string]string
			Headers               map[string]string
			MultiValueHeaders     map[string][]string
			StageVariables        map[string]string
			RequestContext        struct {
				Path, Stage, ResourcePath, RequestID string
				Identity                             struct{ SourceIP string }
			}
		}
		require.Equal(t, 200, resp.StatusCode)
		require.NoError(t, json.NewDecoder(resp.Body).Decode(&ev))
		require.Equal(t, tc.resource, ev.Resource, tc.target)
		require.Equal(t, tc.resource, ev.RequestContext.ResourcePath)
		require.Equal(t, tc.path, ev.Path)
		require.Equal(t, tc.ctxPath, ev.RequestContext.Path)
		require.Equal(t, map[string]string{tc.name: tc.value}, ev.PathParameters)
		require.Equal(t, tc.q, ev.QueryStringParameters["q"], tc.target)
		require.Equal(t, "2", ev.Headers["X-A"])
		require.Equal(t, []string{"1", "2"}, ev.MultiValueHeaders["X-A"])
		require.Equal(t, "api.test:81", ev.Headers["Host"])
		require.Equal(t, "81", ev.Headers["X-Forwarded-Port"])
		require.Equal(t, "http", ev.Headers["X-Forwarded-Proto"])
		require.Equal(t, map[string]string{"k": "v"}, ev.StageVariables)
		require.Equal(t, "live", ev.RequestContext.Stage)
		require.Equal(t, "127.0.0.1", ev.RequestContext.Identity.SourceIP)
		require.Equal(t, resp.Header.Get("X-Amzn-Requestid"), ev.RequestContext.RequestID)
	}
	require.Equal(t, 400, raw(t, srv, "GET /users/%zz HTTP/1.1\r\nHost: x\r\n\r\n").StatusCode, "never a function's error")
}

func raw(t *testing.T, srv *httptest.Server, request string) *http.Response {
	t.Helper()
	conn, err := net.Dial("tcp", srv.Listener.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	_, err = io.WriteString(conn, request)
	require.NoError(t, err)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	return resp
}

func TestProxyAnswers(t *testing.T) {
	for _, tc := range []struct {
		name    string
		handler handlerFunc
		status  int
		body    string
	}{
		{"plain", answering(`{"statusCode":201,"body":"hi"}`), 201, "hi"},
		{"empty", answering(`{"statusCode":204}`), 204, ""},
		{"malformed", answering(`{"statusCode":200,"surprise":1}`), 502, `{"message":"Internal server error"}`},
		{"nothing", answering(``), 502, `{"message":"Internal server error"}`},
		{"null", answering(`null`), 502, `{"message":"Internal server error"}`},
		{"too large", answering(`{"statusCode":200,"body":"` + strings.Repeat("x", 6_291_556) + `"}`), 502, `{"message":"Internal server error"}`},
		{"error", func(context.Context, []byte) ([]byte, error) { return nil, errors.New("secret") }, 502, `{"message":"Internal server error"}`},
		{"panic", func(context.Context, []byte) ([]byte, error) { panic("secret") }, 502, `{"message":"Internal server error"}`},
		{"nil panic", func(context.Context, []byte) ([]byte, error) { panic(nil) }, 502, `{"message":"Internal server error"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := do(newGateway(t, gateway.Config{}, only(gateway.Proxy(tc.handler))...), "GET", "/x", "")
			require.Equal(t, tc.status, w.Code)
			require.Equal(t, tc.body, w.Body.String())
			require.Equal(t, "application/json", w.Header().Get("Content-Type"))
		})
	}
}

func TestProxyHeaders(t *testing.T) {
	h := answering(`{"statusCode":401,"headers":{"WWW-Authenticate":"Basic","Content-Length":"999","ETag":"1"},"multiValueHeaders":{"Set-Cookie":["a=1","b=2"]}}`)
	w := do(newGateway(t, gateway.Config{}, only(gateway.Proxy(h))...), "GET", "/x", "")
	require.Equal(t, "Basic", w.Header().Get("X-Amzn-Remapped-Www-Authenticate"))
	require.Empty(t, w.Header().Get("WWW-Authenticate"))
	require.Empty(t, w.Header().Get("Content-Length"))
	require.Equal(t, []string{"a=1", "b=2"}, w.Header()["Set-Cookie"])
}

func TestBinary(t *testing.T) {
	const png = "\x89PNG\xff"
	echo := handlerFunc(func(_ context.Context, payload []byte) ([]byte, error) {
		var ev struct {
			Body            string
			IsBase64Encoded bool
		}
		err := json.Unmarshal(payload, &ev)
		out, _ := json.Marshal(map[string]any{"body": ev.Body, "isBase64Encoded": ev.IsBase64Encoded})
		return out, err
	})
	binary := newGateway(t, gateway.Config{BinaryMediaTypes: []string{"image/png"}}, only(gateway.Proxy(echo))...)
	require.Equal(t, png, do(binary, "POST", "/x", png, "Content-Type", "image/png", "Accept", "image/png").Body.String())
	require.Equal(t, "iVBOR/8=", do(binary, "POST", "/x", png, "Content-Type", "image/png").Body.String(), "the client accepts no PNG")
	text := newGateway(t, gateway.Config{}, only(gateway.Proxy(echo))...)
	require.Equal(t, "\ufffdPNG\ufffd", do(text, "POST", "/x", png, "Content-Type", "image/png", "Accept", "image/png").Body.String())
}

func TestRoutesThatAreNot(t *testing.T) {
	g := newGateway(t, gateway.Config{}, gateway.Route{Method: "GET", Path: "/existing", Integration: gateway.Proxy(event)})
	for _, tc := range [][2]string{{"GET", "/random"}, {"POST", "/existing"}, {"HEAD", "/existing"}, {"GET", "/"}, {"OPTIONS", "*"}} {
		w := do(g, tc[0], tc[1], "")
		require.Equal(t, 403, w.Code, "%v", tc)
		require.Equal(t, `{"message":"Missing Authentication Token"}`, w.Body.String())
		require.Equal(t, "MissingAuthenticationTokenException", w.Header().Get("X-Amzn-Errortype"))
	}
}

func TestLimits(t *testing.T) {
	size := 0 // of the event
	count := handlerFunc(func(_ context.Context, event []byte) ([]byte, error) {
		size = len(event)
		return []byte(`{"statusCode":200}`), nil
	})
	g := newGateway(t, gateway.Config{}, append(only(gateway.HTTPProxy(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		fmt.Fprint(w, n, err)
	}))), gateway.Route{Path: "/f", Integration: gateway.Proxy(count)})...)
	const maxBody = 10 << 20
	require.Equal(t, "10485760 <nil>", do(g, "POST", "/x", strings.Repeat("x", maxBody)).Body.String())
	w := do(g, "POST", "/x", strings.Repeat("x", maxBody+1))
	require.Equal(t, 413, w.Code)
	require.Equal(t, `{"message":"HTTP content length exceeded 10485760 bytes."}`, w.Body.String())

	r := httptest.NewRequest("POST", "/f", strings.NewReader(strings.Repeat("x", maxBody+1)))
	r.ContentLength = -1 // chunked: the length shows only while reading
	rec := httptest.NewRecorder()
	g.ServeHTTP(rec, r)
	require.Equal(t, 413, rec.Code)
	require.Equal(t, 200, do(g, "POST", "/f", strings.Repeat("x", 6_280_000)).Code)
	room := 6<<20 - size
	require.Equal(t, 200, do(g, "POST", "/f", strings.Repeat("x", 6_280_000+room)).Code)
	require.Equal(t, 6<<20, size)
	w = do(g, "POST", "/f", strings.Repeat("x", 6_280_000+room+1))
	require.Equal(t, 413, w.Code, "it fits API Gateway, but not Lambda")
	require.Equal(t, `{"message":"Request Too Long"}`, w.Body.String())

	const name = "X-Long"
	require.Equal(t, 200, do(g, "GET", "/f", "", name, strings.Repeat("x", 10_240-len(name))).Code)
	require.Equal(t, 431, do(g, "GET", "/f", "", name, strings.Repeat("x", 10_241-len(name))).Code)
}

func TestBodyThatBreaksOff(t *testing.T) {
	for _, integration := range []gateway.Integration{gateway.Proxy(event), gateway.Lambda(event, gateway.Templates{})} {
		r := httptest.NewRequest("POST", "/x", io.MultiReader(strings.NewReader("{"), brokenReader{}))
		w := httptest.NewRecorder()
		newGateway(t, gateway.Config{}, only(integration)...).ServeHTTP(w, r)
		require.Equal(t, 400, w.Code)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestTimeout(t *testing.T) {
	obeys := handlerFunc(func(ctx context.Context, _ []byte) ([]byte, error) { <-ctx.Done(); return nil, ctx.Err() })
	release := make(chan struct{})
	ignores := handlerFunc(func(context.Context, []byte) ([]byte, error) { <-release; return nil, nil })
	slow := handlerFunc(func(context.Context, []byte) ([]byte, error) {
		time.Sleep(28_999 * time.Millisecond) // of the bubble's clock
		return []byte(`{"statusCode":200}`), nil
	})
	for _, tc := range []struct {
		integration gateway.Integration
		cfg         gateway.Config
		after       time.Duration
		status      int
	}{
		{gateway.Proxy(obeys), gateway.Config{}, 29 * time.Second, 504},
		{gateway.Proxy(ignores), gateway.Config{}, 29 * time.Second, 504},
		{gateway.Lambda(obeys, gateway.Templates{}), gateway.Config{Timeout: time.Second}, time.Second, 504},
		{gateway.Proxy(slow), gateway.Config{}, 28_999 * time.Millisecond, 200},
	} {
		synctest.Test(t, func(t *testing.T) {
			release = make(chan struct{})
			start := time.Now()
			w := do(newGateway(t, tc.cfg, only(tc.integration)...), "GET", "/x", "")
			require.Equal(t, tc.status, w.Code)
			require.Equal(t, tc.after, time.Since(start))
			if tc.status == 504 {
				require.Equal(t, `{"message":"Endpoint request timed out"}`, w.Body.String())
			}
			close(release)
		})
	}
}

func TestFunctionContext(t *testing.T) {
	var lc *lambdacontext.LambdaContext
	var left time.Duration
	var ctxErr error
	h := handlerFunc(func(ctx context.Context, _ []byte) ([]byte, error) {
		lc, _ = lambdacontext.FromContext(ctx)
		deadline, _ := ctx.Deadline()
		left, ctxErr = time.Until(deadline), ctx.Err()
		return []byte(`{"statusCode":200}`), nil
	})
	g := newGateway(t, gateway.Config{}, only(gateway.Proxy(h))...)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // the client is gone: the function runs on
		g.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/x", nil).WithContext(ctx))
	})
	require.NoError(t, ctxErr)
	require.Len(t, lc.AwsRequestID, 36)
	require.Equal(t, 29*time.Second, left)
}

func TestHTTPProxy(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/panic":
			panic("secret")
		case "/late":
			w.WriteHeader(200)
			panic("secret")
		case "/abort":
			panic(http.ErrAbortHandler)
		}
		body, _ := io.ReadAll(r.Body)
		_, hasDeadline := r.Context().Deadline()
		w.Header().Set("WWW-Authenticate", "Basic")
		w.WriteHeader(201)
		fmt.Fprint(w, r.Method, " ", r.URL, " ", string(body), " ", hasDeadline)
	})
	g := newGateway(t, gateway.Config{}, only(gateway.HTTPProxy(h))...)
	w := do(g, "PUT", "/a%2Fb//c?q=1", "body")
	require.Equal(t, 201, w.Code)
	require.Equal(t, "PUT /a%2Fb//c?q=1 body true", w.Body.String())
	require.Equal(t, "Basic", w.Header().Get("WWW-Authenticate"))
	require.Equal(t, 502, do(g, "GET", "/panic", "").Code)
	require.PanicsWithValue(t, "secret", func() { do(g, "GET", "/late", "") })
	require.PanicsWithValue(t, http.ErrAbortHandler, func() { do(g, "GET", "/abort", "") })
}

func TestLog(t *testing.T) {
	var out bytes.Buffer
	cfg := gateway.Config{Log: slog.New(slog.NewTextHandler(&out, nil))}
	g := newGateway(t, cfg,
		gateway.Route{Path: "/ok/{id}", Integration: gateway.Proxy(event)},
		gateway.Route{Path: "/panic", Integration: gateway.Proxy(handlerFunc(func(context.Context, []byte) ([]byte, error) { panic("boom") }))},
		gateway.Route{Path: "/bad", Integration: gateway.Proxy(answering(`{"nope":1}`))},
	)
	for _, tc := range []struct {
		target string
		want   []string
	}{
		{"/ok/1?secret=x", []string{"level=INFO", "method=POST", "path=/ok/1", "status=200", "resource=/ok/{id}"}},
		{"/nowhere", []string{"level=INFO", "status=403"}},
		{"/panic", []string{"level=ERROR", "status=502", "boom", "gateway_test.go"}},
		{"/bad", []string{"level=ERROR", "status=502", `unknown key`}},
	} {
		out.Reset()
		w := do(g, "POST", tc.target, "secret", "Authorization", "secret")
		require.Equal(t, 1, strings.Count(out.String(), "\n"))
		for _, want := range append(tc.want, "request_id="+w.Header().Get("X-Amzn-Requestid")) {
			require.Contains(t, out.String(), want)
		}
		require.NotContains(t, out.String(), "secret")
	}
}

// TestLogOfPanics: a request whose handler panics has its line, too, where net/http ends the connection.
func TestLogOfPanics(t *testing.T) {
	var out bytes.Buffer
	g := newGateway(t, gateway.Config{Log: slog.New(slog.NewTextHandler(&out, nil))}, only(gateway.HTTPProxy(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(201)
			if r.URL.Path == "/abort" {
				panic(http.ErrAbortHandler)
			}
			panic("too late")
		}),
	))...)
	for path, want := range map[string][]string{
		"/late":  {"level=ERROR", "status=201", `error="panic: too late"`, "gateway_test.go"},
		"/abort": {"level=ERROR", "status=201", `error="net/http: abort Handler"`},
	} {
		out.Reset()
		require.Panics(t, func() { do(g, "GET", path, "") })
		require.Equal(t, 1, strings.Count(out.String(), "\n"), out.String())
		for _, text := range want {
			require.Contains(t, out.String(), text)
		}
		require.Equal(t, path == "/late", strings.Contains(out.String(), "stack="), "an abort is meant")
	}
}

// TestGoexit: FailNow of a test ends the goroutine of a handler that calls it.
func TestGoexit(t *testing.T) {
	goexit := handlerFunc(func(context.Context, []byte) ([]byte, error) { runtime.Goexit(); return nil, nil })
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		require.Equal(t, 502, do(newGateway(t, gateway.Config{}, only(gateway.Proxy(goexit))...), "GET", "/x", "").Code)
		w := do(newGateway(t, gateway.Config{}, only(gateway.Lambda(goexit, gateway.Templates{}))...), "GET", "/x", "")
		require.Contains(t, w.Body.String(), `"errorType":"Runtime.ExitError"`)
		require.Zero(t, time.Since(start), "at once, not at the time-out")
	})
}

// TestHandlersOfTheRuntime: handlers made by aws-lambda-go are handlers here.
func TestHandlersOfTheRuntime(t *testing.T) {
	type request struct{ Path string }
	type response struct {
		StatusCode int    `json:"statusCode"`
		Body       string `json:"body"`
	}
	h := lambda.NewHandler(func(_ context.Context, r request) (response, error) {
		if r.Path == "/typed" {
			return response{}, messages.InvokeResponse_Error{Type: "Typed", Message: "typed"}
		}
		return response{200, r.Path}, nil
	})
	g := newGateway(t, gateway.Config{},
		gateway.Route{Path: "/{proxy+}", Integration: gateway.Proxy(h)},
		gateway.Route{Path: "/plain", Integration: gateway.Lambda(h, gateway.Templates{Request: map[string]string{"application/json": `{"Path":"/typed"}`}})},
	)
	require.Equal(t, "/a/b", do(g, "GET", "/a/b", "").Body.String())
	require.JSONEq(t, `{"errorMessage":"typed","errorType":"Typed"}`, do(g, "GET", "/plain", "").Body.String())
}
