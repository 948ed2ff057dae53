package dynamotest_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/dynamo"
	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
	"github.com/lambdarest/lambdarest/dynamo/dynamotest/conformance"
)

type client = conformance.Client

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

// text is the text of an S or N.
func text(v types.AttributeValue) string {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return v.Value
	}
	return ""
}

// A door is a client with what tests need all the time.
type door struct {
	client
	t *testing.T
}

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

func (d *door) create(in *dynamodb.CreateTableInput) string {
	d.t.Helper()
	in.TableName, in.BillingMode = aws.String(fmt.Sprintf("table-%016x", rand.Uint64())), types.BillingModePayPerRequest
	_, err := d.CreateTable(d.t.Context(), in)
	require.NoError(d.t, err)
	return *in.TableName
}

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

// fails checks an error by its type and its message.
func (d *door) fails(err error, code, message string) {
	d.t.Helper()
	var operation *smithy.OperationError
	require.ErrorAs(d.t, err, &operation)
	var api smithy.APIError
	require.ErrorAs(d.t, err, &api)
	require.Equal(d.t, code, api.ErrorCode(), api.ErrorMessage())
	require.Equal(d.t, message, api.ErrorMessage())
}

// schemaOf is a key in the suite's short form: "id" or "id so".
func schemaOf(keys string) (schema []types.KeySchemaElement) {
	role := types.KeyTypeHash
	for attr := range strings.FieldsSeq(keys) {
		schema = append(schema, types.KeySchemaElement{AttributeName: &attr, KeyType: role})
		role = types.KeyTypeRange
	}
	return schema
}

func definitionsOf(attrs string) (list []types.AttributeDefinition) {
	for attr := range strings.FieldsSeq(attrs) {
		name, kind, _ := strings.Cut(attr, ":")
		list = append(list, types.AttributeDefinition{AttributeName: &name, AttributeType: types.ScalarAttributeType(kind)})
	}
	return list
}

// projectionOf is a projection: "ALL", "KEYS_ONLY", or else the attributes to include.
func projectionOf(projection string) *types.Projection {
	if projection == "ALL" || projection == "KEYS_ONLY" {
		return &types.Projection{ProjectionType: types.ProjectionType(projection)}
	}
	return &types.Projection{ProjectionType: types.ProjectionTypeInclude, NonKeyAttributes: strings.Fields(projection)}
}

func scanOf(table, index string) *dynamodb.ScanInput {
	return &dynamodb.ScanInput{TableName: &table, IndexName: &index}
}

const (
	validation = "ValidationException"
	notFound   = "ResourceNotFoundException"
)

// conditionFailed tells whether err says that a condition was false.
func conditionFailed(err error) bool {
	var failed *types.ConditionalCheckFailedException
	return errors.As(err, &failed)
}

var (
	_ dynamo.Client = (*dynamotest.DB)(nil)
	_ dynamo.Client = (*dynamodb.Client)(nil)
)
