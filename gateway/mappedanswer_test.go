package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
)

// TestMappedResponses: by the status of the integration, from function and server, as they come and collected.
func TestMappedResponses(t *testing.T) {
	header := http.Header{"A": {"1", "2"}, "B": {"b"}, "Content-Type": {"application/json"}}
	const body = `{"code":"418","why":"tea"}`
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, values := range header {
			w.Header()[name] = values
		}
		w.WriteHeader(503)
		_, _ = io.WriteString(w, body)
	}))
	defer backend.Close()
	function := handlerFunc(func(context.Context, []byte) ([]byte, error) {
		return json.Marshal(map[string]any{"statusCode": 503, "headers": map[string]string{"A": "1,2", "B": "b", "Content-Type": "application/json"}, "body": body})
	})
	for _, row := range []struct {
		mapping map[string]string
		status  int
		header  map[string]string
	}{
		{map[string]string{"append:header.C": "$context.stage", "remove:header.B": "''"}, 503, map[string]string{"C": "$default", "B": ""}},
		{map[string]string{"remove:header.content-type": "''", "remove:header.date": ""}, 503, map[string]string{"Content-Type": "", "Date": ""}},
		{map[string]string{"remove:header.content-type": "''", "append:header.Content-Type": "text/tea"}, 503, map[string]string{"Content-Type": "text/tea"}},
		{map[string]string{"overwrite:header.B": "$response.header.A"}, 503, map[string]string{"B": "1,2"}},
		{map[string]string{"overwrite:statuscode": "403", "append:header.Why": "because ${response.body.why} is ${stageVariables.color}"}, 403, map[string]string{"Why": "because tea is red"}},
		{map[string]string{"overwrite:statuscode": "$response.body.code"}, 418, nil},
		{map[string]string{"overwrite:statuscode": "$response.body.why"}, 503, nil},
		{map[string]string{"overwrite:statuscode": "$response.header.none"}, 503, nil},
		{map[string]string{"overwrite:statuscode": "204"}, 204, map[string]string{"A": "1,2"}},
		{map[string]string{"overwrite:statuscode": "204", "append:header.All": "$response.body"}, 204, map[string]string{"All": body}},
	} {
		for kind, i := range map[string]gateway.Integration{
			"function": gateway.Proxy(function), "server": gateway.BackendProxy(backend.URL, "", nil),
		} {
			srv := httptest.NewServer(mappedAPI(t, i, gateway.ParameterMapping{Response: map[int]map[string]string{503: row.mapping, 200: {"overwrite:statuscode": "500"}}}))
			resp, err := http.Get(srv.URL + "/pets/1")
			require.NoError(t, err)
			got, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			srv.Close()
			require.NoError(t, err)
			require.Equal(t, row.status, resp.StatusCode, "%s %v", kind, row.mapping)
			want := body
			if row.status == 204 {
				want = ""
			}
			require.Equal(t, want, string(got), "%s %v", kind, row.mapping)
			for name, value := range row.header {
				require.Equal(t, value, strings.Join(resp.Header.Values(name), ","), "%s %v", kind, row.mapping)
			}
		}
	}
}

// TestMappedLeavesTheGatewaysOwnAnswers, and an answer that is left to net/http is one, too.
func TestMappedLeavesTheGatewaysOwnAnswers(t *testing.T) {
	failing := handlerFunc(func(context.Context, []byte) ([]byte, error) { return nil, errors.New("as told") })
	silent := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _ = http.NewResponseController(w).Flush() })
	for i, row := range []struct {
		integration gateway.Integration
		status      int
	}{{gateway.Proxy(failing), 500}, {gateway.HTTPProxy(silent), 201}, {gateway.HTTPProxy(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})), 201}} {
		api := mappedAPI(t, row.integration, gateway.ParameterMapping{Response: map[int]map[string]string{
			500: {"overwrite:statuscode": "400"}, 200: {"overwrite:statuscode": "201", "append:header.X": "$response.body"},
		}})
		w := httptest.NewRecorder()
		api.ServeHTTP(w, httptest.NewRequest("GET", "/pets/1", nil))
		require.Equal(t, row.status, w.Code, i)
	}
}

// TestMappedBodies: what a status without a body leaves of one, and one that is too large to be collected, or just not.
func TestMappedBodies(t *testing.T) {
	size := 0
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(size))
		w.Header().Set("X", "from the handler")
		_, err := w.Write(make([]byte, size))
		require.NoError(t, err)
	})
	for _, row := range []struct {
		size    int
		mapping map[string]string
		status  int
		body    int
	}{
		{7, map[string]string{"overwrite:statuscode": "204"}, 204, 0},
		{7, map[string]string{"overwrite:statuscode": "304", "append:header.Y": "$response.body.a"}, 304, 0},
		{10 << 20, map[string]string{"append:header.Y": "$response.body.a"}, 200, 10 << 20},
		{10<<20 + 1, map[string]string{"append:header.Y": "$context.stage"}, 200, 10<<20 + 1},
		{10<<20 + 1, map[string]string{"append:header.Y": "$response.body.a"}, 500, len(`{"message":"Internal Server Error"}`)},
	} {
		size = row.size
		w := httptest.NewRecorder()
		mappedAPI(t, gateway.HTTPProxy(handler), gateway.ParameterMapping{Response: map[int]map[string]string{200: row.mapping}}).
			ServeHTTP(w, httptest.NewRequest("GET", "/pets/1", nil))
		require.Equal(t, []int{row.status, row.body}, []int{w.Code, w.Body.Len()}, row.mapping)
		if row.status != 200 {
			require.Empty(t, w.Header().Get("Content-Length"))
		}
		require.NotEmpty(t, w.Header().Get("Apigw-Requestid"))
	}
}
