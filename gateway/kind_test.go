package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
)

// eventOf decodes the event that an event function has echoed.
func eventOf(t *testing.T, body string) map[string]any {
	t.Helper()
	var ev map[string]any
	require.NoError(t, json.Unmarshal([]byte(body), &ev), "%s", body)
	return ev
}

func TestHTTPAPI(t *testing.T) {
	g := newGateway(t, gateway.Config{Kind: gateway.HTTP, StageVariables: map[string]string{"k": "v"}},
		gateway.Route{Method: "GET", Path: "/users/{id}", Integration: gateway.Proxy(event)},
		gateway.Route{Method: "ANY", Path: "/files/{path+}", Integration: gateway.Proxy(event)},
	)
	ev := eventOf(t, do(g, "GET", "/users/a%2Fb%20c?q=1&q=2", "", "X-A", "1", "X-A", "2", "Cookie", "a=1; b=2").Body.String())
	require.Equal(t, "2.0", ev["version"])
	require.Equal(t, "GET /users/{id}", ev["routeKey"])
	require.Equal(t, "/users/a/b c", ev["rawPath"])
	require.Equal(t, map[string]any{"id": "a/b c"}, ev["pathParameters"])
	require.Equal(t, map[string]any{"q": "1,2"}, ev["queryStringParameters"])
	require.Equal(t, "1,2", ev["headers"].(map[string]any)["x-a"])
	require.Equal(t, []any{"a=1", "b=2"}, ev["cookies"])
	require.Equal(t, map[string]any{"k": "v"}, ev["stageVariables"])
	require.Equal(t, "$default", ev["requestContext"].(map[string]any)["stage"])
	ev = eventOf(t, do(g, "PUT", "/files/a/b/", "x").Body.String())
	require.Equal(t, "ANY /files/{path+}", ev["routeKey"])
	require.Equal(t, map[string]any{"path": "a/b/"}, ev["pathParameters"])

	w := do(g, "GET", "/nowhere", "")
	require.Equal(t, 404, w.Code)
	require.Equal(t, `{"message":"Not Found"}`, w.Body.String())
	require.NotEmpty(t, w.Header().Get("Apigw-Requestid"))
	require.Equal(t, 404, do(g, "GET", "/users/1/", "").Code, "a slash at the end counts")
	require.Equal(t, 404, do(g, "POST", "/users/1", "").Code)
}

// TestAnswersByKind: what each service says where the function does not.
func TestAnswersByKind(t *testing.T) {
	const page = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"
	fails := handlerFunc(func(context.Context, []byte) ([]byte, error) { return nil, errors.New("secret") })
	for _, tc := range []struct {
		kind    gateway.Kind
		handler handlerFunc
		status  int
		body    string
	}{
		{gateway.HTTP, fails, 500, `{"message":"Internal Server Error"}`},
		{gateway.HTTP, answering(`{"statusCode":"x"}`), 500, `{"message":"Internal Server Error"}`},
		{gateway.HTTP, answering(`{"statusCode":200,"surprise":1,"body":"b"}`), 200, "b"},
		{gateway.HTTP, answering(`{"a":1}`), 200, `{"a":1}`},
		{gateway.HTTP, answering(`"text"`), 200, "text"},
		{gateway.HTTP, answering(`nonsense`), 500, `{"message":"Internal Server Error"}`},
		{gateway.FunctionURL, fails, 502, "Internal Server Error"},
		{gateway.FunctionURL, answering(`{"statusCode":201,"body":"b","cookies":["a=1"]}`), 201, "b"},
		{gateway.ALB, fails, 502, page},
		{gateway.ALB, answering(`{"body":"no status"}`), 502, page},
		{gateway.ALB, answering(`{"statusCode":200,"headers":null}`), 502, page},
		{gateway.ALB, answering(`{"statusCode":200,"headers":{"X":"1"},"body":"b"}`), 200, "b"},
		{gateway.ALB, answering(`{"statusCode":200,"body":"` + strings.Repeat("x", 1<<20) + `"}`), 502, page},
		{gateway.ALBMultiValue, answering(`{"statusCode":200,"multiValueHeaders":{"X":["1","2"]},"body":"b"}`), 200, "b"},
		{gateway.ALBMultiValue, answering(`{"statusCode":200,"multiValueHeaders":{"X":"1"}}`), 502, page},
	} {
		t.Run(tc.kind.String(), func(t *testing.T) {
			g := newGateway(t, gateway.Config{Kind: tc.kind}, gateway.Route{Path: "$default", Integration: gateway.Proxy(tc.handler)})
			w := do(g, "GET", "/x", "")
			require.Equal(t, tc.status, w.Code)
			require.Equal(t, tc.body, w.Body.String())
		})
	}
}

func TestEventsByKind(t *testing.T) {
	albEvent := handlerFunc(func(_ context.Context, payload []byte) ([]byte, error) {
		return json.Marshal(map[string]any{"statusCode": 200, "headers": map[string]string{}, "body": string(payload)})
	})
	get := func(kind gateway.Kind) map[string]any {
		g := newGateway(t, gateway.Config{Kind: kind}, gateway.Route{Path: "$default", Integration: gateway.Proxy(albEvent)})
		return eventOf(t, do(g, "GET", "/a%20b/?q=a%2Bb&q=2", "", "X-A", "1", "X-A", "2").Body.String())
	}
	ev := get(gateway.FunctionURL)
	require.Equal(t, "/a%20b/", ev["rawPath"])
	require.Contains(t, ev["requestContext"].(map[string]any)["domainName"], ".lambda-url.")
	ev = get(gateway.ALB)
	require.Equal(t, "/a%20b/", ev["path"])
	require.Equal(t, map[string]any{"q": "2"}, ev["queryStringParameters"])
	require.Equal(t, "2", ev["headers"].(map[string]any)["x-a"])
	require.NotContains(t, ev, "multiValueHeaders")
	ev = get(gateway.ALBMultiValue)
	require.Equal(t, map[string]any{"q": []any{"a%2Bb", "2"}}, ev["multiValueQueryStringParameters"])
	require.NotContains(t, ev, "headers")
}

func TestTimeoutsByKind(t *testing.T) {
	for _, tc := range []struct {
		kind   gateway.Kind
		limit  time.Duration
		status int
	}{
		{gateway.REST, 29 * time.Second, 504}, {gateway.HTTP, 30 * time.Second, 503},
		{gateway.FunctionURL, 15 * time.Minute, 504}, {gateway.ALB, 15 * time.Minute, 504},
	} {
		synctest.Test(t, func(t *testing.T) {
			hangs := handlerFunc(func(ctx context.Context, _ []byte) ([]byte, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			})
			path := "$default"
			if tc.kind == gateway.REST {
				path = "/x"
			}
			g := newGateway(t, gateway.Config{Kind: tc.kind}, gateway.Route{Path: path, Integration: gateway.Proxy(hangs)})
			begin := time.Now()
			w := do(g, "GET", "/x", "")
			require.Equal(t, tc.status, w.Code, tc.kind)
			require.Equal(t, tc.limit, time.Since(begin), tc.kind)
			if tc.kind == gateway.REST {
				require.Equal(t, `{"message":"Endpoint request timed out"}`, w.Body.String())
			}
		})
	}
}

func TestLimitsByKind(t *testing.T) {
	for _, tc := range []struct {
		kind gateway.Kind
		size int
	}{{gateway.HTTP, 10 << 20}, {gateway.FunctionURL, 6 << 20}, {gateway.ALB, 1 << 20}} {
		g := newGateway(t, gateway.Config{Kind: tc.kind}, gateway.Route{Path: "$default", Integration: gateway.HTTPProxy(http.HandlerFunc(
			func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(200) }))})
		require.Equal(t, 200, do(g, "POST", "/x", strings.Repeat("x", tc.size)).Code, tc.kind)
		require.Equal(t, 413, do(g, "POST", "/x", strings.Repeat("x", tc.size+1)).Code, tc.kind)
	}
}

// TestPaths: what the URL, the event and the route have of a stage and of a custom domain, as observed on AWS.
func TestPaths(t *testing.T) {
	for _, tc := range []struct {
		name               string
		cfg                gateway.Config
		url, path, context string
	}{
		{"localhost", gateway.Config{}, "/your-path", "/your-path", "/prod/your-path"},
		{"own domain", gateway.Config{Stage: "stage", StageInURL: true}, "/stage/your-path", "/your-path", "/stage/your-path"},
		{"a slash more", gateway.Config{Stage: "stage", StageInURL: true}, "//stage/your-path", "/your-path", "/stage/your-path"},
		{"mapping at the root without a stage", gateway.Config{Stage: "stage", StageInURL: true, BasePath: "/"}, "/stage/your-path", "/stage/your-path", "/stage/your-path"},
		{"mapping without a stage", gateway.Config{Stage: "stage", StageInURL: true, BasePath: "/base"}, "/base/stage/your-path", "/base/stage/your-path", "/base/stage/your-path"},
		{"mapping with a stage", gateway.Config{Stage: "stage", BasePath: "/base"}, "/base/your-path", "/base/your-path", "/base/your-path"},
		{"mapping at the root", gateway.Config{Stage: "stage", BasePath: "/"}, "/your-path", "/your-path", "/your-path"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			g := newGateway(t, tc.cfg, gateway.Route{Path: "/{p}", Integration: gateway.Proxy(event)})
			ev := eventOf(t, do(g, "GET", tc.url, "").Body.String())
			require.Equal(t, tc.path, ev["path"])
			require.Equal(t, "/{p}", ev["resource"])
			require.Equal(t, map[string]any{"p": "your-path"}, ev["pathParameters"])
			require.Equal(t, tc.context, ev["requestContext"].(map[string]any)["path"])
		})
	}
	g := newGateway(t, gateway.Config{BasePath: "/pay"}, only(gateway.Proxy(event))...)
	for _, path := range []string{"/payment/x", "/other", "/"} {
		w := do(g, "GET", path, "")
		require.Equal(t, 403, w.Code, path)
		require.Equal(t, `{"message":"Forbidden"}`, w.Body.String())
	}
	require.Equal(t, "/", eventOf(t, do(g, "GET", "/pay", "").Body.String())["resource"])
	g = newGateway(t, gateway.Config{Kind: gateway.HTTP, Stage: "dev", StageInURL: true}, gateway.Route{Path: "$default", Integration: gateway.Proxy(event)})
	require.Equal(t, "/dev/x", eventOf(t, do(g, "GET", "/dev/x", "").Body.String())["rawPath"])
	require.Equal(t, 404, do(g, "GET", "/developers/x", "").Code)
}

func TestConfigErrors(t *testing.T) {
	p := gateway.Proxy(event)
	for _, tc := range []struct {
		cfg   gateway.Config
		route gateway.Route
		want  string
	}{
		{gateway.Config{}, gateway.Route{Path: "$default", Integration: p}, "no $default route"},
		{gateway.Config{Kind: gateway.HTTP}, gateway.Route{Method: "GET", Path: "$default", Integration: p}, "has no method"},
		{gateway.Config{Kind: gateway.ALB}, gateway.Route{Path: "/x", Integration: p}, "no routes but $default"},
		{gateway.Config{Kind: gateway.HTTP}, gateway.Route{Path: "/x", Integration: gateway.Mock(gateway.Templates{})}, "proxy integrations only"},
		{gateway.Config{Kind: gateway.HTTP}, gateway.Route{Path: "/x", Integration: p, APIKeyRequired: true}, "only routes of REST"},
		{gateway.Config{Kind: gateway.FunctionURL}, gateway.Route{Path: "$default", Integration: p, Authorizer: &gateway.Authorizer{Handler: event}}, "has no Lambda authorizers"},
		{gateway.Config{Kind: 9}, gateway.Route{Path: "/x", Integration: p}, "unknown kind"},
		{gateway.Config{CORS: &gateway.CORS{}}, gateway.Route{Path: "/x", Integration: p}, "only HTTP APIs and function URLs"},
		{gateway.Config{Kind: gateway.HTTP, CORS: &gateway.CORS{AllowOrigins: []string{"*"}, AllowCredentials: true}}, gateway.Route{Path: "/x", Integration: p}, `credentials for the origin "*"`},
		{gateway.Config{BasePath: "pay"}, gateway.Route{Path: "/x", Integration: p}, "does not start with a slash"},
		{gateway.Config{Responses: map[string]gateway.GatewayResponse{"DEFAULT": {}}}, gateway.Route{Path: "/x", Integration: p}, `"DEFAULT"`},
		{gateway.Config{APIKeys: []gateway.APIKey{{Value: "a"}, {Value: "a"}}}, gateway.Route{Path: "/x", Integration: p}, "same value"},
	} {
		_, err := gateway.New(tc.cfg, tc.route)
		require.ErrorContains(t, err, tc.want)
		require.True(t, strings.HasPrefix(err.Error(), "gateway: "), err)
	}
}

// TestPayloadV1: an HTTP API whose route has format 1.0, there and back.
func TestPayloadV1(t *testing.T) {
	serve := func(h handlerFunc, auth gateway.Authorization, header ...string) *httptest.ResponseRecorder {
		g := newGateway(t, gateway.Config{Kind: gateway.HTTP, Stage: "dev"},
			gateway.Route{Method: "POST", Path: "/users/{id}", Integration: gateway.ProxyV1(h), Authorizer: auth},
			gateway.Route{Path: "$default", Integration: gateway.ProxyV1(h), Authorizer: auth})
		return do(g, "POST", "/users/a%2Fb?q=1&q=2", "body", header...)
	}
	ev := eventOf(t, serve(event, nil).Body.String())
	require.Equal(t, "1.0", ev["version"])
	require.Equal(t, "/users/{id}", ev["resource"])
	require.Equal(t, "/dev/users/a/b", ev["path"])
	require.Equal(t, map[string]any{"id": "a/b"}, ev["pathParameters"])
	require.Equal(t, "body", ev["body"])
	require.Equal(t, map[string]any{"q": []any{"1", "2"}}, ev["multiValueQueryStringParameters"])
	require.Equal(t, "POST /users/{id}", ev["requestContext"].(map[string]any)["resourceId"])
	require.NotContains(t, ev["requestContext"], "authorizer")

	jwt := &gateway.JWT{Issuers: []string{pool}, Audience: []string{"app"}}
	ev = eventOf(t, serve(event, jwt, "Authorization", unsignedToken(with(nil))).Body.String())
	authorizer := ev["requestContext"].(map[string]any)["authorizer"].(map[string]any)
	require.Equal(t, "kim", authorizer["claims"].(map[string]any)["sub"])
	require.Contains(t, authorizer, "scopes")
	ev = eventOf(t, serve(event, gateway.IAM{}, "Authorization", signed, "X-Amz-Date", "20260101T000000Z").Body.String())
	require.Equal(t, "AKIDLOCAL", ev["requestContext"].(map[string]any)["identity"].(map[string]any)["accessKey"])

	w := serve(answering(`{"statusCode":201,"multiValueHeaders":{"Set-Cookie":["a=1","b=2"]},"body":"made"}`), nil)
	require.Equal(t, 201, w.Code)
	require.Equal(t, []string{"a=1", "b=2"}, w.Header()["Set-Cookie"])
	require.Equal(t, "made", w.Body.String())
	for _, bad := range []string{`"text"`, `{"body":"no status"}`, `{}`} {
		w = serve(answering(bad), nil)
		require.Equal(t, 500, w.Code, bad)
		require.Equal(t, `{"message":"Internal Server Error"}`, w.Body.String())
	}
	for _, kind := range []gateway.Kind{gateway.REST, gateway.FunctionURL} {
		path := map[gateway.Kind]string{gateway.REST: "/", gateway.FunctionURL: "$default"}[kind]
		_, err := gateway.New(gateway.Config{Kind: kind}, gateway.Route{Path: path, Integration: gateway.ProxyV1(event)})
		require.ErrorContains(t, err, "payload format 1.0")
	}
}

// TestRouteTimeout: an integration's own time-out goes before the gateway's.
func TestRouteTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		waits := handlerFunc(func(ctx context.Context, _ []byte) ([]byte, error) { <-ctx.Done(); return nil, ctx.Err() })
		g := newGateway(t, gateway.Config{Timeout: 10 * time.Second},
			gateway.Route{Path: "/own", Integration: gateway.Proxy(waits), Timeout: time.Second},
			gateway.Route{Path: "/long", Integration: gateway.Proxy(waits), Timeout: time.Minute},
			gateway.Route{Path: "/stream", Integration: gateway.Stream(func(ctx context.Context, _ json.RawMessage) (io.ReadCloser, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			}), Timeout: 2 * time.Second},
			gateway.Route{Path: "/not", Integration: gateway.Proxy(waits)})
		for path, want := range map[string]time.Duration{"/own": time.Second, "/long": time.Minute, "/stream": 2 * time.Second, "/not": 10 * time.Second} {
			begin := time.Now()
			require.Equal(t, 504, do(g, "GET", path, "").Code)
			require.Equal(t, want, time.Since(begin), path)
		}
	})
}
