package warmup_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/warmup"
)

// capture returns a logger and what was logged with it so far.
func capture(t *testing.T) (*slog.Logger, func() []map[string]any) {
	var mu sync.Mutex
	var buf bytes.Buffer
	log := slog.New(slog.NewJSONHandler(writerFunc(func(p []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return buf.Write(p)
	}), nil))
	return log, func() (lines []map[string]any) {
		mu.Lock()
		defer mu.Unlock()
		for line := range bytes.Lines(buf.Bytes()) {
			var m map[string]any
			require.NoError(t, json.Unmarshal(line, &m))
			lines = append(lines, m)
		}
		return lines
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestDelay(t *testing.T) {
	const child = `{"warmer":true,"__WARMER_INVOCATION__":2}`
	openNext := func(delay string) string {
		return `{"type":"warmer","warmerId":"w","index":1,"concurrency":2,"delay":` + delay + `}`
	}
	for _, tt := range []struct {
		name     string
		event    string
		delay    time.Duration
		deadline time.Duration // none if 0
		want     time.Duration
	}{
		{"child", child, 0, 0, 75 * time.Millisecond},
		{"child, own delay", child, 200 * time.Millisecond, 0, 200 * time.Millisecond},
		{"child, no delay", child, -1, 0, 0},
		{"child, capped", child, time.Hour, 0, time.Second},
		{"child, deadline", child, time.Second, time.Second, 500 * time.Millisecond},
		{"root", `{"warmer":true}`, time.Second, 0, 0},
		{"schedule", schedulerEvent, time.Second, 0, 0},
		{"plugin", `{"source":"serverless-plugin-warmup"}`, time.Second, 0, 0},
		{"Thundra", `"#warmup"`, 0, 0, 75 * time.Millisecond},
		{"Thundra's wait", `"#warmup wait=200"`, 0, 0, 200 * time.Millisecond},
		{"Thundra's wait, capped", `"#warmup wait=20000"`, 0, 0, time.Second},
		{"Thundra's wait, negative", `"#warmup wait=-200"`, 0, 0, 75 * time.Millisecond},
		{"Thundra's wait, NaN", `"#warmup wait=NaN"`, 0, 0, 75 * time.Millisecond},
		{"Vapor", `{"vaporWarmerPing":true}`, 0, 0, 75 * time.Millisecond},
		{"OpenNext", openNext(`150`), 0, 0, 150 * time.Millisecond},
		{"OpenNext, none", openNext(`0`), 0, 0, 0},
		{"OpenNext, capped", openNext(`1e12`), 0, 0, time.Second},
		{"OpenNext, a string", openNext(`"150"`), 0, 0, 150 * time.Millisecond},
		{"OpenNext, not a number", openNext(`{}`), 0, 0, 75 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if tt.deadline > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, tt.deadline)
					defer cancel()
				}
				h := warmup.Wrap(&spy{}, warmup.Config{Shapes: warmup.AllShapes, Delay: tt.delay})
				start := time.Now()
				_, err := h.Invoke(ctx, []byte(tt.event))
				require.NoError(t, err)
				require.Equal(t, tt.want, time.Since(start))
			})
		})
	}
}

func TestDelayEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Millisecond, cancel)
		start := time.Now()
		_, err := warmup.Wrap(&spy{}, warmup.Config{}).Invoke(ctx, []byte(`{"warmer":true,"__WARMER_INVOCATION__":2}`))
		require.NoError(t, err)
		require.Equal(t, 10*time.Millisecond, time.Since(start))
	})
}

// A ping runs nothing of the function, and is answered whatever goes wrong.
func TestPingsNeverFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, cfg := range []warmup.Config{
			{Primers: []*warmup.Primer{warmup.NewPrimer("panics", func(context.Context) error { panic("broken") })}},
			{Primers: []*warmup.Primer{warmup.NewPrimer("fails", func(context.Context) error { return errors.New("broken") })}},
			{Primers: []*warmup.Primer{warmup.NewPrimer("hangs", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })}},
			{Fanout: warmup.Fanout{Instances: 3, Invoker: warmup.InvokerFunc(func(context.Context, string, []byte) error { panic("broken") })}},
			{Log: slog.New(panicking{slog.DiscardHandler})},
			{Log: (*slog.Logger)(nil)},
		} {
			var next spy
			h := warmup.Wrap(&next, cfg)
			for range 3 {
				out, err := h.Invoke(onLambda(t.Context(), functionARN), []byte(`{"warmer":true}`))
				require.NoError(t, err)
				require.JSONEq(t, `{"warmed":true}`, string(out))
			}
			require.Zero(t, next.calls.Load())
		}
	})
}

type panicking struct{ slog.Handler }

func (panicking) Enabled(context.Context, slog.Level) bool  { return true }
func (panicking) Handle(context.Context, slog.Record) error { panic("broken") }

// One line for each ping says what happened.
func TestLogOfAFanout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, lines := capture(t)
		var sent recorder
		cfg := warmup.Config{Log: log, Token: "s3cr3t", Fanout: warmup.Fanout{Invoker: &sent}}
		h := warmup.Wrap(&spy{}, cfg)
		ctx := onLambda(t.Context(), functionARN)
		for _, event := range []string{
			`{"warmer":true,"concurrency":3,"token":"s3cr3t"}`,
			`{"warmer":true,"concurrency":30,"token":"s3cr3t","test":true}`,
			`{"warmer":true,"token":"s3cr3t","__WARMER_INVOCATION__":2,"__WARMER_CONCURRENCY__":3,"__WARMER_CORRELATIONID__":"root-1"}`,
			`{"warmer":true,"concurrency":3,"token":"s3cr3t","target":"payments"}`,
			`{"warmer":true,"token":"wrong"}`, // business, for all that is known
		} {
			_, _ = h.Invoke(ctx, []byte(event))
		}
		id := lines()[0]["instance_id"]
		for i, want := range []map[string]any{
			{"action": "fanned-out", "correlation_id": "r-1", "n": 1.0, "total": 3.0, "sent": 2.0, "cold": true},
			{"action": "dry-run", "correlation_id": "r-1", "n": 1.0, "total": 10.0, "asked": 30.0, "cold": false, "idle_seconds": 0.0},
			{"action": "answered", "correlation_id": "root-1", "n": 2.0, "total": 3.0, "cold": false, "idle_seconds": 0.0},
			{"action": "answered", "correlation_id": "r-1", "n": 1.0, "total": 1.0, "elsewhere": 1.0, "cold": false, "idle_seconds": 0.075},
		} {
			got := lines()[i]
			for k, v := range map[string]any{"level": "INFO", "msg": "warm-up ping", "kind": "lambda-warmer", "request_id": "r-1", "init_type": "", "instance_id": id} {
				want[k] = v
			}
			delete(got, "time")
			require.Equal(t, want, got)
		}
		require.Len(t, lines(), 4)
		text, err := json.Marshal(lines())
		require.NoError(t, err)
		require.NotContains(t, string(text), "s3cr3t")
	})
}

// A ping that asks for more instances than anybody starts says so.
func TestLogWithoutAnInvoker(t *testing.T) {
	log, lines := capture(t)
	_, err := warmup.Wrap(&spy{}, warmup.Config{Log: log}).Invoke(t.Context(), []byte(`{"warmer":true,"concurrency":3}`))
	require.NoError(t, err)
	require.Equal(t, []any{"answered", 1.0, 3.0}, []any{lines()[0]["action"], lines()[0]["total"], lines()[0]["asked"]})
}

// With everything switched on, pings and requests may run side by side: Managed
// Instances do that.
func TestConcurrentPings(t *testing.T) {
	log, lines := capture(t)
	var sent recorder
	var runs atomic.Int64
	var next countingSpy
	h := warmup.Wrap(&next, warmup.Config{
		Strict: true, Token: "t", Log: log, Instance: new(warmup.Instance),
		Fanout:  warmup.Fanout{Invoker: &sent, Instances: 3},
		Primers: []*warmup.Primer{warmup.NewPrimer("once", func(context.Context) error { runs.Add(1); return nil })},
	})
	ctx := onLambda(t.Context(), functionARN)
	const workers, each = 8, 20
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range each {
				for _, event := range []string{
					`{"warmer":true,"account":"123456789012","region":"eu-west-1","token":"t"}`,
					`{"warmer":true,"account":"123456789012","region":"eu-west-1","token":"x"}`,
				} {
					if _, err := h.Invoke(ctx, []byte(event)); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 1, runs.Load())
	require.EqualValues(t, workers*each, next.calls.Load())
	require.Len(t, sent.payloads, 2*workers*each)
	require.Len(t, lines(), workers*each)
}
