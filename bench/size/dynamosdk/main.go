// Command dynamosdk is a function that uses every operation of the SDK's DynamoDB
// client that package dynamo uses.
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
		_, _ = c.UpdateItem(ctx, &dynamodb.UpdateItemInput{})
		_, _ = c.DeleteItem(ctx, &dynamodb.DeleteItemInput{})
		_, _ = c.Query(ctx, &dynamodb.QueryInput{})
		_, _ = c.Scan(ctx, &dynamodb.ScanInput{})
		_, _ = c.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{})
		_, _ = c.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{})
		_, _ = c.TransactGetItems(ctx, &dynamodb.TransactGetItemsInput{})
		_, _ = c.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{})
		return err
	})
}
