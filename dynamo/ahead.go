package dynamo

import (
	"context"
	"iter"
	"sync"
)

// ahead runs sequences in goroutines of their own, one each, and gives what they
// give, in the order in which it comes. Each is one value ahead of the loop: it
// hands a value over, makes the next, and waits until the loop wants it. With
// one sequence that is prefetching, with several it is a parallel scan, and what
// is held is one value for each sequence and the one in the loop.
//
// The first error is given, and is the end. However the loop ends — break,
// panic, error, or the context of the call — the sequences' context is canceled,
// and the loop is not left before their goroutines are. A panic in a sequence is
// one of the loop, where it can be recovered.
//
// Nothing starts before the loop does.
func ahead[V any](ctx context.Context, sources ...func(context.Context) iter.Seq2[V, error]) iter.Seq2[V, error] {
	return func(yield func(V, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		values := make(chan made[V])
		var running sync.WaitGroup
		for _, source := range sources {
			running.Go(func() { feed(ctx, source, values) })
		}
		go func() { running.Wait(); close(values) }()
		defer func() {
			cancel()
			for range values { // until it is closed: nobody is left
			}
		}()
		for m := range values {
			if m.panicked != nil {
				panic(m.panicked)
			}
			if !yield(m.value, m.err) || m.err != nil {
				return
			}
		}
		if err := ctx.Err(); err != nil { // the call's: a sequence may have been cut off
			var zero V
			yield(zero, err)
		}
	}
}

// made is what a sequence has made.
type made[V any] struct {
	value    V
	err      error
	panicked any
}

// feed sends what source gives until nobody takes it any more.
func feed[V any](ctx context.Context, source func(context.Context) iter.Seq2[V, error], to chan<- made[V]) {
	send := func(m made[V]) bool {
		select {
		case to <- m:
			return true
		case <-ctx.Done():
			return false
		}
	}
	done := false
	defer func() {
		if !done {
			p := recover()
			if p == nil {
				p = "dynamo: a goroutine of a read was ended with runtime.Goexit"
			}
			send(made[V]{panicked: p})
		}
	}()
	for v, err := range source(ctx) {
		if !send(made[V]{value: v, err: err}) {
			break
		}
	}
	done = true
}
