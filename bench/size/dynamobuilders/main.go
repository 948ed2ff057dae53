// Command dynamobuilders is a function that gives package dynamo the SDK's
// expression builders: a condition, a filter, a key condition and an update.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

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
		kim := expression.Name("name").Equal(expression.Value("Kim"))
		if err == nil {
			err = users.Put(ctx, u, dynamo.If(kim))
		}
		if err == nil {
			_, err = users.Update(ctx, dynamo.KeyOf(1), expression.Set(expression.Name("name"), expression.Value("Lee")))
		}
		for _, e := range users.Query(ctx, expression.Key("id").Equal(expression.Value(1))) {
			if e != nil {
				return nil, e
			}
		}
		if err != nil {
			return nil, err
		}
		return users.All(ctx, dynamo.Filter(kim))
	})
}
