package dynamotest

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

// spoiled says that the operation's result, or err, is the answer, but that it
// is not to reach the caller whole. The doors see to that.
type spoiled struct {
	ctx     context.Context // the call's
	strike  *strike
	answers bool  // there is an answer; else the operation did not run
	err     error // the answer where the operation failed
}

func (s *spoiled) Error() string { return "dynamotest: injected " + s.strike.Effect.String() }

// runStruck executes an operation that a fault hits.
func runStruck[Req, Res any](ctx context.Context, db *DB, op operation[Req, Res], req *Req, s *strike) (res Res, err error) {
	if err := s.wait(ctx); err != nil {
		return res, err
	}
	if s.Effect == Unprocessed {
		return runPart(db, op, req, s)
	}
	if s.Effect.spoils() {
		return runSpoiled(ctx, db, op, req, s)
	}
	instead := s.fault(req)
	if instead == nil || s.Applied {
		var f *fault
		if res, f = op(db, req); f != nil && instead == nil {
			return res, f
		}
	}
	if instead != nil {
		return *new(Res), instead
	}
	return res, nil
}

// runSpoiled executes an operation whose answer is to be spoiled.
func runSpoiled[Req, Res any](ctx context.Context, db *DB, op operation[Req, Res], req *Req, s *strike) (res Res, err error) {
	after := &spoiled{ctx: ctx, strike: s, answers: s.Effect >= CutBody}
	if after.answers || s.Applied {
		var f *fault
		if res, f = op(db, req); f != nil {
			after.err = f
		}
	}
	return res, after
}

// fault is the error that the caller gets instead of an answer, nil for none.
func (s *strike) fault(req any) *fault {
	switch s.Effect {
	case Throttled:
		return &fault{kind: faultThroughput, message: "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API."}
	case RequestLimit:
		return &fault{kind: faultRequestLimit, message: "Throughput exceeds the current throughput limit for your account. Please contact AWS Support at https://aws.amazon.com/support to request a limit increase."}
	case InternalError:
		return &fault{kind: faultInternal, message: "Internal server error"}
	case Unavailable:
		return &fault{kind: faultUnavailable, message: "The service is currently unavailable or busy."}
	case InProgress:
		return &fault{kind: faultInProgress, message: "The transaction with the given request token is already in progress."}
	case Conflict:
		return conflict(req)
	}
	if s.Err != nil {
		return faultOf(s.Err)
	}
	return nil
}

// conflict is how a request learns of a transaction on its item.
func conflict(req any) *fault {
	n := 0
	switch req := req.(type) {
	case *transactGetRequest:
		n = len(req.TransactItems)
	case *transactWriteRequest:
		n = len(req.TransactItems)
	default:
		return &fault{kind: faultConflict, message: "Transaction is ongoing for the item"}
	}
	reasons := newReasons(max(n, 1))
	reasons[0] = reason{code: "TransactionConflict", message: "Transaction is ongoing for the item"}
	return reasons.fault()
}

// faultOf is the fault of an error of the SDK.
func faultOf(err error) *fault {
	var api smithy.APIError
	errors.As(err, &api)
	f := &fault{kind: faultKind(api.ErrorCode()), message: api.ErrorMessage(), status: 400, err: err}
	if api.ErrorFault() == smithy.FaultServer {
		f.status = 500
	}
	var failed *types.ConditionalCheckFailedException
	if errors.As(err, &failed) {
		f.item = fromSDK(failed.Item)
	}
	var canceled *types.TransactionCanceledException
	if errors.As(err, &canceled) {
		f.reasons = convert(canceled.CancellationReasons, func(r types.CancellationReason) reason {
			return reason{deref(r.Code), deref(r.Message), fromSDK(r.Item)}
		})
	}
	return f
}

// runPart executes a part of a batch and returns the rest as unprocessed. A
// batch that is invalid fails as a whole before anything is left out.
func runPart[Req, Res any](db *DB, op operation[Req, Res], req *Req, s *strike) (res Res, err error) {
	var f *fault
	switch req := any(req).(type) {
	case *batchWriteRequest:
		var out *batchWriteResult
		out, f = s.partOfWrite(db, req)
		res, _ = any(out).(Res)
	case *batchGetRequest:
		var out *batchGetResult
		out, f = s.partOfGet(db, req)
		res, _ = any(out).(Res)
	}
	if f != nil {
		return res, f
	}
	return res, nil
}

func (s *strike) leaves() bool { return s.Share == 0 || s.random.Float64() < s.Share }

func (s *strike) partOfWrite(db *DB, r *batchWriteRequest) (*batchWriteResult, *fault) {
	if f := r.check(); f != nil {
		return nil, f
	}
	done, rest := *r, map[string][]batchWrite{}
	done.RequestItems = map[string][]batchWrite{}
	for _, name := range slices.Sorted(maps.Keys(r.RequestItems)) {
		for _, w := range r.RequestItems[name] {
			if s.leaves() {
				rest[name] = append(rest[name], w)
			} else {
				done.RequestItems[name] = append(done.RequestItems[name], w)
			}
		}
	}
	res := &batchWriteResult{}
	if len(done.RequestItems) > 0 {
		var f *fault
		if res, f = batchWriteItem(db, &done); f != nil {
			return nil, f
		}
	}
	res.unprocessed = rest
	return res, nil
}

func (s *strike) partOfGet(db *DB, r *batchGetRequest) (*batchGetResult, *fault) {
	if _, f := r.prepare(); f != nil {
		return nil, f
	}
	done, rest := *r, map[string]keysOfTable{}
	done.RequestItems = map[string]keysOfTable{}
	for _, name := range slices.Sorted(maps.Keys(r.RequestItems)) {
		kept, left := r.RequestItems[name], r.RequestItems[name]
		kept.Keys, left.Keys = nil, nil
		for _, key := range r.RequestItems[name].Keys {
			if s.leaves() {
				left.Keys = append(left.Keys, key)
			} else {
				kept.Keys = append(kept.Keys, key)
			}
		}
		if kept.Keys != nil {
			done.RequestItems[name] = kept
		}
		if left.Keys != nil {
			rest[name] = left
		}
	}
	res := &batchGetResult{responses: map[string][]item{}}
	if len(done.RequestItems) > 0 {
		var f *fault
		if res, f = batchGetItem(db, &done); f != nil {
			return nil, f
		}
	}
	for name, left := range res.unprocessed { // beyond 16 MB
		left.Keys = slices.Concat(left.Keys, rest[name].Keys)
		rest[name] = left
	}
	res.unprocessed = rest
	return res, nil
}
