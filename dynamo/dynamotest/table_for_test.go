package dynamotest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

// Tags of indexes become indexes of the table.
func TestTableForIndexes(t *testing.T) {
	type order struct {
		User string `dynamodbav:"user" dynamo:"partition"`
		ID   string `dynamodbav:"id" dynamo:"sort"`
		City string `dynamodbav:"city" dynamo:"index=byCity,partition"`
		Cost int    `dynamodbav:"cost" dynamo:"index=byCity,sort"`
	}
	table := dynamotest.TableFor[order]("orders")
	require.Equal(t, dynamotest.S("user"), table.Partition)
	require.Equal(t, []dynamotest.Index{{Name: "byCity", Partition: dynamotest.S("city"), Sort: dynamotest.N("cost"), Projection: "ALL"}}, table.Indexes)
	d := &door{client: dynamotest.New(table), t: t}
	d.put("orders", av{"user": s("u"), "id": s("1"), "city": s("Seoul"), "cost": n("5")})
	out, err := d.Scan(t.Context(), scanOf("orders", "byCity"))
	require.NoError(t, err)
	require.EqualValues(t, 1, out.Count)
}

func TestInvalidIndexDeclarations(t *testing.T) {
	key := dynamotest.S("id")
	for message, x := range map[string]dynamotest.Index{
		`dynamotest: table "users": index "byg": key attribute "" of type "": want a name and one of S, N and B`: {Name: "byg"},
		`dynamotest: table "users": index "byg": attribute "id" has type N here and S elsewhere`:                 {Name: "byg", Partition: dynamotest.N("id")},
		`dynamotest: table "users": index "byg": a local index needs a sort key`:                                 {Name: "byg", Local: true},
		`dynamotest: table "users": 1 validation error detected: Value 'some' at 'globalSecondaryIndexes.1.member.projection.projectionType' failed to satisfy constraint: Member must satisfy enum value set: [ALL, INCLUDE, KEYS_ONLY]`: {Name: "byg", Partition: key, Projection: "some"},
		`dynamotest: table "users": One or more parameter values were invalid: Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex`:                                                        {Name: "byg", Local: true, Sort: dynamotest.N("n")},
	} {
		require.PanicsWithValue(t, message, func() {
			dynamotest.New(dynamotest.Table{Name: "users", Partition: key, Indexes: []dynamotest.Index{x}})
		})
	}
}
