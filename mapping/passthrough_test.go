package mapping_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/mapping"
)

// passthroughEvent is what the console's template makes of
//
//	PUT /users/7?limit=10&verbose=true&q=a%20b
//
// with a JSON body.
const passthroughEvent = `{
"body-json" : {"id":7,"email":"kim@example.com"},
"params" : {
"path" : {
    "id" : "7"
}
    ,
"querystring" : {
    "limit" : "10"
        ,
    "verbose" : "true"
        ,
    "q" : "a b"
}
    ,
"header" : {
    "Content-Type" : "application/json"
        ,
    "x-price" : "1.50"
}
},
"stage-variables" : {
"table" : "users"
},
"context" : {
    "account-id" : "a1", "api-id" : "a2", "api-key" : "a3", "authorizer-principal-id" : "a4", "caller" : "a5",
    "cognito-authentication-provider" : "a6", "cognito-authentication-type" : "a7",
    "cognito-identity-id" : "a8", "cognito-identity-pool-id" : "a9",
    "http-method" : "PUT", "stage" : "prod", "source-ip" : "192.0.2.7", "user" : "a10", "user-agent" : "curl",
    "user-arn" : "a11", "request-id" : "a12", "resource-id" : "a13", "resource-path" : "/users/{id}"
    }
}
`

func decodePassthrough[B any](t *testing.T, event string) (mapping.Passthrough[B], error) {
	t.Helper()
	var got mapping.Passthrough[B]
	h := mapping.New(func(_ context.Context, in mapping.Passthrough[B]) (struct{}, error) {
		got = in
		return struct{}{}, nil
	})
	_, err := h.Invoke(t.Context(), []byte(event))
	return got, err
}

func TestPassthrough(t *testing.T) {
	got, err := decodePassthrough[user](t, passthroughEvent)
	require.NoError(t, err)
	want := mapping.Passthrough[user]{
		Body: user{7, "kim@example.com"},
		Params: mapping.Params{
			Path:   mapping.Values{"id": "7"},
			Query:  mapping.Values{"limit": "10", "verbose": "true", "q": "a b"},
			Header: mapping.Headers{"Content-Type": "application/json", "x-price": "1.50"},
		},
		StageVariables: map[string]string{"table": "users"},
		Context: mapping.RequestContext{
			AccountID: "a1", APIID: "a2", APIKey: "a3", AuthorizerPrincipalID: "a4", Caller: "a5",
			CognitoAuthenticationProvider: "a6", CognitoAuthenticationType: "a7",
			CognitoIdentityID: "a8", CognitoIdentityPoolID: "a9",
			HTTPMethod: "PUT", Stage: "prod", SourceIP: "192.0.2.7", User: "a10", UserAgent: "curl",
			UserARN: "a11", RequestID: "a12", ResourceID: "a13", ResourcePath: "/users/{id}",
		},
	}
	require.Equal(t, want, got)

	encoded, err := json.Marshal(want)
	require.NoError(t, err)
	require.JSONEq(t, passthroughEvent, string(encoded))
}

func TestPassthroughAbsorbs(t *testing.T) {
	for _, event := range []string{
		`{}`,
		`{"body-json":null,"params":null,"stage-variables":null,"context":null}`,
		`{"body-json":{},"params":{"path":{},"querystring":null},"stage-variables":{},"context":{"stage":null}}`,
		`{"body-json" : { } ,"params":{}}`,
	} {
		t.Run(event, func(t *testing.T) {
			object, err := decodePassthrough[user](t, event)
			require.NoError(t, err)
			require.Zero(t, object.Body)
			require.Empty(t, object.Params.Path.Get("id"))
			require.Empty(t, object.Params.Header.Get("id"))
			require.Empty(t, object.StageVariables["x"])

			list, err := decodePassthrough[[]user](t, event)
			require.NoError(t, err)
			require.Nil(t, list.Body)
			text, err := decodePassthrough[string](t, event)
			require.NoError(t, err)
			require.Empty(t, text.Body)
			_, err = decodePassthrough[struct{}](t, event)
			require.NoError(t, err)
		})
	}
	text, err := decodePassthrough[string](t, `{"body-json":"a=b"}`)
	require.NoError(t, err)
	require.Equal(t, "a=b", text.Body)
	raw, err := decodePassthrough[json.RawMessage](t, `{"body-json":{"a":1}}`)
	require.NoError(t, err)
	require.Equal(t, `{"a":1}`, string(raw.Body))
}

func TestPassthroughMistakes(t *testing.T) {
	for _, tt := range []struct{ event, detail string }{
		{`{"body-json":{"id":"secret"}}`, `"id" must be an integer, not a string`},
		{`{"body-json":"secret"}`, `the request body must be an object, not a string`},
		{`{"body-json":[]}`, `the request body must be an object, not an array`},
		{`{"params":{"path":{"id":4242}}}`, `"params.path.id" must be a string, not a number`},
		{`{"context":[]}`, `"context" must be an object, not an array`},
		{`{"body-json":{"id":1,"id":2}}`, `"body-json.id" occurs twice`},
		{`null`, `the event must be an object, not null`},
		{`"x"`, `the event must be an object, not a string`},
	} {
		_, err := decodePassthrough[user](t, tt.event)
		requireError(t, err, 400, tt.detail)
		require.NotContains(t, err.Error(), "secret")
	}
	_, err := decodePassthrough[[]user](t, `{"body-json":{"id":1}}`)
	requireError(t, err, 400, `the request body must be an array, not an object`)
	_, err = decodePassthrough[[]user](t, `{"body-json":[{"id":1},{"id":"x"}]}`)
	requireError(t, err, 400, `"[1].id" must be an integer, not a string`)
}

func TestPassthroughValidatesTheBody(t *testing.T) {
	_, err := decodePassthrough[account](t, `{"body-json":{}}`)
	requireError(t, err, 400, `"ID" is required`)
	_, err = decodePassthrough[*account](t, `{"body-json":{}}`)
	requireError(t, err, 400, `"ID" is required`)
	got, err := decodePassthrough[*account](t, `{}`)
	require.NoError(t, err, "no body, nothing to validate")
	require.Nil(t, got.Body)
	_, err = decodePassthrough[person](t, `{"body-json":{"Age":-1}}`)
	requireError(t, err, 422, "age is negative")
}

func TestValues(t *testing.T) {
	v := mapping.Values{"n": "-7", "f": "1.5e3", "t": "true", "no": "false", "x": "secret", "nan": "NaN", "inf": "-Inf", "big": "99999999999999999999", "huge": "1e999", "e": ""}
	n, err := v.Int("n")
	require.NoError(t, err)
	require.Equal(t, -7, n)
	f, err := v.Float("f")
	require.NoError(t, err)
	require.InDelta(t, 1500, f, 0)
	for name, want := range map[string]bool{"t": true, "no": false} {
		b, err := v.Bool(name)
		require.NoError(t, err)
		require.Equal(t, want, b)
	}
	require.Equal(t, "secret", v.Get("x"))

	for _, name := range []string{"x", "f", "big"} {
		_, err = v.Int(name)
		requireError(t, err, 400, `parameter "`+name+`" must be an integer`)
	}
	for _, name := range []string{"x", "nan", "inf", "huge"} {
		_, err = v.Float(name)
		requireError(t, err, 400, `parameter "`+name+`" must be a number`)
	}
	_, err = v.Bool("n")
	requireError(t, err, 400, `parameter "n" must be true or false`)
	for _, name := range []string{"N", "e"} {
		_, err = v.Int(name)
		requireError(t, err, 400, `parameter "`+name+`" is missing`)
	}
	_, err = mapping.Values(nil).Int("n")
	requireError(t, err, 400, `parameter "n" is missing`)
}

func TestHeaders(t *testing.T) {
	h := mapping.Headers{"content-type": "a", "X-Two": "b", "x-two": "c", "X-TWO": "d"}
	require.Equal(t, "a", h.Get("Content-Type"))
	require.Equal(t, "c", h.Get("x-two"))
	require.Equal(t, "d", h.Get("x-TWO"), "the first in the order of strings")
	require.Empty(t, h.Get("nothing"))
	require.Empty(t, mapping.Headers(nil).Get("x"))
}

// TestRecordedPassthrough decodes the recorded outputs of the console's template.
func TestRecordedPassthrough(t *testing.T) {
	file := filepath.Join("..", "..", "shared", "data", "mapping", "aws_docs.json")
	data, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("the collection of recorded renders is not beside the repository; TestPassthrough still runs: %v", err)
	}
	require.NoError(t, err)
	var cases []struct{ Name, Expected string }
	require.NoError(t, json.Unmarshal(data, &cases))
	found := false
	for _, c := range cases {
		if c.Name != "docs/console/method-request-passthrough" {
			continue
		}
		found = true
		got, err := decodePassthrough[map[string]string](t, c.Expected)
		require.NoError(t, err)
		require.Equal(t, map[string]string{"test": "test"}, got.Body)
		require.Equal(t, `say "hi"`, got.Params.Header.Get("x-q"))
		require.Equal(t, "b c", got.Params.Query.Get("a"))
		require.Equal(t, "rid", got.Context.RequestID)
	}
	require.True(t, found, "the case of the console's template is missing")
}
