package dynamotest_test

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/bits"
	"net/http/httptest"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

const users = "users"

func usersDB() *dynamotest.DB {
	return dynamotest.New(dynamotest.Table{Name: users, Partition: dynamotest.S("id")})
}

// noRetries is an SDK client of a server that does not retry.
func noRetries(c *dynamodb.Client) *dynamodb.Client {
	o := c.Options()
	o.Retryer = aws.NopRetryer{}
	return dynamodb.New(o)
}

// eachDoor runs a test through the three doors of a DB, without retries.
func eachDoor(t *testing.T, test func(t *testing.T, db *dynamotest.DB, c client, door string)) {
	t.Run("value", func(t *testing.T) { db := usersDB(); test(t, db, db, "value") })
	t.Run("socketless", func(t *testing.T) { db := usersDB(); test(t, db, noRetries(db.Client()), "socketless") })
	t.Run("http", func(t *testing.T) {
		db := usersDB()
		server := httptest.NewServer(db.Handler())
		defer server.Close()
		test(t, db, noRetries(httpClient(server.URL)), "http")
	})
}

func putUser(t *testing.T, c client, id string) error {
	_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(users), Item: av{"id": s(id)}})
	return err
}

func getUser(ctx context.Context, c client) (av, error) {
	out, err := c.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String(users), Key: av{"id": s("a")}})
	if err != nil {
		return nil, err
	}
	return out.Item, nil
}

// Each effect looks as it should, is carried out only where it says so, and is
// over after one call.
func TestEffects(t *testing.T) {
	code := func(want string, status int) func(error) bool {
		return func(err error) bool {
			var api smithy.APIError
			var response interface{ HTTPStatusCode() int }
			return errors.As(err, &api) && api.ErrorCode() == want && errors.As(err, &response) && response.HTTPStatusCode() == status
		}
	}
	is := func(target error) func(error) bool { return func(err error) bool { return errors.Is(err, target) } }
	says := func(text string) func(error) bool {
		return func(err error) bool { return err != nil && strings.Contains(err.Error(), text) }
	}
	none := func(err error) bool { return err == nil }
	refused := says("dynamotest: a call of DB's methods has no bytes for the effect")
	eachDoor(t, func(t *testing.T, db *dynamotest.DB, c client, door string) {
		for _, row := range []struct {
			effect  dynamotest.Effect
			applied bool // unasked
			value   func(error) bool
			bytes   func(error) bool // through the SDK's client; nil: as the value
		}{
			{dynamotest.Throttled, false, code("ProvisionedThroughputExceededException", 400), nil},
			{dynamotest.RequestLimit, false, code("RequestLimitExceeded", 400), nil},
			{dynamotest.InternalError, false, code("InternalServerError", 500), nil},
			{dynamotest.Unavailable, false, code("ServiceUnavailable", 503), nil},
			{dynamotest.Conflict, false, code("TransactionConflictException", 400), nil},
			{dynamotest.Reset, false, is(syscall.ECONNRESET), nil},
			{dynamotest.EmptyBody, false, refused, none},
			{dynamotest.HTMLPage, false, says("deserialization failed"), nil},
			{dynamotest.CutBody, true, is(io.ErrUnexpectedEOF), nil},
			{dynamotest.ResetBody, true, is(syscall.ECONNRESET), nil},
			{dynamotest.ShortBody, true, says("deserialization failed"), nil},
			{dynamotest.BadChecksum, true, refused, none}, // the SDK only logs it
		} {
			for _, applied := range []bool{false, true} {
				id := fmt.Sprint(row.effect, applied)
				db.Inject(dynamotest.Fault{Operation: "PutItem", Table: users, Effect: row.effect, Applied: applied})
				want := row.value
				if door != "value" && row.bytes != nil {
					want = row.bytes
				}
				err := putUser(t, c, id)
				require.True(t, want(err), "%s: %v", id, err)
				var operation *smithy.OperationError
				require.True(t, err == nil || errors.As(err, &operation), "%T", err)
				out, err := db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String(users), Key: av{"id": s(id)}})
				require.NoError(t, err)
				require.Equal(t, applied || row.applied, out.Item != nil, id)
				require.NoError(t, putUser(t, c, id), "the next call")
			}
		}
	})
}

// A flipped body differs in one bit, and the checksum tells.
func TestFlippedBody(t *testing.T) {
	db := usersDB()
	require.NoError(t, putUser(t, db, "a"))
	const want = `{"Item":{"id":{"S":"a"}}}`
	get := func() *httptest.ResponseRecorder {
		return post(db.Handler(), "DynamoDB_20120810.GetItem", `{"TableName":"users","Key":{"id":{"S":"a"}}}`)
	}
	db.Inject(dynamotest.Fault{Operation: "GetItem", Times: 200, Effect: dynamotest.FlippedBody, Seed: 7})
	for range 200 {
		w, flipped := get(), 0
		require.Len(t, w.Body.String(), len(want))
		for i, b := range w.Body.Bytes() {
			flipped += bits.OnesCount8(b ^ want[i])
		}
		require.Equal(t, 1, flipped)
		require.Equal(t, fmt.Sprint(crc32.ChecksumIEEE([]byte(want))), w.Header().Get("x-amz-crc32"))
	}
	require.Equal(t, want, get().Body.String())
	db.Inject(dynamotest.Fault{Effect: dynamotest.FlippedBody})
	_, err := getUser(t.Context(), db)
	require.ErrorContains(t, err, "FlippedBody")
}

func TestErrOfAFault(t *testing.T) {
	eachDoor(t, func(t *testing.T, db *dynamotest.DB, c client, _ string) {
		db.Inject(dynamotest.Fault{Operation: "PutItem", Err: &types.LimitExceededException{Message: aws.String("too many")}})
		err := putUser(t, c, "a")
		var limit *types.LimitExceededException
		require.ErrorAs(t, err, &limit)
		require.Equal(t, "too many", limit.ErrorMessage())

		old := av{"id": s("a"), "n": n("1")}
		db.Inject(dynamotest.Fault{Operation: "PutItem", Err: &types.ConditionalCheckFailedException{Item: old}})
		var failed *types.ConditionalCheckFailedException
		require.ErrorAs(t, putUser(t, c, "a"), &failed)
		require.Equal(t, old, failed.Item)

		db.Inject(dynamotest.Fault{Operation: "TransactWriteItems", Err: &types.TransactionCanceledException{
			CancellationReasons: []types.CancellationReason{{Code: aws.String("None")}, {Code: aws.String("ThrottlingError"), Message: aws.String("slow")}},
		}})
		var canceled *types.TransactionCanceledException
		require.ErrorAs(t, transact(t, c, "a", "b"), &canceled)
		require.Equal(t, "ThrottlingError", *canceled.CancellationReasons[1].Code)
		require.NoError(t, transact(t, c, "a", "b"))
	})
}

func transact(t *testing.T, c client, ids ...string) error {
	var items []types.TransactWriteItem
	for _, id := range ids {
		items = append(items, types.TransactWriteItem{Put: &types.Put{TableName: aws.String(users), Item: av{"id": s(id)}}})
	}
	_, err := c.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: items})
	return err
}

func TestConflictsOfTransactions(t *testing.T) {
	eachDoor(t, func(t *testing.T, db *dynamotest.DB, c client, _ string) {
		db.Inject(dynamotest.Fault{Operation: "TransactWriteItems", Effect: dynamotest.Conflict})
		var canceled *types.TransactionCanceledException
		require.ErrorAs(t, transact(t, c, "a", "b"), &canceled)
		require.Equal(t, "TransactionConflict", *canceled.CancellationReasons[0].Code)
		require.Equal(t, "None", *canceled.CancellationReasons[1].Code)

		db.Inject(dynamotest.Fault{Operation: "TransactWriteItems", Effect: dynamotest.InProgress, Applied: true})
		var progress *types.TransactionInProgressException
		require.ErrorAs(t, transact(t, c, "a", "b"), &progress)
		it, err := getUser(t.Context(), db)
		require.NoError(t, err)
		require.NotNil(t, it)
	})
}

// Which calls are hit: the n-th, so many, by chance, until it is removed.
func TestWhichCallsAreHit(t *testing.T) {
	for name, row := range map[string]struct {
		fault dynamotest.Fault
		want  string // of ten calls
	}{
		"the next":         {dynamotest.Fault{}, "x........."},
		"the third":        {dynamotest.Fault{Skip: 2}, "..x......."},
		"two":              {dynamotest.Fault{Skip: 1, Times: 2}, ".xx......."},
		"all":              {dynamotest.Fault{Times: -1}, "xxxxxxxxxx"},
		"by chance":        {dynamotest.Fault{Chance: 0.5, Seed: 1}, "xx..x.xxxx"},
		"once by chance":   {dynamotest.Fault{Chance: 0.5, Seed: 1, Skip: 2, Times: 1}, "..x......."},
		"another's":        {dynamotest.Fault{Operation: "GetItem", Times: -1}, ".........."},
		"another table's":  {dynamotest.Fault{Table: "other", Times: -1}, ".........."},
		"certain, by name": {dynamotest.Fault{Operation: "PutItem", Table: users, Chance: 1}, "xxxxxxxxxx"},
	} {
		db := usersDB()
		row.fault.Effect = dynamotest.Throttled
		remove := db.Inject(row.fault)
		got := ""
		for range 10 {
			if err := putUser(t, db, "a"); err != nil {
				got += "x"
			} else {
				got += "."
			}
		}
		require.Equal(t, row.want, got, name)
		remove()
		remove()
		require.NoError(t, putUser(t, db, "a"), name)
	}
}

// The first fault that hits a call has it; one that does not leaves it to the next.
func TestFaultsInOrder(t *testing.T) {
	db := usersDB()
	db.Inject(dynamotest.Fault{Skip: 1, Effect: dynamotest.InternalError})
	db.Inject(dynamotest.Fault{Times: 2, Effect: dynamotest.Throttled})
	var codes []string
	for range 4 {
		var api smithy.APIError
		if errors.As(putUser(t, db, "a"), &api) {
			codes = append(codes, api.ErrorCode())
		} else {
			codes = append(codes, "")
		}
	}
	require.Equal(t, []string{"ProvisionedThroughputExceededException", "InternalServerError", "ProvisionedThroughputExceededException", ""}, codes)
}

// The SDK retries through the client without a socket as it would through one.
func TestRetriesAreCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := usersDB()
		db.Inject(dynamotest.Fault{Operation: "PutItem", Times: 2, Effect: dynamotest.Reset})
		require.NoError(t, putUser(t, db.Client(), "a"))
		require.Equal(t, 3, db.Count("PutItem"))
	})
}

func TestLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := usersDB()
		for _, c := range []client{db, noRetries(db.Client())} {
			db.Inject(dynamotest.Fault{Operation: "GetItem", Latency: 3 * time.Second})
			start := time.Now()
			_, err := getUser(t.Context(), c)
			require.NoError(t, err)
			require.Equal(t, 3*time.Second, time.Since(start))

			for _, f := range []dynamotest.Fault{{Latency: time.Hour}, {Effect: dynamotest.StallBody}} {
				db.Inject(f)
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				start = time.Now()
				_, err = getUser(ctx, c)
				cancel()
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.Equal(t, time.Second, time.Since(start))
			}
		}
	})
}

// A body that stalls on a socket lasts as long as the client has patience.
func TestStallOnASocket(t *testing.T) {
	db := usersDB()
	server := httptest.NewServer(db.Handler())
	defer server.Close()
	db.Inject(dynamotest.Fault{Effect: dynamotest.StallBody})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := getUser(ctx, noRetries(httpClient(server.URL)))
	require.Error(t, err) // of the deadline, or of the connection that it closed
}

func TestUnprocessed(t *testing.T) {
	table := users
	eachDoor(t, func(t *testing.T, db *dynamotest.DB, c client, _ string) {
		write := func(n int) map[string][]types.WriteRequest {
			var list []types.WriteRequest
			for i := range n {
				list = append(list, types.WriteRequest{PutRequest: &types.PutRequest{Item: av{"id": s(fmt.Sprint(i))}}})
			}
			return map[string][]types.WriteRequest{table: append(list, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: av{"id": s("gone")}}})}
		}
		db.Inject(dynamotest.Fault{Operation: "BatchWriteItem", Effect: dynamotest.Unprocessed})
		out, err := c.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: write(5)})
		require.NoError(t, err)
		require.Equal(t, write(5), out.UnprocessedItems, "all of it")

		db.Inject(dynamotest.Fault{Operation: "BatchWriteItem", Effect: dynamotest.Unprocessed, Share: 0.4, Seed: 1})
		out, err = c.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: write(20)})
		require.NoError(t, err)
		left := out.UnprocessedItems[table]
		require.NotEmpty(t, left)
		require.Less(t, len(left), 20)
		scanned, err := db.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table})
		require.NoError(t, err)
		deletes := slices.ContainsFunc(left, func(w types.WriteRequest) bool { return w.DeleteRequest != nil })
		want := 20 - len(left)
		if deletes {
			want++
		}
		require.Len(t, scanned.Items, want)

		keys := []map[string]types.AttributeValue{{"id": s("0")}, {"id": s("1")}, {"id": s("2")}}
		request := map[string]types.KeysAndAttributes{table: {Keys: keys, ConsistentRead: aws.Bool(true), ProjectionExpression: aws.String("#i"), ExpressionAttributeNames: map[string]string{"#i": "id"}}}
		db.Inject(dynamotest.Fault{Operation: "BatchGetItem", Effect: dynamotest.Unprocessed})
		got, err := c.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: request})
		require.NoError(t, err)
		require.Empty(t, got.Responses[table])
		require.Equal(t, request[table].Keys, got.UnprocessedKeys[table].Keys)
		require.Equal(t, "#i", *got.UnprocessedKeys[table].ProjectionExpression)

		db.Inject(dynamotest.Fault{Operation: "BatchGetItem", Effect: dynamotest.Unprocessed, Share: 0.5, Seed: 1})
		got, err = c.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: request})
		require.NoError(t, err)
		require.NotEmpty(t, got.UnprocessedKeys[table].Keys)
		require.Less(t, len(got.UnprocessedKeys[table].Keys), 3)

		// What is invalid is refused, however little of it would be done.
		db.Inject(dynamotest.Fault{Operation: "BatchWriteItem", Effect: dynamotest.Unprocessed})
		_, err = c.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: write(25)})
		require.Error(t, err)
	})
}

func TestInjectRefusesNonsense(t *testing.T) {
	for want, f := range map[string]dynamotest.Fault{
		`a fault is for the unknown operation "Put"`:                                                                  {Operation: "Put", Effect: dynamotest.Throttled},
		`a fault does nothing: set Effect, Err or Latency`:                                                            {},
		`a fault has the unknown effect Effect(7)`:                                                                    {Effect: 7},
		`a fault has both the effect Throttled and an Err`:                                                            {Effect: dynamotest.Throttled, Err: &types.LimitExceededException{}},
		`a fault's Err is a *errors.errorString, which is not an answer of DynamoDB: want a smithy.APIError`:          {Err: errors.New("x")},
		`a fault's Chance is 1.5 and its Share 0: want 0 to 1`:                                                        {Chance: 1.5, Effect: dynamotest.Reset},
		`a fault's Skip is -1`:                                                                                        {Skip: -1, Effect: dynamotest.Reset},
		`a fault's Share is for Unprocessed, not for Reset`:                                                           {Share: 0.5, Effect: dynamotest.Reset},
		`a fault with the effect Unprocessed needs one of the operations BatchGetItem, BatchWriteItem, not "PutItem"`: {Operation: "PutItem", Effect: dynamotest.Unprocessed},
		`a fault with the effect Conflict needs one of the operations PutItem, UpdateItem, DeleteItem, TransactGetItems, TransactWriteItems, not ""`: {Effect: dynamotest.Conflict},
	} {
		require.PanicsWithValue(t, "dynamotest: "+want, func() { usersDB().Inject(f) })
	}
}

// The log tells what was asked and answered, the same through each door.
func TestRecordedCalls(t *testing.T) {
	eachDoor(t, func(t *testing.T, db *dynamotest.DB, c client, _ string) {
		require.NoError(t, putUser(t, c, "before"))
		db.Record(4)
		require.NoError(t, putUser(t, c, "a"))
		_, err := c.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: aws.String(users), Key: av{"id": s("a")}, UpdateExpression: aws.String("SET #n = :n"), ReturnValues: types.ReturnValueUpdatedNew,
			ExpressionAttributeNames: map[string]string{"#n": "n"}, ExpressionAttributeValues: av{":n": n("1")},
		})
		require.NoError(t, err)
		_, err = c.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{users: {Keys: []map[string]types.AttributeValue{{"id": s("none")}}}}})
		require.NoError(t, err)
		db.Inject(dynamotest.Fault{Effect: dynamotest.Throttled})
		require.Error(t, putUser(t, c, "b"))

		calls := db.Calls()
		require.Equal(t, dynamotest.Call{Operation: "PutItem", Table: users}, calls[0])
		require.JSONEq(t, `{"TableName":"users","Item":{"id":{"S":"a"}}}`, calls[1].Input)
		require.Equal(t, "{}", calls[1].Output)
		require.JSONEq(t, `{"TableName":"users","Key":{"id":{"S":"a"}},"UpdateExpression":"SET #n = :n","ReturnValues":"UPDATED_NEW","ExpressionAttributeNames":{"#n":"n"},"ExpressionAttributeValues":{":n":{"N":"1"}}}`, calls[2].Input)
		require.JSONEq(t, `{"Attributes":{"n":{"N":"1"}}}`, calls[2].Output)
		require.JSONEq(t, `{"RequestItems":{"users":{"Keys":[{"id":{"S":"none"}}]}}}`, calls[3].Input)
		var throttled *types.ProvisionedThroughputExceededException
		require.ErrorAs(t, calls[4].Err, &throttled)
		require.Empty(t, calls[4].Output)

		require.NoError(t, putUser(t, c, "c"))
		require.Empty(t, db.Calls()[1].Input, "only the latest are kept")
		require.NotEmpty(t, db.Calls()[2].Input)
		db.Record(0)
		require.NoError(t, putUser(t, c, "d"))
		require.Empty(t, db.Calls()[6].Input)
	})
}
