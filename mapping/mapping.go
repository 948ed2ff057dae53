package mapping

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"runtime/debug"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/lambdarest/lambdarest/internal/bind"
)

// New returns a handler that decodes the event into an In, calls f and encodes
// what f returns. It panics if f is nil or In has a tag that cannot be bound. The
// handler is safe for concurrent use if f is; it keeps nothing of the event.
//
// Where fields of In have the tags of router.JSON (path, query, header, cookie) or
// context or stage, the event is what the template of [TemplateFor] renders, and it is
// bound by the rules of router.JSON: all of a client's mistakes are found, and listed
// in the error's member errors. An In without tags is the whole event, by the rules that
// follow.
//
// The event is decoded by the rules of encoding/json, more strictly in that a key
// that occurs twice in an object is a mistake and so is the event null, unless In is
// a map, a slice or an interface. Keys that In does not have are ignored, so that a
// template may grow before the function does. If In has a method
//
//	Validate() error
//
// it is called next; that is the place to ask for fields that are required, as
// decoding leaves a missing one at its zero value.
//
// Every error that the handler returns is an *[Error] with Lambda's request id:
//
//   - an event that does not fit In: status 400, and a detail that names the field
//     ("user.lines[2].price") and what it must be, but never its value;
//   - an error of Validate: the *Error itself if there is one in its chain,
//     otherwise status 400 and the error's text as detail;
//   - an error of f: the *Error in its chain, otherwise status 500 with no detail.
//     The error stays in the chain, for errors.Is, [MapError] and [Log];
//   - a panic of f, a result that cannot be encoded, or one of more than 6,291,556
//     bytes, Lambda's limit for a response: status 500.
//
// The result is encoded by encoding/json without escaping <, > and & (a client of an
// API is no HTML page). A nil slice is null; return an empty one for [].
func New[In, Out any](f func(ctx context.Context, in In) (Out, error)) lambda.Handler {
	if f == nil {
		panic("mapping: New: the function is nil")
	}
	plan, err := newPlan(reflect.TypeFor[In]())
	if err != nil {
		panic(fmt.Sprintf("mapping: New: %v", err))
	}
	return &handler[In, Out]{f, plan}
}

type handler[In, Out any] struct {
	f    func(ctx context.Context, in In) (Out, error)
	plan *bind.Plan // nil where the event as a whole is the In
}

// Invoke implements lambda.Handler.
func (h *handler[In, Out]) Invoke(ctx context.Context, event []byte) (_ []byte, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicError{value: v, stack: debug.Stack()}
		}
		if err != nil {
			err = boundary(ctx, err)
		}
	}()
	in, err := decode[In](h.plan, event)
	if err != nil {
		return nil, err
	}
	out, err := h.f(ctx, in)
	if err != nil {
		return nil, err
	}
	return encode(out)
}

// maxResponse is the number of bytes that Lambda accepts as a response. A larger
// one ends the process.
const maxResponse = 6_291_556

func encode(out any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(out); err != nil {
		return nil, fmt.Errorf("encoding the response: %w", err)
	}
	b := bytes.TrimSuffix(buf.Bytes(), []byte("\n")) // Encode adds it
	if len(b) > maxResponse {
		return nil, Errorf(500, "the response of %d bytes is above Lambda's limit of %d", len(b), maxResponse)
	}
	return b, nil
}

// panicError is a recovered panic. It does not unwrap to a value that is an error:
// code that panics has not chosen a status.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// validator is what an In may implement.
type validator interface{ Validate() error }

// validate calls v's Validate, if there is one, whatever its receiver.
func validate[T any](v *T) error {
	c, ok := any(v).(validator)
	if !ok {
		c, ok = any(*v).(validator) // T is itself a pointer or an interface
	}
	if !ok || isNilPointer(*v) {
		return nil
	}
	err := c.Validate()
	if err == nil {
		return nil
	}
	if _, own := errors.AsType[*Error](err); own {
		return err
	}
	return &Error{Status: 400, Detail: err.Error(), Err: err}
}
