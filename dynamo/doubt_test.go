package dynamo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"
)

// A doubt is about one attempt: what fails after one that was refused, before
// the next is sent, adds none, neither here nor in the call's final error.
func TestRefusedAttemptsLeaveNoDoubt(t *testing.T) {
	throttle := func(int, func() *http.Response) (*http.Response, error) {
		return answer(400, `{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"}`), nil
	}
	t.Run("the context ends in the SDK's pause", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWire()
			w.fault = throttle
			r := repo[user](t, w.client(func(o *dynamodb.Options) { o.RetryMaxAttempts = 1000 }))
			for _, opts := range [][]WriteOption{nil, {IfNotExists()}} {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				err := r.Put(ctx, user{ID: 1}, opts...)
				cancel()
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.NotErrorIs(t, err, ErrUnknownOutcome)
			}
		})
	})
	for name, opts := range map[string][]WriteOption{"unconditional": nil, "conditional": {IfNotExists()}} {
		for _, lost := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, lost %v, then no credentials", name, lost), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWire()
					w.fault = throttle
					if lost {
						w.fault = func(int, func() *http.Response) (*http.Response, error) { return nil, errReset }
					}
					once := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
						if w.requests > 0 {
							return aws.Credentials{}, errors.New("token expired")
						}
						return aws.Credentials{AccessKeyID: "id", SecretAccessKey: "secret"}, nil
					})
					err := repo[user](t, w.client(func(o *dynamodb.Options) { o.Credentials = once })).Put(t.Context(), user{ID: 1}, opts...)
					require.ErrorContains(t, err, "token expired")
					require.Equal(t, lost, errors.Is(err, ErrUnknownOutcome), "%v", err)
					require.Equal(t, 1, w.requests)
				})
			})
		}
	}
}

// A repetition that fails before the SDK asks its retryer is not taken for one
// more lost answer.
func TestWhatFailsUnjudgedIsNotRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		w.fault = func(int, func() *http.Response) (*http.Response, error) { return nil, errReset }
		limited := &limitedRetryer{tokens: 1}
		err := repo[user](t, w.client(func(o *dynamodb.Options) { o.Retryer = limited })).Put(t.Context(), user{ID: 1}, IfNotExists())
		require.ErrorIs(t, err, ErrUnknownOutcome)
		require.ErrorContains(t, err, "no token")
		require.Equal(t, 1, w.requests)
		require.Equal(t, -1, limited.tokens, "asked twice")
	})
}

// limitedRetryer lets so many attempts through.
type limitedRetryer struct {
	aws.NopRetryer
	tokens int
}

func (l *limitedRetryer) GetAttemptToken(context.Context) (func(error) error, error) {
	if l.tokens--; l.tokens < 0 {
		return nil, errors.New("no token")
	}
	return func(error) error { return nil }, nil
}
