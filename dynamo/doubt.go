package dynamo

import (
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// doubt watches the attempts of one write, those inside the SDK included, and
// remembers whether one of them may have been applied although it failed.
// It belongs to one call and is not for concurrent use.
type doubt struct {
	repeat bool      // the SDK may repeat attempts that leave a doubt
	until  time.Time // when DynamoDB may forget the token of an attempt; zero if there is none

	any      bool // some attempt left a doubt
	last     bool // the latest attempt did
	hooked   bool // the client is the SDK's, so sent can be trusted
	received received
}

// hook is the per-call option through which the SDK lets itself be watched.
// Fakes ignore it, or call it with options that have neither part. It is called
// once for each call of the client, of which a write may make several.
func (d *doubt) hook(o *dynamodb.Options) {
	if o.Retryer == nil || o.HTTPClient == nil {
		return
	}
	d.hooked, d.last = true, false
	o.Retryer = &watchedRetryer{o.Retryer, d}
	d.received.hook(o)
}

// retry decides whether the SDK repeats an attempt.
func (d *doubt) retry(by aws.Retryer, err error) bool {
	if d.judge(err) && !d.repeat || d.tooLate() {
		return false
	}
	return by.IsErrorRetryable(err)
}

// tokenLife is for how long attempts are repeated under one token. DynamoDB knows
// it for ten minutes after the request is done ("TransactWriteItems"); a minute is
// for that request's way. Beyond that, what was applied could be applied again.
const tokenLife = 9 * time.Minute

// tokenEnd goes by the wall clock, which does not stand still while a Lambda is
// frozen.
func tokenEnd() time.Time { return time.Now().Round(0).Add(tokenLife) }

// tooLate tells whether another attempt might do a second time what an earlier one
// has done.
func (d *doubt) tooLate() bool { return d.any && !d.until.IsZero() && time.Now().After(d.until) }

// judge takes note of the error of one attempt and tells whether it leaves a
// doubt. What fails after it, before the next request is sent, leaves none.
func (d *doubt) judge(err error) bool {
	d.last = (d.received.sent || !d.hooked) && mayHaveBeenApplied(err)
	d.any = d.any || d.last
	d.received.sent = false
	return d.last
}

// end takes note of the error of a call and tells whether its last attempt left
// a doubt. The retryer has judged that attempt by then, except where the SDK
// did not ask it; the error itself may be about something that came later, such
// as the context's end in the pause before another attempt.
func (d *doubt) end(err error) bool {
	if d.received.sent || !d.hooked {
		return d.judge(err)
	}
	return d.last
}

// mayHaveBeenApplied tells whether a write that failed with err can have
// happened all the same. What is not known to be harmless is taken for a doubt.
func mayHaveBeenApplied(err error) bool {
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) && response.HTTPStatusCode() > 0 {
		status := response.HTTPStatusCode()
		refused := status >= 400 && status < 500 && status != http.StatusRequestTimeout
		return !refused
	}
	var api smithy.APIError // from a fake: the SDK's come inside a ResponseError
	if errors.As(err, &api) {
		return api.ErrorFault() != smithy.FaultClient && !isThrottle(api.ErrorCode())
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return false
	}
	return true
}

//go:noinline
func isThrottle(code string) bool {
	switch code {
	case "ThrottlingException", "ThrottlingError", "ProvisionedThroughputExceededException", "RequestLimitExceeded":
		return true
	}
	return false
}

// throttled tells whether DynamoDB refused a request because there were too many.
func throttled(err error) bool {
	var api smithy.APIError
	if errors.As(err, &api) && isThrottle(api.ErrorCode()) {
		return true
	}
	var response *smithyhttp.ResponseError
	return errors.As(err, &response) && response.HTTPStatusCode() == http.StatusTooManyRequests
}
