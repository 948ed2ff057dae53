// Command getsdk is a function that gets an item with the SDK's client and attributevalue, from
// the endpoint in the environment.
package main

import (
	"context"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type user struct {
	ID    int    `dynamodbav:"id"`
	Name  string `dynamodbav:"name"`
	Email string `dynamodbav:"email"`
}

func main() {
	c := dynamodb.New(dynamodb.Options{
		Region: "eu-north-1", BaseEndpoint: aws.String(os.Getenv("AWS_ENDPOINT_URL_DYNAMODB")),
		Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""),
	})
	lambda.Start(func(ctx context.Context) (u user, err error) {
		out, err := c.GetItem(ctx, &dynamodb.GetItemInput{
			TableName: aws.String("users"), Key: map[string]types.AttributeValue{"id": &types.AttributeValueMemberN{Value: "1"}},
		})
		if err != nil {
			return u, err
		}
		return u, attributevalue.UnmarshalMap(out.Item, &u)
	})
}
