package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// Lambda's operation InvokeWithResponseStream
// (https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html): the answer comes as events, a
// PayloadChunk for each piece as the function sends it, and InvokeComplete at the end, which says what went wrong. A pump
// reads the function as for a streamed answer of a Gateway, so that the function runs on where the client goes away.
//
// Unverified: an ErrorCode is always "Unhandled", as the header X-Amz-Function-Error of Invoke; ErrorDetails is the error
// as Invoke returns it. An answer that is not streamed may come in several chunks, and have 200 MiB where it is a
// bootstrap's: nothing in what aws-lambda-go posts tells it from one that is.

// A streamer is a function that answers piece by piece.
type streamer interface {
	Stream(ctx context.Context, event json.RawMessage) (io.ReadCloser, error)
}

// stream invokes the function and sends its answer as events.
func (c *invokeCall) stream(w http.ResponseWriter, r *http.Request) {
	seen := make(chan Invocation, 1)
	ctx := lambdacontext.NewContext(context.WithoutCancel(r.Context()), &c.lambda)
	ctx, cancel := context.WithTimeoutCause(ctx, longestTimeout, errDeadline)
	begin := time.Now()
	p := newPump(ctx, c.pieces(seen), c.event, cancel)
	defer p.reader.Close()

	events, result := newEventWriter(w), &bytes.Buffer{}
	buf := make([]byte, 32<<10)
	n, err := p.reader.Read(buf)
	if errors.Is(err, ErrClosed) {
		c.seen.Err = err
		c.refuse(w, errFunctionClosed())
		return
	}
	w.Header().Set("Content-Type", eventStreamType)
	w.Header().Set("X-Amz-Executed-Version", "$LATEST")
	c.seen.Status, c.seen.AnswerHeader = http.StatusOK, w.Header().Clone()
	for ; err == nil; n, err = p.reader.Read(buf) {
		_, _ = limited{result}.Write(buf[:n])
		events.send("PayloadChunk", "application/octet-stream", buf[:n])
	}
	if err == io.EOF {
		err = nil
	}
	if errors.Is(err, errDeadline) {
		err = errLongestTimeout(err)
	}
	i := Invocation{RequestID: c.id, MemoryMB: 128, Duration: time.Since(begin)}
	select {
	case i = <-seen:
	default: // a function in this process, or one that did not get to run
	}
	events.send("InvokeComplete", "application/json", c.completion(i, err))
	c.seen.Result, c.seen.Err, c.seen.Answer = result.Bytes(), err, events.seen.Bytes()
}

// completion is the payload of InvokeComplete.
func (c *invokeCall) completion(i Invocation, err error) []byte {
	var complete struct {
		ErrorCode    string `json:",omitempty"`
		ErrorDetails string `json:",omitempty"`
		LogResult    string `json:",omitempty"`
	}
	if failed := (*FunctionError)(nil); errors.As(err, &failed) {
		complete.ErrorCode, complete.ErrorDetails = unhandled, string(failed.Payload)
	}
	if c.tail {
		complete.LogResult = i.logTail()
	}
	payload, _ := json.Marshal(complete) // strings only
	return payload
}

// pieces is the function as one that streams. What became of the invocation of a Process goes to seen.
func (c *invokeCall) pieces(seen chan<- Invocation) StreamHandler {
	switch h := c.handler.(type) {
	case *Process:
		return func(ctx context.Context, event json.RawMessage) (io.ReadCloser, error) {
			return h.stream(ctx, event, c.observer(func(i Invocation) { seen <- i }))
		}
	case streamer:
		return h.Stream
	}
	return func(ctx context.Context, event json.RawMessage) (io.ReadCloser, error) {
		out, err := c.handler.Invoke(ctx, event)
		if limit := answerLimit(out); err == nil && int64(len(out)) > limit {
			err = errResponseTooLarge(limit)
		}
		if err != nil {
			return nil, err
		}
		return io.NopCloser(bytes.NewReader(out)), nil
	}
}
