package router_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/lambdarest/lambdarest/router"
)

// What a handler that is not typed can ask a request for.
func ExampleRequest() {
	r := router.New()
	r.Post("/users/{id}/notes", func(_ context.Context, req *router.Request) (*router.Response, error) {
		body, err := req.Body()
		if err != nil {
			return nil, err // the client's mistake, a 400
		}
		sid, ok := req.Cookie("sid")
		sub, _ := req.Claim("sub")
		fmt.Println(req.Source(), req.Method(), req.Path(), "by", req.Route())
		fmt.Println(req.PathValue("id"), req.Query()["tag"], req.Header("x-trace"), req.Headers()["X-Trace"])
		fmt.Println(sid, ok, sub, string(body))
		fmt.Println(req.RequestID(), req.SourceIP(), req.Stage(), req.StageVariable("table"))
		var event struct{ Resource string }
		err = req.Event(&event) // whatever else the event holds
		fmt.Println(event.Resource, err)
		return router.NoContent(), nil
	})
	out, err := r.Invoke(context.Background(), []byte(`{
		"resource": "/users/{id}/notes", "path": "/users/a%2Fb/notes", "httpMethod": "POST",
		"multiValueHeaders": {"x-trace": ["t1", "t2"], "Cookie": ["sid=s1"]},
		"multiValueQueryStringParameters": {"tag": ["x", "y"]},
		"stageVariables": {"table": "notes"}, "body": "aGVsbG8=", "isBase64Encoded": true,
		"requestContext": {"stage": "prod", "requestId": "r-1", "identity": {"sourceIp": "192.0.2.1"}, "authorizer": {"claims": {"sub": "u1"}}}}`))
	fmt.Println(string(out), err)
	// Output:
	// REST POST /users/a/b/notes by /users/{id}/notes
	// a/b [x y] t1 [t1 t2]
	// s1 true u1 hello
	// r-1 192.0.2.1 prod notes
	// /users/{id}/notes <nil>
	// {"statusCode":204,"headers":{},"body":"","isBase64Encoded":false} <nil>
}

func ExampleRouter_Handle() {
	r := router.New()
	r.Handle("GET /users/{id}", text("one user"))
	r.Handle("PURGE /cache", text("purged"))
	r.Handle("/{proxy+}", text("any method, any path"))
	send(r, "GET", "/users/1", "")
	send(r, "PURGE", "/cache", "")
	send(r, "DELETE", "/users/1/notes", "")
	// Output:
	// 200 one user
	// 200 purged
	// 200 any method, any path
}

func ExampleRouter_Get() {
	r := router.New()
	r.Get("/users", text("list"))
	r.Post("/users", text("create"))
	r.Put("/users/{id}", text("replace"))
	r.Patch("/users/{id}", text("change"))
	r.Delete("/users/{id}", text("delete"))
	for _, method := range []string{"GET", "POST"} {
		send(r, method, "/users", "")
	}
	for _, method := range []string{"PUT", "PATCH", "DELETE"} {
		send(r, method, "/users/1", "")
	}
	// Output:
	// 200 list
	// 200 create
	// 200 replace
	// 200 change
	// 200 delete
}

// Middleware runs in the order in which it is given, around 404 and 405 too.
func ExampleRouter_Use() {
	note := func(name string) router.Middleware {
		return func(next router.Handler) router.Handler {
			return func(ctx context.Context, req *router.Request) (*router.Response, error) {
				fmt.Println(name, "before")
				defer fmt.Println(name, "after")
				return next(ctx, req)
			}
		}
	}
	r := router.New(note("outer"))
	r.Use(note("inner"))
	r.Get("/users", text("users"))
	send(r, "GET", "/nowhere", "")
	// Output:
	// outer before
	// inner before
	// inner after
	// outer after
	// 404 {"detail":"no route matches the path","status":404,"title":"Not Found"}
}

func ExampleRouter_Routes() {
	r := router.New()
	r.Get("/users", text("users"))
	r.Group("/admin").Delete("/users/{id}", text("gone"))
	for route := range r.Routes() {
		fmt.Println(route.Method, route.Path)
	}
	// Output:
	// GET /users
	// DELETE /admin/users/{id}
}

// A router is an http.Handler, for tests and for servers outside Lambda.
func ExampleRouter_ServeHTTP() {
	r := router.New()
	r.Get("/users/{id}", text("one user"))
	server := httptest.NewServer(r)
	defer server.Close()
	resp, err := http.Get(server.URL + "/users/1")
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	fmt.Println(resp.Status)
	// Output: 200 OK
}

func ExampleRouter_MethodNotAllowed() {
	r := router.New()
	r.Get("/users", text("users"))
	r.MethodNotAllowed(func(_ context.Context, req *router.Request) (*router.Response, error) {
		return router.Text(405, "try another method"), nil // Allow is added
	})
	send(r, "DELETE", "/users", "")
	// Output: 405 try another method
}

func ExampleStatusOf() {
	notFound := errors.New("no such user")
	fmt.Println(router.StatusOf(nil), router.StatusOf(notFound), router.StatusOf(fmt.Errorf("get: %w", router.Errorf(404, "no user 7: %w", notFound))))
	// Output: 200 500 404
}

// An Error with members of its own, as RFC 9457 allows.
func ExampleError() {
	r := router.New()
	r.Get("/orders/{id}", func(context.Context, *router.Request) (*router.Response, error) {
		return nil, &router.Error{Status: 409, Title: "Out of stock", Type: "https://example.com/problems/stock", Extra: map[string]any{"left": 0}}
	})
	send(r, "GET", "/orders/1", "")
	// Output: 409 {"left":0,"status":409,"title":"Out of stock","type":"https://example.com/problems/stock"}
}

func ExampleText() {
	resp := router.Text(200, "hello")
	fmt.Println(resp.Status, resp.Header.Get("Content-Type"), string(resp.Body))
	// Output: 200 text/plain; charset=utf-8 hello
}

func ExampleNoContent() {
	fmt.Println(router.NoContent().Status)
	// Output: 204
}
