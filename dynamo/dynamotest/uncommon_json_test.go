package dynamotest_test

import (
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"testing"

	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
	"github.com/stretchr/testify/require"
)

// These requests no SDK for Go can send. Where DynamoDB Local runs, it gets
// them too, and answers alike.
func TestUncommonJSON(t *testing.T) {
	const create = `{"TableName":"uncommon","AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"BillingMode":"PAY_PER_REQUEST"}`
	doors := map[string]http.Handler{"wire": dynamotest.New().Handler()}
	if local := os.Getenv("DYNAMODB_LOCAL_URL"); local != "" {
		at, err := url.Parse(local)
		require.NoError(t, err)
		doors["local"] = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(at)
			r.Out.Header.Set("Content-Type", "application/x-amz-json-1.0")
			r.Out.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=x")
		}}
	}
	for door, h := range doors {
		post(h, "DynamoDB_20120810.DeleteTable", `{"TableName":"uncommon"}`)
		require.Equal(t, 200, post(h, "DynamoDB_20120810.CreateTable", create).Code, door)
		for _, row := range []struct{ operation, members, want string }{
			{"PutItem", `"Item":{"id":{"S":"a"},"x":{"S":"1"}},"Item":{"id":{"S":"a"},"y":{"S":"1"}}`, `{"id":{"S":"a"},"y":{"S":"1"}}`},
			{"PutItem", `"Item":{"id":{"S":"a"},"x":{"S":"1"},"x":{"N":"1"}}`, `{"id":{"S":"a"},"x":{"N":"1"}}`},
			{"PutItem", `"Item":{"id":{"S":"a"},"m":{"M":{"x":{"SS":[]},"x":{"N":"1"}}}}`, `{"id":{"S":"a"},"m":{"M":{"x":{"N":"1"}}}}`},
			{"UpdateItem", `"Key":{"id":{"S":"a"}},"UpdateExpression":"REMOVE m SET #b = :v","ExpressionAttributeValues":{":v":{"S":"1"}},"ExpressionAttributeNames":{"#a":"x"},"ExpressionAttributeNames":{"#b":"y"}`, `{"id":{"S":"a"},"y":{"S":"1"}}`},
			{"PutItem", `"Item":{"id":{"S":"a"},"x":{"SS":["a",null]}}`, ""},
			{"PutItem", `"Item":{"id":{"S":"a"},"x":{"NS":["1",null]}}`, ""},
			{"GetItem", `"Key":{"id":{"S":"a"}},"KeyConditions":{},"Expected":{},"ConditionalOperator":"AND"`, `{"id":{"S":"a"},"y":{"S":"1"}}`},
			{"PutItem", `"Item":{"id":{"S":"a"}},"AttributesToGet":["id"],"ScanFilter":{},"AttributeUpdates":{}`, `{"id":{"S":"a"}}`},
		} {
			w := post(h, "DynamoDB_20120810."+row.operation, `{"TableName":"uncommon",`+row.members+`}`)
			if row.want == "" {
				require.Equal(t, 400, w.Code, "%s: %s", door, row.members)
				require.Contains(t, w.Body.String(), "#ValidationException", door)
				continue
			}
			require.Equal(t, 200, w.Code, "%s: %s: %s", door, row.members, w.Body)
			require.JSONEq(t, `{"Item":`+row.want+`}`, post(h, "DynamoDB_20120810.GetItem", `{"TableName":"uncommon","Key":{"id":{"S":"a"}}}`).Body.String(), "%s: %s", door, row.members)
		}
		require.Equal(t, 200, post(h, "DynamoDB_20120810.DeleteTable", `{"TableName":"uncommon"}`).Code, door)
	}
}

// A member of an enumeration that is there and empty is not one that is absent.
func TestEmptyEnumerations(t *testing.T) {
	db := dynamotest.New(dynamotest.Table{Name: "users", Partition: dynamotest.S("id")})
	for _, row := range []struct{ operation, members, at string }{
		{"PutItem", `"Item":{"id":{"S":"a"}},"ReturnValues":""`, "returnValues"},
		{"PutItem", `"Item":{"id":{"S":"a"}},"Expected":{"x":{"ComparisonOperator":""}}`, "expected.x.member.comparisonOperator"},
		{"PutItem", `"Item":{"id":{"S":"a"}},"Expected":{"x":{"Exists":false},"y":{"Exists":false}},"ConditionalOperator":""`, "conditionalOperator"},
		{"DeleteItem", `"Key":{"id":{"S":"a"}},"Expected":{"x":{"ComparisonOperator":"NULL"},"y":{"ComparisonOperator":"","AttributeValueList":[]}}`, "expected.y.member.comparisonOperator"},
		{"UpdateItem", `"Key":{"id":{"S":"a"}},"AttributeUpdates":{"x":{"Action":"","Value":{"S":"a"}}}`, "attributeUpdates.x.member.action"},
		{"Query", `"KeyConditions":{"id":{"ComparisonOperator":"","AttributeValueList":[]}}`, "keyConditions.id.member.comparisonOperator"},
		{"Scan", `"ScanFilter":{"x":{"ComparisonOperator":"","AttributeValueList":[]}}`, "scanFilter.x.member.comparisonOperator"},
		{"Scan", `"Select":""`, "select"},
	} {
		w := post(db.Handler(), "DynamoDB_20120810."+row.operation, `{"TableName":"users",`+row.members+`}`)
		require.Equal(t, http.StatusBadRequest, w.Code, row.members)
		require.Contains(t, w.Body.String(), "1 validation error detected: Value '' at '"+row.at+"' failed to satisfy constraint: Member must satisfy enum value set", row.members)
	}
	require.JSONEq(t, `{"Count":0,"Items":[],"ScannedCount":0}`, post(db.Handler(), "DynamoDB_20120810.Scan", `{"TableName":"users"}`).Body.String())
}

// What tools ask before they do anything else.
func TestWhatToolsAsk(t *testing.T) {
	db := dynamotest.New(dynamotest.Table{Name: "users", Partition: dynamotest.S("id")})
	for operation, want := range map[string]string{
		"DescribeLimits":            `{"AccountMaxReadCapacityUnits":80000,"AccountMaxWriteCapacityUnits":80000,"TableMaxReadCapacityUnits":40000,"TableMaxWriteCapacityUnits":40000}`,
		"DescribeEndpoints":         `{"Endpoints":[{"Address":"dynamodb.us-east-1.amazonaws.com","CachePeriodInMinutes":1440}]}`,
		"DescribeContinuousBackups": `{"ContinuousBackupsDescription":{"ContinuousBackupsStatus":"ENABLED","PointInTimeRecoveryDescription":{"PointInTimeRecoveryStatus":"DISABLED"}}}`,
	} {
		w := post(db.Handler(), "DynamoDB_20120810."+operation, `{"TableName":"users"}`)
		require.Equal(t, http.StatusOK, w.Code)
		require.Equal(t, want, w.Body.String())
	}
}
