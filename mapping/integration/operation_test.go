package integration_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/mapping"
	"github.com/lambdarest/lambdarest/mapping/integration"
	"github.com/lambdarest/lambdarest/mapping/vtl"
)

type getUser struct {
	ID      int    `path:"id"`
	IfMatch string `header:"If-Match"`
}

func userOperation(t *testing.T) *mapping.Operation {
	t.Helper()
	o, err := mapping.OperationFor[getUser](mapping.OperationConfig{Errors: []int{404}, Origin: "*"})
	require.NoError(t, err)
	var read mapping.Operation // as from an API definition
	require.NoError(t, json.Unmarshal(o.JSON(), &read))
	return &read
}

// The whole way: a request, the template, the function, its error, the selection pattern, the error's template.
func TestOperationEndToEnd(t *testing.T) {
	templates, err := integration.FromOperation(userOperation(t))
	require.NoError(t, err)
	i := compile(t, templates)
	h := mapping.New(func(_ context.Context, in getUser) (map[string]any, error) {
		if in.ID != 7 {
			return nil, mapping.Errorf(404, "no user %d with %q\n{}", in.ID, in.IfMatch)
		}
		return map[string]any{"id": in.ID}, nil
	})
	send := func(id string) *integration.Answer {
		call, err := i.Call(integration.Request{Input: vtl.Input{
			Path: map[string]string{"id": id}, Header: map[string]string{"if-match": `it's "x"`},
		}})
		require.NoError(t, err)
		event, err := call.Event()
		require.NoError(t, err)
		out, err := h.Invoke(t.Context(), event)
		a, err2 := call.Success(out)
		if err != nil {
			payload, _ := json.Marshal(map[string]string{"errorMessage": err.Error()})
			a, err2 = call.Failure(err.Error(), payload)
		}
		require.NoError(t, err2)
		require.Equal(t, "*", a.Header.Get("Access-Control-Allow-Origin"))
		return a
	}
	a := send("7")
	require.Equal(t, 200, a.Status)
	require.JSONEq(t, `{"id":7}`, string(a.Body))

	a = send("8")
	require.Equal(t, 404, a.Status)
	require.Equal(t, "application/problem+json", a.Header.Get("Content-Type"))
	require.JSONEq(t, `{"status":404,"title":"Not Found","detail":"no user 8 with \"it's \\\"x\\\"\"\n{}"}`, string(a.Body))

	a = send("x")
	require.Equal(t, 400, a.Status)
	require.JSONEq(t, `{"status":400,"title":"Bad Request","detail":"path parameter id must be an integer","errors":[{"parameter":"id","in":"path","detail":"must be an integer"}]}`, string(a.Body))

	_, err = i.Call(integration.Request{ContentType: "text/plain"})
	requireStatus(t, err, 415)
	call, err := i.Call(integration.Request{Input: vtl.Input{Context: map[string]any{"requestId": "r-1"}}})
	require.NoError(t, err)
	a, err = call.Failure("Task timed out after 3.00 seconds", nil)
	require.NoError(t, err)
	require.Equal(t, 500, a.Status)
	require.JSONEq(t, `{"status":500,"title":"Internal Server Error","requestId":"r-1"}`, string(a.Body))
}

// An asynchronous invocation is one header in the definition, and leaves nothing to answer but the default response.
func TestAsyncOperation(t *testing.T) {
	o, err := mapping.OperationFor[getUser](mapping.OperationConfig{Async: true, Response: `{"accepted":"$context.requestId"}`})
	require.NoError(t, err)
	require.Contains(t, string(o.YAML()), "requestParameters:\n    integration.request.header.X-Amz-Invocation-Type: \"'Event'\"\n")
	require.Len(t, o.Integration.Responses, 1)
	require.Contains(t, o.Responses, "202")
	var read mapping.Operation
	require.NoError(t, json.Unmarshal(o.JSON(), &read))
	templates, err := integration.FromOperation(&read)
	require.NoError(t, err)
	i := compile(t, templates)
	require.True(t, i.Async())
	call, err := i.Call(integration.Request{Input: vtl.Input{Context: map[string]any{"requestId": "r-1"}}})
	require.NoError(t, err)
	a, err := call.Success(nil)
	require.NoError(t, err)
	require.Equal(t, 202, a.Status)
	require.JSONEq(t, `{"accepted":"r-1"}`, string(a.Body))

	read.Integration.RequestParameters["integration.request.header.X-Amz-Invocation-Type"] = "method.request.header.InvocationType"
	_, err = integration.FromOperation(&read)
	require.ErrorContains(t, err, "integration: invocation type method.request.header.InvocationType")
	read.Integration.RequestParameters["integration.request.header.X-Amz-Invocation-Type"] = "'RequestResponse'"
	templates, err = integration.FromOperation(&read)
	require.NoError(t, err)
	require.False(t, templates.Async)
}

func TestPreflightOperation(t *testing.T) {
	templates, err := integration.FromOperation(mapping.Preflight("*", []string{"GET"}, []string{"Content-Type", "If-Match"}))
	require.NoError(t, err)
	call, err := compile(t, templates).Call(integration.Request{})
	require.NoError(t, err)
	a, err := call.Mock()
	require.NoError(t, err)
	require.Equal(t, 204, a.Status)
	require.Equal(t, "Content-Type,If-Match", a.Header.Get("Access-Control-Allow-Headers"))
}

func TestFromOperationMistakes(t *testing.T) {
	for want, change := range map[string]func(*mapping.Operation){
		`unknown passthrough behaviour "often"`: func(o *mapping.Operation) { o.Integration.PassthroughBehavior = "often" },
		`response "default": status "2xx" is no number`: func(o *mapping.Operation) {
			o.Integration.Responses["default"] = mapping.IntegrationResponse{StatusCode: "2xx"}
		},
		`response parameter "integration.request.path.x" is no method.response.header`: func(o *mapping.Operation) {
			o.Integration.Responses["default"] = mapping.IntegrationResponse{StatusCode: "200", ResponseParameters: map[string]string{"integration.request.path.x": "'a'"}}
		},
	} {
		o := userOperation(t)
		change(o)
		_, err := integration.FromOperation(o)
		require.ErrorContains(t, err, want)
	}
}
