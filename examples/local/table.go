package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lambdarest/lambdarest/dynamo"
	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
	"github.com/lambdarest/lambdarest/examples/users"
)

// table returns the client for the users' table: in this process, or at an
// endpoint, where it is made if it is missing. It also says where the table is.
func table(ctx context.Context, endpoint string) (client dynamo.Client, where string, err error) {
	if endpoint == "" {
		return dynamotest.New(dynamotest.TableFor[users.User](users.Table())), "in this process", nil
	}
	c, err := remote(ctx)
	if err == nil {
		err = ensureTable(ctx, c)
	}
	if err != nil {
		return nil, "", fmt.Errorf("table %q at %s: %w", users.Table(), endpoint, err)
	}
	return c, "at " + endpoint, nil
}

// remote returns a client for the endpoint that the environment names. DynamoDB
// Local takes any credentials and region, but the SDK wants some.
func remote(ctx context.Context) (*dynamodb.Client, error) {
	options := []func(*config.LoadOptions) error{config.WithDefaultRegion("us-east-1")}
	if os.Getenv("AWS_ACCESS_KEY_ID") == "" && os.Getenv("AWS_PROFILE") == "" {
		options = append(options, config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("local", "local", "")))
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	return dynamodb.NewFromConfig(cfg), err
}

// ensureTable creates the table unless it is there.
func ensureTable(ctx context.Context, c *dynamodb.Client) error {
	name := users.Table()
	describe := &dynamodb.DescribeTableInput{TableName: &name}
	_, err := c.DescribeTable(ctx, describe)
	var missing *types.ResourceNotFoundException
	if !errors.As(err, &missing) {
		return err
	}
	create, err := dynamo.CreateTableInput[users.User](name)
	if err != nil {
		return err
	}
	var exists *types.ResourceInUseException // another process was faster
	if _, err := c.CreateTable(ctx, create); err != nil && !errors.As(err, &exists) {
		return err
	}
	return dynamodb.NewTableExistsWaiter(c).Wait(ctx, describe, time.Minute)
}
