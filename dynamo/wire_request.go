package dynamo

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lambdarest/lambdarest/internal/jsonscan"
)

// Requests that are written here and not by the SDK.
//
// The input that the SDK is given then has no items. So it is done only where
// nobody else can see the input: the client is the SDK's own, and there is nothing
// in it that looks at requests. Wrappers, fakes and clients with a middleware get
// the whole input. What is written comes from the input as the SDK has it in the
// end: a middleware that is not interested in items may still name another table.

// sendsAsIs tells whether nothing but the SDK looks at what a client is given.
func sendsAsIs(c Client, passive bool) bool {
	own, is := c.(*dynamodb.Client)
	if !is || own == nil {
		return false
	}
	o := own.Options()
	return isPlain(&o) && (passive || !showsInput(&o))
}

// noItem is what the SDK is given in place of an item, as it wants to see one. It
// never changes, and DynamoDB would refuse it.
var noItem = item{}

// putBody writes in with the item that is given in place of its own.
func putBody(b []byte, in *dynamodb.PutItemInput, item string) []byte {
	b = lit(lit(b, `{"Item":`), item)
	b = appendText(b, "TableName", aws.ToString(in.TableName))
	b = appendText(b, "ConditionExpression", aws.ToString(in.ConditionExpression))
	if in.ExpressionAttributeNames != nil {
		b = lit(appendName(b, "ExpressionAttributeNames"), "{")
		for name, attr := range in.ExpressionAttributeNames {
			b = jsonscan.AppendQuote(appendName(b, name), attr)
		}
		b = lit(b, "}")
	}
	if in.ExpressionAttributeValues != nil {
		b = appendItem(appendName(b, "ExpressionAttributeValues"), in.ExpressionAttributeValues)
	}
	b = appendText(b, "ReturnValues", string(in.ReturnValues))
	b = appendText(b, "ReturnValuesOnConditionCheckFailure", string(in.ReturnValuesOnConditionCheckFailure))
	b = appendText(b, "ReturnConsumedCapacity", string(in.ReturnConsumedCapacity))
	return lit(b, "}")
}

// appendText appends a member of text, unless that is empty.
func appendText(b []byte, member, text string) []byte {
	if text == "" {
		return b
	}
	return jsonscan.AppendQuote(appendName(b, member), text)
}

// batchBody writes in, with the writes of the chunk in place of its own.
func batchBody(b []byte, in *dynamodb.BatchWriteItemInput, chunk []*entry) []byte {
	b = lit(b, `{"RequestItems":{`)
	for table := range in.RequestItems { // one
		b = lit(appendName(b, table), "[")
	}
	for _, e := range chunk {
		if b = appendComma(b); e.text != "" {
			b = lit(lit(b, `{"PutRequest":{"Item":`), e.text)
		} else {
			b = appendItem(lit(b, `{"DeleteRequest":{"Key":`), e.key)
		}
		b = lit(b, "}}")
	}
	b = appendText(lit(b, "]}"), "ReturnConsumedCapacity", string(in.ReturnConsumedCapacity))
	return lit(b, "}")
}

// room is memory of the pool for bodies to write to, empty.
func (c *codec) room() *[]byte {
	if pooled, ok := c.bodies.Get().(*[]byte); ok {
		*pooled = (*pooled)[:0]
		return pooled
	}
	return new([]byte)
}

// written makes a string of what has been written to room, which is given back.
func (c *codec) written(room *[]byte, b []byte) string {
	s := string(b)
	*room = b
	c.bodies.Put(room)
	return s
}
