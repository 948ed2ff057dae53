package dynamo

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// watchedRetryer hears of the error of each attempt of the SDK's. It leaves
// everything to the next Retryer, which may be of either version of that
// interface, but for whether an error is retryable: that is for its watcher to say.
type watchedRetryer struct {
	next aws.Retryer
	by   watcher
}

// watcher decides whether an error is retryable; next may be asked.
type watcher interface {
	retry(next aws.Retryer, err error) bool
}

// IsErrorRetryable implements [aws.RetryerV2], as the other methods do.
func (w *watchedRetryer) IsErrorRetryable(err error) bool { return w.by.retry(w.next, err) }

// MaxAttempts asks the next.
func (w *watchedRetryer) MaxAttempts() int { return w.next.MaxAttempts() }

// RetryDelay asks the next.
func (w *watchedRetryer) RetryDelay(attempt int, err error) (time.Duration, error) {
	return w.next.RetryDelay(attempt, err)
}

// GetRetryToken asks the next.
func (w *watchedRetryer) GetRetryToken(ctx context.Context, err error) (func(error) error, error) {
	return w.next.GetRetryToken(ctx, err)
}

// GetInitialToken asks the next.
func (w *watchedRetryer) GetInitialToken() func(error) error { return w.next.GetInitialToken() }

// GetAttemptToken asks the next. An old one has no such method; for that, the
// SDK does the same.
func (w *watchedRetryer) GetAttemptToken(ctx context.Context) (func(error) error, error) {
	if v2, ok := w.next.(aws.RetryerV2); ok {
		return v2.GetAttemptToken(ctx)
	}
	return w.next.GetInitialToken(), nil
}
