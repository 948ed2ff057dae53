package routertest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/lambdarest/lambdarest/router"
	"github.com/lambdarest/lambdarest/router/routertest"
)

// echo answers with what a request was.
func echo() *router.Router {
	r := router.New()
	r.Handle("/{path+}", func(_ context.Context, req *router.Request) (*router.Response, error) {
		body, err := req.Body()
		return router.Text(http.StatusOK, fmt.Sprintf("%s %s %s", req.Method(), req.Path(), body)), err
	})
	return r
}

func ExampleGet() {
	routertest.Do(t, echo(), routertest.Get("/a%2Fb?c=d")).Expect(200).Text("GET /a/b ")
	// Output:
}

// A body that is no text and no bytes is sent as JSON.
func ExamplePost() {
	routertest.Do(t, echo(), routertest.Post("/users", map[string]int{"id": 1})).Expect(200).Text(`POST /users {"id":1}`)
	routertest.Do(t, echo(), routertest.Post("/users", "as it is")).Text("POST /users as it is")
	// Output:
}

func ExamplePut() {
	routertest.Do(t, echo(), routertest.Put("/images/1", []byte("\x89PNG"))).Expect(200).Text("PUT /images/1 \x89PNG")
	// Output:
}

func ExamplePatch() {
	routertest.Do(t, echo(), routertest.Patch("/users/1", `{"name":"Kim"}`)).Expect(200).Text(`PATCH /users/1 {"name":"Kim"}`)
	// Output:
}

func ExampleDelete() {
	routertest.Do(t, echo(), routertest.Delete("/users/1")).Expect(200).Text("DELETE /users/1 ")
	// Output:
}

// The event by itself, for functions that are called in another way.
func ExampleRequest_Event() {
	event := routertest.Get("/users?limit=2").From(router.HTTP).Event(t)
	var members struct{ Version, RawPath, RawQueryString string }
	fmt.Println(json.Unmarshal(event, &members), members)
	// Output: <nil> {2.0 /users limit=2}
}

// A load balancer has two forms, as its target group is set.
func ExampleRequest_MultiValue() {
	r := router.New()
	r.Get("/", func(_ context.Context, req *router.Request) (*router.Response, error) {
		return router.Text(http.StatusOK, fmt.Sprint(req.Query()["id"])), nil
	})
	routertest.Do(t, r, routertest.Get("/?id=1&id=2").From(router.ALB).MultiValue()).Text("[1 2]")
	routertest.Do(t, r, routertest.Get("/?id=1&id=2").From(router.ALB)).Text("[2]") // the balancer keeps the last
	// Output:
}
