package gateway_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
)

// onlyDigits is a model without a schema.
type onlyDigits struct{}

func (onlyDigits) Validate(body []byte) error {
	if strings.Trim(string(body), "0123456789") != "" {
		return errors.New("not a number")
	}
	return nil
}

func TestValidation(t *testing.T) {
	validation := &gateway.Validation{
		Parameters: []string{"method.request.querystring.q", "method.request.header.X-A", "method.request.path.id"},
		Models:     map[string]gateway.Model{"application/json": onlyDigits{}},
	}
	backend := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) })
	serve := func(responses map[string]gateway.GatewayResponse, v *gateway.Validation, target, contentType, body string, header ...string) (int, string, error) {
		var seen error
		g, err := gateway.New(gateway.Config{Responses: responses, Observe: func(e gateway.Exchange) { seen = e.Err }},
			gateway.Route{Path: "/{id}", Integration: gateway.HTTPProxy(backend), Validation: v})
		require.NoError(t, err)
		r := httptest.NewRequest("POST", target, strings.NewReader(body))
		if contentType != "" {
			r.Header.Set("Content-Type", contentType)
		}
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		g.ServeHTTP(w, r)
		return w.Code, w.Body.String(), seen
	}
	for _, row := range []struct {
		target, contentType, body string
		header                    []string
		status                    int
		want                      string
	}{
		{"/1?q=x", "", "123", []string{"X-A", "y"}, 200, "123"},
		{"/1?q=x", "application/json; charset=utf-8", "123", []string{"x-a", "y"}, 200, "123"},
		{"/1?q=x", "", "", []string{"X-A", "y"}, 400, `{"message":"Invalid request body"}`},
		{"/1?q=x", "", "one", []string{"X-A", "y"}, 400, `{"message":"Invalid request body"}`},
		{"/1?q=x", "text/plain", "one", []string{"X-A", "y"}, 200, "one"},
		{"/1", "", "one", nil, 400, `{"message":"Missing required request parameters: [X-A, q]"}`},
		{"/1?q=", "", "123", []string{"X-A", " "}, 400, `{"message":"Missing required request parameters: [X-A, q]"}`},
		{"/1?q=%20", "", "123", []string{"X-A", "y"}, 400, `{"message":"Missing required request parameters: [q]"}`},
	} {
		status, body, _ := serve(nil, validation, row.target, row.contentType, row.body, row.header...)
		require.Equal(t, row.status, status, row)
		require.Equal(t, row.want, body, row)
	}
	byDefault := &gateway.Validation{Models: map[string]gateway.Model{"$default": onlyDigits{}}}
	status, _, seen := serve(nil, byDefault, "/1", "text/plain", "one")
	require.Equal(t, 400, status)
	require.EqualError(t, seen, "gateway: invalid request body: not a number")

	written := &gateway.Validation{Models: map[string]gateway.Model{"Application/JSON; charset=utf-8": onlyDigits{}}}
	status, _, _ = serve(nil, written, "/1", "application/json", "one")
	require.Equal(t, 400, status, "of the type of a model its case and parameters do not count")

	none := httptest.NewRequest("POST", "/1", nil)
	none.Body = http.NoBody
	g, err := gateway.New(gateway.Config{}, gateway.Route{Path: "/{id}", Integration: gateway.HTTPProxy(backend), Validation: byDefault})
	require.NoError(t, err)
	g.ServeHTTP(httptest.NewRecorder(), none)
	require.Equal(t, http.NoBody, none.Body, "the caller's request was changed")

	responses := map[string]gateway.GatewayResponse{
		"BAD_REQUEST_BODY":       {Status: 422, Templates: map[string]string{"application/json": `{"why": "$context.error.validationErrorString"}`}},
		"BAD_REQUEST_PARAMETERS": {Status: 428, Templates: map[string]string{"application/json": `{"type": "$context.error.responseType", "why": $context.error.messageString$context.error.validationErrorString}`}},
	}
	status, body, _ := serve(responses, byDefault, "/1", "", "one")
	require.Equal(t, 422, status)
	require.Equal(t, `{"why": "[not a number]"}`, body)
	status, body, _ = serve(responses, validation, "/1", "", "one")
	require.Equal(t, 428, status)
	require.Equal(t, `{"type": "BAD_REQUEST_PARAMETERS", "why": "Missing required request parameters: [X-A, q]"}`, body)
}

func TestValidationRefused(t *testing.T) {
	for _, row := range []struct {
		kind gateway.Kind
		v    gateway.Validation
		want string
	}{
		{gateway.HTTP, gateway.Validation{}, "only REST APIs validate requests"},
		{gateway.REST, gateway.Validation{Parameters: []string{"method.request.body.a"}}, "expected method.request.header"},
		{gateway.REST, gateway.Validation{Parameters: []string{"q"}}, `got "q"`},
		{gateway.REST, gateway.Validation{Models: map[string]gateway.Model{"a/b": nil}}, `no model for "a/b"`},
	} {
		_, err := gateway.New(gateway.Config{Kind: row.kind}, gateway.Route{Path: "/", Integration: gateway.HTTPProxy(http.NotFoundHandler()), Validation: &row.v})
		require.ErrorContains(t, err, row.want)
	}
}
