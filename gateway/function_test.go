package gateway_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
)

// buffer is a bytes.Buffer for several goroutines.
type buffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func function(t *testing.T, kind string, env ...string) *gateway.Process {
	t.Helper()
	exe, err := os.Executable()
	require.NoError(t, err)
	p := gateway.Function(exe, append(env, "BOOTSTRAP="+kind, "GOCOVERDIR="+t.TempDir()))
	p.InitTimeout = time.Hour // of a busy machine
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	return p
}

func send(t *testing.T, p *gateway.Process, do, arg string) (map[string]string, error) {
	t.Helper()
	return sendCtx(t.Context(), p, do, arg)
}

func sendCtx(ctx context.Context, p *gateway.Process, do, arg string) (map[string]string, error) {
	payload, _ := json.Marshal(order{do, arg})
	out, err := p.Invoke(ctx, payload)
	if err != nil {
		return nil, err
	}
	var answer map[string]string
	return answer, json.Unmarshal(out, &answer)
}

func mustSend(t *testing.T, p *gateway.Process, do, arg string) map[string]string {
	t.Helper()
	answer, err := send(t, p, do, arg)
	require.NoError(t, err)
	return answer
}

func functionError(t *testing.T, err error) *gateway.FunctionError {
	t.Helper()
	fe := new(gateway.FunctionError)
	require.ErrorAs(t, err, &fe)
	require.True(t, json.Valid(fe.Payload), "%s", fe.Payload)
	return fe
}

func TestProcessServesOneAfterTheOther(t *testing.T) {
	p := function(t, "yes")
	first := mustSend(t, p, "ping", "hello")
	require.Equal(t, "hello", first["arg"])
	for range 20 {
		require.Equal(t, first["pid"], mustSend(t, p, "ping", "")["pid"], "one instance is enough")
	}
}

func TestProcessContext(t *testing.T) {
	p := function(t, "yes")
	p.Name = "users"
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	deadline, _ := ctx.Deadline()
	lc := &lambdacontext.LambdaContext{AwsRequestID: "request-1"}
	lc.ClientContext.Client.AppTitle = "app"
	answer, err := sendCtx(lambdacontext.NewContext(ctx, lc), p, "ping", "")
	require.NoError(t, err)
	require.Equal(t, "request-1", answer["request"])
	require.Equal(t, "arn:aws:lambda:us-east-1:123456789012:function:users", answer["arn"])
	require.Equal(t, "app", answer["client"])
	require.Equal(t, fmt.Sprint(deadline.UnixMilli()), answer["deadline"])

	plain := mustSend(t, p, "ping", "")
	require.Len(t, plain["request"], 36, "an id is made where the caller has none")
}

func TestProcessEnvironment(t *testing.T) {
	t.Setenv("SECRET_OF_THE_PARENT", "x")
	p := function(t, "yes", "TABLE=ausg", "AWS_REGION=eu-west-1", "AWS_LAMBDA_RUNTIME_API=example.com:1")
	p.Name, p.MemoryMB = "users", 256
	environ := "\n" + mustSend(t, p, "ping", "")["environ"] + "\n"
	for _, want := range []string{
		"TABLE=ausg", "AWS_REGION=eu-west-1", "AWS_LAMBDA_FUNCTION_NAME=users", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=256",
		"_HANDLER=bootstrap", "AWS_LAMBDA_FUNCTION_VERSION=$LATEST",
	} {
		require.Contains(t, environ, "\n"+want+"\n")
	}
	require.Contains(t, environ, "\nAWS_LAMBDA_RUNTIME_API=127.0.0.1:")
	require.NotContains(t, environ, "SECRET_OF_THE_PARENT", "nothing is inherited unasked")
}

func TestProcessName(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]string{
		filepath.Join(dir, "users", "bootstrap"): "users",
		filepath.Join(dir, "users", "orders"):    "orders",
	} {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		exe, err := os.Executable()
		require.NoError(t, err)
		require.NoError(t, os.Symlink(exe, path))
		p := gateway.Function(path, []string{"BOOTSTRAP=yes"})
		p.InitTimeout = time.Hour
		require.Equal(t, want, mustSend(t, p, "ping", "AWS_LAMBDA_FUNCTION_NAME")["env"])
		require.NoError(t, p.Close())
	}
}

func TestProcessError(t *testing.T) {
	p := function(t, "yes")
	pid := mustSend(t, p, "ping", "")["pid"]
	_, err := send(t, p, "error", `it "failed"`)
	fe := functionError(t, err)
	require.Equal(t, "custom", fe.Type)
	require.Equal(t, `it "failed"`, fe.Message)
	require.JSONEq(t, `{"errorMessage":"it \"failed\"","errorType":"custom"}`, string(fe.Payload))
	require.Equal(t, pid, mustSend(t, p, "ping", "")["pid"], "an error does not end the instance")
}

func TestProcessPanicRestarts(t *testing.T) {
	p := function(t, "yes")
	pid := mustSend(t, p, "ping", "")["pid"]
	_, err := send(t, p, "panic", "boom")
	fe := functionError(t, err)
	require.Equal(t, "boom", fe.Message)
	require.Equal(t, "string", fe.Type)
	require.Contains(t, string(fe.Trace), "bootstrap")
	require.NotEqual(t, pid, mustSend(t, p, "ping", "")["pid"], "the next invocation has a new instance")
}

func TestProcessExit(t *testing.T) {
	p := function(t, "yes")
	for do, want := range map[string]string{"exit": "exit status 7", "exit0": "without providing a reason"} {
		_, err := send(t, p, do, "")
		fe := functionError(t, err)
		require.Equal(t, "Runtime.ExitError", fe.Type)
		require.Contains(t, fe.Message, want)
		require.Contains(t, fe.Message, "RequestId: ")
		mustSend(t, p, "ping", "")
	}
}

func TestProcessThatNeverStarts(t *testing.T) {
	var out buffer
	p := function(t, "exit")
	p.Output = &out
	for range 2 {
		_, err := send(t, p, "ping", "")
		fe := functionError(t, err)
		require.Equal(t, "Runtime.ExitError", fe.Type)
		require.Contains(t, fe.Message, "exit status 3")
	}
	require.Equal(t, "no reason to live\nno reason to live\n", out.String())

	missing := gateway.Function(filepath.Join(t.TempDir(), "bootstrap"), nil)
	_, err := send(t, missing, "ping", "")
	require.Equal(t, "Runtime.InvalidEntrypoint", functionError(t, err).Type)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, missing.Close())
}

func TestProcessTimeouts(t *testing.T) {
	p := function(t, "yes")
	pid := mustSend(t, p, "ping", "")["pid"] // which may take its time on a busy machine
	p.Timeout = 100 * time.Millisecond
	_, err := send(t, p, "hang", "")
	fe := functionError(t, err)
	require.Equal(t, "Sandbox.Timedout", fe.Type)
	require.Contains(t, fe.Message, "Task timed out after 0.10 seconds")
	requireGone(t, pid)
	p2 := function(t, "yes")
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	_, err = sendCtx(ctx, p2, "hang", "")
	require.ErrorIs(t, err, context.Canceled)
	mustSend(t, p2, "ping", "")

	ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = sendCtx(ctx, p2, "hang", "")
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestProcessAnswerTooLarge(t *testing.T) {
	p := function(t, "yes")
	_, err := send(t, p, "big", "")
	fe := functionError(t, err)
	require.Equal(t, "Function.ResponseSizeTooLarge", fe.Type)
	mustSend(t, p, "ping", "")
}

func TestProcessClose(t *testing.T) {
	var logged buffer
	url, arrived, _ := meeting(t)
	p := function(t, "yes", "MEETING="+url)
	p.Log = slog.New(slog.NewTextHandler(&logged, nil))
	first := mustSend(t, p, "ping", "")["pid"]
	done := make(chan error, 1)
	for range 2 {
		go func() { _, err := sendCtx(t.Context(), p, "meet", ""); done <- err }()
		<-arrived
	}
	require.NoError(t, p.Close())
	require.NoError(t, p.Close(), "twice is harmless")
	require.ErrorIs(t, <-done, gateway.ErrClosed)
	require.ErrorIs(t, <-done, gateway.ErrClosed)
	requireGone(t, first)
	require.Equal(t, 2, strings.Count(logged.String(), "instance started"))
	require.Equal(t, 2, strings.Count(logged.String(), "instance ended"), "Close has waited for every instance")
	_, err := send(t, p, "ping", "")
	require.ErrorIs(t, err, gateway.ErrClosed)
	require.NoError(t, gateway.Function("unused", nil).Close(), "a function that was never invoked")
}

// TestIdleInstanceDies: an invocation that no process has seen goes to a new instance.
func TestIdleInstanceDies(t *testing.T) {
	var logged buffer
	p := function(t, "yes")
	p.Log = slog.New(slog.NewTextHandler(&logged, nil))
	for i := range 20 {
		pid := mustSend(t, p, "ping", "")["pid"]
		n, err := strconv.Atoi(pid)
		require.NoError(t, err)
		child, err := os.FindProcess(n)
		require.NoError(t, err)
		require.NoError(t, child.Kill())
		require.Eventually(t, func() bool { return strings.Count(logged.String(), "instance ended") > i }, time.Minute, time.Millisecond)
		require.NotEqual(t, pid, mustSend(t, p, "ping", "")["pid"])
	}
}

func TestProcessOutput(t *testing.T) {
	var out buffer
	p := function(t, "yes")
	p.Output = &out
	mustSend(t, p, "print", "a line")
	require.NoError(t, p.Close())
	require.Equal(t, "a line\nno line end\n", out.String())
}

// TestProxyOverProcess: the whole way, from HTTP through a bootstrap binary and back.
func TestProxyOverProcess(t *testing.T) {
	p := function(t, "yes")
	passed := gateway.Lambda(p, gateway.Templates{
		Request: map[string]string{"application/json": "$input.json('$')"},
		Responses: []gateway.Response{
			{},
			{Pattern: "boom.*", Status: 422, Templates: map[string]string{"application/json": `{"why":"$input.path('$.errorMessage')"}`}},
		},
	})
	g, err := gateway.New(gateway.Config{},
		gateway.Route{Path: "/malformed", Integration: gateway.Proxy(p)},
		gateway.Route{Path: "/lambda", Integration: passed},
		gateway.Route{Path: "/hang", Integration: passed, Timeout: 100 * time.Millisecond}, // however long a start takes on a busy machine
	)
	require.NoError(t, err)
	do := func(path, body string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		g.ServeHTTP(w, httptest.NewRequest("POST", path, strings.NewReader(body)))
		return w
	}
	require.Equal(t, 502, do("/malformed", "").Code, "the answer of this bootstrap is no proxy answer")
	require.Equal(t, 200, do("/lambda", `{"Do":"ping"}`).Code)
	w := do("/lambda", `{"Do":"error","Arg":"boom at once"}`)
	require.Equal(t, 422, w.Code)
	require.JSONEq(t, `{"why":"boom at once"}`, w.Body.String())
	require.Equal(t, 504, do("/hang", `{"Do":"hang"}`).Code)
	require.Equal(t, 200, do("/lambda", `{"Do":"ping"}`).Code)
}

func requireGone(t *testing.T, pid string) {
	t.Helper()
	n, err := strconv.Atoi(pid)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return isGone(n) }, time.Minute, time.Millisecond, "process %s is still there", pid)
}
