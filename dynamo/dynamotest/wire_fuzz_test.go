package dynamotest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

// wireRequests are requests of every operation, as the seeds of what is malformed.
func wireRequests() [][2]string {
	const arn = "arn:aws:dynamodb:us-east-1:000000000000:table/users"
	return [][2]string{
		{"PutItem", `{"TableName":"users","Item":{"id":{"S":"a"},"l":{"L":[{"N":"1e5"},{"BOOL":true}]}},"ConditionExpression":"attribute_not_exists(id)"}`},
		{"PutItem", `{"TableName":"users","Item":{"id":{"S":"a"},"sort":{"N":"1"}},"Expected":{"l":{"ComparisonOperator":"IN","AttributeValueList":[{"S":"x"}]},"m":{"Exists":false}},"ConditionalOperator":"OR"}`},
		{"UpdateItem", `{"TableName":"users","Key":{"id":{"S":"here"}},"UpdateExpression":"SET l[1] = list_append(l, :v) REMOVE m.x","ExpressionAttributeValues":{":v":{"L":[]}}}`},
		{"UpdateItem", `{"TableName":"users","Key":{"id":{"S":"here"}},"AttributeUpdates":{"l":{"Action":"ADD","Value":{"L":[{"S":"x"}]}},"by":{"Action":"PUT","Value":{"N":"1"}},"m":{"Action":"DELETE"}},"ReturnValues":"UPDATED_NEW"}`},
		{"Query", `{"TableName":"users","KeyConditionExpression":"id = :p","ExpressionAttributeValues":{":p":{"S":"here"}}}`},
		{"Query", `{"TableName":"users","IndexName":"byBy","KeyConditions":{"by":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"x"}]}},"QueryFilter":{"m":{"ComparisonOperator":"NULL"}},"ExclusiveStartKey":{"id":{"S":"here"},"by":{"S":"x"}}}`},
		{"Scan", `{"TableName":"users","FilterExpression":"size(l) > :v","ExpressionAttributeValues":{":v":{"N":"1"}},"Segment":1,"TotalSegments":3}`},
		{"Scan", `{"TableName":"users","IndexName":"byBy","ScanFilter":{"m":{"ComparisonOperator":"NOT_NULL"}},"AttributesToGet":["id","by"],"Select":"SPECIFIC_ATTRIBUTES"}`},
		{"TransactWriteItems", `{"ClientRequestToken":"t","TransactItems":[{"Delete":{"TableName":"users","Key":{"id":{"S":"x"}}}},{"Update":{"TableName":"users","Key":{"id":{"S":"y"}},"UpdateExpression":"SET #b = :b","ExpressionAttributeNames":{"#b":"by"},"ExpressionAttributeValues":{":b":{"S":"x"}}}}]}`},
		{"TransactGetItems", `{"TransactItems":[{"Get":{"TableName":"users","Key":{"id":{"S":"here"}},"ProjectionExpression":"m.x"}}]}`},
		{"BatchWriteItem", `{"RequestItems":{"users":[{"DeleteRequest":{"Key":{"id":{"S":"x"}}}},{"PutRequest":{"Item":{"id":{"S":"y"},"by":{"S":"x"}}}}]},"ReturnItemCollectionMetrics":"SIZE"}`},
		{"BatchWriteItem", `{"RequestItems":{"users":[{"DeleteRequest":{"Key":{"id":{"S":"here"}}}}],"views":[{"PutRequest":{"Item":{"id":{"S":"y"}}}}]}}`},
		{"TransactWriteItems", `{"TransactItems":[{"Delete":{"TableName":"users","Key":{"id":{"S":"here"}}}},{"Put":{"TableName":"views","Item":{"id":{"S":"y"}},"ConditionExpression":"attribute_not_exists(id)"}}]}`},
		{"BatchGetItem", `{"RequestItems":{"users":{"Keys":[{"id":{"S":"here"}}]}}}`},
		{"CreateTable", `{"TableName":"more","AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"},{"AttributeName":"b","AttributeType":"N"}],"KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"b","KeyType":"RANGE"}],"BillingMode":"PAY_PER_REQUEST","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"},"LocalSecondaryIndexes":[{"IndexName":"lll","KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"b","KeyType":"RANGE"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["c"]}}]}`},
		{"UpdateTable", `{"TableName":"users","AttributeDefinitions":[{"AttributeName":"z","AttributeType":"S"}],"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"more","KeySchema":[{"AttributeName":"z","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}]}`},
		{"UpdateTable", `{"TableName":"users","BillingMode":"PROVISIONED","ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1},"GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"byBy","ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}},{"Delete":{"IndexName":"byBy"}}]}`},
		{"ExecuteStatement", `{"Statement":"SELECT m.x, l[0] FROM users.byBy WHERE \"by\"='x' AND (size(l) > ? OR NOT m IS MISSING) ORDER BY \"by\" DESC -- end","Parameters":[{"N":"1"}],"Limit":1}`},
		{"ExecuteStatement", `{"Statement":"UPDATE users SET l=list_append(l,[1,{'a':<<1,2>>}]), n=n-1 REMOVE m.x WHERE id='here' AND begins_with(\"by\",'x') RETURNING ALL OLD *"}`},
		{"ExecuteStatement", `{"Statement":"INSERT INTO users VALUE {'id':'new','by':null,'s':<<'a'>>,'t':true}","ReturnConsumedCapacity":"INDEXES"}`},
		{"BatchExecuteStatement", `{"Statements":[{"Statement":"DELETE FROM users WHERE id='a'"},{"Statement":"INSERT INTO users VALUE {'id':'here'}"}]}`},
		{"ExecuteTransaction", `{"TransactStatements":[{"Statement":"EXISTS(SELECT * FROM users WHERE id='here' AND l[0] IN [1,2])"},{"Statement":"DELETE FROM users WHERE id='a'"}],"ClientRequestToken":"t"}`},
		{"DeleteTable", `{"TableName":"users"}`},
		{"DescribeTable", `{"TableName":"` + arn + `"}`},
		{"ListTables", `{"Limit":1,"ExclusiveStartTableName":"users"}`},
		{"UpdateTimeToLive", `{"TableName":"users","TimeToLiveSpecification":{"AttributeName":"ends","Enabled":true}}`},
		{"DescribeTimeToLive", `{"TableName":"users"}`},
		{"TagResource", `{"ResourceArn":"` + arn + `","Tags":[{"Key":"a","Value":"b"}]}`},
		{"UntagResource", `{"ResourceArn":"` + arn + `","TagKeys":["a"]}`},
		{"ListTagsOfResource", `{"ResourceArn":"` + arn + `","NextToken":"x"}`},
		{"Streams.ListStreams", `{"TableName":"users","Limit":1}`},
		{"Streams.DescribeStream", `{"StreamArn":"` + arn + `/stream/1","ExclusiveStartShardId":"shardId-0"}`},
		{"Streams.GetShardIterator", `{"StreamArn":"` + arn + `/stream/1","ShardId":"shardId-0","ShardIteratorType":"AT_SEQUENCE_NUMBER","SequenceNumber":"1"}`},
		{"Streams.GetRecords", `{"ShardIterator":"1|x","Limit":1}`},
	}
}

func FuzzWire(f *testing.F) {
	for _, seed := range wireRequests() {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, operation, body string) { newVictim(t).take(t, operation, body) })
}

// A victim is an engine that takes malformed requests.
type victim struct {
	handler http.Handler
	state   []any
}

func newVictim(t *testing.T) *victim {
	db := dynamotest.New(dynamotest.Table{Name: "users", Partition: dynamotest.S("id"),
		Indexes: []dynamotest.Index{{Name: "byBy", Partition: dynamotest.S("by")}}}, dynamotest.Table{Name: "views", Partition: dynamotest.S("id")})
	h := db.Handler()
	const put = `{"TableName":"users","Item":{"id":{"S":"here"},"by":{"S":"x"},"l":{"L":[{"N":"1"}]},"m":{"M":{"x":{"S":"y"}}}}}`
	require.Equal(t, 200, post(h, "DynamoDB_20120810.PutItem", put).Code)
	return &victim{h, state(t, h)}
}

// take sends a request, which neither panics nor, unless it succeeds, changes anything.
// Every answer is JSON.
func (v *victim) take(t *testing.T, operation, body string) (succeeded bool) {
	target := "DynamoDB_20120810." + operation
	if name, ok := strings.CutPrefix(operation, "Streams."); ok {
		target = "DynamoDBStreams_20120810." + name
	}
	w := post(v.handler, target, body)
	require.True(t, w.Body.Len() == 0 || json.Valid(w.Body.Bytes())) // TagResource answers nothing
	if w.Code != 200 {
		require.Equal(t, 400, w.Code)
		require.Equal(t, v.state, state(t, v.handler))
	}
	return w.Code == 200
}

// state is all a caller can see of the table users, with its index, and of the others
// their names; of views, its items too.
func state(t *testing.T, h http.Handler) []any {
	var answers []any
	for _, request := range [][2]string{
		{"ListTables", `{}`},
		{"DescribeTable", `{"TableName":"users"}`},
		{"DescribeTimeToLive", `{"TableName":"users"}`},
		{"Scan", `{"TableName":"users"}`},
		{"Scan", `{"TableName":"users","IndexName":"byBy"}`},
		{"Scan", `{"TableName":"views"}`},
		{"ListTagsOfResource", `{"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/users"}`},
	} {
		w := post(h, "DynamoDB_20120810."+request[0], request[1])
		require.Equal(t, 200, w.Code, w.Body.String())
		var answer any
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &answer))
		answers = append(answers, answer)
	}
	return answers
}
