package dynamotest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		dynamotest.New(dynamotest.Table{Name: "users", Partition: dynamotest.S("id")})
	}
}

// The table has 10,000 items of 1 KB.
func BenchmarkItems(b *testing.B) {
	doors := map[string]func(*dynamotest.DB) client{
		"value":      func(db *dynamotest.DB) client { return db },
		"socketless": func(db *dynamotest.DB) client { return db.Client() },
	}
	for name, door := range doors {
		db := dynamotest.New(dynamotest.Table{Name: "users", Partition: dynamotest.S("id")})
		c, item := door(db), func(i int) av {
			return av{"id": s(fmt.Sprint(i % 10_000)), "n": n("5"), "data": s(strings.Repeat("x", 1000))}
		}
		for i := range 10_000 {
			_, err := db.PutItem(b.Context(), &dynamodb.PutItemInput{TableName: aws.String("users"), Item: item(i)})
			require.NoError(b, err)
		}
		b.Run("PutItem/"+name, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				if _, err := c.PutItem(b.Context(), &dynamodb.PutItemInput{TableName: aws.String("users"), Item: item(i)}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("GetItem/"+name, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				key := av{"id": s(fmt.Sprint(i % 10_000))}
				if _, err := c.GetItem(b.Context(), &dynamodb.GetItemInput{TableName: aws.String("users"), Key: key}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("ScanPage/"+name, func(b *testing.B) {
			for b.Loop() {
				if _, err := c.Scan(b.Context(), &dynamodb.ScanInput{TableName: aws.String("users")}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
