package gateway

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/stretchr/testify/require"
)

// These tests are the process: they speak with the Runtime API of an instance that has none, in the order they like.

// idleInstance returns a function with one instance that waits for work.
func idleInstance(t testing.TB) (*Process, *instance) {
	t.Helper()
	p := Function("no binary: a second instance is an error", nil)
	p.init()
	inst, err := p.start()
	require.NoError(t, err)
	t.Cleanup(inst.server.close)
	inst.isReady()
	p.release(inst)
	return p, inst
}

// invokeAside calls Invoke in a goroutine of its own, and returns once that waits for the runtime.
func invokeAside(ctx context.Context, p *Process, payload string) (result func() (string, error)) {
	type outAndErr struct {
		out []byte
		err error
	}
	done := make(chan outAndErr, 1)
	go func() {
		out, err := p.Invoke(ctx, []byte(payload))
		done <- outAndErr{out, err}
	}()
	synctest.Wait()
	return func() (string, error) { r := <-done; return string(r.out), r.err }
}

// connect opens a connection to an instance. The server's side of it may be wrapped.
func connect(t *testing.T, i *instance, wrap func(net.Conn) net.Conn) net.Conn {
	t.Helper()
	client, server := net.Pipe()
	if wrap != nil {
		server = wrap(server)
	}
	c := newRuntimeConn(server)
	require.True(t, i.server.add(c))
	go func() {
		defer i.server.remove(c)
		c.serve(i)
	}()
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// send sends a request, in one piece.
func send(t *testing.T, i *instance, conn net.Conn, method, path, body string) {
	t.Helper()
	_, err := fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n%s", method, path, i.addr, len(body), body)
	require.NoError(t, err)
	synctest.Wait()
}

// receive reads an answer.
func receive(t *testing.T, conn net.Conn) (*http.Response, string) {
	t.Helper()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	synctest.Wait()
	return resp, string(body)
}

// ask sends GET next on a connection of its own.
func ask(t *testing.T, i *instance) net.Conn {
	t.Helper()
	conn := connect(t, i, nil)
	send(t, i, conn, "GET", nextPath, "")
	return conn
}

const nextPath = runtimePath + "invocation/next"

// next is ask and the answer to it, answer posts a result.
func next(t *testing.T, i *instance) (*http.Response, string) {
	t.Helper()
	return receive(t, ask(t, i))
}

func answer(t *testing.T, i *instance, id, body string) int {
	t.Helper()
	conn := connect(t, i, nil)
	send(t, i, conn, "POST", runtimePath+"invocation/"+id+"/response", body)
	resp, _ := receive(t, conn)
	return resp.StatusCode
}

// requireServed lets the runtime come back and checks that the invocation reaches its end on that same instance.
func requireServed(t *testing.T, p *Process, i *instance, payload string, result func() (string, error)) {
	t.Helper()
	resp, event := next(t, i)
	require.Equal(t, payload, event)
	require.Equal(t, 202, answer(t, i, resp.Header.Get("Lambda-Runtime-Aws-Request-Id"), "result"))
	out, err := result()
	require.NoError(t, err)
	require.Equal(t, "result", out)
	require.Equal(t, []*instance{i}, p.idle, "the instance is to be used again")
}

// TestSameID: ids are the callers', so that two invocations may have the same; an answer is that of the one in flight.
func TestSameID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, inst := idleInstance(t)
		p.PerInstance = 2
		p.release(inst)
		p.slots = make(chan struct{}, 2)
		ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "id"})
		first := invokeAside(ctx, p, "1")
		_, event := next(t, inst)
		require.Equal(t, "1", event)
		second := invokeAside(ctx, p, "2")
		ask(t, inst)
		require.Equal(t, 202, answer(t, inst, "id", "of 1"))
		out, err := first()
		require.NoError(t, err)
		require.Equal(t, "of 1", out)
		_, event = next(t, inst)
		require.Equal(t, "2", event)
		require.Equal(t, 202, answer(t, inst, "id", "of 2"))
		out, err = second()
		require.NoError(t, err)
		require.Equal(t, "of 2", out)
	})
}

// TestExtensionGivesUp: an extension that no longer waits for its event leaves no connection behind.
func TestExtensionGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, inst := idleInstance(t)
		for range 2 * maxRuntimeConns {
			conn := connect(t, inst, nil)
			send(t, inst, conn, "GET", "/2020-01-01/extension/event/next", "")
			require.Len(t, inst.server.conns, 1)
			require.NoError(t, conn.Close())
			synctest.Wait()
		}
		require.Empty(t, inst.server.conns)
	})
}

// TestNextTwice: a runtime must answer an invocation before it gets another.
func TestNextTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, inst := idleInstance(t)
		result := invokeAside(t.Context(), p, "event")
		resp, _ := next(t, inst)
		again, body := next(t, inst)
		require.Equal(t, 403, again.StatusCode)
		require.Contains(t, body, `"errorType":"InvalidStateTransition"`)
		require.Equal(t, 400, answer(t, inst, "another", "x"))
		id := resp.Header.Get("Lambda-Runtime-Aws-Request-Id")
		require.Equal(t, 202, answer(t, inst, id, "result"))
		require.Equal(t, 400, answer(t, inst, id, "twice"))
		out, err := result()
		require.NoError(t, err)
		require.Equal(t, "result", out)
		requireServed(t, p, inst, "event 2", invokeAside(t.Context(), p, "event 2"))
	})
}

// TestNextAndMore: a connection that waits for its answer and sends another request is ended, and gets no invocation.
func TestNextAndMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, inst := idleInstance(t)
		conn := ask(t, inst)
		send(t, inst, conn, "GET", nextPath, "")
		_, err := conn.Read(make([]byte, 1))
		require.ErrorIs(t, err, io.EOF)
		requireServed(t, p, inst, "event", invokeAside(t.Context(), p, "event"))
	})
}

// TestSlowReader: a runtime that does not take its event keeps no Invoke beyond its deadline.
func TestSlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, inst := idleInstance(t)
		p.Timeout = time.Second
		ask(t, inst)
		_, err := invokeAside(t.Context(), p, strings.Repeat("x", maxInline))()
		require.ErrorContains(t, err, "Task timed out after 1.00 seconds")
	})
}

// TestNextWhileItDies: between its end and the news of it, an instance asks for an invocation that it cannot take.
func TestNextWhileItDies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, inst := idleInstance(t)
		inv, cancel := p.newInvocation(t.Context(), nil)
		defer cancel()
		done := make(chan error, 1)
		go func() { _, err := inst.invoke(inv); done <- err }()
		synctest.Wait()
		inst.dead.Store(true)
		ask(t, inst)
		require.Empty(t, done, "without the exit there is no reason to give")
		cause := errors.New("exit status 9")
		inst.exit(exitError("exit status 9", cause))
		require.Equal(t, errGoneBefore, <-done)
		require.ErrorIs(t, inst.exitReason(inv), cause)
	})
}

// TestDeadlineHolds: what the function is told is enforced, whoever set it.
func TestDeadlineHolds(t *testing.T) {
	for _, tc := range []struct {
		timeout, ctx, want time.Duration
		message            string
	}{
		{0, 0, 15 * time.Minute, "Task timed out after 900.00 seconds"},
		{time.Second, 0, time.Second, "Task timed out after 1.00 seconds"},
		{time.Hour, time.Minute, time.Minute, context.DeadlineExceeded.Error()},
		{0, time.Hour, time.Hour, context.DeadlineExceeded.Error()},
	} {
		synctest.Test(t, func(t *testing.T) {
			p, inst := idleInstance(t)
			p.Timeout = tc.timeout
			ctx, cancel := t.Context(), context.CancelFunc(func() {})
			if tc.ctx > 0 {
				ctx, cancel = context.WithTimeout(ctx, tc.ctx)
			}
			defer cancel()
			start := time.Now()
			result := invokeAside(ctx, p, "event")
			resp, _ := next(t, inst)
			told := resp.Header.Get("Lambda-Runtime-Deadline-Ms")
			_, err := result()
			require.ErrorContains(t, err, tc.message)
			require.Equal(t, tc.want, time.Since(start))
			require.Equal(t, told, strconv.FormatInt(time.Now().UnixMilli(), 10))
			require.Empty(t, p.idle, "the instance is not used again")
		})
	}
}

// TestReadyInstanceStaysReady: that the init phase's limit has passed since concerns a warm instance no more.
func TestReadyInstanceStaysReady(t *testing.T) {
	i := &instance{
		p: Function("", nil), born: time.Now().Add(-time.Hour),
		ready: make(chan struct{}), exited: make(chan struct{}), killing: make(chan struct{}),
	}
	i.isReady()
	for range 1000 {
		require.NoError(t, i.awaitReady(t.Context()))
	}
}

// TestMessage: what the Runtime API tells of an invocation; what nobody has given is not sent.
func TestMessage(t *testing.T) {
	full := &lambdacontext.LambdaContext{
		AwsRequestID: "id", InvokedFunctionArn: "arn:x", Identity: lambdacontext.CognitoIdentity{CognitoIdentityID: "i", CognitoIdentityPoolID: "p"},
	}
	full.ClientContext.Custom = map[string]string{"k": "v"}
	for _, tc := range []struct {
		lc                    *lambdacontext.LambdaContext
		arn, client, identity string
		trace                 string
	}{
		{nil, "arn:aws:lambda:us-east-1:123456789012:function:x", "", "", `Root=1-[0-9a-f]{8}-[0-9a-f]{24};Sampled=0`},
		{&lambdacontext.LambdaContext{AwsRequestID: "id"}, "arn:aws:lambda:us-east-1:123456789012:function:x", "", "", `Root=1-[0-9a-f]{8}-6964;Sampled=0`},
		{
			full, "arn:x", `{"Client":{"installation_id":"","app_title":"","app_version_code":"","app_package_name":""},"env":null,"custom":{"k":"v"}}`,
			`{"cognitoIdentityId":"i","cognitoIdentityPoolId":"p"}`, `Root=1-[0-9a-f]{8}-6964;Sampled=0`,
		},
	} {
		ctx := t.Context()
		if tc.lc != nil {
			ctx = lambdacontext.NewContext(ctx, tc.lc)
		}
		inv, cancel := Function("x", nil).newInvocation(ctx, []byte("event"))
		defer cancel()
		resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(inv.appendMessage(nil))), nil)
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.Equal(t, "event", string(body))
		require.Equal(t, inv.id, resp.Header.Get("Lambda-Runtime-Aws-Request-Id"))
		require.Equal(t, tc.arn, resp.Header.Get("Lambda-Runtime-Invoked-Function-Arn"))
		require.Equal(t, tc.client, resp.Header.Get("Lambda-Runtime-Client-Context"))
		require.Equal(t, tc.identity, resp.Header.Get("Lambda-Runtime-Cognito-Identity"))
		require.Regexp(t, "^"+tc.trace+"$", resp.Header.Get("Lambda-Runtime-Trace-Id"))
		require.Equal(t, strconv.FormatInt(inv.deadline.UnixMilli(), 10), resp.Header.Get("Lambda-Runtime-Deadline-Ms"))
	}
}
