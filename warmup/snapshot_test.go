package warmup

import (
	"context"
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

type nothing struct{}

func (nothing) Invoke(context.Context, []byte) ([]byte, error) { return nil, nil }
