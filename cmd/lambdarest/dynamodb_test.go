package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
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
	require.Error(t, err) // connection refused, unless somebody else has the port by now
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

func TestDynamoDBKeepsData(t *testing.T) {
	file := filepath.Join(t.TempDir(), "data.jsonl")
	s := start(t, "dynamodb", "-addr", "127.0.0.1:0", "-data", file)
	_, err := client(<-s.lines).CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String("users"), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: "S"}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: "HASH"}},
	})
	require.NoError(t, err)
	require.Equal(t, exitOK, s.stop())

	s = start(t, "dynamodb", "-addr", "127.0.0.1:0", "-data", file)
	out, err := client(<-s.lines).ListTables(t.Context(), &dynamodb.ListTablesInput{})
	require.NoError(t, err)
	require.Equal(t, []string{"users"}, out.TableNames)
	require.Equal(t, exitOK, s.stop())

	require.NoError(t, os.WriteFile(file, []byte("precious notes\n"), 0o600))
	s = start(t, "dynamodb", "-addr", "127.0.0.1:0", "-data", file)
	require.Contains(t, <-s.lines, "not a snapshot that can be read: line 1")
	require.Equal(t, exitFailed, s.stop())
	kept, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "precious notes\n", string(kept))
}

// What was changed is saved while the server runs, too.
func TestDynamoDBSavesNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "data.jsonl")
		db, err := load(file)
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		last := keepSaving(ctx, db, file, io.Discard)
		_, err = db.CreateTable(ctx, &dynamodb.CreateTableInput{
			TableName: aws.String("users"), BillingMode: types.BillingModePayPerRequest,
			AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: "S"}},
			KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: "HASH"}},
		})
		require.NoError(t, err)
		time.Sleep(saveEvery) // of the bubble
		synctest.Wait()
		saved, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Contains(t, string(saved), "users")
		cancel()
		require.NoError(t, last())
	})
}
