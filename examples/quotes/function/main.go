// Command function is the function that is deployed.
package main

import (
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/lambdarest/lambdarest/examples/quotes"
	"github.com/lambdarest/lambdarest/mapping"
)

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	lambda.Start(mapping.Log(quotes.Handler(), log))
}
