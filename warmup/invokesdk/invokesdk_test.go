package invokesdk_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/lambdarest/lambdarest/warmup"
	"github.com/lambdarest/lambdarest/warmup/invokesdk"
)

const function = "arn:aws:lambda:eu-west-1:123456789012:function:orders:live"

// client is the SDK's client in front of a server.
func client(server *httptest.Server) *lambda.Client {
	return lambda.New(lambda.Options{
		BaseEndpoint:     aws.String(server.URL),
		Region:           "eu-west-1",
		RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		}),
	})
}

func TestInvokeAsync(t *testing.T) {
	var got string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		got = fmt.Sprint(req.Method, " ", req.URL.Path, " ", req.Header.Get("X-Amz-Invocation-Type"), " ", string(body))
		w.WriteHeader(http.StatusAccepted)
	}))
	defer server.Close()
	if err := invokesdk.New(client(server)).InvokeAsync(t.Context(), function, []byte(`{"warmer":true}`)); err != nil {
		t.Fatal(err)
	}
	if want := "POST /2015-03-31/functions/" + function + `/invocations Event {"warmer":true}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestErrors(t *testing.T) {
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Amzn-Errortype", "TooManyRequestsException")
		w.WriteHeader(status)
	}))
	defer server.Close()
	if err := invokesdk.New(client(server)).InvokeAsync(t.Context(), function, nil); err == nil || err.Error() != "invokesdk: Lambda answered 200" {
		t.Errorf("a synchronous answer: %v", err)
	}
	status = http.StatusTooManyRequests
	var api interface{ ErrorCode() string }
	if err := invokesdk.New(client(server)).InvokeAsync(t.Context(), function, nil); !errors.As(err, &api) || api.ErrorCode() != "TooManyRequestsException" {
		t.Errorf("a refusal: %v", err)
	}
}

// A scheduled event keeps two instances warm: the one that gets it, and another one.
func ExampleNew() {
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { // in place of Lambda's API
		fmt.Println(req.Method, req.URL.Path)
		w.WriteHeader(http.StatusAccepted)
	}))
	defer api.Close()

	h := warmup.Wrap(business{}, warmup.Config{
		Fanout: warmup.Fanout{Invoker: invokesdk.New(client(api)), Instances: 2},
	}) // in main: lambda.Start(h)

	ctx := lambdacontext.NewContext(context.Background(), &lambdacontext.LambdaContext{InvokedFunctionArn: function})
	out, err := h.Invoke(ctx, []byte(`{"detail-type":"Scheduled Event","source":"aws.events"}`))
	fmt.Println(string(out), err)
	// Output:
	// POST /2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:orders:live/invocations
	// {"warmed":true} <nil>
}

// business is the function's own handler.
type business struct{}

func (business) Invoke(context.Context, []byte) ([]byte, error) { return nil, nil }
