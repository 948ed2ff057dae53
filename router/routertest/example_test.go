package routertest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/lambdarest/lambdarest/router"
	"github.com/lambdarest/lambdarest/router/routertest"
)

// t stands for the *testing.T that a test function gets.
var t = printed{}

// printed is a testing.TB that prints what a test would log.
type printed struct{ testing.TB }

func (printed) Helper()                           {}
func (printed) Context() context.Context          { return context.Background() }
func (printed) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }
func (printed) Fatalf(format string, args ...any) { fmt.Printf(format+"\n", args...) } // ends a real test

func ExampleDo() {
	routertest.Do(t, app(), routertest.Get("/json")).
		Expect(200).
		HasHeader("Content-Type", "application/json").
		JSON(`{"id": 1, "name": "Kim"}`)
	routertest.Do(t, app(), routertest.Get("/nowhere").From(router.HTTP)).Expect(404)
	// Output:
}

// What a failing test says.
func ExampleResponse_Expect() {
	routertest.Do(t, app(), routertest.Get("/json")).Expect(201)
	// Output:
	// routertest: GET /json: status 200, want 201
	// body: {"id":1,"name":"Kim"}
}

// The same request as the events of two sources.
func ExampleRequest_From() {
	for _, source := range []router.Source{router.REST, router.ALB} {
		resp := routertest.Do(t, app(), routertest.Get("/json").From(source))
		fmt.Println(source, resp.Status)
	}
	// Output:
	// REST 200
	// ALB 200
}

// What a gateway adds to a request: a stage with variables, a base path, claims.
func ExampleNewRequest() {
	r := router.New()
	r.Put("/users/{id}", func(_ context.Context, req *router.Request) (*router.Response, error) {
		sub, _ := req.Claim("sub")
		return router.Text(200, req.Path()+" "+req.Stage()+" "+req.StageVariable("table")+" "+sub+" "+req.Header("X-Trace")), nil
	})
	req := routertest.NewRequest("PUT", "/users/1", map[string]string{"name": "Kim"}).
		Header("X-Trace", "t1").
		Stage("prod", map[string]string{"table": "users"}).
		BasePath("/shop").
		Claims(map[string]string{"sub": "u1"})
	resp := routertest.Do(t, r, req)
	fmt.Println(string(resp.Body))
	// Output: /users/1 prod users u1 t1
}

// Any http.Request becomes an event.
func ExampleFromHTTP() {
	req := httptest.NewRequest(http.MethodGet, "/json", nil)
	resp := routertest.Do(t, app(), routertest.FromHTTP(req).From(router.FunctionURL))
	fmt.Println(resp.Status)
	// Output: 200
}

// DoContext is for handlers that look into the context.
func ExampleDoContext() {
	type key struct{}
	r := router.New()
	r.Get("/", func(ctx context.Context, _ *router.Request) (*router.Response, error) {
		return router.Text(200, fmt.Sprint(ctx.Value(key{}))), nil
	})
	resp := routertest.DoContext(context.WithValue(context.Background(), key{}, "from the context"), t, r, routertest.Get("/"))
	fmt.Println(string(resp.Body))
	// Output: from the context
}
