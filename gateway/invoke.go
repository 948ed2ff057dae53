package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"runtime/debug"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/lambdarest/lambdarest/internal/gwevent"
)

// A FunctionError is a function's failure as Lambda reports it to whoever invoked the function: an error that the
// handler returned, a panic, a crash, a time-out of the function, or an answer that is too large.
type FunctionError struct {
	Type    string          // errorType, as "errorString" or "Runtime.ExitError"
	Message string          // errorMessage
	Trace   json.RawMessage // stackTrace as the runtime sent it; nil where it sent none
	Payload []byte          // the whole error as JSON, as Lambda returns it
	Err     error           // the cause where it happened in this process, else nil
}

// Error returns the type and the message.
func (e *FunctionError) Error() string {
	return fmt.Sprintf("gateway: function failed: %s: %s", e.Type, e.Message)
}

// Unwrap returns the cause.
func (e *FunctionError) Unwrap() error { return e.Err }

// newFunctionError makes the error that Lambda itself or the Go runtime would report.
func newFunctionError(errorType, message string, cause error) *FunctionError {
	payload, _ := json.Marshal(map[string]string{"errorType": errorType, "errorMessage": message}) // cannot fail
	return &FunctionError{Type: errorType, Message: message, Payload: payload, Err: cause}
}

// parseFunctionError reads the error that a runtime posted. It may be anything.
func parseFunctionError(payload []byte, fallbackType string) *FunctionError {
	var e struct {
		Type    string          `json:"errorType"`
		Message string          `json:"errorMessage"`
		Trace   json.RawMessage `json:"stackTrace"`
	}
	if err := json.Unmarshal(payload, &e); err != nil {
		return newFunctionError(fallbackType, string(payload), nil)
	}
	if e.Type == "" {
		e.Type = fallbackType
	}
	if string(e.Trace) == "null" {
		e.Trace = nil
	}
	return &FunctionError{Type: e.Type, Message: e.Message, Trace: e.Trace, Payload: payload}
}

// asFunctionError turns what a handler in this process returned into what aws-lambda-go makes of it.
func asFunctionError(err error) *FunctionError {
	if fe := (*FunctionError)(nil); errors.As(err, &fe) {
		return fe
	}
	if me, ok := err.(messages.InvokeResponse_Error); ok {
		payload, _ := json.Marshal(me) // strings and integers only
		fe := parseFunctionError(payload, me.Type)
		fe.Err = err
		return fe
	}
	kind := reflect.TypeOf(err)
	if kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	return newFunctionError(kind.Name(), err.Error(), err)
}

// panicError is a panic of a handler in this process.
type panicError struct {
	value string
	stack []byte
}

func (e *panicError) Error() string { return "panic: " + e.value }

// panicCause returns a panic for the log; called while the handler's frames are still on the stack.
func panicCause(v any) error {
	if v == http.ErrAbortHandler {
		return http.ErrAbortHandler // meant, so where it happened is of no interest
	}
	return &panicError{fmt.Sprint(v), debug.Stack()}
}

// errDeadline is the cause of a context that reached the gateway's time-out.
var errDeadline = errors.New("gateway: integration timed out")

// limit is how long the integration may take.
func (c *call) limit() time.Duration { return c.route.deadlines.limit }

func (c *call) withTimeout(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, c.limit(), errDeadline)
}

// invoke calls the function of the route. The error is the function's (always a *FunctionError); a failure is the
// gateway's.
func (c *call) invoke(h lambda.Handler, event []byte) ([]byte, *failure, error) {
	if len(event) > maxEvent {
		return nil, errEventTooLarge(), nil
	}
	c.functionID = gwevent.NewRequestID()
	_, isProcess := h.(*Process)
	c.noteEvent(event, !isProcess)
	out, fail, err := c.run(h, event, c.functionID)
	c.noteResult(out, err, !isProcess)
	return out, fail, err
}

// run calls a function. As in the cloud, it runs on where the client goes away, and the client is answered at the
// time-out even where the function does not look at its context; such a function keeps its goroutine until it returns.
// A Process looks at its context, and needs no goroutine.
func (c *call) run(h lambda.Handler, event []byte, id string) ([]byte, *failure, error) {
	if _, isProcess := h.(*Process); isProcess {
		return settle(runHeeding(c.r.Context(), c.route.deadlines, h, event, id))
	}
	return settle(runTask(c.r.Context(), c.route.deadlines, h, event, id))
}

// result is what a handler returned.
type result struct {
	out []byte
	err error
}

// settle says what a result is to the client; late is one that came after the time-out, or did not.
func settle(res result, late bool) ([]byte, *failure, error) {
	switch {
	case late:
		return nil, errTimedOut(errDeadline), nil
	case res.err != nil:
		return nil, nil, asFunctionError(res.err)
	}
	if limit := answerLimit(res.out); int64(len(res.out)) > limit {
		return nil, nil, errResponseTooLarge(limit)
	}
	return res.out, nil, nil
}

// answerLimit is how large an answer may be, in bytes.
func answerLimit(out []byte) int64 {
	if len(out) > maxAnswer {
		if _, _, isStreamed := gwevent.CutStreamed(out); isStreamed {
			return maxStreamed
		}
	}
	return maxAnswer
}

func errResponseTooLarge(limit int64) *FunctionError {
	return newFunctionError("Function.ResponseSizeTooLarge",
		fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", limit), nil)
}

// errGoexit is the error of a handler that ends its goroutine. In Lambda that is the one that keeps the process.
func errGoexit() *FunctionError {
	return newFunctionError("Runtime.ExitError", "Error: the handler called runtime.Goexit, as FailNow of a test does", nil)
}

// callHandler calls a handler and turns a panic into the error that a Lambda runtime reports before it exits.
func callHandler(ctx context.Context, h lambda.Handler, event []byte) (out []byte, err error) {
	defer func() {
		if v := recover(); v != nil {
			out, err = nil, errPanic(v)
		}
	}()
	return h.Invoke(ctx, event)
}

// errPanic is the error that a Lambda runtime reports of a panic; called while the handler's frames are still on the stack.
func errPanic(v any) *FunctionError {
	message := fmt.Sprint(v)
	kind := reflect.TypeOf(v)
	if kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	return newFunctionError(kind.Name(), message, &panicError{message, debug.Stack()})
}
