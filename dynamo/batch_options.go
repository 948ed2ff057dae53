package dynamo

import "errors"

// BatchOption changes a [Repository.PutAll] or [Repository.DeleteAll].
type BatchOption interface{ batch(*batchConfig) }

type batchOption func(*batchConfig)

func (o batchOption) batch(c *batchConfig) { o(c) }

type batchConfig struct {
	used
	parallel   int
	attempts   int
	backoff    backoff
	onProgress func(Progress)
	meter      *meter
	patient    bool // an attempt of which something came does not count
}

// Requests that a batch has under way, and attempts at an item, by default.
const (
	batchParallel = 4
	batchAttempts = 8
)

func newBatchConfig(b backoff, opts []BatchOption) (batchConfig, error) {
	cfg := batchConfig{parallel: batchParallel, attempts: batchAttempts, backoff: b}
	for _, opt := range opts {
		opt.batch(&cfg)
	}
	return cfg, cfg.err
}

// Parallel is the number of requests that a batch has under way at a time. The
// default is 4; with 1 they go one after the other.
func Parallel(n int) BatchOption {
	return batchOption(func(c *batchConfig) {
		c.parallel = n
		if n < 1 {
			c.bad(errors.New("Parallel must be at least 1"))
		}
	})
}

// Attempts is the largest number of times that one item of a batch is sent: the
// first time, and again when DynamoDB leaves it unprocessed, throttles, or an
// answer is lost. A value that takes the place of one that is to be sent again
// goes on with its attempts. The default is 8. See [Backoff] for the pauses.
func Attempts(n int) BatchOption {
	return batchOption(func(c *batchConfig) {
		c.attempts = n
		if n < 1 {
			c.bad(errors.New("Attempts must be at least 1"))
		}
	})
}

// Progress tells how far a batch has come.
type Progress struct {
	Taken  int // values taken from the sequence
	Done   int // of these, written, or superseded by a later one with the same key
	Failed int // of these, given up
}

// OnProgress has f called after each answer, in the goroutine of the call.
func OnProgress(f func(Progress)) BatchOption {
	return batchOption(func(c *batchConfig) { c.onProgress = f })
}
