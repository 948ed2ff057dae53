// Package operations uses the operations of the SDK's DynamoDB client that package dynamo uses, all of them: the
// functions dynamosdk and dynamobeside link the same ones.
package operations

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// All calls each operation once.
func All(ctx context.Context, c *dynamodb.Client) error {
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
}
