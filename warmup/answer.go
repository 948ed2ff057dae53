package warmup

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// What a ping makes happen ends before the invocation's deadline and reaches its
// invoker as the same answer, whatever went wrong: whoever invokes asynchronously
// would send a failed ping again, twice, and raise alarms. Failures are for the log.

// answer does what a ping is for and returns its answer.
func (h *pinger) answer(ctx context.Context, p *ping, lc *lambdacontext.LambdaContext) (out []byte) {
	out = []byte(`{"warmed":true}`)
	if p.shape == OpenNext {
		out = fmt.Appendf(nil, `{"type":"warmer","serverId":%q}`, h.instance.ID())
	}
	o := outcome{ping: p, instance: h.instance, cold: h.instance.cold()}
	defer func() { _ = recover() }() // a logger panics, which has nowhere to report it: primers and Invokers are caught where they run
	h.work(ctx, lc, &o)
	if h.cfg.Log != nil {
		level := slog.LevelInfo
		if o.fanoutErr != nil || o.primerErr != nil {
			level = slog.LevelWarn
		}
		h.cfg.Log.Log(ctx, level, "warm-up ping", "", &o)
	}
	return out
}

// work runs the primers, and beside them the fan-out of a root or the delay of a
// child: a child's instance is as busy with primers as with waiting.
func (h *pinger) work(ctx context.Context, lc *lambdacontext.LambdaContext, o *outcome) {
	if lc != nil {
		o.request = lc.AwsRequestID
	}
	if len(h.cfg.Primers) > 0 {
		wait := h.cfg.Primers[0].start(ctx, h.cfg.Primers)
		defer func() { o.primed, o.primerErr = wait() }()
	}
	if o.child {
		h.wait(ctx, o.delay)
		return
	}
	o.n, o.total = 1, 1
	if o.correlation == "" {
		o.correlation = o.request
	}
	if h.cfg.Fanout != nil {
		h.cfg.Fanout.run(ctx, h, lc, o)
	}
}

const (
	defaultDelay = 75 * time.Millisecond
	maxDelay     = time.Second
)

// wait keeps the instance of a child busy. asked is negative where the ping does
// not say how long.
func (h *pinger) wait(ctx context.Context, asked time.Duration) {
	d := h.cfg.Delay
	if d == 0 {
		d = defaultDelay
	}
	if asked >= 0 {
		d = asked
	}
	d = min(d, maxDelay)
	if deadline, ok := ctx.Deadline(); ok {
		d = min(d, time.Until(deadline)/2)
	}
	if d <= 0 {
		return
	}
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
