package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/lambdarest/lambdarest/internal/gwevent"
	"github.com/lambdarest/lambdarest/mapping/vtl"
)

const aboutRender = `Usage: lambdarest render [FLAGS] FILE

Renders a mapping template against a request, as API Gateway does, and prints the
result. Errors have the line and the column of the template. FILE - is stdin.

	lambdarest render -method POST -body '{"id":1}' -param id=1 users.vtl`

// runRender renders a mapping template.
func runRender(_ context.Context, args []string, stdout, stderr io.Writer) int {
	var r requestFlags
	var o string
	flags := newFlags("render", aboutRender, stderr)
	r.add(flags)
	outputFlag(flags, &o, "`json` for an object with the body and the overrides")
	if code, done := parse(flags, args, 1); done {
		return code
	}
	if flags.NArg() == 0 {
		return misused(stderr, "render", "expected the FILE of a template")
	}
	out, err := r.render(flags.Arg(0))
	if err != nil {
		code := fail(stderr, "render", err)
		_, _ = io.WriteString(stderr, vtl.Excerpt(err))
		return code
	}
	if o != "json" {
		fmt.Fprintf(stdout, "%s\n", out.Body)
		return exitOK
	}
	data, err := json.Marshal(map[string]any{
		"body": string(out.Body), "requestOverride": out.RequestOverride, "responseOverride": out.ResponseOverride,
	})
	if err != nil {
		return fail(stderr, "render", err)
	}
	printJSON(stdout, data, o)
	return exitOK
}

func (r *requestFlags) render(file string) (vtl.Output, error) {
	source, err := os.ReadFile(file)
	if file == "-" {
		source, err = io.ReadAll(os.Stdin)
	}
	if err != nil {
		return vtl.Output{}, err
	}
	template, err := vtl.Parse(file, string(source))
	if err != nil {
		return vtl.Output{}, err
	}
	req, body, err := r.request()
	if err != nil {
		return vtl.Output{}, err
	}
	data, err := gwevent.ForTemplate(req, r.options(gwevent.REST))
	if err != nil {
		return vtl.Output{}, err
	}
	return template.Render(vtl.Input{
		Body: body, Path: r.params, Query: data.Query, Header: data.Header, Context: data.Context, StageVariables: r.variables,
	})
}
