package dynamo

import (
	"context"
	"encoding/json"
)

// StreamHandler is a lambda.Handler for the events of a DynamoDB stream; see
// [Stream.Handler].
type StreamHandler struct {
	each   func(ctx context.Context, r streamRecord) error
	report bool
	failed func(ctx context.Context, err error)
}

// StreamOption changes a [Stream.Handler].
type StreamOption func(*StreamHandler)

// ReportFailures has the handler answer which change it could not handle, so
// that Lambda repeats the event from there on and not from its beginning. The
// function's event source mapping must have ReportBatchItemFailures among its
// FunctionResponseTypes: without that, Lambda takes the answer for a success and
// the change is lost. Lambda does not hear of the error itself; log, if not nil,
// does.
func ReportFailures(log func(ctx context.Context, err error)) StreamOption {
	return func(h *StreamHandler) { h.report, h.failed = true, log }
}

// Handler calls f for each change of an event, one after the other in the order
// of the stream, and stops at the first that cannot be decoded or for which f
// gives an error. The error is that of the invocation, upon which Lambda repeats
// the whole event; see [ReportFailures]. So f may see a change more than once.
//
//	lambda.Start(changes.Handler(func(ctx context.Context, c dynamo.Change[User]) error { … }))
func (s *Stream[T]) Handler(f func(ctx context.Context, c Change[T]) error, opts ...StreamOption) *StreamHandler {
	h := &StreamHandler{each: func(ctx context.Context, r streamRecord) error {
		c, err := s.change(r)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		return f(ctx, c)
	}}
	for _, opt := range opts {
		opt(h)
	}
	return h
}

// Invoke handles one event.
func (h *StreamHandler) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	records, err := streamRecords(event)
	if err != nil {
		return nil, errorf("dynamo: stream: %w", err)
	}
	for i, r := range records {
		if err = h.each(ctx, r); err == nil {
			continue
		}
		err = errorf("dynamo: stream: record %d of %d: %w", i, len(records), err)
		if !h.report || r.DynamoDB.SequenceNumber == "" {
			return nil, err
		}
		if h.failed != nil {
			h.failed(ctx, err)
		}
		return json.Marshal(batchFailures{[]failedItem{{r.DynamoDB.SequenceNumber}}})
	}
	if h.report {
		return []byte(`{"batchItemFailures":[]}`), nil
	}
	return []byte("null"), nil
}

// batchFailures is what Lambda wants to hear ("Implementing partial batch
// responses"): of a stream, it repeats from the lowest of the numbers.
type batchFailures struct {
	Failures []failedItem `json:"batchItemFailures"`
}

type failedItem struct {
	Identifier string `json:"itemIdentifier"`
}
