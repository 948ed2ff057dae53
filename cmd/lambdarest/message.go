package main

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"
)

// Events of messages, with the members that AWS's guide shows
// (https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html, https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html).

type object = map[string]any

// queueEvent is the event of an SQS queue with one message.
func queueEvent(body string, at time.Time) []byte {
	sum := md5.Sum([]byte(body)) // what SQS sends
	sent := strconv.FormatInt(at.UnixMilli(), 10)
	return records(object{
		"messageId": newID(), "receiptHandle": newID(), "body": body, "md5OfBody": hex.EncodeToString(sum[:]),
		"attributes": object{
			"ApproximateReceiveCount": "1", "SentTimestamp": sent, "SenderId": "AIDALOCAL", "ApproximateFirstReceiveTimestamp": sent,
		},
		"messageAttributes": object{}, "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:local", "awsRegion": "us-east-1",
	})
}

// topicEvent is the event of an SNS topic with one message.
func topicEvent(body string, at time.Time) []byte {
	const topic = "arn:aws:sns:us-east-1:123456789012:local"
	return records(object{
		"EventVersion": "1.0", "EventSource": "aws:sns", "EventSubscriptionArn": topic + ":" + newID(),
		"Sns": object{
			"Type": "Notification", "MessageId": newID(), "TopicArn": topic, "Subject": nil, "Message": body, "MessageAttributes": object{},
			"Timestamp":        at.UTC().Format("2006-01-02T15:04:05.000Z"),
			"SignatureVersion": "1", "Signature": "local", "SigningCertUrl": "https://sns.us-east-1.amazonaws.com/local.pem",
			"UnsubscribeUrl": "https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe",
		},
	})
}

func records(record object) []byte {
	event, _ := json.Marshal(object{"Records": []any{record}}) // strings and objects of them cannot fail
	return event
}
