package dynamo

import (
	"context"
	"iter"
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
		running := len(sources)
		for _, source := range sources {
			go feed(ctx, source, values)
		}
		defer func() {
			cancel()
			for running > 0 {
				if m := <-values; m.last {
					running--
				}
			}
		}()
		for running > 0 {
			m := <-values
			if m.last {
				running--
			}
			switch {
			case m.panicked != nil:
				panic(m.panicked)
			case !m.last && (!yield(m.page, m.err) || m.err != nil):
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
	last     bool // its goroutine is done, and has made no page any more
	panicked any  // on the last
}

// feed sends what source gives until nobody takes it any more, and then that it was
// the last, which the loop waits for.
func feed(ctx context.Context, source func(context.Context) pageSeq, to chan<- made) {
	end := made{last: true, panicked: "dynamo: a goroutine of a read was ended with runtime.Goexit"}
	defer func() {
		if p := recover(); p != nil {
			end.panicked = p
		}
		to <- end
	}()
	for page, err := range source(ctx) {
		select {
		case to <- made{page: page, err: err}:
			continue
		case <-ctx.Done():
		}
		break
	}
	end.panicked = nil
}
