package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
)

// guard is an authorizer's function: it counts its calls, keeps its event, and answers.
type guard struct {
	calls  int
	event  map[string]any
	answer string
	err    error
}

func (g *guard) Invoke(_ context.Context, payload []byte) ([]byte, error) {
	g.calls++
	g.event = nil
	if err := json.Unmarshal(payload, &g.event); err != nil {
		return nil, err
	}
	return []byte(g.answer), g.err
}

func policyFor(effect, resource string) string {
	return `{"principalId":"kim","policyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"` + effect +
		`","Action":"execute-api:Invoke","Resource":"` + resource + `"}]},"context":{"n":1.5,"b":true,"s":"x"}}`
}

const api = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod/"

func TestTokenAuthorizer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fn := &guard{answer: policyFor("Allow", api+"GET/users/*")}
		a := &gateway.Authorizer{Handler: fn, Token: true, Validation: "Bearer .+", TTL: 5 * time.Minute}
		g := newGateway(t, gateway.Config{}, gateway.Route{Path: "/{proxy+}", Integration: gateway.Proxy(event), Authorizer: a})

		w := do(g, "GET", "/users/1", "")
		require.Equal(t, 401, w.Code)
		require.Equal(t, `{"message":"Unauthorized"}`, w.Body.String())
		require.Equal(t, 401, do(g, "GET", "/users/1", "", "Authorization", "Basic x").Code)
		require.Zero(t, fn.calls)

		w = do(g, "GET", "/users/1", "", "Authorization", "Bearer 1")
		require.Equal(t, 200, w.Code, w.Body)
		require.Equal(t, map[string]any{"type": "TOKEN", "methodArn": api + "GET/users/1", "authorizationToken": "Bearer 1"}, fn.event)
		granted := eventOf(t, w.Body.String())["requestContext"].(map[string]any)["authorizer"].(map[string]any)
		require.Equal(t, map[string]any{"principalId": "kim", "n": "1.5", "b": "true", "s": "x", "integrationLatency": 0.0}, granted)

		w = do(g, "DELETE", "/users/1", "", "Authorization", "Bearer 1")
		require.Equal(t, 403, w.Code, "the cached policy is evaluated for each method")
		require.Equal(t, `{"Message":"User is not authorized to access this resource"}`, w.Body.String())
		require.Equal(t, 200, do(g, "GET", "/users/2", "", "Authorization", "Bearer 1").Code)
		require.Equal(t, 1, fn.calls)
		require.Equal(t, 200, do(g, "GET", "/users/2", "", "Authorization", "Bearer 2").Code)
		require.Equal(t, 2, fn.calls)
		time.Sleep(5*time.Minute + 1)
		require.Equal(t, 200, do(g, "GET", "/users/2", "", "Authorization", "Bearer 2").Code)
		require.Equal(t, 3, fn.calls, "no longer cached")
	})
}

func TestAuthorizerFailures(t *testing.T) {
	for _, tc := range []struct {
		name   string
		guard  guard
		status int
		body   string
	}{
		{"deny", guard{answer: policyFor("Deny", "*")}, 403, `{"Message":"User is not authorized to access this resource with an explicit deny"}`},
		{"other resource", guard{answer: policyFor("Allow", api+"GET/y")}, 403, `{"Message":"User is not authorized to access this resource"}`},
		{"unauthorized", guard{err: errors.New("Unauthorized")}, 401, `{"message":"Unauthorized"}`},
		{"other error", guard{err: errors.New("secret")}, 500, `{"message":null}`},
		{"no JSON", guard{answer: "x"}, 500, `{"message":null}`},
		{"no policy", guard{answer: `{"principalId":"a"}`}, 500, `{"message":null}`},
		{"no principal", guard{answer: `{"policyDocument":{"Statement":[]}}`}, 500, `{"message":null}`},
		{"condition", guard{answer: `{"principalId":"a","policyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{}}}}}`}, 500, `{"message":null}`},
		{"nested context", guard{answer: `{"principalId":"a","policyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}},"context":{"a":[]}}`}, 500, `{"message":null}`},
		{"single statement", guard{answer: `{"principalId":"a","policyDocument":{"Statement":{"Effect":"Allow","Action":["*"],"Resource":["*"]}}}`}, 200, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			g := newGateway(t, gateway.Config{}, gateway.Route{Path: "/x", Integration: gateway.Proxy(answering(`{"statusCode":200}`)),
				Authorizer: &gateway.Authorizer{Handler: &tc.guard, Token: true}})
			w := do(g, "GET", "/x", "", "Authorization", "t")
			require.Equal(t, tc.status, w.Code)
			require.Equal(t, tc.body, w.Body.String())
		})
	}
}

func TestRequestAuthorizer(t *testing.T) {
	fn := &guard{answer: policyFor("Allow", "*")}
	a := &gateway.Authorizer{Handler: fn, Identity: []string{"method.request.header.X-Key", "method.request.querystring.q", "stageVariables.v"}, TTL: time.Minute}
	g := newGateway(t, gateway.Config{StageVariables: map[string]string{"v": "1"}}, gateway.Route{Method: "POST", Path: "/users/{id}", Integration: gateway.Proxy(event), Authorizer: a})
	require.Equal(t, 401, do(g, "POST", "/users/1", "", "X-Key", "k").Code, "the query is part of the identity")
	w := do(g, "POST", "/users/1?q=2", "body", "X-Key", "k")
	require.Equal(t, 200, w.Code)
	require.Equal(t, "body", eventOf(t, w.Body.String())["body"], "the authorizer has not eaten the body")
	require.Equal(t, "REQUEST", fn.event["type"])
	require.Equal(t, api+"POST/users/1", fn.event["methodArn"])
	require.Equal(t, map[string]any{"id": "1"}, fn.event["pathParameters"])
	require.NotContains(t, fn.event, "body")
	require.Equal(t, 200, do(g, "POST", "/users/1?q=3", "", "X-Key", "k").Code)
	require.Equal(t, 2, fn.calls)
}

func TestHTTPAPIAuthorizer(t *testing.T) {
	fn := &guard{answer: `{"isAuthorized":true,"context":{"n":1,"o":{"a":[1]}}}`}
	a := &gateway.Authorizer{Handler: fn, Simple: true, Identity: []string{"$request.header.Authorization"}}
	g := newGateway(t, gateway.Config{Kind: gateway.HTTP}, gateway.Route{Path: "/x", Integration: gateway.Proxy(event), Authorizer: a})
	w := do(g, "GET", "/x", "")
	require.Equal(t, 401, w.Code)
	require.Equal(t, `{"message":"Unauthorized"}`, w.Body.String())
	w = do(g, "GET", "/x", "", "Authorization", "t")
	require.Equal(t, 200, w.Code)
	require.Equal(t, map[string]any{"lambda": map[string]any{"n": 1.0, "o": map[string]any{"a": []any{1.0}}}},
		eventOf(t, w.Body.String())["requestContext"].(map[string]any)["authorizer"])
	require.Equal(t, "2.0", fn.event["version"])
	require.Equal(t, []any{"t"}, fn.event["identitySource"])
	require.Equal(t, "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/$default/GET/x", fn.event["routeArn"])
	fn.answer = `{"isAuthorized":false}`
	w = do(g, "GET", "/x", "", "Authorization", "t")
	require.Equal(t, 403, w.Code)
	require.Equal(t, `{"message":"Forbidden"}`, w.Body.String())
	fn.answer = `{}`
	require.Equal(t, 500, do(g, "GET", "/x", "", "Authorization", "t").Code)
}

// TestHTTPAPIAuthorizerV1: format 1.0 of an authorizer's event, behind a route with format 1.0 as well.
func TestHTTPAPIAuthorizerV1(t *testing.T) {
	fn := &guard{answer: policyFor("Allow", "*")}
	a := &gateway.Authorizer{Handler: fn, PayloadV1: true, Identity: []string{"$request.header.Authorization", "$request.querystring.q"}}
	g := newGateway(t, gateway.Config{Kind: gateway.HTTP}, gateway.Route{Path: "/x/{id}", Integration: gateway.ProxyV1(event), Authorizer: a})
	require.Equal(t, 401, do(g, "GET", "/x/1", "", "Authorization", "t").Code)
	w := do(g, "GET", "/x/1?q=2", "body", "Authorization", "t")
	require.Equal(t, 200, w.Code, w.Body)
	for name, want := range map[string]any{
		"version": "1.0", "type": "REQUEST", "identitySource": "t,2", "authorizationToken": "t,2", "resource": "/x/{id}", "httpMethod": "GET",
		"methodArn": "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/$default/GET/x/1", "pathParameters": map[string]any{"id": "1"}, "stageVariables": map[string]any{},
	} {
		require.Equal(t, want, fn.event[name], name)
	}
	for _, name := range []string{"body", "multiValueHeaders", "multiValueQueryStringParameters"} {
		require.NotContains(t, fn.event, name)
	}
	ev := eventOf(t, w.Body.String())
	require.Equal(t, "1.0", ev["version"])
	require.Equal(t, map[string]any{"claims": nil, "scopes": nil, "n": 1.5, "b": true, "s": "x"}, ev["requestContext"].(map[string]any)["authorizer"])
	fn.answer = `{"isAuthorized":true}`
	require.Equal(t, 500, do(g, "GET", "/x/1?q=2", "", "Authorization", "t").Code)
	for _, kind := range []gateway.Kind{gateway.REST, gateway.HTTP} {
		_, err := gateway.New(gateway.Config{Kind: kind}, gateway.Route{Path: "/x", Integration: gateway.Proxy(event),
			Authorizer: &gateway.Authorizer{Handler: fn, PayloadV1: true, Simple: kind == gateway.HTTP}})
		require.ErrorContains(t, err, "payload format")
	}
}

func TestAPIKeys(t *testing.T) {
	g := newGateway(t, gateway.Config{APIKeys: []gateway.APIKey{{Value: "s3cret", ID: "id1"}}},
		gateway.Route{Path: "/x", Integration: gateway.Proxy(event), APIKeyRequired: true},
		gateway.Route{Path: "/open", Integration: gateway.Proxy(event)})
	for _, key := range []string{"", "other"} {
		w := do(g, "GET", "/x", "", "X-Api-Key", key)
		require.Equal(t, 403, w.Code)
		require.Equal(t, `{"message":"Forbidden"}`, w.Body.String())
	}
	identity := func(path string) map[string]any {
		ev := eventOf(t, do(g, "GET", path, "", "X-Api-Key", "s3cret").Body.String())
		return ev["requestContext"].(map[string]any)["identity"].(map[string]any)
	}
	require.Equal(t, "s3cret", identity("/x")["apiKey"])
	require.Equal(t, "id1", identity("/x")["apiKeyId"])
	require.NotContains(t, identity("/open"), "apiKey")
}

// TestCacheKey: requests in which a function may see different identities share no result.
func TestCacheKey(t *testing.T) {
	for name, requests := range map[string][2]string{
		"a zero byte in a value":   {"/x?a=1%00&b=2", "/x?a=1&b=%002"},
		"a second value":           {"/x?a=1&b=2", "/x?a=1&a=3&b=2"},
		"a comma":                  {"/x?a=1&a=3&b=2", "/x?a=1,3&b=2"},
		"what net/url would leave": {"/x?a=1&b=2", "/x?a=1&a=3;&b=2"},
		"quotes":                   {"/x?a=1%22&b=2", "/x?a=1&b=%222"},
	} {
		t.Run(name, func(t *testing.T) {
			fn := &guard{answer: policyFor("Allow", "*")}
			a := &gateway.Authorizer{Handler: fn, TTL: time.Minute, Identity: []string{"method.request.querystring.a", "method.request.querystring.b"}}
			g := newGateway(t, gateway.Config{}, gateway.Route{Path: "/x", Integration: gateway.Proxy(event), Authorizer: a})
			for i, target := range []string{requests[0], requests[1], requests[0]} {
				require.Equal(t, 200, do(g, "GET", target, "").Code)
				require.Equal(t, min(i+1, 2), fn.calls)
			}
		})
	}
	_, err := gateway.New(gateway.Config{}, gateway.Route{Path: "/x", Integration: gateway.Proxy(event), Authorizer: &gateway.Authorizer{Handler: &guard{}, TTL: time.Minute}})
	require.ErrorContains(t, err, "caching needs identity sources")
}

// TestRouteKeyIdentity: AWS documents $context.routeKey as what keeps the results of routes apart.
func TestRouteKeyIdentity(t *testing.T) {
	fn := &guard{answer: `{"isAuthorized":true}`}
	a := &gateway.Authorizer{Handler: fn, Simple: true, TTL: time.Minute, Identity: []string{"$request.header.Authorization", "$context.routeKey"}}
	g := newGateway(t, gateway.Config{Kind: gateway.HTTP},
		gateway.Route{Method: "GET", Path: "/x", Integration: gateway.Proxy(event), Authorizer: a},
		gateway.Route{Method: "GET", Path: "/y", Integration: gateway.Proxy(event), Authorizer: a})
	for i, target := range []string{"/x", "/y", "/x"} {
		require.Equal(t, 200, do(g, "GET", target, "", "Authorization", "t").Code)
		require.Equal(t, min(i+1, 2), fn.calls)
	}
	require.Equal(t, []any{"t", "GET /y"}, fn.event["identitySource"])
}

// TestSpellings: what reaches a resource is denied for it, however its path is written.
func TestSpellings(t *testing.T) {
	fn := &guard{answer: `{"principalId":"k","policyDocument":{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},
		{"Effect":"Deny","Action":"*","Resource":["` + api + `GET/admin/*","` + api + `GET/admin"]}]}}`}
	a := &gateway.Authorizer{Handler: fn, Token: true}
	g := newGateway(t, gateway.Config{},
		gateway.Route{Path: "/admin", Integration: gateway.Proxy(event), Authorizer: a},
		gateway.Route{Path: "/admin/{id}", Integration: gateway.Proxy(event), Authorizer: a},
		gateway.Route{Path: "/{proxy+}", Integration: gateway.Proxy(event), Authorizer: a})
	for _, path := range []string{"/admin", "/admin/", "//admin", "/%61dmin", "/admin/1", "/adm%69n/1", "/%61%64%6din/1/"} {
		require.Equal(t, 403, do(g, "GET", path, "", "Authorization", "t").Code, path)
	}
	require.Equal(t, 200, do(g, "GET", "/a%2Fb/c%20d", "", "Authorization", "t").Code)
	require.Equal(t, api+"GET/a%2Fb/c%20d", fn.event["methodArn"])
}
