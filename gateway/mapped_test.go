package gateway_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
)

// echoed is what a function or a server tells of its request.
type echoed struct {
	Headers               map[string]string
	RawPath               string
	RawQueryString        string
	QueryStringParameters map[string]string
	PathParameters        map[string]string
	Body                  string
}

var echoEvent = handlerFunc(func(_ context.Context, event []byte) ([]byte, error) {
	return json.Marshal(map[string]any{"statusCode": 200, "body": string(event)})
})

func mappedAPI(t *testing.T, i gateway.Integration, m gateway.ParameterMapping) *gateway.Gateway {
	t.Helper()
	api, err := gateway.New(gateway.Config{Kind: gateway.HTTP, StageVariables: map[string]string{"color": "red"}},
		gateway.Route{Path: "/pets/{id}", Integration: gateway.Mapped(i, m)},
		gateway.Route{Path: "/files/{path+}", Integration: gateway.Mapped(i, m)})
	require.NoError(t, err)
	return api
}

// TestMappedValues: every value, in the header X of an event. "-" stands for no such header.
func TestMappedValues(t *testing.T) {
	const body = `{"name":"Rex","n":1.5,"tags":["a","b"],"owner":{"id":7},"none":null,"line":"a\r\nb","text":"é"}`
	for value, want := range map[string]string{
		"static text":                  "static text",
		"":                             "",
		"costs 5$":                     "costs 5$",
		"$request.header.two":          "1,2",
		"$request.header.TWO":          "1,2",
		"$request.header.host":         "example.com",
		"$request.header.none":         "-",
		"$request.querystring.q":       "a b,c",
		"$request.querystring.Q":       "-",
		"$request.querystring.a.b":     "dotted",
		"$request.path":                "/pets/a b",
		"$request.path.id":             "a b",
		"$request.path.other":          "-",
		"$request.body":                body,
		"$request.body.name":           "Rex",
		"$request.body.n":              "1.5",
		"$request.body.tags":           `["a","b"]`,
		"$request.body.tags[1]":        "b",
		"$request.body.owner":          `{"id":7}`,
		"$request.body.owner.id":       "7",
		"$request.body.none":           "-",
		"$request.body.nowhere.at.all": "-",
		"$request.body.line":           "a  b",
		"$context.stage":               "$default",
		"$context.httpMethod":          "POST",
		"$context.routeKey":            "ANY /pets/{id}",
		"$context.identity.sourceIp":   "192.0.2.1",
		"$context.nothing":             "-",
		"$context.authorizer.nothing":  "-",
		"$stageVariables.color":        "red",
		"$stageVariables.none":         "-",
		"${request.path.id}":           "a b",
		"${request.header.none}":       "",
		"<${request.path.id}/${context.stage}/${stageVariables.none}>": "<a b/$default/>",
		"${request.body.name} & ${request.querystring.q}!":             "Rex & a b,c!",
	} {
		api := mappedAPI(t, gateway.Proxy(echoEvent), gateway.ParameterMapping{Request: map[string]string{"overwrite:header.X": value}})
		r := httptest.NewRequest("POST", "/pets/a%20b?q=a+b&q=c&a.b=dotted", strings.NewReader(body))
		r.Header["Two"] = []string{"1", "2"}
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		require.Equal(t, 200, w.Code, "%s: %s", value, w.Body)
		var got echoed
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &got))
		x, ok := got.Headers["x"]
		if !ok {
			x = "-"
		}
		require.Equal(t, want, x, value)
		require.Equal(t, body, got.Body, "the body is all there")
	}
}

// TestMappedBodyIsCut: a JSON path sees the first 100 KB of a body, which are no JSON then.
func TestMappedBodyIsCut(t *testing.T) {
	api := mappedAPI(t, gateway.Proxy(echoEvent), gateway.ParameterMapping{Request: map[string]string{"overwrite:header.X": "$request.body.a"}})
	for pad, want := range map[int]bool{100<<10 - len(`{"a":"b","c":""}`): true, 100<<10 - len(`{"a":"b","c":""}`) + 1: false} {
		w := httptest.NewRecorder()
		api.ServeHTTP(w, httptest.NewRequest("POST", "/pets/1", strings.NewReader(`{"a":"b","c":"`+strings.Repeat("x", pad)+`"}`)))
		require.Equal(t, want, strings.Contains(w.Body.String(), `\"x\":\"b\"`) || strings.Contains(w.Body.String(), `"x":"b"`), pad)
	}
}

// TestMappedRequests: every action and place, in the event of a function and at a server.
func TestMappedRequests(t *testing.T) {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		headers := map[string]string{"host": r.Host}
		for name, values := range r.Header {
			headers[strings.ToLower(name)] = strings.Join(values, ",")
		}
		body, _ := io.ReadAll(r.Body)
		_ = json.NewEncoder(w).Encode(echoed{Headers: headers, RawPath: r.URL.Path, RawQueryString: r.URL.RawQuery, Body: string(body)})
	}))
	defer backend.Close()
	for _, row := range []struct {
		name        string
		mapping     map[string]string
		header      map[string]string // "-" for none
		path, query string
	}{
		{"nothing", map[string]string{}, map[string]string{"a": "1", "b": "2"}, "/files/x/y", "q=1&r=2"},
		{"append a header", map[string]string{"append:header.A": "3", "append:header.New": "n"}, map[string]string{"a": "1,3", "new": "n"}, "/files/x/y", "q=1&r=2"},
		{"overwrite a header", map[string]string{"overwrite:header.a": "3", "overwrite:header.New": "n"}, map[string]string{"a": "3", "new": "n"}, "/files/x/y", "q=1&r=2"},
		{"remove a header", map[string]string{"remove:header.A": "''", "remove:header.none": ""}, map[string]string{"a": "-", "b": "2"}, "/files/x/y", "q=1&r=2"},
		{"rename a header", map[string]string{"append:header.C": "$request.header.A", "remove:header.A": "''"}, map[string]string{"a": "-", "c": "1"}, "/files/x/y", "q=1&r=2"},
		{"all of one header", map[string]string{"append:header.A": "z", "overwrite:header.A": "y", "remove:header.A": "''"}, map[string]string{"a": "y,z"}, "/files/x/y", "q=1&r=2"},
		{"swap", map[string]string{"overwrite:header.A": "$request.header.B", "overwrite:header.B": "$request.header.A"}, map[string]string{"a": "2", "b": "1"}, "/files/x/y", "q=1&r=2"},
		{"without a value", map[string]string{"overwrite:header.A": "$request.header.none", "overwrite:querystring.q": "$request.path.none"}, map[string]string{"a": "1"}, "/files/x/y", "q=1&r=2"},
		{"host", map[string]string{"overwrite:header.Host": "inner.example"}, map[string]string{"host": "inner.example"}, "/files/x/y", "q=1&r=2"},
		{"append to the query", map[string]string{"append:querystring.q": "a&b"}, nil, "/files/x/y", "q=1&r=2&q=a%26b"},
		{"overwrite in the query", map[string]string{"overwrite:querystring.q": "$request.path.path"}, nil, "/files/x/y", "r=2&q=x%2Fy"},
		{"remove from the query", map[string]string{"remove:querystring.q": "''", "remove:querystring.R": "''"}, nil, "/files/x/y", "r=2"},
		{"path", map[string]string{"overwrite:path": "/other path/${request.path.path}"}, nil, "/other path/x/y", "q=1&r=2"},
		{"path without a slash", map[string]string{"overwrite:path": "$request.path.path"}, nil, "/x/y", "q=1&r=2"},
		{"path with what would end it", map[string]string{"overwrite:path": "/a?b#c"}, nil, "/a?b#c", "q=1&r=2"},
	} {
		for kind, i := range map[string]gateway.Integration{
			"function": gateway.Proxy(echoEvent), "server": gateway.BackendProxy(backend.URL+"/{path}", "", nil),
		} {
			api := mappedAPI(t, i, gateway.ParameterMapping{Request: row.mapping})
			r := httptest.NewRequest("POST", "/files/x/y?q=1&r=2", strings.NewReader("body"))
			r.Header.Set("A", "1")
			r.Header.Set("B", "2")
			w := httptest.NewRecorder()
			api.ServeHTTP(w, r)
			require.Equal(t, 200, w.Code, "%s, %s: %s", row.name, kind, w.Body)
			var got echoed
			require.NoError(t, json.Unmarshal(w.Body.Bytes(), &got), w.Body.String())
			for name, want := range row.header {
				value, ok := got.Headers[name]
				if !ok {
					value = "-"
				}
				require.Equal(t, want, value, "%s, %s: header %s", row.name, kind, name)
			}
			path := row.path
			if _, overwritten := row.mapping["overwrite:path"]; kind == "server" && !overwritten {
				path = "/x/y" // of its URI
			}
			require.Equal(t, path, got.RawPath, "%s, %s", row.name, kind)
			require.Equal(t, row.query, got.RawQueryString, "%s, %s", row.name, kind)
		}
	}
}

// TestMappedLeavesTheRequest of the caller as it is.
func TestMappedLeavesTheRequest(t *testing.T) {
	api := mappedAPI(t, gateway.Proxy(echoEvent), gateway.ParameterMapping{Request: map[string]string{"append:header.X": "$request.body", "overwrite:path": "/x"}})
	r := httptest.NewRequest("GET", "/pets/1", http.NoBody)
	before := r.Clone(r.Context())
	api.ServeHTTP(httptest.NewRecorder(), r)
	require.Equal(t, before, r)
	require.Equal(t, http.NoBody, r.Body)
}

// TestMappedHost: a mapping that says nothing of the host leaves the one that the backend is asked for.
func TestMappedHost(t *testing.T) {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Host) }))
	defer backend.Close()
	i := gateway.BackendProxy(backend.URL, "", map[string]string{"integration.request.header.Host": "'shop.example'"})
	for key, want := range map[string]string{"append:header.X": "shop.example", "overwrite:header.Host": "b.example"} {
		w := httptest.NewRecorder()
		mappedAPI(t, i, gateway.ParameterMapping{Request: map[string]string{key: "b.example"}}).ServeHTTP(w, httptest.NewRequest("GET", "/pets/1", nil))
		require.Equal(t, want, w.Body.String(), key)
	}
}

// TestMappedAuthorizer: what an authorizer has found, of a token and of a function.
func TestMappedAuthorizer(t *testing.T) {
	lambdaAuth := &gateway.Authorizer{Simple: true, Identity: []string{"$request.header.Authorization"}, Handler: handlerFunc(func(context.Context, []byte) ([]byte, error) {
		return []byte(`{"isAuthorized":true,"context":{"user":"kim","level":3,"deep":{"er":"x"}}}`), nil
	})}
	api, err := gateway.New(gateway.Config{Kind: gateway.HTTP}, gateway.Route{Path: "/a", Authorizer: lambdaAuth, Integration: gateway.Mapped(gateway.Proxy(echoEvent), gateway.ParameterMapping{
		Request: map[string]string{"overwrite:header.X": "${context.authorizer.user}/${context.authorizer.level}/${context.authorizer.deep.er}/${context.authorizer.none}"},
	})})
	require.NoError(t, err)
	r := httptest.NewRequest("GET", "/a", nil)
	r.Header.Set("Authorization", "t")
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	var got echoed
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &got), w.Body.String())
	require.Equal(t, "kim/3/x/", got.Headers["x"])

	jwt := &gateway.JWT{Issuers: []string{"https://issuer.example"}, Audience: []string{"a"}, Source: "$request.header.Authorization"}
	api, err = gateway.New(gateway.Config{Kind: gateway.HTTP}, gateway.Route{Path: "/a", Authorizer: jwt, Integration: gateway.Mapped(gateway.Proxy(echoEvent), gateway.ParameterMapping{
		Request: map[string]string{"overwrite:header.X": "$context.authorizer.claims.sub"},
	})})
	require.NoError(t, err)
	got = echoed{}
	r.Header.Set("Authorization", "Bearer "+unsignedToken(object{"iss": "https://issuer.example", "aud": "a", "sub": "kim", "exp": int64(4102444800)}))
	w = httptest.NewRecorder()
	api.ServeHTTP(w, r)
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &got), w.Body.String())
	require.Equal(t, "kim", got.Headers["x"])
}

// TestMappedMistakes: New refuses them, each with its key.
func TestMappedMistakes(t *testing.T) {
	const request = "expected append|overwrite|remove:header.name, append|overwrite|remove:querystring.name or overwrite:path"
	const response = "expected append|overwrite|remove:header.name or overwrite:statuscode"
	check := func(m gateway.ParameterMapping, want string) {
		t.Helper()
		require.ErrorContains(t, m.Check(), want)
		_, err := gateway.New(gateway.Config{Kind: gateway.HTTP}, gateway.Route{Path: "/", Integration: gateway.Mapped(gateway.Proxy(echoEvent), m)})
		require.ErrorContains(t, err, want)
	}
	for _, key := range []string{"", "header.A", "set:header.A", "append:header.", "append:header.A b", "append:header", "append:querystring.", "append:path", "remove:path", "overwrite:path.id", "overwrite:statuscode", "append:body", "Append:header.A", "append:cookie.a"} {
		check(gateway.ParameterMapping{Request: map[string]string{key: "x"}}, fmt.Sprintf("parameter mapping %q: %s", key, request))
	}
	for _, key := range []string{"append:querystring.q", "overwrite:path", "append:statuscode", "remove:statuscode", "overwrite:statuscode.x"} {
		check(gateway.ParameterMapping{Response: map[int]map[string]string{200: {key: "201"}}}, fmt.Sprintf("parameter mapping %q: %s", key, response))
	}
	for _, name := range []string{"access-control-allow-origin", "Apigw-Requestid", "Authorization", "connection", "Content-Encoding", "Content-Length", "content-location", "Forwarded", "keep-alive", "ORIGIN",
		"proxy-authenticate", "proxy-authorization", "TE", "trailers", "Transfer-Encoding", "upgrade", "X-Amz-Date", "x-amzn-trace-id", "X-Forwarded-For", "x-forwarded-host", "x-forwarded-proto", "Via"} {
		for _, action := range []string{"append", "overwrite", "remove"} {
			check(gateway.ParameterMapping{Request: map[string]string{action + ":header." + name: "x"}}, "this header is reserved")
			check(gateway.ParameterMapping{Response: map[int]map[string]string{404: {action + ":header." + name: "x"}}}, "this header is reserved")
		}
	}
	for value, want := range map[string]string{
		"$request":        "expected $request.header|querystring|body|path, $context.name, $stageVariables.name or a text, got \"$request\"",
		"$request.header": "expected $request", "$request.header.": "expected $request", "$request.cookie.a": "expected $request", "$context.": "expected $request", "$context": "expected $request",
		"$5": "expected $request", "$response.body": "expected $request", "$context.a-b": "expected $request", "$stageVariables.a b": "expected $request",
		"$request.body..name": "expected a JSON path without recursion and filters", "$request.body.a[?(@.b)]": "expected a JSON path", "$request.body.a')": "expected a JSON path", "$request.body.": "expected a JSON path",
		"${request.path": "expected } after ${request.path", "a ${b} c": "got \"$b\"", "${}": "got \"$\"",
	} {
		check(gateway.ParameterMapping{Request: map[string]string{"append:header.X": value}}, want)
	}
	for _, value := range []string{"$request.header.a", "$response.querystring.a", "$response.path"} {
		check(gateway.ParameterMapping{Response: map[int]map[string]string{200: {"append:header.X": value}}}, "expected $response.header|body, $context.name")
	}
	for _, value := range []string{"", "99", "600", "ok"} {
		check(gateway.ParameterMapping{Response: map[int]map[string]string{200: {"overwrite:statuscode": value}}}, "expected a status from 200 to 599, got")
	}
	check(gateway.ParameterMapping{Response: map[int]map[string]string{199: {}}}, "expected a status from 200 to 599, got 199")

	_, err := gateway.New(gateway.Config{}, gateway.Route{Path: "/", Integration: gateway.Mapped(gateway.Proxy(echoEvent), gateway.ParameterMapping{})})
	require.ErrorContains(t, err, "a REST has no parameter mapping of this kind")
	_, err = gateway.New(gateway.Config{Kind: gateway.HTTP}, gateway.Route{Path: "/", Integration: gateway.Mapped(gateway.Mock(gateway.Templates{}), gateway.ParameterMapping{})})
	require.ErrorContains(t, err, "proxy integrations only")
	_, err = gateway.New(gateway.Config{Kind: gateway.HTTP}, gateway.Route{Path: "/", Integration: gateway.Mapped(nil, gateway.ParameterMapping{})})
	require.ErrorContains(t, err, "without an integration")
}

// FuzzParameterMapping: what Check accepts can be served, and leaves one line a header.
func FuzzParameterMapping(f *testing.F) {
	for _, seed := range [][2]string{{"append:header.X", "$request.body.a"}, {"overwrite:path", "${request.path}/x"}, {"remove:querystring.q", "''"}, {"overwrite:querystring.a b", "$context.requestId"}} {
		f.Add(seed[0], seed[1], `{"a":["b"]}`)
	}
	f.Fuzz(func(t *testing.T, key, value, body string) {
		m := gateway.ParameterMapping{Request: map[string]string{key: value}}
		if m.Check() != nil {
			return
		}
		called := false
		api, err := gateway.New(gateway.Config{Kind: gateway.HTTP}, gateway.Route{Path: "/{p+}", Integration: gateway.Mapped(gateway.HTTPProxy(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			called = true
			for _, values := range r.Header {
				require.False(t, slices.ContainsFunc(values, func(v string) bool { return strings.ContainsAny(v, "\r\n\x00") }))
			}
			_, err := http.NewRequest("GET", "http://h"+r.URL.RequestURI(), nil)
			require.NoError(t, err, r.URL.RequestURI())
		})), m)})
		require.NoError(t, err)
		api.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/a/b?q=1", strings.NewReader(body)))
		require.True(t, called)
	})
}

// TestMappedIsNotObserved: the log and the observer have the request as the client sent it.
func TestMappedIsNotObserved(t *testing.T) {
	var seen gateway.Exchange
	api, err := gateway.New(gateway.Config{Kind: gateway.HTTP, Observe: func(e gateway.Exchange) { seen = e }},
		gateway.Route{Path: "/a", Integration: gateway.Mapped(gateway.Proxy(echoEvent), gateway.ParameterMapping{
			Request: map[string]string{"overwrite:path": "/b", "remove:header.A": "''", "append:header.X": "$request.body.line"},
		})})
	require.NoError(t, err)
	r := httptest.NewRequest("POST", "/a", strings.NewReader(`{"line":"a\r\nb"}`))
	r.Header.Set("A", "1")
	api.ServeHTTP(httptest.NewRecorder(), r)
	require.Equal(t, []string{"/a", "1"}, []string{seen.Path, seen.Header.Get("A")})
	require.Contains(t, string(seen.Event), `"rawPath":"/b"`)
	require.Contains(t, string(seen.Event), `"x":"a  b"`)
}
