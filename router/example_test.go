package router_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"github.com/lambdarest/lambdarest/router"
)

// send prints the answer to a request.
func send(r *router.Router, method, target, body string, headers ...string) {
	req := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	r.ServeHTTP(w, req)
	fmt.Println(strings.TrimSpace(fmt.Sprintln(w.Code, strings.TrimSpace(w.Body.String()))))
}

func Example() {
	type user struct {
		ID   int    `json:"id"`
		Name string `json:"name"`
	}
	r := router.New(router.Recover())
	r.Get("/users/{id}", router.JSON(func(_ context.Context, in struct {
		ID int `path:"id"`
	}) (user, error) {
		if in.ID != 1 {
			return user{}, router.Errorf(404, "no user %d", in.ID)
		}
		return user{1, "Kim"}, nil
	}))
	r.Handle("/{proxy+}", func(_ context.Context, req *router.Request) (*router.Response, error) {
		return router.Text(200, req.Method()+" "+req.PathValue("proxy")), nil
	})
	// In a Lambda function: lambda.Start(r)
	send(r, "GET", "/users/1", "")
	send(r, "GET", "/users/2", "")
	send(r, "GET", "/users/me", "")
	send(r, "DELETE", "/files/a%2Fb", "")
	// Output:
	// 200 {"id":1,"name":"Kim"}
	// 404 {"detail":"no user 2","status":404,"title":"Not Found"}
	// 400 {"detail":"path parameter id must be an integer","errors":[{"parameter":"id","in":"path","detail":"must be an integer"}],"status":400,"title":"Bad Request"}
	// 200 DELETE files/a/b
}

// Middleware given to New is around everything, in this order; the first sees the answer last.
func ExampleNew() {
	r := router.New(router.Recover(), router.MapError(io.EOF, 400))
	r.Get("/", func(context.Context, *router.Request) (*router.Response, error) { return nil, io.EOF })
	r.Get("/panic", func(context.Context, *router.Request) (*router.Response, error) { panic("oh") })
	send(r, "GET", "/", "")
	send(r, "GET", "/panic", "")
	// Output:
	// 400 {"status":400,"title":"Bad Request"}
	// 500 {"status":500,"title":"Internal Server Error"}
}

func ExampleRouter_Invoke() {
	r := router.New()
	r.Get("/hello/{name}", func(_ context.Context, req *router.Request) (*router.Response, error) {
		return router.Text(200, "Hello, "+req.PathValue("name")), nil
	})
	out, err := r.Invoke(context.Background(), []byte(`{"httpMethod":"GET","path":"/hello/Kim","requestContext":{}}`))
	fmt.Println(string(out), err)
	// Output: {"statusCode":200,"headers":{"Content-Type":"text/plain; charset=utf-8"},"body":"Hello, Kim","isBase64Encoded":false} <nil>
}

func ExampleRouter_Proxy() {
	r := router.New()
	r.Handle("/{proxy+}", func(_ context.Context, req *router.Request) (*router.Response, error) {
		return router.Text(200, req.Path()), nil
	})
	resp, err := r.Proxy(context.Background(), events.APIGatewayProxyRequest{HTTPMethod: "GET", Path: "/a%20b"})
	fmt.Println(resp.StatusCode, resp.Body, err)
	// Output: 200 /a b <nil>
}

func ExampleRouter_Group() {
	tenantOnly := func(next router.Handler) router.Handler {
		return func(ctx context.Context, req *router.Request) (*router.Response, error) {
			if req.Header("Authorization") == "" {
				return nil, router.Errorf(401, "who are you?")
			}
			return next(ctx, req)
		}
	}
	r := router.New()
	api := r.Group("/tenants/{tenant}", tenantOnly)
	api.Get("/orders", func(_ context.Context, req *router.Request) (*router.Response, error) {
		return router.Text(200, "orders of "+req.PathValue("tenant")), nil
	})
	for rt := range r.Routes() {
		fmt.Println(rt.Method, rt.Path)
	}
	send(r, "GET", "/tenants/acme/orders", "")
	send(r, "GET", "/tenants/acme/orders", "", "Authorization", "Bearer x")
	// Output:
	// GET /tenants/{tenant}/orders
	// 401 {"detail":"who are you?","status":401,"title":"Unauthorized"}
	// 200 orders of acme
}

func ExampleMethodNotAllowed() {
	text := func(s string) router.Handler {
		return func(context.Context, *router.Request) (*router.Response, error) { return router.Text(200, s), nil }
	}
	r := router.New()
	r.Get("/users", text("users"))
	r.Handle("/users", router.MethodNotAllowed)
	r.Handle("/{proxy+}", text("fallback"))
	send(r, "PATCH", "/users", "")
	send(r, "PATCH", "/elsewhere", "")
	// Output:
	// 405 {"detail":"the path does not take PATCH","status":405,"title":"Method Not Allowed"}
	// 200 fallback
}

func ExampleJSON() {
	type update struct {
		ID     int      `path:"id"`
		DryRun bool     `query:"dry_run"`
		Tags   []string `query:"tag"`
		Name   string   `json:"name"`
		Age    int      `json:"age"`
	}
	r := router.New()
	r.Put("/users/{id}", router.JSON(func(_ context.Context, in update) (update, error) { return in, nil }))
	send(r, "PUT", "/users/7?tag=a&tag=b&dry_run=true", `{"name":"Kim","age":30,"id":8}`)
	send(r, "PUT", "/users/7", `{"name":1,"age":"x"}`)
	// Output:
	// 200 {"ID":7,"DryRun":true,"Tags":["a","b"],"name":"Kim","age":30}
	// 400 {"detail":"body field name must be a string (and 1 more)","errors":[{"pointer":"/name","detail":"must be a string"},{"pointer":"/age","detail":"must be an integer"}],"status":400,"title":"Bad Request"}
}

func ExampleMapError() {
	errNotFound := errors.New("db: no such item")
	r := router.New(router.MapError(errNotFound, 404))
	r.Get("/", func(context.Context, *router.Request) (*router.Response, error) {
		return nil, fmt.Errorf("get user: %w", errNotFound)
	})
	send(r, "GET", "/", "")
	// Output: 404 {"status":404,"title":"Not Found"}
}

func ExampleErrorf() {
	cause := errors.New("connection refused")
	err := router.Errorf(503, "try again later: %w", cause)
	fmt.Println(router.StatusOf(err), errors.Is(err, cause))
	fmt.Println("client:", err.Detail)
	fmt.Println("log:   ", err)
	// Output:
	// 503 true
	// client: try again later
	// log:    503 Service Unavailable: try again later: connection refused
}

func ExampleReply() {
	r := router.New()
	r.Post("/users", func(context.Context, *router.Request) (*router.Response, error) {
		resp, err := router.Reply(201, map[string]int{"id": 7})
		if err == nil {
			resp.Header.Set("Location", "/users/7")
		}
		return resp, err
	})
	send(r, "POST", "/users", "")
	// Output: 201 {"id":7}
}

func ExampleFromHTTP() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /legacy/{name}", func(w http.ResponseWriter, req *http.Request) {
		fmt.Fprintf(w, "legacy %s", req.PathValue("name"))
	})
	r := router.New()
	r.Handle("/legacy/{rest+}", router.FromHTTP(mux))
	send(r, "GET", "/legacy/x", "")
	// Output: 200 legacy x
}

func ExampleCORS() {
	r := router.New(router.CORS(router.CORSConfig{Origins: []string{"https://app.example.com"}}))
	r.Get("/users", func(context.Context, *router.Request) (*router.Response, error) { return router.NoContent(), nil })
	req := httptest.NewRequest("OPTIONS", "/users", nil)
	req.Header.Set("Origin", "https://app.example.com")
	req.Header.Set("Access-Control-Request-Method", "GET")
	w := httptest.NewRecorder()
	r.ServeHTTP(w, req)
	fmt.Println(w.Code, w.Header().Get("Access-Control-Allow-Origin"), w.Header().Get("Access-Control-Allow-Methods"))
	// Output: 204 https://app.example.com GET
}

func ExampleRequest_HeaderList() {
	r := router.New()
	r.Get("/", func(_ context.Context, req *router.Request) (*router.Response, error) {
		return router.Text(200, strings.Join(req.HeaderList("Accept"), " | ")), nil
	})
	send(r, "GET", "/", "", "Accept", "text/html, */*;q=0.1")
	// Output: 200 text/html | */*;q=0.1
}

func ExampleStreamFunc() {
	r := router.New()
	r.Get("/numbers", func(ctx context.Context, _ *router.Request) (*router.Response, error) {
		return router.StreamFunc(200, "text/csv", func(w io.Writer) error {
			for i := range 3 { // a scan of a table, say
				if _, err := fmt.Fprintln(w, i); err != nil {
					return err
				}
			}
			return nil
		}), nil
	})
	// In a Lambda function: lambda.Start(r.Stream)
	send(r, "GET", "/numbers", "")
	// Output:
	// 200 0
	// 1
	// 2
}

func ExampleStream() {
	r := router.New()
	r.Get("/report", func(context.Context, *router.Request) (*router.Response, error) {
		return router.Stream(200, "text/plain", strings.NewReader("from a file, say")), nil
	})
	send(r, "GET", "/report", "")
	// Output: 200 from a file, say
}

func ExampleRouter_Stream() {
	r := router.New()
	r.Get("/report", func(context.Context, *router.Request) (*router.Response, error) {
		return router.Stream(200, "text/plain", strings.NewReader("piece by piece")), nil
	})
	out, err := r.Stream(context.Background(), []byte(`{"rawPath":"/report","requestContext":{"http":{"method":"GET"},"domainName":"x.lambda-url.eu-west-1.on.aws"}}`))
	if err != nil {
		panic(err)
	}
	defer out.Close()
	answer, err := io.ReadAll(out)
	fmt.Printf("%q %v\n", answer, err)
	// Output: "{\"statusCode\":200,\"headers\":{\"Content-Type\":\"text/plain\"}}\x00\x00\x00\x00\x00\x00\x00\x00piece by piece" <nil>
}

func ExampleRouter_Lookup() {
	r := router.New()
	r.Get("/users/{id}", text("one user"))
	r.Handle("/{proxy+}", text("anything"))
	fmt.Println(r.Lookup("GET", "/users/7"))
	fmt.Println(r.Lookup("POST", "/users/7"))
	fmt.Println(r.Lookup("GET", "/"))
	// Output:
	// {GET /users/{id}} true
	// { /{proxy+}} true
	// { } false
}
