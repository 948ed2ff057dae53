package dynamo

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"
)

// seen lists the requests that an observer is told of, without their times.
func seen(list *[]string) Option {
	return Observe(func(_ context.Context, r Request) {
		outcome := "ok"
		if r.Err != nil {
			outcome = "failed"
		}
		*list = append(*list, fmt.Sprintf("%s %s %d: %d items, %d bytes, %s", r.Operation, r.Table, r.Attempt, r.Items, r.Bytes, outcome))
	})
}

// Every attempt is told of, those of the SDK and the ones made here alike.
func TestObserve(t *testing.T) {
	for _, tc := range []struct {
		name string
		opts []WriteOption
		want []string
	}{
		{"repeated by the SDK", nil, []string{"PutItem ausg 1: 0 items, 65 bytes, failed", "PutItem ausg 2: 0 items, 0 bytes, failed", "PutItem ausg 3: 1 items, 2 bytes, ok"}},
		{"repeated here", []WriteOption{IfNotExists()}, []string{"PutItem ausg 1: 0 items, 65 bytes, failed", "PutItem ausg 2: 0 items, 0 bytes, failed", "PutItem ausg 3: 0 items, 163 bytes, failed"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWire()
				w.fault = func(n int, serve func() *http.Response) (*http.Response, error) {
					return []func(func() *http.Response) (*http.Response, error){lost["500"], lost["reset"], func(serve func() *http.Response) (*http.Response, error) { return serve(), nil }}[n-1](serve)
				}
				var got []string
				require.NoError(t, repo[user](t, w.client(), seen(&got)).Put(t.Context(), user{ID: 1, Name: "Kim"}, tc.opts...))
				require.Equal(t, tc.want, got)
			})
		})
	}
}

func TestObservePages(t *testing.T) {
	var got []string
	f := &fake{scan: (&shelf{n: 25, page: 10}).scan}
	_, err := repo[user](t, f, seen(&got)).All(t.Context(), Prefetch(false))
	require.NoError(t, err)
	require.Equal(t, []string{"Scan ausg 1: 10 items, 0 bytes, ok", "Scan ausg 1: 10 items, 0 bytes, ok", "Scan ausg 1: 5 items, 0 bytes, ok"}, got)
}

// A duration is that of the attempt, without the pauses between attempts; and
// the context is the call's.
func TestObserveTimesAttempts(t *testing.T) {
	type key struct{}
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		w.fault = func(n int, serve func() *http.Response) (*http.Response, error) {
			time.Sleep(time.Duration(n) * time.Second)
			if n < 3 {
				return nil, errReset
			}
			return serve(), nil
		}
		var got []time.Duration
		r := repo[user](t, w.client(), Observe(func(ctx context.Context, r Request) {
			require.Equal(t, "mine", ctx.Value(key{}))
			got = append(got, r.Duration)
		}))
		require.NoError(t, r.Put(context.WithValue(t.Context(), key{}, "mine"), user{ID: 1}))
		require.Equal(t, []time.Duration{time.Second, 2 * time.Second, 3 * time.Second}, got)
	})
}

// What is never sent is no request.
func TestObserveNothing(t *testing.T) {
	var got []string
	r := repo[user](t, &fake{}, seen(&got))
	_, err := r.Get(t.Context(), KeyOf("1"))
	require.Error(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, r.Put(ctx, user{ID: 1}), context.Canceled)
	require.Empty(t, got)
}

func TestWrongOptionsOfNew(t *testing.T) {
	for want, opt := range map[string]Option{
		"the function for Observe is nil": Observe(nil),
		"the clock is nil":                Clock(nil),
	} {
		_, err := New[user](&fake{}, "t", opt)
		require.EqualError(t, err, "dynamo: new: "+want)
	}
}

// DynamoDB shows the values of a BETWEEN whose bounds are in the wrong order.
func TestErrorsShowNoValues(t *testing.T) {
	const message = "Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal to lower bound; " +
		"lower bound operand: AttributeValue: {S:secret-b}, upper bound operand: AttributeValue: {S:secret-a}"
	w := newWire()
	w.fault = func(int, func() *http.Response) (*http.Response, error) {
		return answer(400, `{"__type":"com.amazon.coral.validate#ValidationException","message":"`+message+`"}`), nil
	}
	var observed error
	r := repo[note](t, w.client(), Observe(func(_ context.Context, r Request) { observed = r.Err }))
	k := expression.Key("owner").Equal(expression.Value("secret-o")).And(expression.Key("at").Between(expression.Value(9), expression.Value(1)))
	for _, err := range r.Query(t.Context(), k) {
		for _, err := range []error{err, observed} {
			require.ErrorContains(t, err, "lower bound operand: (not shown)")
			require.NotContains(t, err.Error(), "secret")
			var api smithy.APIError
			require.ErrorAs(t, err, &api)
			require.Equal(t, "ValidationException", api.ErrorCode())
		}
	}
	require.Nil(t, discreet(nil))
	require.Equal(t, io.EOF, discreet(io.EOF))
}

func TestThrottledAfterTheLastAttempt(t *testing.T) {
	for name, make := range map[string]func() *http.Response{
		"throughput": func() *http.Response {
			return answer(400, `{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"}`)
		},
		"limit": func() *http.Response {
			return answer(400, `{"__type":"com.amazonaws.dynamodb.v20120810#RequestLimitExceeded"}`)
		},
		"throttling": func() *http.Response {
			return answer(400, `{"__type":"com.amazon.coral.availability#ThrottlingException"}`)
		},
		"429 no name": func() *http.Response { return answer(429, ``) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWire()
				w.fault = func(int, func() *http.Response) (*http.Response, error) { return make(), nil }
				r := repo[user](t, w.client())
				_, getErr := r.Get(t.Context(), KeyOf(1))
				_, allErr := r.All(t.Context())
				for _, err := range []error{getErr, allErr, r.Put(t.Context(), user{ID: 1}), r.Delete(t.Context(), KeyOf(1), nameIs("x"))} {
					require.ErrorIs(t, err, ErrThrottled)
					require.NotErrorIs(t, err, ErrUnknownOutcome)
					require.Equal(t, 1, strings.Count(err.Error(), "dynamo: "))
				}
			})
		})
	}
	err := repo[user](t, &fake{put: func(*dynamodb.PutItemInput) (*dynamodb.PutItemOutput, error) {
		return nil, &types.RequestLimitExceeded{}
	}}).Put(t.Context(), user{ID: 1})
	require.ErrorIs(t, err, ErrThrottled)
}

func TestCapacityWithoutPlace(t *testing.T) {
	r := repo[user](t, &fake{})
	_, err := r.All(t.Context(), Capacity(nil))
	require.EqualError(t, err, "dynamo: scan ausg: Capacity needs a *Consumed")
	require.EqualError(t, r.Put(t.Context(), user{ID: 1}, Capacity(nil)), "dynamo: put ausg: Capacity needs a *Consumed")
}
