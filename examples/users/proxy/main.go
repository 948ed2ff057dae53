// Command proxy is the bootstrap of the function behind proxy integrations.
package main

import (
	"context"
	"log"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lambdarest/lambdarest/examples/users"
	"github.com/lambdarest/lambdarest/warmup"
)

func main() {
	cfg, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	repository, err := users.Open(dynamodb.NewFromConfig(cfg))
	if err != nil {
		log.Fatal(err)
	}
	logger := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	lambda.Start(warmup.Wrap(users.Proxy(repository, logger), users.WarmUp(repository, logger)))
}
