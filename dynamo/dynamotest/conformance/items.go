package conformance

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

func testItemsComeBackAsTheyWere(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		for _, row := range []struct {
			keys string
			item av
		}{
			{"id:S", av{"id": s("a"), "empty": s(""), "b": bin("\x00\xff"), "nob": bin(""), "yes": boolean(true), "no": boolean(false), "nil": null()}},
			{"id:N", av{"id": n("-1.5"), "l": l(s("x"), &types.AttributeValueMemberL{Value: []types.AttributeValue{}}, m(av{})), "m": m(av{"deep": m(av{"er": l(n("1"))})})}},
			{"id:B", av{"id": bin("\xfe\x00"), "ss": ss("a", "b"), "ns": ns("1", "2.5"), "bs": &types.AttributeValueMemberBS{Value: [][]byte{{1}, {2}}}}},
			{"id:S so:N", av{"id": s("a"), "so": n("9.99E+20"), "text": s("é😀\n\"\\\u2028<&>")}},
			{"id:S so:B", av{"id": s("a"), "so": bin("\x00")}},
		} {
			table := d.table(row.keys)
			d.put(table, row.item)
			key := av{}
			for name := range strings.FieldsSeq(row.keys) {
				name, _, _ = strings.Cut(name, ":")
				key[name] = row.item[name]
			}
			if so, ok := row.item["so"].(*types.AttributeValueMemberN); ok {
				so.Value = "999000000000000000000"
			}
			require.Equal(t, row.item, d.get(table, key))

			out, err := d.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &table, Key: key, ReturnValues: types.ReturnValueAllOld})
			require.NoError(t, err)
			require.Equal(t, row.item, out.Attributes)
			require.Nil(t, d.get(table, key))
		}
	})
}

// Sets come back in an order of their own, however they were written: bytewise, and
// numbers by value.
func testSetsAreInOrder(t *testing.T, each runner) {
	bs := func(members ...string) types.AttributeValue {
		v := &types.AttributeValueMemberBS{}
		for _, m := range members {
			v.Value = append(v.Value, []byte(m))
		}
		return v
	}
	each(t, func(t *testing.T, d *door) {
		if d.local {
			t.Skip("DynamoDB Local has another order")
		}
		table, key := d.table("id:S"), av{"id": s("a")}
		d.put(table, av{"id": s("a"), "ss": ss("b", "a", "é", "", "Z"), "ns": ns("10", "9", "-1", "1.5"), "m": m(av{"bs": bs("\xff", "\x01", "\x00\x01")})})
		_, err := d.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: &table, Key: key, UpdateExpression: aws.String("ADD ns :n DELETE ss :s"), ExpressionAttributeValues: av{":n": ns("2", "-2"), ":s": ss("a")},
		})
		require.NoError(t, err)
		require.Equal(t, av{
			"id": s("a"), "ss": ss("", "Z", "b", "é"), "ns": ns("-2", "-1", "1.5", "2", "9", "10"), "m": m(av{"bs": bs("\x00\x01", "\x01", "\xff")}),
		}, d.get(table, key))
	})
}

func testNumbersAreCanonical(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		table := d.table("id:S")
		for in, want := range map[string]string{
			"00042": "42", "1.0": "1", "-0": "0", "1E3": "1000", "+5": "5", ".5": "0.5", "5.": "5", "0.10": "0.1", "1e-3": "0.001",
			"1E100": "1" + strings.Repeat("0", 100), "-1e-130": "-0." + strings.Repeat("0", 129) + "1",
			"99999999999999999999999999999999999999": "99999999999999999999999999999999999999",
			"0e999":                                  "0",
		} {
			d.put(table, av{"id": s("x"), "n": n(in)})
			require.Equal(t, av{"id": s("x"), "n": n(want)}, d.get(table, av{"id": s("x")}), in)
		}
		for in, message := range map[string]string{
			"":        "The parameter cannot be converted to a numeric value",
			"abc":     "The parameter cannot be converted to a numeric value: abc",
			" 1":      "The parameter cannot be converted to a numeric value:  1",
			"1e":      "The parameter cannot be converted to a numeric value: 1e",
			"1e126":   "Number overflow. Attempting to store a number with magnitude larger than supported range",
			"1E-131":  "Number underflow. Attempting to store a number with magnitude smaller than supported range",
			"1e99999": "Number overflow. Attempting to store a number with magnitude larger than supported range",
			"123456789012345678901234567890123456789": "Attempting to store more than 38 significant digits in a Number",
		} {
			_, err := d.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: av{"id": s("x"), "n": n(in)}})
			d.fails(err, validation, message)
		}
	})
}

func testInvalidItemsAndKeys(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		one, two, missing := d.table("id:S"), d.table("id:S so:N"), "nothing-here"
		for _, row := range []struct {
			name, table string
			item        av
			message     string
		}{
			{"no key", one, av{"x": s("1")}, "One or more parameter values were invalid: Missing the key id in the item"},
			{"key of another type", one, av{"id": n("1")}, "One or more parameter values were invalid: Type mismatch for key id expected: S actual: N"},
			{"no sort key", two, av{"id": s("1")}, "One or more parameter values were invalid: Missing the key so in the item"},
			{"empty key", one, av{"id": s("")}, "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: id"},
			{"long key", one, av{"id": s(strings.Repeat("k", 2049))}, "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes"},
			{"empty set", one, av{"id": s("1"), "x": ss()}, "One or more parameter values were invalid: An string set  may not be empty"},
			{"twice in a set", one, av{"id": s("1"), "x": ss("a", "a")}, "One or more parameter values were invalid: Input collection [a, a] contains duplicates."},
			{"equal numbers in a set", one, av{"id": s("1"), "x": ns("1", "1.0")}, "Input collection contains duplicates"},
			{"false NULL", one, av{"id": s("1"), "x": &types.AttributeValueMemberNULL{}}, "One or more parameter values were invalid: Null attribute value types must have the value of true"},
			{"too large", one, av{"id": s("1"), "x": s(strings.Repeat("x", 400<<10-3))}, "Item size has exceeded the maximum allowed size"},
		} {
			_, err := d.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &row.table, Item: row.item})
			t.Log(row.name)
			d.fails(err, validation, row.message)
		}
		d.put(one, av{"id": s("1"), "x": s(strings.Repeat("x", 400<<10-4))}) // 400 KB with names

		for _, key := range []av{{"id": n("1")}, {"x": s("1")}, {"id": s("1"), "x": s("1")}, {}} {
			_, err := d.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &one, Key: key})
			d.fails(err, validation, "The provided key element does not match the schema")
		}
		_, err := d.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &missing, Key: av{"id": s("1")}})
		d.fails(err, "ResourceNotFoundException", "Requested resource not found")
		var notFound *types.ResourceNotFoundException
		require.ErrorAs(t, err, &notFound)
	})
}

func testPutReturnsOldAndConsumed(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		table := d.table("id:S")
		in := &dynamodb.PutItemInput{
			TableName: &table, Item: av{"id": s("1"), "v": n("1")},
			ReturnValues: types.ReturnValueAllOld, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
		}
		out, err := d.PutItem(t.Context(), in)
		require.NoError(t, err)
		require.Nil(t, out.Attributes)
		require.Equal(t, 1.0, *out.ConsumedCapacity.CapacityUnits)
		require.Equal(t, table, *out.ConsumedCapacity.TableName)
		in.Item = av{"id": s("1"), "v": s(strings.Repeat("x", 2000))}
		out, err = d.PutItem(t.Context(), in)
		require.NoError(t, err)
		require.Equal(t, av{"id": s("1"), "v": n("1")}, out.Attributes)
		require.Equal(t, 2.0, *out.ConsumedCapacity.CapacityUnits)

		in.ReturnValues = types.ReturnValueAllNew
		_, err = d.PutItem(t.Context(), in)
		d.fails(err, validation, "ReturnValues can only be ALL_OLD or NONE")
	})
}

func testConditionFailureReturnsTheItem(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		table := d.table("id:S")
		d.put(table, av{"id": s("1"), "v": n("1")})
		in := &dynamodb.PutItemInput{
			TableName: &table, Item: av{"id": s("1")}, ConditionExpression: aws.String("attribute_not_exists(id)"),
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		}
		_, err := d.PutItem(t.Context(), in)
		d.fails(err, "ConditionalCheckFailedException", "The conditional request failed")
		var failed *types.ConditionalCheckFailedException
		require.ErrorAs(t, err, &failed)
		require.Equal(t, av{"id": s("1"), "v": n("1")}, failed.Item)
		require.Equal(t, av{"id": s("1"), "v": n("1")}, d.get(table, av{"id": s("1")}))

		in.ReturnValuesOnConditionCheckFailure = ""
		_, err = d.PutItem(t.Context(), in)
		require.ErrorAs(t, err, &failed)
		require.Nil(t, failed.Item)
	})
}

func testProjection(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		table := d.table("id:S")
		d.put(table, av{"id": s("1"), "n": n("5"), "l": l(n("0"), m(av{"a": s("x"), "b": s("y")}), n("2")), "m": m(av{"x": s("1"), "y": s("2")})})
		for expression, want := range map[string]av{
			"n":               {"n": n("5")},
			"id, l[2], l[0]":  {"id": s("1"), "l": l(n("0"), n("2"))},
			"m.y":             {"m": m(av{"y": s("2")})},
			"l[1].b, #m.x":    {"l": l(m(av{"b": s("y")})), "m": m(av{"x": s("1")})},
			"l[9], m.z, nope": {},
		} {
			in := &dynamodb.GetItemInput{TableName: &table, Key: av{"id": s("1")}, ProjectionExpression: &expression}
			if strings.Contains(expression, "#m") {
				in.ExpressionAttributeNames = map[string]string{"#m": "m"}
			}
			out, err := d.GetItem(t.Context(), in)
			require.NoError(t, err)
			require.Equal(t, want, out.Item, expression)
		}
	})
}
