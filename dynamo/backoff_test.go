package dynamo

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestBackoffPauses(t *testing.T) {
	b := backoff{100 * time.Millisecond, time.Second}
	for _, tt := range []struct {
		attempts int
		jitter   float64
		want     time.Duration
	}{
		{1, 0, 50 * time.Millisecond}, {1, 0.5, 75 * time.Millisecond}, {2, 0, 100 * time.Millisecond}, {3, 0.5, 300 * time.Millisecond},
		{4, 0, 400 * time.Millisecond}, {5, 0, 500 * time.Millisecond}, {5, 0.5, 750 * time.Millisecond}, {math.MaxInt, 0, 500 * time.Millisecond},
	} {
		require.Equal(t, tt.want, b.pause(tt.attempts, tt.jitter), "%+v", tt)
	}
	require.Zero(t, backoff{}.pause(7, 0.9))
	longest := time.Duration(1<<63 - 1)
	require.Positive(t, backoff{longest, longest}.pause(3, 0.9))
}
