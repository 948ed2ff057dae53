package router_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/lambdarest/lambdarest/router"
)

func text(s string) router.Handler {
	return func(context.Context, *router.Request) (*router.Response, error) { return router.Text(200, s), nil }
}

func ExampleRouter_Mount() {
	admin := router.New()
	admin.Get("/stats", text("stats"))
	r := router.New()
	r.Mount("/admin", admin)
	send(r, "GET", "/admin/stats", "")
	// Output: 200 stats
}

func ExampleRouter_StripPrefix() {
	r := router.New()
	r.StripPrefix("/shop") // what the load balancer's rule has in front
	r.Get("/orders", text("orders"))
	send(r, "GET", "/shop/orders", "")
	send(r, "GET", "/orders", "")
	// Output:
	// 200 orders
	// 200 orders
}

func ExampleRouter_NotFound() {
	r := router.New()
	r.NotFound(func(_ context.Context, req *router.Request) (*router.Response, error) {
		return router.Text(404, "there is nothing at "+req.Path()), nil
	})
	send(r, "GET", "/nowhere", "")
	// Output: 404 there is nothing at /nowhere
}

func ExampleBind() {
	type user struct {
		Name string `json:"name"`
	}
	r := router.New(router.Bind(router.BindConfig{
		RejectUnknownFields: true,
		Validate: func(v any) error { // a validator that reads struct tags, say
			if u, ok := v.(*user); ok && u.Name == "" {
				return errors.New("name is required")
			}
			return nil
		},
	}))
	r.Post("/users", router.JSON(func(_ context.Context, u user) (user, error) { return u, nil }))
	send(r, "POST", "/users", `{"nmae":"Kim"}`)
	send(r, "POST", "/users", `{"name":""}`)
	// Output:
	// 400 {"detail":"body field nmae is not known","errors":[{"pointer":"/nmae","detail":"is not known"}],"status":400,"title":"Bad Request"}
	// 400 {"detail":"name is required","status":400,"title":"Bad Request"}
}

func ExampleBodyLimit() {
	r := router.New(router.BodyLimit(10))
	r.Post("/notes", router.JSON(func(_ context.Context, note string) (string, error) { return note, nil }))
	send(r, "POST", "/notes", `"short"`)
	send(r, "POST", "/notes", `"too long for this"`)
	// Output:
	// 200 "short"
	// 413 {"detail":"the body is larger than 10 bytes","status":413,"title":"Request Entity Too Large"}
}

func ExampleTimeout() {
	r := router.New(router.Timeout(100 * time.Millisecond))
	r.Get("/slow", func(ctx context.Context, _ *router.Request) (*router.Response, error) {
		<-ctx.Done() // as a request to a database would
		return nil, ctx.Err()
	})
	ctx, cancel := context.WithTimeout(context.Background(), 110*time.Millisecond) // Lambda gives the function's time-out
	defer cancel()
	req := httptest.NewRequestWithContext(ctx, "GET", "/slow", nil)
	w := httptest.NewRecorder()
	r.ServeHTTP(w, req)
	fmt.Println(w.Code)
	// Output: 504
}

func ExampleCompress() {
	r := router.New(router.Compress())
	r.Get("/", text(strings.Repeat("the same again ", 1000)))
	req := httptest.NewRequest("GET", "/", nil)
	req.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	r.ServeHTTP(w, req)
	fmt.Println(w.Header().Get("Content-Encoding"), w.Body.Len() < 200)
	// Output: gzip true
}

func ExampleETag() {
	r := router.New(router.ETag())
	r.Get("/", text("hello"))
	w := httptest.NewRecorder()
	r.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	tag := w.Header().Get("ETag")
	req := httptest.NewRequest("GET", "/", nil)
	req.Header.Set("If-None-Match", tag)
	w = httptest.NewRecorder()
	r.ServeHTTP(w, req)
	fmt.Println(w.Code, w.Body.Len())
	// Output: 304 0
}

func ExampleRecover() {
	r := router.New(router.Recover())
	r.Get("/", func(context.Context, *router.Request) (*router.Response, error) { panic("a mistake") })
	send(r, "GET", "/", "")
	// Output: 500 {"status":500,"title":"Internal Server Error"}
}

func ExampleLog() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == "duration_ms" || a.Key == "request_id" || a.Key == "trace_id" {
			return slog.Attr{} // they differ from run to run
		}
		return a
	}}))
	r := router.New(router.Log(logger))
	r.Get("/users/{id}", func(context.Context, *router.Request) (*router.Response, error) {
		return nil, router.Errorf(404, "no such user: %w", errors.New("no rows"))
	})
	r.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/users/7", nil))
	// Output: level=INFO msg=request method=GET route=/users/{id} status=404 cold_start=true error="404 Not Found: no such user: no rows"
}

func ExampleRequestOf() {
	mux := http.NewServeMux()
	mux.HandleFunc("/stage", func(w http.ResponseWriter, req *http.Request) {
		own, _ := router.RequestOf(req.Context())
		fmt.Fprint(w, own.Source(), " ", own.Stage())
	})
	r := router.New()
	r.Handle("/{proxy+}", router.FromHTTP(mux))
	out, err := r.Invoke(context.Background(), []byte(`{"httpMethod":"GET","path":"/stage","requestContext":{"stage":"prod"}}`))
	fmt.Println(string(out), err)
	// Output: {"statusCode":200,"headers":{"Content-Type":"text/plain; charset=utf-8"},"body":"REST prod","isBase64Encoded":false} <nil>
}

func ExampleStrictSlash() {
	r := router.New(router.StrictSlash())
	r.Get("/users", text("users"))
	send(r, "GET", "/users", "")
	send(r, "GET", "/users/", "")
	// Output:
	// 200 users
	// 404 {"detail":"the path ends in a slash","status":404,"title":"Not Found"}
}
