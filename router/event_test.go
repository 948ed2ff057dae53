package router

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// The smallest event of each source, to be merged over.
const (
	restEvent = `{"resource":"/{proxy+}","path":"/x","httpMethod":"GET","headers":{},"multiValueHeaders":{},
		"queryStringParameters":null,"multiValueQueryStringParameters":null,"pathParameters":null,"stageVariables":null,
		"requestContext":{"path":"/prod/x","stage":"prod","requestId":"r-1","domainName":"a.execute-api.eu-west-1.amazonaws.com",
		"httpMethod":"GET","identity":{"sourceIp":"192.0.2.1"},"authorizer":null},"body":null,"isBase64Encoded":false}`
	httpEvent = `{"version":"2.0","routeKey":"$default","rawPath":"/x","rawQueryString":"","headers":{},
		"requestContext":{"http":{"method":"GET","path":"/x","protocol":"HTTP/1.1","sourceIp":"192.0.2.1","userAgent":"t"},"stage":"$default",
		"requestId":"r-1","domainName":"a.execute-api.eu-west-1.amazonaws.com"},"isBase64Encoded":false}`
	urlEvent = `{"version":"2.0","routeKey":"$default","rawPath":"/x","rawQueryString":"","headers":{},
		"requestContext":{"http":{"method":"GET","path":"/x","protocol":"HTTP/1.1","sourceIp":"192.0.2.1","userAgent":"t"},"stage":"$default",
		"requestId":"r-1","domainName":"abc.lambda-url.eu-west-1.on.aws"},"isBase64Encoded":false}`
	albEvent = `{"requestContext":{"elb":{"targetGroupArn":"arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/t/1"}},
		"httpMethod":"GET","path":"/x","queryStringParameters":{},"headers":{},"body":"","isBase64Encoded":false}`
)

// VPC Lattice has two versions of its events.
const (
	latticeEvent1 = `{"raw_path":"/x","method":"GET","headers":{},"query_string_parameters":{},"body":"","is_base64_encoded":false}`
	latticeEvent2 = `{"version":"2.0","path":"/x","method":"GET","headers":{},"queryStringParameters":{},"body":"","isBase64Encoded":false,
		"requestContext":{"serviceNetworkArn":"arn:aws:vpc-lattice:eu-west-1:123456789012:servicenetwork/sn-1","serviceArn":"arn:aws:vpc-lattice:eu-west-1:123456789012:service/svc-1"}}`
)

var allEvents = map[string]string{"REST": restEvent, "HTTP": httpEvent, "FunctionURL": urlEvent, "ALB": albEvent, "Lattice": latticeEvent2}

// event merges changes into an event. Objects are merged, all else is replaced.
func mergeEvent(t testing.TB, base, changes string) []byte {
	t.Helper()
	var into, from map[string]any
	if err := errors.Join(json.Unmarshal([]byte(base), &into), json.Unmarshal([]byte(changes), &from)); err != nil {
		t.Fatalf("%v in %s", err, changes)
	}
	var merge func(into, from map[string]any)
	merge = func(into, from map[string]any) {
		for k, v := range from {
			old, ok1 := into[k].(map[string]any)
			new, ok2 := v.(map[string]any)
			if ok1 && ok2 {
				merge(old, new)
			} else {
				into[k] = v
			}
		}
	}
	merge(into, from)
	out, err := json.Marshal(into)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// seen returns the request as a handler of the router sees it, and the answer.
func seen(t testing.TB, event []byte, patterns ...string) (*Request, map[string]any) {
	t.Helper()
	var req *Request
	var r Router
	for _, p := range patterns {
		r.Handle(p, func(_ context.Context, got *Request) (*Response, error) { req = got; return NoContent(), nil })
	}
	out, err := r.Invoke(t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	var answer map[string]any
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return req, answer
}

// What API Gateway and its neighbours really send, and what a handler must see.
func TestPaths(t *testing.T) {
	for _, tt := range []struct {
		name, base, changes string
		pattern             string // the route that must match, of those below
		path                string // Path()
		value               string // of the route's variable
	}{
		{"plain", restEvent, `{"path":"/users/1"}`, "/users/{id}", "/users/1", "1"},
		{"a plus is a plus", restEvent, `{"path":"/users/a+b"}`, "/users/{id}", "/users/a+b", "a+b"},
		{"an encoded plus", restEvent, `{"path":"/users/a%2Bb"}`, "/users/{id}", "/users/a+b", "a+b"},
		{"an encoded slash is no separator", restEvent, `{"path":"/users/a%2Fb"}`, "/users/{id}", "/users/a/b", "a/b"},
		{"decoded once only", restEvent, `{"path":"/users/a%252Fb"}`, "/users/{id}", "/users/a%2Fb", "a%2Fb"},
		{"a space", restEvent, `{"path":"/users/a%20b"}`, "/users/{id}", "/users/a b", "a b"},
		{"Korean", restEvent, `{"path":"/users/%ED%95%9C%EA%B5%AD"}`, "/users/{id}", "/users/한국", "한국"},
		{"an encoded literal", restEvent, `{"path":"/%75sers/1"}`, "/users/{id}", "/users/1", "1"},
		{"a dot", restEvent, `{"path":"/users/a.b@c.d;e=f"}`, "/users/{id}", "/users/a.b@c.d;e=f", "a.b@c.d;e=f"},
		{"a trailing slash", restEvent, `{"path":"/users/1/"}`, "/users/{id}", "/users/1", "1"},
		{"a doubled slash", restEvent, `{"path":"/users//x"}`, "/{proxy+}", "/users//x", "users//x"},
		{"slashes before a host", restEvent, `{"path":"//evil.com/x"}`, "/{proxy+}", "//evil.com/x", "/evil.com/x"},
		{"greedy", restEvent, `{"path":"/a/b%2Fc/d"}`, "/{proxy+}", "/a/b/c/d", "a/b/c/d"},
		{"root", restEvent, `{"path":"/"}`, "/", "/", ""},
		{"empty", restEvent, `{"path":""}`, "/", "/", ""},
		{"a stage is not in the path", restEvent, `{"path":"/users/1","requestContext":{"path":"/prod/users/1"}}`, "/users/{id}", "/users/1", "1"},
		{"a base path", restEvent, `{"resource":"/users/{id}","path":"/base/users/1","requestContext":{"path":"/base/users/1","domainName":"api.example.com"}}`, "/users/{id}", "/users/1", "1"},
		{"a base path before a greedy variable", restEvent, `{"path":"/base/users/1","pathParameters":{"proxy":"users/1"},"requestContext":{"path":"/base/users/1","domainName":"api.example.com"}}`, "/users/{id}", "/users/1", "1"},
		{"a base path of two segments, trailing slash", restEvent, `{"path":"/b/v1/users/1/","pathParameters":{"proxy":"users/1"},"requestContext":{"path":"/b/v1/users/1/","domainName":"api.example.com"}}`, "/users/{id}", "/users/1", "1"},
		{"a base path alone", restEvent, `{"resource":"/","path":"/base","requestContext":{"path":"/base","domainName":"api.example.com"}}`, "/", "/", ""},
		{"a value that the path does not end with", restEvent, `{"path":"/a/b/users/1","pathParameters":{"proxy":"zzz"},"requestContext":{"path":"/a/b/users/1"}}`, "/{proxy+}", "/a/b/users/1", "a/b/users/1"},
		{"no value of the greedy variable", restEvent, `{"path":"/users/1","pathParameters":null,"requestContext":{"path":"/users/1"}}`, "/users/{id}", "/users/1", "1"},
		{"an HTTP API with payload 1.0", restEvent, `{"version":"1.0","resource":"$default","path":"/dev/users/1","requestContext":{"stage":"dev","path":"/dev/users/1"}}`, "/users/{id}", "/users/1", "1"},
		{"no base path on the API's own domain", restEvent, `{"resource":"/users/{id}","path":"/v1/users/1","requestContext":{"path":"/prod/v1/users/1"}}`, "/{proxy+}", "/v1/users/1", "v1/users/1"},
		{"no base path", restEvent, `{"resource":"/users/{id}","path":"/users/1","requestContext":{"path":"/users/1","domainName":"api.example.com"}}`, "/users/{id}", "/users/1", "1"},
		{"a resource that does not fit", restEvent, `{"resource":"/other/{id}","path":"/users/1","requestContext":{"path":"/users/1"}}`, "/users/{id}", "/users/1", "1"},
		{"an undocumented rawPath", restEvent, `{"path":"/users/1","rawPath":"/users/1","version":null}`, "/users/{id}", "/users/1", "1"},

		{"HTTP API, decoded", httpEvent, `{"rawPath":"/users/a b"}`, "/users/{id}", "/users/a b", "a b"},
		{"HTTP API, a percent sign", httpEvent, `{"rawPath":"/users/100%"}`, "/users/{id}", "/users/100%", "100%"},
		{"HTTP API, not decoded again", httpEvent, `{"rawPath":"/users/a%2Fb"}`, "/users/{id}", "/users/a%2Fb", "a%2Fb"},
		{"HTTP API, a question mark", httpEvent, `{"rawPath":"/users/me?admin=true"}`, "/users/{id}", "/users/me?admin=true", "me?admin=true"},
		{"HTTP API, the route key decides", httpEvent, `{"rawPath":"/users/a/b","routeKey":"GET /users/{id}","pathParameters":{"id":"a/b"}}`, "/users/{id}", "/users/a/b", "a/b"},
		{"HTTP API, a greedy route key", httpEvent, `{"rawPath":"/dev/users/7","routeKey":"ANY /{proxy+}","pathParameters":{"proxy":"users/7"},"requestContext":{"stage":"dev"}}`, "/users/{id}", "/users/7", "7"},
		{"HTTP API, a route key without its value", httpEvent, `{"rawPath":"/users/7","routeKey":"GET /users/{id}"}`, "/users/{id}", "/users/7", "7"},
		{"HTTP API, stage", httpEvent, `{"rawPath":"/dev/users/1","requestContext":{"stage":"dev"}}`, "/users/{id}", "/users/1", "1"},
		{"HTTP API, stage alone", httpEvent, `{"rawPath":"/dev","requestContext":{"stage":"dev"}}`, "/", "/", ""},
		{"HTTP API, stage at a boundary only", httpEvent, `{"rawPath":"/developers/1","requestContext":{"stage":"dev"}}`, "/{proxy+}", "/developers/1", "developers/1"},
		{"HTTP API, no stage behind a custom domain", httpEvent, `{"rawPath":"/dev/x","requestContext":{"stage":"dev","domainName":"api.example.com"}}`, "/{proxy+}", "/dev/x", "dev/x"},

		{"function URL, encoded", urlEvent, `{"rawPath":"/users/a%20b%2Fc"}`, "/users/{id}", "/users/a b/c", "a b/c"},
		{"Lattice 1, encoded", latticeEvent1, `{"raw_path":"/users/a%20b%2Fc%3F?q=1"}`, "/users/{id}", "/users/a b/c?", "a b/c?"},
		{"Lattice 2, encoded", latticeEvent2, `{"path":"/users/a%20b%2Fc/"}`, "/users/{id}", "/users/a b/c", "a b/c"},
		{"ALB, encoded", albEvent, `{"path":"/users/a%20b%2Fc"}`, "/users/{id}", "/users/a b/c", "a b/c"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			req, _ := seen(t, mergeEvent(t, tt.base, tt.changes), "/", "/users/{id}", "/{proxy+}")
			if req == nil {
				t.Fatal("no route matched")
			}
			value := req.PathValue("id") + req.PathValue("proxy")
			if req.Route() != tt.pattern || req.Path() != tt.path || value != tt.value {
				t.Errorf("route %s, path %q, value %q; want %s, %q, %q", req.Route(), req.Path(), value, tt.pattern, tt.path, tt.value)
			}
		})
	}
}

func TestBadPathsAre400(t *testing.T) {
	for _, path := range []string{"/users/%zz", "/users/%", "/users/%2", "/%ff", "/a/%c3%28"} {
		for name, event := range map[string][]byte{
			"REST":        mergeEvent(t, restEvent, `{"path":"`+path+`"}`),
			"FunctionURL": mergeEvent(t, urlEvent, `{"rawPath":"`+path+`"}`),
			"ALB":         mergeEvent(t, albEvent, `{"path":"`+path+`"}`),
		} {
			req, answer := seen(t, event, "/{proxy+}")
			if req != nil || answer["statusCode"] != 400.0 {
				t.Errorf("%s %s: status %v, handler ran: %v", name, path, answer["statusCode"], req != nil)
			}
		}
	}
}

func TestQuery(t *testing.T) {
	for _, tt := range []struct {
		name, base, changes string
		want                url.Values
	}{
		{"REST is decoded already", restEvent, `{"multiValueQueryStringParameters":{"a":["x+y","100%","%20"],"u":["https://e.com/?a=b"]},"queryStringParameters":{"a":"%20","u":"https://e.com/?a=b"}}`,
			url.Values{"a": {"x+y", "100%", "%20"}, "u": {"https://e.com/?a=b"}}},
		{"REST, an undocumented rawQueryString", restEvent, `{"queryStringParameters":{"a":"1"},"rawQueryString":"evil=1"}`, url.Values{"a": {"1"}}},
		{"ALB, one name in two spellings", albEvent, `{"headers":null,"queryStringParameters":null,"multiValueHeaders":{},"multiValueQueryStringParameters":{"tag%5B%5D":["1"],"tag[]":["2"]}}`, url.Values{"tag[]": {"1", "2"}}},
		{"REST, the single map alone", restEvent, `{"queryStringParameters":{"a":"1","e":""}}`, url.Values{"a": {"1"}, "e": {""}}},
		{"REST, names differ in case", restEvent, `{"multiValueQueryStringParameters":{"A":["1"],"a":["2"]}}`, url.Values{"A": {"1"}, "a": {"2"}}},
		{"none", restEvent, `{}`, url.Values{}},
		{"HTTP API", httpEvent, `{"rawQueryString":"repeat=one&repeat=two&plus=a%2Bb&space=a+b&empty=&bare&c=1%2C2","queryStringParameters":{"repeat":"one,two"}}`,
			url.Values{"repeat": {"one", "two"}, "plus": {"a+b"}, "space": {"a b"}, "empty": {""}, "bare": {""}, "c": {"1,2"}}},
		{"HTTP API, nothing of the path", httpEvent, `{"rawPath":"/me?admin=true","rawQueryString":"tenant=acme"}`, url.Values{"tenant": {"acme"}}},
		{"a semicolon is kept", httpEvent, `{"rawQueryString":"a=1;b=2"}`, url.Values{"a": {"1;b=2"}}},
		{"bad encoding is kept", urlEvent, `{"rawQueryString":"a=%zz&b=100%&%=1"}`, url.Values{"a": {"%zz"}, "b": {"100%"}, "%": {"1"}}},
		{"Lattice 1, behind the path", latticeEvent1, `{"raw_path":"/x?a=1+2&a=%26","query_string_parameters":{"a":"&"}}`, url.Values{"a": {"1 2", "&"}}},
		{"Lattice 1", latticeEvent1, `{"query_string_parameters":{"a":"1"}}`, url.Values{"a": {"1"}}},
		{"Lattice 2", latticeEvent2, `{"queryStringParameters":{"a":["1","2"],"b":"3"}}`, url.Values{"a": {"1", "2"}, "b": {"3"}}},
		{"ALB is not decoded", albEvent, `{"queryStringParameters":{"r":"https%3A%2F%2Fe.com%2Fa+b"}}`, url.Values{"r": {"https://e.com/a b"}}},
		{"ALB, multi-value", albEvent, `{"headers":null,"queryStringParameters":null,"multiValueHeaders":{},"multiValueQueryStringParameters":{"p":["a%2Bb","c+d"]}}`, url.Values{"p": {"a+b", "c d"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			req, _ := seen(t, mergeEvent(t, tt.base, tt.changes), "/{proxy+}")
			if got := req.Query(); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestHeadersAndCookies(t *testing.T) {
	for _, tt := range []struct {
		name, base, changes string
		want                http.Header
		first               string // Header("x-a")
		cookie              string // Cookie("sid"), "-" if there is none
	}{
		{"multiValueHeaders win", restEvent, `{"headers":{"X-A":"2","X-B":"b"},"multiValueHeaders":{"X-A":["1","2"]}}`, http.Header{"X-A": {"1", "2"}, "X-B": {"b"}}, "1", "-"},
		{"headers alone", restEvent, `{"headers":{"x-A":"1"},"multiValueHeaders":null}`, http.Header{"X-A": {"1"}}, "1", "-"},
		{"all maps null", restEvent, `{"headers":null,"multiValueHeaders":null}`, http.Header{}, "", "-"},
		{"a null value", restEvent, `{"headers":{"x-a":null},"multiValueHeaders":null}`, http.Header{}, "", "-"},
		{"commas are not split", httpEvent, `{"headers":{"x-a":"first,second"}}`, http.Header{"X-A": {"first,second"}}, "first,second", "-"},
		{"REST cookies", restEvent, `{"multiValueHeaders":{"Cookie":["a=b; sid=7","c=d"]}}`, http.Header{"Cookie": {"a=b; sid=7", "c=d"}}, "", "7"},
		{"HTTP API cookies", httpEvent, `{"cookies":["a=b","sid=7"]}`, http.Header{"Cookie": {"a=b; sid=7"}}, "", "7"},
		{"function URL cookies come twice", urlEvent, `{"cookies":["a=b","sid=7"],"headers":{"cookie":"a=b; sid=7"}}`, http.Header{"Cookie": {"a=b; sid=7"}}, "", "7"},
		{"ALB, multi-value", albEvent, `{"headers":null,"multiValueHeaders":{"x-a":["1","2"]}}`, http.Header{"X-A": {"1", "2"}}, "1", "-"},
		{"Lattice 2", latticeEvent2, `{"headers":{"x-a":["1","2"],"cookie":["sid=7"]}}`, http.Header{"X-A": {"1", "2"}, "Cookie": {"sid=7"}}, "1", "7"},
		{"cookies in two spellings of the header", restEvent, `{"headers":null,"multiValueHeaders":{"Cookie":["a=1"],"cookie":["sid=7"]}}`, http.Header{"Cookie": {"a=1", "sid=7"}}, "", "7"},
		{"a cookie that is not valid hides no other", restEvent, `{"headers":{"cookie":"b@d=1; x; sid=7"}}`, http.Header{"Cookie": {"b@d=1; x; sid=7"}}, "", "7"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			req, _ := seen(t, mergeEvent(t, tt.base, tt.changes), "/{proxy+}")
			if got := req.Headers(); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("headers %q, want %q", got, tt.want)
			}
			if got := req.Header("x-a"); got != tt.first {
				t.Errorf("Header(x-a) is %q, want %q", got, tt.first)
			}
			if got := req.Header("COOKIE"); got != strings.Join(tt.want["Cookie"][:min(1, len(tt.want["Cookie"]))], "") {
				t.Errorf("Header(COOKIE) is %q", got)
			}
			got, ok := req.Cookie("sid")
			if !ok {
				got = "-"
			}
			if got != tt.cookie {
				t.Errorf("Cookie(sid) is %q, want %q", got, tt.cookie)
			}
		})
	}
}

func TestBody(t *testing.T) {
	for _, tt := range []struct{ name, changes, want string }{
		{"null", `{"body":null}`, ""},
		{"text", `{"body":"{\"a\":\"\\u00e9\\n한\"}"}`, `{"a":"\u00e9\n한"}`},
		{"base64", `{"body":"/9gAAQ==","isBase64Encoded":true}`, "\xff\xd8\x00\x01"},
		{"base64 that is not marked", `{"body":"/9gAAQ==","isBase64Encoded":false}`, "/9gAAQ=="},
	} {
		for source, base := range allEvents {
			req, _ := seen(t, mergeEvent(t, base, tt.changes), "/{proxy+}")
			if got, err := req.Body(); err != nil || string(got) != tt.want {
				t.Errorf("%s, %s: %q, %v, want %q", source, tt.name, got, err, tt.want)
			}
		}
	}
	req, _ := seen(t, mergeEvent(t, restEvent, `{"body":"not base64!","isBase64Encoded":true}`), "/{proxy+}")
	if _, err := req.Body(); StatusOf(err) != 400 {
		t.Errorf("bad base64: %v", err)
	}
}

func TestContext(t *testing.T) {
	authorizers := map[string]string{
		"Cognito": inContext(`{"authorizer":{"claims":{"sub":"u1","n":7}}}`),
		"Lambda":  inContext(`{"authorizer":{"sub":"u1","n":7,"principalId":"p"}}`),
		"JWT":     inContext(`{"authorizer":{"jwt":{"claims":{"sub":"u1","n":7},"scopes":null}}}`),
		"Lambda2": inContext(`{"authorizer":{"lambda":{"sub":"u1","n":7}}}`),
	}
	for name, changes := range authorizers {
		base := restEvent
		if strings.HasPrefix(name, "J") || strings.HasSuffix(name, "2") {
			base = httpEvent
		}
		req, _ := seen(t, mergeEvent(t, base, changes), "/{proxy+}")
		sub, ok1 := req.Claim("sub")
		n, ok2 := req.Claim("n")
		_, ok3 := req.Claim("missing")
		if sub != "u1" || n != "7" || !ok1 || !ok2 || ok3 {
			t.Errorf("%s: claims %q %v, %q %v, missing %v", name, sub, ok1, n, ok2, ok3)
		}
	}
	req, _ := seen(t, mergeEvent(t, restEvent, `{"headers":{"X-Forwarded-For":"6.6.6.6, 192.0.2.1"},"stageVariables":{"table":"t1"},"requestContext":{"authorizer":null}}`), "/{proxy+}")
	if _, ok := req.Claim("sub"); ok {
		t.Error("a null authorizer has claims")
	}
	if req.SourceIP() != "192.0.2.1" || req.RequestID() != "r-1" || req.Stage() != "prod" || req.StageVariable("table") != "t1" || req.StageVariable("x") != "" || req.Source() != REST || req.Method() != "GET" {
		t.Errorf("source IP %q, request id %q, stage %q, variable %q, source %v", req.SourceIP(), req.RequestID(), req.Stage(), req.StageVariable("table"), req.Source())
	}
	var ev struct{ Resource string }
	if err := req.Event(&ev); err != nil || ev.Resource != "/{proxy+}" {
		t.Errorf("Event: %+v, %v", ev, err)
	}
}

func inContext(changes string) string { return `{"requestContext":` + changes + `}` }

func TestSources(t *testing.T) {
	want := map[string]Source{"REST": REST, "HTTP": HTTP, "FunctionURL": FunctionURL, "ALB": ALB, "Lattice": Lattice}
	for name, event := range allEvents {
		req, _ := seen(t, []byte(event), "/{proxy+}")
		if req.Source() != want[name] || req.Source().String() != name {
			t.Errorf("%s: source %v", name, req.Source())
		}
	}
}

func TestALBHasTheInvocationsID(t *testing.T) {
	ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "i-1"})
	var r Router
	r.Get("/x", func(_ context.Context, req *Request) (*Response, error) { return Text(200, req.RequestID()), nil })
	out, err := r.Invoke(ctx, []byte(albEvent))
	if err != nil || !strings.Contains(string(out), `"body":"i-1"`) {
		t.Errorf("%s, %v", out, err)
	}
}

func TestForeignEvents(t *testing.T) {
	for _, tt := range []struct{ event, want string }{
		{`{"Records":[{"eventSource":"aws:sqs"}]}`, `the keys "Records"`},
		{`{"version":"0","source":"aws.events","detail-type":"Scheduled Event"}`, `"detail-type"`},
		{`{"type":"REQUEST","methodArn":"arn:x","httpMethod":"GET","path":"/x","requestContext":{}}`, "Lambda authorizer"},
		{`{"type":"REQUEST","routeArn":"arn:x","rawPath":"/x","requestContext":{"http":{"method":"GET"}}}`, "Lambda authorizer"},
		{`{"httpMethod":"GET","path":"/x","requestContext":{"connectionId":"c"}}`, "WebSocket"},
		{`{"requestContext":{"connectionId":"c","eventType":"MESSAGE","routeKey":"$default"}}`, "WebSocket"},
		{`{}`, "empty"}, {`null`, "no object"}, {`[1]`, "no object"}, {`"GET"`, "no object"},
	} {
		ran := false
		r := New(func(next Handler) Handler { ran = true; return next })
		ran = false
		r.Handle("/{proxy+}", func(context.Context, *Request) (*Response, error) { ran = true; return nil, nil })
		out, err := r.Invoke(t.Context(), []byte(tt.event))
		if out != nil || !errors.Is(err, ErrNotHTTP) || !strings.Contains(err.Error(), tt.want) || ran {
			t.Errorf("%s: %s, %v, handler ran: %v", tt.event, out, err, ran)
		}
	}
	for _, event := range []string{``, `{`, `{"path":"/x"}x`, `{"a":tru}`} {
		if out, err := new(Router).Invoke(t.Context(), []byte(event)); out != nil || err == nil || !strings.Contains(err.Error(), "router: event: invalid JSON at byte") {
			t.Errorf("%q: %s, %v", event, out, err)
		}
	}
}

// The runtime uses the payload's buffer again: what a handler kept must not
// change.
func TestNothingOfThePayloadIsKept(t *testing.T) {
	for name, base := range allEvents {
		event := mergeEvent(t, base, `{"path":"/secret/1","rawPath":"/secret/1","headers":{"x-a":"secret"},"body":"secret","rawQueryString":"q=secret","queryStringParameters":{"q":"secret"}}`)
		req, _ := seen(t, event, "/{proxy+}")
		path, header := req.Path(), req.Header("x-a")
		for i := range event {
			event[i] = '#'
		}
		body, err := req.Body()
		values := append(slices.Collect(maps.Values(map[string]string{"path": path, "header": header, "value": req.PathValue("proxy"), "body": string(body)})), req.Query()["q"]...)
		for _, v := range values {
			if !strings.Contains(v, "secret") || err != nil {
				t.Errorf("%s: kept %q, %v", name, v, err)
			}
		}
	}
}

func TestHeaderList(t *testing.T) {
	for _, tt := range []struct {
		header string // as JSON
		want   []string
	}{
		{`["a, b","c"]`, []string{"a", "b", "c"}},
		{`["W/\"x,y\" , \"z\""]`, []string{`W/"x,y"`, `"z"`}},
		{`["\"a\\\",b\",c"]`, []string{`"a\",b"`, "c"}},
		{`[" , ,","a,"]`, []string{"a"}},
		{`["a\\,b"]`, []string{`a\`, "b"}},
		{`["\"open, quote"]`, []string{`"open, quote`}},
		{`[]`, nil},
	} {
		req, _ := seen(t, mergeEvent(t, restEvent, `{"multiValueHeaders":{"x-list":`+tt.header+`}}`), "/{proxy+}")
		if got := req.HeaderList("X-List"); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.header, got, tt.want)
		}
	}
}

func TestStrictSlash(t *testing.T) {
	r := New(StrictSlash())
	r.StripPrefix("/base")
	r.Handle("/", named("root"))
	r.Handle("/users", named("users"))
	for target, want := range map[string]int{"/": 200, "/users": 200, "/users/": 404, "/base/": 200, "/base/users/": 404, "/none/": 404} {
		if w := do(r, "GET", target); w.Code != want || w.Header().Get("Location") != "" {
			t.Errorf("%s: %d, want %d", target, w.Code, want)
		}
	}
	// A base path of a custom domain is told from the event.
	event := mergeEvent(t, restEvent, `{"resource":"/users","path":"/pay/users/","requestContext":{"path":"/pay/users/","domainName":"api.example.com"}}`)
	if out, err := r.Invoke(t.Context(), event); err != nil || !strings.Contains(string(out), `"statusCode":404`) {
		t.Errorf("%s, %v", out, err)
	}
}
