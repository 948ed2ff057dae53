package warmup_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/warmup"
)

func TestColdStart(t *testing.T) {
	const business, ping = `{"httpMethod":"GET"}`, `{"warmer":true}`
	for _, tt := range []struct {
		name, initType string
		events         []string
		want           int64 // cold starts that the handler sees
	}{
		{"outside Lambda", "", []string{business, business}, 1},
		{"on demand", "on-demand", []string{business, business, business}, 1},
		{"the ping was first", "on-demand", []string{ping, business, business}, 0},
		{"the ping came later", "on-demand", []string{business, ping, business}, 1},
		{"provisioned concurrency", "provisioned-concurrency", []string{business, business}, 0},
		{"SnapStart", "snap-start", []string{business, business}, 0},
		{"Managed Instances", "lambda-managed-instances", []string{business, business}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("AWS_LAMBDA_INITIALIZATION_TYPE", tt.initType)
			var next spy
			h := warmup.Wrap(&next, warmup.Config{})
			for i, event := range tt.events {
				_, _ = h.Invoke(t.Context(), []byte(event))
				if i == 0 {
					require.Equal(t, tt.want, next.cold.Load(), "only the first invocation can be a cold start")
				}
			}
			require.Equal(t, tt.want, next.cold.Load())
		})
	}
}

func TestColdStartWithoutWrap(t *testing.T) {
	require.False(t, warmup.ColdStart(t.Context()))
}

func TestColdStartIsOnePerHandler(t *testing.T) {
	for range 2 {
		var next spy
		_, _ = warmup.Wrap(&next, warmup.Config{}).Invoke(t.Context(), []byte(`{"httpMethod":"GET"}`))
		require.EqualValues(t, 1, next.cold.Load())
	}
}

func TestColdStartConcurrent(t *testing.T) {
	for range 50 {
		var next countingSpy
		h := warmup.Wrap(&next, warmup.Config{})
		start := make(chan struct{})
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				<-start
				_, _ = h.Invoke(t.Context(), []byte(`{"httpMethod":"GET"}`))
			})
		}
		close(start)
		wg.Wait()
		require.EqualValues(t, 8, next.calls.Load())
		require.EqualValues(t, 1, next.cold.Load())
	}
}
