package dynamo

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

// attempt is one call of the client that is sent once. The SDK's retryer is
// asked what it thinks of the error, and then told not to repeat: batches send
// less the next time, transactions go by the reasons, and both count attempts.
// It belongs to one call and is not for concurrent use.
type attempt struct {
	doubt
	advice bool // the SDK's retryer would repeat it
}

func newAttempt() *attempt { return &attempt{doubt: doubt{repeat: true}} }

// hook is the per-call option through which the SDK lets itself be watched.
// Fakes ignore it.
func (a *attempt) hook(o *dynamodb.Options) {
	a.doubt.hook(o)
	if a.hooked {
		o.Retryer = &watchedRetryer{o.Retryer, a}
	}
}

// retry takes note of what the SDK's retryer would do, and keeps it from that. It
// asks the retryer that the doubt watches.
func (a *attempt) retry(by aws.Retryer, err error) bool {
	a.advice = by.IsErrorRetryable(err)
	return false
}

// verdict is what became of an attempt at something that may be sent again
// without harm.
type verdict struct {
	err      error
	again    bool // another attempt may succeed
	doubtful bool // it may have been applied
}

// end judges the attempt by the error of the call.
func (a *attempt) end(ctx context.Context, err error) verdict {
	if err == nil && a.received.empty() {
		err = errEmptyBody
	}
	if err == nil {
		return verdict{}
	}
	v := verdict{err: err, doubtful: a.doubt.end(err)}
	if !a.hooked {
		a.advice = retry.IsErrorRetryables(retry.DefaultRetryables).IsErrorRetryable(err) == aws.TrueTernary
	}
	v.again = ctx.Err() == nil && (v.doubtful || a.advice || transient(err))
	return v
}

// transient tells whether err is one of those that the SDK's retryer takes for
// final although DynamoDB's guide says to try again ("Error handling with
// DynamoDB"): two transactions at one item, a transaction all of whose reasons
// pass by themselves, a write to a replica, and a 429 without a name.
func transient(err error) bool {
	var canceled *types.TransactionCanceledException
	if errors.As(err, &canceled) {
		return passes(canceled.CancellationReasons)
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		switch api.ErrorCode() {
		case "TransactionConflictException", "TransactionInProgressException", "ReplicatedWriteConflictException":
			return true
		}
	}
	return throttled(err)
}

// passes tells whether a canceled transaction may succeed the next time: time
// can cure every reason there is.
func passes(reasons []types.CancellationReason) bool {
	for _, reason := range reasons {
		switch aws.ToString(reason.Code) {
		case "", "None", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded", "RequestLimitExceeded":
		default:
			return false
		}
	}
	return len(reasons) > 0
}
