// Command uploads takes images and gives them back: binary bodies in and out, behind a REST API.
package main

import (
	"context"
	"log"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lambdarest/lambdarest/dynamo"
)

func main() {
	cfg, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	images, err := dynamo.New[Image](dynamodb.NewFromConfig(cfg), os.Getenv("TABLE_NAME"))
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start(newRouter(images, slog.New(slog.NewJSONHandler(os.Stderr, nil))))
}
