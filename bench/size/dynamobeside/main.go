// Command dynamobeside is the function dynamosdk, which uses package dynamo as well, as the function dynamo does.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lambdarest/lambdarest/bench/size/operations"
	"github.com/lambdarest/lambdarest/dynamo"
)

type user struct {
	ID    int    `dynamodbav:"id" dynamo:"partition"`
	Name  string `dynamodbav:"name"`
	Email string `dynamodbav:"email"`
}

func main() {
	c := dynamodb.New(dynamodb.Options{Region: "eu-north-1"})
	users, err := dynamo.New[user](c, "ausg")
	lambda.Start(func(ctx context.Context) ([]user, error) {
		if err != nil {
			return nil, err
		}
		u, err := users.Get(ctx, dynamo.KeyOf(1))
		if err == nil {
			err = users.Put(ctx, u, dynamo.IfNotExists())
		}
		if err == nil {
			err = users.Delete(ctx, dynamo.KeyOf(1))
		}
		if err == nil {
			err = operations.All(ctx, c)
		}
		if err != nil {
			return nil, err
		}
		return users.All(ctx)
	})
}
