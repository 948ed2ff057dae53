package warmup_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/warmup"
)

// recorder is an Invoker that notes what it is given.
type recorder struct {
	mu        sync.Mutex
	functions []string
	payloads  []string
	deadlines []time.Duration
	err       error
}

func (r *recorder) InvokeAsync(ctx context.Context, function string, payload []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.functions = append(r.functions, function)
	r.payloads = append(r.payloads, string(payload))
	if deadline, ok := ctx.Deadline(); ok {
		r.deadlines = append(r.deadlines, time.Until(deadline))
	}
	return r.err
}

func TestFanout(t *testing.T) {
	concurrency := func(value string) string { return `{"warmer":true,"concurrency":` + value + `}` }
	for _, tt := range []struct {
		name   string
		event  string
		fanout warmup.Fanout
		want   int // pings that are sent
	}{
		{"lambda-warmer", concurrency(`3`), warmup.Fanout{}, 2},
		{"a string", concurrency(`"3"`), warmup.Fanout{}, 2},
		{"a string with space", concurrency(`" 3 "`), warmup.Fanout{}, 2},
		{"a fraction", concurrency(`2.9`), warmup.Fanout{}, 1},
		{"an exponent", concurrency(`3e0`), warmup.Fanout{}, 2},
		{"one", concurrency(`1`), warmup.Fanout{Instances: 5}, 0},
		{"zero", concurrency(`0`), warmup.Fanout{Instances: 5}, 0},
		{"negative", concurrency(`-3`), warmup.Fanout{Instances: 5}, 0},
		{"negative string", concurrency(`"-3"`), warmup.Fanout{Instances: 5}, 0},
		{"NaN", concurrency(`"NaN"`), warmup.Fanout{Instances: 5}, 0},
		{"infinite", concurrency(`"Infinity"`), warmup.Fanout{Instances: 5}, 0},
		{"out of range", concurrency(`1e999`), warmup.Fanout{Instances: 5}, 0},
		{"no number", concurrency(`"many"`), warmup.Fanout{Instances: 5}, 0},
		{"empty", concurrency(`""`), warmup.Fanout{Instances: 5}, 0},
		{"null", concurrency(`null`), warmup.Fanout{Instances: 5}, 0},
		{"true", concurrency(`true`), warmup.Fanout{Instances: 5}, 0},
		{"an array", concurrency(`[3]`), warmup.Fanout{Instances: 5}, 0},
		{"large", concurrency(`1000000000`), warmup.Fanout{}, 9},
		{"larger", concurrency(`1e300`), warmup.Fanout{}, 9},
		{"own cap", concurrency(`1000`), warmup.Fanout{Max: 4}, 3},
		{"hard cap", concurrency(`1000`), warmup.Fanout{Max: 1000}, 99},
		{"negative cap", concurrency(`1000`), warmup.Fanout{Max: -1}, 9},
		{"schedule", ruleEvent("arn:aws:events:eu-west-1:123456789012:rule/x"), warmup.Fanout{Instances: 4}, 3},
		{"Scheduler", schedulerEvent, warmup.Fanout{Instances: 4}, 3},
		{"schedule, no count", schedulerEvent, warmup.Fanout{}, 0},
		{"schedule, negative count", schedulerEvent, warmup.Fanout{Instances: -4}, 0},
		{"schedule, hard cap", schedulerEvent, warmup.Fanout{Instances: 1000, Max: 1000}, 99},
		{"lambda-warmer, no count", `{"warmer":true}`, warmup.Fanout{Instances: 4}, 3},
		{"empty object", `{}`, warmup.Fanout{Instances: 4}, 3},
		{"null", `null`, warmup.Fanout{Instances: 4}, 3},
		{"Vapor", `{"vaporWarmer":true,"concurrency":4}`, warmup.Fanout{}, 3},
		{"array", `[{"warmer":true,"concurrency":3},{"warmer":true,"concurrency":2,"target":"other"}]`, warmup.Fanout{}, 2},

		// Children never fan out, whatever else they say.
		{"lambda-warmer's child", `{"warmer":true,"concurrency":3,"__WARMER_INVOCATION__":2,"__WARMER_CONCURRENCY__":3}`, warmup.Fanout{Instances: 5}, 0},
		{"child 1", `{"warmer":true,"concurrency":3,"__WARMER_INVOCATION__":1}`, warmup.Fanout{Instances: 5}, 0},
		{"broken child", `{"warmer":true,"concurrency":3,"__WARMER_INVOCATION__":"x"}`, warmup.Fanout{Instances: 5}, 0},
		{"child by its name", `{"warmer":true,"concurrency":3,"__WARMER_CORRELATION_ID__":"c"}`, warmup.Fanout{Instances: 5}, 0},
		{"array with a child", `[{"warmer":true,"concurrency":3},{"warmer":true,"__WARMER_INVOCATION__":2}]`, warmup.Fanout{Instances: 5}, 0},
		{"Vapor's child", `{"vaporWarmerPing":true,"concurrency":4}`, warmup.Fanout{Instances: 5}, 0},
		{"OpenNext", `{"type":"warmer","warmerId":"w","index":0,"concurrency":4,"delay":1}`, warmup.Fanout{Instances: 5}, 0},
		{"Thundra", `"#warmup wait=1"`, warmup.Fanout{Instances: 5}, 0},
		{"plugin", `{"source":"serverless-plugin-warmup","concurrency":4}`, warmup.Fanout{Instances: 5}, 0},

		{"own name", `{"warmer":true,"concurrency":3,"target":"orders"}`, warmup.Fanout{}, 2},
		{"own name and alias", `{"warmer":true,"concurrency":3,"target":"orders:live"}`, warmup.Fanout{}, 2},
		{"own ARN", `{"warmer":true,"concurrency":3,"target":"` + functionARN + `"}`, warmup.Fanout{}, 2},
		{"another ARN", `{"warmer":true,"concurrency":3,"target":"` + strings.TrimSuffix(functionARN, ":live") + `"}`, warmup.Fanout{Instances: 5}, 0},
		{"another function", `{"warmer":true,"concurrency":3,"target":"payments"}`, warmup.Fanout{Instances: 5}, 0},
		{"another alias", `{"warmer":true,"concurrency":3,"target":"orders:beta"}`, warmup.Fanout{Instances: 5}, 0},

		{"dry run", concurrency(`3`), warmup.Fanout{DryRun: true}, 0},
		{"lambda-warmer's test", `{"warmer":true,"concurrency":3,"test":true}`, warmup.Fanout{}, 0},
		{"no ping", `{"id":1,"concurrency":3}`, warmup.Fanout{Instances: 5}, 0},
		{"an HTTP event", `{"httpMethod":"GET","warmer":true,"concurrency":3}`, warmup.Fanout{Instances: 5}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var sent recorder
				tt.fanout.Invoker = &sent
				h := warmup.Wrap(&spy{}, warmup.Config{Shapes: warmup.AllShapes, Fanout: tt.fanout})
				_, _ = h.Invoke(onLambda(t.Context(), functionARN), []byte(tt.event))
				require.Len(t, sent.payloads, tt.want)
				for _, function := range sent.functions {
					require.Equal(t, functionARN, function, "the alias is kept")
				}
				requireChildren(t, sent.payloads, `{"warmer":true,"__WARMER_INVOCATION__":%d,"__WARMER_CONCURRENCY__":%d,"__WARMER_CORRELATIONID__":"r-1"}`)
			})
		})
	}
}

// requireChildren checks the pings for the second and later instances.
func requireChildren(t *testing.T, payloads []string, format string) {
	t.Helper()
	for n := range payloads {
		require.Contains(t, payloads, fmt.Sprintf(format, n+2, len(payloads)+1))
	}
}

// Whatever the configuration, what one instance sends is a ping for the next one,
// which sends nothing. TestFanout would pass if it were business.
func TestChildrenAreAnswered(t *testing.T) {
	for name, cfg := range map[string]warmup.Config{
		"zero":               {},
		"strict":             {Strict: true},
		"token":              {Token: "s3cr3t \"quoted\""},
		"strict and token":   {Strict: true, Token: "t"},
		"other flag":         {Flag: "ding \"quoted\""},
		"without the shape":  {Shapes: warmup.EventBridgeScheduler},
		"rules":              {Rules: []string{"arn:aws:scheduler:eu-west-1:123456789012:schedule/default/keep-warm"}},
		"another round trip": {Strict: true, Shapes: warmup.EventBridgeScheduler, Flag: "x", Token: "t"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				root, child := schedulerEvent, &recorder{}
				if cfg.Token != "" {
					root = strings.Replace(root, `{`, fmt.Sprintf(`{"token":%q,`, cfg.Token), 1)
				}
				var sent recorder
				cfg.Fanout = warmup.Fanout{Invoker: &sent, Instances: 3}
				ctx := onLambda(t.Context(), functionARN)
				require.True(t, isPing(t, ctx, cfg, root))
				require.Len(t, sent.payloads, 2)
				cfg.Fanout = warmup.Fanout{Invoker: child, Instances: 3}
				for _, payload := range sent.payloads {
					require.True(t, json.Valid([]byte(payload)))
					require.True(t, isPing(t, ctx, cfg, payload), payload)
				}
				require.Empty(t, child.payloads)
			})
		})
	}
}

// A fan-out that hangs, fails or panics neither holds up the ping nor fails it.
func TestFanoutFailures(t *testing.T) {
	hang := func(ctx context.Context, _ string, _ []byte) error { <-ctx.Done(); return ctx.Err() }
	for _, tt := range []struct {
		name     string
		invoke   warmup.InvokerFunc
		timeout  time.Duration
		deadline time.Duration
		want     time.Duration // that the ping takes
		log      string
	}{
		{"error", func(context.Context, string, []byte) error { return errors.New("no permission") }, 0, time.Minute, 0, "no permission"},
		{"panic", func(context.Context, string, []byte) error { panic("no client") }, 0, time.Minute, 0, "panic: no client"},
		{"hangs", hang, 0, time.Minute, 2 * time.Second, "not sent in time"},
		{"hangs, own timeout", hang, 300 * time.Millisecond, time.Minute, 300 * time.Millisecond, "not sent in time"},
		{"hangs, early deadline", hang, 0, time.Second, 900 * time.Millisecond, "not sent in time"},
		{"ignores its context", func(ctx context.Context, _ string, _ []byte) error { time.Sleep(10 * time.Second); return nil }, 0, time.Minute, 2 * time.Second, "not sent in time"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log, lines := capture(t)
				var next spy
				h := warmup.Wrap(&next, warmup.Config{Log: log, Fanout: warmup.Fanout{Invoker: tt.invoke, Instances: 30, Max: 30, Timeout: tt.timeout}})
				ctx, cancel := context.WithTimeout(onLambda(t.Context(), functionARN), tt.deadline)
				defer cancel()
				start := time.Now()
				out, err := h.Invoke(ctx, []byte(`{"warmer":true}`))
				require.NoError(t, err)
				require.JSONEq(t, `{"warmed":true}`, string(out))
				require.Equal(t, tt.want, time.Since(start))
				require.Zero(t, next.calls.Load())
				line := lines()[0]
				require.Contains(t, line["fanout_error"], tt.log)
				require.Equal(t, "WARN", line["level"])
				require.Equal(t, 0.0, line["sent"])
				time.Sleep(time.Minute) // until what was left behind has ended
			})
		})
	}
}

// After its time is over, nothing more is sent: the process may be frozen then and
// thaw minutes later.
func TestFanoutSendsNothingLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var began []time.Duration
		start := time.Now()
		slow := func(context.Context, string, []byte) error {
			mu.Lock()
			began = append(began, time.Since(start))
			mu.Unlock()
			time.Sleep(700 * time.Millisecond)
			return nil
		}
		h := warmup.Wrap(&spy{}, warmup.Config{Fanout: warmup.Fanout{Invoker: warmup.InvokerFunc(slow), Instances: 100, Max: 100}})
		_, err := h.Invoke(onLambda(t.Context(), functionARN), []byte(`{"warmer":true}`))
		require.NoError(t, err)
		time.Sleep(time.Hour)
		mu.Lock()
		defer mu.Unlock()
		require.Len(t, began, 30) // ten at 0, 0.7 and 1.4 s
		require.Less(t, slices.Max(began), 2*time.Second)
	})
}

func TestFanoutWithoutARN(t *testing.T) {
	log, lines := capture(t)
	var sent recorder
	h := warmup.Wrap(&spy{}, warmup.Config{Log: log, Fanout: warmup.Fanout{Invoker: &sent, Instances: 3}})
	_, err := h.Invoke(t.Context(), []byte(`{"warmer":true}`))
	require.NoError(t, err)
	require.Empty(t, sent.payloads)
	require.Contains(t, lines()[0]["fanout_error"], "no function ARN")
}

// On Managed Instances one process answers many invocations at once: more of them
// would not reach more instances.
func TestFanoutOnManagedInstances(t *testing.T) {
	t.Setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "lambda-managed-instances")
	var sent recorder
	h := warmup.Wrap(&spy{}, warmup.Config{Fanout: warmup.Fanout{Invoker: &sent, Instances: 3}})
	_, err := h.Invoke(onLambda(t.Context(), functionARN), []byte(`{"warmer":true}`))
	require.NoError(t, err)
	require.Empty(t, sent.payloads)
}

func TestFanoutTimeoutReachesTheInvoker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sent recorder
		h := warmup.Wrap(&spy{}, warmup.Config{Fanout: warmup.Fanout{Invoker: &sent, Instances: 2, Timeout: time.Second}})
		_, err := h.Invoke(onLambda(t.Context(), functionARN), []byte(`{"warmer":true}`))
		require.NoError(t, err)
		require.Equal(t, []time.Duration{time.Second}, sent.deadlines)
	})
}
