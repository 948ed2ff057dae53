package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const consoleTemplate = `
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: fn/
      Runtime: provided.al2023
      Timeout: 300
      Environment: {Variables: {BOOTSTRAP: "yes"}}
      FunctionUrlConfig: {AuthType: NONE, InvokeMode: RESPONSE_STREAM}
      Events:
        Any: {Type: Api, Properties: {Path: "/{proxy+}", Method: any}}
`

// startConsole runs the template and returns the URL of its API.
func startConsole(t *testing.T) string {
	t.Helper()
	s := start(t, "start", "-addr", "127.0.0.1:0", "-watch=false", project(t, consoleTemplate))
	out := s.until(t, "Ctrl-C")
	s.drain()
	t.Cleanup(func() { require.Equal(t, exitOK, s.stop()) })
	return regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(out)
}

// loggedDetail returns what the console has of a request when the function's output is there, which comes through a pipe,
// maybe after the answer.
func loggedDetail(t *testing.T, console string, number int) detail {
	t.Helper()
	for {
		_, body := call(t, "GET", console+fmt.Sprint("api/requests/", number), "")
		var d detail
		require.NoError(t, json.Unmarshal([]byte(body), &d))
		if d.Log != "" {
			return d
		}
		time.Sleep(time.Millisecond)
	}
}

func TestConsole(t *testing.T) {
	base := startConsole(t)
	console := base + consolePath
	call(t, "POST", base+"/users?q=1", "the body", "X-A", "b")
	status, body := call(t, "GET", console+"api/requests?after=0", "")
	require.Equal(t, 200, status)
	require.Contains(t, body, `"target":"/users?q=1"`)
	require.NotContains(t, body, consolePath, "its own requests are not listed")
	d := loggedDetail(t, console, 1)
	require.Equal(t, "the body", d.Body)
	require.Equal(t, "hello log\n", d.Log)
	require.True(t, d.Cold)
	require.Contains(t, d.Event, `"httpMethod":"POST"`)
	require.Contains(t, d.Headers, [2]string{"X-A", "b"})
	require.NotEmpty(t, d.Answer)

	status, body = call(t, "POST", console+"api/replay", `{"api":"ServerlessRestApi","method":"put","target":"/again?x=y","headers":[["X-B","c"]],"body":"new"}`, "Content-Type", "application/json")
	require.Equal(t, 200, status)
	require.Equal(t, `{"number":2}`, body)
	_, body = call(t, "GET", console+"api/requests/2", "")
	require.NoError(t, json.Unmarshal([]byte(body), &d))
	require.Equal(t, "PUT", d.Method)
	require.Equal(t, "new", d.Body)
	require.False(t, d.Cold)
	for _, bad := range []string{`{`, `{"api":"X"}`, `{"api":"ServerlessRestApi","method":"GET","target":"x"}`, `{"api":"ServerlessRestApi","method":"G T","target":"/"}`, `{"api":"ServerlessRestApi","method":"GET","target":"/","headers":[["a b","c"]]}`} {
		status, _ = call(t, "POST", console+"api/replay", bad, "Content-Type", "application/json")
		require.Equal(t, 400, status, bad)
	}
	status, _ = call(t, "GET", console+"api/requests/99", "")
	require.Equal(t, 404, status)
}

// TestConsoleReplaysStreams: to the end, and as far as one comes that breaks off.
func TestConsoleReplaysStreams(t *testing.T) {
	console := startConsole(t) + consolePath
	_, body := call(t, "GET", console+"api/routes", "")
	id := regexp.MustCompile(`"id":"(\w+Url)"`).FindStringSubmatch(body)[1]
	for i, row := range []struct{ send, answer, err string }{{"stream", "in pieces", ""}, {"stream, but break off", "half", "it broke"}} {
		status, body := call(t, "POST", console+"api/replay", `{"api":"`+id+`","method":"POST","target":"/","body":"`+row.send+`"}`, "Content-Type", "application/json")
		require.Equal(t, 200, status)
		require.Equal(t, fmt.Sprintf(`{"number":%d}`, i+1), body)
		_, body = call(t, "GET", console+fmt.Sprint("api/requests/", i+1), "")
		var d detail
		require.NoError(t, json.Unmarshal([]byte(body), &d))
		require.Equal(t, 202, d.Status)
		require.Equal(t, row.answer, d.Answer)
		require.Contains(t, d.Error, row.err)
	}
}

// TestConsoleOrigin: no page but the console's own gets an answer.
func TestConsoleOrigin(t *testing.T) {
	base := startConsole(t)
	for _, row := range []struct {
		header, value string
		status        int
	}{
		{"Origin", "http://evil.example", 403}, {"Origin", "null", 403}, {"Sec-Fetch-Site", "cross-site", 403}, {"Sec-Fetch-Site", "same-site", 403},
		{"Origin", base, 200}, {"Sec-Fetch-Site", "same-origin", 200}, {"Sec-Fetch-Site", "none", 200},
	} {
		status, _ := call(t, "GET", base+consolePath+"api/requests", "", row.header, row.value)
		require.Equal(t, row.status, status, row)
	}
	status, _ := call(t, "POST", base+consolePath+"api/replay", "{}", "Content-Type", "text/plain")
	require.Equal(t, 415, status)
	resp, err := http.Get(base + consolePath)
	require.NoError(t, err)
	resp.Body.Close()
	require.Contains(t, resp.Header.Get("Content-Security-Policy"), "default-src 'none'; script-src 'self'")
	require.Empty(t, resp.Header.Get("Access-Control-Allow-Origin"))
}

// TestConsoleInBrowser drives the page in headless Chromium: it shows a hostile request as text, goes through the list
// by keys, filters, replays with edits, and is dark where the user wants it so. CONSOLE_SCREENSHOT names a file for a
// picture.
func TestConsoleInBrowser(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	node, nodeErr := exec.LookPath("node")
	if err != nil || nodeErr != nil {
		t.Skip("no chromium or no node: the console's page is not run, only what it asks for")
	}
	base := startConsole(t)
	call(t, "GET", base+"/users/1", "")
	call(t, "POST", base+"/"+url.PathEscape(`<img src=x onerror=alert(1)>`)+"?<script>alert(2)</script>", `{"a":"<script>alert(3)</script>","n":12345678901234567890}`, "X-A", `"><script>alert(4)</script>`)
	call(t, "POST", base+"/broken", "fail")
	loggedDetail(t, base+consolePath, 2)
	screenshot := os.Getenv("CONSOLE_SCREENSHOT")
	if screenshot != "" {
		screenshot, err = filepath.Abs(screenshot)
		require.NoError(t, err)
	}
	cmd := exec.CommandContext(t.Context(), node, filepath.Join("testdata", "console.mjs"), chromium, base+consolePath, t.TempDir(), screenshot)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, strings.TrimSpace(string(out)), "all is well")
}
