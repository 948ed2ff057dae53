package dynamo

import (
	"context"
	"errors"
	"net"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// doubt watches the attempts of one write, those inside the SDK included, and
// remembers whether one of them may have been applied although it failed.
// It belongs to one call and is not for concurrent use.
type doubt struct {
	repeat bool // the SDK may repeat attempts that leave a doubt

	any    bool // some attempt left a doubt
	hooked bool // the client is the SDK's, so sent can be trusted
	sent   bool // a request has gone to the HTTP client
}

// hook is the per-call option through which the SDK lets itself be watched.
// Fakes ignore it, or call it with options that have neither part.
func (d *doubt) hook(o *dynamodb.Options) {
	if o.Retryer == nil || o.HTTPClient == nil {
		return
	}
	d.hooked = true
	retryer, ok := o.Retryer.(aws.RetryerV2)
	if !ok {
		retryer = retryerV1{o.Retryer}
	}
	o.Retryer = watchedRetryer{retryer, d}
	o.HTTPClient = watchedHTTP{o.HTTPClient, d}
}

// add takes note of a failed attempt and tells whether it leaves a doubt.
func (d *doubt) add(err error) bool {
	doubtful := (d.sent || !d.hooked) && mayHaveBeenApplied(err)
	d.any = d.any || doubtful
	return doubtful
}

// watchedRetryer hears of the error of each attempt.
type watchedRetryer struct {
	aws.RetryerV2
	doubt *doubt
}

func (w watchedRetryer) IsErrorRetryable(err error) bool {
	if w.doubt.add(err) && !w.doubt.repeat {
		return false
	}
	return w.RetryerV2.IsErrorRetryable(err)
}

// retryerV1 makes an old Retryer a RetryerV2, as the SDK does.
type retryerV1 struct{ aws.Retryer }

func (r retryerV1) GetAttemptToken(context.Context) (func(error) error, error) {
	return r.GetInitialToken(), nil
}

// watchedHTTP notes that something has been sent. What fails before (credentials,
// signing, serialisation) leaves no doubt.
type watchedHTTP struct {
	dynamodb.HTTPClient
	doubt *doubt
}

func (w watchedHTTP) Do(req *http.Request) (*http.Response, error) {
	w.doubt.sent = true
	return w.HTTPClient.Do(req)
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

func isThrottle(code string) bool {
	switch code {
	case "ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded":
		return true
	}
	return false
}
