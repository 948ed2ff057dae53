// Command orders sells what is in stock: conditional writes, a transaction over two tables,
// and lists page by page, behind an HTTP API.
package main

import (
	"context"
	"log"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

func main() {
	cfg, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	shop, err := openShop(dynamodb.NewFromConfig(cfg), os.Getenv("PRODUCTS_TABLE"), os.Getenv("ORDERS_TABLE"))
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start(newRouter(shop, slog.New(slog.NewJSONHandler(os.Stderr, nil))))
}
