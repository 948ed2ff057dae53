// Command primed is command all with a primer: a ping invokes a handler of its own
// that has no side effects, so that the first request finds warm code.
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
	h := handler()
	primers := []*warmup.Primer{warmup.Invocation("router", handler(), `{"resource":"/hello","path":"/hello","httpMethod":"GET","headers":{"Host":"localhost"},"requestContext":{"path":"/prod/hello","stage":"prod"}}`)}
	if os.Getenv("INTEGRATION") == "aws" {
		primers = []*warmup.Primer{warmup.Invocation("mapping", h, `{"Name":"primer"}`)}
	}
	lambda.Start(warmup.Wrap(h, warmup.Config{Primers: primers}))
}

func handler() lambda.Handler {
	if os.Getenv("INTEGRATION") == "aws" {
		return mapping.New(func(_ context.Context, in struct{ Name string }) (string, error) { return "hello " + in.Name, nil })
	}
	r := router.New()
	r.Get("/hello", func(context.Context, *router.Request) (*router.Response, error) {
		return router.Text(200, "hello"), nil
	})
	return r
}
