package gateway

import (
	"io"
	"os"
	"os/exec"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// TestLogEndsWithNextInvocation: also where nobody observes the next one.
func TestLogEndsWithNextInvocation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, inst := idleInstance(t)
		inst.cmd = &exec.Cmd{Process: &os.Process{Pid: os.Getpid()}} // whose memory is looked at
		inst.output = &lineWriter{w: io.Discard, mu: &p.outputMu, log: &inst.log}
		writes := func(text string, result func() (string, error)) {
			_, err := io.WriteString(inst.output, text)
			require.NoError(t, err)
			requireServed(t, p, inst, "event", result)
		}
		seen := make(chan Invocation, 1)
		done := make(chan error, 1)
		go func() {
			_, err := p.invoke(t.Context(), []byte("event"), nil, func(i Invocation) { seen <- i })
			done <- err
		}()
		synctest.Wait()
		writes("first\n", func() (string, error) { return "result", <-done })
		writes("second\n", invokeAside(t.Context(), p, "event"))
		first := <-seen
		require.Equal(t, "first\n", first.Log())
	})
}
