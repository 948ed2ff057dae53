// Package warmup answers the pings that keep a Lambda function warm, before
// anything else of the function runs.
//
// A schedule that invokes a function every few minutes keeps an execution
// environment alive. Such a ping must not reach business code: it has no path, no
// body and no caller, and a typed handler would decode it into a zero request.
// [Wrap] looks at the raw event, answers a ping itself and hands everything else
// on as the very bytes that came in:
//
//	lambda.Start(warmup.Wrap(handler, warmup.Config{}))
//
// # What is a ping
//
// The zero [Config] knows four kinds, and nothing but them:
//
//   - the scheduled event of an EventBridge rule: source "aws.events" and
//     detail-type "Scheduled Event"
//     (https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-eventbridge-scheduled-events.html);
//   - the scheduled event of EventBridge Scheduler: source "aws.scheduler" with
//     the same detail-type;
//   - lambda-warmer's {"warmer":true, …}, or an array of nothing but such objects;
//   - serverless-plugin-warmup's {"source":"serverless-plugin-warmup", …}, or a
//     string that holds that object.
//
// Names and values are compared exactly: "Warmer" and "warmer":"true" are
// something else. An event is also handed on if it is not a single valid JSON
// value, has a key of the top level twice or more than 64 keys there, or has a key
// there that tells of a caller's request, a batch of records or an authorizer
// ("httpMethod", "requestContext", "rawPath", "headers", "body", "Records",
// "methodArn" and so on), whichever comes first. What stands in a body, a header
// or a query is never looked at, so nobody can make a ping out of an HTTP request.
//
// One way stays open: where a mapping template makes the client's body the whole
// event (a non-proxy integration with $input.json('$')), a client that sends
// {"warmer":true} gets the answer to a ping. Nothing else happens.
package warmup

import (
	"context"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

// Config says what counts as a ping and where pings are logged. The zero value
// answers every kind that the package comment lists and logs nothing; it is
// right for a function whose only schedule is the one that keeps it warm.
type Config struct {
	// Rules are the ARNs of the EventBridge rules and Scheduler schedules that
	// exist to warm the function. Where it is empty, every scheduled event is a
	// ping. Set it where a schedule also does business (a nightly job): events of
	// any other rule are then handed on. It concerns scheduled events only.
	//
	// In an ARN, * stands for any run of characters but a colon, as in IAM's
	// ArnLike: "arn:aws:events:*:*:rule/orders-KeepWarm-*". An event must name at
	// least one resource, and all that it names must match.
	Rules []string

	// Log gets one line for each ping, at level Info; nil logs nothing. The line
	// has action ("answered"), kind, request_id (Lambda's), cold (see ColdStart)
	// and, from the second invocation on, idle_seconds: the time since the
	// invocation before it began. Nothing of the event is logged.
	Log *slog.Logger
}

// Wrap returns a handler that answers pings and hands every other event to next:
// the same bytes, not a copy, with nothing of them kept and without allocating
// (the first invocation apart, whose context is derived for [ColdStart]).
//
// A ping never reaches next and never fails; its answer is the JSON
// {"warmed":true}. The handler is safe for concurrent use if next is. Wrap panics
// if next is nil.
func Wrap(next lambda.Handler, cfg Config) lambda.Handler {
	if next == nil {
		panic("warmup: Wrap: next is nil")
	}
	h := &handler{next: next, rules: slices.Clone(cfg.Rules), log: cfg.Log}
	h.start.warm.Store(initialisedAhead())
	return h
}

type handler struct {
	next  lambda.Handler
	rules []string
	log   *slog.Logger
	start start
	last  atomic.Int64 // when the latest invocation began, in Unix ns; kept for log only
}

const answer = `{"warmed":true}`

// Invoke implements lambda.Handler.
func (h *handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	cold := h.start.cold()
	var idle time.Duration
	if h.log != nil {
		idle = h.idle()
	}
	if kind := detect(payload, h.rules); kind != none {
		if h.log != nil {
			h.logPing(ctx, kind, cold, idle)
		}
		return []byte(answer), nil
	}
	if cold {
		ctx = context.WithValue(ctx, coldKey{}, true)
	}
	return h.next.Invoke(ctx, payload)
}

// idle returns the time since the invocation before began, or a negative one if
// there was none. The wall clock is the right one: it goes on while Lambda has the
// process frozen.
func (h *handler) idle() time.Duration {
	now := time.Now().UnixNano()
	before := h.last.Swap(now)
	if before == 0 {
		return -1
	}
	return time.Duration(max(0, now-before))
}

func (h *handler) logPing(ctx context.Context, kind kind, cold bool, idle time.Duration) {
	attrs := []slog.Attr{
		slog.String("action", "answered"),
		slog.String("kind", kind.String()),
		slog.Bool("cold", cold),
	}
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		attrs = append(attrs, slog.String("request_id", lc.AwsRequestID))
	}
	if idle >= 0 {
		attrs = append(attrs, slog.Float64("idle_seconds", idle.Seconds()))
	}
	h.log.LogAttrs(ctx, slog.LevelInfo, "warm-up ping", attrs...)
}
