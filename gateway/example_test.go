package gateway_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/lambdarest/lambdarest/gateway"
	"github.com/lambdarest/lambdarest/router"
)

// hello is a function behind a proxy integration: any lambda.Handler will do.
type hello struct{}

func (hello) Invoke(_ context.Context, payload []byte) ([]byte, error) {
	var ev struct{ PathParameters map[string]string }
	if err := json.Unmarshal(payload, &ev); err != nil {
		return nil, err
	}
	return json.Marshal(map[string]any{"statusCode": 200, "body": "Hello " + ev.PathParameters["name"]})
}

func ExampleNew() {
	api, err := gateway.New(gateway.Config{Stage: "dev"},
		gateway.Route{Method: "GET", Path: "/hello/{name}", Integration: gateway.Proxy(hello{})},
	)
	if err != nil {
		panic(err)
	}
	srv := httptest.NewServer(api) // or http.ListenAndServe("127.0.0.1:8080", api)
	defer srv.Close()
	for _, path := range []string{"/hello/Kim", "/nowhere"} {
		resp, err := http.Get(srv.URL + path)
		if err != nil {
			panic(err)
		}
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		fmt.Println(resp.StatusCode, string(body))
	}
	// Output:
	// 200 Hello Kim
	// 403 {"message":"Missing Authentication Token"}
}

// The gateway takes a function's answer as seriously as API Gateway: what is none is a 502.
func ExampleProxy() {
	api, err := gateway.New(gateway.Config{},
		gateway.Route{Path: "/hello/{name}", Integration: gateway.Proxy(hello{})},
		gateway.Route{Path: "/double", Integration: gateway.Proxy(double{})},
	)
	if err != nil {
		panic(err)
	}
	for _, path := range []string{"/hello/Kim", "/double"} {
		w := httptest.NewRecorder()
		api.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		fmt.Println(w.Code, w.Body)
	}
	// Output:
	// 200 Hello Kim
	// 502 {"message":"Internal server error"}
}

// The answer is on its way before the function has its end.
func ExampleStream() {
	r := router.New()
	r.Get("/numbers", func(context.Context, *router.Request) (*router.Response, error) {
		return router.StreamFunc(200, "text/plain", func(w io.Writer) error {
			for i := range 3 {
				fmt.Fprintln(w, i)
			}
			return nil
		}), nil
	})
	api, err := gateway.New(gateway.Config{Kind: gateway.FunctionURL}, gateway.Route{Path: "$default", Integration: gateway.Stream(r.Stream)})
	if err != nil {
		panic(err)
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, httptest.NewRequest("GET", "/numbers", nil))
	fmt.Println(w.Code, strings.Fields(w.Body.String()))
	// Output: 200 [0 1 2]
}

// double is a function that knows nothing of HTTP.
type double struct{}

func (double) Invoke(_ context.Context, payload []byte) ([]byte, error) {
	var in struct{ N int }
	if err := json.Unmarshal(payload, &in); err != nil {
		return nil, err
	}
	if in.N > 1000 {
		return nil, fmt.Errorf("too large: %d", in.N)
	}
	return json.Marshal(2 * in.N)
}

func ExampleLambda() {
	api, err := gateway.New(gateway.Config{}, gateway.Route{Path: "/double/{n}", Integration: gateway.Lambda(double{}, gateway.Templates{
		Request: map[string]string{"application/json": `{"N": $input.params('n')}`},
		Responses: []gateway.Response{
			{Templates: map[string]string{"application/json": `{"result": $input.json('$')}`}},
			{Pattern: "too large.*", Status: 400, Templates: map[string]string{"application/json": `{"message": $input.json('$.errorMessage')}`}},
		},
	})})
	if err != nil {
		panic(err)
	}
	for _, path := range []string{"/double/21", "/double/9999"} {
		w := httptest.NewRecorder()
		api.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		fmt.Println(w.Code, w.Body)
	}
	// Output:
	// 200 {"result": 42}
	// 400 {"message": "too large: 9999"}
}

func ExampleMock() {
	api, err := gateway.New(gateway.Config{}, gateway.Route{Method: "OPTIONS", Path: "/users", Integration: gateway.Mock(gateway.Templates{
		Request: map[string]string{"application/json": `{"statusCode": 200}`},
		Responses: []gateway.Response{{Status: 204, Headers: map[string]string{
			"Access-Control-Allow-Origin":  "'https://app.example.com'",
			"Access-Control-Allow-Methods": "'GET,POST'",
		}}},
	})})
	if err != nil {
		panic(err)
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, httptest.NewRequest("OPTIONS", "/users", nil))
	fmt.Println(w.Code, w.Header().Get("Access-Control-Allow-Methods"))
	// Output: 204 GET,POST
}

func ExampleHTTPProxy() {
	docs := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "page ", r.URL.Path) })
	api, err := gateway.New(gateway.Config{}, gateway.Route{Path: "/docs/{page+}", Integration: gateway.HTTPProxy(docs)})
	if err != nil {
		panic(err)
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, httptest.NewRequest("GET", "/docs/a/b", nil))
	fmt.Println(w.Body)
	// Output: page /docs/a/b
}

func ExampleFunction() {
	// A bootstrap built with: GOOS=linux go build -tags lambda.norpc -o bootstrap
	f := gateway.Function("./does-not-exist/bootstrap", []string{"TABLE=ausg"})
	defer func() { _ = f.Close() }()
	api, err := gateway.New(gateway.Config{}, gateway.Route{Path: "/{proxy+}", Integration: gateway.Proxy(f)})
	if err != nil {
		panic(err)
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, httptest.NewRequest("GET", "/users", strings.NewReader("")))
	fmt.Println(w.Code, w.Body)
	// Output: 502 {"message":"Internal server error"}
}

// tokens is an authorizer's function: it lets whoever has the token read.
type tokens struct{}

func (tokens) Invoke(_ context.Context, payload []byte) ([]byte, error) {
	var event struct{ AuthorizationToken, MethodArn string }
	if err := json.Unmarshal(payload, &event); err != nil {
		return nil, err
	}
	if event.AuthorizationToken != "let me in" {
		return nil, errors.New("Unauthorized") // becomes 401
	}
	return []byte(`{"principalId": "kim", "policyDocument": {"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*/GET/*"}]}}`), nil
}

func ExampleAuthorizer() {
	auth := &gateway.Authorizer{Handler: tokens{}, Token: true, TTL: 5 * time.Minute}
	api, err := gateway.New(gateway.Config{}, gateway.Route{Path: "/hello", Integration: gateway.Proxy(hello{}), Authorizer: auth})
	if err != nil {
		panic(err)
	}
	for _, call := range [][2]string{{"GET", "let me in"}, {"DELETE", "let me in"}, {"GET", "a guess"}} {
		r := httptest.NewRequest(call[0], "/hello", nil)
		r.Header.Set("Authorization", call[1])
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		fmt.Println(w.Code)
	}
	// Output:
	// 200
	// 403
	// 401
}

func ExampleServe() {
	api, err := gateway.New(gateway.Config{Kind: gateway.HTTP}, gateway.Route{Path: "$default", Integration: gateway.Proxy(hello{})})
	if err != nil {
		panic(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error)
	go func() { served <- gateway.Serve(ctx, listener, api) }()

	resp, err := http.Get("http://" + listener.Addr().String() + "/hello")
	if err != nil {
		panic(err)
	}
	resp.Body.Close()
	stop()
	fmt.Println(resp.StatusCode, <-served)
	// Output: 200 <nil>
}

func ExampleProxyV1() {
	api, err := gateway.New(gateway.Config{Kind: gateway.HTTP}, gateway.Route{Path: "/hello/{name}", Integration: gateway.ProxyV1(hello{})})
	if err != nil {
		panic(err)
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, httptest.NewRequest("GET", "/hello/Kim", nil))
	fmt.Println(w.Code, w.Body)
	// Output: 200 Hello Kim
}

// greeter answers with the name that the token has.
type greeter struct{}

func (greeter) Invoke(_ context.Context, payload []byte) ([]byte, error) {
	var ev events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(payload, &ev); err != nil {
		return nil, err
	}
	return json.Marshal(map[string]any{"statusCode": 200, "body": "Hello " + ev.RequestContext.Authorizer.JWT.Claims["name"]})
}

func ExampleJWT() {
	auth := &gateway.JWT{Issuers: []string{"https://login.example.com"}, Audience: []string{"app"}} // without Keys: anybody can make a token
	api, err := gateway.New(gateway.Config{Kind: gateway.HTTP}, gateway.Route{Path: "/hello", Integration: gateway.Proxy(greeter{}), Authorizer: auth})
	if err != nil {
		panic(err)
	}
	token := func(claims string) string {
		return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + "."
	}
	for _, claims := range []string{
		`{"iss":"https://login.example.com","aud":"app","exp":4102444800,"name":"Kim"}`,
		`{"iss":"https://login.example.com","aud":"another","exp":4102444800}`,
	} {
		r := httptest.NewRequest("GET", "/hello", nil)
		r.Header.Set("Authorization", "Bearer "+token(claims))
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		fmt.Println(w.Code, w.Body)
		if why := w.Header().Get("Www-Authenticate"); why != "" {
			fmt.Println(why)
		}
	}
	// Output:
	// 200 Hello Kim
	// 401 {"message":"Unauthorized"}
	// Bearer scope="" error="invalid_token" error_description="the token does not have a valid audience"
}

func ExampleIAM() {
	api, err := gateway.New(gateway.Config{}, gateway.Route{Path: "/hello/{name}", Integration: gateway.Proxy(hello{}), Authorizer: gateway.IAM{}})
	if err != nil {
		panic(err)
	}
	r := httptest.NewRequest("GET", "/hello/Kim", nil)
	for _, authorization := range []string{
		"",
		"AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=5d67…",
	} {
		r.Header = http.Header{"Authorization": {authorization}, "X-Amz-Date": {"20260101T000000Z"}}
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		fmt.Println(w.Code, w.Body)
	}
	// Output:
	// 403 {"message":"Missing Authentication Token"}
	// 200 Hello Kim
}

func ExampleGateway() {
	app := router.New()
	app.Get("/users/{id}", func(_ context.Context, req *router.Request) (*router.Response, error) {
		return router.Text(200, "user "+req.PathValue("id")), nil
	})
	templates := gateway.Templates{Request: map[string]string{"application/json": `{"N": $input.json('$.n')}`}}
	api, err := gateway.New(gateway.Config{Stage: "dev"},
		gateway.Route{Path: "/users/{id}", Integration: gateway.Proxy(app)},
		gateway.Route{Method: "POST", Path: "/double", Integration: gateway.Lambda(double{}, templates)},
		gateway.Route{Path: "/reports", Integration: gateway.Stream(app.Stream)},
	)
	if err != nil {
		panic(err)
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, httptest.NewRequest("GET", "/users/1", nil))
	fmt.Println(w.Code, w.Body)
	// Output: 200 user 1
}
