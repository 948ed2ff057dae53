package invokesdk_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	lambdago "github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/lambdarest/lambdarest/gateway"
	"github.com/lambdarest/lambdarest/warmup"
	"github.com/lambdarest/lambdarest/warmup/invokesdk"
)

const function = "arn:aws:lambda:eu-west-1:123456789012:function:orders:live"

// client is the SDK's client in front of a server.
// whole sends bodies of its own. The SDK closes its body when an answer begins; where net/http gets to closing it later,
// it takes the error of that for one of the request, and ends the connection from which a stream is still read.
type whole struct{ *http.Client }

func (c whole) Do(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	return c.Client.Do(req)
}

func client(server *httptest.Server) *lambda.Client {
	return lambda.New(lambda.Options{
		BaseEndpoint:     aws.String(server.URL),
		Region:           "eu-west-1",
		RetryMaxAttempts: 1,
		HTTPClient:       whole{server.Client()},
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

// echo returns its event; what it knows of its caller goes first.
type echo struct{ waited chan string }

func (e echo) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	lc, _ := lambdacontext.FromContext(ctx)
	if string(event) == `"fail"` {
		return nil, errors.New("as told")
	}
	if string(event) == `"later"` {
		e.waited <- lc.InvokedFunctionArn
	}
	return fmt.Appendf(nil, "%q", lc.InvokedFunctionArn+" "+lc.ClientContext.Client.AppTitle+" "+string(event)), nil
}

// The gateway's Invoke operation, as the SDK's client sees it: outputs, errors of the types of the SDK, sizes, and this
// package's Invoker.
func TestGateway(t *testing.T) {
	e := echo{make(chan string, 1)}
	server := httptest.NewServer(&gateway.InvokeAPI{Functions: map[string]lambdago.Handler{"orders": e}})
	defer server.Close()
	c := client(server)
	const local = "arn:aws:lambda:us-east-1:123456789012:function:orders"

	out, err := c.Invoke(t.Context(), &lambda.InvokeInput{
		FunctionName: aws.String("orders"), Qualifier: aws.String("live"), Payload: []byte(`{"a":1}`), LogType: types.LogTypeTail,
		ClientContext: aws.String(base64.StdEncoding.EncodeToString([]byte(`{"Client":{"app_title":"T"}}`))),
	})
	if err != nil || out.StatusCode != 200 || *out.ExecutedVersion != "$LATEST" || out.FunctionError != nil || string(out.Payload) != fmt.Sprintf("%q", local+`:live T {"a":1}`) {
		t.Fatalf("%+v %v", out, err)
	}
	if log, err := base64.StdEncoding.DecodeString(*out.LogResult); err != nil || !strings.HasPrefix(string(log), "START RequestId: ") {
		t.Errorf("log: %q %v", log, err)
	}
	out, err = c.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String(function), Payload: []byte(`"fail"`)})
	if err != nil || out.StatusCode != 200 || *out.FunctionError != "Unhandled" || string(out.Payload) != `{"errorMessage":"as told","errorType":"errorString"}` {
		t.Errorf("failure: %+v %s %v", out, out.Payload, err)
	}
	out, err = c.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("orders"), InvocationType: types.InvocationTypeDryRun})
	if err != nil || out.StatusCode != 204 {
		t.Errorf("dry run: %+v %v", out, err)
	}
	if err := invokesdk.New(c).InvokeAsync(t.Context(), function, []byte(`"later"`)); err != nil || <-e.waited != local+":live" {
		t.Errorf("asynchronously: %v", err)
	}

	_, err = c.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("nobody")})
	if missing := (*types.ResourceNotFoundException)(nil); !errors.As(err, &missing) || *missing.Type != "User" || *missing.Message != "Function not found: arn:aws:lambda:us-east-1:123456789012:function:nobody" {
		t.Errorf("no function: %v", err)
	}
	_, err = c.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("orders"), Payload: []byte(`{`)})
	if bad := (*types.InvalidRequestContentException)(nil); !errors.As(err, &bad) || !strings.Contains(*bad.Message, "Could not parse request body into json") {
		t.Errorf("no JSON: %v", err)
	}
	_, err = c.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("orders:a"), Qualifier: aws.String("b")})
	if bad := (*types.InvalidParameterValueException)(nil); !errors.As(err, &bad) {
		t.Errorf("two qualifiers: %v", err)
	}
	_, err = c.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("orders"), Payload: []byte(`"` + strings.Repeat("x", 6<<20) + `"`)})
	if large := interface {
		error
		ErrorCode() string
	}(nil); !errors.As(err, &large) || large.ErrorCode() != "RequestEntityTooLargeException" {
		t.Errorf("too large: %v", err)
	}
}
