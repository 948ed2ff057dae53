package gateway

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/stretchr/testify/require"
)

// writingInstance is an idle one; who writes to its output is the process.
func writingInstance(t *testing.T) (*Process, *instance) {
	t.Helper()
	p, inst := idleInstance(t)
	inst.cmd = &exec.Cmd{Process: &os.Process{Pid: os.Getpid()}} // whose memory is looked at
	inst.output = &lineWriter{w: io.Discard, mu: &p.outputMu, log: &inst.log}
	return p, inst
}

// TestLateLog: what comes shortly after the answer is in the log that the caller gets, also where the next invocation waits.
func TestLateLog(t *testing.T) {
	for _, path := range []string{invokePath + "f" + invokeEnd, streamPath + "f" + streamEnd} {
		synctest.Test(t, func(t *testing.T) {
			p, inst := writingInstance(t)
			p.slots = make(chan struct{}, 1)
			logs := make(chan string, 1)
			api := &InvokeAPI{Functions: map[string]lambda.Handler{"f": p}}
			go func() {
				r, w := httptest.NewRequestWithContext(t.Context(), "POST", path, nil), httptest.NewRecorder()
				r.Header.Set("X-Amz-Log-Type", "Tail")
				api.ServeHTTP(w, r)
				found := regexp.MustCompile(`"LogResult":"(.*?)"`).FindStringSubmatch(w.Body.String() + `"LogResult":"` + w.Header().Get("X-Amz-Log-Result") + `"`)
				log, err := base64.StdEncoding.DecodeString(found[1])
				logs <- fmt.Sprint(string(log), err)
			}()
			synctest.Wait()
			resp, _ := next(t, inst)
			second := invokeAside(t.Context(), p, "second")
			require.Equal(t, 202, answer(t, inst, resp.Header.Get("Lambda-Runtime-Aws-Request-Id"), "result"))
			_, err := io.WriteString(inst.output, "late\n")
			require.NoError(t, err)
			require.Contains(t, <-logs, "\nlate\nEND RequestId: ")
			requireServed(t, p, inst, "second", second)
		})
	}
}

// TestLogEndsWithNextInvocation: also where nobody observes the next one.
func TestLogEndsWithNextInvocation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, inst := writingInstance(t)
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
