// Package coldstart says what an invocation is to its process. warmup, which sees
// every invocation, leaves it in the context; router, which logs it, finds it
// there. Neither has to import the other.
package coldstart

import (
	"context"
	"os"
)

// A Start is what an invocation is to its process.
type Start struct {
	Cold   bool // the first invocation of all, and somebody waited for the process to start
	First  bool // the first that is no ping
	Primed bool // made up by a primer: nobody waits for it, and the one after it may still be the first
}

type key struct{}

// With returns ctx with s in it.
func With(ctx context.Context, s Start) context.Context {
	return context.WithValue(ctx, key{}, s)
}

// From returns what With left in ctx, and whether there is any. Only the first
// invocations of a process have it.
func From(ctx context.Context) (Start, bool) {
	s, ok := ctx.Value(key{}).(Start)
	return s, ok
}

// InitType is how Lambda initialised the process: "on-demand",
// "provisioned-concurrency", "snap-start" or "lambda-managed-instances", or ""
// outside Lambda
// (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html).
func InitType() string { return os.Getenv("AWS_LAMBDA_INITIALIZATION_TYPE") }

// Ahead reports whether Lambda started the process before it had an invocation
// for it, so that nobody waited.
func Ahead() bool {
	t := InitType()
	return t != "" && t != "on-demand"
}
