package dynamo

import (
	"context"
	"errors"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// writeLimits are those of BatchWriteItem: 25 writes, 16 MB ("Quotas in Amazon
// DynamoDB"), less some room for what stands around the items.
var writeLimits = chunkLimits{count: 25, bytes: 16<<20 - 64<<10}

// writeSender sends chunks of puts and deletes.
func (s *store) writeSender(cfg batchConfig) sender {
	return func(ctx context.Context, chunk []*entry) reply {
		a, o := newAttempt(), s.watchChunk(ctx, "BatchWriteItem", chunk[0].attempts)
		in := &dynamodb.BatchWriteItemInput{ReturnConsumedCapacity: cfg.meter.wanted()}
		if s.asText {
			in.RequestItems = map[string][]types.WriteRequest{s.table: nil} // by which the SDK finds the endpoint
			a.received.request = func(in any) string {
				room := s.codec.room()
				return s.codec.written(room, batchBody(*room, in.(*dynamodb.BatchWriteItemInput), chunk))
			}
		} else {
			in.RequestItems = map[string][]types.WriteRequest{s.table: writeRequests(chunk)}
		}
		out, err := s.client.BatchWriteItem(ctx, s.own(in).(*dynamodb.BatchWriteItemInput), a.hook, o.attach)
		var left map[string]bool
		if err == nil {
			left, err = unwritten(out, chunk, s.schema)
		}
		o.end(len(chunk)-len(left), err)
		if err == nil {
			cfg.meter.writes(out.ConsumedCapacity)
		}
		return reply{verdict: a.end(ctx, err), left: left}
	}
}

func writeRequests(chunk []*entry) []types.WriteRequest {
	requests := make([]types.WriteRequest, len(chunk))
	for i, e := range chunk {
		requests[i] = e.writeRequest()
	}
	return requests
}

// watchChunk observes one request of a batch. Its attempt is that of its first
// entry, as those of the others may differ.
func (s *store) watchChunk(ctx context.Context, operation string, attempt int) observer {
	o := s.watch(ctx, operation)
	o.again(attempt - 1)
	return o
}

// unwritten are the ids of what the answer calls unprocessed. An answer that
// names something else, or does not say, cannot be trusted for the rest.
func unwritten(out *dynamodb.BatchWriteItemOutput, chunk []*entry, s *schema) (map[string]bool, error) {
	switch {
	case out == nil:
		return nil, errEmptyBody
	case out.UnprocessedItems == nil && awsmiddleware.GetRawResponse(out.ResultMetadata) != nil:
		return nil, corrupt("no UnprocessedItems") // DynamoDB always sends them, if only {}
	case len(out.UnprocessedItems) == 0:
		return nil, nil
	}
	sent := make(map[string]bool, len(chunk))
	for _, e := range chunk {
		sent[e.id] = true
	}
	left := map[string]bool{}
	for _, list := range out.UnprocessedItems {
		for _, w := range list {
			id, err := s.writtenID(w)
			if err == nil && !sent[id] {
				err = errors.New("it was not sent")
			}
			if err != nil {
				return nil, corrupt("an unprocessed item: %w", err)
			}
			left[id] = true
		}
	}
	return left, nil
}

// writtenID is the id of the item that a write is about.
func (s *schema) writtenID(w types.WriteRequest) (string, error) {
	m := item(nil)
	switch {
	case w.PutRequest != nil:
		m = w.PutRequest.Item
	case w.DeleteRequest != nil:
		m = w.DeleteRequest.Key
	}
	if err := s.checkKey(m); err != nil {
		return "", err
	}
	return s.id(m), nil
}
