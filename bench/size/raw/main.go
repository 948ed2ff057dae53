// Command raw is a function that neither decodes nor encodes anything.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
)

type handler struct{}

func (handler) Invoke(context.Context, []byte) ([]byte, error) {
	return []byte(`{"statusCode":200,"body":"hello"}`), nil
}

func main() { lambda.Start(handler{}) }
