package gateway_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/lambdarest/lambdarest/gateway"
	"github.com/lambdarest/lambdarest/warmup/invoke"
)

// Two functions in this process: one answers, the other has it invoked and does not wait.
func ExampleInvokeAPI() {
	api := &gateway.InvokeAPI{Functions: map[string]lambda.Handler{}}
	srv := httptest.NewServer(api)
	defer srv.Close()
	client := &invoke.Client{Endpoint: srv.URL} // or the AWS SDK's, where AWS_ENDPOINT_URL_LAMBDA is the URL
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"} {
		os.Setenv(name, "local")
		defer os.Unsetenv(name)
	}
	api.Functions["audit"] = handlerFunc(func(_ context.Context, event []byte) ([]byte, error) {
		fmt.Printf("audit: %s\n", event)
		return nil, nil
	})
	api.Functions["orders"] = handlerFunc(func(ctx context.Context, event []byte) ([]byte, error) {
		return bytes.ToUpper(event), client.InvokeAsync(ctx, "audit", event)
	})
	resp, err := http.Post(srv.URL+"/2015-03-31/functions/orders/invocations", "application/json", strings.NewReader(`"two pears"`))
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	_ = api.Wait(context.Background()) // for what nobody waits for
	fmt.Printf("orders: %d %s\n", resp.StatusCode, body)
	// Output:
	// audit: "two pears"
	// orders: 200 "TWO PEARS"
}
