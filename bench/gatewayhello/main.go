// Command gatewayhello is the function of the gateway's benchmarks, written as one with this library is.
package main

import (
	"context"
	"net/http"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/lambdarest/lambdarest/router"
)

func main() {
	r := router.New()
	r.Get("/hello", func(_ context.Context, req *router.Request) (*router.Response, error) {
		return router.Text(http.StatusOK, "hello "+req.Path()), nil
	})
	lambda.Start(r)
}
