package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/lambdarest/lambdarest/cmd/lambdarest/internal/sam"
	"github.com/lambdarest/lambdarest/gateway"
)

const aboutInvoke = `Usage: lambdarest invoke [FLAGS] FUNCTION [TEMPLATE]

Builds a function of a template and invokes it once, with the template's tables in an
empty embedded DynamoDB. The event is that of -event, or is made from the flags of a
request, as "lambdarest events" does. The result goes to stdout, what Lambda logs to
stderr. The exit code is 1 where the function fails. Invocations that the function makes
of itself, such as a fan-out of warm-up pings, are waited for and logged as well.

	lambdarest invoke -method POST -path /users -body '{"id":1}' ProxyFunction
	lambdarest invoke -event '{"a":1}' Worker`

// runInvoke invokes a function once.
func runInvoke(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	f := startFlags{lambdaAddr: anyPort, parameters: pairs{}, functions: pairs{}, env: pairs{}}
	var r requestFlags
	var given, kind, o string
	flags := newFlags("invoke", aboutInvoke, stderr)
	r.add(flags)
	flags.StringVar(&given, "event", "", "`JSON` of the event, @FILE for a file, or @- for stdin")
	flags.StringVar(&kind, "kind", "rest", "`KIND` of the event that is made of a request: rest, http, http-v1, url, alb, alb-multi, lattice, schedule, sqs or sns")
	flags.StringVar(&f.dynamodb, "dynamodb", "", "`URL` of a DynamoDB to use in place of the embedded one")
	flags.Var(f.parameters, "parameter", "`NAME=VALUE` of a template parameter; may be repeated")
	flags.Var(f.env, "env", "`NAME=VALUE` for the environment of the function; may be repeated")
	flags.Var(&f.envVars, "env-vars", "`FILE` with variables by function, and \"Parameters\" for all, as sam local has it: {\"F\": {\"NAME\": \"VALUE\"}}")
	outputFlag(flags, &o, "`json` for an object with the result and what is known of the invocation")
	if code, done := parse(flags, args, 2); done {
		return code
	}
	if flags.NArg() == 0 {
		return misused(stderr, "invoke", "expected the name of a FUNCTION")
	}
	if !slices.Contains(eventKinds, kind) {
		return misused(stderr, "invoke", noKind(kind).Error())
	}
	event, err := givenEvent(given)
	if given == "" {
		event, err = r.event(kind)
	}
	if err != nil {
		return fail(stderr, "invoke", err)
	}
	f.template = templateFile(flags.Arg(1))
	seen, result, err := invokeOnce(ctx, f, flags.Arg(0), event, stderr)
	if fe := (*gateway.FunctionError)(nil); errors.As(err, &fe) {
		result = fe.Payload
	} else if err != nil {
		return fail(stderr, "invoke", err)
	}
	printResult(stdout, seen, result, o)
	if err != nil {
		return exitFailed
	}
	return exitOK
}

// givenEvent is the event of -event. The name of a file, as sam local has it, is not taken for JSON without a word.
func givenEvent(given string) ([]byte, error) {
	event, err := text(given)
	if err != nil || given == "" {
		return nil, err
	}
	if err := json.Unmarshal(event, new(any)); err != nil {
		hint := ""
		if isFile(given) {
			hint = "; -event @" + given + " reads the file"
		}
		return nil, fmt.Errorf("the event is not JSON: %w%s", err, hint)
	}
	return event, nil
}

// invokeOnce starts what the function needs, invokes it, and ends it all.
func invokeOnce(ctx context.Context, f startFlags, name string, event []byte, stderr io.Writer) (seen gateway.Invocation, result []byte, err error) {
	app, err := loadTemplate(f, stderr)
	if err != nil {
		return seen, nil, err
	}
	fn := app.Function(name)
	if fn == nil {
		return seen, nil, fmt.Errorf("%s has no function %q; there are: %s", f.template, name, strings.Join(functionIDs(app), ", "))
	}
	app.Functions, app.APIs = []*sam.Function{fn}, nil
	s, err := newSystem(ctx, f, app, io.Discard, stderr)
	if err != nil {
		return seen, nil, err
	}
	p := s.current.functions[fn.ID]
	p.Output = nil // WriteTo has it
	var mu sync.Mutex
	var all []gateway.Invocation // those that the function has made of itself as well
	p.Observe = func(i gateway.Invocation) {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, i)
	}
	id := newID()
	ctx = lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{AwsRequestID: id})
	result, err = p.Invoke(ctx, event)
	defer context.AfterFunc(ctx, s.endFunctions)() // who wants the end waits for nobody
	_ = s.current.lambda.Wait(ctx)                 // for what it has invoked without waiting
	s.close()                                      // then the output is complete, and nobody observes any more
	for _, i := range all {
		_, _ = i.WriteTo(stderr)
		if i.RequestID == id {
			seen = i
		}
	}
	return seen, result, err
}

func functionIDs(app *sam.App) (ids []string) {
	for _, fn := range app.Functions {
		ids = append(ids, fn.ID)
	}
	return ids
}

func printResult(w io.Writer, seen gateway.Invocation, result []byte, o string) {
	if o != "json" {
		printJSON(w, result, o)
		return
	}
	if !json.Valid(result) {
		result, _ = json.Marshal(string(result)) // a string cannot fail
	}
	data, _ := json.Marshal(map[string]any{ // strings, numbers and valid JSON cannot fail
		"result": json.RawMessage(result), "failed": seen.Err != nil, "requestId": seen.RequestID, "log": seen.Log(),
		"durationMs": inMS(seen.Duration), "initMs": inMS(seen.Init),
		"maxMemoryMB": seen.MaxMemoryMB,
	})
	printJSON(w, data, o)
}
