package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
)

// TestStartJSON: every line on stdout is a JSON object; the first says where everything is.
func TestStartJSON(t *testing.T) {
	s := start(t, "start", "-o", "json", "-addr", "127.0.0.1:0", "-watch=false", project(t, template))
	out := s.jsonLine(t, "ready")
	var ready struct {
		APIs []struct {
			ID, Kind, URL string
			Routes        []struct{ Method, Path, Target string }
		}
		DynamoDB struct {
			URL    string
			Tables []string
		}
		Schedules []struct {
			Name, Function, Expression string
			Fires                      bool
		}
		Console string
	}
	require.NoError(t, json.Unmarshal([]byte(out), &ready), out)
	require.Len(t, ready.APIs, 4)
	require.Equal(t, "Api", ready.APIs[0].ID)
	require.Equal(t, "REST API", ready.APIs[0].Kind)
	require.Equal(t, "Web, authorizer A", ready.APIs[0].Routes[0].Target)
	require.Equal(t, []string{"Items", "Old"}, ready.DynamoDB.Tables)
	require.Contains(t, ready.Console, consolePath)
	require.Len(t, ready.Schedules, 1)
	require.False(t, ready.Schedules[0].Fires)

	call(t, "POST", ready.APIs[1].URL+"/users/1?q=%22", "fail")
	line := s.jsonLine(t, "request")
	var request map[string]any
	require.NoError(t, json.Unmarshal([]byte(line), &request), line)
	require.Greater(t, request["durationMs"], 0.0)
	require.Greater(t, request["initMs"], 0.0)
	for name, want := range map[string]any{
		"event": "request", "api": "ServerlessRestApi", "method": "POST", "path": "/users/1", "query": "q=%22", "route": "ANY /users/{id}",
		"status": 502.0, "function": "Rest", "cold": true, "error": "gateway: function failed: errorString: as told",
	} {
		require.Equal(t, want, request[name], name)
	}
	require.Len(t, request["requestId"], 36)
	require.Len(t, request["invocationId"], 36)
	at, err := time.Parse(time.RFC3339Nano, request["time"].(string))
	require.NoError(t, err)
	require.WithinDuration(t, time.Now(), at, time.Hour)
	s.drain()
	require.Equal(t, exitOK, s.stop())
}

// jsonLine waits for the line of an event, beside what functions write to stderr.
func (s *started) jsonLine(t *testing.T, event string) string {
	t.Helper()
	for line := range strings.Lines(s.until(t, `{"event":"`+event+`"`)) {
		if strings.HasPrefix(line, "{") {
			return line
		}
	}
	t.Fatalf("no line is an object")
	return ""
}

func TestScheduleJSON(t *testing.T) {
	var out bytes.Buffer
	s := &system{stdout: &out, flags: startFlags{output: "json"}}
	s.reportSchedule("Tick", "F", "id", time.Now(), nil)
	s.reportSchedule("Tick", "F", "id", time.Now(), errors.New("boom"))
	dec := json.NewDecoder(&out)
	for _, want := range []any{nil, "boom"} {
		var line map[string]any
		require.NoError(t, dec.Decode(&line))
		require.Equal(t, "schedule", line["event"])
		require.Equal(t, want, line["error"])
	}
	require.Equal(t, exitUsage, run(t.Context(), []string{"start", "-o", "xml"}, os.Stderr, &out))
	require.Contains(t, out.String(), "expected json")
}

// TestRequestLine: a request is a line, in columns where its parts are no longer than usual, and costs no more than that.
func TestRequestLine(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	usual := record{
		exchange: gateway.Exchange{Time: at, Method: "GET", Path: "/hello", Status: 200, Duration: 1250 * time.Microsecond, InvocationID: "id"},
		function: "F", invocation: gateway.Invocation{MaxMemoryMB: 12},
	}
	for want, r := range map[string]record{
		"03:04:05 GET     /hello                       200 1.2 ms F 12 MB id\n": usual,
		"03:04:05 OPTIONS /ü                           502 0.0 ms F cold, init 70.0 ms id: first\n": {
			exchange: gateway.Exchange{Time: at, Method: "OPTIONS", Path: "/ü", Status: 502, InvocationID: "id", Err: errors.New("first\nsecond")},
			function: "F", invocation: gateway.Invocation{Cold: true, Init: 70 * time.Millisecond},
		},
		"03:04:05 GET     /                            502 0.0 ms: no such user: \ufffd[31m\tü\ufffd\ufffd\n": { // for a terminal, colors and worse
			exchange: gateway.Exchange{Time: at, Method: "GET", Path: "/", Status: 502, Err: errors.New("no such user: \x1b[31m\tü\x9b\r")},
		},
		"03:04:05 PROPFIND /a/path/that/is/longer/than/usual 404 3.0 ms\n": {
			exchange: gateway.Exchange{Time: at, Method: "PROPFIND", Path: "/a/path/that/is/longer/than/usual", Status: 404, Duration: 3 * time.Millisecond},
		},
	} {
		require.Equal(t, want, string(r.appendLine(nil)))
	}
	room := make([]byte, 0, 128)
	require.Zero(t, testing.AllocsPerRun(100, func() { usual.appendLine(room) }))
}
