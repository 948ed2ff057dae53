package warmup

import (
	"context"
	"os"
	"sync/atomic"
)

// ColdStart reports whether ctx belongs to a cold start: the invocation is the
// first that the handler made by [Wrap] has seen in this process, and somebody
// waited for the process to start. It is false
//
//   - for every later invocation. If the first one was a ping, no invocation that
//     reaches the wrapped handler is a cold start: the ping paid for it;
//   - under provisioned concurrency, SnapStart and Managed Instances, where
//     Lambda initialises the process before it has an invocation for it. Wrap
//     reads that from AWS_LAMBDA_INITIALIZATION_TYPE, once
//     (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html);
//   - for a context that did not come through Wrap.
//
// Of any number of concurrent first invocations exactly one is the cold start.
func ColdStart(ctx context.Context) bool {
	cold, _ := ctx.Value(coldKey{}).(bool)
	return cold
}

// coldKey finds the mark in the context of a cold start. Only that one context is
// derived, so that all others reach the handler untouched.
type coldKey struct{}

// start knows whether a process has been invoked before.
type start struct {
	warm atomic.Bool // invoked already, or initialised ahead of the first invocation
}

// initialisedAhead reports whether Lambda started the process before it had an
// invocation for it.
func initialisedAhead() bool {
	switch os.Getenv("AWS_LAMBDA_INITIALIZATION_TYPE") {
	case "on-demand", "": // "" where the function runs outside Lambda
		return false
	}
	return true
}

// cold reports, once, that nothing was invoked before. The Load keeps concurrent
// invocations from fighting over the cache line.
func (s *start) cold() bool {
	return !s.warm.Load() && s.warm.CompareAndSwap(false, true)
}
