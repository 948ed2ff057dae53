// Command dynamosdkfew is a function that does with the SDK's client what the function dynamo does with package dynamo.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

func main() {
	c := dynamodb.New(dynamodb.Options{Region: "eu-north-1"})
	lambda.Start(func(ctx context.Context) error {
		_, err := c.GetItem(ctx, &dynamodb.GetItemInput{})
		_, _ = c.PutItem(ctx, &dynamodb.PutItemInput{})
		_, _ = c.DeleteItem(ctx, &dynamodb.DeleteItemInput{})
		_, _ = c.Scan(ctx, &dynamodb.ScanInput{})
		return err
	})
}
