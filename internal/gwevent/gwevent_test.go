package gwevent

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var fixed = Options{RequestID: "id", Time: time.Date(2026, 7, 10, 19, 19, 4, 836e6, time.UTC)}

func with(src Source, change ...func(*Options)) Options {
	opt := fixed
	opt.Source = src
	for _, f := range change {
		f(&opt)
	}
	return opt
}

func TestPaths(t *testing.T) {
	stage := func(s string) func(*Options) { return func(o *Options) { o.Stage = s } }
	base := func(s string) func(*Options) { return func(o *Options) { o.BasePath = s } }
	for _, tc := range []struct {
		name, target string
		opt          Options
		path, ctx    string // path or rawPath; requestContext.path or requestContext.http.path
		proxy        any    // pathParameters.proxy
	}{
		{"rest encoded", "/u/a%2Fb", with(REST), "/u/a%2Fb", "/prod/u/a%2Fb", "u/a%2Fb"},
		{"rest plus", "/u/a+b", with(REST), "/u/a+b", "/prod/u/a+b", "u/a+b"},
		{"rest korean", "/u/%EA%B9%80", with(REST), "/u/%EA%B9%80", "/prod/u/%EA%B9%80", "u/%EA%B9%80"},
		{"rest twice encoded", "/u/x%252Fy", with(REST), "/u/x%252Fy", "/prod/u/x%252Fy", "u/x%252Fy"},
		{"rest slash at end", "/u/", with(REST), "/u/", "/prod/u/", "u"},
		{"rest two slashes inside", "/u//v", with(REST), "/u//v", "/prod/u//v", "u//v"},
		{"rest two slashes in front", "//u", with(REST), "/u", "/prod//u", "u"},
		{"rest host in path", "//evil.com/x", with(REST), "/evil.com/x", "/prod//evil.com/x", "evil.com/x"},
		{"rest root", "/", with(REST), "/", "/prod/", nil},
		{"rest base path", "/u", with(REST, base("/pay")), "/pay/u", "/pay/u", "u"},
		{"rest root mapping", "/u", with(REST, base("/")), "/u", "/u", "u"},
		{"http decoded", "/u/a%2Fb%20c", with(HTTPAPI), "/u/a/b c", "/u/a/b c", nil},
		{"http percent", "/u/100%25", with(HTTPAPI), "/u/100%", "/u/100%", nil},
		{"http stage", "/u", with(HTTPAPI, stage("dev")), "/dev/u", "/dev/u", nil},
		{"http mapping", "/u", with(HTTPAPI, stage("dev"), base("/pay")), "/pay/u", "/pay/u", nil},
		{"url encoded", "/u/a%20b", with(FunctionURL), "/u/a%20b", "/u/a b", nil},
		{"url without stage", "/u", with(FunctionURL, stage("dev")), "/u", "/u", nil},
		{"alb encoded", "/u/a%20b", with(ALB), "/u/a%20b", "", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := build(t, httptest.NewRequest("GET", tc.target, nil), tc.opt)
			ctx, path := got["requestContext"].(object), got["path"]
			ctxPath := ctx["path"]
			if path == nil {
				path, ctxPath = got["rawPath"], ctx["http"].(object)["path"]
			}
			require.Equal(t, tc.path, path)
			if tc.ctx != "" {
				require.Equal(t, tc.ctx, ctxPath)
			}
			params, _ := got["pathParameters"].(object)
			require.Equal(t, tc.proxy, params["proxy"])
		})
	}
}

func TestQueries(t *testing.T) {
	const query = "a=1&a=2%2C3&plus=a+b&enc=a%2Bb&e=&bare&semi=1;x=2&bad=100%&ko=%EA%B9%80&&=v"
	r := httptest.NewRequest("GET", "/", nil)
	r.URL.RawQuery = query

	rest := build(t, r, with(REST))
	require.Equal(t, object{"a": "2,3", "plus": "a b", "enc": "a+b", "e": "", "bare": "", "semi": "1;x=2", "bad": "100%", "ko": "김", "": "v"},
		rest["queryStringParameters"])
	require.Equal(t, []any{"1", "2,3"}, rest["multiValueQueryStringParameters"].(object)["a"])

	v2 := build(t, r, with(HTTPAPI))
	require.Equal(t, query, v2["rawQueryString"])
	require.Equal(t, "1,2,3", v2["queryStringParameters"].(object)["a"])

	alb := build(t, r, with(ALB))
	require.Equal(t, "a%2Bb", alb["queryStringParameters"].(object)["enc"])
	require.Equal(t, "2%2C3", alb["queryStringParameters"].(object)["a"])
	require.NotContains(t, alb, "multiValueQueryStringParameters")
	multi := build(t, r, with(ALBMultiValue))
	require.Equal(t, []any{"1", "2%2C3"}, multi["multiValueQueryStringParameters"].(object)["a"])
	require.NotContains(t, multi, "queryStringParameters")
}

func TestHeaders(t *testing.T) {
	r := httptest.NewRequest("GET", "/", nil)
	r.Host, r.RemoteAddr = "api.test:8080", "[2001:db8::1]:99"
	r.Header = http.Header{
		"X-List": {"one", "two"}, "tEsT-HEADeR": {"v"}, "Connection": {"close"}, "X-Forwarded-For": {"6.6.6.6"},
		"X-Forwarded-Proto": {"gopher"}, "Cookie": {"a=1; b=2", "c=3"}, "X-Amzn-Trace-Id": {"Root=client"},
	}
	rest := build(t, r, with(REST))["headers"].(object)
	require.Equal(t, object{
		"Host": "api.test:8080", "X-List": "two", "tEsT-HEADeR": "v", "X-Forwarded-For": "6.6.6.6, 2001:db8::1",
		"X-Forwarded-Proto": "https", "X-Forwarded-Port": "443", "Cookie": "c=3", "X-Amzn-Trace-Id": "Root=client",
	}, rest)

	v2 := build(t, r, with(HTTPAPI))
	require.Equal(t, []any{"a=1", "b=2", "c=3"}, v2["cookies"])
	require.NotContains(t, v2["headers"], "cookie")
	require.Equal(t, "one,two", v2["headers"].(object)["x-list"])
	require.Equal(t, "v", v2["headers"].(object)["test-header"])

	url := build(t, r, with(FunctionURL))
	require.Equal(t, []any{"a=1", "b=2", "c=3"}, url["cookies"])
	require.Equal(t, "a=1; b=2; c=3", url["headers"].(object)["cookie"])

	alb := build(t, r, with(ALB))
	require.Equal(t, "two", alb["headers"].(object)["x-list"])
	require.Equal(t, "http", alb["headers"].(object)["x-forwarded-proto"])
	require.NotContains(t, alb, "multiValueHeaders")
	require.Equal(t, []string{"one", "two"}, r.Header["X-List"], "the request is left alone")
}

func TestBodies(t *testing.T) {
	for _, tc := range []struct {
		src         Source
		contentType string
		body        string
		binaryTypes []string
		want        any
		isBase64    bool
	}{
		{REST, "application/json", `{"a":"<&>"}`, nil, `{"a":"<&>"}`, false},
		{REST, "", "", nil, nil, false},
		{REST, "image/png", "\xff\xd8", nil, "/9g=", true},
		{REST, "image/png", "\xff\xd8", []string{}, "\ufffd\ufffd", false},
		{REST, "image/png", "text", []string{"image/png"}, "dGV4dA==", true},
		{REST, "image/png; x=y", "text", []string{"image/*"}, "dGV4dA==", true},
		{REST, "", "text", []string{"*/*"}, "dGV4dA==", true},
		{REST, "", "", []string{"*/*"}, nil, false},
		{HTTPAPI, "application/json; charset=utf-8", "{}", nil, "{}", false},
		{HTTPAPI, "application/x-www-form-urlencoded", "a=b", nil, "YT1i", true},
		{HTTPAPI, "text/csv", "a,b", nil, "a,b", false},
		{HTTPAPI, "", "", nil, nil, false},
		{FunctionURL, "multipart/form-data; boundary=x", "x", nil, "eA==", true},
		{ALB, "", "", nil, "", false},
		{ALB, "application/octet-stream", "x", nil, "eA==", true},
		{ALB, "text/plain", "\xff", nil, "/w==", true},
	} {
		r := httptest.NewRequest("POST", "/", strings.NewReader(tc.body))
		if tc.contentType != "" {
			r.Header.Set("Content-Type", tc.contentType)
		}
		for range 2 { // the body can be read again
			got := build(t, r, with(tc.src, func(o *Options) { o.BinaryTypes = tc.binaryTypes }))
			require.Equal(t, tc.want, got["body"], "%v %q", tc.src, tc.contentType)
			require.Equal(t, tc.isBase64, got["isBase64Encoded"], "%v %q", tc.src, tc.contentType)
		}
	}
	r := httptest.NewRequest("POST", "/", strings.NewReader("x"))
	r.Header.Set("Content-Encoding", "gzip")
	require.Equal(t, true, build(t, r, with(ALB))["isBase64Encoded"])
}

func TestZeroOptions(t *testing.T) {
	r, err := http.NewRequest("", "http://h", nil)
	require.NoError(t, err)
	for _, src := range Sources() {
		got := build(t, r, Options{Source: src})
		require.NotContains(t, got, "Source(")
		if src == ALB || src == ALBMultiValue || src == Lattice {
			require.Equal(t, "/", got["path"])
			continue
		}
		ctx := got["requestContext"].(object)
		require.Len(t, ctx["requestId"], 36)
		require.NotContains(t, ctx, "authorizer")
		if src == HTTPAPI {
			require.Equal(t, "0", got["headers"].(object)["content-length"])
		}
		require.Equal(t, src == FunctionURL, strings.Contains(ctx["domainName"].(string), ".lambda-url."))
		require.True(t, strings.HasPrefix(ctx["domainName"].(string), ctx["apiId"].(string)+"."))
	}
	_, err = New(r, Options{Source: 99})
	require.EqualError(t, err, "gwevent: unknown source 99")
}

// TestV1 is the documented example of format 1.0, as far as recorded events agree with it.
func TestV1(t *testing.T) {
	r := httptest.NewRequest("GET", "/my/p%61th%2Fx?parameter1=value1&parameter1=value2&parameter2=a+b", nil)
	r.Header = http.Header{
		"Header1": {"value1"}, "Header2": {"value1", "value2"}, "Accept": {"*/*"}, "Cookie": {"a=1; b=2"}, "Postman-Token": {"t"}, "X-Amzn-Trace-Id": {"Root=1"},
	}
	r.Host, r.RemoteAddr = "api.test", "10.0.0.1:1"
	opt := Options{
		Source: HTTPAPIv1, Stage: "dev", Resource: "/my/{p}", RouteKey: "ANY /my/{p}", PathParameters: map[string]string{"p": "path/x"}, RequestID: "rid", Time: fixed.Time,
		HeaderNames: map[string]string{"Header1": "header1", "Header2": "HEADER2", "Accept": "ACCEPT", "X-Amzn-Trace-Id": "x-amzn-trace-id", "Cookie": "Cookie"},
	}
	require.Equal(t, object{
		"version": "1.0", "resource": "/my/{p}", "path": "/dev/my/path/x", "httpMethod": "GET",
		"headers": object{
			"header1": "value1", "HEADER2": "value2", "accept": "*/*", "cookie": "a=1; b=2", "Postman-Token": "t", "Host": "api.test", "X-Amzn-Trace-Id": "Root=1",
			"X-Forwarded-For": "10.0.0.1", "X-Forwarded-Port": "443", "X-Forwarded-Proto": "https", "Content-Length": "0",
		},
		"multiValueHeaders": object{
			"header1": []any{"value1"}, "HEADER2": []any{"value1", "value2"}, "accept": []any{"*/*"}, "cookie": []any{"a=1; b=2"}, "Postman-Token": []any{"t"},
			"Host": []any{"api.test"}, "X-Amzn-Trace-Id": []any{"Root=1"}, "Content-Length": []any{"0"},
			"X-Forwarded-For": []any{"10.0.0.1"}, "X-Forwarded-Port": []any{"443"}, "X-Forwarded-Proto": []any{"https"},
		},
		"queryStringParameters":           object{"parameter1": "value2", "parameter2": "a b"},
		"multiValueQueryStringParameters": object{"parameter1": []any{"value1", "value2"}, "parameter2": []any{"a b"}},
		"requestContext": object{
			"accountId": "123456789012", "apiId": "a1b2c3d4e5",
			"domainName": "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com", "domainPrefix": "a1b2c3d4e5", "extendedRequestId": "rid", "httpMethod": "GET",
			"identity": object{
				"accessKey": nil, "accountId": nil, "caller": nil, "cognitoAmr": nil, "cognitoAuthenticationProvider": nil, "cognitoAuthenticationType": nil,
				"cognitoIdentityId": nil, "cognitoIdentityPoolId": nil, "principalOrgId": nil, "sourceIp": "10.0.0.1", "user": nil, "userAgent": "", "userArn": nil,
			},
			"path": "/dev/my/path/x", "protocol": "HTTP/1.1", "requestId": "rid", "requestTime": "10/Jul/2026:19:19:04 +0000", "requestTimeEpoch": 1783711144836.0,
			"resourceId": "ANY /my/{p}", "resourcePath": "/my/{p}", "stage": "dev",
		},
		"pathParameters": object{"p": "path/x"}, "stageVariables": nil, "body": nil, "isBase64Encoded": false,
	}, build(t, r, opt))
}

func TestV1Answers(t *testing.T) {
	a, err := ParseAnswer(HTTPAPIv1, []byte(`{"statusCode":"201","headers":{"x-a":"1","set-cookie":"c=3"},"multiValueHeaders":{"Set-Cookie":["a=1","b=2"]},"body":"AAE=","isBase64Encoded":true,"more":1}`))
	require.NoError(t, err)
	require.Equal(t, &Answer{Status: 201, Body: []byte{0, 1}, Encoded: "AAE=", Header: http.Header{
		"X-A": {"1"}, "Set-Cookie": {"a=1", "b=2", "c=3"}, "Content-Type": {"text/plain;charset=UTF-8"},
	}}, a)
	for _, bad := range []string{`"text"`, `{}`, `{"body":"x"}`, `{"statusCode":99}`, `{"statusCode":200,"multiValueHeaders":{"a":"b"}}`, `{"statusCode":200,"body":"!","isBase64Encoded":true}`, `[]`, `x`} {
		_, err := ParseAnswer(HTTPAPIv1, []byte(bad))
		require.Error(t, err, bad)
	}
}

func TestOptionsReachTheEvent(t *testing.T) {
	opt := Options{
		Stage: "live", Resource: "/u/{id}", PathParameters: map[string]string{"id": "a%2Fb"},
		StageVariables: map[string]string{"k": "v"}, AccountID: "111111111111", SourceIP: "10.0.0.1",
		Authorizer: object{"principalId": "me"}, RequestID: "rid", Time: fixed.Time,
	}
	r := httptest.NewRequest("GET", "/u/a%2Fb", nil)
	got := build(t, r, opt)
	require.Equal(t, object{"id": "a%2Fb"}, got["pathParameters"])
	require.Equal(t, object{"k": "v"}, got["stageVariables"])
	ctx := got["requestContext"].(object)
	require.Equal(t, object{"principalId": "me"}, ctx["authorizer"])
	require.Equal(t, "10/Jul/2026:19:19:04 +0000", ctx["requestTime"])
	require.EqualValues(t, int64(1783711144836), ctx["requestTimeEpoch"])
	require.Equal(t, "10.0.0.1", ctx["identity"].(object)["sourceIp"])
	require.Equal(t, "/u/{id}", ctx["resourcePath"])

	again, err := New(r, opt)
	require.NoError(t, err)
	first, err := New(r, opt)
	require.NoError(t, err)
	require.Equal(t, string(first), string(again), "nothing is random once RequestID and Time are given")

	opt.Source, opt.RouteKey = HTTPAPI, "GET /u/{id}"
	got = build(t, r, opt)
	require.Equal(t, "GET /u/{id}", got["routeKey"])
	require.Equal(t, "/live/u/a/b", got["rawPath"])
}

type brokenBody struct{}

func (brokenBody) Read([]byte) (int, error) { return 0, errBroken }

var errBroken = errors.New("broken")

func TestBodyError(t *testing.T) {
	_, err := New(httptest.NewRequest("POST", "/", brokenBody{}), Options{})
	require.ErrorIs(t, err, errBroken)
}

func TestForTemplate(t *testing.T) {
	opt := with(REST, func(o *Options) {
		o.Resource, o.Stage = "/u/{id}", "live"
		o.Authorizer = object{"principalId": "me", "n": 1, "f": 1.5, "list": []int{2}}
	})
	r := httptest.NewRequest("GET", "/u/1?a=1&a=%EA%B9%80", strings.NewReader("body"))
	data, err := ForTemplate(r, opt)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"a": "김"}, data.Query)
	require.Equal(t, "example.com", data.Header["Host"])
	require.Equal(t, "/live/u/1", data.Context["path"])
	require.Equal(t, int64(1783711144836), data.Context["requestTimeEpoch"])
	require.Equal(t, object{"principalId": "me", "n": int64(1), "f": 1.5, "list": []any{int64(2)}}, data.Context["authorizer"])
	require.Nil(t, data.Context["identity"].(object)["user"])

	_, err = ForTemplate(r, with(REST, func(o *Options) { o.Authorizer = func() {} }))
	require.Error(t, err)
}

func TestLattice(t *testing.T) {
	r := httptest.NewRequest("POST", "/a%2Fb/c%20d?q=1+2&q=%26&e=", strings.NewReader("text"))
	r.Header["X-A"] = []string{"1", "2"}
	got := build(t, r, with(Lattice))
	require.Equal(t, "POST", got["method"])
	require.Equal(t, "/a%2Fb/c%20d", got["path"])
	require.Equal(t, "2.0", got["version"])
	require.Equal(t, "text", got["body"])
	require.Equal(t, object{"q": []any{"1 2", "&"}, "e": []any{""}}, got["queryStringParameters"])
	require.Equal(t, []any{"1", "2"}, got["headers"].(object)["x-a"])
	require.Contains(t, got["requestContext"], "serviceArn")
}
