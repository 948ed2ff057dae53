package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/lambdarest/lambdarest/internal/gwevent"
)

// Limits of the Invoke operation besides maxEvent and maxAnswer, in bytes (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html).
const (
	maxAsyncEvent    = 1 << 20
	maxClientContext = 3583 // in Base64

	maxQueued  = 64 << 20 // of the events of asynchronous invocations that are under way; our own
	queuedCost = 16 << 10 // what each of them counts besides its event
)

// InvokeAPI is Lambda's operations Invoke and InvokeWithResponseStream, as an http.Handler in front of functions: what the
// AWS SDKs and the AWS CLI find behind AWS_ENDPOINT_URL_LAMBDA, so that functions that invoke one another do so on a laptop
// and in tests.
//
//	POST /2015-03-31/functions/NAME/invocations
//	POST /2021-11-15/functions/NAME/response-streaming-invocations
//
// NAME may be an ARN, or a part of one, of any account and region, and have a version or an alias: there is one version
// here, $LATEST, which answers for all of them, and the function sees the ARN with what was asked for. Types of
// invocations are RequestResponse, Event and DryRun. An event that must be queued runs at once, and once only: Lambda
// would repeat it twice after errors, and knows destinations and dead-letter queues.
//
// As in Lambda, an invocation runs on where its client goes away, and a function's failure is a 200 with the header
// X-Amz-Function-Error, of the value Unhandled whatever the function has done. Signatures are not looked at; requests of
// web pages are refused. The log that X-Amz-Log-Type: Tail asks for has what a [Process] writes, if its Output or its
// Observe is set, and nothing of what handlers in this process write.
//
// InvokeWithResponseStream sends a piece when the function has sent it, where the function has a method Stream, as a
// *[Process], a [StreamHandler] and a *router.Router have it; of any other function all of the answer at its end. It has no
// type Event. A failure is in the event InvokeComplete, also after the first pieces.
//
// Left out: InvokeAsync, which is deprecated, and tenants.
//
// The fields must not be changed once it serves. It is safe for concurrent use.
type InvokeAPI struct {
	// Functions are the functions by name.
	Functions map[string]lambda.Handler
	// Observe is called once for each request with what became of it, from a goroutine of the invocation, for an
	// asynchronous one when the function is done. Exchange.Err also says why a request was refused. nil is none.
	Observe func(Exchange)

	once      sync.Once
	deadlines *deadlines // of handlers in this process

	mu     sync.Mutex
	queued int           // see maxQueued
	idle   chan struct{} // closed when nothing is queued any more; nil at first
}

// ServeHTTP answers one request.
func (a *InvokeAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := gwevent.NewRequestID()
	w.Header().Set("X-Amzn-Requestid", id)
	c := &invokeCall{api: a, id: id, seen: Exchange{
		Time: time.Now(), Method: r.Method, Host: r.Host, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery, Header: r.Header,
		RequestID: id, InvocationID: id,
	}}
	refused := c.read(w, r)
	if refused == nil && c.kind == asynchronous {
		refused = c.enqueue(r.Context())
		if refused == nil {
			w.WriteHeader(http.StatusAccepted)
			return // the exchange is observed when the function is done
		}
	}
	switch {
	case refused != nil:
		c.refuse(w, refused)
	case c.kind == dryRun:
		c.answer(w, http.StatusNoContent, nil)
	case c.streams:
		c.stream(w, r)
	default:
		c.invoke(w, r)
	}
	c.observe()
}

// Wait waits until no asynchronous invocation is under way, or returns the error of ctx when that ends. New ones that
// come meanwhile may be waited for or not.
func (a *InvokeAPI) Wait(ctx context.Context) error {
	a.mu.Lock()
	idle, queued := a.idle, a.queued
	a.mu.Unlock()
	if queued == 0 {
		return nil
	}
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// enter takes room for an event, unless there is too little.
func (a *InvokeAPI) enter(size int) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.queued+size > maxQueued {
		return false
	}
	if a.queued == 0 {
		a.idle = make(chan struct{})
	}
	a.queued += size
	return true
}

func (a *InvokeAPI) leave(size int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.queued -= size; a.queued == 0 {
		close(a.idle)
	}
}

// The types of invocations.
const (
	synchronous  = "RequestResponse"
	asynchronous = "Event"
	dryRun       = "DryRun"
)

// An invokeCall is one request on its way.
type invokeCall struct {
	api     *InvokeAPI
	id      string
	kind    string
	handler lambda.Handler
	lambda  lambdacontext.LambdaContext
	event   []byte
	streams bool // its answer, by the operation
	tail    bool // of the log is asked for
	seen    Exchange
}

// clipped is what the observer gets of a body. Who keeps it does not keep the rest of a large one with it.
func (c *invokeCall) clipped(b []byte) []byte {
	if c.api.Observe == nil || len(b) <= maxObserved {
		return b
	}
	return bytes.Clone(b[:maxObserved])
}

// enqueue begins an asynchronous invocation.
func (c *invokeCall) enqueue(ctx context.Context) *invokeError {
	size := len(c.event) + queuedCost
	if !c.api.enter(size) {
		return &invokeError{http.StatusTooManyRequests, "TooManyRequestsException", "too many asynchronous invocations are under way"}
	}
	c.seen.Status = http.StatusAccepted
	go func() {
		defer c.api.leave(size)
		_, out, err := c.call(ctx)
		c.noteResult(out, err)
		c.observe()
	}()
	return nil
}

// unhandled is what went wrong in a function, whatever it was.
const unhandled = "Unhandled"

func errFunctionClosed() *invokeError {
	return &invokeError{http.StatusInternalServerError, "ServiceException", "the function is closed"}
}

// invoke invokes the function and answers with what it returns.
func (c *invokeCall) invoke(w http.ResponseWriter, r *http.Request) {
	i, out, err := c.call(r.Context())
	out = c.noteResult(out, err)
	if errors.Is(err, ErrClosed) {
		c.refuse(w, errFunctionClosed())
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("X-Amz-Executed-Version", "$LATEST")
	if failed := (*FunctionError)(nil); errors.As(err, &failed) {
		h.Set("X-Amz-Function-Error", unhandled)
		out = failed.Payload
	}
	if c.tail {
		h.Set("X-Amz-Log-Result", i.logTail())
	}
	c.answer(w, http.StatusOK, out)
}

// noteResult keeps what the function returned for the observer, and returns it: a copy where a handler may use the memory
// again.
func (c *invokeCall) noteResult(out []byte, err error) []byte {
	_, isProcess := c.handler.(*Process)
	c.seen.Result, c.seen.Err = kept(out, c.api.Observe != nil && !isProcess), err
	return c.seen.Result
}

// call calls the function. The error is a *FunctionError, or nil.
func (c *invokeCall) call(ctx context.Context) (i Invocation, out []byte, err error) {
	var fail *failure
	i = Invocation{RequestID: c.id, MemoryMB: 128} // where the function does not get to run
	if p, ok := c.handler.(*Process); ok {
		ctx, cancel := context.WithTimeout(lambdacontext.NewContext(context.WithoutCancel(ctx), &c.lambda), longestTimeout)
		defer cancel()
		out, err = p.invoke(ctx, c.event, nil, c.observer(func(seen Invocation) { i = seen }))
		out, fail, err = settle(result{out, err}, ctx.Err() != nil && err != nil)
	} else {
		begin := time.Now()
		c.api.once.Do(func() { c.api.deadlines = &deadlines{limit: longestTimeout} })
		out, fail, err = settle(runTask(ctx, c.api.deadlines, inContext{c.handler, &c.lambda}, c.event, c.id))
		i.Duration = time.Since(begin)
	}
	if fail != nil {
		err = errLongestTimeout(fail.cause)
	}
	return i, out, err
}

// observer is tell, with all of the log where that is asked for.
func (c *invokeCall) observer(tell func(Invocation)) func(Invocation) {
	return func(i Invocation) {
		if c.tail {
			i.log.settle()
		}
		tell(i)
	}
}

func errLongestTimeout(cause error) *FunctionError {
	return newFunctionError("Sandbox.Timedout", fmt.Sprintf("Task timed out after %.2f seconds", longestTimeout.Seconds()), cause)
}

// inContext is a handler that gets what the caller of the function has said.
type inContext struct {
	lambda.Handler
	lambda *lambdacontext.LambdaContext
}

func (h inContext) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	return h.Handler.Invoke(lambdacontext.NewContext(ctx, h.lambda), event)
}

// refuse answers for Lambda itself, in the form that the SDKs parse. The name of the member with the message is that of the
// service's model, which differs.
func (c *invokeCall) refuse(w http.ResponseWriter, refused *invokeError) {
	blame, member := "User", "message"
	if refused.status >= http.StatusInternalServerError {
		blame = "Service"
	}
	if refused.kind == "ResourceNotFoundException" || refused.kind == "ServiceException" {
		member = "Message"
	}
	body, _ := json.Marshal(map[string]string{"Type": blame, member: refused.message}) // strings only
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Amzn-Errortype", refused.kind)
	if c.seen.Err == nil {
		c.seen.Err = errors.New(refused.message)
	}
	c.answer(w, refused.status, body)
}

func (c *invokeCall) answer(w http.ResponseWriter, status int, body []byte) {
	c.seen.Status, c.seen.AnswerHeader, c.seen.Answer = status, w.Header().Clone(), c.clipped(body)
	w.WriteHeader(status)
	_, _ = w.Write(body) // an error means that the client is gone
}

func (c *invokeCall) observe() {
	if c.api.Observe != nil {
		c.seen.Duration = time.Since(c.seen.Time)
		c.api.Observe(c.seen)
	}
}
