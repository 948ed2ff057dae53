package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
	"github.com/lambdarest/lambdarest/mapping/vtl"
)

// echo is the identity: the event is the result.
var echo = handlerFunc(func(_ context.Context, payload []byte) ([]byte, error) { return payload, nil })

func failing(message string) handlerFunc {
	return func(context.Context, []byte) ([]byte, error) { return nil, errors.New(message) }
}

func js(template string) map[string]string { return map[string]string{"application/json": template} }

func TestLambdaRequestTemplates(t *testing.T) {
	g := newGateway(t, gateway.Config{Stage: "live", StageVariables: map[string]string{"table": "ausg"}},
		gateway.Route{Path: "/body", Integration: gateway.Lambda(echo, gateway.Templates{Request: js("$input.json('$')")})},
		gateway.Route{Path: "/p/{id}", Integration: gateway.Lambda(echo, gateway.Templates{Request: js(
			`{"id": "$input.params('id')", "q": "$input.params('q')", "h": "$input.params('X-H')", "stage": "$context.stage",
			  "path": "$context.path", "resource": "$context.resourcePath", "ip": "$context.identity.sourceIp",
			  "at": $context.requestTimeEpoch, "table": "$stageVariables.table"}`)})},
		gateway.Route{Path: "/pass/{id}", Integration: gateway.Lambda(echo, gateway.Templates{Request: js(vtl.Passthrough)})},
		gateway.Route{Path: "/empty", Integration: gateway.Lambda(echo, gateway.Templates{Request: js(" ")})},
	)
	require.JSONEq(t, `{"id":1,"name":"김"}`, do(g, "POST", "/body", `{"id":1,"name":"김"}`).Body.String())
	require.JSONEq(t, `{}`, do(g, "POST", "/body", "").Body.String())
	require.JSONEq(t, `{}`, do(g, "POST", "/empty", "x").Body.String(), "nothing rendered is {}")
	require.Equal(t, 400, do(g, "POST", "/body", "{a").Code)

	var got map[string]any
	body := do(g, "GET", "/p/a%2Fb%20%EA%B9%80+c?q=1&q=a%2Bb+c", "", "X-H", "one", "X-H", "two").Body
	require.NoError(t, json.Unmarshal(body.Bytes(), &got), "%s", body)
	require.Greater(t, got["at"], 1.7e12)
	delete(got, "at")
	require.Equal(t, map[string]any{
		"id": "a/b 김+c", "q": "a+b c", "h": "two", "stage": "live", "path": "/live/p/a%2Fb%20%EA%B9%80+c",
		"resource": "/p/{id}", "ip": "192.0.2.1", "table": "ausg",
	}, got)

	got = nil
	body = do(g, "POST", "/pass/7?q=x", `{"a":[1]}`).Body
	require.NoError(t, json.Unmarshal(body.Bytes(), &got), "%s", body)
	require.Equal(t, map[string]any{"a": []any{1.0}}, got["body-json"])
	require.Equal(t, map[string]any{"id": "7"}, got["params"].(map[string]any)["path"])
	require.Equal(t, map[string]any{"q": "x"}, got["params"].(map[string]any)["querystring"])
	require.Equal(t, "POST", got["context"].(map[string]any)["http-method"])
}

func TestLambdaZeroTemplates(t *testing.T) {
	g := newGateway(t, gateway.Config{}, only(gateway.Lambda(echo, gateway.Templates{}))...)
	w := do(g, "POST", "/x", `{"a":1}`)
	require.Equal(t, 200, w.Code)
	require.Equal(t, `{"a":1}`, w.Body.String())
	require.Equal(t, "application/json", w.Header().Get("Content-Type"))
	failed := newGateway(t, gateway.Config{}, only(gateway.Lambda(failing("why"), gateway.Templates{}))...)
	w = do(failed, "POST", "/x", `{}`)
	require.Equal(t, 200, w.Code, "an error that nothing matches gets the default response")
	require.JSONEq(t, `{"errorMessage":"why","errorType":"errorString"}`, w.Body.String())
}

func TestEventMustBeJSON(t *testing.T) {
	g := newGateway(t, gateway.Config{}, only(gateway.Lambda(echo, gateway.Templates{Request: map[string]string{"text/raw": "$input.body"}}))...)
	for _, tc := range []struct{ body, want string }{
		{`{"a":"it\'s"}`, "Unrecognized character escape ''' (code 39)\n at [Source: [B@0; line: 1, column: 10]"},
		{"{\n\"a\":\"b\r\"}", "Illegal unquoted character ((CTRL-CHAR, code 13)): has to be escaped using backslash to be included in string value\n at [Source: [B@0; line: 2, column: 7]"},
		{`{"a":1,,}`, "Unexpected character (',' (code 44)): was expecting double-quote to start field name"},
		{`{"a":"x"i"}`, "Unexpected character ('i' (code 105)): was expecting comma to separate OBJECT entries"},
		{`{"a" 1}`, "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value"},
		{`[1 2]`, "Unexpected character ('2' (code 50)): was expecting comma to separate ARRAY entries"},
		{`{"a":}`, "Unexpected character ('}' (code 125)): expected a valid value (number, String, array, object, 'true', 'false' or 'null')"},
		{`{} x`, "Unexpected character ('x' (code 120)): was expecting the end of the input"},
		{`{"a":`, "Unexpected end-of-input\n at [Source: [B@0; line: 1, column: 6]"},
		{`가`, "Unexpected character ('가' (code 44032))"},
	} {
		for _, contentType := range []string{"text/raw", "unknown/type"} { // rendered, and passed through
			w := do(g, "POST", "/x", tc.body, "Content-Type", contentType)
			require.Equal(t, 400, w.Code, tc.body)
			var got struct{ Message string }
			require.NoError(t, json.Unmarshal(w.Body.Bytes(), &got))
			require.Contains(t, got.Message, "Could not parse request body into json: "+tc.want)
		}
	}
}

// behaviour is a recorded or documented case of the non-proxy integration.
type behaviour struct {
	Name, Kind string
	Given      json.RawMessage
	Expected   json.RawMessage
}

func behaviours(t *testing.T, kind string) []behaviour {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "shared", "data", "mapping", "integration_behaviour.json"))
	if os.IsNotExist(err) {
		t.Skip("the recordings are not here: the cases of AWS's guide are not replayed, the tables of the other tests are")
	}
	require.NoError(t, err)
	var all, some []behaviour
	require.NoError(t, json.Unmarshal(data, &all))
	for _, b := range all {
		if b.Kind == kind {
			some = append(some, b)
		}
	}
	require.NotEmpty(t, some)
	return some
}

func TestPassthroughBehaviour(t *testing.T) {
	values := map[string]gateway.Passthrough{
		"": gateway.WhenNoMatch, "WHEN_NO_MATCH": gateway.WhenNoMatch, "WHEN_NO_TEMPLATES": gateway.WhenNoTemplates, "NEVER": gateway.Never,
	}
	for _, b := range append(behaviours(t, "passthroughBehavior"), behaviours(t, "templateSelection")...) {
		var given struct {
			RequestTemplates    map[string]string
			ContentType         string
			PassthroughBehavior string
		}
		var want string
		require.NoError(t, json.Unmarshal(b.Given, &given))
		require.NoError(t, json.Unmarshal(b.Expected, &want))
		if strings.HasPrefix(b.Name, "select/response") {
			continue // see TestResponseTemplateChoice
		}
		t.Run(b.Name, func(t *testing.T) {
			for contentType := range given.RequestTemplates {
				given.RequestTemplates[contentType] = `"template"`
			}
			g := newGateway(t, gateway.Config{}, only(gateway.Lambda(echo, gateway.Templates{
				Request: given.RequestTemplates, Passthrough: values[given.PassthroughBehavior],
			}))...)
			var header []string
			if given.ContentType != "" {
				header = []string{"Content-Type", given.ContentType}
			}
			w := do(g, "POST", "/x", `"passthrough"`, header...)
			if want == "415" {
				require.Equal(t, 415, w.Code)
				require.Equal(t, `{"message":"Unsupported Media Type"}`, w.Body.String())
				return
			}
			require.Equal(t, `"`+want+`"`, w.Body.String())
		})
	}
}

func TestResponseTemplateChoice(t *testing.T) {
	for _, tc := range []struct {
		types        []string
		accept, want string
	}{
		{[]string{"application/xml", "application/json"}, "", "application/json"},
		{[]string{"application/xml", "application/json"}, "application/xml", "application/xml"},
		{[]string{"application/xml", "application/json"}, "text/csv;q=1, Application/XML;q=0.5", "application/xml"},
		{[]string{"application/xml", "application/json"}, "*/*", "application/json"},
		{[]string{"application/xml"}, "text/csv", "application/xml"},
		{[]string{"text/plain", "text/csv"}, "", "text/csv"},
		{nil, "text/csv", "application/json"},
	} {
		templates := map[string]string{}
		for _, contentType := range tc.types {
			templates[contentType] = contentType
		}
		g := newGateway(t, gateway.Config{}, only(gateway.Lambda(echo, gateway.Templates{Responses: []gateway.Response{{Templates: templates}}}))...)
		w := do(g, "GET", "/x", "", "Accept", tc.accept)
		require.Equal(t, tc.want, w.Header().Get("Content-Type"), "%v, accept %q", tc.types, tc.accept)
		if tc.types != nil {
			require.Equal(t, tc.want, w.Body.String())
		}
	}
}

func TestRecordedSelectionPatterns(t *testing.T) {
	for _, b := range behaviours(t, "selectionPattern") {
		var given struct {
			IntegrationResponses []struct {
				StatusCode       json.Number
				SelectionPattern string
			}
			LambdaError struct{ ErrorMessage string } `json:"lambda_error"`
		}
		var want struct{ Status int }
		require.NoError(t, json.Unmarshal(b.Given, &given))
		require.NoError(t, json.Unmarshal(b.Expected, &want))
		t.Run(b.Name, func(t *testing.T) {
			var responses []gateway.Response
			for _, r := range given.IntegrationResponses {
				status, err := r.StatusCode.Int64()
				require.NoError(t, err)
				responses = append(responses, gateway.Response{Pattern: r.SelectionPattern, Status: int(status)})
			}
			g := newGateway(t, gateway.Config{}, only(gateway.Lambda(failing(given.LambdaError.ErrorMessage), gateway.Templates{Responses: responses}))...)
			require.Equal(t, want.Status, do(g, "GET", "/x", "").Code)
		})
	}
}

func TestSelectionPatterns(t *testing.T) {
	responses := []gateway.Response{
		{Pattern: `Malformed`, Status: 400},
		{Pattern: `a|b`, Status: 401},
		{Pattern: `\{"status":404,[\s\S]*`, Status: 404, Templates: js(`$input.path('$.errorMessage')`)},
		{Status: 200},
		{Pattern: `.*text.*`, Status: 500},
	}
	for message, want := range map[string]int{
		"Malformed": 400, "Malformed input": 200, "xMalformed": 200, "a": 401, "b": 401, "ab": 200,
		"{\"status\":404,\n\"x\":1}": 404, "some text": 500, "some\ntext": 200, "": 200,
	} {
		g := newGateway(t, gateway.Config{}, only(gateway.Lambda(failing(message), gateway.Templates{Responses: responses}))...)
		w := do(g, "GET", "/x", "")
		require.Equal(t, want, w.Code, "%q", message)
		if want == 404 {
			require.Equal(t, message, w.Body.String())
		}
	}
	success := newGateway(t, gateway.Config{}, only(gateway.Lambda(answering(`"some text"`), gateway.Templates{Responses: responses}))...)
	require.Equal(t, 200, do(success, "GET", "/x", "").Code, "success matches no pattern")
	everything := append([]gateway.Response{{Pattern: `[\s\S]*`, Status: 500}}, responses...)
	success = newGateway(t, gateway.Config{}, only(gateway.Lambda(answering(`"some text"`), gateway.Templates{Responses: everything}))...)
	require.Equal(t, 200, do(success, "GET", "/x", "").Code, "not even one that matches everything")
	noDefault := newGateway(t, gateway.Config{}, only(gateway.Lambda(echo, gateway.Templates{Responses: responses[:1]}))...)
	w := do(noDefault, "GET", "/x", "")
	require.Equal(t, 500, w.Code)
	require.Equal(t, `{"message":"Internal server error"}`, w.Body.String())
}

// An asynchronous invocation answers with nothing of the function, be it a result or an error.
func TestAsyncInvocation(t *testing.T) {
	templates := gateway.Templates{Async: true, Responses: []gateway.Response{{Status: 202}, {Pattern: `[\s\S]*`, Status: 500}}}
	for _, h := range []handlerFunc{answering(`"secret"`), failing("secret")} {
		w := do(newGateway(t, gateway.Config{}, only(gateway.Lambda(h, templates))...), "GET", "/x", "")
		require.Equal(t, 202, w.Code)
		require.Empty(t, w.Body.String())
	}
}

func TestResponseHeadersAndOverrides(t *testing.T) {
	g := newGateway(t, gateway.Config{Stage: "live", StageVariables: map[string]string{"v": "stage variable"}},
		gateway.Route{Path: "/headers", Integration: gateway.Lambda(echo, gateway.Templates{Responses: []gateway.Response{{
			Status: 201,
			Headers: map[string]string{
				"Access-Control-Allow-Origin": "'*'", "X-Id": "integration.response.body.user.id", "X-Stage": "context.stage",
				"X-Ip": "context.identity.sourceIp", "X-Var": "stageVariables.v", "X-None": "integration.response.body.none",
				"X-Body": "integration.response.body",
			},
		}}})},
		gateway.Route{Path: "/override", Integration: gateway.Lambda(echo, gateway.Templates{Responses: []gateway.Response{{
			Templates: js(`#set($context.responseOverride.status = $input.path('$.status'))#set($context.responseOverride.header.X-O = $input.path('$.header'))done`),
		}}})},
		gateway.Route{Path: "/early", Integration: gateway.Lambda(echo, gateway.Templates{
			Request: js(`#set($context.responseOverride.status = 202){}`),
		})},
	)
	w := do(g, "POST", "/headers", `{"user":{"id":"a\r\nSet-Cookie: x=1"}}`)
	require.Equal(t, 201, w.Code)
	require.Equal(t, "*", w.Header().Get("Access-Control-Allow-Origin"))
	require.Equal(t, "a  Set-Cookie: x=1", w.Header().Get("X-Id"), "a line break cannot end the header")
	require.Equal(t, "live", w.Header().Get("X-Stage"))
	require.Equal(t, "192.0.2.1", w.Header().Get("X-Ip"))
	require.Equal(t, "stage variable", w.Header().Get("X-Var"))
	require.NotContains(t, w.Header(), "X-None")

	for status, want := range map[string]int{"418": 418, `"404"`: 404, "600": 200, "99": 200, "-1": 200, `"wrong"`: 200, "null": 200} {
		w = do(g, "POST", "/override", `{"status":`+status+`,"header":"o\nk"}`)
		require.Equal(t, want, w.Code, status)
		require.Equal(t, "o k", w.Header().Get("X-O"))
		require.Equal(t, "done", w.Body.String())
	}
	require.Equal(t, 202, do(g, "GET", "/early", "").Code, "an override of the request template holds")
}

func TestTemplateThatFails(t *testing.T) {
	const failing = "#foreach($i in [1..100])#foreach($j in [1..1000])#foreach($k in [1..1000])x#end#end#end"
	g := newGateway(t, gateway.Config{},
		gateway.Route{Path: "/request", Integration: gateway.Lambda(echo, gateway.Templates{Request: js(failing)})},
		gateway.Route{Path: "/response", Integration: gateway.Lambda(echo, gateway.Templates{Responses: []gateway.Response{{Templates: js(failing)}}})},
	)
	for _, path := range []string{"/request", "/response"} {
		require.Equal(t, 500, do(g, "GET", path, "").Code, path)
	}
}

func TestRecordedMocks(t *testing.T) {
	for _, b := range behaviours(t, "mockStatusCode") {
		var given struct{ Rendered string }
		require.NoError(t, json.Unmarshal(b.Given, &given))
		t.Run(b.Name, func(t *testing.T) {
			g := newGateway(t, gateway.Config{}, only(gateway.Mock(gateway.Templates{Request: js(given.Rendered)}))...)
			w := do(g, "GET", "/x", "")
			if string(b.Expected) == "200" {
				require.Equal(t, 200, w.Code)
				require.Empty(t, w.Body.String())
				return
			}
			require.Equal(t, 500, w.Code)
			require.Equal(t, `{"message":"Internal server error"}`, w.Body.String())
		})
	}
}

func TestMock(t *testing.T) {
	g := newGateway(t, gateway.Config{}, only(gateway.Mock(gateway.Templates{
		Request: js(`{"statusCode": $input.params('s')}`),
		Responses: []gateway.Response{
			{Status: 204, Headers: map[string]string{"Access-Control-Allow-Methods": "'GET,PUT'"}},
			{Pattern: `4\d\d`, Status: 404, Templates: js(`{"why":"$context.resourcePath"}`)},
		},
	}))...)
	w := do(g, "OPTIONS", "/x?s=200", "")
	require.Equal(t, 204, w.Code)
	require.Equal(t, "GET,PUT", w.Header().Get("Access-Control-Allow-Methods"))
	w = do(g, "OPTIONS", "/x?s=418", "")
	require.Equal(t, 404, w.Code)
	require.JSONEq(t, `{"why":"/{proxy+}"}`, w.Body.String())
	none := newGateway(t, gateway.Config{}, only(gateway.Mock(gateway.Templates{}))...)
	require.Equal(t, http.StatusInternalServerError, do(none, "GET", "/x", "").Code, "a mock needs a status")
}
