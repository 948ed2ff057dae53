// Command warmup is the smallest function of aws-lambda-go with warmup around it.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/lambdarest/lambdarest/warmup"
)

func main() {
	h := lambda.NewHandler(func(context.Context, events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
		return events.APIGatewayProxyResponse{StatusCode: 200, Body: "hello"}, nil
	})
	lambda.Start(warmup.Wrap(h, warmup.Config{}))
}
