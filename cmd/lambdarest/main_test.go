package main

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestUsage(t *testing.T) {
	for _, row := range []struct {
		args           []string
		code           int
		stdout, stderr string
	}{
		{nil, exitUsage, "", "Usage: lambdarest COMMAND"},
		{[]string{"-h"}, exitOK, "serve DynamoDB on localhost", ""},
		{[]string{"help"}, exitOK, "serve DynamoDB on localhost", ""},
		{[]string{"nonsense"}, exitUsage, "", `lambdarest: no command "nonsense"`},
		{[]string{"dynamodb", "-h"}, exitOK, "-addr", ""},
		{[]string{"--version"}, exitOK, "lambdarest ", ""},
		{[]string{"version", "-h"}, exitOK, "Usage: lambdarest version", ""},
		{[]string{"help", "start"}, exitOK, "Usage: lambdarest start", ""},
		{[]string{"help", "nonsense"}, exitUsage, "", `no command "nonsense"`},
		{[]string{"dynamodb", "-nonsense"}, exitUsage, "", "not defined: -nonsense\n\"lambdarest dynamodb -h\" lists the flags.\n"},
		{[]string{"start", "nowhere.yaml"}, exitFailed, "", "lambdarest start: there is no nowhere.yaml; expected a SAM template or an OpenAPI definition"},
		{[]string{"events", "nonsense"}, exitUsage, "", `no events of kind "nonsense"`},
		{[]string{"dynamodb", "nonsense"}, exitUsage, "", `unexpected argument "nonsense"`},
		{[]string{"dynamodb", "-addr", "nonsense"}, exitFailed, "", `lambdarest dynamodb: "nonsense": expected host:port`},
		{[]string{"dynamodb", "-addr", "192.0.2.1:0"}, exitFailed, "", "lambdarest dynamodb: listen tcp"},
		{[]string{"dynamodb", "-addr", "0.0.0.0:0"}, exitFailed, "", "can be reached by other machines"},
	} {
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), row.args, &stdout, &stderr)
		require.Equal(t, row.code, code, row.args)
		require.Contains(t, stdout.String(), row.stdout, row.args)
		require.Contains(t, stderr.String(), row.stderr, row.args)
	}
}

// A started is a command that runs until the test ends or stop is called.
type started struct {
	lines chan string // what it prints
	stop  func() int  // the exit code
}

// start runs a command in the background.
func start(t *testing.T, args ...string) *started {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s := &started{lines: make(chan string, 16)}
	code := make(chan int, 1)
	go func() { code <- run(ctx, args, lineWriter(s.lines), lineWriter(s.lines)) }()
	s.stop = func() int { cancel(); return <-code }
	return s
}

// lineWriter sends each write, which is a line in what the commands print.
type lineWriter chan string

func (w lineWriter) Write(b []byte) (int, error) {
	w <- string(bytes.TrimSpace(b))
	return len(b), nil
}
