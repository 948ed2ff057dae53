// Command dynamotypes is the function of ../dynamo for five types of items: what a
// further type costs is a quarter of the difference.
package main

import (
	"context"
	"errors"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lambdarest/lambdarest/dynamo"
)

type user struct {
	ID    int    `dynamodbav:"id" dynamo:"partition"`
	Name  string `dynamodbav:"name"`
	Email string `dynamodbav:"email"`
}

type order struct {
	ID    int      `dynamodbav:"id" dynamo:"partition"`
	Lines []string `dynamodbav:"lines"`
	Total float64  `dynamodbav:"total"`
}

type article struct {
	ID    int            `dynamodbav:"id" dynamo:"partition"`
	Stock map[string]int `dynamodbav:"stock"`
}

type address struct {
	ID   int    `dynamodbav:"id" dynamo:"partition"`
	City string `dynamodbav:"city"`
}

type visit struct {
	ID   int    `dynamodbav:"id" dynamo:"partition"`
	At   int64  `dynamodbav:"at"`
	Page string `dynamodbav:"page"`
}

func main() {
	c := dynamodb.New(dynamodb.Options{Region: "eu-north-1"})
	lambda.Start(func(ctx context.Context) error {
		return errors.Join(all[user](ctx, c), all[order](ctx, c), all[article](ctx, c), all[address](ctx, c), all[visit](ctx, c))
	})
}

func all[T any](ctx context.Context, c dynamo.Client) error {
	items, err := dynamo.New[T](c, "ausg")
	if err != nil {
		return err
	}
	v, err := items.Get(ctx, dynamo.KeyOf(1))
	if err == nil {
		err = items.Put(ctx, v, dynamo.IfNotExists())
	}
	if err == nil {
		err = items.Delete(ctx, dynamo.KeyOf(1))
	}
	if err == nil {
		_, err = items.All(ctx)
	}
	return err
}
