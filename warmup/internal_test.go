package warmup

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// What runs during initialisation must not make the instance's id: all copies of a
// snapshot would share it.
func TestIDIsNotInTheSnapshot(t *testing.T) {
	p := NewPrimer("p", func(context.Context) error { return nil })
	h := Wrap(nothing{}, Config{Shapes: AllShapes, Primers: []*Primer{p}}).(*handler)
	require.NoError(t, Prime(t.Context(), p))
	require.Empty(t, h.instance.id)
	require.Zero(t, h.instance.last.Load())
	require.NotEmpty(t, h.instance.ID())
}

// Of two invocations that begin at once one is cold, however close they are. They
// wait for each other without being rescheduled, unless there is no second processor.
func TestColdOnce(t *testing.T) {
	for range 20_000 {
		var i Instance
		var cold, ready atomic.Int64
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				ready.Add(1)
				for spins := 0; ready.Load() < 2; spins++ {
					if spins > 10_000 {
						runtime.Gosched()
					}
				}
				if i.cold() {
					cold.Add(1)
				}
			})
		}
		wg.Wait()
		require.EqualValues(t, 1, cold.Load())
	}
}

// A request that overtakes the first one is not the cold start.
func TestOvertaking(t *testing.T) {
	var i Instance
	i.real.Store(true) // the first one is about to say that the process is warm
	ctx, marked := i.mark(t.Context())
	require.True(t, marked)
	require.False(t, ColdStart(ctx))
	require.False(t, FirstReal(ctx))
}

type nothing struct{}

func (nothing) Invoke(context.Context, []byte) ([]byte, error) { return nil, nil }
