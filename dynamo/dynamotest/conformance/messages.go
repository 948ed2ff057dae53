package conformance

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

// Messages and orders of validation that were recorded on AWS. DynamoDB Local
// words most of them in its own way, so it is asked for the type only.
func testMessagesOfAWS(t *testing.T, each runner) {
	const one = "1 validation error detected: "
	const emptyS = "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: p"
	each(t, func(t *testing.T, d *door) {
		if d.local {
			t.Skip("DynamoDB Local words these in its own way")
		}
		ctx, table, other := t.Context(), d.table("p:S"), d.table("p:S")
		key := av{"p": s("a")}
		put := func(change func(*dynamodb.PutItemInput)) error {
			in := &dynamodb.PutItemInput{TableName: &table, Item: key}
			change(in)
			_, err := d.PutItem(ctx, in)
			return err
		}
		write := func(list ...types.WriteRequest) error {
			_, err := d.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{table: list}})
			return err
		}
		item := func(it av) types.WriteRequest { return types.WriteRequest{PutRequest: &types.PutRequest{Item: it}} }
		for _, row := range []struct {
			message string
			err     error
		}{
			{one + "Value '' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 1", put(func(in *dynamodb.PutItemInput) { in.TableName = aws.String("") })},
			{one + "Value '" + strings.Repeat("a", 256) + "' at 'tableName' failed to satisfy constraint: Member must have length less than or equal to 255", put(func(in *dynamodb.PutItemInput) { in.TableName = aws.String(strings.Repeat("a", 256)) })},
			{one + "Value 'a b!' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+", put(func(in *dynamodb.PutItemInput) { in.TableName = aws.String("a b!") })},
			{"2 validation errors detected: Value 'BAD' at 'returnValues' failed to satisfy constraint: Member must satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]; Value '' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 1", put(func(in *dynamodb.PutItemInput) { in.TableName, in.ReturnValues = aws.String(""), "BAD" })},
			{paramsBad + "Input collection [a, a] contains duplicates.", put(func(in *dynamodb.PutItemInput) {
				in.Item, in.ConditionExpression, in.ExpressionAttributeNames = av{"p": s("a"), "x": ss("a", "a")}, aws.String(""), map[string]string{"p": "p"}
			})},
			{"ExpressionAttributeNames contains invalid key: Syntax error; key: \"p\"", put(func(in *dynamodb.PutItemInput) {
				in.ConditionExpression, in.ExpressionAttributeNames = aws.String(""), map[string]string{"p": "p"}
			})},
			{"ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null", put(func(in *dynamodb.PutItemInput) { in.ExpressionAttributeValues = av{":v": s("x")} })},
			{paramsBad + "Input collection [a, a] contains duplicates.", put(func(in *dynamodb.PutItemInput) { in.Item = av{"p": s("a"), "x": ss("a", "a")} })},
			{paramsBad + "Input collection [/w==, AA==, AA==]of type BS contains duplicates.", put(func(in *dynamodb.PutItemInput) {
				in.Item = av{"p": s("a"), "x": &types.AttributeValueMemberBS{Value: [][]byte{{0xff}, {0}, {0}}}}
			})},
			{paramsBad + "Type mismatch for key p expected: S actual: N", put(func(in *dynamodb.PutItemInput) { in.Item = av{"p": n("1")} })},
			{"The requestItems parameter is required for BatchWriteItem", func() error {
				_, err := d.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{}})
				return err
			}()},
			{"The provided key element does not match the schema", write(item(av{"p": n("1")}))},
			{"The provided key element does not match the schema", write(item(av{"x": n("1")}))},
			{emptyS, write(item(av{"p": s("")}))},
			{"Provided list of item keys contains duplicates", write(item(key), types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: key}})},
			{"The requestItems parameter is required for BatchGetItem", func() error {
				_, err := d.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{}})
				return err
			}()},
			{"Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {AttributesToGet} Expression parameters: {ProjectionExpression}", func() error {
				keys := []map[string]types.AttributeValue{key}
				_, err := d.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
					table: {Keys: keys, ProjectionExpression: aws.String("p")}, other: {Keys: keys, AttributesToGet: []string{"p"}},
				}})
				return err
			}()},
			{one + "Value at 'RequestItems." + table + ".member.Keys' failed to satisfy constraint: Member must have length less than or equal to 100", func() error {
				keys := make([]map[string]types.AttributeValue, 101)
				for i := range keys {
					keys[i] = av{"p": s(fmt.Sprint(i))}
				}
				_, err := d.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{table: {Keys: keys}}})
				return err
			}()},
			{one + "Value at 'Limit' failed to satisfy constraint: Member must have value greater than or equal to 1", func() error {
				_, err := d.Query(ctx, &dynamodb.QueryInput{TableName: &table, Limit: aws.Int32(0), KeyConditionExpression: aws.String("p = :p"), ExpressionAttributeValues: av{":p": s("a")}})
				return err
			}()},
			{one + "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1", func() error {
				_, err := d.Scan(ctx, &dynamodb.ScanInput{TableName: &table, Limit: aws.Int32(0)})
				return err
			}()},
			{"2 validation errors detected: Value '" + strings.Repeat("x", 37) + "' at 'clientRequestToken' failed to satisfy constraint: Member must have length less than or equal to 36; Value 'BAD' at 'returnConsumedCapacity' failed to satisfy constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]", func() error {
				_, err := d.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{
					ClientRequestToken: aws.String(strings.Repeat("x", 37)), ReturnConsumedCapacity: "BAD",
					TransactItems: []types.TransactWriteItem{{Put: &types.Put{TableName: &table, Item: key}}},
				})
				return err
			}()},
		} {
			d.fails(row.err, validation, row.message)
		}
		for n, err := range map[int]error{
			25: write(slicesOf(26, item(key))...),
			100: func() error {
				_, err := d.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: slicesOf(101, types.TransactWriteItem{Put: &types.Put{TableName: &table, Item: key}})})
				return err
			}(),
		} {
			require.ErrorContains(t, err, fmt.Sprint("Member must have length less than or equal to ", n))
			require.NotContains(t, err.Error(), "{pk=", "no item is shown")
		}
		require.Nil(t, d.get(table, key), "nothing of all that was written")
	})
}

func slicesOf[T any](n int, v T) []T {
	list := make([]T, n)
	for i := range list {
		list[i] = v
	}
	return list
}

// What refuses a transaction as such, and what is a reason to cancel it.
func testFaultsOfKeysInTransactions(t *testing.T, each runner) {
	const mismatch = "The provided key element does not match the schema"
	each(t, func(t *testing.T, d *door) {
		table := d.indexed()
		update := func(v types.AttributeValue) types.TransactWriteItem {
			return types.TransactWriteItem{Update: &types.Update{
				TableName: &table, Key: av{"p": s("a"), "s": s("1")}, UpdateExpression: aws.String("SET g = :v"), ExpressionAttributeValues: av{":v": v},
			}}
		}
		put := func(it av) types.TransactWriteItem {
			return types.TransactWriteItem{Put: &types.Put{TableName: &table, Item: it}}
		}
		for _, row := range []struct {
			reason, message string // one of the two
			write           types.TransactWriteItem
		}{
			{paramsBad + "Type mismatch for key p expected: S actual: N", "", put(av{"p": n("5"), "s": s("1")})},
			{paramsBad + "Type mismatch for Index Key g Expected: S Actual: L IndexName: keys", "", put(av{"p": s("a"), "s": s("1"), "g": l()})},
			{paramsBad + "Type mismatch for Index Key g Expected: S Actual: N IndexName: keys", "", update(n("5"))},
			{mismatch, "", types.TransactWriteItem{Delete: &types.Delete{TableName: &table, Key: av{"p": n("5"), "s": s("1")}}}},
			{"", "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: p", put(av{"p": s(""), "s": s("1")})},
			{"", "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: p", types.TransactWriteItem{Delete: &types.Delete{TableName: &table, Key: av{"p": s(""), "s": s("1")}}}},
			{"", "One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: keys, IndexKey: g", put(av{"p": s("a"), "s": s("1"), "g": s("")})},
			{"", "One or more parameter values are not valid. The update expression attempted to update a secondary index key to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty string value.", update(s(""))},
		} {
			_, err := d.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{row.write}})
			if d.local { // Local refuses them all, with no reasons
				require.Error(t, err)
				continue
			}
			if row.message != "" {
				d.fails(err, validation, row.message)
				continue
			}
			var canceled *types.TransactionCanceledException
			require.ErrorAs(t, err, &canceled)
			require.Equal(t, "ValidationError", *canceled.CancellationReasons[0].Code)
			require.Equal(t, row.reason, *canceled.CancellationReasons[0].Message)
		}
	})
}

// 31 lists or maps around a scalar are the most; an update may not build more.
func testNesting(t *testing.T, each runner) {
	const message = "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
	nested := func(depth int) types.AttributeValue {
		v := s("leaf")
		for range depth {
			v = m(av{"n": v})
		}
		return v
	}
	each(t, func(t *testing.T, d *door) {
		table, key := d.table("p:S"), av{"p": s("a")}
		d.put(table, av{"p": s("a"), "x": nested(31)})
		_, err := d.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: av{"p": s("a"), "x": nested(32)}})
		d.fails(err, validation, message)
		_, err = d.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: &table, Key: key, UpdateExpression: aws.String("SET y = list_append(:l, :l), x.n = :v"), ExpressionAttributeValues: av{":l": l(), ":v": nested(31)},
		})
		d.fails(err, validation, message)
	})
}
