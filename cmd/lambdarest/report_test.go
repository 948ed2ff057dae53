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
