package gateway

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/lambdarest/lambdarest/internal/handover"
)

// A task is the call of a handler in this process, and the context that it gets: what the standard library would do with
// a context for the deadline, one for each value, a channel to close, one for the result and their timers is a single
// object here, as this is done for each request.
type task struct {
	values   context.Context // those of the request
	id       string          // of the invocation
	event    []byte          // the handler's for good, see package handover
	deadline time.Time

	older, newer *task // see deadlines

	over sync.WaitGroup // of the first of the result and the deadline

	mu      sync.Mutex
	settled bool // over is
	res     result
	lambda  *lambdacontext.LambdaContext // made when somebody asks for it
	err     error                        // why the context has ended
	done    chan struct{}                // made when somebody asks for it, closed with err
	then    []*func()                    // to call at the end
}

func newTask(parent context.Context, d *deadlines, event []byte, id string) *task {
	t := &task{values: context.WithoutCancel(parent), id: id, event: event}
	t.over.Add(1)
	d.add(t)
	return t
}

// runTask calls a handler in a goroutine and returns its result; late means that there is none, or an error that came
// with the deadline or after it.
func runTask(parent context.Context, d *deadlines, h lambda.Handler, event []byte, id string) (res result, late bool) {
	t := newTask(parent, d, event, id)
	go t.call(h)
	t.over.Wait()
	d.remove(t)
	t.mu.Lock()
	res, late = t.res, t.err != nil && t.res.err != nil
	t.mu.Unlock()
	t.end(context.Canceled)
	return res, late
}

// runHeeding is runTask for a handler that heeds its context: it returns when that ends, and needs no goroutine.
func runHeeding(parent context.Context, d *deadlines, h lambda.Handler, event []byte, id string) (res result, late bool) {
	t := newTask(parent, d, event, id)
	defer t.end(context.Canceled)
	defer d.remove(t)
	res.out, res.err = callHandler(t, h, event)
	return res, res.err != nil && t.Err() != nil
}

// growStack makes the stack of a goroutine that has just begun large enough for most handlers. It would grow anyway, but
// in two steps, each of which copies all that is there by then; that took a fifth of a request's time. What counts is the
// size of the frame: called with 0 it does nothing else.
//
//go:noinline
func growStack(n int) byte {
	if n == 0 {
		return 0
	}
	var room [stackRoom]byte
	for i := range room {
		room[i] = byte(i * n)
	}
	return room[n%stackRoom]
}

// stackRoom makes a stack of 8 KB.
const stackRoom = 5 << 10

// call calls the handler.
func (t *task) call(h lambda.Handler) {
	growStack(0)
	var res result
	returned := false
	defer func() { // also at a Goexit
		if !returned {
			res.err = errGoexit()
		}
		t.settle(res)
	}()
	res.out, res.err = callHandler(t, h, t.event)
	returned = true
}

func (t *task) expire() {
	t.end(context.DeadlineExceeded)
	t.settle(result{err: context.DeadlineExceeded})
}

// settle takes the first result.
func (t *task) settle(res result) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.settled {
		t.settled, t.res = true, res
		t.over.Done()
	}
}

// end ends the context, once.
func (t *task) end(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err != nil {
		return
	}
	t.err = err
	if t.done != nil {
		close(t.done)
	}
	for _, f := range t.then {
		go (*f)()
	}
	t.then = nil
}

// Deadline is part of context.Context.
func (t *task) Deadline() (time.Time, bool) { return t.deadline, true }

// Done is part of context.Context.
func (t *task) Done() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.done == nil {
		t.done = make(chan struct{})
		if t.err != nil {
			close(t.done)
		}
	}
	return t.done
}

// Err is part of context.Context.
func (t *task) Err() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

// Value is part of context.Context.
func (t *task) Value(key any) any {
	if _, ok := key.(handover.Key); ok {
		return &t.event
	}
	if key == lambdaKey {
		return t.lambdaContext()
	}
	return t.values.Value(key)
}

func (t *task) lambdaContext() *lambdacontext.LambdaContext {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lambda == nil {
		t.lambda = &lambdacontext.LambdaContext{AwsRequestID: t.id}
	}
	return t.lambda
}

// lambdaKey is the key under which package lambdacontext looks for its value; it does not export it.
var lambdaKey = func() any {
	var asked keyOf
	lambdacontext.FromContext(&asked)
	return asked.key
}()

// keyOf is a context that remembers for what it was asked.
type keyOf struct {
	context.Context
	key any
}

func (k *keyOf) Value(key any) any {
	k.key = key
	return nil
}

// String is what fmt prints, as of the contexts of the standard library: nothing of the event.
func (t *task) String() string {
	return fmt.Sprintf("%v.WithDeadline(%v)", t.values, t.deadline.Format(time.RFC3339Nano))
}

// AfterFunc spares contexts that are derived from this one a goroutine each: package context looks for it.
func (t *task) AfterFunc(f func()) (stop func() bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err != nil {
		go f()
		return func() bool { return false }
	}
	own := &f
	t.then = append(t.then, own)
	return func() bool {
		t.mu.Lock()
		defer t.mu.Unlock()
		i := slices.Index(t.then, own)
		if i >= 0 {
			t.then = slices.Delete(t.then, i, i+1)
		}
		return i >= 0
	}
}
