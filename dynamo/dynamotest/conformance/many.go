package conformance

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

func testTables(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		table := d.table("id:S so:B")
		require.NoError(t, dynamodb.NewTableExistsWaiter(d).Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: &table}, time.Minute))
		d.put(table, av{"id": s("1"), "so": bin("2")})
		out, err := d.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &table})
		require.NoError(t, err)
		require.Equal(t, types.TableStatusActive, out.Table.TableStatus)
		require.Equal(t, int64(1), *out.Table.ItemCount)
		require.Equal(t, types.BillingModePayPerRequest, out.Table.BillingModeSummary.BillingMode)
		require.Equal(t, []types.KeySchemaElement{
			{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}, {AttributeName: aws.String("so"), KeyType: types.KeyTypeRange},
		}, out.Table.KeySchema)
		require.WithinDuration(t, time.Now(), *out.Table.CreationDateTime, time.Minute)

		_, err = d.CreateTable(t.Context(), &dynamodb.CreateTableInput{
			TableName: &table, KeySchema: out.Table.KeySchema, AttributeDefinitions: out.Table.AttributeDefinitions, BillingMode: types.BillingModePayPerRequest,
		})
		d.fails(err, "ResourceInUseException", "Table already exists: "+table)

		var names []string
		p := dynamodb.NewListTablesPaginator(d, &dynamodb.ListTablesInput{Limit: aws.Int32(1)})
		for p.HasMorePages() {
			page, err := p.NextPage(t.Context())
			require.NoError(t, err)
			names = append(names, page.TableNames...)
		}
		require.Contains(t, names, table)

		_, err = d.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: &table})
		require.NoError(t, err)
		require.NoError(t, dynamodb.NewTableNotExistsWaiter(d).Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: &table}, time.Minute))
		_, err = d.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &table})
		d.fails(err, "ResourceNotFoundException", "Requested resource not found: Table: "+table+" not found")
	})
}

func testBatches(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		one, two := d.table("id:S"), d.table("id:S so:N")
		d.put(one, av{"id": s("old")})
		_, err := d.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{
			one: {
				{PutRequest: &types.PutRequest{Item: av{"id": s("a"), "v": n("1"), "w": n("2")}}},
				{DeleteRequest: &types.DeleteRequest{Key: av{"id": s("old")}}},
			},
			two: {{PutRequest: &types.PutRequest{Item: av{"id": s("b"), "so": n("1")}}}},
		}})
		require.NoError(t, err)
		out, err := d.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
			one: {Keys: []map[string]types.AttributeValue{{"id": s("a")}, {"id": s("old")}}, ProjectionExpression: aws.String("#v"), ExpressionAttributeNames: map[string]string{"#v": "v"}},
			two: {Keys: []map[string]types.AttributeValue{{"id": s("b"), "so": n("1.0")}}, ConsistentRead: aws.Bool(true)},
		}})
		require.NoError(t, err)
		require.Equal(t, map[string][]map[string]types.AttributeValue{one: {{"v": n("1")}}, two: {{"id": s("b"), "so": n("1")}}}, out.Responses)
		require.Empty(t, out.UnprocessedKeys)

		put := func(n int, id string) (list []types.WriteRequest) {
			for i := range n {
				list = append(list, types.WriteRequest{PutRequest: &types.PutRequest{Item: av{"id": s(fmt.Sprintf(id, i))}}})
			}
			return list
		}
		for message, list := range map[string][]types.WriteRequest{
			"Provided list of item keys contains duplicates":                                                               append(put(1, "same%d"), put(1, "same%d")...),
			"Item size has exceeded the maximum allowed size":                                                              {{PutRequest: &types.PutRequest{Item: av{"id": s("x"), "d": s(strings.Repeat("x", 410000))}}}},
			"The provided key element does not match the schema":                                                           {{DeleteRequest: &types.DeleteRequest{Key: av{"x": s("x")}}}},
			"Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes": {{}},
		} {
			_, err = d.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{one: append(put(1, "good%d"), list...)}})
			d.fails(err, validation, message)
		}
		_, err = d.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{one: put(26, "%d")}})
		require.Error(t, err)
		require.Nil(t, d.get(one, av{"id": s("good0")}), "a batch that is refused writes nothing")

		keys := []map[string]types.AttributeValue{{"id": s("a")}, {"id": s("a")}}
		_, err = d.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{one: {Keys: keys}}})
		d.fails(err, validation, "Provided list of item keys contains duplicates")
		keys = nil
		for i := range 60 {
			keys = append(keys, av{"id": s(fmt.Sprint(i))})
		}
		_, err = d.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{one: {Keys: keys}, two: {Keys: keys}}})
		d.fails(err, validation, "Too many items requested for the BatchGetItem call")
		missing := "missing"
		_, err = d.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{missing: {Keys: keys}}})
		d.fails(err, "ResourceNotFoundException", "Requested resource not found")
	})
}

// DynamoDB answers at most 16 MB; DynamoDB Local does not stop there.
func testBatchGetStopsAt16MB(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		if d.local {
			t.Skipf("DynamoDB Local answers more than 16 MB")
		}
		table := d.table("id:S")
		request := types.KeysAndAttributes{ConsistentRead: aws.Bool(true), ProjectionExpression: aws.String("#i"), ExpressionAttributeNames: map[string]string{"#i": "id"}}
		for i := range 50 {
			key := av{"id": s(fmt.Sprintf("%02d", i))}
			d.put(table, av{"id": key["id"], "d": s(strings.Repeat("x", 390<<10))})
			request.Keys = append(request.Keys, key)
		}
		seen, left, rounds := 0, map[string]types.KeysAndAttributes{table: request}, 0
		for len(left) > 0 {
			out, err := d.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: left})
			require.NoError(t, err)
			seen += len(out.Responses[table])
			left = out.UnprocessedKeys
			rounds++
			if rounds == 1 {
				require.Equal(t, request.ConsistentRead, left[table].ConsistentRead)
				require.Equal(t, request.ProjectionExpression, left[table].ProjectionExpression)
				require.Equal(t, request.ExpressionAttributeNames, left[table].ExpressionAttributeNames)
			}
		}
		require.Equal(t, []int{50, 2}, []int{seen, rounds})
	})
}

func testTransactions(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		table := d.table("id:S")
		d.put(table, av{"id": s("here"), "n": n("1")})
		write := func(token string, items ...types.TransactWriteItem) error {
			in := &dynamodb.TransactWriteItemsInput{TransactItems: items}
			if token != "" {
				in.ClientRequestToken = &token
			}
			_, err := d.TransactWriteItems(t.Context(), in)
			return err
		}
		put := func(id, condition string) types.TransactWriteItem {
			p := &types.Put{TableName: &table, Item: av{"id": s(id)}, ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld}
			if condition != "" {
				p.ConditionExpression = &condition
			}
			return types.TransactWriteItem{Put: p}
		}
		add := types.TransactWriteItem{Update: &types.Update{
			TableName: &table, Key: av{"id": s("here")}, UpdateExpression: aws.String("ADD n :one"), ExpressionAttributeValues: av{":one": n("1")},
		}}
		check := types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
			TableName: &table, Key: av{"id": s("gone")}, ConditionExpression: aws.String("attribute_not_exists(id)"),
		}}

		token := table // no other run of the suite has used it
		require.NoError(t, write(token, put("new", ""), add, check))
		require.Equal(t, av{"id": s("here"), "n": n("2")}, d.get(table, av{"id": s("here")}))
		require.Nil(t, d.get(table, av{"id": s("gone")}))
		require.NoError(t, write(token, put("new", ""), add, check), "the same token")
		require.Equal(t, av{"id": s("here"), "n": n("2")}, d.get(table, av{"id": s("here")}), "is applied once")
		err := write(token, put("other", ""))
		var mismatch *types.IdempotentParameterMismatchException
		require.ErrorAs(t, err, &mismatch)

		err = write("", put("fresh", ""), put("here", "attribute_not_exists(id)"), put("third", "attribute_exists(id)"))
		d.fails(err, "TransactionCanceledException", "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, ConditionalCheckFailed]")
		var canceled *types.TransactionCanceledException
		require.ErrorAs(t, err, &canceled)
		require.Len(t, canceled.CancellationReasons, 3)
		require.Equal(t, "None", *canceled.CancellationReasons[0].Code)
		require.Equal(t, "ConditionalCheckFailed", *canceled.CancellationReasons[1].Code)
		require.Equal(t, "The conditional request failed", *canceled.CancellationReasons[1].Message)
		require.Equal(t, av{"id": s("here"), "n": n("2")}, canceled.CancellationReasons[1].Item)
		require.Empty(t, canceled.CancellationReasons[2].Item)
		require.Nil(t, d.get(table, av{"id": s("fresh")}), "nothing is applied")

		err = write("", types.TransactWriteItem{Put: &types.Put{TableName: &table, Item: av{"id": n("1")}}})
		require.ErrorAs(t, err, &canceled)
		require.Equal(t, "ValidationError", *canceled.CancellationReasons[0].Code)
		d.fails(write("", put("a", ""), put("a", "")), validation, "Transaction request cannot include multiple operations on one item")

		get := func(id string) types.TransactGetItem {
			return types.TransactGetItem{Get: &types.Get{TableName: &table, Key: av{"id": s(id)}, ProjectionExpression: aws.String("n")}}
		}
		out, err := d.TransactGetItems(t.Context(), &dynamodb.TransactGetItemsInput{
			TransactItems: []types.TransactGetItem{get("gone"), get("here")}, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
		})
		require.NoError(t, err)
		require.Len(t, out.Responses, 2)
		require.Nil(t, out.Responses[0].Item)
		require.Equal(t, av{"n": n("2")}, out.Responses[1].Item)
		require.Equal(t, 4.0, *out.ConsumedCapacity[0].CapacityUnits)
	})
}
