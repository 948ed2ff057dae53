package warmup_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/router"
	"github.com/lambdarest/lambdarest/warmup"
)

// Primers run at once, once, and again after a failure.
func TestPrime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var runs [3]atomic.Int64
		broken := errors.New("broken")
		primer := func(i int, fails int64) *warmup.Primer {
			return warmup.NewPrimer(string(rune('a'+i)), func(context.Context) error {
				time.Sleep(time.Second)
				if runs[i].Add(1) <= fails {
					return broken
				}
				return nil
			})
		}
		primers := []*warmup.Primer{primer(0, 0), primer(1, 1), primer(2, 2)}
		for i, want := range []struct {
			err  string
			took time.Duration
			runs [3]int64
		}{
			{"warmup: primer \"b\": broken\nwarmup: primer \"c\": broken", time.Second, [3]int64{1, 1, 1}},
			{"warmup: primer \"c\": broken", time.Second, [3]int64{1, 2, 2}},
			{"", time.Second, [3]int64{1, 2, 3}},
			{"", 0, [3]int64{1, 2, 3}},
		} {
			start := time.Now()
			err := warmup.Prime(t.Context(), primers...)
			require.Equal(t, want.took, time.Since(start), "in parallel")
			require.Equal(t, want.runs, [3]int64{runs[0].Load(), runs[1].Load(), runs[2].Load()}, i)
			if want.err == "" {
				require.NoError(t, err)
				continue
			}
			require.ErrorIs(t, err, broken)
			require.ElementsMatch(t, strings.Split(want.err, "\n"), strings.Split(err.Error(), "\n"))
		}
	})
}

func TestPrimeIsBounded(t *testing.T) {
	for _, tt := range []struct {
		name     string
		deadline time.Duration // none if 0
		want     time.Duration
	}{
		{"nine tenths of the time left", 2 * time.Second, 1800 * time.Millisecond},
		{"no deadline", 0, 5 * time.Second},
		{"a late deadline", time.Hour, 5 * time.Second},
		{"the deadline is over", -time.Second, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if tt.deadline != 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, tt.deadline)
					defer cancel()
				}
				var runs atomic.Int64
				stubborn := warmup.NewPrimer("stubborn", func(context.Context) error {
					runs.Add(1)
					time.Sleep(time.Minute) // whatever its context says
					return nil
				})
				start := time.Now()
				err := warmup.Prime(ctx, stubborn)
				require.Equal(t, tt.want, time.Since(start))
				require.ErrorIs(t, err, context.DeadlineExceeded)
				time.Sleep(2 * time.Minute)
				if runs.Load() == 1 { // it went on in the background, and succeeded
					require.NoError(t, warmup.Prime(t.Context(), stubborn))
					require.EqualValues(t, 1, runs.Load())
				}
			})
		})
	}
}

func TestPrimeSurvivesPanics(t *testing.T) {
	first := true
	p := warmup.NewPrimer("fragile", func(context.Context) error {
		if first {
			first = false
			panic("first")
		}
		return nil
	})
	require.EqualError(t, warmup.Prime(t.Context(), p), `warmup: primer "fragile": panic: first`)
	require.NoError(t, warmup.Prime(t.Context(), p))
}

// Concurrent pings wait for the primer that is running, and do not run it again.
func TestPrimeConcurrently(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running, runs atomic.Int64
		p := warmup.NewPrimer("slow", func(context.Context) error {
			require.EqualValues(t, 1, running.Add(1))
			defer running.Add(-1)
			time.Sleep(time.Second)
			if runs.Add(1) == 1 {
				return errors.New("the first fails")
			}
			return nil
		})
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() { _ = warmup.Prime(t.Context(), p, p) })
		}
		wg.Wait()
		require.EqualValues(t, 2, runs.Load())
	})
}

// Pings run primers; requests do not, and do not wait for them.
func TestPingsPrime(t *testing.T) {
	log, lines := capture(t)
	var runs atomic.Int64
	fails := errors.New("not yet")
	var next countingSpy
	h := warmup.Wrap(&next, warmup.Config{Log: log, Primers: []*warmup.Primer{
		warmup.NewPrimer("good", func(context.Context) error { runs.Add(1); return nil }),
		warmup.NewPrimer("bad", func(context.Context) error { return fails }),
	}})
	for _, event := range []string{`{"httpMethod":"GET"}`, `{"warmer":true}`, `{"warmer":true}`} {
		_, err := h.Invoke(t.Context(), []byte(event))
		require.NoError(t, err)
	}
	require.EqualValues(t, 1, runs.Load())
	require.Len(t, lines(), 2)
	require.Equal(t, 1.0, lines()[0]["primed"])
	require.NotContains(t, lines()[1], "primed")
	for _, line := range lines() {
		require.Equal(t, `warmup: primer "bad": not yet`, line["primer_error"])
		require.Equal(t, "WARN", line["level"])
	}
}

func TestPrimersThatCannotBe(t *testing.T) {
	require.Panics(t, func() { warmup.NewPrimer("x", nil) })
	require.Panics(t, func() { warmup.Connection("x", nil) })
	require.Panics(t, func() { warmup.Invocation("x", nil, "") })
	require.Panics(t, func() { warmup.Wrap(&spy{}, warmup.Config{Primers: []*warmup.Primer{nil}}) })
	require.NoError(t, warmup.Prime(t.Context()))
}

func TestReadyMadePrimers(t *testing.T) {
	notFound, denied := errors.New("not found"), errors.New("denied")
	call := func(err error) func(context.Context) error { return func(context.Context) error { return err } }
	var got string
	echo := handlerFunc(func(ctx context.Context, p []byte) ([]byte, error) {
		got = string(p)
		return p, nil
	})
	for _, tt := range []struct {
		name   string
		primer *warmup.Primer
		err    error
	}{
		{"certificates", warmup.Certificates(), nil},
		{"connection", warmup.Connection("db", call(nil)), nil},
		{"connection, an error that is an answer", warmup.Connection("db", call(notFound), denied, notFound), nil},
		{"connection, an error that is none", warmup.Connection("db", call(denied), notFound), denied},
		{"invocation", warmup.Invocation("router", echo, `{"a":1}`), nil},
		{"invocation, failing", warmup.Invocation("router", lambda.NewHandler(func() error { return denied }), `{}`), denied},
		{"codec", warmup.Codec[order](), nil},
		{"codec of a pointer", warmup.Codec[*order](), nil},
		{"codec, failing", warmup.Codec[func()](), &json.UnsupportedTypeError{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := warmup.Prime(t.Context(), tt.primer)
			if _, ok := tt.err.(*json.UnsupportedTypeError); ok {
				require.ErrorAs(t, err, new(*json.UnsupportedTypeError))
				return
			}
			require.ErrorIs(t, err, tt.err)
		})
	}
	require.Equal(t, `{"a":1}`, got)
}

// Nobody waited for an invocation that a primer made up: the first request is still the
// first.
func TestInvocationIsNotTheFirst(t *testing.T) {
	var logged bytes.Buffer
	r := router.New(router.Log(slog.New(slog.NewTextHandler(&logged, nil))))
	var cold, first []bool
	r.Handle("/{proxy+}", func(ctx context.Context, _ *router.Request) (*router.Response, error) {
		cold, first = append(cold, warmup.ColdStart(ctx)), append(first, warmup.FirstReal(ctx))
		return router.NoContent(), nil
	})
	require.NoError(t, warmup.Prime(t.Context(), warmup.Invocation("without Wrap", r, restEvent())))
	h := warmup.Wrap(r, warmup.Config{})
	require.NoError(t, warmup.Prime(t.Context(), warmup.Invocation("within Wrap", h, restEvent())))
	for range 2 {
		_, err := h.Invoke(t.Context(), []byte(restEvent()))
		require.NoError(t, err)
	}
	require.Equal(t, []bool{false, false, true, false}, cold)
	require.Equal(t, []bool{false, false, true, false}, first)
	logged.Reset()
	alone := router.New(router.Log(slog.New(slog.NewTextHandler(&logged, nil))))
	require.NoError(t, warmup.Prime(t.Context(), warmup.Invocation("alone", alone, restEvent())))
	_, err := alone.Invoke(t.Context(), []byte(restEvent()))
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(logged.String(), "cold_start=true"), &logged)
}

// A router that was primed with itself does not log a cold start for that.
func TestInvocationIsNoColdStart(t *testing.T) {
	var logged bytes.Buffer
	r := router.New(router.Log(slog.New(slog.NewTextHandler(&logged, nil))))
	r.Handle("/{proxy+}", func(context.Context, *router.Request) (*router.Response, error) { return router.NoContent(), nil })
	require.NoError(t, warmup.Prime(t.Context(), warmup.Invocation("router", r, restEvent())))
	require.Contains(t, logged.String(), "cold_start=false")
}
