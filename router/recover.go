package router

import (
	"context"
	"fmt"
	"runtime/debug"
)

// A PanicError is the cause of the error that [Recover] makes of a panic.
type PanicError struct {
	Value any    // what the handler panicked with
	Stack []byte // of the goroutine that panicked, as from debug.Stack
}

// panicError returns a PanicError of what was recovered, which may be one that another
// goroutine has passed on.
func panicError(v any) *PanicError {
	if e, ok := v.(*PanicError); ok {
		return e
	}
	return &PanicError{Value: v, Stack: debug.Stack()}
}

// Error returns the value and the stack, for logs.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v\n\n%s", e.Value, e.Stack) }

// Unwrap returns the value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// Recover answers 500 when a handler inside panics. Without it the panic ends
// the process, and Lambda has to start another one. The client learns nothing of
// the panic; [Log], which belongs outside of Recover, writes the value and the
// stack. Middleware between Recover and the handler is skipped: for a page to be able
// to read the 500, [CORS] must be outside of Recover, too.
func Recover() Middleware {
	return func(next Handler) Handler {
		return func(ctx context.Context, req *Request) (resp *Response, err error) {
			defer func() {
				if v := recover(); v != nil {
					resp, err = nil, &Error{Err: panicError(v)}
				}
			}()
			return next(ctx, req)
		}
	}
}
