package dynamotest_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

func ExampleNew() {
	db := dynamotest.New(dynamotest.Table{Name: "users", Partition: dynamotest.N("id")})
	user := map[string]types.AttributeValue{
		"id":    &types.AttributeValueMemberN{Value: "007"},
		"email": &types.AttributeValueMemberS{Value: "kim@example.com"},
	}
	put := &dynamodb.PutItemInput{TableName: aws.String("users"), Item: user, ConditionExpression: aws.String("attribute_not_exists(id)")}
	_, err := db.PutItem(context.Background(), put)
	fmt.Println(err)
	_, err = db.PutItem(context.Background(), put)
	fmt.Println(conditionFailed(err))

	out, _ := db.Scan(context.Background(), &dynamodb.ScanInput{TableName: aws.String("users")})
	fmt.Println(out.Items[0]["id"].(*types.AttributeValueMemberN).Value, db.Count("Scan"))
	// Output:
	// <nil>
	// true
	// 7 1
}

func ExampleDB_Client() {
	db := dynamotest.New(dynamotest.Table{Name: "users", Partition: dynamotest.S("id")})
	client := db.Client() // a *dynamodb.Client
	_, err := client.GetItem(context.Background(), &dynamodb.GetItemInput{TableName: aws.String("users")})
	fmt.Println(err)
	out, _ := client.DescribeTable(context.Background(), &dynamodb.DescribeTableInput{TableName: aws.String("users")})
	fmt.Println(out.Table.TableStatus)
	// Output:
	// operation error DynamoDB: GetItem, 1 validation error(s) found.
	// - missing required field, GetItemInput.Key.
	//
	// ACTIVE
}

func ExampleDB_Handler() {
	server := httptest.NewServer(dynamotest.New().Handler())
	defer server.Close()
	client := dynamodb.New(dynamodb.Options{ // or any other AWS SDK
		Region: "us-east-1", BaseEndpoint: aws.String(server.URL),
		Credentials: credentials.NewStaticCredentialsProvider("any", "any", ""),
	})
	out, err := client.ListTables(context.Background(), &dynamodb.ListTablesInput{})
	fmt.Println(len(out.TableNames), err)
	// Output: 0 <nil>
}

func ExampleTableFor() {
	type User struct {
		ID   int    `dynamodbav:"id" dynamo:"partition"`
		Name string `dynamodbav:"name"`
	}
	users := dynamotest.TableFor[User]("users")
	fmt.Println(users.Name, users.Partition)
	// Output: users {id N}
}

// The first put is applied, but its answer is lost. The SDK repeats it, and finds
// an item that is there already: its own.
func ExampleDB_Inject() {
	db := dynamotest.New(dynamotest.Table{Name: "users", Partition: dynamotest.S("id")})
	db.Inject(dynamotest.Fault{Operation: "PutItem", Effect: dynamotest.Reset, Applied: true})
	_, err := db.Client().PutItem(context.Background(), &dynamodb.PutItemInput{
		TableName: aws.String("users"), ConditionExpression: aws.String("attribute_not_exists(id)"),
		Item: map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: "kim"}},
	})
	fmt.Println(conditionFailed(err), db.Count("PutItem"))
	// Output: true 2
}

func ExampleDB_Record() {
	db := dynamotest.New(dynamotest.Table{Name: "users", Partition: dynamotest.S("id")})
	db.Record(10)
	_, _ = db.Client().GetItem(context.Background(), &dynamodb.GetItemInput{
		TableName: aws.String("users"), ConsistentRead: aws.Bool(true),
		Key: map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: "kim"}},
	})
	for _, call := range db.Calls() {
		fmt.Println(call.Operation, call.Input, call.Output)
	}
	// Output: GetItem {"TableName":"users","Key":{"id":{"S":"kim"}},"ConsistentRead":true} {}
}
