package warmup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/lambdarest/lambdarest/internal/jsonscan"
)

// Fanout keeps several instances warm with one ping: the instance that gets it
// invokes the function as many times as it takes for the others, and each of those
// waits a little (see [Config].Delay) so that no instance answers two.
//
// Only a ping from outside fans out: a scheduled event, lambda-warmer's, Vapor's,
// and null or {} where they are asked for. What was sent by a warmer as one of
// several never does, so that pings cannot multiply; nor does anything on Managed
// Instances, where one process answers many invocations at once.
//
// The other instances are reached through the ARN that this one was invoked with,
// so that a version or alias is kept, with pings of the shape LambdaWarmer, which
// the function answers then, whatever Config.Shapes says. They carry Config.Token,
// and account and region where Config.Strict asks for them. The function needs the
// permission lambda:InvokeFunction for itself.
type Fanout struct {
	// Invoker sends the pings; nil sends none. The package warmup/invoke has one for
	// the standard library's HTTP client, warmup/invokesdk one for the AWS SDK.
	Invoker Invoker

	// Instances is how many instances to keep warm, this one included, where the
	// ping does not say: 0 is 1. lambda-warmer's and Vapor's pings say it in their
	// member "concurrency"; what is no positive number there counts as 1.
	Instances int

	// Max caps Instances and what pings ask for. 0 is 10; above 100 it counts as 100.
	Max int

	// Timeout bounds the sending of all pings, 2 s if it is 0. Nine tenths of the time
	// that the invocation has left bound it too. What was not sent by then is not sent.
	Timeout time.Duration

	// DryRun logs what would be sent, and sends nothing.
	DryRun bool
}

// A FanoutOption is a Fanout. That Config has an interface keeps the code out of
// functions that do without.
type FanoutOption interface {
	run(context.Context, *pinger, *lambdacontext.LambdaContext, *outcome)
}

// An Invoker invokes functions without waiting for them to finish. It must be safe
// for concurrent use and return soon after its context ends.
type Invoker interface {
	// InvokeAsync has Lambda invoke the function with an ARN, whose version or alias
	// counts, and the payload (InvocationType Event). It returns nil once Lambda has
	// accepted that. It must not keep payload.
	InvokeAsync(ctx context.Context, function string, payload []byte) error
}

// InvokerFunc makes an Invoker of a function.
type InvokerFunc func(ctx context.Context, function string, payload []byte) error

// InvokeAsync implements [Invoker].
func (f InvokerFunc) InvokeAsync(ctx context.Context, function string, payload []byte) error {
	return f(ctx, function, payload)
}

const (
	defaultMax    = 10
	hardMax       = 100
	sendersAtOnce = 10 // connections that are opened in parallel
	fanoutTimeout = 2 * time.Second
)

var (
	errNoARN = errors.New("warmup: fan-out: the context has no function ARN")
	errLate  = errors.New("warmup: fan-out: not sent in time")
)

// instances returns how many instances a root asks to keep warm, this one included.
func (f *Fanout) instances(p *ping, initType string) int {
	if f.Invoker == nil || p.elsewhere > 0 && p.count == 0 || initType == "lambda-managed-instances" {
		return 1
	}
	limit := min(f.Max, hardMax)
	if limit <= 0 {
		limit = defaultMax
	}
	n := p.count
	if n == 0 {
		n = f.Instances
	}
	return max(1, min(n, limit))
}

// run sends the pings of a root.
func (f Fanout) run(ctx context.Context, h *pinger, lc *lambdacontext.LambdaContext, o *outcome) {
	o.total = f.instances(o.ping, h.instance.InitType())
	o.dry = o.total > 1 && (o.test || f.DryRun)
	if o.total == 1 || o.dry {
		return
	}
	r := round{flag: h.cfg.Flag, correlation: o.correlation, total: o.total}
	if h.cfg.Strict {
		r.account, r.region = o.from.account, o.from.region
	}
	if h.cfg.Token != "" {
		r.token = o.from.token
	}
	var function string
	if lc != nil {
		function = lc.InvokedFunctionArn
	}
	o.sent, o.fanoutErr = f.send(ctx, function, o.total, r.child)
}

// send sends a ping to each instance but this one and returns how many Lambda
// accepted, and the first error.
func (f *Fanout) send(ctx context.Context, function string, total int, child func(n int) []byte) (sent int, err error) {
	if function == "" {
		return 0, errNoARN
	}
	timeout := f.Timeout
	if timeout <= 0 {
		timeout = fanoutTimeout
	}
	ctx, cancel := budget(ctx, timeout)
	defer cancel()
	jobs := make(chan int, total)
	for n := 2; n <= total; n++ {
		jobs <- n
	}
	close(jobs)
	results := make(chan error, total)
	for range min(total-1, sendersAtOnce) {
		go func() {
			for n := range jobs {
				results <- f.sendOne(ctx, function, child(n))
			}
		}()
	}
	for range total - 1 {
		select {
		case one := <-results:
			if one == nil {
				sent++
			} else if err == nil {
				err = one
			}
		case <-ctx.Done(): // an Invoker that does not return is left behind
			return sent, cmp.Or(err, errLate)
		}
	}
	return sent, err
}

// sendOne does not begin after the end of ctx: Lambda may have frozen the process
// meanwhile, and what it thaws for is something else.
func (f *Fanout) sendOne(ctx context.Context, function string, payload []byte) error {
	if ctx.Err() != nil {
		return errLate
	}
	err := guarded(func() error { return f.Invoker.InvokeAsync(ctx, function, payload) })
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("%w: %w", errLate, err)
	}
	return err
}

// A round is what all pings of one fan-out have in common.
type round struct {
	flag, correlation string
	origin            // what proves the children; empty where nobody asks for it
	total             int
}

// child is the ping for the n-th instance, in lambda-warmer's words.
func (r *round) child(n int) []byte {
	b := jsonscan.AppendQuote([]byte{'{'}, r.flag)
	b = append(b, `:true,"__WARMER_INVOCATION__":`...)
	b = strconv.AppendInt(b, int64(n), 10)
	b = append(b, `,"__WARMER_CONCURRENCY__":`...)
	b = strconv.AppendInt(b, int64(r.total), 10)
	b = appendMember(b, "__WARMER_CORRELATIONID__", r.correlation)
	b = appendMember(b, "account", r.account)
	b = appendMember(b, "region", r.region)
	b = appendMember(b, "token", r.token)
	return append(b, '}')
}

// appendMember appends a member of an object, unless it is empty.
func appendMember(b []byte, key, value string) []byte {
	if value == "" {
		return b
	}
	b = append(b, ',')
	b = jsonscan.AppendQuote(b, key)
	b = append(b, ':')
	return jsonscan.AppendQuote(b, value)
}
