package invoke_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/lambdarest/lambdarest/warmup"
	"github.com/lambdarest/lambdarest/warmup/invoke"
)

// A scheduled event keeps two instances warm: the one that gets it, and another one.
func ExampleClient() {
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { // in place of Lambda's API
		fmt.Println(req.Method, req.URL.Path)
		w.WriteHeader(http.StatusAccepted)
	}))
	defer api.Close()
	os.Setenv("AWS_ACCESS_KEY_ID", "local") // Lambda sets them for each function
	os.Setenv("AWS_SECRET_ACCESS_KEY", "local")

	business := lambda.NewHandler(func() error { return nil })
	h := warmup.Wrap(business, warmup.Config{
		Fanout: warmup.Fanout{Invoker: &invoke.Client{Endpoint: api.URL}, Instances: 2},
	}) // in main: lambda.Start(h)

	ctx := lambdacontext.NewContext(context.Background(), &lambdacontext.LambdaContext{
		InvokedFunctionArn: "arn:aws:lambda:eu-west-1:123456789012:function:orders:live",
	})
	out, err := h.Invoke(ctx, []byte(`{"detail-type":"Scheduled Event","source":"aws.events"}`))
	fmt.Println(string(out), err)
	// Output:
	// POST /2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:orders:live/invocations
	// {"warmed":true} <nil>
}
