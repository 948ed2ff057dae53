package conformance

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

func testConditions(t *testing.T, each runner) {
	item := av{
		"id": s("1"), "n": n("5"), "s": s("hello"), "b": bin("\x01\x02"), "yes": boolean(true), "nil": null(),
		"ss": ss("a", "b"), "ns": ns("1", "2"), "l": l(n("1"), s("two"), m(av{"k": s("v")})), "m": m(av{"k": m(av{"d": n("7")})}),
	}
	values := av{
		":five": n("5.0"), ":six": n("6"), ":four": n("4"), ":he": s("he"), ":ll": s("ll"), ":hello": s("hello"), ":a": s("a"),
		":N": s("N"), ":S": s("S"), ":NULL": s("NULL"), ":M": s("M"), ":one": n("1"), ":two": n("2"), ":three": n("3"), ":B1": bin("\x01"),
		":ba": ss("b", "a"), ":map": m(av{"k": m(av{"d": n("7.0")})}), ":yes": boolean(true), ":seven": n("7"), ":v": s("v"),
	}
	each(t, func(t *testing.T, d *door) {
		table := d.table("id:S")
		d.put(table, item)
		for _, row := range []struct {
			condition string
			want      bool
		}{
			{"attribute_exists(n)", true}, {"attribute_exists(nope)", false}, {"attribute_exists(m.k.d)", true}, {"attribute_exists(l[2].k)", true}, {"attribute_exists(l[3])", false},
			{"attribute_not_exists(nope)", true}, {"attribute_not_exists(n)", false}, {"attribute_not_exists(n.x)", true},
			{"attribute_type(n, :N)", true}, {"attribute_type(s, :N)", false}, {"attribute_type(nil, :NULL)", true}, {"attribute_type(m, :M)", true}, {"attribute_type(nope, :S)", false},
			{"begins_with(s, :he)", true}, {"begins_with(s, :ll)", false}, {"begins_with(b, :B1)", true}, {"begins_with(n, :he)", false},
			{"contains(s, :ll)", true}, {"contains(ss, :a)", true}, {"contains(ss, :he)", false}, {"contains(ns, :two)", true}, {"contains(l, :one)", true}, {"contains(b, :B1)", true}, {"contains(s, :one)", false}, {"contains(n, :five)", false},
			{"size(s) = :five", true}, {"size(ss) = :two", true}, {"size(l) = :three", true}, {"size(b) = :two", true}, {"size(m) = :one", true}, {"size(nope) = :one", false}, {"size(n) <> :one", true},
			{"n = :five", true}, {"n <> :five", false}, {"n < :six", true}, {"n <= :five", true}, {"n > :four", true}, {"n >= :six", false}, {"n = :hello", false}, {"n <> :hello", true}, {"s > :he", true}, {"n < :he", false},
			{"nope = :five", false}, {"nope <> :five", true}, {"nope < :five", false}, {"NOT nope = :five", true}, {"nope <> nowhere", true},
			{"ss = :ba", true}, {"m = :map", true}, {"yes = :yes", true}, {"l[1] = :five", false}, {"m.k.d = :seven", true}, {"l[2].k = :v", true},
			{"n BETWEEN :four AND :six", true}, {"n between :six and :six", false}, {"s BETWEEN :he AND :hello", true}, {"n BETWEEN :he AND :hello", false},
			{"n IN (:four, :five)", true}, {"n IN (:four, :six)", false}, {"s IN (:five, :hello)", true}, {"n IN (nope, :five)", true},
			{"n = :five AND s = :hello", true}, {"n = :six OR s = :hello", true}, {"n = :six OR s = :he AND n = :five", false}, {"NOT (n = :six OR s = :he)", true}, {"not n = :six and n = :five", true},
			{"(n = :six OR s = :hello) AND n = :five", true}, {"size(ss) < n", true}, {"(n) = (:five)", true}, {"contains(:hello, s)", true}, {":five = n", true},
		} {
			_, err := d.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{
				TableName: &table, Key: av{"id": s("absent")}, ConditionExpression: aws.String("attribute_not_exists(id)"),
			})
			require.NoError(t, err)
			_, err = d.PutItem(t.Context(), &dynamodb.PutItemInput{
				TableName: &table, Item: item, ConditionExpression: &row.condition, ExpressionAttributeValues: used(values, row.condition),
			})
			if !conditionFailed(err) {
				require.NoError(t, err, row.condition)
			}
			require.Equal(t, row.want, err == nil, row.condition)

			out, err := d.Scan(t.Context(), &dynamodb.ScanInput{
				TableName: &table, FilterExpression: &row.condition, ExpressionAttributeValues: used(values, row.condition),
			})
			require.NoError(t, err)
			require.Equal(t, row.want, out.Count == 1, "filter %s", row.condition)
			require.Equal(t, int32(1), out.ScannedCount)
		}
	})
}

// The messages are DynamoDB's own; DynamoDB Local has the same library of
// expressions and is compared to the letter, but for lists of types in a set's order.
func testFaultyConditions(t *testing.T, each runner) {
	a := av{":a": n("1")}
	prefix := "Invalid ConditionExpression: "
	each(t, func(t *testing.T, d *door) {
		table := d.table("id:S")
		for _, row := range []struct {
			condition string
			values    av
			names     map[string]string
			message   string
		}{
			{"", nil, nil, prefix + "The expression can not be empty;"},
			{"a", nil, nil, prefix + `Syntax error; token: "<EOF>", near: "a"`},
			{"a =", nil, nil, prefix + `Syntax error; token: "<EOF>", near: "="`},
			{"= a", nil, nil, prefix + `Syntax error; token: "=", near: "= a"`},
			{"a = :a b", a, nil, prefix + `Syntax error; token: "b", near: ":a b"`},
			{"a == :a", a, nil, prefix + `Syntax error; token: "=", near: "== :a"`},
			{"(a = :a", a, nil, prefix + `Syntax error; token: "<EOF>", near: ":a"`},
			{"(a = :a) = :a", a, nil, prefix + `Syntax error; token: "=", near: ") = :a"`},
			{"(a) and (b=:a)", a, nil, prefix + `Syntax error; token: "and", near: ") and ("`},
			{"NOT (a)", nil, nil, prefix + `Syntax error; token: "<EOF>", near: ")"`},
			{"a[b] = :a", a, nil, prefix + `Syntax error; token: "b", near: "[b]"`},
			{"a[01] = :a", a, nil, prefix + `Syntax error; token: "1", near: "01]"`},
			{"a = 5", nil, nil, prefix + `Syntax error; token: "5", near: "= 5"`},
			{"a = 'x'", nil, nil, prefix + `Syntax error; token: "'", near: "= 'x"`},
			{"_a = :a", a, nil, prefix + `Syntax error; token: "_", near: "_a"`},
			{"a..b = :a", a, nil, prefix + `Syntax error; token: ".", near: "..b"`},
			{"a IN ()", nil, nil, prefix + `Syntax error; token: ")", near: "()"`},
			{"attribute_exists()", nil, nil, prefix + `Syntax error; token: ")", near: "()"`},
			{"and=:a", a, nil, prefix + `Syntax error; token: "and", near: "and="`},
			{"a not between :a and :a", a, nil, prefix + `Syntax error; token: "not", near: "a not between"`},
			{"foo(a).b=:a", a, nil, prefix + `Syntax error; token: ".", near: ").b"`},
			{"é = :a", a, nil, prefix + `Syntax error; token: "é", near: "é ="`},
			{"((a = :a))", a, nil, prefix + "The expression has redundant parentheses;"},
			{"foo(a)", nil, nil, prefix + "Invalid function name; function: foo"},
			{"Size(a) = :a", a, nil, prefix + "Invalid function name; function: Size"},
			{"if_not_exists(a, :a) = :a", a, nil, prefix + "The function is not allowed in a condition expression; function: if_not_exists"},
			{"size(a)", nil, nil, prefix + "The function is not allowed to be used this way in an expression; function: size"},
			{"a = attribute_exists(b)", nil, nil, prefix + "The function is not allowed to be used this way in an expression; function: attribute_exists"},
			{"attribute_exists(a, b)", nil, nil, prefix + "Incorrect number of operands for operator or function; operator or function: attribute_exists, number of operands: 2"},
			{"attribute_exists(:a)", a, nil, prefix + "Operator or function requires a document path; operator or function: attribute_exists"},
			{"begins_with(a, :a)", a, nil, prefix + "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N"},
			{"a < :a", av{":a": boolean(true)}, nil, prefix + "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL"},
			{"size(:a) = :a", a, nil, prefix + "Incorrect operand type for operator or function; operator or function: size, operand type: N"},
			{"name = :a", a, nil, prefix + "Attribute name is a reserved keyword; reserved keyword: name"},
			{"a.Name = :a", a, nil, prefix + "Attribute name is a reserved keyword; reserved keyword: Name"},
			{"a = :b", a, nil, prefix + "An expression attribute value used in expression is not defined; attribute value: :b"},
			{"#a = :a", a, nil, prefix + "An expression attribute name used in the document path is not defined; attribute name: #a"},
			{"a = a", nil, nil, prefix + "The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [a]"},
			{"a IN (a, :a)", a, nil, prefix + "The first operand must be distinct from the remaining operands for this operator or function; operator: IN, first operand: [a]"},
			{"a[0].b = a[0].b", nil, nil, prefix + "The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [a, [0], b]"},
			{"a BETWEEN :b AND :a", av{":a": n("1"), ":b": n("2")}, nil, prefix + "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:2}, upper bound operand: AttributeValue: {N:1}"},
			{"a BETWEEN :b AND :a", av{":a": n("1"), ":b": s("2")}, nil, prefix + "The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: AttributeValue: {S:2}, upper bound operand: AttributeValue: {N:1}"},
			{"a[99999999999]=:a", a, nil, prefix + "List index is not within the allowable range; index: [99999999999]"},
			{"a" + strings.Repeat(".b", 40) + "=:a", a, nil, prefix + "The document path has too many nesting levels; nesting levels: 41"},
			{strings.Repeat("a=:a AND ", 150) + "a=:a", a, nil, prefix + "The expression contains too many operators; operator count: 301"},
			{"a IN (:a" + strings.Repeat(",:a", 100) + ")", a, nil, prefix + "The IN operator is provided with too many operands; number of operands: 101"},
			{"a=:a" + strings.Repeat(" ", 4100), a, nil, prefix + "Expression size has exceeded the maximum allowed size; expression size: 4104"},

			{"foo(x) and date=:a", a, nil, prefix + "Invalid function name; function: foo"},
			{"((foo(a)))", nil, nil, prefix + "The expression has redundant parentheses;"},
			{"date=:zz", a, nil, prefix + "Attribute name is a reserved keyword; reserved keyword: date"},
			{"y=:zz and begins_with(a)", a, nil, prefix + "An expression attribute value used in expression is not defined; attribute value: :zz"},
			{"begins_with(a) and y=:zz", a, nil, prefix + "Incorrect number of operands for operator or function; operator or function: begins_with, number of operands: 1"},
			{"a=a and attribute_exists(a) = :a", a, nil, prefix + "The function is not allowed to be used this way in an expression; function: attribute_exists"},

			{"a=:a", av{":a": n("1"), ":b": n("1"), ":c": n("1")}, nil, "Value provided in ExpressionAttributeValues unused in expressions: keys: {:b, :c}"},
			{"a=:a", a, map[string]string{"#n": "x"}, "Value provided in ExpressionAttributeNames unused in expressions: keys: {#n}"},
			{"a=b", av{}, nil, "ExpressionAttributeValues must not be empty"},
			{"a=b", nil, map[string]string{}, "ExpressionAttributeNames must not be empty"},
			{"a=:a", av{"a": n("1")}, nil, `ExpressionAttributeValues contains invalid key: Syntax error; key: "a"`},
			{"#a=:a", a, map[string]string{"#a-b": "b"}, `ExpressionAttributeNames contains invalid key: Syntax error; key: "#a-b"`},
			{"#a=:a", a, map[string]string{"#a": ""}, "ExpressionAttributeNames contains invalid value: Empty attribute name for key #a"},
		} {
			_, err := d.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{
				TableName: &table, Key: av{"id": s("1")}, ConditionExpression: &row.condition,
				ExpressionAttributeValues: row.values, ExpressionAttributeNames: row.names,
			})
			t.Log(row.condition)
			letter := &door{Client: d.Client, t: t}
			letter.fails(err, validation, row.message)
		}
		_, err := d.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{
			TableName: &table, Key: av{"id": s("1")}, ConditionExpression: aws.String("attribute_type(a, :a)"), ExpressionAttributeValues: av{":a": s("X")},
		})
		d.fails(err, validation, prefix+"Invalid attribute type name found; type: X, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}")
		_, err = d.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, Key: av{"id": s("1")}, ExpressionAttributeNames: map[string]string{"#a": "a"}})
		d.fails(err, validation, "ExpressionAttributeNames can only be specified when using expressions")
		_, err = d.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: &table, Key: av{"id": s("1")}, ExpressionAttributeValues: a})
		d.fails(err, validation, "ExpressionAttributeValues can only be specified when using expressions: UpdateExpression and ConditionExpression are null")
	})
}

func testUpdates(t *testing.T, each runner) {
	base := av{"id": s("1"), "n": n("5"), "s": s("x"), "l": l(n("0"), n("1"), n("2")), "m": m(av{"k": n("7"), "d": m(av{})}), "ss": ss("a", "b")}
	values := av{":one": n("1"), ":list": l(s("z")), ":ss": ss("b", "c"), ":all": ss("a", "b"), ":ns": ns("1"), ":s": s("new"), ":half": n("0.5"), ":big": n("1e100")}
	with := func(change av) av {
		it := av{}
		for k, v := range base {
			it[k] = v
		}
		for k, v := range change {
			if it[k] = v; v == nil {
				delete(it, k)
			}
		}
		return it
	}
	const wrongType, badPath, noAttribute = "An operand in the update expression has an incorrect data type",
		"The document path provided in the update expression is invalid for update",
		"The provided expression refers to an attribute that does not exist in the item"
	each(t, func(t *testing.T, d *door) {
		table := d.table("id:S")
		for _, row := range []struct {
			update string
			change av
			fault  string
		}{
			{update: "SET s = :s", change: av{"s": s("new")}},
			{update: "SET s = :s, fresh = n", change: av{"s": s("new"), "fresh": n("5")}},
			{update: "SET n = n + :one", change: av{"n": n("6")}},
			{update: "SET n = n - :half", change: av{"n": n("4.5")}},
			{update: "SET n = :one - n", change: av{"n": n("-4")}},
			{update: "SET n = (n + :one)", change: av{"n": n("6")}},
			{update: "SET c = if_not_exists(c, :one) + :one", change: av{"c": n("2")}},
			{update: "SET n = if_not_exists(n, :one)", change: av{}},
			{update: "SET n = if_not_exists(n, if_not_exists(n, :one))", change: av{}},
			{update: "SET l = (list_append(l, l))", change: av{"l": l(n("0"), n("1"), n("2"), n("0"), n("1"), n("2"))}},
			{update: "SET l = list_append(l, :list)", change: av{"l": l(n("0"), n("1"), n("2"), s("z"))}},
			{update: "SET l = list_append(:list, l)", change: av{"l": l(s("z"), n("0"), n("1"), n("2"))}},
			{update: "SET q = list_append(if_not_exists(q, :list), :list)", change: av{"q": l(s("z"), s("z"))}},
			{update: "SET l[1] = :s", change: av{"l": l(n("0"), s("new"), n("2"))}},
			{update: "SET l[9] = :s, l[7] = :one", change: av{"l": l(n("0"), n("1"), n("2"), n("1"), s("new"))}},
			{update: "SET l[0] = l[2], l[2] = l[0]", change: av{"l": l(n("2"), n("1"), n("0"))}},
			{update: "SET m.k = :s, m.d.e = n", change: av{"m": m(av{"k": s("new"), "d": m(av{"e": n("5")})})}},
			{update: "SET n = l[1], l[1] = n", change: av{"n": n("1"), "l": l(n("0"), n("5"), n("2"))}},
			{update: "REMOVE s, nope", change: av{"s": nil}},
			{update: "REMOVE l[0], l[1]", change: av{"l": l(n("2"))}},
			{update: "REMOVE l[2], l[0], l[9]", change: av{"l": l(n("1"))}},
			{update: "REMOVE m.k, m.nope", change: av{"m": m(av{"d": m(av{})})}},
			{update: "SET l[1] = :s REMOVE l[0]", change: av{"l": l(s("new"), n("2"))}},
			{update: "SET l[5] = :s REMOVE l[0]", change: av{"l": l(n("1"), n("2"), s("new"))}},
			{update: "ADD n :one", change: av{"n": n("6")}},
			{update: "ADD c :one, m.k :one", change: av{"c": n("1"), "m": m(av{"k": n("8"), "d": m(av{})})}},
			{update: "ADD ss :ss", change: av{"ss": ss("a", "b", "c")}},
			{update: "ADD fresh :ns", change: av{"fresh": ns("1")}},
			{update: "DELETE ss :ss", change: av{"ss": ss("a")}},
			{update: "DELETE ss :all", change: av{"ss": nil}},
			{update: "DELETE nope :ss", change: av{}},
			{update: "set s = :s remove n add c :one delete ss :ss", change: av{"s": s("new"), "n": nil, "c": n("1"), "ss": ss("a")}},

			{update: "SET n = nope", fault: noAttribute},
			{update: "SET n = nope + :one", fault: noAttribute},
			{update: "SET n = n + s", fault: wrongType},
			{update: "SET l = list_append(n, l)", fault: wrongType},
			{update: "SET a.b = :one", fault: badPath},
			{update: "SET l.x = :one", fault: badPath},
			{update: "SET m[0] = :one", fault: badPath},
			{update: "SET n.x = :one", fault: badPath},
			{update: "REMOVE a.b", fault: badPath},
			{update: "ADD s :one", fault: wrongType},
			{update: "ADD l :ss", fault: wrongType},
			{update: "ADD ss :ns", fault: wrongType},
			{update: "DELETE s :ss", fault: wrongType},
			{update: "ADD n :big", fault: "Attempting to store more than 38 significant digits in a Number"},
			{update: "SET id = :s", fault: "One or more parameter values were invalid: Cannot update attribute id. This attribute is part of the key"},
			{update: "REMOVE id", fault: "One or more parameter values were invalid: Cannot update attribute id. This attribute is part of the key"},
			{update: "ADD id.x :one", fault: "One or more parameter values were invalid: Cannot update attribute id. This attribute is part of the key"},

			{update: "SET", fault: `Invalid UpdateExpression: Syntax error; token: "<EOF>", near: "SET"`},
			{update: "SET s = :s,", fault: `Invalid UpdateExpression: Syntax error; token: "<EOF>", near: ","`},
			{update: "FOO a", fault: `Invalid UpdateExpression: Syntax error; token: "FOO", near: "FOO a"`},
			{update: "SET a = n + n + n", fault: `Invalid UpdateExpression: Syntax error; token: "+", near: "n + n"`},
			{update: "SET a = list_append(n + n, l)", fault: `Invalid UpdateExpression: Syntax error; token: "+", near: "n + n"`},
			{update: "ADD a b", fault: `Invalid UpdateExpression: Syntax error; token: "b", near: "a b"`},
			{update: "SET a = ((n))", fault: "Invalid UpdateExpression: The expression has redundant parentheses;"},
			{update: "SET s = :s SET n = :s", fault: `Invalid UpdateExpression: The "SET" section can only be used once in an update expression;`},
			{update: "SET a = :s, a.b = :s", fault: "Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a, b]"},
			{update: "SET a[0] = :s, a.b = :s", fault: "Invalid UpdateExpression: Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, [0]], path two: [a, b]"},
			{update: "SET a = foo(n)", fault: "Invalid UpdateExpression: Invalid function name; function: foo"},
			{update: "SET a = size(n)", fault: "Invalid UpdateExpression: The function is not allowed in an update expression; function: size"},
			{update: "SET a = if_not_exists(n)", fault: "Invalid UpdateExpression: Incorrect number of operands for operator or function; operator or function: if_not_exists, number of operands: 1"},
			{update: "SET a = if_not_exists(:s, :s)", fault: "Invalid UpdateExpression: Operator or function requires a document path; operator or function: if_not_exists"},
			{update: "SET a = list_append(l, :list) + n", fault: "Invalid UpdateExpression: The function is not allowed to be used this way in an expression; function: list_append"},
			{update: "SET a = n - (list_append(l, :list))", fault: "Invalid UpdateExpression: The function is not allowed to be used this way in an expression; function: list_append"},
			{update: "SET a = list_append(list_append(l, :list), l)", fault: "Invalid UpdateExpression: The function is not allowed to be used this way in an expression; function: list_append"},
			{update: "SET a = if_not_exists(b, list_append(l, l))", fault: "Invalid UpdateExpression: The function is not allowed to be used this way in an expression; function: list_append"},
			{update: "SET a = if_not_exists(m.k, m.k)", fault: "Invalid UpdateExpression: The first operand must be distinct from the remaining operands for this operator or function; operator: if_not_exists, first operand: [m, k]"},
			{update: "SET a = list_append(:s, l)", fault: "Invalid UpdateExpression: Incorrect operand type for operator or function; operator or function: list_append, operand type: S"},
			{update: "DELETE n :one", fault: "Invalid UpdateExpression: Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER, typeSet: ALLOWED_FOR_DELETE_OPERAND"},
			{update: "ADD n :list", fault: "Invalid UpdateExpression: Incorrect operand type for operator or function; operator: ADD, operand type: LIST, typeSet: ALLOWED_FOR_ADD_OPERAND"},
			{update: "SET date = :s", fault: "Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: date"},
			{update: "SET a = :zz", fault: "Invalid UpdateExpression: An expression attribute value used in expression is not defined; attribute value: :zz"},
		} {
			d.put(table, base)
			out, err := d.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
				TableName: &table, Key: av{"id": s("1")}, UpdateExpression: &row.update,
				ExpressionAttributeValues: used(values, row.update), ReturnValues: types.ReturnValueAllNew,
			})
			t.Log(row.update)
			if row.fault != "" {
				d.fails(err, validation, row.fault)
				require.Equal(t, base, d.get(table, av{"id": s("1")}))
				continue
			}
			require.NoError(t, err)
			require.Equal(t, with(row.change), out.Attributes)
			require.Equal(t, out.Attributes, d.get(table, av{"id": s("1")}))
		}
	})
}

func testUpdateReturnValues(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		table := d.table("id:S")
		for mode, want := range map[types.ReturnValue]av{
			types.ReturnValueNone:       nil,
			types.ReturnValueAllOld:     {"id": s("1"), "a": n("1"), "b": n("2"), "gone": n("3")},
			types.ReturnValueUpdatedOld: {"a": n("1"), "gone": n("3")},
			types.ReturnValueAllNew:     {"id": s("1"), "a": n("9"), "b": n("2"), "fresh": n("9")},
			types.ReturnValueUpdatedNew: {"a": n("9"), "fresh": n("9")},
		} {
			d.put(table, av{"id": s("1"), "a": n("1"), "b": n("2"), "gone": n("3")})
			in := &dynamodb.UpdateItemInput{
				TableName: &table, Key: av{"id": s("1")}, ReturnValues: mode, UpdateExpression: aws.String("SET a = :v, fresh = :v REMOVE gone"),
				ExpressionAttributeValues: av{":v": n("9")},
			}
			out, err := d.UpdateItem(t.Context(), in)
			require.NoError(t, err)
			require.Equal(t, want, out.Attributes, mode)
		}
		key := av{"id": s("made")}
		out, err := d.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: &table, Key: key, ReturnValues: types.ReturnValueAllNew})
		require.NoError(t, err)
		require.Equal(t, key, out.Attributes)
		require.Equal(t, key, d.get(table, key))
	})
}
