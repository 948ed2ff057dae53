package dynamotest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

// sqlClient is a client with PartiQL.
type sqlClient interface {
	client
	ExecuteStatement(context.Context, *dynamodb.ExecuteStatementInput, ...func(*dynamodb.Options)) (*dynamodb.ExecuteStatementOutput, error)
	BatchExecuteStatement(context.Context, *dynamodb.BatchExecuteStatementInput, ...func(*dynamodb.Options)) (*dynamodb.BatchExecuteStatementOutput, error)
	ExecuteTransaction(context.Context, *dynamodb.ExecuteTransactionInput, ...func(*dynamodb.Options)) (*dynamodb.ExecuteTransactionOutput, error)
}

// sqlDoor runs statements on a table "t" of its own, with an index "byG".
type sqlDoor struct {
	*door
	sql   sqlClient
	name  string
	local bool // DynamoDB Local, which says some things in its own words
}

func sqlDoors(t *testing.T, test func(t *testing.T, d *sqlDoor)) {
	run := func(t *testing.T, c sqlClient, local bool) {
		d := &sqlDoor{door: &door{client: c, t: t}, sql: c, local: local}
		d.name = d.create(&dynamodb.CreateTableInput{
			AttributeDefinitions: definitionsOf("pk:S sk:N g:S"), KeySchema: schemaOf("pk sk"),
			GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
				IndexName: aws.String("byG"), KeySchema: schemaOf("g"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly},
			}},
		})
		test(t, d)
	}
	t.Run("value", func(t *testing.T) { run(t, dynamotest.New(), false) })
	t.Run("local", func(t *testing.T) { run(t, httpClient(localURL(t)), true) })
}

// in puts the table's name for "t".
func (d *sqlDoor) in(statement string) *string {
	words := strings.NewReplacer(` t `, ` "`+d.name+`" `, ` t.`, ` "`+d.name+`".`)
	return aws.String(strings.TrimSpace(words.Replace(statement + " ")))
}

// do runs a statement and shows what it answers: items as JSON, each as its
// attributes by name, or the error's code and message.
func (d *sqlDoor) do(statement string, parameters ...types.AttributeValue) string {
	d.t.Helper()
	out, err := d.sql.ExecuteStatement(d.t.Context(), &dynamodb.ExecuteStatementInput{Statement: d.in(statement), Parameters: parameters})
	if err != nil {
		return failure(err)
	}
	var items []string
	for _, it := range out.Items {
		items = append(items, plain(d.t, it))
	}
	return strings.Join(items, " ")
}

func failure(err error) string {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return err.Error()
	}
	message, _, _ := strings.Cut(api.ErrorMessage(), " at 1:") // where, in DynamoDB Local
	if code := api.ErrorCode(); code != "ValidationException" {
		return strings.Replace(code, "DuplicateItemException", "DuplicateItem", 1)
	}
	if before, _, ok := strings.Cut(message, "can't be processed:"); ok {
		return before + "can't be processed" // what follows is our own
	}
	return message
}

func plain(t *testing.T, it av) string {
	var of func(v types.AttributeValue) any
	of = func(v types.AttributeValue) any {
		switch v := v.(type) {
		case *types.AttributeValueMemberS:
			return v.Value
		case *types.AttributeValueMemberN:
			return json.Number(v.Value)
		case *types.AttributeValueMemberBOOL:
			return v.Value
		case *types.AttributeValueMemberNULL:
			return nil
		case *types.AttributeValueMemberSS:
			return map[string][]string{"SS": slices.Sorted(slices.Values(v.Value))}
		case *types.AttributeValueMemberNS:
			return map[string][]string{"NS": slices.Sorted(slices.Values(v.Value))}
		case *types.AttributeValueMemberL:
			list := []any{}
			for _, e := range v.Value {
				list = append(list, of(e))
			}
			return list
		case *types.AttributeValueMemberM:
			entries := map[string]any{}
			for name, e := range v.Value {
				entries[name] = of(e)
			}
			return entries
		}
		return fmt.Sprintf("%T", v)
	}
	text, err := json.Marshal(of(m(it)))
	require.NoError(t, err)
	return string(text)
}

const (
	sqlMalformed = "Statement wasn't well formed, can't be processed"
	sqlNoKey     = "Where clause does not contain a mandatory equality on all key attributes"
	sqlNumber    = "Number of parameters in request and statement don't match."
)

func TestPartiQLStatements(t *testing.T) {
	sqlDoors(t, func(t *testing.T, d *sqlDoor) {
		rest := `"g":"x","m":{"k":"v","l":[1,"two"]},"neg":-1.5,"nul":null,"pk":"a","sk":1,"ss":{"SS":["it's","b"]}`
		for _, row := range [][2]string{
			{`INSERT INTO t VALUE {'pk':'a','sk':1,'g':'x','m':{'k':'v','l':[1,'two']},'ss':<<'it''s','b'>>,'nul':null,'neg':-1.5}`, ""},
			{`INSERT INTO t VALUE {'pk':'a','sk':1}`, "DuplicateItem"},
			{`insert into t value {'pk':'a','sk':2,'g':'x','f':true,'ns':<<1,2>>}`, ""},
			{`INSERT INTO t VALUE {'pk':'b','sk':1}`, ""},
			{`INSERT INTO t VALUE {'pk':'b','sk':'1'}`, "Key attribute's data type should match its data type in table's schema: Key sk"},
			{`INSERT INTO t VALUE {'sk':1}`, "Key attribute should be present in the item: Key pk"},
			{`INSERT INTO t VALUE 5`, "Unsupported format in item expression. Please use struct format {...} to express item values for insert statement."},
			{`INSERT INTO t VALUE {'pk':'','sk':1}`, "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk"},
			{`INSERT INTO t VALUE {'pk':'b','sk':9,'x':<<1,'a'>>}`, "Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags"},
			{`INSERT INTO t VALUE {'pk':'b','sk':9,'x':<<1,1>>}`, "Input collection contains duplicates"},
			{`INSERT INTO t VALUE {'pk':'i','sk':1} RETURNING ALL OLD *`, "RETURNING is not supported in INSERT"},
			{`INSERT INTO nope VALUE {'pk':'i','sk':1}`, "ResourceNotFoundException"},

			{`SELECT * FROM t WHERE pk='a' AND sk=1`, "{" + rest + "}"},
			{`SELECT pk, sk FROM t WHERE pk='a' ORDER BY sk DESC`, `{"pk":"a","sk":2} {"pk":"a","sk":1}`},
			{`SELECT sk FROM t WHERE pk='a' ORDER BY nope`, "Variable reference nope in ORDER BY clause must be part of the primary key"},
			{`SELECT sk FROM t ORDER BY sk`, "Must have WHERE clause in the statement when using ORDER BY clause."},
			{`SELECT sk FROM t WHERE sk=1 ORDER BY sk`, "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause."},
			{`SELECT m.k, m.l[1], nope FROM t WHERE pk='a'`, `{"k":"v","l[1]":"two"} {}`},
			{`SELECT m['k'], pk FROM t WHERE pk='a' AND sk=1`, `{"k":"v","pk":"a"}`},
			{`SELECT * FROM t."byG" WHERE g='x'`, `{"g":"x","pk":"a","sk":1} {"g":"x","pk":"a","sk":2}`},
			{`SELECT ss FROM t.byG WHERE g='x'`, "One or more parameter values were invalid: Global secondary index byG does not project [ss]"},
			{`SELECT ss FROM t.byG.z WHERE g='x'`, "A path may contain at most 2 components in the FROM clause"},
			{`SELECT ss FROM t."" WHERE g='x'`, "Path component cannot be an empty string"},
			{`SELECT * FROM nope`, "ResourceNotFoundException"},
			{`SELECT pk FROM t WHERE pk=1`, "Key attribute's data type should match its data type in table's schema: Key pk"},
			{`SELECT pk AS x FROM t `, "Aliasing is not supported"},
			{`SELECT pk FROM t x`, "Aliasing is not supported"},
			{`SELECT pk FROM t WHERE pk='a' GROUP BY pk`, "Unsupported clause: GROUP BY"},
			{`SELECT pk FROM t LIMIT 1`, "Unsupported clause: LIMIT"},
			{`SELECT`, sqlMalformed},
			{`SELECT * FROM t WHERE`, sqlMalformed},
			{`SELECT * FROM t WHERE pk='a`, sqlMalformed},
			{`this is not a statement`, sqlMalformed},
			{`SELECT * FROM t WHERE pk=?`, sqlNumber},
			{`EXISTS(SELECT * FROM t WHERE pk='a' AND sk=1)`, "EXISTS can only be used in ExecuteTransaction write requests."},

			{`UPDATE t SET x=1 WHERE pk='a' AND sk=1 RETURNING ALL NEW *`, "{" + rest + `,"x":1}`},
			{`UPDATE t SET x=x+1 SET y=list_append(m.l,[9]) REMOVE nul WHERE pk='a' AND sk=1 RETURNING MODIFIED NEW *`, `{"x":2,"y":[1,"two",9]}`},
			{`UPDATE t SET x=x-5, y=[1] WHERE pk='a' AND sk=1 RETURNING MODIFIED OLD *`, `{"x":2,"y":[1,"two",9]}`},
			{`UPDATE t SET ss=set_add(ss,<<'c'>>) SET w=if_not_exists(w,6) WHERE pk='a' AND sk=1 RETURNING MODIFIED NEW *`, `{"ss":{"SS":["b","c","it's"]},"w":6}`},
			{`UPDATE t SET ns=set_delete(ns,<<1>>) WHERE sk=2 AND pk='a' RETURNING MODIFIED NEW *`, `{"ns":{"NS":["2"]}}`},
			{`UPDATE t SET x=1 WHERE pk='a'`, sqlNoKey},
			{`UPDATE t SET x=1 WHERE pk='a' AND sk>1`, sqlNoKey},
			{`UPDATE t SET x=1`, sqlNoKey},
			{`UPDATE t SET x=1 WHERE pk='zz' AND sk=1`, "ConditionalCheckFailedException"},
			{`UPDATE t SET x=1 WHERE pk='a' AND sk=1 AND x=77`, "ConditionalCheckFailedException"},
			{`UPDATE t SET pk='q' WHERE pk='a' AND sk=1`, "One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key"},
			{`UPDATE t SET x=nope+1 WHERE pk='a' AND sk=1`, "The provided expression refers to an attribute that does not exist in the item"},
			{`UPDATE t SET x=1 SET x=2 WHERE pk='a' AND sk=1`, "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [x], path two: [x]"},
			{`UPDATE t WHERE pk='a' AND sk=1`, sqlMalformed},
			{`UPDATE t.byG SET x=1 WHERE pk='a' AND sk=1`, "This operation is not supported on an index"},

			{`DELETE FROM t WHERE pk='zz' AND sk=1`, ""},
			{`DELETE FROM t WHERE pk='zz' AND sk=1 AND x=1`, ""},
			{`DELETE FROM t WHERE pk='a' AND sk=2 AND x=1`, "ConditionalCheckFailedException"},
			{`DELETE FROM t `, sqlNoKey},
			{`DELETE FROM t WHERE pk='b' AND sk=1 RETURNING MODIFIED OLD *`, "Invalid returning clause: RETURNING MODIFIED OLD *. Only RETURNING ALL OLD * is allowed in DELETE statements."},
			{`DELETE FROM t WHERE pk='b' AND sk=1 RETURNING ALL OLD *`, `{"pk":"b","sk":1}`},
			{`SELECT * FROM t WHERE pk='b'`, ""},
		} {
			want := strings.ReplaceAll(row[1], `["it's","b"]`, `["b","it's"]`)
			require.Equal(t, want, d.do(row[0]), row[0])
		}
		require.Equal(t, `{"sk":1}`, d.do(`SELECT sk FROM t WHERE pk=? AND sk<?`, s("a"), n("2")))
		noIndex := d.do(`SELECT ss FROM t.nope WHERE g='x'`)
		require.Equal(t, "The table does not have the specified index", strings.TrimSuffix(noIndex, ": nope"))
		require.True(t, d.local || !strings.Contains(noIndex, "nope"))
	})
}

// A condition keeps what it says, whether it can be a key's or must be a filter.
func TestPartiQLConditions(t *testing.T) {
	sqlDoors(t, func(t *testing.T, d *sqlDoor) {
		d.put(d.name, av{"pk": s("a"), "sk": n("1"), "g": s("x"), "ss": ss("a", "b"), "m": m(av{"k": s("v"), "l": l(n("1"))}), "nul": null()})
		d.put(d.name, av{"pk": s("a"), "sk": n("2"), "g": s("xy"), "f": boolean(true)})
		d.put(d.name, av{"pk": s("a"), "sk": n("3")})
		for condition, want := range map[string]string{
			`sk BETWEEN 1 AND 2`:                   "1 2",
			`sk >= 2`:                              "2 3",
			`2 > sk`:                               "1",
			`sk IN [1,3]`:                          "1 3",
			`sk IN (1,3) AND sk <> 3`:              "1",
			`sk NOT IN [1,3]`:                      "2",
			`(sk = 1 OR sk = 3)`:                   "1 3",
			`sk > 1 AND sk < 3`:                    "2",
			`NOT sk = 1`:                           "2 3",
			`g IS MISSING`:                         "3",
			`g IS NOT MISSING`:                     "1 2",
			`nul IS NULL`:                          "1",
			`nul = null`:                           "1",
			`f = true`:                             "2",
			`begins_with(g,'x')`:                   "1 2",
			`NOT begins_with("g",'xy')`:            "1 3",
			`contains(ss,'a')`:                     "1",
			`attribute_type(m,'M') AND size(ss)=2`: "1",
			`g != 'x'`:                             "2 3",
			`m.k = 'v' AND m.l[0]=1`:               "1",
			"sk=1 -- a comment\n OR /* and another */ sk=2 ": "1 2",
		} {
			if d.local && condition == `2 > sk` {
				continue // DynamoDB Local takes it for sk > 2
			}
			var sorts []string
			out, err := d.sql.ExecuteStatement(t.Context(), &dynamodb.ExecuteStatementInput{Statement: d.in(`SELECT sk FROM t WHERE pk='a' AND (` + condition + `)`)})
			require.NoError(t, err, condition)
			for _, it := range out.Items {
				sorts = append(sorts, text(it["sk"]))
			}
			require.Equal(t, want, strings.Join(sorts, " "), condition)
		}
		require.Equal(t, "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL", d.do(`SELECT * FROM t WHERE sk < true`))
	})
}

func TestPartiQLPages(t *testing.T) {
	sqlDoors(t, func(t *testing.T, d *sqlDoor) {
		for i := range 7 {
			d.put(d.name, av{"pk": s("a"), "sk": n(fmt.Sprint(i)), "g": s("x")})
		}
		for _, statement := range []string{`SELECT * FROM t `, `SELECT * FROM t WHERE pk='a'`, `SELECT * FROM t.byG WHERE g='x'`, `SELECT * FROM t WHERE pk='a' AND sk >= 0 ORDER BY sk DESC`} {
			var token *string
			var sorts []string
			for pages := 0; pages == 0 || token != nil; pages++ {
				require.Less(t, pages, 5)
				out, err := d.sql.ExecuteStatement(t.Context(), &dynamodb.ExecuteStatementInput{Statement: d.in(statement), Limit: aws.Int32(3), NextToken: token})
				require.NoError(t, err)
				for _, it := range out.Items {
					sorts = append(sorts, text(it["sk"]))
				}
				token = out.NextToken
			}
			slices.Sort(sorts)
			require.Equal(t, []string{"0", "1", "2", "3", "4", "5", "6"}, sorts, statement)
		}
		_, err := d.sql.ExecuteStatement(t.Context(), &dynamodb.ExecuteStatementInput{Statement: d.in(`SELECT * FROM t `), NextToken: aws.String("zzz")})
		require.Equal(t, "Invalid NextToken", failure(err))
	})
}

// batch runs statements and shows each answer.
func (d *sqlDoor) batch(statements ...string) string {
	in := &dynamodb.BatchExecuteStatementInput{}
	for _, s := range statements {
		in.Statements = append(in.Statements, types.BatchStatementRequest{Statement: d.in(s)})
	}
	out, err := d.sql.BatchExecuteStatement(d.t.Context(), in)
	if err != nil {
		return failure(err)
	}
	var answers []string
	for _, r := range out.Responses {
		switch {
		case r.Error != nil:
			answers = append(answers, string(r.Error.Code))
		case r.Item != nil:
			answers = append(answers, plain(d.t, r.Item))
		default:
			answers = append(answers, "-")
		}
	}
	return strings.Join(answers, " ")
}

func TestPartiQLBatch(t *testing.T) {
	sqlDoors(t, func(t *testing.T, d *sqlDoor) {
		require.Equal(t, "- - -", d.batch(`INSERT INTO t VALUE {'pk':'a','sk':1}`, `INSERT INTO t VALUE {'pk':'a','sk':2}`, `DELETE FROM t WHERE pk='zz' AND sk=3`))
		require.Equal(t, `DuplicateItem ConditionalCheckFailed ValidationError ResourceNotFound {"pk":"a","sk":3}`, d.withThird(
			`INSERT INTO t VALUE {'pk':'a','sk':1}`, `UPDATE t SET x=1 WHERE pk='a' AND sk=2 AND x=5`,
			`DELETE FROM t WHERE pk='a'`, `INSERT INTO nope VALUE {'pk':'a','sk':1}`, `DELETE FROM t WHERE pk='a' AND sk=3 RETURNING ALL OLD *`))
		require.Equal(t, `{"pk":"a","sk":2} - ValidationError ResourceNotFound ValidationError ValidationError`, d.batch(
			`SELECT * FROM t WHERE pk='a' AND sk=2`, `SELECT * FROM t WHERE pk='a' AND sk=99`, `SELECT * FROM t WHERE pk='a'`,
			`SELECT * FROM nope WHERE pk='a' AND sk=1`, `SELEC`, `SELECT * FROM t.byG WHERE pk='a' AND sk=5 AND g='x'`))
		out, err := d.sql.BatchExecuteStatement(t.Context(), &dynamodb.BatchExecuteStatementInput{Statements: []types.BatchStatementRequest{{Statement: aws.String("SLECT * FROM t")}}})
		require.NoError(t, err)
		require.Contains(t, *out.Responses[0].Error.Message, sqlMalformed)
		if !d.local {
			require.Equal(t, sqlMalformed+": Expected data manipulation", *out.Responses[0].Error.Message)
		}
		require.Equal(t, "Read and write requests together in the same batch is not supported.", d.batch(`SELECT * FROM t WHERE pk='a' AND sk=2`, `INSERT INTO t VALUE {'pk':'a','sk':9}`))
		require.Equal(t, "Provided list of item keys contains duplicates", d.batch(`INSERT INTO t VALUE {'pk':'a','sk':9}`, `DELETE FROM t WHERE pk='a' AND sk=9`))
		require.Nil(t, d.get(d.name, av{"pk": s("a"), "sk": n("9")}))
	})
}

// withThird runs a batch with an item a, 3 in the table.
func (d *sqlDoor) withThird(statements ...string) string {
	d.put(d.name, av{"pk": s("a"), "sk": n("3")})
	return d.batch(statements...)
}

// transaction runs statements as one and shows the items, or the error with its reasons.
func (d *sqlDoor) transaction(token *string, statements ...string) string {
	in := &dynamodb.ExecuteTransactionInput{ClientRequestToken: token}
	for _, s := range statements {
		in.TransactStatements = append(in.TransactStatements, types.ParameterizedStatement{Statement: d.in(s)})
	}
	out, err := d.sql.ExecuteTransaction(d.t.Context(), in)
	var canceled *types.TransactionCanceledException
	if errors.As(err, &canceled) {
		var codes []string
		for _, r := range canceled.CancellationReasons {
			codes = append(codes, *r.Code)
		}
		return "canceled: " + strings.Join(codes, " ")
	}
	if err != nil {
		return failure(err)
	}
	var items []string
	for _, r := range out.Responses {
		items = append(items, plain(d.t, r.Item))
	}
	return strings.Join(items, " ")
}

func TestPartiQLTransaction(t *testing.T) {
	sqlDoors(t, func(t *testing.T, d *sqlDoor) {
		d.put(d.name, av{"pk": s("a"), "sk": n("1"), "x": n("5")})
		duplicate := "DuplicateItem"
		if d.local {
			duplicate = "ValidationError"
		}
		require.Empty(t, d.transaction(nil, `INSERT INTO t VALUE {'pk':'t','sk':1}`, `EXISTS(SELECT * FROM t WHERE pk='a' AND sk=1 AND x=5)`))
		require.Equal(t, "canceled: "+duplicate+" None ConditionalCheckFailed", d.transaction(nil,
			`INSERT INTO t VALUE {'pk':'t','sk':1}`, `INSERT INTO t VALUE {'pk':'t','sk':2}`, `UPDATE t SET y=1 WHERE pk='a' AND sk=1 AND x=6`))
		require.Equal(t, `{"pk":"t","sk":1} {}`, d.transaction(nil, `SELECT * FROM t WHERE pk='t' AND sk=1`, `SELECT * FROM t WHERE pk='t' AND sk=2`))
		for want, statements := range map[string][]string{
			"canceled: ConditionalCheckFailed None":                                                                                                     {`EXISTS(SELECT * FROM t WHERE pk='a' AND sk=1 AND x=6)`, `DELETE FROM t WHERE pk='t' AND sk=1`},
			"Transaction request cannot include multiple operations on one item":                                                                        {`DELETE FROM t WHERE pk='t' AND sk=1`, `DELETE FROM t WHERE pk='t' AND sk=1`},
			"ExecuteTransaction API does not support both read and write operations in the same request.":                                               {`SELECT * FROM t WHERE pk='t' AND sk=1`, `DELETE FROM t WHERE pk='t' AND sk=2`},
			"Validation failed in TransactStatements[0]: RETURNING clause is not supported in ExecuteTransaction.":                                      {`DELETE FROM t WHERE pk='t' AND sk=1 RETURNING ALL OLD *`},
			"Validation failed in TransactStatements[0]: Reads on indices are not supported within transactions.":                                       {`SELECT * FROM t.byG WHERE g='t'`},
			"Validation failed in TransactStatements[0]: EXISTS() must contain a single item read with additional condition":                            {`EXISTS(SELECT * FROM t WHERE pk='a' AND sk=1)`},
			"Validation failed in TransactStatements[0]: Select statements within ExecuteTransaction must specify the primary key in the where clause.": {`SELECT * FROM t WHERE pk='t'`},
			"ResourceNotFoundException": {`SELECT * FROM nope WHERE pk='t' AND sk=1`},
		} {
			require.Equal(t, want, d.transaction(nil, statements...), statements)
		}
		token := aws.String("token-" + d.name[:20])
		for range 2 {
			require.Empty(t, d.transaction(token, `UPDATE t SET x=x+1 WHERE pk='a' AND sk=1`))
		}
		require.Equal(t, "IdempotentParameterMismatchException", d.transaction(token, `UPDATE t SET x=x+2 WHERE pk='a' AND sk=1`))
		require.Equal(t, n("6"), d.get(d.name, av{"pk": s("a"), "sk": n("1")})["x"])
	})
}
