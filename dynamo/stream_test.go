package dynamo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/stretchr/testify/require"
)

var _ lambda.Handler = (*StreamHandler)(nil)

// aStreamEvent has the shape of the events in Lambda's guide: an item that is
// put, changed, and removed by its time to live.
const aStreamEvent = `{"Records":[
 {"eventID":"c1","eventName":"INSERT","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"eu-north-1",
  "eventSourceARN":"arn:aws:dynamodb:eu-north-1:123456789012:table/ausg/stream/2026-01-01T00:00:00.000",
  "dynamodb":{"ApproximateCreationDateTime":1767225600,"Keys":{"id":{"N":"7"}},"NewImage":{"id":{"N":"7"},"name":{"S":"Kim"},"email":{"S":"kim@example.com"}},
   "SequenceNumber":"111","SizeBytes":40,"StreamViewType":"NEW_AND_OLD_IMAGES"}},
 {"eventID":"c2","eventName":"MODIFY","eventSource":"aws:dynamodb",
  "dynamodb":{"ApproximateCreationDateTime":1.7672256015E9,"Keys":{"id":{"N":"7"}},"OldImage":{"id":{"N":"7"},"name":{"S":"Kim"}},"NewImage":{"id":{"N":"7"},"name":{"S":"Lee"}},"SequenceNumber":"112"}},
 {"eventID":"c3","eventName":"REMOVE","eventSource":"aws:dynamodb","userIdentity":{"type":"Service","principalId":"dynamodb.amazonaws.com"},
  "dynamodb":{"ApproximateCreationDateTime":1767225602,"Keys":{"id":{"N":"7"}},"OldImage":{"id":{"N":"7"},"name":{"S":"Lee"}},"SequenceNumber":"113"}}
]}`

func userStream(t *testing.T) *Stream[user] {
	t.Helper()
	s, err := NewStream[user]()
	require.NoError(t, err)
	return s
}

func TestStreamDecode(t *testing.T) {
	arn := "arn:aws:dynamodb:eu-north-1:123456789012:table/ausg/stream/2026-01-01T00:00:00.000"
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	want := []Change[user]{
		{ID: "c1", Kind: Inserted, Keys: user{ID: 7}, New: &user{7, "Kim", "kim@example.com"}, Sequence: "111", Time: at, Source: arn},
		{ID: "c2", Kind: Modified, Keys: user{ID: 7}, Old: &user{ID: 7, Name: "Kim"}, New: &user{ID: 7, Name: "Lee"}, Sequence: "112", Time: at.Add(1500 * time.Millisecond)},
		{ID: "c3", Kind: Removed, Keys: user{ID: 7}, Old: &user{ID: 7, Name: "Lee"}, Expired: true, Sequence: "113", Time: at.Add(2 * time.Second)},
	}
	got, err := userStream(t).Decode([]byte(aStreamEvent))
	require.NoError(t, err)
	require.Equal(t, want, got)

	// The event of aws-lambda-go, marshalled, is the same to it.
	var ev events.DynamoDBEvent
	require.NoError(t, json.Unmarshal([]byte(aStreamEvent), &ev))
	again, err := json.Marshal(ev)
	require.NoError(t, err)
	got, err = userStream(t).Decode(again)
	require.NoError(t, err)
	for i := range got {
		got[i].Time = want[i].Time // which it cuts to seconds
	}
	require.Equal(t, want, got)
}

func TestStreamValuesOfEveryKind(t *testing.T) {
	type all struct {
		ID   string            `dynamodbav:"id" dynamo:"partition"`
		B    []byte            `dynamodbav:"b"`
		Bool bool              `dynamodbav:"bool"`
		Null *int              `dynamodbav:"null"`
		L    []any             `dynamodbav:"l"`
		M    map[string]string `dynamodbav:"m"`
		SS   []string          `dynamodbav:"ss,stringset"`
		NS   []int             `dynamodbav:"ns,numberset"`
		BS   [][]byte          `dynamodbav:"bs,binaryset"`
	}
	s, err := NewStream[all]()
	require.NoError(t, err)
	got, err := s.Decode([]byte(`{"Records":[{"eventSource":"aws:dynamodb","dynamodb":{"Keys":{"id":{"S":"x"}},"NewImage":{"id":{"S":"x"},
		"b":{"B":"AQI="},"bool":{"BOOL":true},"null":{"NULL":true},"l":{"L":[{"S":"a"},{"L":[]}]},"m":{"M":{"k":{"S":"v"}}},
		"ss":{"SS":["a","b"]},"ns":{"NS":["1","2"]},"bs":{"BS":["AQ==",""]}}}}]}`))
	require.NoError(t, err)
	require.Equal(t, &all{
		ID: "x", B: []byte{1, 2}, Bool: true, L: []any{"a", []any{}}, M: map[string]string{"k": "v"},
		SS: []string{"a", "b"}, NS: []int{1, 2}, BS: [][]byte{{1}, {}},
	}, got[0].New)
}

func TestStreamRefusesWhatIsNoChange(t *testing.T) {
	record := func(dynamodb string) string {
		return `{"Records":[{"eventSource":"aws:dynamodb","dynamodb":` + dynamodb + `}]}`
	}
	for _, tc := range []struct{ event, want string }{
		{``, "not an event of a DynamoDB stream"},
		{`[]`, "not an event of a DynamoDB stream"},
		{`{}`, "no Records"},
		{`{"Records":[{"eventSource":"aws:sqs"}]}`, `record 0 is from "aws:sqs"`},
		{record(`{}`), "record 0: corrupt response: no Keys"},
		{record(`{"Keys":{}}`), `key attribute "id" (field ID) is missing`},
		{record(`{"Keys":{"id":{"S":"7"}}}`), "want type N, got S"},
		{record(`{"Keys":{"id":{"N":"7"}},"NewImage":{"name":{"S":"Kim"}}}`), "NewImage"},
		{record(`{"Keys":{"id":{"N":"7","S":"7"}}}`), "one type"},
		{record(`{"Keys":{"id":{}}}`), "one type"},
		{record(`{"Keys":{"id":{"X":"7"}}}`), `"X" is no type`},
		{record(`{"Keys":{"id":{"N":7}}}`), "value of that: N"},
		{record(`{"Keys":{"id":{"N":null}}}`), "value of that: N"},
		{record(`{"Keys":{"id":null}}`), "one type"},
		{record(`{"Keys":{"id":{"N":"7"}},"NewImage":{"id":{"N":"7"},"x":{"SS":[null]}}}`), "value of that: SS"},
	} {
		_, err := userStream(t).Decode([]byte(tc.event))
		require.ErrorIs(t, err, ErrCorruptResponse, tc.event)
		require.ErrorContains(t, err, tc.want, tc.event)
		require.ErrorContains(t, err, "dynamo: stream: ")
	}
	_, err := userStream(t).Decode([]byte(record(`{"Keys":{"id":{"N":"7"}},"NewImage":{"id":{"N":"7"},"name":{"M":{}}}}`)))
	var bad *DecodeError
	require.ErrorAs(t, err, &bad)
	require.EqualError(t, err, `dynamo: stream: record 0: NewImage: attribute "name": cannot decode M into string`)

	type wrong struct{ ID string }
	_, err = NewStream[wrong]()
	require.ErrorContains(t, err, "dynamo: new stream: ")
}

func TestStreamHandlerStopsAtTheFirstFailure(t *testing.T) {
	var seen []string
	boom := errors.New("boom")
	failAt := func(sequence string) func(context.Context, Change[user]) error {
		return func(_ context.Context, c Change[user]) error {
			if seen = append(seen, c.Sequence); c.Sequence == sequence {
				return boom
			}
			return nil
		}
	}
	out, err := userStream(t).Handler(failAt("")).Invoke(t.Context(), []byte(aStreamEvent))
	require.NoError(t, err)
	require.Equal(t, "null", string(out))
	require.Equal(t, []string{"111", "112", "113"}, seen)

	seen = nil
	_, err = userStream(t).Handler(failAt("112")).Invoke(t.Context(), []byte(aStreamEvent))
	require.ErrorIs(t, err, boom)
	require.EqualError(t, err, "dynamo: stream: record 1 of 3: boom")
	require.Equal(t, []string{"111", "112"}, seen)

	var logged error
	report := ReportFailures(func(_ context.Context, err error) { logged = err })
	out, err = userStream(t).Handler(failAt("112"), report).Invoke(t.Context(), []byte(aStreamEvent))
	require.NoError(t, err)
	require.JSONEq(t, `{"batchItemFailures":[{"itemIdentifier":"112"}]}`, string(out))
	require.ErrorIs(t, logged, boom)
	var answer events.DynamoDBEventResponse
	require.NoError(t, json.Unmarshal(out, &answer))
	require.Equal(t, "112", answer.BatchItemFailures[0].ItemIdentifier)

	out, err = userStream(t).Handler(failAt(""), ReportFailures(nil)).Invoke(t.Context(), []byte(aStreamEvent))
	require.NoError(t, err)
	require.JSONEq(t, `{"batchItemFailures":[]}`, string(out))

	// A record that does not decode does not keep those before it from being handled.
	seen = nil
	broken := strings.Replace(aStreamEvent, `"name":{"S":"Lee"}},"SequenceNumber":"113"`, `"name":{"M":{}}},"SequenceNumber":"113"`, 1)
	out, err = userStream(t).Handler(failAt(""), ReportFailures(nil)).Invoke(t.Context(), []byte(broken))
	require.NoError(t, err)
	require.JSONEq(t, `{"batchItemFailures":[{"itemIdentifier":"113"}]}`, string(out))
	require.Equal(t, []string{"111", "112"}, seen)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = userStream(t).Handler(failAt("")).Invoke(ended, []byte(aStreamEvent))
	require.ErrorIs(t, err, context.Canceled)
}

func FuzzStreamEvent(f *testing.F) {
	f.Add([]byte(aStreamEvent))
	for _, keys := range []string{`{"id":{"N":"7"}}`, `{"id":{"N":null}}`, `{"id":{"L":[{"M":{}}]}}`} {
		f.Add([]byte(fmt.Sprintf(`{"Records":[{"eventSource":"aws:dynamodb","dynamodb":{"Keys":%s}}]}`, keys)))
	}
	s, err := NewStream[user]()
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, event []byte) {
		changes, err := s.Decode(event)
		var bad *DecodeError
		if err != nil && !errors.Is(err, ErrCorruptResponse) && !errors.As(err, &bad) {
			t.Errorf("%v is neither corrupt nor a decode error", err)
		}
		if err != nil && changes != nil {
			t.Error("changes next to an error")
		}
	})
}
