package warmup_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/router"
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

// What router.Log writes as cold_start is what ColdStart reports.
func TestRouterLogAgrees(t *testing.T) {
	const ping = `{"warmer":true}`
	request := restEvent()
	for _, tt := range []struct {
		name, initType string
		events         []string
	}{
		{"no ping", "on-demand", []string{request, request}},
		{"a ping before", "on-demand", []string{ping, request, request}},
		{"provisioned", "provisioned-concurrency", []string{request, request}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("AWS_LAMBDA_INITIALIZATION_TYPE", tt.initType)
			var buf bytes.Buffer
			r := router.New(router.Log(slog.New(slog.NewTextHandler(&buf, nil))))
			var want []bool
			r.Handle("/{proxy+}", func(ctx context.Context, _ *router.Request) (*router.Response, error) {
				want = append(want, warmup.ColdStart(ctx))
				return router.Text(200, "hello"), nil
			})
			h := warmup.Wrap(r, warmup.Config{})
			for _, event := range tt.events {
				_, err := h.Invoke(t.Context(), []byte(event))
				require.NoError(t, err)
			}
			var got []bool
			for line := range strings.Lines(buf.String()) {
				got = append(got, strings.Contains(line, "cold_start=true"))
			}
			require.NotEmpty(t, got)
			require.Equal(t, want, got)
		})
	}
}

// Requests that run beside the first one are no cold starts, in router.Log either.
func TestRouterLogAgreesConcurrently(t *testing.T) {
	for range 50 {
		var mu sync.Mutex
		var buf bytes.Buffer
		log := slog.New(slog.NewTextHandler(writerFunc(func(p []byte) (int, error) {
			mu.Lock()
			defer mu.Unlock()
			return buf.Write(p)
		}), nil))
		r := router.New(router.Log(log))
		r.Handle("/{proxy+}", func(context.Context, *router.Request) (*router.Response, error) { return router.NoContent(), nil })
		h := warmup.Wrap(r, warmup.Config{})
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() { _, _ = h.Invoke(t.Context(), []byte(restEvent())) })
		}
		wg.Wait()
		require.Equal(t, 1, strings.Count(buf.String(), "cold_start=true"))
	}
}
