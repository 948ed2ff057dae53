package conformance

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

func condition(op string, values ...types.AttributeValue) types.Condition {
	return types.Condition{ComparisonOperator: types.ComparisonOperator(op), AttributeValueList: values}
}

// Every operator on an attribute of every kind, and on one that is not there.
func testLegacyFilters(t *testing.T, each runner) {
	item := av{
		"p": s("a"), "s": s("1"), "n": n("5"), "t": s("hello"), "b": bin("\x00\x01\x02"), "ss": ss("a", "b"), "ns": ns("1", "2"),
		"l": l(s("x"), n("1")), "m": m(av{"k": s("v")}), "z": null(), "f": boolean(true), "a.b": s("dot"),
	}
	each(t, func(t *testing.T, d *door) {
		table := d.table("p:S s:S")
		d.put(table, item)
		for _, row := range []struct {
			attr, op string
			values   []types.AttributeValue
			want     bool
		}{
			{"n", "EQ", []types.AttributeValue{n("5.0")}, true},
			{"n", "EQ", []types.AttributeValue{s("5")}, false},
			{"ss", "EQ", []types.AttributeValue{ss("b", "a")}, true},
			{"m", "EQ", []types.AttributeValue{m(av{"k": s("v")})}, true},
			{"f", "EQ", []types.AttributeValue{boolean(true)}, true},
			{"z", "EQ", []types.AttributeValue{null()}, true},
			{"a.b", "EQ", []types.AttributeValue{s("dot")}, true},
			{"p", "EQ", []types.AttributeValue{s("a")}, true},
			{"none", "EQ", []types.AttributeValue{s("a")}, false},
			{"n", "NE", []types.AttributeValue{n("5")}, false},
			{"n", "NE", []types.AttributeValue{s("5")}, true},
			{"none", "NE", []types.AttributeValue{s("a")}, true},
			{"n", "LT", []types.AttributeValue{n("10")}, true},
			{"n", "LE", []types.AttributeValue{n("4")}, false},
			{"n", "GT", []types.AttributeValue{n("5")}, false},
			{"n", "GE", []types.AttributeValue{n("5")}, true},
			{"n", "LT", []types.AttributeValue{s("9")}, false},
			{"n", "BETWEEN", []types.AttributeValue{n("5"), n("10")}, true},
			{"n", "BETWEEN", []types.AttributeValue{n("6"), n("10")}, false},
			{"n", "IN", []types.AttributeValue{n("4"), n("5")}, true},
			{"t", "IN", []types.AttributeValue{s("x")}, false},
			{"none", "NULL", nil, true},
			{"z", "NULL", nil, false},
			{"z", "NOT_NULL", nil, true},
			{"none", "NOT_NULL", nil, false},
			{"t", "CONTAINS", []types.AttributeValue{s("ell")}, true},
			{"b", "CONTAINS", []types.AttributeValue{bin("\x01")}, true},
			{"ss", "CONTAINS", []types.AttributeValue{s("a")}, true},
			{"ns", "CONTAINS", []types.AttributeValue{n("1.0")}, true},
			{"l", "CONTAINS", []types.AttributeValue{n("1")}, true},
			{"n", "CONTAINS", []types.AttributeValue{n("5")}, false},
			{"t", "NOT_CONTAINS", []types.AttributeValue{s("ell")}, false},
			{"t", "NOT_CONTAINS", []types.AttributeValue{s("x")}, true},
			{"none", "NOT_CONTAINS", []types.AttributeValue{s("x")}, false},
			{"t", "BEGINS_WITH", []types.AttributeValue{s("he")}, true},
			{"n", "BEGINS_WITH", []types.AttributeValue{s("5")}, false},
		} {
			want := int32(0)
			if row.want {
				want = 1
			}
			scan, err := d.Scan(t.Context(), &dynamodb.ScanInput{
				TableName: &table, ScanFilter: map[string]types.Condition{row.attr: condition(row.op, row.values...)},
			})
			require.NoError(t, err)
			require.Equal(t, want, scan.Count, "%s %s", row.attr, row.op)
			_, err = d.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item, Expected: map[string]types.ExpectedAttributeValue{
				row.attr: {ComparisonOperator: types.ComparisonOperator(row.op), AttributeValueList: row.values},
			}})
			require.Equal(t, !row.want, conditionFailed(err), "%s %s: %v", row.attr, row.op, err)
			if row.attr == "p" {
				continue
			}
			query, err := d.Query(t.Context(), &dynamodb.QueryInput{
				TableName: &table, KeyConditions: map[string]types.Condition{"p": condition("EQ", s("a"))},
				QueryFilter: map[string]types.Condition{row.attr: condition(row.op, row.values...)},
			})
			require.NoError(t, err)
			require.Equal(t, want, query.Count, "%s %s", row.attr, row.op)
		}
	})
}

// ConditionalOperator joins conditions, and is refused where there is nothing to join.
func testConditionalOperator(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		table := d.table("p:S")
		item := av{"p": s("a"), "x": s("1"), "y": s("2")}
		d.put(table, item)
		expect := func(operator types.ConditionalOperator, pairs ...string) error {
			expected := map[string]types.ExpectedAttributeValue{}
			for i := 0; i < len(pairs); i += 2 {
				expected[pairs[i]] = types.ExpectedAttributeValue{Value: s(pairs[i+1])}
			}
			_, err := d.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &table, Key: av{"p": s("a")}, Expected: expected, ConditionalOperator: operator})
			if err == nil {
				d.put(table, item)
			}
			return err
		}
		require.NoError(t, expect("AND", "x", "1", "y", "2"))
		require.NoError(t, expect("OR", "x", "?", "y", "2"))
		require.NoError(t, expect("", "x", "1", "y", "2"))
		require.True(t, conditionFailed(expect("AND", "x", "?", "y", "2")))
		require.True(t, conditionFailed(expect("", "x", "?", "y", "2")))
		require.True(t, conditionFailed(expect("OR", "x", "?", "y", "?")))
		d.fails(expect("OR", "x", "1"), validation, "ConditionalOperator can only be used when Filter or Expected has two or more elements")
		d.fails(expect("OR"), validation, "ConditionalOperator cannot be used without Filter or Expected")
		if !d.local { // Local does not look at it before it looks for conditions
			d.fails(expect("XOR"), validation, "1 validation error detected: Value 'XOR' at 'conditionalOperator' failed to satisfy constraint: Member must satisfy enum value set: [OR, AND]")
		}
	})
}

func testInvalidLegacyConditions(t *testing.T, each runner) {
	const numbers = paramsBad + "Invalid number of argument(s) for the "
	each(t, func(t *testing.T, d *door) {
		table := d.table("p:S s:S")
		scan := func(c types.Condition) error {
			_, err := d.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table, ScanFilter: map[string]types.Condition{"x": c}})
			return err
		}
		for _, row := range []struct {
			message string
			c       types.Condition
		}{
			{numbers + "EQ ComparisonOperator", condition("EQ")},
			{numbers + "EQ ComparisonOperator", condition("EQ", s("a"), s("b"))},
			{numbers + "NULL ComparisonOperator", condition("NULL", s("a"))},
			{numbers + "BETWEEN ComparisonOperator", condition("BETWEEN", s("a"))},
			{numbers + "IN ComparisonOperator", condition("IN")},
			{paramsBad + "ComparisonOperator LT is not valid for SS AttributeValue type", condition("LT", ss("a"))},
			{paramsBad + "ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type", condition("BEGINS_WITH", n("1"))},
			{paramsBad + "ComparisonOperator CONTAINS is not valid for L AttributeValue type", condition("CONTAINS", l())},
			{paramsBad + "ComparisonOperator IN is not valid for BOOL AttributeValue type", condition("IN", boolean(true))},
			{paramsBad + "AttributeValues inside AttributeValueList must be of same type", condition("IN", s("a"), n("1"))},
			{"The BETWEEN condition was provided a range where the lower bound is greater than the upper bound", condition("BETWEEN", n("10"), n("9"))},
			{"The parameter cannot be converted to a numeric value: x", condition("EQ", n("x"))},
		} {
			d.fails(scan(row.c), validation, row.message)
		}
		expect := func(e types.ExpectedAttributeValue) error {
			_, err := d.PutItem(t.Context(), &dynamodb.PutItemInput{
				TableName: &table, Item: av{"p": s("a"), "s": s("b")}, Expected: map[string]types.ExpectedAttributeValue{"x": e},
			})
			return err
		}
		for message, e := range map[string]types.ExpectedAttributeValue{
			"Value must be provided when Exists is null":                           {},
			"Value must be provided when Exists is true":                           {Exists: aws.Bool(true)},
			"Value cannot be used when Exists is false":                            {Exists: aws.Bool(false), Value: s("a")},
			"Exists and ComparisonOperator cannot be used together":                {Exists: aws.Bool(true), ComparisonOperator: "EQ", Value: s("a")},
			"AttributeValueList can only be used with a ComparisonOperator":        {AttributeValueList: []types.AttributeValue{s("a")}},
			"Value and AttributeValueList cannot be used together":                 {Value: s("a"), AttributeValueList: []types.AttributeValue{s("a")}},
			"Value or AttributeValueList must be used with ComparisonOperator: EQ": {ComparisonOperator: "EQ"},
			"Value or AttributeValueList must be used with ComparisonOperator: IN": {ComparisonOperator: "IN"},
		} {
			d.fails(expect(e), validation, paramsBad+message+" for Attribute: x")
		}
	})
}

func testLegacyKeyConditions(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		table := d.table("p:S s:S")
		for _, so := range strings.Fields("alpha beta delta epsilon gamma") {
			d.put(table, av{"p": s("a"), "s": s(so), "n": n("1")})
		}
		query := func(conditions map[string]types.Condition, change func(*dynamodb.QueryInput)) ([]string, error) {
			in := &dynamodb.QueryInput{TableName: &table, KeyConditions: conditions}
			if change != nil {
				change(in)
			}
			out, err := d.Query(t.Context(), in)
			if err != nil {
				return nil, err
			}
			var sorts []string
			for _, it := range out.Items {
				sorts = append(sorts, text(it["s"]))
			}
			return sorts, nil
		}
		p := condition("EQ", s("a"))
		for _, row := range []struct {
			c    types.Condition
			want string
		}{
			{condition("EQ", s("beta")), "beta"}, {condition("BEGINS_WITH", s("al")), "alpha"}, {condition("BETWEEN", s("beta"), s("epsilon")), "beta delta epsilon"},
			{condition("GT", s("delta")), "epsilon gamma"}, {condition("GE", s("delta")), "delta epsilon gamma"}, {condition("LT", s("beta")), "alpha"}, {condition("LE", s("beta")), "alpha beta"},
		} {
			got, err := query(map[string]types.Condition{"p": p, "s": row.c}, nil)
			require.NoError(t, err)
			require.Equal(t, strings.Fields(row.want), got)
		}
		got, err := query(map[string]types.Condition{"p": p}, func(in *dynamodb.QueryInput) { // with expressions for the rest
			in.FilterExpression, in.ExpressionAttributeValues, in.ScanIndexForward = aws.String("n = :n"), av{":n": n("1")}, aws.Bool(false)
		})
		require.NoError(t, err)
		require.Equal(t, strings.Fields("gamma epsilon delta beta alpha"), got)

		const both = "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: "
		for _, row := range []struct {
			message    string
			conditions map[string]types.Condition
			change     func(*dynamodb.QueryInput)
		}{
			{"Conditions can be of length 1 or 2 only", map[string]types.Condition{"p": p, "s": p, "x": p}, nil},
			{"Query condition missed key schema element: p", map[string]types.Condition{"s": p}, nil},
			{"Query condition missed key schema element: s", map[string]types.Condition{"p": p, "x": p}, nil},
			{"Query key condition not supported", map[string]types.Condition{"p": condition("LT", s("a"))}, nil},
			{"Attempted conditional constraint is not an indexable operation", map[string]types.Condition{"p": p, "s": condition("CONTAINS", s("a"))}, nil},
			{paramsBad + "Condition parameter type does not match schema type", map[string]types.Condition{"p": condition("EQ", n("1"))}, nil},
			{"QueryFilter can only contain non-primary key attributes: Primary key attribute: s", map[string]types.Condition{"p": p}, func(in *dynamodb.QueryInput) {
				in.QueryFilter = map[string]types.Condition{"s": p}
			}},
			{both + "{KeyConditions} Expression parameters: {KeyConditionExpression}", map[string]types.Condition{"p": p}, func(in *dynamodb.QueryInput) {
				in.KeyConditionExpression, in.ExpressionAttributeValues = aws.String("p = :p"), av{":p": s("a")}
			}},
			{both + "{QueryFilter} Expression parameters: {ProjectionExpression}", map[string]types.Condition{"p": p}, func(in *dynamodb.QueryInput) {
				in.QueryFilter, in.ProjectionExpression = map[string]types.Condition{"x": p}, aws.String("s")
			}},
		} {
			_, err := query(row.conditions, row.change)
			d.fails(err, validation, row.message)
		}
	})
}

func testAttributeUpdates(t *testing.T, each runner) {
	put := func(v types.AttributeValue) types.AttributeValueUpdate { return types.AttributeValueUpdate{Value: v} }
	act := func(action string, v types.AttributeValue) types.AttributeValueUpdate {
		return types.AttributeValueUpdate{Action: types.AttributeAction(action), Value: v}
	}
	each(t, func(t *testing.T, d *door) {
		table, key := d.table("p:S"), av{"p": s("a")}
		d.put(table, av{"p": s("a"), "n": n("5"), "t": s("x"), "ss": ss("a", "b"), "gone": s("x"), "l": l(s("x"))})
		update := func(updates map[string]types.AttributeValueUpdate) error {
			_, err := d.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: &table, Key: key, AttributeUpdates: updates})
			return err
		}
		all := map[string]types.AttributeValueUpdate{
			"t": put(s("y")), "new": act("PUT", s("z")), "n": act("ADD", n("1.5")), "count": act("ADD", n("1")), "ss": act("DELETE", ss("b", "q")),
			"gone": act("DELETE", nil), "none": act("DELETE", nil), "l": act("ADD", l(s("y"))), "made": act("ADD", ns("1")), "a.b": put(s("dot")),
		}
		if d.local { // Local loses some of several updates, and those without an action
			for name, one := range all {
				if one.Action == "" {
					one.Action = types.AttributeActionPut
				}
				require.NoError(t, update(map[string]types.AttributeValueUpdate{name: one}))
			}
		} else {
			require.NoError(t, update(all))
		}
		require.Equal(t, av{
			"p": s("a"), "n": n("6.5"), "t": s("y"), "ss": ss("a"), "l": l(s("x"), s("y")), "new": s("z"), "count": n("1"), "made": ns("1"), "a.b": s("dot"),
		}, d.get(table, key))
		for _, row := range []struct {
			message string
			updates map[string]types.AttributeValueUpdate
		}{
			{paramsBad + "Only DELETE action is allowed when no attribute value is specified", map[string]types.AttributeValueUpdate{"x": act("PUT", nil)}},
			{paramsBad + "ADD action is not supported for the type S", map[string]types.AttributeValueUpdate{"x": act("ADD", s("a"))}},
			{paramsBad + "DELETE action with value is not supported for the type N", map[string]types.AttributeValueUpdate{"x": act("DELETE", n("1"))}},
			{"Type mismatch for attribute to update", map[string]types.AttributeValueUpdate{"t": act("ADD", n("1"))}},
			{"Type mismatch for attribute to update", map[string]types.AttributeValueUpdate{"ss": act("DELETE", ns("1"))}},
			{paramsBad + "Cannot update attribute p. This attribute is part of the key", map[string]types.AttributeValueUpdate{"p": put(s("b"))}},
		} {
			d.fails(update(row.updates), validation, row.message)
		}
		key = av{"p": s("new")}
		require.NoError(t, update(map[string]types.AttributeValueUpdate{"x": act("DELETE", nil)}))
		require.Equal(t, key, d.get(table, key))
		_, err := d.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: &table, Key: key, AttributeUpdates: map[string]types.AttributeValueUpdate{"x": put(s("a"))}, UpdateExpression: aws.String("REMOVE x"),
		})
		d.fails(err, validation, "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {AttributeUpdates} Expression parameters: {UpdateExpression}")
	})
}

func testAttributesToGet(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		table, key := d.table("p:S"), av{"p": s("a")}
		d.put(table, av{"p": s("a"), "x": s("1"), "m": m(av{"k": s("v")})})
		get := func(names ...string) (av, error) {
			out, err := d.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, Key: key, AttributesToGet: names})
			if err != nil {
				return nil, err
			}
			return out.Item, nil
		}
		got, err := get("x", "m", "none")
		require.NoError(t, err)
		require.Equal(t, av{"x": s("1"), "m": m(av{"k": s("v")})}, got)
		got, err = get("m.k")
		require.NoError(t, err)
		require.Equal(t, av{}, got)
		_, err = get("x", "x")
		d.fails(err, validation, paramsBad+"Duplicate value in attribute name: x")
		batch, err := d.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
			table: {Keys: []map[string]types.AttributeValue{key}, AttributesToGet: []string{"x"}},
		}})
		require.NoError(t, err)
		require.Equal(t, []av{{"x": s("1")}}, convert(batch.Responses[table]))
		scan, err := d.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table, AttributesToGet: []string{"x"}})
		require.NoError(t, err)
		require.Equal(t, []av{{"x": s("1")}}, convert(scan.Items))
		_, err = d.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table, AttributesToGet: []string{"x"}, Select: types.SelectCount})
		d.fails(err, validation, "Cannot specify the AttributesToGet when choosing to get only the Count")
		_, err = d.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, Key: key, AttributesToGet: []string{"x"}, ProjectionExpression: aws.String("x")})
		d.fails(err, validation, "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {AttributesToGet} Expression parameters: {ProjectionExpression}")
	})
}
