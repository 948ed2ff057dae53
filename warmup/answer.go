package warmup

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// What a ping makes happen ends before the invocation's deadline and reaches its
// invoker as the same answer, whatever went wrong: whoever invokes asynchronously
// would send a failed ping again, twice, and raise alarms. Failures are for the log.

// answer does what a ping is for and returns its answer.
func (h *pinger) answer(ctx context.Context, p *ping, lc *lambdacontext.LambdaContext) []byte {
	line := outcome{ping: p, cold: h.instance.cold()}
	if err := guarded(func() error { h.work(ctx, lc, &line); return nil }); err != nil {
		line.err = errors.Join(line.err, err)
	}
	if h.log != nil {
		_ = guarded(func() error { h.logPing(ctx, &line); return nil }) // a logger that panics has nowhere to report it
	}
	if p.shape == OpenNext {
		return []byte(`{"type":"warmer","serverId":"` + h.instance.ID() + `"}`)
	}
	return []byte(`{"warmed":true}`)
}

// An outcome is what the log says of a ping.
type outcome struct {
	*ping
	cold         bool
	request      string
	dry          bool
	sent, primed int
	err          error
}

// work runs the primers, and beside them the fan-out of a root or the delay of a
// child: a child's instance is as busy with primers as with waiting.
func (h *pinger) work(ctx context.Context, lc *lambdacontext.LambdaContext, o *outcome) {
	var wg sync.WaitGroup
	var primeErr error
	if len(h.primers) > 0 {
		wg.Go(func() { o.primed, primeErr = prime(ctx, h.primers) })
	}
	if lc != nil {
		o.request = lc.AwsRequestID
	}
	var fanoutErr error
	if o.child {
		h.wait(ctx, o.delay)
	} else {
		fanoutErr = h.fanOut(ctx, lc, o)
	}
	wg.Wait()
	o.err = errors.Join(fanoutErr, primeErr)
}

// fanOut sends the pings of a root.
func (h *pinger) fanOut(ctx context.Context, lc *lambdacontext.LambdaContext, o *outcome) error {
	o.n, o.total = 1, h.fanout.instances(o.ping, h.instance.InitType())
	if o.correlation == "" {
		o.correlation = o.request
	}
	o.dry = o.total > 1 && (o.test || h.fanout.DryRun)
	if o.total == 1 || o.dry {
		return nil
	}
	r := round{flag: h.detector.flag, correlation: o.correlation, token: h.token, total: o.total}
	var function string
	if lc != nil {
		function = lc.InvokedFunctionArn
	}
	if a, ok := parseARN(function); ok && h.guard.strict {
		r.account, r.region = a.account, a.region
	}
	var err error
	o.sent, err = h.fanout.send(ctx, function, o.total, r.child)
	return err
}

const (
	defaultDelay = 75 * time.Millisecond
	maxDelay     = time.Second
)

// wait keeps the instance of a child busy. asked is negative where the ping does
// not say how long.
func (h *pinger) wait(ctx context.Context, asked time.Duration) {
	d := h.delay
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

func (h *pinger) logPing(ctx context.Context, o *outcome) {
	action, level := "answered", slog.LevelInfo
	switch {
	case o.dry:
		action = "dry-run"
	case o.total > 1 && !o.child:
		action = "fanned-out"
	}
	attrs := []slog.Attr{
		slog.String("action", action),
		slog.String("kind", o.shape.String()),
		slog.String("correlation_id", o.correlation),
		slog.String("request_id", o.request),
		slog.Int("n", o.n),
		slog.Int("total", o.total),
		slog.Bool("cold", o.cold),
		slog.String("init_type", h.instance.InitType()),
		slog.String("instance_id", h.instance.ID()),
	}
	if idle, ok := h.instance.Idle(); ok {
		attrs = append(attrs, slog.Float64("idle_seconds", idle.Seconds()))
	}
	if o.count > o.total && !o.child {
		attrs = append(attrs, slog.Int("asked", o.count))
	}
	if action == "fanned-out" {
		attrs = append(attrs, slog.Int("sent", o.sent))
	}
	if o.primed > 0 {
		attrs = append(attrs, slog.Int("primed", o.primed))
	}
	if o.elsewhere > 0 {
		attrs = append(attrs, slog.Int("elsewhere", o.elsewhere))
	}
	if o.err != nil {
		level = slog.LevelWarn
		attrs = append(attrs, slog.String("error", o.err.Error()))
	}
	h.log.LogAttrs(ctx, level, "warm-up ping", attrs...)
}
