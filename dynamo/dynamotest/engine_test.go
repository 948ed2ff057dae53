package dynamotest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
	"github.com/stretchr/testify/require"
)

// Items expire when the clock says so, from indexes too, and never before.
func TestItemsExpireByTheClock(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	db := dynamotest.New(dynamotest.Table{Name: "sessions", Partition: dynamotest.S("p"), Indexes: []dynamotest.Index{
		{Name: "byg", Partition: dynamotest.S("g")},
	}})
	db.SetClock(func() time.Time { return now })
	d := &door{client: db, t: t}
	at := func(t time.Time) types.AttributeValue { return n(fmt.Sprint(t.Unix())) }
	for id, until := range map[string]types.AttributeValue{
		"soon": at(now.Add(time.Minute)), "half": n(fmt.Sprint(now.Add(time.Minute).Unix()) + ".9"), "later": at(now.Add(time.Hour)),
		"ancient": at(now.AddDate(-6, 0, 0)), "text": s("0"), "negative": n("-5"), "huge": n("1e30"), "none": null(),
	} {
		d.put("sessions", av{"p": s(id), "g": s("G"), "until": until})
	}
	_, err := d.UpdateTimeToLive(t.Context(), &dynamodb.UpdateTimeToLiveInput{
		TableName: aws.String("sessions"), TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String("until"), Enabled: aws.Bool(true)},
	})
	require.NoError(t, err)
	d.put("sessions", av{"p": s("new"), "g": s("G"), "until": at(now.Add(time.Minute))})
	d.put("sessions", av{"p": s("extended"), "g": s("G"), "until": at(now.Add(time.Minute))})
	d.put("sessions", av{"p": s("extended"), "g": s("G"), "until": at(now.Add(time.Hour))})
	count := func() int {
		out, err := d.Query(t.Context(), &dynamodb.QueryInput{
			TableName: aws.String("sessions"), IndexName: aws.String("byg"), KeyConditionExpression: aws.String("g = :v"), ExpressionAttributeValues: av{":v": s("G")},
		})
		require.NoError(t, err)
		return int(out.Count)
	}
	require.Equal(t, 10, count())
	now = now.Add(time.Minute)
	require.Equal(t, 10, count())
	now = now.Add(time.Second)
	require.Equal(t, 7, count())
	require.Nil(t, d.get("sessions", av{"p": s("soon")}))
	now = now.Add(time.Hour)
	require.Equal(t, 5, count())
}

// With a delay, tables and indexes go through DynamoDB's statuses, and waiters work.
func TestStatuses(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	db := dynamotest.New()
	db.SetClock(func() time.Time { return now })
	db.SetDelay(time.Minute)
	d := &door{client: db, t: t}
	table := d.table("p:S")
	status := func() string {
		out, err := d.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &table})
		if err != nil {
			return "none"
		}
		s := string(out.Table.TableStatus)
		for _, x := range out.Table.GlobalSecondaryIndexes {
			s += " " + string(x.IndexStatus)
		}
		return s
	}
	put := func() error {
		_, err := d.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: av{"p": s("a"), "g": s("G")}})
		return err
	}
	require.Equal(t, "CREATING", status())
	d.fails(put(), notFound, "Requested resource not found")
	now = now.Add(time.Minute)
	require.Equal(t, "ACTIVE", status())
	require.NoError(t, put())
	_, err := d.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{
		TableName: &table, AttributeDefinitions: definitionsOf("g:S"), GlobalSecondaryIndexUpdates: []types.GlobalSecondaryIndexUpdate{
			{Create: &types.CreateGlobalSecondaryIndexAction{IndexName: aws.String("byg"), KeySchema: schemaOf("g"), Projection: projectionOf("ALL")}},
		},
	})
	require.NoError(t, err)
	require.Equal(t, "UPDATING CREATING", status())
	require.NoError(t, put())
	_, err = d.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table, IndexName: aws.String("byg")})
	d.fails(err, validation, "Cannot read from backfilling global secondary index: byg")
	now = now.Add(time.Minute)
	require.Equal(t, "ACTIVE ACTIVE", status())
	scanned, err := d.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table, IndexName: aws.String("byg")})
	require.NoError(t, err)
	require.EqualValues(t, 1, scanned.Count)
	_, err = d.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: &table})
	require.NoError(t, err)
	require.Equal(t, "DELETING ACTIVE", status())
	d.fails(put(), notFound, "Requested resource not found")
	now = now.Add(time.Minute)
	require.Equal(t, "none", status())
	out, err := d.ListTables(t.Context(), &dynamodb.ListTablesInput{})
	require.NoError(t, err)
	require.Empty(t, out.TableNames)
}

// UPDATED_OLD and UPDATED_NEW are the parts of the document that the update names, and of a list all elements.
func TestUpdatedParts(t *testing.T) {
	db := dynamotest.New(dynamotest.Table{Name: "documents", Partition: dynamotest.S("p")})
	d := &door{client: db, t: t}
	for _, row := range []struct {
		update   string
		old, new av
	}{
		{"SET d.a = :v", av{"d": m(av{"a": n("1")})}, av{"d": m(av{"a": n("9")})}},
		{"SET d.fresh = :v", nil, av{"d": m(av{"fresh": n("9")})}},
		{"REMOVE d.a", av{"d": m(av{"a": n("1")})}, nil},
		{"SET d.l[1] = :v", av{"d": m(av{"l": l(n("2"), n("3"))})}, av{"d": m(av{"l": l(n("2"), n("9"))})}},
		{"REMOVE d.l[0]", av{"d": m(av{"l": l(n("2"), n("3"))})}, av{"d": m(av{"l": l(n("3"))})}},
		{"SET d.a = :v REMOVE d.m.x", av{"d": m(av{"a": n("1"), "m": m(av{"x": n("4")})})}, av{"d": m(av{"a": n("9")})}},
	} {
		for mode, want := range map[types.ReturnValue]av{types.ReturnValueUpdatedOld: row.old, types.ReturnValueUpdatedNew: row.new} {
			d.put("documents", av{"p": s("1"), "d": m(av{"a": n("1"), "l": l(n("2"), n("3")), "m": m(av{"x": n("4"), "y": n("5")})})})
			in := &dynamodb.UpdateItemInput{TableName: aws.String("documents"), Key: av{"p": s("1")}, UpdateExpression: &row.update, ReturnValues: mode}
			if strings.Contains(row.update, ":v") {
				in.ExpressionAttributeValues = av{":v": n("9")}
			}
			out, err := d.UpdateItem(t.Context(), in)
			require.NoError(t, err)
			require.Equal(t, want, out.Attributes, "%s %s", row.update, mode)
		}
	}
}
