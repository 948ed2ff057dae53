package warmup

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/lambdarest/lambdarest/internal/coldstart"
)

// Config says what counts as a ping and what a ping does. The zero value answers
// DefaultShapes and does nothing else; it is right for a function behind an API
// whose only schedule is the one that keeps it warm.
type Config struct {
	// Shapes are the kinds of pings that are answered; 0 means DefaultShapes.
	Shapes Shape

	// Rules are the ARNs of the EventBridge rules and Scheduler schedules that
	// exist to warm the function. Where it is empty, every scheduled event is a
	// ping. Set it where a schedule also does business (a nightly job): events of
	// any other rule are then handed on. It concerns scheduled events only.
	//
	// In an ARN, * stands for any run of characters but a colon, as in IAM's
	// ArnLike: "arn:aws:events:*:*:rule/orders-KeepWarm-*". An event must name at
	// least one resource, and all that it names must match.
	Rules []string

	// Flag is the key that is true in pings of the shape LambdaWarmer, "warmer" if it
	// is empty. (SST sends "ding".)
	Flag string

	// Strict takes for a ping only what says, in members "account" and "region" of its
	// top level, where the function is, as the ARN does that Lambda invoked it with.
	// EventBridge's events have these members; give them to other pings in the
	// schedule's input, or under "custom" in the client context. Outside Lambda, where
	// the context has no ARN, nothing is a ping then.
	//
	// It keeps a client's body from being a ping where a mapping template makes it the
	// whole event, from clients that do not know your account's number. Token keeps it
	// from all.
	Strict bool

	// Token, if there is one, is what every ping must have as its member "token"
	// (under "custom" in the client context), whatever its shape. EventBridge adds
	// none to its own events: give the schedule an input such as
	// {"warmer":true,"token":"…"}. Tokens are compared in constant time and never
	// logged.
	Token string

	// Fanout keeps more than one instance warm: a [Fanout], or nil for none.
	Fanout FanoutOption

	// Delay is how long a ping that was sent as one of several keeps its instance busy,
	// so that the others go to other instances: 0 is 75 ms, a negative Delay is none.
	// What Thundra's and OpenNext's pings ask for takes precedence. No delay is longer
	// than 1 s, nor than half of the time to the context's deadline.
	Delay time.Duration

	// Primers run at pings until each has succeeded once; see [Prime] for how.
	Primers []*Primer

	// Instance keeps what ColdStart, FirstReal and the log report. Share one between
	// the handlers of a process, or to ask it; nil makes a new one.
	Instance *Instance

	// Log gets one line for each ping: a *slog.Logger, or nil for none. Its level is
	// Info, or Warn where a primer or the fan-out failed. Nothing of the event is logged
	// but the name that a warmer gave to its round of pings. The attributes:
	//
	//	action          answered, fanned-out or dry-run
	//	kind            the shape
	//	correlation_id  of all pings of a round: given by the warmer, or the root's request_id
	//	request_id      Lambda's
	//	n, total        this is the n-th of total instances; 1 and 1 without fan-out
	//	cold            the ping is the first invocation, and the process was started for it
	//	init_type       see Instance.InitType
	//	instance_id     see Instance.ID
	//	idle_seconds    since the invocation before began; from the second one on
	//	asked           instances that the ping asked for, if more than total
	//	sent            pings that Lambda accepted from a root that fans out
	//	primed          primers that succeeded at this ping, if any
	//	elsewhere       pings for other functions (lambda-warmer's target), which nobody gets
	//	fanout_error    why pings were not sent
	//	primer_error    what failed of the primers
	Log Logger
}

// Wrap returns a handler that answers pings and hands every other event to next:
// the same bytes, not a copy, with nothing of them kept and without allocating
// (until the first request has ended, contexts are derived for [ColdStart] and
// [FirstReal]).
//
// A ping never reaches next and never fails. Its answer is the JSON {"warmed":true},
// and for OpenNext {"type":"warmer","serverId":"…"}. The handler is safe for
// concurrent use if next is. What lambda.NewHandler of aws-lambda-go makes of a function
// is not, as of v1.55.1: its answers lie in a buffer that the next invocation uses
// again, so that where AWS_LAMBDA_MAX_CONCURRENCY is above 1 they come out mixed or cut
// off. A router, [mapping.New] or a Handler of your own is.
//
// Wrap panics if next or a primer is nil.
//
// [mapping.New]: https://pkg.go.dev/github.com/lambdarest/lambdarest/mapping#New
func Wrap(next lambda.Handler, cfg Config) lambda.Handler {
	if next == nil {
		panic("warmup: Wrap: next is nil")
	}
	return &handler{pinger: newPinger(&cfg), next: next}
}

type handler struct {
	*pinger
	next lambda.Handler
}

// Invoke implements lambda.Handler.
func (h *handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	if answer, ok := h.ping(ctx, payload); ok {
		return answer, nil
	}
	ctx, marked := h.instance.mark(ctx)
	out, err := h.next.Invoke(ctx, payload)
	if marked {
		h.instance.settle()
	}
	return out, err
}

// A pinger answers pings.
type pinger struct {
	cfg      Config // with its defaults filled in
	timed    bool   // somebody may ask for the instance's times
	instance *Instance
}

func newPinger(cfg *Config) *pinger {
	for _, p := range cfg.Primers {
		if p == nil {
			panic("warmup: Wrap: a primer is nil")
		}
	}
	h := &pinger{cfg: *cfg, timed: cfg.Log != nil || cfg.Instance != nil, instance: cfg.Instance}
	h.cfg.Rules, h.cfg.Primers = slices.Clone(cfg.Rules), slices.Clone(cfg.Primers)
	if cfg.Shapes == 0 {
		h.cfg.Shapes = DefaultShapes
	}
	if cfg.Fanout != nil {
		h.cfg.Shapes |= LambdaWarmer // what instances send to each other
	}
	if h.cfg.Shapes&PluginWarmup != 0 {
		h.cfg.Shapes |= pluginContext
	}
	if cfg.Flag == "" {
		h.cfg.Flag = "warmer"
	}
	if h.instance == nil {
		h.instance = new(Instance)
	}
	if coldstart.Ahead() {
		h.instance.warm.Store(true)
	}
	return h
}

// ping answers an event that is a ping, and reports whether it is one.
func (h *pinger) ping(ctx context.Context, payload []byte) (answer []byte, ok bool) {
	if h.timed {
		h.instance.touch()
	}
	shape := h.detect(ctx, payload)
	if shape == 0 {
		return nil, false
	}
	lc, _ := lambdacontext.FromContext(ctx)
	var p ping
	if !h.read(&p, shape, payload, lc) {
		return nil, false
	}
	return h.answer(ctx, &p, lc), true
}
