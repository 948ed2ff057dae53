// Command reports answers with a whole table as CSV, row by row: the scan is read as the client takes the
// answer, so neither is ever whole in memory. It runs behind a function URL that streams.
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
	sales, err := dynamo.New[Sale](dynamodb.NewFromConfig(cfg), os.Getenv("TABLE_NAME"))
	if err != nil {
		log.Fatal(err)
	}
	r := newRouter(sales, slog.New(slog.NewJSONHandler(os.Stderr, nil)))
	lambda.Start(r.Stream) // with lambda.Start(r) answers would be collected first, and end at 6 MB
}
