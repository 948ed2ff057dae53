package dynamotest_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

const putTarget = "DynamoDB_20120810.PutItem"

// A value of the wrong kind is refused by what it is and what was wanted, and nothing is written.
func TestWireValuesOfTheWrongKind(t *testing.T) {
	db := dynamotest.New(dynamotest.Table{Name: "tab", Partition: dynamotest.S("id")})
	for _, tt := range []struct{ value, want string }{
		{`{"S":true}`, "TRUE_VALUE cannot be converted to String"},
		{`{"N":false}`, "FALSE_VALUE cannot be converted to String"},
		{`{"S":[]}`, "Unrecognized collection type class java.lang.String"},
		{`{"B":{}}`, "Start of structure or map found where not expected"},
		{`{"B":[]}`, "Unrecognized collection type class java.nio.ByteBuffer"},
		{`{"B":"a"}`, "Invalid last non-pad Base64 character dectected"},
		{`{"BOOL":"maybe"}`, "Unexpected token received from parser"},
		{`{"BOOL":0}`, "NUMBER_VALUE cannot be converted to Boolean"},
		{`{"NULL":{}}`, "Start of structure or map found where not expected"},
		{`{"NULL":false}`, "Null attribute value types must have the value of true"},
		{`{"M":[]}`, "Unrecognized collection type"},
		{`{"M":1}`, "Unexpected"},
		{`{"L":1}`, "Unexpected"},
		{`{"NS":"1"}`, "Unexpected"},
		{`[]`, "Unrecognized collection type"},
		{`1`, "Unexpected value type in payload"},
		{`null`, "Supplied AttributeValue is empty"},
		{`{"S":null}`, "Supplied AttributeValue is empty"},
		{`{"Q":"?"}`, "Supplied AttributeValue is empty"},
		{`{"M":{"x":{"N":"1x"}}}`, "cannot be converted to a numeric value"},
	} {
		w := post(db.Handler(), putTarget, `{"TableName":"tab","Item":{"id":{"S":"a"},"v":`+tt.value+`}}`)
		require.Equal(t, http.StatusBadRequest, w.Code, tt.value)
		require.Contains(t, w.Body.String(), tt.want, tt.value)
	}
	require.Equal(t, 0, rowsIn(t, db))
}

func rowsIn(t *testing.T, db *dynamotest.DB) int {
	t.Helper()
	out, err := db.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("tab")})
	require.NoError(t, err)
	return len(out.Items)
}

// Spellings that DynamoDB takes: booleans as text, members that nobody knows, null for what is absent,
// escapes and halves of surrogate pairs.
func TestWireValuesThatAreTaken(t *testing.T) {
	db := dynamotest.New(dynamotest.Table{Name: "tab", Partition: dynamotest.S("id")})
	for _, tt := range []struct{ value, want string }{
		{`{"BOOL":"yes"}`, `{"BOOL":true}`},
		{`{"BOOL":"0"}`, `{"BOOL":false}`},
		{`{"NULL":"TRUE"}`, `{"NULL":true}`},
		{`{"S":"a\u00e9\n","Q":{"deep":[1,{"x":"}"}]}}`, `{"S":"aé\n"}`},
		{`{"S":"x","N":null}`, `{"S":"x"}`},
		{`{"B":"YQ=="}`, `{"B":"YQ=="}`},
		{`{"M":{"k":{"N":"1"},"k":{"N":"02.50"}}}`, `{"M":{"k":{"N":"2.5"}}}`},
	} {
		w := post(db.Handler(), putTarget, `{"TableName":"tab","Item":{"id":{"S":"a"},"v":`+tt.value+`}}`)
		require.Equal(t, http.StatusOK, w.Code, "%s: %s", tt.value, w.Body)
		w = post(db.Handler(), "DynamoDB_20120810.GetItem", `{"TableName":"tab","Key":{"id":{"S":"a"}},"ProjectionExpression":"#v","ExpressionAttributeNames":{"#v":"v"}}`)
		var got struct{ Item map[string]json.RawMessage }
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &got))
		require.JSONEq(t, tt.want, string(got.Item["v"]), tt.value)
	}
}

// Names of attributes come as text; null stands for an empty one, which no name may be.
func TestWireNames(t *testing.T) {
	db := dynamotest.New(dynamotest.Table{Name: "tab", Partition: dynamotest.S("id")})
	for _, tt := range []struct{ names, want string }{
		{`[]`, "Unexpected"},
		{`{"#a":1}`, "NUMBER_VALUE cannot be converted to String"},
		{`{"#a":null}`, "ExpressionAttributeNames"},
		{`{"a":"id"}`, "ExpressionAttributeNames contains invalid key"},
	} {
		w := post(db.Handler(), "DynamoDB_20120810.Scan", `{"TableName":"tab","ProjectionExpression":"#a","ExpressionAttributeNames":`+tt.names+`}`)
		require.Equal(t, http.StatusBadRequest, w.Code, tt.names)
		require.Contains(t, w.Body.String(), tt.want, tt.names)
	}
	w := post(db.Handler(), "DynamoDB_20120810.Scan", `{"TableName":"tab","ExpressionAttributeNames":null}`)
	require.Equal(t, http.StatusOK, w.Code, w.Body.String())
}
