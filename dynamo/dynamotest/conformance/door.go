package conformance

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"
)

// A door is the way into an engine that the suite runs through.
type door struct {
	Client
	t     *testing.T
	local bool // DynamoDB Local, whose message texts are not DynamoDB's
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

// tableName is a name that no other table has.
func tableName() string { return fmt.Sprintf("suite-%016x", rand.Uint64()) }

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
