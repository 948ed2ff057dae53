package dynamo

import (
	"context"
	"errors"
	"reflect"

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
	put       prepared // for a put
	cfg       *writeConfig
	repeat    bool // after a doubt: the SDK may repeat it
	resend    bool // after a doubt: it may be repeated here
	certain   bool // an answer settles all doubts: repetitions carry a token
	// applied tells whether an item that is in the table now is what an earlier
	// attempt would have left there; nil if that cannot be seen.
	applied func(now item) bool
	in      any                 // what is sent: a *dynamodb.PutItemInput, UpdateItemInput or DeleteItemInput
	body    func(in any) string // writes what is sent in place of in, nil if that is sent
	send    func(ctx context.Context, opts ...func(*dynamodb.Options)) (written, error)
}

// written is what the answer to a write holds.
type written struct {
	attributes item // as the request asked for
	capacity   *types.ConsumedCapacity
}

// newWrite makes the write of a request that can be repeated without harm.
func (s *store) newWrite(op string, key item, cfg *writeConfig, condition *string) (*write, error) {
	err := checkTarget("Old", cfg.old, reflect.PointerTo(s.schema.typ))
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

// complete is called when nothing is left to be said about w.
//
//go:noinline
func (w *write) complete(s *store) {
	if w.cfg.asOnly != nil {
		w.cfg.asOnly(s, w)
	}
}

// write sends w and gives its answer. Its errors carry the prefix.
func (s *store) write(ctx context.Context, w *write) (written, error) {
	out, err := s.attempts(ctx, w)
	if err == nil && w.cfg.takeOld != nil && out.attributes != nil {
		err = w.cfg.takeOld(s, w, out.attributes)
	}
	return out, err
}

func (s *store) attempts(ctx context.Context, w *write) (written, error) {
	if err := ctx.Err(); err != nil {
		return written{}, s.fail(w.op, err)
	}
	doubt := &doubt{repeat: w.repeat, received: received{request: w.body}}
	if w.certain {
		doubt.until = tokenEnd()
	}
	o := s.watch(ctx, w.operation)
	for attempt := 1; ; attempt++ {
		out, err := w.send(ctx, doubt.hook, o.attach)
		if err == nil && doubt.received.empty() {
			err = errEmptyBody // DynamoDB's word for a write that is done is {}
		}
		o.end(1, err)
		if err == nil {
			w.cfg.meter.write(out.capacity)
			return out, nil
		}
		doubtful := doubt.end(err)
		again := doubtful && w.resend || conflict(err)
		var failed *types.ConditionalCheckFailedException
		switch {
		case errors.As(err, &failed):
			return s.settle(w, doubt, failed, err)
		case again && attempt < writeAttempts && s.backoff.wait(ctx, attempt) == nil && !doubt.tooLate():
			continue
		case again && ctx.Err() != nil:
			err = errorf("%w\n%w", err, ctx.Err())
		}
		if doubt.any {
			return written{}, s.unknown(w, err)
		}
		return written{}, s.fail(w.op, err)
	}
}

// conflict tells whether DynamoDB refused a write for a reason that passes, such
// as another one at the same item, but that the SDK takes for final.
func conflict(err error) bool {
	var api smithy.APIError
	return transient(err) && !(errors.As(err, &api) && isThrottle(api.ErrorCode()))
}

// settle decides what a failed condition means.
func (s *store) settle(w *write, d *doubt, failed *types.ConditionalCheckFailedException, err error) (written, error) {
	switch {
	case !d.any || w.certain:
		return written{}, s.conditionFailed(w.op, w.key, failed, err)
	case w.applied != nil && failed.Item != nil && w.applied(failed.Item):
		return written{attributes: failed.Item}, nil
	}
	return written{}, s.unknown(w, errors.New("an attempt whose answer was lost may have been applied, and the condition does not hold now"))
}

func (s *store) unknown(w *write, cause error) error {
	return s.fail(w.op, errorf("%w: %w", ErrUnknownOutcome, cause))
}

func (s *store) conditionFailed(op string, key item, failed *types.ConditionalCheckFailedException, err error) error {
	if failed.Item == nil {
		return s.refused(op, s.table, nil, true, err)
	}
	old := reflect.New(s.schema.typ)
	if bad := s.readOwn(failed.Item, key, old.Elem()); bad != nil {
		return s.refused(op, s.table, nil, false, errorf("%w\n%w", err, bad))
	}
	return s.refused(op, s.table, old.Interface(), false, err)
}
