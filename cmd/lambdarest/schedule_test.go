package main

import (
	"bytes"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/cmd/lambdarest/internal/sam"
	"github.com/lambdarest/lambdarest/gateway"
)

// TestScheduleFires: the event of a schedule reaches the function, and a line says so; after the last time it ends.
func TestScheduleFires(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	p := gateway.Function(self, []string{"BOOTSTRAP=yes"})
	p.InitTimeout = time.Hour // of a busy machine
	var log, out bytes.Buffer
	var mu sync.Mutex
	p.Output = &lockedWriter{w: &log, mu: &mu}
	s := &system{stdout: &lockedWriter{w: &out, mu: &mu}, processes: make(map[*gateway.Process]bool)}
	s.replace(&deployment{functions: map[string]*function{"F": {Process: p}}})
	times := 2
	next := func(after time.Time) time.Time {
		if times--; times < 0 {
			return time.Time{}
		}
		return after
	}
	sch := schedule{"F", sam.Schedule{Name: "Tick"}}
	s.running.Go(func() { s.fire(t.Context(), nil, sch, next) })
	s.running.Wait()
	require.NoError(t, p.Close())
	require.Equal(t, 2, bytes.Count(log.Bytes(), []byte("the schedule fired\n")), log.String())
	require.Regexp(t, `SCHED +Tick +F [\d.]+ ms ok\n`, out.String())
}
