package conformance

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

// fill writes items in batches of 25.
func (d *door) fill(table string, items []av) {
	d.t.Helper()
	for chunk := range slices.Chunk(items, 25) {
		requests := make([]types.WriteRequest, len(chunk))
		for i, it := range chunk {
			requests[i].PutRequest = &types.PutRequest{Item: it}
		}
		out, err := d.BatchWriteItem(d.t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{table: requests}})
		require.NoError(d.t, err)
		require.Empty(d.t, out.UnprocessedItems)
	}
}

func text(v types.AttributeValue) string {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return v.Value
	}
	return ""
}

// 5,000 items of about 1 KB come over several pages of 1 MB, each exactly once,
// whether in one scan, in segments or partition by partition.
func testEveryItemOnceOverPages(t *testing.T, each runner) {
	const rows, partitions = 5000, 2
	each(t, func(t *testing.T, d *door) {
		table := d.table("id:S so:N")
		items := make([]av, rows)
		for i := range items {
			items[i] = av{"id": s(fmt.Sprint("p", i%partitions)), "so": n(fmt.Sprint(i - rows/2)), "data": s(strings.Repeat("x", 1000))}
		}
		d.fill(table, items)

		for _, segments := range []int32{1, 7} {
			seen, pages := map[string]int{}, 0
			for segment := range segments {
				p := dynamodb.NewScanPaginator(d, &dynamodb.ScanInput{TableName: &table, Segment: &segment, TotalSegments: &segments})
				for p.HasMorePages() {
					out, err := p.NextPage(t.Context())
					require.NoError(t, err)
					require.Equal(t, len(out.Items), int(out.Count))
					pages++
					for _, it := range out.Items {
						seen[text(it["so"])]++
					}
				}
			}
			require.Len(t, seen, rows)
			require.Equal(t, rows, sumOf(seen))
			require.Greater(t, pages, 4)
		}
		for _, forward := range []bool{true, false} {
			var order []string
			p := dynamodb.NewQueryPaginator(d, &dynamodb.QueryInput{
				TableName: &table, KeyConditionExpression: aws.String("id = :p"), ScanIndexForward: &forward,
				ExpressionAttributeValues: av{":p": s("p1")},
			})
			pages := 0
			for p.HasMorePages() {
				out, err := p.NextPage(t.Context())
				require.NoError(t, err)
				pages++
				for _, it := range out.Items {
					order = append(order, text(it["so"]))
				}
			}
			require.Equal(t, 3, pages)
			if !forward {
				slices.Reverse(order)
			}
			require.Len(t, order, rows/partitions)
			for i, so := range order {
				require.Equal(t, fmt.Sprint(1+i*partitions-rows/2), so)
			}
		}
	})
}

func sumOf(m map[string]int) (total int) {
	for v := range maps.Values(m) {
		total += v
	}
	return total
}

// A page ends with the item that reaches 1 MB: the key's two bytes of name, its
// values and the other attribute count.
func testPageEndsAtOneMegabyte(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		table := d.table("id:S so:S")
		const itemSize = 1 << 18 // four make 1 MB exactly
		var items []av
		for i := range 6 {
			items = append(items, av{"id": s("p"), "so": s(fmt.Sprint(i)), "d": s(strings.Repeat("x", itemSize-2-1-2-1-1))})
		}
		for _, it := range items {
			d.put(table, it)
		}
		out, err := d.Query(t.Context(), &dynamodb.QueryInput{
			TableName: &table, KeyConditionExpression: aws.String("id = :p"), ExpressionAttributeValues: av{":p": s("p")},
		})
		require.NoError(t, err)
		require.Equal(t, int32(4), out.Count)
		require.Equal(t, av{"id": s("p"), "so": s("3")}, out.LastEvaluatedKey)
	})
}

func testLimitFilterAndCount(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		table := d.table("id:S so:N")
		for i := range 6 {
			d.put(table, av{"id": s("p"), "so": n(fmt.Sprint(i)), "odd": boolean(i%2 == 1)})
		}
		query := func(change func(*dynamodb.QueryInput)) *dynamodb.QueryOutput {
			in := &dynamodb.QueryInput{TableName: &table, KeyConditionExpression: aws.String("id = :p"), ExpressionAttributeValues: av{":p": s("p")}}
			change(in)
			out, err := d.Query(t.Context(), in)
			require.NoError(t, err)
			return out
		}
		key := func(so string) av { return av{"id": s("p"), "so": n(so)} }

		out := query(func(in *dynamodb.QueryInput) { in.Limit = aws.Int32(6) }) // exactly the limit: a key, then an empty page
		require.Equal(t, key("5"), out.LastEvaluatedKey)
		out = query(func(in *dynamodb.QueryInput) { in.ExclusiveStartKey = out.LastEvaluatedKey })
		require.Empty(t, out.Items)
		require.Nil(t, out.LastEvaluatedKey)
		out = query(func(in *dynamodb.QueryInput) { in.Limit = aws.Int32(7) })
		require.Nil(t, out.LastEvaluatedKey)

		odd := func(in *dynamodb.QueryInput) { // the filter comes after the limit
			in.Limit, in.FilterExpression = aws.Int32(1), aws.String("odd = :yes")
			in.ExpressionAttributeValues[":yes"] = boolean(true)
		}
		out = query(odd)
		require.Equal(t, []int32{0, 1}, []int32{out.Count, out.ScannedCount})
		require.Equal(t, key("0"), out.LastEvaluatedKey)

		out = query(func(in *dynamodb.QueryInput) { in.Select = types.SelectCount })
		require.Equal(t, []int32{6, 6}, []int32{out.Count, out.ScannedCount})
		require.Nil(t, out.Items)

		out = query(func(in *dynamodb.QueryInput) { in.Limit, in.ScanIndexForward = aws.Int32(2), aws.Bool(false) })
		require.Equal(t, []string{"5", "4"}, []string{text(out.Items[0]["so"]), text(out.Items[1]["so"])})
		require.Equal(t, key("4"), out.LastEvaluatedKey)

		out = query(func(in *dynamodb.QueryInput) {
			in.ProjectionExpression, in.Limit = aws.String("odd"), aws.Int32(1)
		})
		require.Equal(t, []av{{"odd": boolean(false)}}, out.Items)
		require.Equal(t, key("0"), out.LastEvaluatedKey)

		scanned, err := d.Scan(t.Context(), &dynamodb.ScanInput{
			TableName: &table, Limit: aws.Int32(4), FilterExpression: aws.String("odd = :yes"), ExpressionAttributeValues: av{":yes": boolean(true)},
			ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal, ConsistentRead: aws.Bool(true),
		})
		require.NoError(t, err)
		require.Equal(t, []int32{2, 4}, []int32{scanned.Count, scanned.ScannedCount})
		require.Equal(t, key("3"), scanned.LastEvaluatedKey)
		require.Equal(t, 1.0, *scanned.ConsumedCapacity.CapacityUnits)
	})
}

func testKeyConditions(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		numbers, texts := d.table("id:S so:N"), d.table("id:S so:S")
		for _, so := range []string{"-10", "-2", "-0.5", "0", "0.001", "1", "9", "10", "1e20", "-1e20"} {
			d.put(numbers, av{"id": s("p"), "so": n(so)})
			d.put(numbers, av{"id": s("other"), "so": n(so)})
		}
		for _, so := range []string{"a", "ab", "abc", "b", "B", "é", "ab\uffff"} {
			d.put(texts, av{"id": s("p"), "so": s(so)})
		}
		values := av{":p": s("p"), ":zero": n("0"), ":ten": n("10"), ":ab": s("ab"), ":b": s("b"), ":none": s("none")}
		for _, row := range []struct{ table, condition, want string }{
			{numbers, "id = :p", "-100000000000000000000 -10 -2 -0.5 0 0.001 1 9 10 100000000000000000000"},
			{numbers, "id = :p AND so > :zero", "0.001 1 9 10 100000000000000000000"},
			{numbers, "id = :p AND so >= :zero", "0 0.001 1 9 10 100000000000000000000"},
			{numbers, "id = :p AND so < :zero", "-100000000000000000000 -10 -2 -0.5"},
			{numbers, "so <= :zero and id = :p", "-100000000000000000000 -10 -2 -0.5 0"},
			{numbers, "id = :p AND so = :ten", "10"},
			{numbers, "(id = :p) AND (so BETWEEN :zero AND :ten)", "0 0.001 1 9 10"},
			{numbers, ":p = id AND :zero < so", "0.001 1 9 10 100000000000000000000"},
			{numbers, "id = :none", ""},
			{texts, "id = :p", "B a ab abc ab\uffff b é"},
			{texts, "id = :p AND begins_with(so, :ab)", "ab abc ab\uffff"},
			{texts, "id = :p AND so > :ab", "abc ab\uffff b é"},
			{texts, "id = :p AND so BETWEEN :ab AND :b", "ab abc ab\uffff b"},
		} {
			for _, forward := range []bool{true, false} {
				var got []string
				p := dynamodb.NewQueryPaginator(d, &dynamodb.QueryInput{
					TableName: &row.table, KeyConditionExpression: &row.condition, ScanIndexForward: &forward, Limit: aws.Int32(2),
					ExpressionAttributeValues: used(values, row.condition),
				})
				for p.HasMorePages() {
					out, err := p.NextPage(t.Context())
					require.NoError(t, err, row.condition)
					for _, it := range out.Items {
						got = append(got, text(it["so"]))
					}
				}
				if !forward {
					slices.Reverse(got)
				}
				require.Equal(t, row.want, strings.Join(got, " "), row.condition)
			}
		}
	})
}

// used is the placeholders that an expression mentions, nil for none.
func used(all av, expression string) av {
	words := strings.FieldsFunc(expression, func(r rune) bool { return strings.ContainsRune(" (),=<>", r) })
	some := maps.Clone(all)
	maps.DeleteFunc(some, func(name string, _ types.AttributeValue) bool { return !slices.Contains(words, name) })
	if len(some) == 0 {
		return nil
	}
	return some
}

func testFaultyQueries(t *testing.T, each runner) {
	values := av{":p": s("p"), ":n": n("2"), ":w": n("4"), ":s": s("x")}
	key := func(id, so types.AttributeValue) av { return av{"id": id, "so": so} }
	each(t, func(t *testing.T, d *door) {
		table := d.table("id:S so:N")
		for _, row := range []struct {
			condition, filter string
			start             av
			message           string
		}{
			{condition: "id > :p", message: "Query key condition not supported"},
			{condition: "so = :n", message: "Query condition missed key schema element: id"},
			{condition: "id = :p AND zz = :n", message: "Query condition missed key schema element: so"},
			{condition: "id = :n", message: "One or more parameter values were invalid: Condition parameter type does not match schema type"},
			{condition: "id = :p AND so = :s", message: "One or more parameter values were invalid: Condition parameter type does not match schema type"},
			{condition: "id = :p OR so = :n", message: "Invalid operator used in KeyConditionExpression: OR"},
			{condition: "NOT id = :p", message: "Invalid operator used in KeyConditionExpression: NOT"},
			{condition: "id IN (:p)", message: "Invalid operator used in KeyConditionExpression: IN"},
			{condition: "id = :p AND so <> :n", message: "Invalid operator used in KeyConditionExpression: <>"},
			{condition: "attribute_exists(id)", message: "Invalid operator used in KeyConditionExpression: attribute_exists"},
			{condition: "id = :p AND size(so) = :n", message: "KeyConditionExpressions cannot contain nested operations"},
			{condition: "id = :p AND so > :n AND so < :w", message: "KeyConditionExpressions must only contain one condition per key"},
			{condition: "id = :p AND so = :n AND zz = :w", message: "Conditions can be of length 1 or 2 only"},
			{condition: "id = so", message: "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition"},
			{condition: ":p = :s", message: "Invalid condition in KeyConditionExpression: No key attribute specified"},
			{condition: "id = :p AND :n BETWEEN so AND :w", message: "Invalid condition in KeyConditionExpression: BETWEEN operator must have the key attribute as its first operand"},
			{condition: "id =", message: `Invalid KeyConditionExpression: Syntax error; token: "<EOF>", near: "="`},
			{condition: "id = :p", filter: "so = :n", message: "Filter Expression can only contain non-primary key attributes: Primary key attribute: so"},
			{condition: "id = :p", filter: "size(id) = :n", message: "Filter Expression can only contain non-primary key attributes: Primary key attribute: id"},
			{condition: "id = :p", start: key(s("q"), n("1")), message: "The provided starting key is outside query boundaries based on provided conditions"},
			{condition: "id = :p AND so > :n", start: key(s("p"), n("1")), message: "The provided starting key does not match the range key predicate"},
			{condition: "id = :p", start: av{"id": s("p")}, message: "The provided starting key is invalid"},
			{condition: "id = :p", start: key(s("p"), s("1")), message: "The provided starting key is invalid: The provided key element does not match the schema"},
		} {
			in := &dynamodb.QueryInput{TableName: &table, KeyConditionExpression: &row.condition, ExclusiveStartKey: row.start}
			if row.filter != "" {
				in.FilterExpression = &row.filter
			}
			in.ExpressionAttributeValues = used(values, row.condition+" "+row.filter)
			_, err := d.Query(t.Context(), in)
			t.Log(row.condition, row.filter)
			d.fails(err, validation, row.message)
		}
	})
}

func testFaultyScans(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		table := d.table("id:S")
		for _, row := range []struct {
			in      dynamodb.ScanInput
			message string
		}{
			{dynamodb.ScanInput{Segment: aws.Int32(1)}, "The TotalSegments parameter is required but was not present in the request when Segment parameter is present"},
			{dynamodb.ScanInput{TotalSegments: aws.Int32(1)}, "The Segment parameter is required but was not present in the request when parameter TotalSegments is present"},
			{dynamodb.ScanInput{Segment: aws.Int32(2), TotalSegments: aws.Int32(2)}, "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 2 is not less than TotalSegments: 2"},
			{dynamodb.ScanInput{Limit: aws.Int32(0)}, "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1"},
			{dynamodb.ScanInput{IndexName: aws.String("unknown")}, "The table does not have the specified index: unknown"},
			{dynamodb.ScanInput{Select: types.SelectSpecificAttributes}, "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"},
			{dynamodb.ScanInput{Select: types.SelectAllAttributes, ProjectionExpression: aws.String("a")}, "Cannot specify the ProjectionExpression when choosing to get ALL_ATTRIBUTES"},
			{dynamodb.ScanInput{Select: types.SelectCount, ProjectionExpression: aws.String("a")}, "Cannot specify the ProjectionExpression when choosing to get only the Count"},
			{dynamodb.ScanInput{Select: types.SelectAllProjectedAttributes, ProjectionExpression: aws.String("a")}, "Cannot specify the ProjectionExpression when choosing to get ALL_PROJECTED_ATTRIBUTES"},
			{dynamodb.ScanInput{Select: types.SelectAllProjectedAttributes}, "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"},
			{dynamodb.ScanInput{ExclusiveStartKey: av{"id": n("1")}}, "The provided starting key is invalid: The provided key element does not match the schema"},
			{dynamodb.ScanInput{ExclusiveStartKey: av{"id": s("a"), "x": s("b")}}, "The provided starting key is invalid: The provided key element does not match the schema"},
		} {
			row.in.TableName = &table
			_, err := d.Scan(t.Context(), &row.in)
			t.Log(row.message)
			d.fails(err, validation, row.message)
		}
	})
}
