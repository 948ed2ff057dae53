// Command all is a function with router, mapping and warmup.
package main

import (
	"context"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/lambdarest/lambdarest/mapping"
	"github.com/lambdarest/lambdarest/router"
	"github.com/lambdarest/lambdarest/warmup"
)

func main() {
	r := router.New()
	r.Get("/hello", func(context.Context, *router.Request) (*router.Response, error) {
		return router.Text(200, "hello"), nil
	})
	h := lambda.Handler(r)
	if os.Getenv("INTEGRATION") == "aws" {
		h = mapping.New(func(_ context.Context, in struct{ Name string }) (string, error) { return "hello " + in.Name, nil })
	}
	lambda.Start(warmup.Wrap(h, warmup.Config{}))
}
