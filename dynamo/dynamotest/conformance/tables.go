package conformance

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"
)

const (
	notFound   = "ResourceNotFoundException"
	paramsBad  = "One or more parameter values were invalid: "
	noSuchName = "suite-no-such-table"
)

// What CreateTable refuses of indexes, in the order in which it looks.
func testInvalidIndexes(t *testing.T, each runner) {
	const undefined = paramsBad + "Some index key attributes are not defined in AttributeDefinitions. Keys: [q], AttributeDefinitions: [p, s, t]"
	const sameName = "Both the Hash Key and the Range Key element in the KeySchema have the same name"
	many := func(n int, one func(name string)) {
		for i := range n {
			one(fmt.Sprint("index", i))
		}
	}
	each(t, func(t *testing.T, d *door) {
		for _, row := range []struct {
			message string
			change  func(*dynamodb.CreateTableInput)
		}{
			{paramsBad + "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex", func(in *dynamodb.CreateTableInput) {
				in.KeySchema, in.LocalSecondaryIndexes = schemaOf("p"), []types.LocalSecondaryIndex{local("loc", "p t", "ALL")}
			}},
			{undefined, func(in *dynamodb.CreateTableInput) {
				in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{global("glo", "q", "ALL")}
			}},
			{sameName, func(in *dynamodb.CreateTableInput) {
				in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{global("glo", "t t", "ALL")}
			}},
			{paramsBad + "Index KeySchema does not have a range key for index: loc", func(in *dynamodb.CreateTableInput) {
				in.LocalSecondaryIndexes = []types.LocalSecondaryIndex{local("loc", "p", "ALL")}
			}},
			{paramsBad + "Index KeySchema does not have the same leading hash key as table KeySchema for index: loc. index hash key: t, table hash key: p", func(in *dynamodb.CreateTableInput) {
				in.LocalSecondaryIndexes = []types.LocalSecondaryIndex{local("loc", "t s", "ALL")}
			}},
			{paramsBad + "Unknown ProjectionType: null", func(in *dynamodb.CreateTableInput) {
				in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{{IndexName: aws.String("glo"), KeySchema: schemaOf("t"), Projection: &types.Projection{}}}
			}},
			{paramsBad + "ProjectionType is KEYS_ONLY, but NonKeyAttributes is specified", func(in *dynamodb.CreateTableInput) {
				x := global("glo", "t", "KEYS_ONLY")
				x.Projection.NonKeyAttributes = []string{"x"}
				in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{x}
			}},
			{paramsBad + "ProjectionType is INCLUDE, but NonKeyAttributes is not specified", func(in *dynamodb.CreateTableInput) {
				x := global("glo", "t", "KEYS_ONLY")
				x.Projection.ProjectionType = types.ProjectionTypeInclude
				in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{x}
			}},
			{paramsBad + "Duplicate index name: same", func(in *dynamodb.CreateTableInput) {
				in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{global("same", "t", "ALL")}
				in.LocalSecondaryIndexes = []types.LocalSecondaryIndex{local("same", "p t", "ALL")}
			}},
			{paramsBad + "Number of LocalSecondaryIndexes exceeds per-table limit of 5", func(in *dynamodb.CreateTableInput) {
				many(6, func(name string) {
					in.LocalSecondaryIndexes = append(in.LocalSecondaryIndexes, local(name, "p t", "ALL"))
				})
			}},
			{paramsBad + "GlobalSecondaryIndex count exceeds the per-table limit of 20", func(in *dynamodb.CreateTableInput) {
				many(21, func(name string) {
					in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, global(name, "t", "ALL"))
				})
			}},
			{paramsBad + "Some AttributeDefinitions are not used. AttributeDefinitions: [p, s, t], keys used: [p, s]", func(in *dynamodb.CreateTableInput) {
				in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{global("glo", "s", "ALL")}
			}},
			{paramsBad + "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions", func(*dynamodb.CreateTableInput) {}},
			{"1 validation error detected: Value 'a!' at 'globalSecondaryIndexes.1.member.indexName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+; Value 'a!' at 'globalSecondaryIndexes.1.member.indexName' failed to satisfy constraint: Member must have length greater than or equal to 3", func(in *dynamodb.CreateTableInput) {
				in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{global("a!", "t", "ALL")}
			}},
		} {
			in := &dynamodb.CreateTableInput{
				TableName: aws.String(tableName()), BillingMode: types.BillingModePayPerRequest,
				AttributeDefinitions: definitionsOf("p:S s:S t:S"), KeySchema: schemaOf("p s"),
			}
			row.change(in)
			_, err := d.CreateTable(t.Context(), in)
			d.drop(*in.TableName) // where it is made after all
			d.fails(err, validation, strings.Replace(row.message, "1 validation error detected: Value 'a!'", "2 validation errors detected: Value 'a!'", 1))
		}
	})
}

// An index that is added has the rows of before, but for those whose attribute
// has another type; one that is removed is gone.
func testUpdateTableIndexes(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		table := d.table("p:S s:S")
		d.put(table, av{"p": s("a"), "s": s("1"), "g": n("7"), "x": s("X")})
		d.put(table, av{"p": s("a"), "s": s("2"), "g": s("7")})
		d.put(table, av{"p": s("a"), "s": s("3")})
		update := func(change ...types.GlobalSecondaryIndexUpdate) error {
			_, err := d.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{
				TableName: &table, AttributeDefinitions: definitionsOf("g:N"), GlobalSecondaryIndexUpdates: change,
			})
			if err != nil {
				return err
			}
			return dynamodb.NewTableExistsWaiter(d).Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: &table}, time.Minute)
		}
		create := func(name, key string) types.GlobalSecondaryIndexUpdate {
			return types.GlobalSecondaryIndexUpdate{Create: &types.CreateGlobalSecondaryIndexAction{
				IndexName: &name, KeySchema: schemaOf(key), Projection: projectionOf("x"),
			}}
		}
		remove := types.GlobalSecondaryIndexUpdate{Delete: &types.DeleteGlobalSecondaryIndexAction{IndexName: aws.String("byg")}}

		d.fails(update(remove), notFound, "Requested resource not found")
		d.fails(update(create("byg", "q")), validation, paramsBad+"Some index key attributes are not defined in AttributeDefinitions. Keys: [q], AttributeDefinitions: [p, s, g]")
		require.NoError(t, update(create("byg", "g")))
		d.waitForIndex(table, "byg")
		d.fails(update(create("byg", "g")), validation, "Attempting to create an index which already exists")
		query := &dynamodb.QueryInput{
			TableName: &table, IndexName: aws.String("byg"), KeyConditionExpression: aws.String("g = :v"), ExpressionAttributeValues: av{":v": n("7")},
		}
		out, err := d.Query(t.Context(), query)
		require.NoError(t, err)
		require.Equal(t, []av{{"p": s("a"), "s": s("1"), "g": n("7"), "x": s("X")}}, convert(out.Items))
		d.put(table, av{"p": s("a"), "s": s("3"), "g": n("7")})
		out, err = d.Query(t.Context(), query)
		require.NoError(t, err)
		require.EqualValues(t, 2, out.Count)
		_, err = d.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{ // the attribute of the wrong type stays
			TableName: &table, Key: av{"p": s("a"), "s": s("2")}, UpdateExpression: aws.String("SET y = :v"), ExpressionAttributeValues: av{":v": s("y")},
		})
		if !d.local { // Local refuses any further write of such an item
			require.NoError(t, err)
		}

		described, err := d.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &table})
		require.NoError(t, err)
		require.Len(t, described.Table.AttributeDefinitions, 3)
		x := described.Table.GlobalSecondaryIndexes[0]
		require.Equal(t, []any{"byg", types.IndexStatusActive, schemaOf("g"), projectionOf("x")}, []any{*x.IndexName, x.IndexStatus, x.KeySchema, x.Projection})

		require.NoError(t, update(remove))
		require.Eventually(t, func() bool {
			_, err = d.Query(t.Context(), query)
			var api smithy.APIError
			return errors.As(err, &api) && (!d.local || api.ErrorCode() != "InternalFailure") // which Local may answer meanwhile
		}, time.Minute, 10*time.Millisecond)
		d.fails(err, validation, "The table does not have the specified index: byg")
		described, err = d.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &table})
		require.NoError(t, err)
		require.Empty(t, described.Table.GlobalSecondaryIndexes)
		if !d.local { // which keeps the definition of an attribute that is no key any more
			require.Len(t, described.Table.AttributeDefinitions, 2)
		}
	})
}

func (d *door) waitForIndex(table, index string) {
	d.t.Helper()
	require.Eventually(d.t, func() bool {
		out, err := d.DescribeTable(d.t.Context(), &dynamodb.DescribeTableInput{TableName: &table})
		require.NoError(d.t, err)
		for _, x := range out.Table.GlobalSecondaryIndexes {
			if *x.IndexName == index {
				return x.IndexStatus == types.IndexStatusActive
			}
		}
		return false
	}, time.Minute, 10*time.Millisecond)
}

func testUpdateTableSettings(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		table := tableName()
		units := func(read, write int64) *types.ProvisionedThroughput {
			return &types.ProvisionedThroughput{ReadCapacityUnits: &read, WriteCapacityUnits: &write}
		}
		_, err := d.CreateTable(t.Context(), &dynamodb.CreateTableInput{
			TableName: &table, AttributeDefinitions: definitionsOf("p:S"), KeySchema: schemaOf("p"), ProvisionedThroughput: units(5, 6),
		})
		require.NoError(t, err)
		d.drop(table)
		update := func(in dynamodb.UpdateTableInput) error {
			in.TableName = &table
			_, err := d.UpdateTable(t.Context(), &in)
			return err
		}
		same := "The provisioned throughput for the table will not change. The requested value equals the current value. " +
			"Current ReadCapacityUnits provisioned for the table: 5. Requested ReadCapacityUnits: 5. " +
			"Current WriteCapacityUnits provisioned for the table: 6. Requested WriteCapacityUnits: 6. " +
			"Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
		d.fails(update(dynamodb.UpdateTableInput{ProvisionedThroughput: units(5, 6)}), validation, same)
		d.fails(update(dynamodb.UpdateTableInput{}), validation, "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required")
		d.fails(update(dynamodb.UpdateTableInput{ProvisionedThroughput: units(0, 6)}), validation, "1 validation error detected: Value '0' at 'provisionedThroughput.readCapacityUnits' failed to satisfy constraint: Member must have value greater than or equal to 1")
		if !d.local { // Local takes both
			d.fails(update(dynamodb.UpdateTableInput{BillingMode: types.BillingModePayPerRequest, ProvisionedThroughput: units(1, 1)}), validation,
				paramsBad+"Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
		}
		describe := func() *types.TableDescription {
			out, err := d.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &table})
			require.NoError(t, err)
			return out.Table
		}
		require.NoError(t, update(dynamodb.UpdateTableInput{ProvisionedThroughput: units(7, 8)}))
		require.EqualValues(t, []int64{7, 8}, []int64{*describe().ProvisionedThroughput.ReadCapacityUnits, *describe().ProvisionedThroughput.WriteCapacityUnits})
		require.NoError(t, update(dynamodb.UpdateTableInput{BillingMode: types.BillingModePayPerRequest}))
		require.NoError(t, update(dynamodb.UpdateTableInput{BillingMode: types.BillingModePayPerRequest}))
		require.Equal(t, types.BillingModePayPerRequest, describe().BillingModeSummary.BillingMode)
		require.Zero(t, *describe().ProvisionedThroughput.ReadCapacityUnits)
		d.fails(update(dynamodb.UpdateTableInput{BillingMode: types.BillingModeProvisioned}), validation,
			paramsBad+"ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
		require.NoError(t, update(dynamodb.UpdateTableInput{BillingMode: types.BillingModeProvisioned, ProvisionedThroughput: units(1, 1)}))
		require.NoError(t, update(dynamodb.UpdateTableInput{DeletionProtectionEnabled: aws.Bool(true)}))
		_, err = d.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: &table})
		d.fails(err, validation, "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
		require.NoError(t, update(dynamodb.UpdateTableInput{DeletionProtectionEnabled: aws.Bool(false)}))
		_, err = d.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{TableName: aws.String(noSuchName), BillingMode: types.BillingModePayPerRequest})
		d.fails(err, notFound, "Requested resource not found: Table: "+noSuchName+" not found")
	})
}

func testTimeToLive(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		table := d.table("p:S")
		set := func(table, attr string, on bool) error {
			out, err := d.UpdateTimeToLive(t.Context(), &dynamodb.UpdateTimeToLiveInput{
				TableName: &table, TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: &attr, Enabled: &on},
			})
			if err == nil {
				require.Equal(t, attr, *out.TimeToLiveSpecification.AttributeName)
			}
			return err
		}
		describe := func() *types.TimeToLiveDescription {
			out, err := d.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: &table})
			require.NoError(t, err)
			return out.TimeToLiveDescription
		}
		require.Equal(t, &types.TimeToLiveDescription{TimeToLiveStatus: types.TimeToLiveStatusDisabled}, describe())
		d.fails(set(table, "until", false), validation, "TimeToLive is already disabled")
		require.NoError(t, set(table, "until", true))
		require.Equal(t, &types.TimeToLiveDescription{TimeToLiveStatus: types.TimeToLiveStatusEnabled, AttributeName: aws.String("until")}, describe())
		d.fails(set(table, "until", true), validation, "TimeToLive is already enabled")
		d.fails(set(table, "other", true), validation, "TimeToLive is active on a different AttributeName: current AttributeName is until")
		if !d.local { // Local turns any attribute off
			d.fails(set(table, "other", false), validation, "TimeToLive is active on a different AttributeName: current AttributeName is until")
		}
		require.NoError(t, set(table, "until", false))
		d.fails(set(table, "", true), validation, "1 validation error detected: Value '' at 'timeToLiveSpecification.attributeName' failed to satisfy constraint: Member must have length greater than or equal to 1")
		d.fails(set(noSuchName, "until", true), notFound, "Requested resource not found: Table: "+noSuchName+" not found")
		_, err := d.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: aws.String(noSuchName)})
		d.fails(err, notFound, "Requested resource not found: Table: "+noSuchName+" not found")
	})
}

func testTags(t *testing.T, each runner) {
	each(t, func(t *testing.T, d *door) {
		if d.local {
			t.Skip("DynamoDB Local has no tags")
		}
		table := d.table("p:S")
		described, err := d.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &table})
		require.NoError(t, err)
		arn := described.Table.TableArn
		list := func() map[string]string {
			out, err := d.ListTagsOfResource(t.Context(), &dynamodb.ListTagsOfResourceInput{ResourceArn: arn})
			require.NoError(t, err)
			tags := map[string]string{}
			for _, one := range out.Tags {
				tags[*one.Key] = *one.Value
			}
			return tags
		}
		tag := func(arn *string, pairs ...string) error {
			var tags []types.Tag
			for i := 0; i < len(pairs); i += 2 {
				tags = append(tags, types.Tag{Key: &pairs[i], Value: &pairs[i+1]})
			}
			_, err := d.TagResource(t.Context(), &dynamodb.TagResourceInput{ResourceArn: arn, Tags: tags})
			return err
		}
		require.Empty(t, list())
		require.NoError(t, tag(arn, "a", "1", "b", "2"))
		require.NoError(t, tag(arn, "b", "3", "c", ""))
		require.Equal(t, map[string]string{"a": "1", "b": "3", "c": ""}, list())
		_, err = d.UntagResource(t.Context(), &dynamodb.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"a", "z"}})
		require.NoError(t, err)
		require.Equal(t, map[string]string{"b": "3", "c": ""}, list())
		d.fails(tag(aws.String("not-an-arn"), "a", "1"), validation, "Invalid TableArn: Invalid ResourceArn provided as input not-an-arn")
	})
}
