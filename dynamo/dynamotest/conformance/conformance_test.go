package conformance_test

import (
	"net/http/httptest"
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
	"github.com/lambdarest/lambdarest/dynamo/dynamotest/conformance"
)

// TestConformance runs the suite through every door there is, each behaviour with an
// engine of its own, and against DynamoDB Local.
func TestConformance(t *testing.T) {
	t.Run("value", func(t *testing.T) {
		conformance.RunClient(t, func(*testing.T) conformance.Client { return dynamotest.New() })
	})
	t.Run("socketless", func(t *testing.T) {
		conformance.RunClient(t, func(*testing.T) conformance.Client { return dynamotest.New().Client() })
	})
	t.Run("http", func(t *testing.T) {
		conformance.RunClient(t, func(t *testing.T) conformance.Client {
			server := httptest.NewServer(dynamotest.New().Handler())
			t.Cleanup(server.Close)
			return httpClient(server.URL)
		})
	})
	t.Run("local", func(t *testing.T) {
		url := os.Getenv("DYNAMODB_LOCAL_URL")
		if url == "" {
			t.Skipf("DYNAMODB_LOCAL_URL is not set: the suite is not run against DynamoDB Local")
		}
		conformance.RunClient(t, func(*testing.T) conformance.Client { return httpClient(url) }, conformance.DynamoDBLocal())
	})
}

func httpClient(url string) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(url),
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
}
