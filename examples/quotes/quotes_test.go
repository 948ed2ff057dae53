package quotes_test

import (
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/examples/quotes"
	"github.com/lambdarest/lambdarest/gateway"
	"github.com/lambdarest/lambdarest/mapping"
	"github.com/lambdarest/lambdarest/mapping/integration"
	"github.com/lambdarest/lambdarest/mapping/mappingtest"
)

var requestID = regexp.MustCompile(`"requestId":"[^"]+"`)

var update = flag.Bool("update", false, "write request.vtl and api.yaml")

// The files in this folder are what the types say.
func TestFiles(t *testing.T) {
	template, err := mapping.TemplateFor[quotes.Request]()
	require.NoError(t, err)
	operation, err := quotes.Operation()
	require.NoError(t, err)
	definition := "openapi: 3.0.1\ninfo:\n  title: quotes\n  version: '1.0'\npaths:\n  /quotes/{product}:\n    post:\n" +
		indent(string(operation.YAML())) + "    options:\n" + indent(string(quotes.Preflight().YAML()))
	for file, want := range map[string]string{"request.vtl": template, "api.yaml": definition} {
		if *update {
			require.NoError(t, os.WriteFile(file, []byte(want), 0o644))
		}
		got, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, want, string(got), "%s: run go test ./examples/quotes -update", file)
	}
}

func indent(yaml string) string {
	return "      " + strings.ReplaceAll(strings.TrimSuffix(yaml, "\n"), "\n", "\n      ") + "\n"
}

// A template is tested like a function: a request goes in, JSON comes out.
func TestTemplate(t *testing.T) {
	template := mappingtest.Load(t, "request.vtl")
	options := []mappingtest.Option{
		mappingtest.Resource("/quotes/{product}"), mappingtest.StageVariables(map[string]string{"rate": "12.5"}),
	}
	t.Run("everything", func(t *testing.T) {
		r := httptest.NewRequest("POST", "/quotes/life?currency=it%27s%20%22x%22", strings.NewReader(`{"age": 40}`))
		r.Header.Set("Accept-Language", "ko")
		template.With(t).Request(r, options...).JSON(`{
			"path": {"product": "life"}, "query": {"currency": "it's \"x\""}, "header": {"Accept-Language": "ko"},
			"context": {"identity.sourceIp": "192.0.2.1"}, "stage": {"rate": "12.5"}, "body": "{\"age\": 40}"
		}`)
	})
	t.Run("nothing", func(t *testing.T) {
		template.With(t).Request(httptest.NewRequest("POST", "/quotes/life", nil), options...).JSON(`{
			"path": {"product": "life"}, "query": {"currency": null}, "header": {"Accept-Language": ""},
			"context": {"identity.sourceIp": "192.0.2.1"}, "stage": {"rate": "12.5"}, "body": "{}"
		}`)
	})
	t.Run("other headers only", func(t *testing.T) {
		r := httptest.NewRequest("POST", "/quotes/life", nil)
		r.Header.Set("Accept", "*/*")
		template.With(t).Request(r, options...)
	})
	template.Covered()
}

// The whole way: request, template, function, selection pattern, response template.
func TestAPI(t *testing.T) {
	operation, err := quotes.Operation()
	require.NoError(t, err)
	templates, err := integration.FromOperation(operation)
	require.NoError(t, err)
	preflight, err := integration.FromOperation(quotes.Preflight())
	require.NoError(t, err)
	api, err := gateway.New(gateway.Config{StageVariables: map[string]string{"rate": "12.5"}},
		gateway.Route{Method: "POST", Path: "/quotes/{product}", Integration: gateway.Lambda(quotes.Handler(), templates)},
		gateway.Route{Method: "OPTIONS", Path: "/quotes/{product}", Integration: gateway.Mock(preflight)},
	)
	require.NoError(t, err)
	for _, tt := range []struct {
		method, target, body string
		status               int
		want                 string
	}{
		{"POST", "/quotes/life", `{"age":40,"sum":2000}`, 200, `{"product":"life","currency":"EUR","premium":25,"greeting":"Hello"}`},
		{"POST", "/quotes/travel?currency=it's", `{"age":40,"sum":2000}`, 200, `{"product":"travel","currency":"it's","premium":6.25,"greeting":"Hello"}`},
		{"POST", "/quotes/car", `{"age":40,"sum":1}`, 404, `{"status":404,"title":"Not Found","detail":"no product \"car\"","requestId":"*"}`},
		{"POST", "/quotes/life", `{"age":17}`, 400, `{"status":400,"title":"Bad Request","detail":"age must be 18 or more","requestId":"*"}`},
		{"POST", "/quotes/life", `{"age":"x","sum":"y"}`, 400, `{"status":400,"title":"Bad Request","detail":"body field age must be an integer (and 1 more)","errors":[{"pointer":"/age","detail":"must be an integer"},{"pointer":"/sum","detail":"must be a number"}],"requestId":"*"}`},
		{"OPTIONS", "/quotes/life", "", 204, ""},
	} {
		w := httptest.NewRecorder()
		api.ServeHTTP(w, httptest.NewRequest(tt.method, tt.target, strings.NewReader(tt.body)))
		require.Equal(t, tt.status, w.Code, "%s %s: %s", tt.method, tt.target, w.Body)
		require.Equal(t, "https://app.example.com", w.Header().Get("Access-Control-Allow-Origin"))
		if tt.status != http.StatusNoContent {
			require.JSONEq(t, tt.want, requestID.ReplaceAllString(w.Body.String(), `"requestId":"*"`))
		}
	}
}
