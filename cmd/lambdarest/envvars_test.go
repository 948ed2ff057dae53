package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEnvVars: those of a file reach functions, a function's own before those for all, and events show a base path.
func TestEnvVars(t *testing.T) {
	name := project(t, reloadTemplate)
	file := filepath.Join(filepath.Dir(name), "env.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"Parameters": {"TABLE": "all"}, "F": {"TABLE": 7}}`), 0o600))
	s := start(t, "start", "-addr", "127.0.0.1:0", "-watch=false", name, "-env-vars", file, "-base-path", "/pay")
	url := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(s.until(t, "Ctrl-C"))
	s.drain()
	require.Equal(t, "7", ask(t, url+"/pay/old", "").Table)
	require.Equal(t, "all", ask(t, url+"/pay/g", "").Table)
	_, body := call(t, "GET", url+"/pay/g", "")
	require.Contains(t, body, `"path":"/pay/g"`)
	status, _ := call(t, "GET", url+"/g", "")
	require.Equal(t, 403, status)
	require.Equal(t, exitOK, s.stop())
}
