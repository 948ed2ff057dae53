package dynamotest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/dynamo"
	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

// client is what the suite needs of DynamoDB. Both *dynamodb.Client and
// *dynamotest.DB have it.
type client interface {
	CreateTable(context.Context, *dynamodb.CreateTableInput, ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error)
	DescribeTable(context.Context, *dynamodb.DescribeTableInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error)
	ListTables(context.Context, *dynamodb.ListTablesInput, ...func(*dynamodb.Options)) (*dynamodb.ListTablesOutput, error)
	DeleteTable(context.Context, *dynamodb.DeleteTableInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteTableOutput, error)
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
	Scan(context.Context, *dynamodb.ScanInput, ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error)
	BatchGetItem(context.Context, *dynamodb.BatchGetItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error)
	BatchWriteItem(context.Context, *dynamodb.BatchWriteItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error)
	TransactGetItems(context.Context, *dynamodb.TransactGetItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactGetItemsOutput, error)
	UpdateTable(context.Context, *dynamodb.UpdateTableInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateTableOutput, error)
	UpdateTimeToLive(context.Context, *dynamodb.UpdateTimeToLiveInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateTimeToLiveOutput, error)
	DescribeTimeToLive(context.Context, *dynamodb.DescribeTimeToLiveInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTimeToLiveOutput, error)
	TagResource(context.Context, *dynamodb.TagResourceInput, ...func(*dynamodb.Options)) (*dynamodb.TagResourceOutput, error)
	UntagResource(context.Context, *dynamodb.UntagResourceInput, ...func(*dynamodb.Options)) (*dynamodb.UntagResourceOutput, error)
	ListTagsOfResource(context.Context, *dynamodb.ListTagsOfResourceInput, ...func(*dynamodb.Options)) (*dynamodb.ListTagsOfResourceOutput, error)
	TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error)
}

// A door is one way into an engine that the suite runs through.
type door struct {
	client
	t     *testing.T
	local bool // DynamoDB Local, whose message texts are not DynamoDB's
}

// doors runs a test through every door there is, each with an engine of its own.
func doors(t *testing.T, test func(t *testing.T, d *door)) {
	t.Run("value", func(t *testing.T) { test(t, &door{client: dynamotest.New(), t: t}) })
	t.Run("socketless", func(t *testing.T) { test(t, &door{client: dynamotest.New().Client(), t: t}) })
	t.Run("http", func(t *testing.T) {
		server := httptest.NewServer(dynamotest.New().Handler())
		t.Cleanup(server.Close)
		test(t, &door{client: httpClient(server.URL), t: t})
	})
	t.Run("local", func(t *testing.T) {
		test(t, &door{client: httpClient(localURL(t)), t: t, local: true})
	})
}

// localURL is the address of DynamoDB Local, the reference.
func localURL(t testing.TB) string {
	url := os.Getenv("DYNAMODB_LOCAL_URL")
	if url == "" {
		t.Skipf("DYNAMODB_LOCAL_URL is not set: the engine is not compared with DynamoDB Local")
	}
	return url
}

func httpClient(url string) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(url),
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
}

var tableNumber atomic.Int64

// table creates a table of its own for a test. A key is "id" or "id so", each
// with its type after a colon.
func (d *door) table(keys string) string {
	d.t.Helper()
	var names []string
	for key := range strings.FieldsSeq(keys) {
		name, _, _ := strings.Cut(key, ":")
		names = append(names, name)
	}
	return d.create(&dynamodb.CreateTableInput{AttributeDefinitions: definitionsOf(keys), KeySchema: schemaOf(strings.Join(names, " "))})
}

// tableName is a name that no other table has.
func tableName() string { return fmt.Sprintf("suite-%d-%d", time.Now().UnixNano(), tableNumber.Add(1)) }

// drop deletes a table when the test ends.
func (d *door) drop(table string) {
	d.t.Cleanup(func() {
		_, _ = d.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &table})
	})
}

// An av is an item in the suite's short form.
type av = map[string]types.AttributeValue

func s(v string) types.AttributeValue     { return &types.AttributeValueMemberS{Value: v} }
func n(v string) types.AttributeValue     { return &types.AttributeValueMemberN{Value: v} }
func bin(v string) types.AttributeValue   { return &types.AttributeValueMemberB{Value: []byte(v)} }
func boolean(v bool) types.AttributeValue { return &types.AttributeValueMemberBOOL{Value: v} }
func null() types.AttributeValue          { return &types.AttributeValueMemberNULL{Value: true} }
func ss(v ...string) types.AttributeValue { return &types.AttributeValueMemberSS{Value: v} }
func ns(v ...string) types.AttributeValue { return &types.AttributeValueMemberNS{Value: v} }
func l(v ...types.AttributeValue) types.AttributeValue {
	return &types.AttributeValueMemberL{Value: v}
}
func m(v av) types.AttributeValue { return &types.AttributeValueMemberM{Value: v} }

func (d *door) put(table string, item av) {
	d.t.Helper()
	_, err := d.PutItem(d.t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item})
	require.NoError(d.t, err)
}

func (d *door) get(table string, key av) av {
	d.t.Helper()
	out, err := d.GetItem(d.t.Context(), &dynamodb.GetItemInput{TableName: &table, Key: key, ConsistentRead: aws.Bool(true)})
	require.NoError(d.t, err)
	return out.Item
}

// fails checks an error by its type and, on engines that have DynamoDB's
// texts, by its message.
func (d *door) fails(err error, code, message string) {
	d.t.Helper()
	var operation *smithy.OperationError
	require.ErrorAs(d.t, err, &operation)
	var api smithy.APIError
	require.ErrorAs(d.t, err, &api)
	require.Equal(d.t, code, api.ErrorCode(), api.ErrorMessage())
	if !d.local {
		require.Equal(d.t, message, api.ErrorMessage())
	}
}

const validation = "ValidationException"

// conditionFailed tells whether err says that a condition was false.
func conditionFailed(err error) bool {
	var failed *types.ConditionalCheckFailedException
	return errors.As(err, &failed)
}

var (
	_ dynamo.Client = (*dynamotest.DB)(nil)
	_ dynamo.Client = (*dynamodb.Client)(nil)
)
