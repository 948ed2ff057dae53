package gateway_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
)

func TestInitTimeout(t *testing.T) {
	p := function(t, "never ready")
	p.InitTimeout = 50 * time.Millisecond
	_, err := send(t, p, "ping", "")
	fe := functionError(t, err)
	require.Equal(t, "Sandbox.Timedout", fe.Type)
	require.Equal(t, "Init timed out after 0.05 seconds", fe.Message)
}

func TestObserveInvocations(t *testing.T) {
	p := function(t, "yes")
	p.Name, p.MemoryMB = "users", 256
	var seen []gateway.Invocation
	p.Observe = func(i gateway.Invocation) { seen = append(seen, i) }
	first := mustSend(t, p, "print", "a line")
	require.Eventually(t, func() bool { return seen[0].Log() == "a line\nno line end" }, time.Minute, time.Millisecond, "output comes through a pipe")
	mustSend(t, p, "ping", "")
	_, err := send(t, p, "error", "boom")
	require.Error(t, err)
	_, err = send(t, p, "exit", "")
	require.Error(t, err)
	mustSend(t, p, "ping", "")
	require.NoError(t, p.Close())

	require.Len(t, seen, 5)
	require.Equal(t, []bool{true, false, false, false, true}, []bool{seen[0].Cold, seen[1].Cold, seen[2].Cold, seen[3].Cold, seen[4].Cold})
	require.Equal(t, first["request"], seen[0].RequestID)
	require.Equal(t, "users", seen[0].Function)
	require.Equal(t, seen[0].Instance, seen[1].Instance)
	require.NotEqual(t, seen[0].Instance, seen[4].Instance)
	require.Equal(t, "a line\nno line end", seen[0].Log(), "a line without an end is of who has written it")
	require.NotContains(t, seen[1].Log(), "line", "the instance is the same, the invocation is not")
	require.NotContains(t, seen[4].Log(), "a line")
	require.NoError(t, seen[0].Err)
	require.Positive(t, seen[0].Init)
	require.ErrorContains(t, seen[2].Err, "boom")
	require.ErrorContains(t, seen[3].Err, "exit status 7")

	var report strings.Builder
	_, err = seen[0].WriteTo(&report)
	require.NoError(t, err)
	require.Regexp(t, `(?s)\ASTART RequestId: `+seen[0].RequestID+` Version: \$LATEST\na line\nno line end\nEND RequestId: .*\n`+
		`REPORT RequestId: .*\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 256 MB.*\tInit Duration: [\d.]+ ms\n\z`, report.String())
}

func TestInvocationLogIsBounded(t *testing.T) {
	logOf := func(printed string) string {
		p := function(t, "yes")
		var seen gateway.Invocation
		p.Observe = func(i gateway.Invocation) { seen = i }
		mustSend(t, p, "print", printed)
		require.NoError(t, p.Close())
		return seen.Log()
	}
	log := logOf(strings.Repeat("0123456789\n", 100_000))
	require.LessOrEqual(t, len(log), 64<<10)
	require.Regexp(t, `^0123456789\n0123456789\n`, log, "whole lines")

	long := strings.Repeat("long", 20_000) + "\nno line end"
	require.Equal(t, long[len(long)-64<<10:], logOf(long[:80_000]), "the end of a line that is longer")
}

// TestPerInstance: one instance takes several invocations at a time, and each gets its own answer.
func TestPerInstance(t *testing.T) {
	url, arrived, letGo := meeting(t)
	p := function(t, "yes", "MEETING="+url)
	p.Concurrency, p.PerInstance = 1, 4
	require.Equal(t, "4", mustSend(t, p, "ping", "AWS_LAMBDA_MAX_CONCURRENCY")["env"])
	var mu sync.Mutex
	pids, args := map[string]bool{}, map[string]bool{}
	var all sync.WaitGroup
	for _, arg := range []string{"a", "b", "c", "d"} {
		all.Go(func() {
			got, err := sendCtx(t.Context(), p, "meet", arg)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			pids[got["pid"]], args[got["arg"]] = true, true
		})
	}
	for range 4 {
		<-arrived // all four run at once
	}
	letGo()
	all.Wait()
	require.Len(t, pids, 1)
	require.Len(t, args, 4)
}

// TestRestart: idle instances end at once, busy ones after their answer, and who comes next gets a new one.
func TestRestart(t *testing.T) {
	url, arrived, letGo := meeting(t)
	p := function(t, "yes", "MEETING="+url)
	busy := make(chan map[string]string, 1)
	go func() {
		got, err := sendCtx(t.Context(), p, "meet", "")
		if err != nil {
			t.Error(err)
		}
		busy <- got
	}()
	<-arrived
	idle := mustSend(t, p, "ping", "")["pid"]
	p.Restart()
	requireGone(t, idle)
	fresh := mustSend(t, p, "ping", "")["pid"]
	require.NotEqual(t, idle, fresh)
	letGo()
	old := (<-busy)["pid"]
	require.NotEmpty(t, old, "the busy one finished")
	requireGone(t, old)
	require.Equal(t, fresh, mustSend(t, p, "ping", "")["pid"])
}
