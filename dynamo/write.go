package dynamo

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

// Writes whose answer is lost.
//
// A request that ends in an error 500, a reset, a timeout or an answer without a
// body may have been applied; one that DynamoDB refused with a 4xx, or that was
// never sent, has not. The first kind leaves a doubt, and a doubt never goes
// away by itself: if the second attempt is refused, the first may still have
// been applied.
//
// What comes to the same however often it is applied (a Put or a Delete without
// a condition, an update that sets constants) the SDK repeats as it likes, and
// only the final error tells of a doubt. With a condition, the SDK may repeat
// what leaves no doubt (throttling). The rest is repeated here, where a failed
// condition can be held against the doubt: the item in the way may be our own.
// What must not be applied twice, and what has an answer that only the first
// attempt can give (the old item), is not repeated after a doubt at all. What
// carries a token can be repeated until there is an answer, which then is true.

// writeAttempts is how often a conditional write whose attempts leave a doubt is
// sent; see Backoff for the pauses. Throttled attempts do not count: the SDK's
// retryer has its own limit.
const writeAttempts = 4

// write is one write of one item, ready to be sent.
type write struct {
	op        string // for messages: "put"
	operation string // DynamoDB's name
	key       item
	cfg       *writeConfig
	repeat    bool // after a doubt: the SDK may repeat it
	resend    bool // after a doubt: it may be repeated here
	certain   bool // an answer settles all doubts: repetitions carry a token
	// applied tells whether an item that is in the table now is what an earlier
	// attempt would have left there; nil if that cannot be seen.
	applied  func(now item) bool
	transact types.TransactWriteItem // the same, as part of a transaction
	send     func(ctx context.Context, opts ...func(*dynamodb.Options)) (written, error)
}

// written is what the answer to a write holds.
type written struct {
	attributes item // as the request asked for
	capacity   types.ConsumedCapacity
}

// newWrite makes the write of a request that can be repeated without harm.
func (r *Repository[T]) newWrite(op string, key item, cfg *writeConfig, condition *string) (*write, error) {
	_, err := typed[**T]("Old", cfg.old)
	if cfg.old != nil && cfg.token != "" {
		err = errOnceOld
	}
	return &write{
		op:     op,
		key:    key,
		cfg:    cfg,
		repeat: condition == nil && cfg.old == nil,
		resend: condition != nil && cfg.old == nil,
	}, err
}

// write sends w and gives its answer. Its errors carry the prefix.
func (r *Repository[T]) write(ctx context.Context, w *write) (written, error) {
	out, err := r.attempts(ctx, w)
	if err != nil || w.cfg.old == nil || out.attributes == nil {
		return out, err
	}
	old := new(T)
	if err := r.readOwn(out.attributes, w.key, old); err != nil {
		return out, r.fail(w.op, fmt.Errorf("done, but the old item: %w", err))
	}
	*w.cfg.old.(**T) = old
	return out, nil
}

func (r *Repository[T]) attempts(ctx context.Context, w *write) (written, error) {
	if err := ctx.Err(); err != nil {
		return written{}, r.fail(w.op, err)
	}
	doubt := &doubt{repeat: w.repeat}
	o := r.watch(ctx, w.operation)
	for attempt := 1; ; attempt++ {
		out, err := w.send(ctx, doubt.hook, o.hook)
		if err == nil && doubt.received.empty() {
			err = errEmptyBody // DynamoDB's word for a write that is done is {}
		}
		o.end(1, err)
		if err == nil {
			w.cfg.meter.writes(out.capacity)
			return out, nil
		}
		doubtful := doubt.end(err)
		again := doubtful && w.resend || conflict(err)
		var failed *types.ConditionalCheckFailedException
		switch {
		case errors.As(err, &failed):
			return r.settle(w, doubt, failed, err)
		case again && attempt < writeAttempts && r.backoff.wait(ctx, attempt) == nil:
			continue
		case again && ctx.Err() != nil:
			err = errors.Join(err, ctx.Err())
		}
		if doubt.any {
			return written{}, r.unknown(w, err)
		}
		return written{}, r.fail(w.op, err)
	}
}

// conflict tells whether DynamoDB refused a write for a reason that passes, such
// as another one at the same item, but that the SDK takes for final.
func conflict(err error) bool {
	var api smithy.APIError
	return transient(err) && !(errors.As(err, &api) && isThrottle(api.ErrorCode()))
}

// settle decides what a failed condition means.
func (r *Repository[T]) settle(w *write, d *doubt, failed *types.ConditionalCheckFailedException, err error) (written, error) {
	switch {
	case !d.any || w.certain:
		return written{}, r.conditionFailed(w, failed, err)
	case w.applied != nil && failed.Item != nil && w.applied(failed.Item):
		return written{attributes: failed.Item}, nil
	}
	return written{}, r.unknown(w, errors.New("an attempt whose answer was lost may have been applied, and the condition does not hold now"))
}

func (r *Repository[T]) unknown(w *write, cause error) error {
	return r.fail(w.op, fmt.Errorf("%w: %w", ErrUnknownOutcome, cause))
}

func (r *Repository[T]) conditionFailed(w *write, failed *types.ConditionalCheckFailedException, err error) error {
	out := &ConditionError[T]{Operation: w.op, Table: r.table, Err: err}
	if failed.Item == nil {
		out.Missing = true
		return out
	}
	old := new(T)
	if bad := r.readOwn(failed.Item, w.key, old); bad != nil {
		out.Err = errors.Join(err, bad)
		return out
	}
	out.Old = old
	return out
}
