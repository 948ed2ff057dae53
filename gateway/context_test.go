package gateway

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/internal/handover"
)

type handlerFunc func(ctx context.Context, event []byte) ([]byte, error)

func (f handlerFunc) Invoke(ctx context.Context, event []byte) ([]byte, error) { return f(ctx, event) }

// TestTask: a handler's context has the request's values, the invocation's id and its deadline, and outlives the client.
func TestTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type key struct{}
		parent, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "value"))
		cancel()
		event := []byte("event")
		var derived context.Context
		res, late := runTask(parent, &deadlines{limit: time.Minute}, handlerFunc(func(ctx context.Context, got []byte) ([]byte, error) {
			deadline, ok := ctx.Deadline()
			require.True(t, ok)
			require.Equal(t, time.Now().Add(time.Minute), deadline)
			require.NoError(t, ctx.Err())
			require.NoError(t, context.Cause(ctx))
			require.Equal(t, "value", ctx.Value(key{}))
			require.Nil(t, ctx.Value("another"))
			require.NotContains(t, fmt.Sprintf("%+v", ctx), "event")
			require.Contains(t, fmt.Sprint(ctx), "WithDeadline(")
			lc, _ := lambdacontext.FromContext(ctx)
			require.Equal(t, "id", lc.AwsRequestID)
			again, _ := lambdacontext.FromContext(ctx)
			require.Same(t, lc, again)
			require.True(t, handover.IsOwn(ctx, got))
			before := runtime.NumGoroutine()
			var cancel context.CancelFunc
			derived, cancel = context.WithCancel(ctx)
			context.AfterFunc(derived, cancel)
			require.Equal(t, before, runtime.NumGoroutine())
			require.NoError(t, derived.Err())
			return []byte("out"), nil
		}), event, "id")
		require.False(t, late)
		require.Equal(t, result{out: []byte("out")}, res)
		synctest.Wait()
		require.ErrorIs(t, derived.Err(), context.Canceled)
	})
}

// TestTaskTooLate: at the deadline the call is over, whatever the handler does, and so is its context.
func TestTaskTooLate(t *testing.T) {
	for name, h := range map[string]handlerFunc{
		"heeds its context": func(ctx context.Context, _ []byte) ([]byte, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		},
		"heeds a derived context": func(ctx context.Context, _ []byte) ([]byte, error) {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			<-ctx.Done()
			return nil, context.Cause(ctx)
		},
		"does not": func(ctx context.Context, _ []byte) ([]byte, error) {
			time.Sleep(time.Hour)
			if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
				t.Error(ctx.Err())
			}
			<-ctx.Done() // asked for late
			return []byte("late"), nil
		},
		"panics": func(context.Context, []byte) ([]byte, error) {
			time.Sleep(time.Hour)
			panic("late")
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				res, late := runTask(t.Context(), &deadlines{limit: time.Minute}, h, []byte("event"), "id")
				require.True(t, late)
				require.Error(t, res.err)
				require.Equal(t, time.Minute, time.Since(begun))
				time.Sleep(2 * time.Hour)
			})
		})
	}
}

func TestTaskAfterFunc(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		var after context.Context
		_, _ = runTask(t.Context(), &deadlines{limit: time.Minute}, handlerFunc(func(ctx context.Context, _ []byte) ([]byte, error) {
			after = ctx
			require.True(t, context.AfterFunc(ctx, func() { t.Error("stopped, and called") })())
			context.AfterFunc(ctx, func() { calls++ })
			synctest.Wait()
			require.Zero(t, calls)
			return nil, nil
		}), []byte("event"), "id")
		synctest.Wait()
		require.Equal(t, 1, calls)
		stop := context.AfterFunc(after, func() { calls++ })
		synctest.Wait()
		require.Equal(t, 2, calls)
		require.False(t, stop())
	})
}

// TestDeadlines: each task is over at its own deadline, whatever ends before it, while it runs, or comes when nothing does.
func TestDeadlines(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	synctest.Test(t, func(t *testing.T) {
		d := &deadlines{limit: time.Minute}
		sleeps := func(long time.Duration) handlerFunc {
			return func(context.Context, []byte) ([]byte, error) {
				time.Sleep(long)
				return nil, nil
			}
		}
		call := func(takes time.Duration) {
			begun := time.Now()
			_, late := runTask(t.Context(), d, sleeps(takes), nil, "id")
			if took := time.Since(begun); late != (takes > time.Minute) || took != min(takes, time.Minute) {
				t.Errorf("a task of %v: late %v, after %v", takes, late, took)
			}
		}
		random := rand.New(rand.NewPCG(seed, 0))
		for range 5 {
			for range 50 {
				go call(time.Duration(random.Int64N(int64(2*time.Minute))) | 1)
				time.Sleep(time.Duration(random.Int64N(int64(10 * time.Second))))
			}
			time.Sleep(time.Duration(random.Int64N(int64(5 * time.Minute))))
		}
		time.Sleep(3 * time.Minute)
		d.mu.Lock()
		defer d.mu.Unlock()
		require.Nil(t, d.oldest)
		require.Nil(t, d.newest)
		require.False(t, d.isSet)
	})
}
