package gateway_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/lambdarest/lambdarest/gateway"
)

func ExampleMapped() {
	backend := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println("backend:", r.URL, r.Header.Get("X-Pet"))
		w.WriteHeader(http.StatusTeapot)
	})
	api, err := gateway.New(gateway.Config{Kind: gateway.HTTP}, gateway.Route{
		Method: "GET", Path: "/pets/{id}", Integration: gateway.Mapped(gateway.HTTPProxy(backend), gateway.ParameterMapping{
			Request:  map[string]string{"overwrite:path": "/v2/animals", "append:header.X-Pet": "pet ${request.path.id}"},
			Response: map[int]map[string]string{418: {"overwrite:statuscode": "404"}},
		}),
	})
	if err != nil {
		panic(err)
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, httptest.NewRequest("GET", "/pets/rex", nil))
	fmt.Println("client:", w.Code)
	// Output:
	// backend: /v2/animals pet rex
	// client: 404
}

func ExampleParameterMapping_Check() {
	m := gateway.ParameterMapping{Request: map[string]string{"overwrite:header.Authorization": "$context.requestId"}}
	fmt.Println(m.Check())
	// Output: parameter mapping "overwrite:header.Authorization": this header is reserved
}
