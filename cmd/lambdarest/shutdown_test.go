package main

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// hanging is a server that never answers. It tells of the first request, and of its end.
func hanging(t *testing.T) (url string, begun, gone <-chan struct{}) {
	first, last := make(chan struct{}), make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(first)
		<-r.Context().Done()
		close(last)
	}))
	t.Cleanup(srv.Close)
	t.Cleanup(srv.CloseClientConnections)
	return srv.URL, first, last
}

// soon is far more than what ends within a grace of milliseconds needs, and less than a grace of seconds.
func soon(t *testing.T, what string, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(grace - time.Second):
		t.Fatal(what + " takes as long as it may")
	}
}

// TestNestedHangEndsOnce: a request that waits for a function, which waits for a function that hangs, has one grace, not one
// for each of them, and an answer.
func TestNestedHangEndsOnce(t *testing.T) {
	url, begun, gone := hanging(t)
	f, _, done := parseStart([]string{"-addr", "127.0.0.1:0", "-watch=false", project(t, callers)}, os.Stderr)
	require.False(t, done)
	f.grace = 50 * time.Millisecond
	app, err := loadTemplate(f, os.Stderr)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out bytes.Buffer
	s, err := newSystem(ctx, f, app, &out, &out)
	require.NoError(t, err)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer s.close()
		_ = s.serve(ctx)
	}()
	status := make(chan int, 1)
	go func() {
		resp, err := http.Post(s.doors[0].url()+"/call", "application/json", strings.NewReader(`{"nested":"`+url+`"}`))
		if err != nil {
			status <- 0
			return
		}
		resp.Body.Close()
		status <- resp.StatusCode
	}()
	<-begun
	cancel()
	soon(t, "the end of the command", ended)
	soon(t, "the function", gone)
	require.Equal(t, 502, <-status, "the function was ended, which is answered")
}

// TestInvokeWaitsForNested: what the function has begun and not waited for is waited for, ended after a while, and logged; by
// then nobody adds to the log.
func TestInvokeWaitsForNested(t *testing.T) {
	url, begun, _ := hanging(t)
	until := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-begun }))
	defer until.Close()
	f := startFlags{lambdaAddr: anyPort, parameters: pairs{}, functions: pairs{}, env: pairs{}, template: project(t, callers), grace: 50 * time.Millisecond}
	var log bytes.Buffer
	_, result, err := invokeOnce(t.Context(), f, "Front", []byte(`{"nested":"`+url+`","until":"`+until.URL+`"}`), &log)
	require.NoError(t, err, log.String())
	require.Equal(t, `"done"`, string(result))
	require.Equal(t, 2, strings.Count(log.String(), "REPORT RequestId: "), log.String())
}

// TestInvokeInterrupted: who ends lambdarest invoke does not wait for what the function has begun.
func TestInvokeInterrupted(t *testing.T) {
	url, begun, _ := hanging(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		var log bytes.Buffer
		if code := run(ctx, []string{"invoke", "-event", `{"nested":"` + url + `"}`, "Front", project(t, callers)}, &log, &log); code != exitFailed {
			t.Errorf("exit code %d", code)
		}
	}()
	<-begun
	cancel()
	soon(t, "the end of the command", ended)
}

// TestSecondSignal: the second Ctrl-C ends the command at once, and with it the functions.
func TestSecondSignal(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no process can send Ctrl-C to another")
	}
	url, begun, gone := hanging(t)
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self)
	cmd.Args = []string{"lambdarest", "start", "-addr", "127.0.0.1:0", "-watch=false", project(t, callers)}
	cmd.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	defer cmd.Process.Kill()
	printed := ""
	for buf := make([]byte, 4096); !strings.Contains(printed, "Ctrl-C"); {
		n, err := out.Read(buf)
		require.NoError(t, err, printed)
		printed += string(buf[:n])
	}
	api := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(printed)
	go func() {
		if resp, err := http.Post(api+"/call", "application/json", strings.NewReader(`{"nested":"`+url+`"}`)); err == nil {
			resp.Body.Close()
		}
	}()
	<-begun
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait()
	}()
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	require.Eventually(t, func() bool { // the first one has been seen
		conn, err := net.Dial("tcp", strings.TrimPrefix(api, "http://"))
		if err == nil {
			conn.Close()
		}
		return err != nil
	}, time.Minute, time.Millisecond)
	select {
	case <-ended:
		t.Fatal("the first signal lets requests finish")
	default:
	}
	require.Eventually(t, func() bool { // again, in case that the second one came before the first was dealt with
		_ = cmd.Process.Signal(os.Interrupt)
		select {
		case <-ended:
			return true
		default:
			return false
		}
	}, grace-time.Second, time.Millisecond)
	soon(t, "the function", gone)
}
