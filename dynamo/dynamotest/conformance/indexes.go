package conformance

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

// schemaOf is a key in the suite's short form: "id" or "id so".
func schemaOf(keys string) (schema []types.KeySchemaElement) {
	role := types.KeyTypeHash
	for attr := range strings.FieldsSeq(keys) {
		schema = append(schema, types.KeySchemaElement{AttributeName: &attr, KeyType: role})
		role = types.KeyTypeRange
	}
	return schema
}

// projectionOf is a projection: "ALL", "KEYS_ONLY", or else the attributes to include.
func projectionOf(projection string) *types.Projection {
	if projection == "ALL" || projection == "KEYS_ONLY" {
		return &types.Projection{ProjectionType: types.ProjectionType(projection)}
	}
	return &types.Projection{ProjectionType: types.ProjectionTypeInclude, NonKeyAttributes: strings.Fields(projection)}
}

func global(name, keys, projection string) types.GlobalSecondaryIndex {
	return types.GlobalSecondaryIndex{IndexName: &name, KeySchema: schemaOf(keys), Projection: projectionOf(projection)}
}

func local(name, keys, projection string) types.LocalSecondaryIndex {
	return types.LocalSecondaryIndex{IndexName: &name, KeySchema: schemaOf(keys), Projection: projectionOf(projection)}
}

func definitionsOf(attrs string) (list []types.AttributeDefinition) {
	for attr := range strings.FieldsSeq(attrs) {
		name, kind, _ := strings.Cut(attr, ":")
		list = append(list, types.AttributeDefinition{AttributeName: &name, AttributeType: types.ScalarAttributeType(kind)})
	}
	return list
}

// indexed creates the table that most tests of indexes use: keys p and s, and
// indexes of every kind of key and projection over g (a string), n (a number)
// and b (binary).
func (d *door) indexed() string {
	d.t.Helper()
	return d.create(&dynamodb.CreateTableInput{
		AttributeDefinitions: definitionsOf("p:S s:S g:S n:N b:B"), KeySchema: schemaOf("p s"),
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{
			global("keys", "g n", "KEYS_ONLY"), global("some", "g", "x y"), global("all", "b n", "ALL"), global("swap", "s p", "ALL"),
		},
		LocalSecondaryIndexes: []types.LocalSecondaryIndex{local("near", "p n", "KEYS_ONLY"), local("nearb", "p b", "ALL")},
	})
}

func (d *door) create(in *dynamodb.CreateTableInput) string {
	d.t.Helper()
	in.TableName, in.BillingMode = aws.String(tableName()), types.BillingModePayPerRequest
	_, err := d.CreateTable(d.t.Context(), in)
	require.NoError(d.t, err)
	d.drop(*in.TableName)
	require.NoError(d.t, dynamodb.NewTableExistsWaiter(d).Wait(d.t.Context(), &dynamodb.DescribeTableInput{TableName: in.TableName}, 5*time.Minute))
	return *in.TableName
}

// rows shows what a query of an index answers, by the table's keys.
func rows(items []map[string]types.AttributeValue) (keys []string) {
	for _, it := range items {
		keys = append(keys, text(it["p"])+text(it["s"]))
	}
	return keys
}

func testIndexesProjectAndAreSparse(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		table := d.indexed()
		whole := av{"p": s("a"), "s": s("1"), "g": s("G"), "n": n("5"), "b": bin("B"), "x": s("X"), "y": s("Y"), "z": s("Z")}
		d.put(table, whole)
		d.put(table, av{"p": s("a"), "s": s("2"), "g": s("G"), "z": s("Z")})
		d.put(table, av{"p": s("a"), "s": s("3"), "n": n("-1"), "b": bin("A")})
		d.put(table, av{"p": s("a"), "s": s("4")})
		for _, row := range []struct {
			index, condition string
			values           av
			want             []av
		}{
			{"keys", "g = :v", av{":v": s("G")}, []av{{"p": s("a"), "s": s("1"), "g": s("G"), "n": n("5")}}},
			{"some", "g = :v", av{":v": s("G")}, []av{
				{"p": s("a"), "s": s("1"), "g": s("G"), "x": s("X"), "y": s("Y")}, {"p": s("a"), "s": s("2"), "g": s("G")},
			}},
			{"all", "b = :v", av{":v": bin("B")}, []av{whole}},
			{"all", "b = :v AND n < :n", av{":v": bin("B"), ":n": n("5")}, []av{}},
			{"all", "b = :v AND n <= :n", av{":v": bin("B"), ":n": n("5")}, []av{whole}},
			{"swap", "s = :v", av{":v": s("4")}, []av{{"p": s("a"), "s": s("4")}}},
			{"near", "p = :v", av{":v": s("a")}, []av{{"p": s("a"), "s": s("3"), "n": n("-1")}, {"p": s("a"), "s": s("1"), "n": n("5")}}},
			{"near", "p = :v AND n > :n", av{":v": s("a"), ":n": n("-1")}, []av{{"p": s("a"), "s": s("1"), "n": n("5")}}},
			{"nearb", "p = :v AND begins_with(b, :b)", av{":v": s("a"), ":b": bin("B")}, []av{whole}},
		} {
			out, err := d.Query(t.Context(), &dynamodb.QueryInput{
				TableName: &table, IndexName: &row.index, KeyConditionExpression: &row.condition, ExpressionAttributeValues: row.values,
			})
			require.NoError(t, err, row.index)
			got := convert(out.Items)
			if row.index == "some" { // equal index keys have an order of their own
				slices.SortFunc(got, func(a, b av) int { return strings.Compare(text(a["s"]), text(b["s"])) })
			}
			require.Equal(t, row.want, got, row.condition)
		}
		for index, want := range map[string]int{"keys": 1, "some": 2, "all": 2, "swap": 4, "near": 2, "nearb": 2} {
			out, err := d.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table, IndexName: &index})
			require.NoError(t, err)
			require.EqualValues(t, want, out.Count, index)
		}
	})
}

func convert(items []map[string]types.AttributeValue) []av {
	out := make([]av, len(items))
	copy(out, items)
	return out
}

// A local index completes its rows from the table when more is asked for, and
// that is charged; a global one refuses.
func testReadsBeyondTheProjection(t *testing.T, each runner) {
	const invalid = "One or more parameter values were invalid: "
	each(t, func(t *testing.T, d *door) {
		table := d.indexed()
		it := av{"p": s("a"), "s": s("1"), "g": s("G"), "n": n("5"), "x": s("X"), "z": s("Z")}
		d.put(table, it)
		query := func(index, key string, change func(*dynamodb.QueryInput)) (*dynamodb.QueryOutput, error) {
			in := &dynamodb.QueryInput{
				TableName: &table, IndexName: &index, KeyConditionExpression: aws.String(key + " = :v"),
				ExpressionAttributeValues: av{":v": it[key]}, ReturnConsumedCapacity: types.ReturnConsumedCapacityIndexes,
			}
			change(in)
			return d.Query(t.Context(), in)
		}
		out, err := query("near", "p", func(in *dynamodb.QueryInput) { in.Select = types.SelectAllAttributes })
		require.NoError(t, err)
		require.Equal(t, []av{it}, convert(out.Items))
		require.Equal(t, &types.ConsumedCapacity{
			TableName: &table, CapacityUnits: aws.Float64(1), Table: &types.Capacity{CapacityUnits: aws.Float64(0.5)},
			LocalSecondaryIndexes: map[string]types.Capacity{"near": {CapacityUnits: aws.Float64(0.5)}},
		}, out.ConsumedCapacity)
		out, err = query("near", "p", func(in *dynamodb.QueryInput) { in.ProjectionExpression = aws.String("x, n") })
		require.NoError(t, err)
		require.Equal(t, []av{{"x": s("X"), "n": n("5")}}, convert(out.Items))
		out, err = query("keys", "g", func(*dynamodb.QueryInput) {})
		require.NoError(t, err)
		require.Equal(t, &types.ConsumedCapacity{
			TableName: &table, CapacityUnits: aws.Float64(0.5), Table: &types.Capacity{CapacityUnits: aws.Float64(0)},
			GlobalSecondaryIndexes: map[string]types.Capacity{"keys": {CapacityUnits: aws.Float64(0.5)}},
		}, out.ConsumedCapacity)

		for _, row := range []struct {
			index, key string
			change     func(*dynamodb.QueryInput)
			message    string
		}{
			{"keys", "g", func(in *dynamodb.QueryInput) { in.Select = types.SelectAllAttributes }, invalid + "Select type ALL_ATTRIBUTES is not supported for global secondary index keys because its projection type is not ALL"},
			{"some", "g", func(in *dynamodb.QueryInput) { in.ProjectionExpression = aws.String("z, x, w.v") }, invalid + "Global secondary index some does not project [w, z]"},
			{"some", "g", func(in *dynamodb.QueryInput) { in.FilterExpression = aws.String("attribute_exists(z)") }, invalid + "Secondary index some does not project one or more filter attributes: [z]"},
			{"near", "p", func(in *dynamodb.QueryInput) { in.FilterExpression = aws.String("attribute_exists(z)") }, invalid + "Secondary index near does not project one or more filter attributes: [z]"},
			{"keys", "g", func(in *dynamodb.QueryInput) { in.ConsistentRead = aws.Bool(true) }, "Consistent reads are not supported on global secondary indexes"},
			{"keys", "g", func(in *dynamodb.QueryInput) { in.FilterExpression = aws.String("attribute_exists(n)") }, "Filter Expression can only contain non-primary key attributes: Primary key attribute: n"},
			{"nope", "g", func(*dynamodb.QueryInput) {}, "The table does not have the specified index: nope"},
			{"near", "s", func(*dynamodb.QueryInput) {}, "Query condition missed key schema element: p"},
			{"some", "g", func(in *dynamodb.QueryInput) {
				in.KeyConditionExpression, in.ExpressionAttributeValues[":n"] = aws.String("g = :v AND n = :n"), n("1")
			}, "Query key condition not supported"},
		} {
			_, err := query(row.index, row.key, row.change)
			d.fails(err, validation, row.message)
		}
	})
}

func testIndexKeysOfItems(t *testing.T, each runner) {
	const invalid, empty = "One or more parameter values were invalid: ", "One or more parameter values are not valid. "
	each(t, func(t *testing.T, d *door) {
		table := d.indexed()
		key := av{"p": s("a"), "s": s("1")}
		d.put(table, key)
		for _, row := range []struct {
			attr           string
			v              types.AttributeValue
			put, update    string
			afterCondition bool
		}{
			{attr: "g", v: n("1"), put: invalid + "Type mismatch for Index Key g Expected: S Actual: N IndexName: keys"},
			{attr: "n", v: l(s("x")), put: invalid + "Type mismatch for Index Key n Expected: N Actual: L IndexName: all"},
			{attr: "g", v: null(), put: invalid + "Type mismatch for Index Key g Expected: S Actual: NULL IndexName: keys"},
			{
				attr: "g", v: s(""),
				put:    empty + "A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: keys, IndexKey: g",
				update: empty + "The update expression attempted to update a secondary index key to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty string value.",
			},
			{
				attr: "b", v: bin(""),
				put:    empty + "A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty binary value. IndexName: all, IndexKey: b",
				update: empty + "The update expression attempted to update a secondary index key to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty binary value.",
			},
		} {
			item := maps.Clone(key)
			item[row.attr] = row.v
			_, err := d.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item})
			d.fails(err, validation, row.put)
			_, err = d.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{
				table: {{PutRequest: &types.PutRequest{Item: item}}},
			}})
			d.fails(err, validation, row.put)
			if row.update == "" {
				row.update = row.put
			}
			_, err = d.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
				TableName: &table, Key: key, UpdateExpression: aws.String("SET " + row.attr + " = :v"), ExpressionAttributeValues: av{":v": row.v},
			})
			d.fails(err, validation, row.update)
			require.Equal(t, key, d.get(table, key))
		}
	})
}

// What an ExclusiveStartKey of an index must be.
func testStartKeysOfIndexes(t *testing.T, each runner) {
	const invalid, mismatch = "The provided starting key is invalid", "The provided key element does not match the schema"
	each(t, func(t *testing.T, d *door) {
		table := d.indexed()
		for _, row := range []struct {
			key     av
			message string
		}{
			{av{"p": s("a"), "s": s("1"), "g": s("G"), "n": n("1")}, ""},
			{av{"p": s("a")}, invalid},
			{av{"p": s("a"), "s": s("1"), "g": s("G"), "z": n("1")}, invalid},
			{av{"p": s("a"), "z": s("1"), "g": s("G"), "n": n("1")}, invalid + ": " + mismatch},
			{av{"p": s("a"), "s": s("1"), "g": s("G"), "n": s("1")}, mismatch},
			{av{"p": n("1"), "s": s("1"), "g": s("G"), "n": n("1")}, invalid + ": " + mismatch},
			{av{"p": s("a"), "s": s("1"), "g": s("G"), "n": n("1"), "z": n("1")}, invalid},
		} {
			_, err := d.Query(t.Context(), &dynamodb.QueryInput{
				TableName: &table, IndexName: aws.String("keys"), ExclusiveStartKey: row.key,
				KeyConditionExpression: aws.String("g = :v"), ExpressionAttributeValues: av{":v": s("G")},
			})
			_, scanErr := d.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table, IndexName: aws.String("keys"), ExclusiveStartKey: row.key})
			if row.message == "" {
				require.NoError(t, err)
				require.NoError(t, scanErr)
				continue
			}
			d.fails(err, validation, row.message)
			d.fails(scanErr, validation, row.message)
		}
		_, err := d.Query(t.Context(), &dynamodb.QueryInput{
			TableName: &table, IndexName: aws.String("keys"), ExclusiveStartKey: av{"p": s("a"), "s": s("1"), "g": s("H"), "n": n("1")},
			KeyConditionExpression: aws.String("g = :v"), ExpressionAttributeValues: av{":v": s("G")},
		})
		d.fails(err, validation, "The provided starting key is outside query boundaries based on provided conditions")
	})
}

// Many items have the same index key; pages of every size give each once, in
// both directions, and in segments.
func testPagesOverEqualIndexKeys(t *testing.T, each runner) {
	const ofEach = 12
	each(t, func(t *testing.T, d *door) {
		table := d.indexed()
		var items []av
		for i := range ofEach * 3 {
			items = append(items, av{"p": s(fmt.Sprint("p", i)), "s": s("s"), "g": s("G"), "n": n(fmt.Sprint(i % 3)), "b": bin("\x00\xff")})
		}
		d.fill(table, items)
		for _, index := range []struct{ name, key string }{{"keys", "g"}, {"some", "g"}, {"all", "b"}} {
			for _, limit := range []int32{1, 5, ofEach * 3} {
				var forward []string
				for _, ahead := range []bool{true, false} {
					var seen []string
					p := dynamodb.NewQueryPaginator(d, &dynamodb.QueryInput{
						TableName: &table, IndexName: &index.name, ScanIndexForward: &ahead, Limit: &limit,
						KeyConditionExpression: aws.String(index.key + " = :v"), ExpressionAttributeValues: av{":v": items[0][index.key]},
					})
					for p.HasMorePages() {
						out, err := p.NextPage(t.Context())
						require.NoError(t, err)
						seen = append(seen, rows(out.Items)...)
					}
					require.Len(t, seen, len(items))
					if ahead {
						forward = seen
						continue
					}
					slices.Reverse(seen)
					if index.name != "some" || !d.local { // without a sort key, Local answers one order for both directions
						require.Equal(t, forward, seen)
					}
				}
				require.Len(t, slices.Compact(slices.Sorted(slices.Values(forward))), len(items))
			}
			for _, segments := range []int32{1, 4} {
				var seen []string
				for segment := range segments {
					p := dynamodb.NewScanPaginator(d, &dynamodb.ScanInput{
						TableName: &table, IndexName: &index.name, Segment: &segment, TotalSegments: &segments, Limit: aws.Int32(7),
					})
					for p.HasMorePages() {
						out, err := p.NextPage(t.Context())
						require.NoError(t, err)
						seen = append(seen, rows(out.Items)...)
					}
				}
				require.Len(t, slices.Compact(slices.Sorted(slices.Values(seen))), len(items))
			}
		}
	})
}

// What writes cost the indexes: nothing where the projected part stays as it
// is, and two writes where the index key changes.
func testCapacityOfIndexWrites(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		table := d.create(&dynamodb.CreateTableInput{
			AttributeDefinitions: definitionsOf("p:S s:S g:S n:N"), KeySchema: schemaOf("p s"),
			GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{global("glo", "g", "x")},
			LocalSecondaryIndexes:  []types.LocalSecondaryIndex{local("loc", "p n", "ALL")},
		})
		key, item := av{"p": s("a"), "s": s("1")}, av{"p": s("a"), "s": s("1"), "g": s("G"), "n": n("1"), "x": s("X"), "z": s("Z")}
		check := func(c *types.ConsumedCapacity, own, glo, loc float64) {
			t.Helper()
			require.Equal(t, own+glo+loc, *c.CapacityUnits)
			require.Equal(t, own, *c.Table.CapacityUnits)
			for units, of := range map[*float64]map[string]types.Capacity{&glo: c.GlobalSecondaryIndexes, &loc: c.LocalSecondaryIndexes} {
				if *units == 0 {
					require.Empty(t, of)
					continue
				}
				for _, share := range of {
					require.Equal(t, *units, *share.CapacityUnits)
				}
			}
		}
		put := func(item av) *types.ConsumedCapacity {
			out, err := d.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item, ReturnConsumedCapacity: types.ReturnConsumedCapacityIndexes})
			require.NoError(t, err)
			return out.ConsumedCapacity
		}
		check(put(key), 1, 0, 0)
		check(put(item), 1, 1, 1)
		check(put(item), 1, 0, 0)
		for _, row := range []struct {
			update   string
			glo, loc float64
		}{{"SET z = :v", 0, 1}, {"SET x = :v", 1, 1}, {"SET g = :v", 2, 1}, {"REMOVE g", 1, 1}, {"REMOVE n", 0, 1}, {"REMOVE z", 0, 0}} {
			out, err := d.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
				TableName: &table, Key: key, UpdateExpression: &row.update, ExpressionAttributeValues: used(av{":v": s("new")}, row.update),
				ReturnConsumedCapacity: types.ReturnConsumedCapacityIndexes,
			})
			require.NoError(t, err)
			t.Log(row.update)
			check(out.ConsumedCapacity, 1, row.glo, row.loc)
		}
		put(item)
		out, err := d.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &table, Key: key, ReturnConsumedCapacity: types.ReturnConsumedCapacityIndexes})
		require.NoError(t, err)
		check(out.ConsumedCapacity, 1, 1, 1)
		many, err := d.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{
			TransactItems:          []types.TransactWriteItem{{Put: &types.Put{TableName: &table, Item: item}}},
			ReturnConsumedCapacity: types.ReturnConsumedCapacityIndexes,
		})
		require.NoError(t, err)
		check(&many.ConsumedCapacity[0], 2, 2, 2)
	})
}

func testItemCollectionMetrics(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		if d.local {
			t.Skip("DynamoDB Local has no item collection metrics")
		}
		table, plain := d.indexed(), d.table("p:S s:S")
		want := types.ItemCollectionMetrics{ItemCollectionKey: av{"p": s("a")}, SizeEstimateRangeGB: []float64{0, 1}}
		key, size := av{"p": s("a"), "s": s("1")}, types.ReturnItemCollectionMetricsSize
		put, err := d.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: key, ReturnItemCollectionMetrics: size})
		require.NoError(t, err)
		require.Equal(t, &want, put.ItemCollectionMetrics)
		update, err := d.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: &table, Key: key, ReturnItemCollectionMetrics: size})
		require.NoError(t, err)
		require.Equal(t, &want, update.ItemCollectionMetrics)
		gone, err := d.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &table, Key: key, ReturnItemCollectionMetrics: size})
		require.NoError(t, err)
		require.Equal(t, &want, gone.ItemCollectionMetrics)
		batch, err := d.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{
			RequestItems: map[string][]types.WriteRequest{
				table: {{PutRequest: &types.PutRequest{Item: key}}, {PutRequest: &types.PutRequest{Item: av{"p": s("a"), "s": s("2")}}}},
				plain: {{PutRequest: &types.PutRequest{Item: key}}},
			},
			ReturnItemCollectionMetrics: size,
		})
		require.NoError(t, err)
		require.Equal(t, map[string][]types.ItemCollectionMetrics{table: {want}}, batch.ItemCollectionMetrics)
		all, err := d.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{
			TransactItems:               []types.TransactWriteItem{{Delete: &types.Delete{TableName: &table, Key: key}}},
			ReturnItemCollectionMetrics: size,
		})
		require.NoError(t, err)
		require.Equal(t, batch.ItemCollectionMetrics, all.ItemCollectionMetrics)
		none, err := d.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &plain, Item: key, ReturnItemCollectionMetrics: size})
		require.NoError(t, err)
		require.Nil(t, none.ItemCollectionMetrics)
	})
}
