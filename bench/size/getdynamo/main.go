// Command getdynamo is a function that gets an item with package dynamo, from the endpoint in
// the environment.
package main

import (
	"context"
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lambdarest/lambdarest/dynamo"
)

type user struct {
	ID    int    `dynamodbav:"id" dynamo:"partition"`
	Name  string `dynamodbav:"name"`
	Email string `dynamodbav:"email"`
}

func main() {
	c := dynamodb.New(dynamodb.Options{
		Region: "eu-north-1", BaseEndpoint: aws.String(os.Getenv("AWS_ENDPOINT_URL_DYNAMODB")),
		Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""),
	})
	users, err := dynamo.New[user](c, "users")
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start(func(ctx context.Context) (user, error) { return users.Get(ctx, dynamo.KeyOf(1)) })
}
