package dynamotest_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

// Money moves between two accounts in transactions while others read both: no
// reader ever sees a total that is off, and no increment is lost.
func TestConcurrentTransactions(t *testing.T) {
	const workers, rounds = 8, 100
	table := "accounts"
	db := dynamotest.New(dynamotest.Table{Name: table, Partition: dynamotest.S("id")})
	for _, id := range []string{"a", "b"} {
		_, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: av{"id": s(id), "n": n("1000")}})
		require.NoError(t, err)
	}
	add := func(id, amount string) types.TransactWriteItem {
		return types.TransactWriteItem{Update: &types.Update{
			TableName: &table, Key: av{"id": s(id)}, UpdateExpression: aws.String("ADD n :n"), ExpressionAttributeValues: av{":n": n(amount)},
		}}
	}
	get := func(id string) types.TransactGetItem {
		return types.TransactGetItem{Get: &types.Get{TableName: &table, Key: av{"id": s(id)}}}
	}
	clients := []client{db, db.Client()}
	errs := make(chan error, 2*workers)
	var wg sync.WaitGroup
	for w := range workers {
		c := clients[w%len(clients)]
		wg.Go(func() {
			for range rounds {
				_, err := c.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{add("a", "-1"), add("b", "1")}})
				if err != nil {
					errs <- err
					return
				}
			}
		})
		wg.Go(func() {
			for range rounds {
				out, err := c.TransactGetItems(t.Context(), &dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{get("a"), get("b")}})
				if err != nil {
					errs <- err
					return
				}
				var a, b int
				fmt.Sscan(text(out.Responses[0].Item["n"]), &a)
				fmt.Sscan(text(out.Responses[1].Item["n"]), &b)
				if a+b != 2000 {
					errs <- fmt.Errorf("%d and %d", a, b)
					return
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
	out, err := db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, Key: av{"id": s("b")}})
	require.NoError(t, err)
	require.Equal(t, fmt.Sprint(1000+workers*rounds), text(out.Item["n"]))
}
