// Package conformance tests that something behaves as DynamoDB does, as far as
// programs can tell through an SDK's client: [RunClient] runs one suite of
// behaviour against any client. The engine of dynamotest passes it through each of
// its doors, DynamoDB Local apart from its known faults. It can be pointed at AWS as
// well, where it makes and deletes a few hundred small tables.
//
// It is a package of its own because it brings the testing package along, which has
// no place in a program that serves an engine.
package conformance

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// A Client is what the suite needs of DynamoDB: the methods of *dynamodb.Client for
// items, tables, time to live and tags. *dynamotest.DB has them too.
type Client interface {
	CreateTable(context.Context, *dynamodb.CreateTableInput, ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error)
	DescribeTable(context.Context, *dynamodb.DescribeTableInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error)
	ListTables(context.Context, *dynamodb.ListTablesInput, ...func(*dynamodb.Options)) (*dynamodb.ListTablesOutput, error)
	DeleteTable(context.Context, *dynamodb.DeleteTableInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteTableOutput, error)
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
	Scan(context.Context, *dynamodb.ScanInput, ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error)
	BatchGetItem(context.Context, *dynamodb.BatchGetItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error)
	BatchWriteItem(context.Context, *dynamodb.BatchWriteItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error)
	TransactGetItems(context.Context, *dynamodb.TransactGetItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactGetItemsOutput, error)
	UpdateTable(context.Context, *dynamodb.UpdateTableInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateTableOutput, error)
	UpdateTimeToLive(context.Context, *dynamodb.UpdateTimeToLiveInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateTimeToLiveOutput, error)
	DescribeTimeToLive(context.Context, *dynamodb.DescribeTimeToLiveInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTimeToLiveOutput, error)
	TagResource(context.Context, *dynamodb.TagResourceInput, ...func(*dynamodb.Options)) (*dynamodb.TagResourceOutput, error)
	UntagResource(context.Context, *dynamodb.UntagResourceInput, ...func(*dynamodb.Options)) (*dynamodb.UntagResourceOutput, error)
	ListTagsOfResource(context.Context, *dynamodb.ListTagsOfResourceInput, ...func(*dynamodb.Options)) (*dynamodb.ListTagsOfResourceOutput, error)
	TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error)
}

// An Option changes what [RunClient] expects.
type Option func(*door)

// DynamoDBLocal expects DynamoDB Local: error types are compared, but not messages,
// and what it is known to do otherwise than DynamoDB is left out.
func DynamoDBLocal() Option { return func(d *door) { d.local = true } }

// RunClient runs the suite, each behaviour as a subtest with a client of its own. The
// tables are made by the suite, under names of its own, and deleted afterwards;
// clients may share an engine, or an account.
func RunClient(t *testing.T, newClient func(t *testing.T) Client, options ...Option) {
	for _, b := range behaviours() {
		t.Run(b.name, func(t *testing.T) {
			b.test(t, func(t *testing.T, test func(*testing.T, *door)) {
				t.Helper()
				d := &door{Client: newClient(t), t: t}
				for _, o := range options {
					o(d)
				}
				test(t, d)
			})
		})
	}
}

// A runner gives a test its door.
type runner func(t *testing.T, test func(t *testing.T, d *door))

// A behaviour is a test of the suite.
type behaviour struct {
	name string
	test func(t *testing.T, each runner)
}

func behaviours() []behaviour {
	return []behaviour{
		{"ItemsComeBackAsTheyWere", testItemsComeBackAsTheyWere},
		{"SetsAreInOrder", testSetsAreInOrder},
		{"NumbersAreCanonical", testNumbersAreCanonical},
		{"InvalidItemsAndKeys", testInvalidItemsAndKeys},
		{"PutReturnsOldAndConsumed", testPutReturnsOldAndConsumed},
		{"ConditionFailureReturnsTheItem", testConditionFailureReturnsTheItem},
		{"Projection", testProjection},
		{"Conditions", testConditions},
		{"FaultyConditions", testFaultyConditions},
		{"LimitsOfExpressions", testLimitsOfExpressions},
		{"LimitsOfPlaceholders", testLimitsOfPlaceholders},
		{"Updates", testUpdates},
		{"UpdateReturnValues", testUpdateReturnValues},
		{"EveryItemOnceOverPages", testEveryItemOnceOverPages},
		{"PageEndsAtOneMegabyte", testPageEndsAtOneMegabyte},
		{"LimitFilterAndCount", testLimitFilterAndCount},
		{"KeyConditions", testKeyConditions},
		{"FaultyQueries", testFaultyQueries},
		{"FaultyScans", testFaultyScans},
		{"IndexesProjectAndAreSparse", testIndexesProjectAndAreSparse},
		{"ReadsBeyondTheProjection", testReadsBeyondTheProjection},
		{"IndexKeysOfItems", testIndexKeysOfItems},
		{"StartKeysOfIndexes", testStartKeysOfIndexes},
		{"PagesOverEqualIndexKeys", testPagesOverEqualIndexKeys},
		{"CapacityOfIndexWrites", testCapacityOfIndexWrites},
		{"ItemCollectionMetrics", testItemCollectionMetrics},
		{"Tables", testTables},
		{"Batches", testBatches},
		{"BatchGetStopsAt16MB", testBatchGetStopsAt16MB},
		{"Transactions", testTransactions},
		{"UpdatesInsideLists", testUpdatesInsideLists},
		{"KeysAreScalars", testKeysAreScalars},
		{"SortKeyValuesOfQueries", testSortKeyValuesOfQueries},
		{"TransactGetStopsAt4MB", testTransactGetStopsAt4MB},
		{"UpdatedListsComeWhole", testUpdatedListsComeWhole},
		{"TokensTellRequestsApart", testTokensTellRequestsApart},
		{"TextIsUTF8", testTextIsUTF8},
		{"AttributeNamesHaveALength", testAttributeNamesHaveALength},
		{"TableNamesOfBatches", testTableNamesOfBatches},
		{"InvalidIndexes", testInvalidIndexes},
		{"UpdateTableIndexes", testUpdateTableIndexes},
		{"UpdateTableSettings", testUpdateTableSettings},
		{"TimeToLive", testTimeToLive},
		{"Tags", testTags},
		{"LegacyFilters", testLegacyFilters},
		{"ConditionalOperator", testConditionalOperator},
		{"InvalidLegacyConditions", testInvalidLegacyConditions},
		{"LegacyKeyConditions", testLegacyKeyConditions},
		{"AttributeUpdates", testAttributeUpdates},
		{"AttributesToGet", testAttributesToGet},
		{"MessagesOfAWS", testMessagesOfAWS},
		{"FaultsOfKeysInTransactions", testFaultsOfKeysInTransactions},
		{"Nesting", testNesting},
	}
}
