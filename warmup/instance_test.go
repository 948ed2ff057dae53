package warmup_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/warmup"
)

func TestInstanceID(t *testing.T) {
	a, b := new(warmup.Instance), new(warmup.Instance)
	require.Len(t, a.ID(), 26)
	require.Equal(t, a.ID(), a.ID())
	require.NotEqual(t, a.ID(), b.ID())

	var ids sync.Map
	var wg sync.WaitGroup
	var c warmup.Instance
	for range 8 {
		wg.Go(func() { ids.Store(c.ID(), true) })
	}
	wg.Wait()
	n := 0
	for range ids.Range {
		n++
	}
	require.Equal(t, 1, n)
}

func TestIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		instance := new(warmup.Instance)
		h := warmup.Wrap(&spy{}, warmup.Config{Instance: instance})
		_, ok := instance.Idle()
		require.False(t, ok)
		invoke := func(event string) { _, _ = h.Invoke(t.Context(), []byte(event)) }
		invoke(`{"id":1}`)
		_, ok = instance.Idle()
		require.False(t, ok, "nothing was before the first invocation")
		invoke(`{"id":1}`)
		idle, ok := instance.Idle()
		require.True(t, ok)
		require.Zero(t, idle)
		time.Sleep(5 * time.Minute)
		invoke(`{"warmer":true}`)
		idle, ok = instance.Idle()
		require.True(t, ok)
		require.Equal(t, 5*time.Minute, idle)
	})
}

func TestInitType(t *testing.T) {
	t.Setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "provisioned-concurrency")
	require.Equal(t, "provisioned-concurrency", new(warmup.Instance).InitType())
}

// Two facts: who waited for the process, and which request was the first.
func TestFirstReal(t *testing.T) {
	const business, ping = `{"httpMethod":"GET"}`, `{"warmer":true}`
	for _, tt := range []struct {
		name, initType string
		events         []string
		cold, first    []bool // of the requests
	}{
		{"no ping", "on-demand", []string{business, business}, []bool{true, false}, []bool{true, false}},
		{"a ping before", "on-demand", []string{ping, ping, business, business}, []bool{false, false}, []bool{true, false}},
		{"a ping after", "on-demand", []string{business, ping, business}, []bool{true, false}, []bool{true, false}},
		{"provisioned", "provisioned-concurrency", []string{business, business}, []bool{false, false}, []bool{true, false}},
		{"snapshot", "snap-start", []string{ping, business}, []bool{false}, []bool{true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("AWS_LAMBDA_INITIALIZATION_TYPE", tt.initType)
			var cold, first []bool
			h := warmup.Wrap(handlerFunc(func(ctx context.Context, _ []byte) ([]byte, error) {
				cold, first = append(cold, warmup.ColdStart(ctx)), append(first, warmup.FirstReal(ctx))
				return nil, nil
			}), warmup.Config{})
			for _, event := range tt.events {
				_, err := h.Invoke(t.Context(), []byte(event))
				require.NoError(t, err)
			}
			require.Equal(t, tt.cold, cold)
			require.Equal(t, tt.first, first)
		})
	}
}

// However pings and requests interleave, one request is the first, and no more than
// one invocation, ping or request, is cold.
func TestFirstRealConcurrently(t *testing.T) {
	for range 200 {
		var first, cold atomic.Int64
		log, lines := capture(t)
		h := warmup.Wrap(handlerFunc(func(ctx context.Context, _ []byte) ([]byte, error) {
			if warmup.FirstReal(ctx) {
				first.Add(1)
			}
			if warmup.ColdStart(ctx) {
				require.True(t, warmup.FirstReal(ctx))
				cold.Add(1)
			}
			return nil, nil
		}), warmup.Config{Log: log})
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				event := []string{`{"id":1}`, `{"warmer":true}`}[i%2]
				_, _ = h.Invoke(t.Context(), []byte(event))
			})
		}
		wg.Wait()
		for _, line := range lines() {
			if line["cold"] == true {
				cold.Add(1)
			}
		}
		require.EqualValues(t, 1, first.Load())
		require.EqualValues(t, 1, cold.Load())
	}
}
