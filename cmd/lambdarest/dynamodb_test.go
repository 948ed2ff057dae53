package main

import (
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"
)

func client(url string) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region: "eu-west-3", BaseEndpoint: &url,
		Credentials: credentials.NewStaticCredentialsProvider("any", "any", ""),
	})
}

func TestDynamoDB(t *testing.T) {
	s := start(t, "dynamodb", "-addr", "127.0.0.1:0")
	url := <-s.lines
	out, err := client(url).ListTables(t.Context(), &dynamodb.ListTablesInput{})
	require.NoError(t, err)
	require.Empty(t, out.TableNames)

	require.Equal(t, exitOK, s.stop())
	_, err = client(url).ListTables(t.Context(), &dynamodb.ListTablesInput{}, func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} })
	require.ErrorContains(t, err, "connection refused")
}

func TestDynamoDBRefusesForeignHosts(t *testing.T) {
	s := start(t, "dynamodb", "-addr", "127.0.0.1:0")
	defer s.stop()
	url := <-s.lines
	for host, status := range map[string]int{
		"": 200, "localhost": 200, "LOCALHOST:80": 200, "[::1]:8000": 200, "127.1.2.3": 200, "x.localhost": 200, "host.docker.internal:8000": 200,
		"evil.example": 403, "localhost.evil.example": 403, "10.0.0.1": 403, "127.0.0.1.evil.example:8000": 403,
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		require.NoError(t, err)
		req.Host = host
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		res.Body.Close()
		require.Equal(t, status, res.StatusCode, host)
	}
}
