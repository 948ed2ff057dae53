// Command dynamosdk is a function that uses every operation of the SDK's DynamoDB
// client that package dynamo uses.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lambdarest/lambdarest/bench/size/operations"
)

func main() {
	c := dynamodb.New(dynamodb.Options{Region: "eu-north-1"})
	lambda.Start(func(ctx context.Context) error {
		return operations.All(ctx, c)
	})
}
