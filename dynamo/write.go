package dynamo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Writes whose answer is lost.
//
// A request that ends in an error 500, a reset, a timeout or an answer without a
// body may have been applied; one that DynamoDB refused with a 4xx, or that was
// never sent, has not. The first kind leaves a doubt, and a doubt never goes
// away by itself: if the second attempt is refused, the first may still have
// been applied.
//
// Without a condition, Put and Delete come to the same however often they are
// applied, so the SDK repeats them as it likes and only the final error tells
// of a doubt. With a condition, the SDK may repeat what leaves no doubt
// (throttling). The rest is repeated here, where a failed condition can be held
// against the doubt: the item in the way may be our own.

// Attempts at a conditional write that leave a doubt, and the pauses between
// them. Throttled attempts do not count: the SDK's retryer has its own limit.
const (
	writeAttempts = 4
	writeBackoff  = 50 * time.Millisecond // doubled each time, half of it jitter
)

// write is one PutItem or DeleteItem, ready to be sent.
type write struct {
	op          string
	key         item
	item        item // what a put puts
	conditional bool
	send        func(ctx context.Context, hook func(*dynamodb.Options)) error
}

// write sends w and tells what became of it. Its errors carry the prefix.
func (r *Repository[T]) write(ctx context.Context, w *write) error {
	if err := ctx.Err(); err != nil {
		return r.fail(w.op, err)
	}
	doubt := &doubt{repeat: !w.conditional}
	pause := writeBackoff
	for attempt := 1; ; attempt++ {
		err := w.send(ctx, doubt.hook)
		if err == nil && doubt.received.empty() {
			err = errEmptyBody // DynamoDB's word for a write that is done is {}
		}
		if err == nil {
			return nil
		}
		doubtful := doubt.end(err)
		var failed *types.ConditionalCheckFailedException
		switch {
		case errors.As(err, &failed):
			return r.settle(w, doubt, failed, err)
		case !doubt.any:
			return r.fail(w.op, err)
		case !doubtful || !w.conditional || attempt == writeAttempts:
			return r.unknown(w, err)
		case !sleep(ctx, pause):
			return r.unknown(w, errors.Join(err, ctx.Err()))
		}
		pause *= 2
	}
}

// settle decides what a failed condition means.
func (r *Repository[T]) settle(w *write, d *doubt, failed *types.ConditionalCheckFailedException, err error) error {
	switch {
	case !d.any:
		return r.conditionFailed(w, failed, err)
	case w.item != nil && sameItem(w.item, failed.Item):
		return nil
	}
	return r.unknown(w, errors.New("an attempt whose answer was lost may have been applied, and the condition does not hold now"))
}

func (r *Repository[T]) unknown(w *write, cause error) error {
	return r.fail(w.op, fmt.Errorf("%w: %w", ErrUnknownOutcome, cause))
}

func (r *Repository[T]) conditionFailed(w *write, failed *types.ConditionalCheckFailedException, err error) error {
	out := &ConditionError[T]{Operation: w.op, Table: r.table, Err: err}
	if failed.Item == nil {
		return out
	}
	old := new(T)
	key, bad := r.schema.keyOfItem(failed.Item)
	switch {
	case bad != nil:
		bad = corrupt("%w", bad)
	case !sameItem(key, w.key):
		bad = corrupt("an item with another key")
	default:
		bad = r.codec.decode(failed.Item, old)
	}
	if bad != nil {
		out.Err = errors.Join(err, bad)
		return out
	}
	out.Old = old
	return out
}

// sleep waits between d/2 and d; false if the context ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d/2 + rand.N(d/2))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
