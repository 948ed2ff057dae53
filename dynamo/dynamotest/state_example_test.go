package dynamotest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

// put stores an item that consists of its key and, if it has one, a time to live.
func put(db *dynamotest.DB, id, expires string) {
	item := map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: id}}
	if expires != "" {
		item["expires"] = &types.AttributeValueMemberN{Value: expires}
	}
	if _, err := db.PutItem(context.Background(), &dynamodb.PutItemInput{TableName: aws.String("users"), Item: item}); err != nil {
		panic(err)
	}
}

// count is how many items there are.
func count(db *dynamotest.DB) int {
	out, err := db.Scan(context.Background(), &dynamodb.ScanInput{TableName: aws.String("users")})
	if err != nil {
		panic(err)
	}
	return int(out.Count)
}

// A table of orders by customer and number, and an index of them by state.
func ExampleS() {
	db := dynamotest.New(dynamotest.Table{
		Name: "orders", Partition: dynamotest.S("customer"), Sort: dynamotest.N("no"),
		Indexes: []dynamotest.Index{{Name: "byState", Partition: dynamotest.S("state"), Sort: dynamotest.B("hash")}},
	})
	out, err := db.DescribeTable(context.Background(), &dynamodb.DescribeTableInput{TableName: aws.String("orders")})
	if err != nil {
		panic(err)
	}
	for _, a := range out.Table.AttributeDefinitions {
		fmt.Println(*a.AttributeName, a.AttributeType)
	}
	// Unordered output:
	// customer S
	// no N
	// state S
	// hash B
}

// A table that outlives the process.
func ExampleDB_Save() {
	dir, err := os.MkdirTemp("", "dynamotest")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "users.jsonl")
	db := dynamotest.New(dynamotest.Table{Name: "users", Partition: dynamotest.S("id")})
	put(db, "kim", "")
	fmt.Println(db.Save(file))

	again, err := dynamotest.Load(file)
	fmt.Println(count(again), err)
	// Output:
	// <nil>
	// 1 <nil>
}

func ExampleLoad() {
	_, err := dynamotest.Load("nowhere.jsonl")
	fmt.Println(errors.Is(err, fs.ErrNotExist))
	// Output: true
}

// Many tests that begin with the same tables: the snapshot is made once.
func ExampleReadSnapshot() {
	db := dynamotest.New(dynamotest.Table{Name: "users", Partition: dynamotest.S("id")})
	put(db, "kim", "")
	var snapshot bytes.Buffer
	if err := db.WriteSnapshot(&snapshot); err != nil {
		panic(err)
	}
	for range 2 {
		fresh, err := dynamotest.ReadSnapshot(bytes.NewReader(snapshot.Bytes()))
		if err != nil {
			panic(err)
		}
		put(fresh, "lee", "")
		fmt.Println(count(fresh))
	}
	// Output:
	// 2
	// 2
}

// Time passes when the test says so.
func ExampleDB_SetClock() {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	db := dynamotest.New(dynamotest.Table{Name: "users", Partition: dynamotest.S("id")})
	db.SetClock(func() time.Time { return now })
	_, err := db.UpdateTimeToLive(context.Background(), &dynamodb.UpdateTimeToLiveInput{
		TableName:               aws.String("users"),
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String("expires"), Enabled: aws.Bool(true)},
	})
	fmt.Println(err)
	put(db, "session", fmt.Sprint(now.Add(time.Hour).Unix()))
	fmt.Println(count(db))
	now = now.Add(2 * time.Hour)
	fmt.Println(count(db))
	// Output:
	// <nil>
	// 1
	// 0
}

// Code that waits for a table can be seen waiting.
func ExampleDB_SetDelay() {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	db, ctx := dynamotest.New(), context.Background()
	db.SetClock(func() time.Time { return now })
	db.SetDelay(time.Minute)
	_, err := db.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: aws.String("users"), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: "S"}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}},
	})
	fmt.Println(err)
	for range 2 {
		out, _ := db.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String("users")})
		fmt.Println(out.Table.TableStatus)
		now = now.Add(time.Minute)
	}
	// Output:
	// <nil>
	// CREATING
	// ACTIVE
}

// What the set-up of a test has called does not count.
func ExampleDB_ResetCalls() {
	db := dynamotest.New(dynamotest.Table{Name: "users", Partition: dynamotest.S("id")})
	put(db, "kim", "")
	db.ResetCalls()
	fmt.Println(db.Count("PutItem"), len(db.Calls()))
	// Output: 0 0
}
