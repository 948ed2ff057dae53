// Command lambdarest runs on a laptop what AWS runs in production: SAM templates with their
// functions, APIs and tables, without Docker and without an AWS account.
//
//	go get -tool github.com/lambdarest/lambdarest/cmd/lambdarest
//	go tool lambdarest start template.yaml
//
// Its commands are
//
//	start      run a SAM template or an OpenAPI definition
//	invoke     invoke a function of a template once
//	render     render a mapping template against a request
//	events     print the event of a request
//	dynamodb   serve DynamoDB on localhost
//	version    print the version
//
// Each explains itself with -h. The exit code is 0 where the command did what it was asked,
// 1 where it failed, and 2 where it was called wrongly. docs/gateway.md in the repository
// says what start does as AWS does, and what it leaves out.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
)

const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// A command is one of lambdarest's. Its run parses args itself, writes what was
// asked for to stdout and everything else to stderr, ends when ctx does, and
// returns the exit code.
type command struct {
	name, summary string
	run           func(ctx context.Context, args []string, stdout, stderr io.Writer) int
}

// commands are all there are, in the order of the help text. Each lives in the
// file of its name.
func commands() []command {
	return []command{
		{"start", "run a SAM template or an OpenAPI definition", runStart},
		{"invoke", "invoke a function of a template once", runInvoke},
		{"render", "render a mapping template against a request", runRender},
		{"events", "print the event of a request", runEvents},
		{"dynamodb", "serve DynamoDB on localhost", runDynamoDB},
		{"version", "print the version", runVersion},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run finds the command and runs it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		usage(stderr)
		return exitUsage
	}
	switch args[0] {
	case "help":
		if len(args) > 1 {
			return run(ctx, []string{args[1], "-h"}, stdout, stderr)
		}
		usage(stdout)
		return exitOK
	case "-h", "-help", "--help":
		usage(stdout)
		return exitOK
	case "-version", "--version":
		args = []string{"version"}
	}
	for _, c := range commands() {
		if c.name != args[0] {
			continue
		}
		if len(args) > 1 && slices.Contains([]string{"-h", "-help", "--help"}, args[1]) {
			stderr = stdout // what was asked for
		}
		return c.run(ctx, args[1:], stdout, stderr)
	}
	fmt.Fprintf(stderr, "lambdarest: no command %q\n", args[0])
	usage(stderr)
	return exitUsage
}

func usage(w io.Writer) {
	fmt.Fprint(w, "Usage: lambdarest COMMAND [FLAGS]\n\nCommands:\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-10s %s\n", c.name, c.summary)
	}
	fmt.Fprint(w, "\n\"lambdarest COMMAND -h\" lists the flags of a command.\n")
}

// fail reports an error of a command.
func fail(stderr io.Writer, name string, err error) int {
	fmt.Fprintf(stderr, "lambdarest %s: %v\n", name, err)
	return exitFailed
}
