package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
)

const aboutVersion = `Usage: lambdarest version

Prints the version of the module and of Go that this command was built with.`

// runVersion prints what a report of a fault should have.
func runVersion(_ context.Context, args []string, stdout, stderr io.Writer) int {
	flags := newFlags("version", aboutVersion, stderr)
	flags.Usage = func() { fmt.Fprintln(stderr, aboutVersion) } // it has none
	if code, done := parse(flags, args, 0); done {
		return code
	}
	version := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok {
		version = cmp.Or(info.Main.Version, version)
	}
	fmt.Fprintf(stdout, "lambdarest %s %s %s/%s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return exitOK
}
