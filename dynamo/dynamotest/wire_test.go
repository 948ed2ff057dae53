package dynamotest_test

import (
	"context"
	"encoding/json"
	"errors"
	"hash/crc32"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

// post sends a request as bytes.
func post(h http.Handler, target, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", target)
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=x, SignedHeaders=host, Signature=x")
	r.Header.Set("X-Amz-Date", "20260101T000000Z")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestWire(t *testing.T) {
	const coral, ddb = "com.amazon.coral.", "com.amazonaws.dynamodb.v20120810#"
	for _, row := range []struct {
		operation, body string
		status          int
		kind, message   string
	}{
		{"ListTables", `{}`, 200, "", ""},
		{"GetItem", `{"TableName":"users","Key":{"id":{"S":"a"}},"Unknown":[1]}`, 200, "", ""},
		{"ExportTableToPointInTime", `{}`, 400, coral + "service#UnknownOperationException", ""},
		{"GetItem", `{`, 400, coral + "service#SerializationException", ""},
		{"GetItem", ``, 400, coral + "service#SerializationException", ""},
		{"GetItem", `[]`, 400, coral + "service#SerializationException", "Unexpected field type"},
		{"GetItem", `{"TableName":1}`, 400, coral + "service#SerializationException", "NUMBER_VALUE cannot be converted to String"},
		{"GetItem", `{"TableName":1.5}`, 400, coral + "service#SerializationException", "DECIMAL_VALUE cannot be converted to String"},
		{"GetItem", `{"TableName":[]}`, 400, coral + "service#SerializationException", "Unrecognized collection type class java.lang.String"},
		{"GetItem", `{"TableName":{}}`, 400, coral + "service#SerializationException", "Start of structure or map found where not expected"},
		{"PutItem", `{"Item":{"id":"x"}}`, 400, coral + "service#SerializationException", "Unexpected value type in payload"},
		{"PutItem", `{"Item":{"id":{"S":5}}}`, 400, coral + "service#SerializationException", "NUMBER_VALUE cannot be converted to String"},
		{"PutItem", `{"Item":{"id":{"B":5}}}`, 400, coral + "service#SerializationException", "only base-64-encoded strings are convertible to bytes"},
		{"PutItem", `{"Item":{"id":{"L":{}}}}`, 400, coral + "service#SerializationException", "Start of structure or map found where not expected"},
		{"PutItem", `{"Item":{"id":{"SS":["a",{}]}}}`, 400, coral + "service#SerializationException", "Start of structure or map found where not expected"},
		{"PutItem", `{"TableName":"users","Item":{"id":{}}}`, 400, coral + "validate#ValidationException", "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"},
		{"PutItem", `{"TableName":"users","Item":{"id":{"S":"a"},"l":{"L":[{"M":{"x":{"S":"a","N":"1"}}}]}}}`, 400, coral + "validate#ValidationException", "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"},
		{"PutItem", `{"TableName":"users","Item":{"id":{"S":"a"},"l":` + strings.Repeat(`{"L":[`, 32) + `{"S":""}` + strings.Repeat(`]}`, 32) + `}}`, 400, coral + "validate#ValidationException", "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"},
		{"PutItem", `{"TableName":"users","Item":{"id":{"S":"a"},"l":` + strings.Repeat(`{"L":[`, 31) + `{"S":""}` + strings.Repeat(`]}`, 31) + `}}`, 200, "", ""},
		{"GetItem", `{"tablename":"users","Key":null,"legacy":{}}`, 400, coral + "validate#ValidationException", "2 validation errors detected: Value null at 'tableName' failed to satisfy constraint: Member must not be null; Value null at 'key' failed to satisfy constraint: Member must not be null"},
		{"BatchGetItem", `{"RequestItems":{"users":{"Keys":[{"x":{"S":"a"}}]},"users":{"Keys":[{"id":{"S":"a"}}]}}}`, 200, "", ""},
		{"Scan", `{"TableName":"users","Limit":"1"}`, 400, coral + "service#SerializationException", "STRING_VALUE cannot be converted to Integer"},
		{"Scan", `{"TableName":"users","ConsistentRead":1}`, 400, coral + "service#SerializationException", "NUMBER_VALUE cannot be converted to Boolean"},
		{"Scan", `{"TableName":"users","Select":"","ReturnConsumedCapacity":null}`, 400, coral + "validate#ValidationException", "1 validation error detected: Value '' at 'select' failed to satisfy constraint: Member must satisfy enum value set: [SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]"},
		{"BatchGetItem", `{"RequestItems":[]}`, 400, coral + "service#SerializationException", "Unexpected field type"},
		{"GetItem", `{}`, 400, coral + "validate#ValidationException", "2 validation errors detected: Value null at 'tableName' failed to satisfy constraint: Member must not be null; Value null at 'key' failed to satisfy constraint: Member must not be null"},
		{"GetItem", `{"TableName":"a;","Key":{},"ReturnConsumedCapacity":"X"}`, 400, coral + "validate#ValidationException", "2 validation errors detected: Value 'X' at 'returnConsumedCapacity' failed to satisfy constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]; Value 'a;' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"},
		{"GetItem", `{"TableName":"nope","Key":{"id":{"S":"a"}}}`, 400, ddb + "ResourceNotFoundException", "Requested resource not found"},
		{"PutItem", `{"TableName":"users","Item":{"id":{"S":"a"}},"Expected":{"id":{"ComparisonOperator":"X"}}}`, 400, coral + "validate#ValidationException", "1 validation error detected: Value 'X' at 'expected.id.member.comparisonOperator' failed to satisfy constraint: Member must satisfy enum value set: [IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS]"},
		{"CreateTable", `{"TableName":"more","AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"},{"AttributeName":"b","AttributeType":"S"}],"KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"BillingMode":"PAY_PER_REQUEST","GlobalSecondaryIndexes":[{"IndexName":"byB"}]}`, 400, coral + "validate#ValidationException", "2 validation errors detected: Value null at 'globalSecondaryIndexes.1.member.keySchema' failed to satisfy constraint: Member must not be null; Value null at 'globalSecondaryIndexes.1.member.projection' failed to satisfy constraint: Member must not be null"},
	} {
		w := post(dynamotest.New(dynamotest.Table{Name: "users", Partition: dynamotest.S("id")}).Handler(), "DynamoDB_20120810."+row.operation, row.body)
		require.Equal(t, row.status, w.Code, row.body)
		require.Equal(t, "application/x-amz-json-1.0", w.Header().Get("Content-Type"))
		require.Len(t, w.Header().Get("x-amzn-RequestId"), 52)
		require.Equal(t, strconv.FormatUint(uint64(crc32.ChecksumIEEE(w.Body.Bytes())), 10), w.Header().Get("x-amz-crc32"))
		var body struct {
			Type    string `json:"__type"`
			Message string
		}
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &body), w.Body.String())
		require.Equal(t, row.kind, body.Type, row.body)
		require.Equal(t, row.message, body.Message, row.body)
	}
}

// What is stored shares no memory with what went in or came out.
func TestNothingIsAliased(t *testing.T) {
	db := dynamotest.New(dynamotest.Table{Name: "users", Partition: dynamotest.S("id")})
	bytes := []byte{1, 2}
	list := &types.AttributeValueMemberL{Value: []types.AttributeValue{n("1")}}
	in := av{"id": s("a"), "b": &types.AttributeValueMemberB{Value: bytes}, "l": list}
	_, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("users"), Item: in})
	require.NoError(t, err)
	bytes[0], list.Value[0], in["id"] = 9, s("changed"), s("z")
	get := func() av {
		out, err := db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("users"), Key: av{"id": s("a")}})
		require.NoError(t, err)
		return out.Item
	}
	want := av{"id": s("a"), "b": bin("\x01\x02"), "l": l(n("1"))}
	require.Equal(t, want, get())
	got := get()
	got["b"].(*types.AttributeValueMemberB).Value[0] = 9
	got["l"].(*types.AttributeValueMemberL).Value[0] = s("changed")
	delete(got, "id")
	require.Equal(t, want, get())
}

func TestCanceledContext(t *testing.T) {
	db := dynamotest.New(dynamotest.Table{Name: "users", Partition: dynamotest.S("id")})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []client{db, db.Client()} {
		_, err := c.Scan(ctx, &dynamodb.ScanInput{TableName: aws.String("users")})
		require.True(t, errors.Is(err, context.Canceled), err)
		var operation *smithy.OperationError
		require.ErrorAs(t, err, &operation)
	}
	require.Zero(t, db.Count("Scan"))
}

func TestCalls(t *testing.T) {
	db := dynamotest.New(dynamotest.Table{Name: "users", Partition: dynamotest.S("id")})
	for _, c := range []client{db, db.Client()} {
		_, err := c.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("users")})
		require.NoError(t, err)
		_, err = c.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("nope")})
		require.Error(t, err)
	}
	require.Equal(t, 4, db.Count("Scan"))
	require.Equal(t, dynamotest.Call{Operation: "Scan", Table: "nope"}, db.Calls()[1])
	db.ResetCalls()
	require.Empty(t, db.Calls())
	require.Zero(t, db.Count("Scan"))
}

func TestNewPanicsOnInvalidTables(t *testing.T) {
	id := dynamotest.S("id")
	for message, tables := range map[string][]dynamotest.Table{
		`dynamotest: table name "x": want 3 to 255 of a-z, A-Z, 0-9, '_', '-' and '.'`:              {{Name: "x", Partition: id}},
		`dynamotest: table "users": key attribute "" of type "": want a name and one of S, N and B`: {{Name: "users"}},
		`dynamotest: table "users": key attribute "id" of type "BOOL": want a name and one of S, N and B`: {
			{Name: "users", Partition: dynamotest.Attr{Name: "id", Type: "BOOL"}}},
		`dynamotest: table "users": "id" is both partition and sort key`: {{Name: "users", Partition: id, Sort: id}},
		`dynamotest: table "users" declared twice`:                       {{Name: "users", Partition: id}, {Name: "users", Partition: id}},
	} {
		require.PanicsWithValue(t, message, func() { dynamotest.New(tables...) })
	}
}
