package dynamotest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

// A streamer is a client of DynamoDB Streams, through the HTTP door.
type streamer struct {
	t       *testing.T
	handler http.Handler
}

// call sends a request and returns the answer, or the type of the error after an exclamation mark.
func (c streamer) call(operation string, in map[string]any) (out map[string]any, failed string) {
	c.t.Helper()
	body, err := json.Marshal(in)
	require.NoError(c.t, err)
	w := post(c.handler, "DynamoDBStreams_20120810."+operation, string(body))
	require.NoError(c.t, json.Unmarshal(w.Body.Bytes(), &out), w.Body.String())
	if w.Code != http.StatusOK {
		_, kind, _ := strings.Cut(out["__type"].(string), "#")
		failed = fmt.Sprint(kind, ": ", out["message"])
	}
	return out, failed
}

func (c streamer) must(operation string, in map[string]any) map[string]any {
	c.t.Helper()
	out, failed := c.call(operation, in)
	require.Empty(c.t, failed, operation)
	return out
}

func (c streamer) shard(arn string) map[string]any {
	c.t.Helper()
	d := c.must("DescribeStream", map[string]any{"StreamArn": arn})["StreamDescription"].(map[string]any)
	return d["Shards"].([]any)[0].(map[string]any)
}

func (c streamer) iterator(arn, kind, sequence string) string {
	c.t.Helper()
	in := map[string]any{"StreamArn": arn, "ShardId": c.shard(arn)["ShardId"], "ShardIteratorType": kind}
	if sequence != "" {
		in["SequenceNumber"] = sequence
	}
	return c.must("GetShardIterator", in)["ShardIterator"].(string)
}

// records reads a page: the records in short form, and the iterator after it.
func (c streamer) records(iterator string, limit int) (short []string, next any) {
	c.t.Helper()
	out := c.must("GetRecords", map[string]any{"ShardIterator": iterator, "Limit": limit})
	for _, r := range out["Records"].([]any) {
		r := r.(map[string]any)
		d := r["dynamodb"].(map[string]any)
		text, err := json.Marshal([]any{r["eventName"], d["Keys"], d["OldImage"], d["NewImage"], r["userIdentity"]})
		require.NoError(c.t, err)
		short = append(short, string(text))
	}
	return short, out["NextShardIterator"]
}

func streamed(view string) *types.StreamSpecification {
	return &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewType(view)}
}

func TestStreams(t *testing.T) {
	const key = `{"p":{"S":"a"}}`
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for view, want := range map[string][2]string{ // the images of the change from x=1 to x=2
		"KEYS_ONLY": {"null", "null"}, "NEW_IMAGE": {"null", `{"p":{"S":"a"},"x":{"N":"2"}}`}, "OLD_IMAGE": {`{"p":{"S":"a"},"x":{"N":"1"}}`, "null"},
		"NEW_AND_OLD_IMAGES": {`{"p":{"S":"a"},"x":{"N":"1"}}`, `{"p":{"S":"a"},"x":{"N":"2"}}`},
	} {
		db := dynamotest.New()
		db.SetClock(func() time.Time { return now })
		d, c := &door{client: db, t: t}, streamer{t, db.Handler()}
		table := d.create(&dynamodb.CreateTableInput{AttributeDefinitions: definitionsOf("p:S"), KeySchema: schemaOf("p"), StreamSpecification: streamed(view)})
		out, err := d.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &table})
		require.NoError(t, err)
		require.Equal(t, streamed(view), out.Table.StreamSpecification)
		arn := *out.Table.LatestStreamArn
		latest := c.iterator(arn, "LATEST", "")
		d.put(table, av{"p": s("a"), "x": n("1")})
		d.put(table, av{"p": s("a"), "x": n("1.0")}) // changes nothing
		_, err = d.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
			{Update: &types.Update{TableName: &table, Key: av{"p": s("a")}, UpdateExpression: aws.String("SET x = :v"), ExpressionAttributeValues: av{":v": n("2")}}},
		}})
		require.NoError(t, err)
		for range 2 { // the second finds nothing
			_, err = d.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{
				table: {{DeleteRequest: &types.DeleteRequest{Key: av{"p": s("a")}}}},
			}})
			require.NoError(t, err)
		}
		first, next := c.records(c.iterator(arn, "TRIM_HORIZON", ""), 2)
		require.Len(t, first, 2)
		require.True(t, strings.HasPrefix(first[0], `["INSERT",`+key+`,null,`), first[0])
		require.Equal(t, `["MODIFY",`+key+`,`+want[0]+`,`+want[1]+`,null]`, first[1])
		rest, next := c.records(next.(string), 2)
		require.Len(t, rest, 1)
		require.True(t, strings.HasPrefix(rest[0], `["REMOVE",`+key), rest[0])
		none, next := c.records(next.(string), 2)
		require.Empty(t, none)
		require.NotNil(t, next, "an open shard goes on")
		all, _ := c.records(latest, 1000)
		require.Equal(t, append(first, rest...), all)

		start := c.shard(arn)["SequenceNumberRange"].(map[string]any)["StartingSequenceNumber"].(string)
		at, _ := c.records(c.iterator(arn, "AT_SEQUENCE_NUMBER", start), 1)
		require.Equal(t, first[:1], at)
		after, _ := c.records(c.iterator(arn, "AFTER_SEQUENCE_NUMBER", start), 1)
		require.Equal(t, first[1:], after)
	}
}

// What time does to streams: items that expire are removed by the service,
// iterators live 15 minutes, and records a day, also those of a stream that ended.
func TestStreamsAndTime(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	db := dynamotest.New()
	db.SetClock(func() time.Time { return now })
	d, c := &door{client: db, t: t}, streamer{t, db.Handler()}
	table := d.create(&dynamodb.CreateTableInput{AttributeDefinitions: definitionsOf("p:S"), KeySchema: schemaOf("p"), StreamSpecification: streamed("KEYS_ONLY")})
	out, err := d.UpdateTimeToLive(t.Context(), &dynamodb.UpdateTimeToLiveInput{
		TableName: &table, TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String("until"), Enabled: aws.Bool(true)},
	})
	require.NoError(t, err)
	require.NotNil(t, out)
	described, err := d.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &table})
	require.NoError(t, err)
	arn := *described.Table.LatestStreamArn

	d.put(table, av{"p": s("a"), "until": n(fmt.Sprint(now.Unix()))})
	start := c.iterator(arn, "TRIM_HORIZON", "")
	now = now.Add(time.Minute)
	got, _ := c.records(start, 10)
	require.Equal(t, []string{`["INSERT",{"p":{"S":"a"}},null,null,null]`, `["REMOVE",{"p":{"S":"a"}},null,null,{"PrincipalId":"dynamodb.amazonaws.com","Type":"Service"}]`}, got)
	now = now.Add(15 * time.Minute)
	_, failed := c.call("GetRecords", map[string]any{"ShardIterator": start})
	require.Contains(t, failed, "ExpiredIteratorException")

	_, err = d.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: &table})
	require.NoError(t, err)
	got, next := c.records(c.iterator(arn, "TRIM_HORIZON", ""), 10)
	require.Len(t, got, 2)
	require.Nil(t, next, "a closed shard ends")
	now = now.Add(23*time.Hour + 45*time.Minute)
	got, _ = c.records(c.iterator(arn, "TRIM_HORIZON", ""), 10)
	require.Empty(t, got)
	now = now.Add(time.Hour)
	_, failed = c.call("DescribeStream", map[string]any{"StreamArn": arn})
	require.Equal(t, "ResourceNotFoundException: Requested resource not found: Stream: "+arn+" not found", failed)
	require.Empty(t, c.must("ListStreams", nil)["Streams"])
}

func TestStreamsOfATable(t *testing.T) {
	db := dynamotest.New()
	d, c := &door{client: db, t: t}, streamer{t, db.Handler()}
	table := d.table("p:S")
	set := func(spec *types.StreamSpecification) error {
		_, err := d.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{TableName: &table, StreamSpecification: spec})
		return err
	}
	off := &types.StreamSpecification{StreamEnabled: aws.Bool(false)}
	d.fails(set(off), validation, "Table has no stream to disable")
	d.fails(set(&types.StreamSpecification{StreamEnabled: aws.Bool(true)}), validation, "Invalid StreamViewType: Stream ViewType must not be null or empty when enabling streams.")
	for range 3 {
		require.NoError(t, set(streamed("KEYS_ONLY")))
		d.fails(set(streamed("KEYS_ONLY")), validation, "Table already has an enabled stream")
		require.NoError(t, set(off))
	}
	page := c.must("ListStreams", map[string]any{"TableName": table, "Limit": 2})
	require.Len(t, page["Streams"], 2)
	rest := c.must("ListStreams", map[string]any{"TableName": table, "ExclusiveStartStreamArn": page["LastEvaluatedStreamArn"]})
	require.Len(t, rest["Streams"], 1)
	require.Empty(t, c.must("ListStreams", map[string]any{"TableName": "another"})["Streams"])
	arn := rest["Streams"].([]any)[0].(map[string]any)["StreamArn"].(string)
	for message, in := range map[string]map[string]any{
		"ValidationException: One or more parameter values were invalid: Invalid SequenceNumber":                                     {"ShardIteratorType": "AT_SEQUENCE_NUMBER"},
		"ValidationException: One or more parameter values were invalid: SequenceNumber should not be passed for this iterator type": {"ShardIteratorType": "LATEST", "SequenceNumber": strings.Repeat("1", 21)},
		"ResourceNotFoundException: Shard does not exist":                                                                            {"ShardIteratorType": "LATEST", "ShardId": "shardId-x"},
		"ResourceNotFoundException: Requested resource not found: Stream: nope not found":                                            {"ShardIteratorType": "LATEST", "StreamArn": "nope"},
	} {
		for member, v := range map[string]any{"StreamArn": arn, "ShardId": c.shard(arn)["ShardId"]} {
			if in[member] == nil {
				in[member] = v
			}
		}
		_, failed := c.call("GetShardIterator", in)
		require.Equal(t, message, failed)
	}
	for _, bad := range []string{"bad", "a|1|b", "a|1|" + "YXw=", "|||"} {
		_, failed := c.call("GetRecords", map[string]any{"ShardIterator": bad})
		require.Equal(t, "ValidationException: Invalid ShardIterator", failed)
	}
}
