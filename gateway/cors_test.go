package gateway_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
)

func TestCORS(t *testing.T) {
	h := answering(`{"statusCode":200,"headers":{"Access-Control-Allow-Origin":"*","X":"1"},"body":"b"}`)
	g := newGateway(t, gateway.Config{Kind: gateway.HTTP, CORS: &gateway.CORS{
		AllowOrigins: []string{"https://a.test", "https://*.b.test"}, AllowMethods: []string{"GET", "PUT"},
		AllowHeaders: []string{"X-A"}, ExposeHeaders: []string{"X"}, MaxAge: 5 * time.Minute, AllowCredentials: true,
	}}, gateway.Route{Method: "GET", Path: "/x", Integration: gateway.Proxy(h)})
	for _, tc := range []struct{ origin, allowed string }{
		{"https://a.test", "https://a.test"}, {"https://x.b.test", "https://x.b.test"}, {"https://.b.test", ""},
		{"https://a.test.evil", ""}, {"null", ""}, {"", ""},
	} {
		w := do(g, "GET", "/x", "", "Origin", tc.origin)
		require.Equal(t, 200, w.Code)
		require.Equal(t, tc.allowed, w.Header().Get("Access-Control-Allow-Origin"), tc.origin)
		if tc.allowed != "" {
			require.Equal(t, "X", w.Header().Get("Access-Control-Expose-Headers"))
			require.Equal(t, "true", w.Header().Get("Access-Control-Allow-Credentials"))
			require.Contains(t, w.Header()["Vary"], "Origin")
		}
		w = do(g, "OPTIONS", "/nowhere", "", "Origin", tc.origin, "Access-Control-Request-Method", "PUT")
		if tc.origin == "" {
			require.Equal(t, 404, w.Code, "that is no preflight")
			continue
		}
		require.Equal(t, 204, w.Code)
		require.Equal(t, tc.allowed, w.Header().Get("Access-Control-Allow-Origin"), tc.origin)
		if tc.allowed != "" {
			require.Equal(t, "GET,PUT", w.Header().Get("Access-Control-Allow-Methods"))
			require.Equal(t, "300", w.Header().Get("Access-Control-Max-Age"))
		}
	}
	require.Equal(t, "https://a.test", do(g, "GET", "/nowhere", "", "Origin", "https://a.test").Header().Get("Access-Control-Allow-Origin"),
		"a page can read the gateway's own answers")
	g = newGateway(t, gateway.Config{Kind: gateway.FunctionURL, CORS: &gateway.CORS{AllowOrigins: []string{"*"}}},
		gateway.Route{Path: "$default", Integration: gateway.HTTPProxy(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("b")) }))})
	require.Equal(t, "*", do(g, "GET", "/x", "", "Origin", "null").Header().Get("Access-Control-Allow-Origin"))
}

func TestGatewayResponses(t *testing.T) {
	g := newGateway(t, gateway.Config{Stage: "live", Responses: map[string]gateway.GatewayResponse{
		"DEFAULT_4XX": {Headers: map[string]string{"Access-Control-Allow-Origin": "'*'", "X-Path": "context.path", "X-None": "context.none"}},
		"DEFAULT_5XX": {Status: 503, Templates: map[string]string{
			"text/plain": "$context.error.message ${context.stage} $context.error.responseType $context.nothing $5",
		}},
		"INVALID_API_KEY": {Status: 402, Templates: map[string]string{"application/json": `{"m":$context.error.messageString,"q":"$context.error.message"}`}},
	}},
		gateway.Route{Path: "/bad", Integration: gateway.Proxy(answering("{}"))},
		gateway.Route{Path: "/key", Integration: gateway.Proxy(event), APIKeyRequired: true},
	)
	w := do(g, "GET", "/nowhere", "")
	require.Equal(t, 403, w.Code)
	require.Equal(t, `{"message":"Missing Authentication Token"}`, w.Body.String())
	require.Equal(t, "*", w.Header().Get("Access-Control-Allow-Origin"))
	require.Equal(t, "/live/nowhere", w.Header().Get("X-Path"))
	require.NotContains(t, w.Header(), "X-None")
	w = do(g, "GET", "/bad", "")
	require.Equal(t, 503, w.Code)
	require.Equal(t, "Internal server error live   $5", w.Body.String())
	require.Equal(t, "text/plain", w.Header().Get("Content-Type"))
	w = do(g, "GET", "/key", "")
	require.Equal(t, 402, w.Code)
	require.Equal(t, `{"m":"Forbidden","q":"Forbidden"}`, w.Body.String())
}
