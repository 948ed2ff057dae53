// Command router is a function with a router and a typed handler.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/lambdarest/lambdarest/router"
)

func main() {
	r := router.New(router.Recover())
	r.Get("/hello/{name}", router.JSON(func(_ context.Context, in struct {
		Name string `path:"name"`
	}) (string, error) {
		return "hello " + in.Name, nil
	}))
	lambda.Start(r)
}
