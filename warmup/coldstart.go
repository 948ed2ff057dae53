package warmup

import (
	"context"

	"github.com/lambdarest/lambdarest/internal/coldstart"
)

// ColdStart reports whether somebody waited for the process to start before this
// request ran: ctx belongs to the first invocation of the process, and that was no
// ping. It is false
//
//   - for every later invocation. If the first one was a ping, no request is a cold
//     start: the ping paid for it;
//   - under provisioned concurrency, SnapStart and Managed Instances, where Lambda
//     initialises the process before it has an invocation for it. Wrap reads that
//     from AWS_LAMBDA_INITIALIZATION_TYPE, once
//     (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html);
//   - for a context that did not come through Wrap.
//
// Of any number of concurrent first invocations at most one is the cold start.
// router.Log reports the same fact as cold_start.
func ColdStart(ctx context.Context) bool {
	s, _ := coldstart.From(ctx)
	return s.Cold
}

// FirstReal reports whether ctx belongs to the first request that the process
// handed on, whatever pings came before it and however the process was
// initialised. What the process does lazily and no primer has done, this request
// waits for. Of any number of concurrent requests exactly one is the first.
func FirstReal(ctx context.Context) bool {
	s, _ := coldstart.From(ctx)
	return s.First
}
