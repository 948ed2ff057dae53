package dynamo

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// pageOfNumber is a page with a number.
func pageOfNumber(n int) *wholePage { return &wholePage{got: &intake{n: n}} }

// source gives the numbers from first to last, a second each, and counts those
// that it has begun.
func source(begun *atomic.Int64, first, last int, end error) func(context.Context) pageSeq {
	return func(ctx context.Context) pageSeq {
		return func(yield func(*wholePage, error) bool) {
			for n := first; n <= last; n++ {
				begun.Add(1)
				select {
				case <-time.After(time.Second):
				case <-ctx.Done():
					yield(nil, ctx.Err())
					return
				}
				if !yield(pageOfNumber(n), nil) {
					return
				}
			}
			if end != nil {
				yield(nil, end)
			}
		}
	}
}

func TestAheadOverlapsMakingAndTaking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var begun atomic.Int64
		start, want := time.Now(), 1
		for n, err := range ahead(t.Context(), source(&begun, 1, 10, nil)) {
			require.NoError(t, err)
			require.Equal(t, want, n.got.n)
			want++
			time.Sleep(time.Second)
		}
		require.Equal(t, 11, want)
		require.Equal(t, 11*time.Second, time.Since(start), "20 one after the other")

		start = time.Now()
		var all []int
		for n, err := range ahead(t.Context(), source(&begun, 1, 5, nil), source(&begun, 6, 10, nil), source(&begun, 11, 15, nil)) {
			require.NoError(t, err)
			all = append(all, n.got.n)
		}
		require.Equal(t, 5*time.Second, time.Since(start))
		slices.Sort(all)
		require.Equal(t, upTo(15), all)
	})
}

func TestAheadIsOneAheadAtMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var begun atomic.Int64
		seq := ahead(t.Context(), source(&begun, 1, 100, nil))
		require.Zero(t, begun.Load(), "nothing starts before the loop")
		for n := range seq {
			time.Sleep(time.Hour)
			require.LessOrEqual(t, begun.Load(), int64(n.got.n+1))
			if n.got.n == 5 {
				break
			}
		}
		made := begun.Load()
		time.Sleep(time.Hour)
		require.Equal(t, made, begun.Load(), "and nothing goes on after it")
	})
}

// synctest fails a test that leaves a goroutine behind.
func TestAheadLeavesNothingBehind(t *testing.T) {
	boom := errors.New("boom")
	for name, end := range map[string]func(t *testing.T, seq func(context.Context, error) pageSeq){
		"break": func(t *testing.T, seq func(context.Context, error) pageSeq) {
			for range seq(t.Context(), nil) {
				break
			}
		},
		"panic in the loop": func(t *testing.T, seq func(context.Context, error) pageSeq) {
			require.PanicsWithValue(t, "loop", func() {
				for range seq(t.Context(), nil) {
					panic("loop")
				}
			})
		},
		"error": func(t *testing.T, seq func(context.Context, error) pageSeq) {
			var errs []error
			for _, err := range seq(t.Context(), boom) {
				if err != nil {
					errs = append(errs, err)
				}
			}
			require.Equal(t, []error{boom}, errs)
		},
		"context": func(t *testing.T, seq func(context.Context, error) pageSeq) {
			for range 20 { // which of two things that are ready comes first is chance
				ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
				var last error
				start := time.Now()
				for _, err := range seq(ctx, nil) {
					last = err
				}
				cancel()
				require.ErrorIs(t, last, context.DeadlineExceeded, "never silently short")
				require.Equal(t, 2500*time.Millisecond, time.Since(start))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, n := range []int{1, 4, 16} {
				synctest.Test(t, func(t *testing.T) {
					var begun atomic.Int64
					end(t, func(ctx context.Context, err error) pageSeq {
						sources := make([]func(context.Context) pageSeq, n)
						for i := range sources {
							sources[i] = source(&begun, 1, 10, err)
						}
						return ahead(ctx, sources...)
					})
				})
			}
		})
	}
}

func TestAheadPanicsWhereTheLoopIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		require.PanicsWithValue(t, "here", func() {
			for range ahead(t.Context(), func(context.Context) pageSeq {
				return func(func(*wholePage, error) bool) { panic("here") }
			}) {
			}
		})
	})
}
