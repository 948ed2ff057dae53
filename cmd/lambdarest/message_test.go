package main

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stretchr/testify/require"
)

// TestMessages: the types that functions decode these events into know every member.
func TestMessages(t *testing.T) {
	strict := func(data []byte, v any) {
		d := json.NewDecoder(bytes.NewReader(data))
		d.DisallowUnknownFields()
		require.NoError(t, d.Decode(v))
	}
	at := time.UnixMilli(1_700_000_000_123)
	var queue events.SQSEvent
	strict(queueEvent(`{"a":"b"}`, at), &queue)
	require.Equal(t, `{"a":"b"}`, queue.Records[0].Body)
	require.Equal(t, "1700000000123", queue.Records[0].Attributes["SentTimestamp"])
	var topic events.SNSEvent
	strict(topicEvent("hello", at), &topic)
	require.Equal(t, "hello", topic.Records[0].SNS.Message)
	require.True(t, topic.Records[0].SNS.Timestamp.Equal(at))
}
