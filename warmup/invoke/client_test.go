package invoke_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/warmup"
	"github.com/lambdarest/lambdarest/warmup/invoke"
)

var _ warmup.Invoker = new(invoke.Client)

const function = "arn:aws:lambda:eu-west-1:123456789012:function:orders:live"

// setCredentials sets the environment of a function, and nothing of this machine.
func setCredentials(t *testing.T, id, secret, token string) {
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": id, "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": token,
		"AWS_REGION": "", "AWS_ENDPOINT_URL": "", "AWS_ENDPOINT_URL_LAMBDA": "",
	} {
		t.Setenv(name, value)
	}
}

// transport is an http.RoundTripper that notes the latest request.
type transport struct {
	request *http.Request
	body    string
	answer  *http.Response
}

func (tr *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	tr.request, tr.body = req, string(body)
	if tr.answer != nil {
		return tr.answer, err
	}
	return &http.Response{StatusCode: 202, Body: http.NoBody}, err
}

func TestRequest(t *testing.T) {
	setCredentials(t, "AKID1", "secret1", "token1")
	var tr transport
	c := &invoke.Client{HTTP: &http.Client{Transport: &tr}}
	require.NoError(t, c.InvokeAsync(t.Context(), function, []byte(`{"warmer":true}`)))
	require.Equal(t, "POST", tr.request.Method)
	require.Equal(t, "https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Aorders%3Alive/invocations", tr.request.URL.String())
	require.Equal(t, `{"warmer":true}`, tr.body)
	require.EqualValues(t, len(tr.body), tr.request.ContentLength)
	require.Equal(t, "Event", tr.request.Header.Get("X-Amz-Invocation-Type"))
	require.Equal(t, "token1", tr.request.Header.Get("X-Amz-Security-Token"))
	auth := tr.request.Header.Get("Authorization")
	require.Contains(t, auth, "Credential=AKID1/")
	require.Contains(t, auth, "/eu-west-1/lambda/aws4_request, SignedHeaders=content-length;content-type;host;x-amz-date;x-amz-invocation-type;x-amz-security-token, ")

	// Lambda renews a function's credentials.
	setCredentials(t, "AKID2", "secret2", "")
	require.NoError(t, c.InvokeAsync(t.Context(), function, nil))
	require.Contains(t, tr.request.Header.Get("Authorization"), "Credential=AKID2/")
	require.Empty(t, tr.request.Header.Get("X-Amz-Security-Token"))
}

func TestEndpoints(t *testing.T) {
	for _, tt := range []struct {
		name, function, region, own, lambda, global, want string
	}{
		{"of the ARN's region", function, "us-east-1", "", "", "", "https://lambda.eu-west-1.amazonaws.com"},
		{"of AWS_REGION", "orders", "us-east-1", "", "", "", "https://lambda.us-east-1.amazonaws.com"},
		{"China", "arn:aws-cn:lambda:cn-north-1:123456789012:function:orders", "", "", "", "", "https://lambda.cn-north-1.amazonaws.com.cn"},
		{"China, by region", "orders", "cn-north-1", "", "", "", "https://lambda.cn-north-1.amazonaws.com.cn"},
		{"GovCloud", "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:orders", "", "", "", "", "https://lambda.us-gov-west-1.amazonaws.com"},
		{"Europe's own", "orders", "eusc-de-east-1", "", "", "", "https://lambda.eusc-de-east-1.amazonaws.eu"},
		{"isolated", "orders", "us-iso-east-1", "", "", "", "https://lambda.us-iso-east-1.c2s.ic.gov"},
		{"isolated, secret", "orders", "us-isob-east-1", "", "", "", "https://lambda.us-isob-east-1.sc2s.sgov.gov"},
		{"global", function, "", "", "", "http://127.0.0.1:1", "http://127.0.0.1:1"},
		{"Lambda's", function, "", "", "http://127.0.0.1:2/", "http://127.0.0.1:1", "http://127.0.0.1:2"},
		{"the client's", function, "", "http://127.0.0.1:3/base", "http://127.0.0.1:2", "", "http://127.0.0.1:3/base"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			setCredentials(t, "AKID", "secret", "")
			t.Setenv("AWS_REGION", tt.region)
			t.Setenv("AWS_ENDPOINT_URL_LAMBDA", tt.lambda)
			t.Setenv("AWS_ENDPOINT_URL", tt.global)
			var tr transport
			c := &invoke.Client{HTTP: &http.Client{Transport: &tr}, Endpoint: tt.own}
			require.NoError(t, c.InvokeAsync(t.Context(), tt.function, nil))
			require.Equal(t, tt.want, strings.Split(tr.request.URL.String(), "/2015-03-31/")[0])
		})
	}
}

func TestErrors(t *testing.T) {
	setCredentials(t, "AKID", "s3cr3t", "t0k3n")
	refuse := func(status int, errorType string) *http.Response {
		return &http.Response{StatusCode: status, Header: http.Header{"X-Amzn-Errortype": {errorType}}, Body: io.NopCloser(strings.NewReader(`{"Message":"text of AWS"}`))}
	}
	for _, tt := range []struct {
		name, function string
		answer         *http.Response
		want           string
	}{
		{"no permission", function, refuse(403, "AccessDeniedException:http://internal.amazon.com/"), "invoke: Lambda answered 403 AccessDeniedException"},
		{"throttled", function, refuse(429, "TooManyRequestsException"), "invoke: Lambda answered 429 TooManyRequestsException"},
		{"no code", function, refuse(500, ""), "invoke: Lambda answered 500"},
		{"a synchronous answer", function, refuse(200, ""), "invoke: Lambda answered 200"},
		{"no function", "", nil, "invoke: no function"},
		{"no region", "orders", nil, `invoke: "" is no region; it comes from the function's ARN or from AWS_REGION`},
		{"a region that is none", "arn:aws:lambda:example.com/:1:function:x", nil, `invoke: "example.com/" is no region; it comes from the function's ARN or from AWS_REGION`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := &invoke.Client{HTTP: &http.Client{Transport: &transport{answer: tt.answer}}}
			err := c.InvokeAsync(t.Context(), tt.function, []byte(`{}`))
			require.EqualError(t, err, tt.want)
		})
	}
	var refused *invoke.Error
	c := &invoke.Client{HTTP: &http.Client{Transport: &transport{answer: refuse(403, "AccessDeniedException")}}}
	require.ErrorAs(t, c.InvokeAsync(t.Context(), function, nil), &refused)
	require.Equal(t, invoke.Error{Status: 403, Code: "AccessDeniedException"}, *refused)

	require.ErrorContains(t, (&invoke.Client{Endpoint: "://"}).InvokeAsync(t.Context(), function, nil), "invoke: parse")
	setCredentials(t, "", "s3cr3t", "")
	require.EqualError(t, new(invoke.Client).InvokeAsync(t.Context(), function, nil), "invoke: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set")
}

// A server that hangs holds a call up until its context ends; a redirect is an
// answer, not a way to send credentials elsewhere.
func TestServers(t *testing.T) {
	setCredentials(t, "AKID", "secret", "")
	release := make(chan struct{})
	elsewhere := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		switch {
		case strings.HasPrefix(req.URL.Path, "/hang"):
			<-release
		case strings.HasPrefix(req.URL.Path, "/redirect"):
			http.Redirect(w, req, "/elsewhere", http.StatusTemporaryRedirect)
		case strings.HasPrefix(req.URL.Path, "/elsewhere"):
			elsewhere++
		default:
			require.Equal(t, "/2015-03-31/functions/"+function+"/invocations", req.URL.Path)
			w.WriteHeader(http.StatusAccepted)
		}
	}))
	defer server.Close()
	defer close(release)

	require.NoError(t, (&invoke.Client{Endpoint: server.URL}).InvokeAsync(t.Context(), function, []byte(`{}`)))
	require.EqualError(t, (&invoke.Client{Endpoint: server.URL + "/redirect"}).InvokeAsync(t.Context(), function, []byte(`{}`)), "invoke: Lambda answered 307")
	require.Zero(t, elsewhere)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	err := (&invoke.Client{Endpoint: server.URL + "/hang"}).InvokeAsync(ctx, function, []byte(`{}`))
	require.ErrorIs(t, err, context.DeadlineExceeded)
}
