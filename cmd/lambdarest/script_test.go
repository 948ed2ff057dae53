package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
)

// TestScripts runs the command as a shell would: see testdata/script.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: filepath.Join("testdata", "script")})
}

func TestInvoke(t *testing.T) {
	name := project(t, template)
	var out, log strings.Builder
	require.Equal(t, exitOK, run(t.Context(), []string{"invoke", "-path", "/users/1", "-kind", "http", "Rest", name}, &out, &log), log.String())
	require.Contains(t, out.String(), `"statusCode": 200`)
	require.Contains(t, out.String(), `\"rawPath\":\"/users/1\"`)
	require.Regexp(t, `(?s)START RequestId: .*hello log\nEND RequestId: .*REPORT RequestId: .*Init Duration`, log.String())

	out.Reset()
	require.Equal(t, exitFailed, run(t.Context(), []string{"invoke", "-event", `{"body":"fail"}`, "Rest", name}, &out, &log))
	require.Contains(t, out.String(), `"errorMessage": "as told"`)

	out.Reset()
	require.Equal(t, exitOK, run(t.Context(), []string{"invoke", "-o", "json", "-event", `{}`, "Rest", name}, &out, &log))
	var got struct {
		Result     struct{ StatusCode int }
		Log        string
		DurationMs float64
	}
	require.NoError(t, json.Unmarshal([]byte(out.String()), &got))
	require.Equal(t, 200, got.Result.StatusCode)
	require.Equal(t, "hello log\n", got.Log)
	require.Positive(t, got.DurationMs)

	for _, row := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"invoke"}, exitUsage, "expected the name of a FUNCTION"},
		{[]string{"invoke", "Nobody", name}, exitFailed, `has no function "Nobody"`},
		{[]string{"invoke", "-event", "{", "Rest", name}, exitFailed, "the event is not JSON"},
		{[]string{"invoke", "-event", "@nowhere", "Rest", name}, exitFailed, "nowhere"},
	} {
		log.Reset()
		require.Equal(t, row.code, run(t.Context(), row.args, &out, &log))
		require.Contains(t, log.String(), row.want)
	}
}
