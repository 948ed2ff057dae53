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

// Indexes of one update all refer to the list as it was, at every depth.
func testUpdatesInsideLists(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		table, key := d.table("id:S"), av{"id": s("1")}
		for _, row := range []struct {
			update     string
			list, want types.AttributeValue
		}{
			{"REMOVE l[0], l[1].x[0]", l(n("0"), m(av{"x": l(n("2"), n("3"))})), l(m(av{"x": l(n("3"))}))},
			{"REMOVE l[0], l[1][0]", l(l(n("1")), l(n("2"), n("3"))), l(l(n("3")))},
			{"REMOVE l[1][0], l[0]", l(l(n("1")), l(n("2"), n("3"))), l(l(n("3")))},
			{"REMOVE l[0], l[2][0]", l(n("0"), n("9"), l(n("2"), n("3")), n("4")), l(n("9"), l(n("3")), n("4"))},
			{"REMOVE l[2], l[1][1], l[0], l[3].x[0], l[3].y", l(n("0"), l(n("1"), n("2")), n("3"), m(av{"x": l(n("4"), n("5")), "y": n("6")})), l(l(n("1")), m(av{"x": l(n("5"))}))},
			{"DELETE l[0] :a REMOVE l[1][0] SET l[9] = :b, l[5] = :a", l(ss("a"), l(n("1"), n("2"))), l(l(n("2")), ss("a"), ss("b"))},
			{"SET l[1][7] = :a REMOVE l[1][0], l[0]", l(n("0"), l(n("1"), n("2"))), l(l(n("2"), ss("a")))},
			{"ADD l[1][0] :b REMOVE l[0]", l(n("0"), l(ss("a"))), l(l(ss("a", "b")))},
		} {
			d.put(table, av{"id": s("1"), "l": row.list})
			_, err := d.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
				TableName: &table, Key: key, UpdateExpression: &row.update,
				ExpressionAttributeValues: used(av{":a": ss("a"), ":b": ss("b")}, row.update),
			})
			require.NoError(t, err, row.update)
			require.Equal(t, av{"id": s("1"), "l": row.want}, d.get(table, key), row.update)
		}
	})
}

// A path must not lead into a key attribute, in whatever expression it stands.
func testKeysAreScalars(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		table := d.table("id:S so:S")
		key, value := av{"id": s("a"), "so": s("b")}, av{":v": s("a")}
		nested, keyed := aws.String("attribute_exists(x) AND (NOT size(id.x) = :v)"), aws.String("id = :v")
		exists, projected := aws.String("attribute_exists(id[0])"), aws.String("x, id.y")
		const message = "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: "
		ctx := t.Context()
		for name, call := range map[string]func() error{
			"put": func() error {
				_, err := d.PutItem(ctx, &dynamodb.PutItemInput{TableName: &table, Item: key, ConditionExpression: nested, ExpressionAttributeValues: value})
				return err
			},
			"delete": func() error {
				_, err := d.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &table, Key: key, ConditionExpression: exists})
				return err
			},
			"update if": func() error {
				_, err := d.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &table, Key: key, UpdateExpression: aws.String("SET id = :v"), ConditionExpression: nested, ExpressionAttributeValues: value})
				return err
			},
			"update from": func() error {
				_, err := d.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &table, Key: key, UpdateExpression: aws.String("SET x = if_not_exists(id.x, :v)"), ExpressionAttributeValues: value})
				return err
			},
			"get": func() error {
				_, err := d.GetItem(ctx, &dynamodb.GetItemInput{TableName: &table, Key: av{"id": n("1")}, ProjectionExpression: projected})
				return err
			},
			"scan": func() error {
				_, err := d.Scan(ctx, &dynamodb.ScanInput{TableName: &table, FilterExpression: exists})
				return err
			},
			"scan for": func() error {
				_, err := d.Scan(ctx, &dynamodb.ScanInput{TableName: &table, ProjectionExpression: projected})
				return err
			},
			"query": func() error {
				_, err := d.Query(ctx, &dynamodb.QueryInput{TableName: &table, KeyConditionExpression: keyed, FilterExpression: exists, ExpressionAttributeValues: value})
				return err
			},
			"query for": func() error {
				_, err := d.Query(ctx, &dynamodb.QueryInput{TableName: &table, KeyConditionExpression: keyed, ProjectionExpression: projected, ExpressionAttributeValues: value})
				return err
			},
			"batch": func() error {
				_, err := d.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{table: {Keys: []map[string]types.AttributeValue{key}, ProjectionExpression: projected}}})
				return err
			},
			"transaction of reads": func() error {
				_, err := d.TransactGetItems(ctx, &dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{{Get: &types.Get{TableName: &table, Key: key, ProjectionExpression: projected}}}})
				return err
			},
			"transaction": func() error {
				_, err := d.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
					{Put: &types.Put{TableName: &table, Item: av{"id": s("z"), "so": s("z")}}},
					{Delete: &types.Delete{TableName: &table, Key: key, ConditionExpression: exists}},
				}})
				return err
			},
		} {
			t.Log(name)
			(&door{Client: d.Client, t: t}).fails(call(), validation, message+"id") // to the letter on DynamoDB Local too
		}
		_, err := d.GetItem(ctx, &dynamodb.GetItemInput{TableName: &table, Key: key, ProjectionExpression: aws.String("so[1]")})
		d.fails(err, validation, message+"so")
		require.Nil(t, d.get(table, key))

		table = d.indexed()
		for _, update := range []string{"SET g.x = s", "REMOVE g[0]", "SET x = g.x"} {
			_, err := d.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &table, Key: av{"p": s("a"), "s": s("1")}, UpdateExpression: &update})
			(&door{Client: d.Client, t: t}).fails(err, validation, strings.Replace(message, "Key: ", "IndexKey: g", 1))
		}
	})
}

// Sort keys of a key condition obey the rules of stored ones.
func testSortKeyValuesOfQueries(t *testing.T, each runner) {
	const empty = "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: so"
	const long = "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes"
	values := av{":p": s("a"), ":empty": s(""), ":k": s("k"), ":long": s(strings.Repeat("k", 1025)), ":most": s(strings.Repeat("k", 1024))}
	each(t, func(t *testing.T, d *door) {
		table := d.table("id:S so:S")
		for condition, message := range map[string]string{
			"so = :empty": empty, "so > :empty": empty, "begins_with(so, :empty)": empty, "so BETWEEN :empty AND :k": empty,
			"so = :long": long, "so < :long": long, "begins_with(so, :long)": long, "so BETWEEN :k AND :long": long,
			"so <= :most": "",
		} {
			condition = "id = :p AND " + condition
			_, err := d.Query(t.Context(), &dynamodb.QueryInput{TableName: &table, KeyConditionExpression: &condition, ExpressionAttributeValues: used(values, condition)})
			t.Log(condition)
			if message == "" {
				require.NoError(t, err)
				continue
			}
			(&door{Client: d.Client, t: t}).fails(err, validation, message)
		}
	})
}

func testTransactGetStopsAt4MB(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		table := d.table("id:S")
		var gets []types.TransactGetItem
		for i := range 11 {
			key := av{"id": s(fmt.Sprint(i))}
			d.put(table, av{"id": key["id"], "x": s(strings.Repeat("x", 390<<10))})
			gets = append(gets, types.TransactGetItem{Get: &types.Get{TableName: &table, Key: key}})
		}
		_, err := d.TransactGetItems(t.Context(), &dynamodb.TransactGetItemsInput{TransactItems: gets[:10]})
		require.NoError(t, err)
		_, err = d.TransactGetItems(t.Context(), &dynamodb.TransactGetItemsInput{TransactItems: gets})
		d.fails(err, validation, "Payload in response is too large.")
	})
}

// Where an update goes through a list, the answer holds the whole list: after
// the update an index of the expression may mean another element.
func testUpdatedListsComeWhole(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		table := d.table("id:S")
		for mode, want := range map[types.ReturnValue]av{
			types.ReturnValueUpdatedOld: {"l": l(s("a"), s("b"), s("c"))},
			types.ReturnValueUpdatedNew: {"l": l(s("new"), s("c"))},
		} {
			d.put(table, av{"id": s("1"), "x": s("y"), "l": l(s("a"), s("b"), s("c"))})
			out, err := d.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
				TableName: &table, Key: av{"id": s("1")}, ReturnValues: mode,
				UpdateExpression: aws.String("SET l[1] = :v REMOVE l[0]"), ExpressionAttributeValues: av{":v": s("new")},
			})
			require.NoError(t, err)
			require.Equal(t, want, out.Attributes, mode)
		}
	})
}

// A token protects its own request only, however alike another looks when printed.
func testTokensTellRequestsApart(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		table := d.table("id:S")
		token := table // no other run of the suite has used it
		write := func(item av) error {
			_, err := d.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{
				ClientRequestToken: &token, TransactItems: []types.TransactWriteItem{{Put: &types.Put{TableName: &table, Item: item}}},
			})
			return err
		}
		require.NoError(t, write(av{"id": s("1"), "a": s("x"), "b": s("y")}))
		require.NoError(t, write(av{"b": s("y"), "a": s("x"), "id": s("1")}))
		for _, other := range []av{
			{"id": s("1"), `a:S "x" false [] map[] b`: s("y")},
			{"id": s("1"), "a": s("x"), "b": bin("y")},
			{"id": s("1"), "a": s("x"), "b": l(s("y"))},
		} {
			var mismatch *types.IdempotentParameterMismatchException
			require.ErrorAs(t, write(other), &mismatch)
		}
		require.Equal(t, av{"id": s("1"), "a": s("x"), "b": s("y")}, d.get(table, av{"id": s("1")}))
	})
}

// Bytes that are no UTF-8 and nil elements do not get past the SDK's encoder.
// The methods of a DB, which have no encoder, do as it does.
func testTextIsUTF8(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		table := d.table("id:S")
		d.put(table, av{"id": s("1\xff"), "a\xfe\xff": s("\xff\xfe!"), "m": m(av{"\xc3": ss("é", "\xff")}), "l": l(s("x"), nil)})
		_, err := d.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: &table, Key: av{"id": s("1\xff")}, UpdateExpression: aws.String("SET #n = :v"),
			ExpressionAttributeNames: map[string]string{"#n": "n\xff"}, ExpressionAttributeValues: av{":v": s("\xff")},
		})
		require.NoError(t, err)
		require.Equal(t, av{
			"id": s("1\ufffd"), "a\ufffd\ufffd": s("\ufffd\ufffd!"), "m": m(av{"\ufffd": ss("é", "\ufffd")}), "l": l(s("x")), "n\ufffd": s("\ufffd"),
		}, d.get(table, av{"id": s("1\ufffd")}))

		if d.local { // which fails with an internal error
			return
		}
		for message, v := range map[string]types.AttributeValue{
			"One or more parameter values were invalid: Binary sets may not contain null values":    &types.AttributeValueMemberBS{Value: [][]byte{{1}, nil}},
			"Supplied AttributeValue is empty, must contain exactly one of the supported datatypes": &types.AttributeValueMemberB{},
		} {
			_, err = d.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: av{"id": s("1"), "x": v}})
			d.fails(err, validation, message)
		}
	})
}

func testAttributeNamesHaveALength(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		table, key := d.table("id:S"), av{"id": s("1")}
		const empty = "Empty attribute name"
		for name, row := range map[string]struct {
			item    av
			message string
		}{
			"empty":           {av{"id": s("1"), "": s("x")}, empty},
			"empty in a map":  {av{"id": s("1"), "m": m(av{"": s("x")})}, empty},
			"empty in a list": {av{"id": s("1"), "l": l(m(av{"": s("x")}))}, empty},
			"long":            {av{"id": s("1"), strings.Repeat("n", 65536): s("x")}, "Attribute name is too large, must be less than 65536 bytes"},
			"long in a map":   {av{"id": s("1"), "m": m(av{strings.Repeat("n", 65536): s("x")})}, "Attribute name is too large, must be less than 65536 bytes"},
		} {
			if d.local && row.message != empty { // DynamoDB Local's JSON parser fails on names over 50,000 characters
				continue
			}
			t.Log(name)
			_, err := d.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: row.item})
			d.fails(err, validation, row.message)
			_, err = d.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{table: {{PutRequest: &types.PutRequest{Item: row.item}}}}})
			d.fails(err, validation, row.message)
			_, err = d.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
				TableName: &table, Key: key, UpdateExpression: aws.String("SET x = :v"), ExpressionAttributeValues: av{":v": m(row.item)},
			})
			d.fails(err, validation, "ExpressionAttributeValues contains invalid value: "+row.message+" for key :v")
		}
		_, err := d.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, Key: av{"": s("1")}})
		d.fails(err, validation, empty)
		_, err = d.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: &table, Key: key, UpdateExpression: aws.String("REMOVE #n"), ExpressionAttributeNames: map[string]string{"#n": strings.Repeat("n", 65536)},
		})
		d.fails(err, validation, "ExpressionAttributeNames contains invalid value: Attribute name is too large, must be less than 65536 bytes for key #n")
		require.Nil(t, d.get(table, key))
	})
}

func testTableNamesOfBatches(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		for _, name := range []string{"", "a", "ab;c", strings.Repeat("n", 256)} {
			message := "1 validation error detected: Value '" + name + "' at 'requestItems' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 255, Member must have length greater than or equal to 3, Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+]"
			key := av{"id": s("1")}
			_, err := d.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{name: {Keys: []map[string]types.AttributeValue{key}}}})
			d.fails(err, validation, message)
			_, err = d.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{name: {{PutRequest: &types.PutRequest{Item: key}}}}})
			d.fails(err, validation, message)
		}
	})
}
