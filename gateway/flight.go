package gateway

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/lambdarest/lambdarest/internal/gwevent"
	"github.com/lambdarest/lambdarest/internal/handover"
)

// longestTimeout is the longest that a function can have in Lambda.
const longestTimeout = 15 * time.Minute

// invocation is one Invoke on its way to an instance and back.
type invocation struct {
	ctx      context.Context
	id       string
	deadline time.Time
	timeout  time.Duration    // of the function; zero where only ctx sets the deadline
	arn      string           // of the function, as its caller wrote it
	caller   []byte           // the fields of what else only the caller knows; mostly none
	payload  []byte           // the event, which nobody changes: it may be written when Invoke has returned
	result   chan outcome     // takes the first result, further ones are refused
	sink     *sink            // where the answer goes as it comes; nil where it is collected
	seen     func(Invocation) // told what became of it; nil for nobody

	carrier     *runtimeConn // the connection to which it was written, see delivery.go
	carrierGone bool
}

type outcome struct {
	payload     []byte
	err         *FunctionError
	isTruncated bool // the error is that the answer broke off
}

func truncated(cause error) outcome {
	return outcome{err: newFunctionError("Runtime.TruncatedResponse", "the answer broke off", cause), isTruncated: true}
}

// newInvocation fills in what the Runtime API tells about an invocation.
func (p *Process) newInvocation(ctx context.Context, payload []byte) (*invocation, context.CancelFunc) {
	inv := &invocation{timeout: p.Timeout, result: make(chan outcome, 1)}
	if _, known := ctx.Deadline(); !known && inv.timeout <= 0 {
		inv.timeout = longestTimeout
	}
	cancel := func() {}
	if inv.timeout > 0 {
		ctx, cancel = context.WithTimeoutCause(ctx, inv.timeout, errFunctionTimedOut)
	}
	inv.ctx = ctx
	inv.deadline, _ = ctx.Deadline()
	lc, _ := lambdacontext.FromContext(ctx)
	if lc != nil {
		inv.id = lc.AwsRequestID
	}
	if inv.id == "" {
		inv.id = gwevent.NewRequestID()
	}
	inv.describeCaller(lc, p.arn())
	if inv.payload = payload; !handover.IsOwn(ctx, payload) {
		inv.payload = bytes.Clone(payload)
	}
	return inv, cancel
}

// appendMessage appends the answer to GET next.
func (inv *invocation) appendMessage(b []byte) []byte {
	b = appendHead(b, http.StatusOK)
	b = appendField(b, "Content-Type", "application/json")
	b = appendField(b, "Lambda-Runtime-Aws-Request-Id", inv.id)
	b = append(b, "Lambda-Runtime-Deadline-Ms: "...)
	b = strconv.AppendInt(b, inv.deadline.UnixMilli(), 10)
	b = append(b, "\r\n"...)
	b = appendTraceID(b, time.Now(), inv.id)
	b = appendField(b, "Lambda-Runtime-Invoked-Function-Arn", inv.arn)
	b = append(b, inv.caller...)
	b = append(b, "Content-Length: "...)
	b = strconv.AppendInt(b, int64(len(inv.payload)), 10)
	b = append(b, "\r\n\r\n"...)
	return append(b, inv.payload...)
}

// size is about how long the message is.
func (inv *invocation) size() int { return 512 + len(inv.caller) + len(inv.payload) }

// describeCaller keeps what only the caller of the function knows; lc may be nil.
func (inv *invocation) describeCaller(lc *lambdacontext.LambdaContext, arn string) {
	inv.arn = arn
	if lc == nil {
		return
	}
	inv.arn = orDefault(lc.InvokedFunctionArn, arn)
	if !reflect.ValueOf(&lc.ClientContext).Elem().IsZero() {
		inv.caller = appendJSON(inv.caller, "Lambda-Runtime-Client-Context", lc.ClientContext)
	}
	if lc.Identity != (lambdacontext.CognitoIdentity{}) {
		inv.caller = appendJSON(inv.caller, "Lambda-Runtime-Cognito-Identity", cognitoIdentity(lc.Identity))
	}
}

// appendTraceID appends a trace id of a time and the first bytes of the request id, which may be anything.
func appendTraceID(b []byte, now time.Time, id string) []byte {
	b = append(b, "Lambda-Runtime-Trace-Id: Root=1-"...)
	b = hex.AppendEncode(b, binary.BigEndian.AppendUint32(nil, uint32(now.Unix())))
	b = append(b, '-')
	b = hex.AppendEncode(b, []byte(id[:min(len(id), 12)]))
	return append(b, ";Sampled=0\r\n"...)
}

// cognitoIdentity has the names that Lambda gives its fields.
type cognitoIdentity struct {
	CognitoIdentityID     string `json:"cognitoIdentityId"`
	CognitoIdentityPoolID string `json:"cognitoIdentityPoolId"`
}

func appendJSON(b []byte, name string, v any) []byte {
	encoded, _ := json.Marshal(v) // strings only
	return appendField(b, name, string(encoded))
}

var errFunctionTimedOut = errors.New("gateway: function timed out")

// finish settles the invocation and reports whether it was still open.
func (inv *invocation) finish(o outcome) bool {
	select {
	case inv.result <- o:
		return true
	default:
		return false
	}
}
