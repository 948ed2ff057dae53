package dynamo

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// backoff is how long to wait before something is sent again: a pause that is
// doubled with each attempt, half of it jitter, so that clients which were
// refused together do not come back together.
type backoff struct{ first, most time.Duration }

// defaultBackoff is what holds without the option Backoff.
var defaultBackoff = backoff{50 * time.Millisecond, 5 * time.Second}

// Backoff sets the pauses between the attempts of batches, transactions and
// conditional writes: about first after the first attempt, doubled with each
// further one, never above most; the last half of each is random. The default is
// 50 ms and 5 s. Pauses end with the context. What the SDK repeats by itself,
// reads above all, follows the client's Retryer instead.
func Backoff(first, most time.Duration) Option {
	return func(c *config) error {
		if first < 0 || most < first {
			return errors.New("the pauses of Backoff must be 0 <= first <= most")
		}
		c.backoff = backoff{first, most}
		return nil
	}
}

// pause is the wait after so many attempts, the first of which is 1. jitter is
// in [0, 1): what goes together gets the same.
func (b backoff) pause(attempts int, jitter float64) time.Duration {
	d := b.first
	for ; attempts > 1 && d < b.most; attempts-- {
		d *= 2
	}
	d = min(d, b.most)
	return d/2 + time.Duration(jitter*float64(d/2))
}

// wait pauses after so many attempts; it gives the context's error if that ends
// first.
func (b backoff) wait(ctx context.Context, attempts int) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(b.pause(attempts, rand.Float64())):
		return nil
	}
}
