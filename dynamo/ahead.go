package dynamo

import (
	"context"
	"iter"
	"sync"
)

// pageSeq is a sequence of pages.
type pageSeq = iter.Seq2[*wholePage, error]

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
func ahead(ctx context.Context, sources ...func(context.Context) pageSeq) pageSeq {
	return func(yield func(*wholePage, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		values := make(chan made)
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
			if !yield(m.page, m.err) || m.err != nil {
				return
			}
		}
		if err := ctx.Err(); err != nil { // the call's: a sequence may have been cut off
			yield(nil, err)
		}
	}
}

// made is what a sequence has made.
type made struct {
	_        uncompared
	page     *wholePage
	err      error
	panicked any
}

// feed sends what source gives until nobody takes it any more.
func feed(ctx context.Context, source func(context.Context) pageSeq, to chan<- made) {
	send := func(m made) bool {
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
			send(made{panicked: p})
		}
	}()
	for page, err := range source(ctx) {
		if !send(made{page: page, err: err}) {
			break
		}
	}
	done = true
}
