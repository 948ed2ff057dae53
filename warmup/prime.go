package warmup

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// A Primer does ahead of the first request something that it would otherwise wait
// for: reads certificates, opens a connection, runs code that builds its tables
// when it is first used. It runs once; after a failure it runs again at the next
// occasion. Make it with [NewPrimer] or one of the ready-made ones; it may be
// given to several handlers and to [Prime].
type Primer struct {
	name string
	run  func(context.Context) error
	busy chan struct{} // has a place for who runs it
	done atomic.Bool

	// start is primeAside. Handlers call it through their primers, so that those
	// without any do not link it.
	start func(context.Context, []*Primer) func() (int, error)
}

// NewPrimer returns a primer that calls run. Its name stands in errors and must be
// yours, not something secret. run has succeeded if it returns nil; a panic in it
// is a failure. It must return soon after its context ends. It is called by one
// goroutine at a time. NewPrimer panics if run is nil.
func NewPrimer(name string, run func(ctx context.Context) error) *Primer {
	if run == nil {
		panic("warmup: NewPrimer: run is nil")
	}
	return &Primer{name: name, run: run, busy: make(chan struct{}, 1), start: primeAside}
}

// primeTimeout bounds primers where the context has a late deadline, or none.
const primeTimeout = 5 * time.Second

// Prime runs those primers that have not succeeded yet, all at once, and returns
// when each has ended, or when 5 s or nine tenths of the time to ctx's deadline are
// over. The error joins those of all that failed. A primer that is still running by
// then counts as failed, but goes on: if it succeeds later, it is not run again.
//
// Handlers that [Wrap] made prime at pings. Call Prime in main, before
// lambda.Start, where Lambda initialises the process ahead of time (provisioned
// concurrency, SnapStart), or where a cold start that nobody pinged should be
// short: initialisation has more processor time than a small function later.
func Prime(ctx context.Context, primers ...*Primer) error {
	_, err := prime(ctx, primers)
	return err
}

// primeAside begins to prime and returns a function that waits for it.
func primeAside(ctx context.Context, primers []*Primer) (wait func() (done int, err error)) {
	type result struct {
		done int
		err  error
	}
	results := make(chan result, 1)
	go func() {
		done, err := prime(ctx, primers)
		results <- result{done, err}
	}()
	return func() (int, error) {
		r := <-results
		return r.done, r.err
	}
}

// prime also returns how many have been run with success.
func prime(ctx context.Context, primers []*Primer) (done int, err error) {
	ctx, cancel := budget(ctx, primeTimeout)
	defer cancel()
	type result struct {
		of  *Primer
		err error
	}
	results := make(chan result, len(primers))
	running := make(map[*Primer]bool)
	for _, p := range primers {
		if !p.done.Load() && !running[p] {
			running[p] = true
			go func() { results <- result{p, p.prime(ctx)} }()
		}
	}
	var errs []error
	for len(running) > 0 {
		select {
		case r := <-results:
			delete(running, r.of)
			if r.err == nil {
				done++
			} else {
				errs = append(errs, fmt.Errorf("warmup: primer %q: %w", r.of.name, r.err))
			}
		case <-ctx.Done():
			for p := range running {
				errs = append(errs, fmt.Errorf("warmup: primer %q is still running: %w", p.name, ctx.Err()))
			}
			return done, errors.Join(errs...)
		}
	}
	return done, errors.Join(errs...)
}

// prime runs p unless it has succeeded meanwhile.
func (p *Primer) prime(ctx context.Context) error {
	select {
	case p.busy <- struct{}{}:
		defer func() { <-p.busy }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if p.done.Load() {
		return nil
	}
	err := guarded(func() error { return p.run(ctx) })
	p.done.Store(err == nil)
	return err
}

// guarded calls f and makes an error of a panic.
func guarded(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return f()
}

// budget returns a context for what must be over before ctx's deadline, so that
// the ping can still be answered: it ends after nine tenths of the time that is
// left, or after limit.
func budget(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(deadline)*9/10)
	}
	return context.WithTimeout(ctx, limit)
}
