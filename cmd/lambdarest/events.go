package main

import (
	"context"
	"io"
	"slices"
	"strings"
)

const aboutEvents = `Usage: lambdarest events [FLAGS] KIND

Prints the event that a function gets for a request, as AWS sends it. KIND is one of
rest, http, http-v1 (payload format 1.0), url, alb, alb-multi, lattice, schedule, and
sqs and sns, whose message is the body.

	lambdarest events -method POST -path '/users?dry=1' -body @user.json rest`

// runEvents prints an event.
func runEvents(_ context.Context, args []string, stdout, stderr io.Writer) int {
	var r requestFlags
	var o string
	flags := newFlags("events", aboutEvents, stderr)
	r.add(flags)
	outputFlag(flags, &o, "`json` for one line")
	if code, done := parse(flags, args, 1); done {
		return code
	}
	if flags.NArg() == 0 {
		return misused(stderr, "events", "expected a KIND: "+strings.Join(eventKinds, ", "))
	}
	event, err := r.event(flags.Arg(0))
	if err != nil {
		code := fail(stderr, "events", err)
		if !slices.Contains(eventKinds, flags.Arg(0)) {
			code = exitUsage
		}
		return code
	}
	printJSON(stdout, event, o)
	return exitOK
}
