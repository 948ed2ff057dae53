package gateway_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/lambdarest/lambdarest/gateway"
)

// A backend whose status decides on the answer, and whose body a template wraps.
func ExampleBackend() {
	prices := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/prices/tea" {
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, "4.20")
	}))
	defer prices.Close()
	api, err := gateway.New(gateway.Config{}, gateway.Route{Path: "/price/{of}", Integration: gateway.Backend(prices.URL+"/prices/{name}", "GET", gateway.Templates{
		Parameters: map[string]string{"integration.request.path.name": "method.request.path.of"},
		Responses: []gateway.Response{
			{Templates: map[string]string{"application/json": `{"price": $input.body}`}},
			{Pattern: "404", Status: 404, Templates: map[string]string{"application/json": `{"error": "no such thing"}`}},
		},
	})})
	if err != nil {
		panic(err)
	}
	for _, path := range []string{"/price/tea", "/price/time"} {
		w := httptest.NewRecorder()
		api.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		fmt.Println(w.Code, w.Body)
	}
	// Output:
	// 200 {"price": 4.20}
	// 404 {"error": "no such thing"}
}

func ExampleBackendProxy() {
	pages := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "page ", r.URL) }))
	defer pages.Close()
	api, err := gateway.New(gateway.Config{}, gateway.Route{Path: "/docs/{page+}", Integration: gateway.BackendProxy(pages.URL+"/v1/{page}", "",
		map[string]string{"integration.request.path.page": "method.request.path.page"})})
	if err != nil {
		panic(err)
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, httptest.NewRequest("GET", "/docs/a/b?q=1", nil))
	fmt.Println(w.Body)
	// Output: page /v1/a/b?q=1
}
