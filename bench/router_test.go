package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	chiadapter "github.com/awslabs/aws-lambda-go-api-proxy/chi"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"
	"github.com/go-chi/chi/v5"

	"github.com/lambdarest/lambdarest/router"
)

// paths are 48 routes, as an API of some size has; the request goes to one in the
// middle.
func paths() (all []string) {
	for _, resource := range []string{"users", "orders", "items", "carts", "payments", "invoices", "shops", "reviews"} {
		all = append(all, "/"+resource, "/"+resource+"/{id}", "/"+resource+"/{id}/history", "/"+resource+"/{id}/notes", "/"+resource+"/{id}/notes/{note}", "/"+resource+"/search")
	}
	return all
}

// restEvent is a REST event of 3 KB, of the size and shape that browsers cause.
func restEvent(method, body string) []byte {
	header := map[string]string{
		"Accept": "application/json", "Accept-Encoding": "gzip, deflate, br", "Accept-Language": "en-GB,en;q=0.9,ko;q=0.8", "Authorization": "Bearer " + strings.Repeat("eyJhbGciOi", 30),
		"CloudFront-Forwarded-Proto": "https", "CloudFront-Is-Desktop-Viewer": "true", "CloudFront-Is-Mobile-Viewer": "false", "CloudFront-Viewer-Country": "KR",
		"Content-Type": "application/json", "Host": "abcdefghij.execute-api.ap-northeast-2.amazonaws.com", "Origin": "https://app.example.com", "Referer": "https://app.example.com/payments",
		"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
		"Via":        "2.0 0123456789abcdef.cloudfront.net (CloudFront)", "X-Amz-Cf-Id": strings.Repeat("Zz9", 18), "X-Amzn-Trace-Id": "Root=1-6a5145a8-536f3e792f6be9b44c1f46fa", "X-Forwarded-For": "192.0.2.1, 198.51.100.2", "X-Forwarded-Port": "443", "X-Forwarded-Proto": "https",
	}
	multi := make(map[string][]string)
	for k, v := range header {
		multi[k] = []string{v}
	}
	event, err := json.Marshal(events.APIGatewayProxyRequest{
		Resource: "/{proxy+}", Path: "/payments/42/notes", HTTPMethod: method, Headers: header, MultiValueHeaders: multi,
		QueryStringParameters: map[string]string{"limit": "10"}, MultiValueQueryStringParameters: map[string][]string{"limit": {"10"}},
		PathParameters: map[string]string{"proxy": "payments/42/notes"},
		RequestContext: events.APIGatewayProxyRequestContext{AccountID: "123456789012", Stage: "prod", RequestID: "7c2af7db-31f3-42b5-8a6d-9ffc74e3b9e0", Path: "/prod/payments/42/notes", ResourcePath: "/{proxy+}", DomainName: header["Host"],
			Identity: events.APIGatewayRequestIdentity{SourceIP: "192.0.2.1", UserAgent: header["User-Agent"]}},
		Body: body,
	})
	if err != nil {
		panic(err)
	}
	return event
}

// A contender answers a raw event.
type contender struct {
	name string
	h    lambda.Handler
}

// run checks that a contender answers as it must, and measures it.
func run(b *testing.B, event []byte, want string, contenders []contender) {
	b.Logf("event of %d bytes", len(event))
	for _, c := range contenders {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			start := cpuTime(b)
			for b.Loop() {
				out, err := c.h.Invoke(b.Context(), event)
				if err != nil || !strings.Contains(string(out), want) {
					b.Fatalf("%s, %v", out, err)
				}
			}
			b.ReportMetric(float64(cpuTime(b)-start)/float64(b.N), "cpu-ns/op")
		})
	}
}

// BenchmarkText answers a raw REST event with text: the cost of an adapter and of
// dispatching.
func BenchmarkText(b *testing.B) {
	own := router.New()
	mux, std := chi.NewRouter(), http.NewServeMux()
	for _, p := range paths() {
		std.HandleFunc("GET "+p, func(w http.ResponseWriter, req *http.Request) {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			fmt.Fprint(w, "hello "+req.PathValue("id"))
		})
		own.Get(p, func(_ context.Context, req *router.Request) (*router.Response, error) {
			return router.Text(200, "hello "+req.PathValue("id")), nil
		})
		mux.Get(p, func(w http.ResponseWriter, req *http.Request) {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			fmt.Fprint(w, "hello "+chi.URLParam(req, "id"))
		})
	}
	none := func(_ context.Context, req events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
		return events.APIGatewayProxyResponse{StatusCode: 200, Headers: map[string]string{"Content-Type": "text/plain; charset=utf-8"}, Body: "hello 42"}, nil
	}
	run(b, restEvent("GET", ""), "hello 42", []contender{
		{"lambdarest", own},
		{"lambdarest-Proxy", lambda.NewHandler(own.Proxy)},
		{"no-router", lambda.NewHandler(none)},
		{"api-proxy-chi", lambda.NewHandler(chiadapter.New(mux).ProxyWithContext)},
		{"api-proxy-servemux", lambda.NewHandler(httpadapter.New(std).ProxyWithContext)},
	})
}

type note struct {
	Payment int    `json:"payment"`
	Title   string `json:"title"`
	Text    string `json:"text"`
	Done    bool   `json:"done"`
}

// BenchmarkJSON takes a value from the path and a small JSON body, and answers JSON.
func BenchmarkJSON(b *testing.B) {
	type in struct {
		ID    int    `path:"id"`
		Title string `json:"title"`
		Text  string `json:"text"`
		Done  bool   `json:"done"`
	}
	own := router.New()
	mux := chi.NewRouter()
	for _, p := range paths() {
		own.Post(p, router.JSON(func(_ context.Context, in struct {
			Title string `json:"title"`
		}) (note, error) {
			return note{Title: in.Title}, nil
		}), func(next router.Handler) router.Handler {
			if !strings.Contains(p, "{id}") {
				return next
			}
			return router.JSON(func(_ context.Context, in in) (note, error) { return note{in.ID, in.Title, in.Text, in.Done}, nil })
		})
		mux.Post(p, func(w http.ResponseWriter, req *http.Request) {
			var n note
			if err := json.NewDecoder(req.Body).Decode(&n); err != nil {
				http.Error(w, err.Error(), 400)
				return
			}
			fmt.Sscan(chi.URLParam(req, "id"), &n.Payment)
			w.Header().Set("Content-Type", "application/json")
			json.NewEncoder(w).Encode(n)
		})
	}
	none := func(_ context.Context, req events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
		var n note
		if err := json.Unmarshal([]byte(req.Body), &n); err != nil {
			return events.APIGatewayProxyResponse{StatusCode: 400}, nil
		}
		n.Payment = 42
		body, err := json.Marshal(n)
		return events.APIGatewayProxyResponse{StatusCode: 200, Headers: map[string]string{"Content-Type": "application/json"}, Body: string(body)}, err
	}
	run(b, restEvent("POST", `{"title":"Call back","text":"The customer asks for an invoice in Korean.","done":false}`), `{\"payment\":42,\"title\":\"Call back\"`, []contender{
		{"lambdarest", own},
		{"no-router", lambda.NewHandler(none)},
		{"api-proxy-chi", lambda.NewHandler(chiadapter.New(mux).ProxyWithContext)},
	})
}
