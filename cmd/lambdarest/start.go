package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime/debug"
	"time"

	"github.com/lambdarest/lambdarest/cmd/lambdarest/internal/sam"
)

const aboutStart = `Usage: lambdarest start [FLAGS] [TEMPLATE]

Runs a SAM template or an OpenAPI definition on this machine: builds the functions with
the Go tool, starts them as Lambda does, and serves their APIs and function URLs. Their
DynamoDB tables are in an embedded engine, which functions find in
AWS_ENDPOINT_URL_DYNAMODB. Lambda's own API, to invoke functions by name, is in
AWS_ENDPOINT_URL_LAMBDA. TEMPLATE is a file, or a folder with template.yaml,
template.yml or template.json; this folder where it is left out.

When sources change, functions are built again. When the template changes, it is read
again and takes the place of the one that runs. SIGINT and SIGTERM end the command, with
all that it has started: requests have ten seconds to be answered. A second signal does
not wait for them.`

// startFlags are the flags of start.
type startFlags struct {
	addr       string
	lambdaAddr string
	public     bool
	template   string
	dynamodb   string
	parameters pairs
	functions  pairs
	env        pairs
	envVars    envVars
	basePath   string
	variables  pairs
	jwks       pairs
	issuers    pairs
	apiKeys    list
	hosts      list
	watch      bool
	schedules  bool
	console    bool
	timeout    time.Duration
	output     string        // "json" or ""
	grace      time.Duration // see system.endSoon
}

func parseStart(args []string, stderr io.Writer) (f startFlags, code int, done bool) {
	f = startFlags{parameters: pairs{}, functions: pairs{}, env: pairs{}, variables: pairs{}, jwks: pairs{}, issuers: pairs{}}
	flags := newFlags("start", aboutStart, stderr)
	flags.StringVar(&f.addr, "addr", "127.0.0.1:8080", "`host:port` of the first API; the others follow on the next ports. Port 0 picks free ones")
	flags.StringVar(&f.lambdaAddr, "lambda-addr", anyPort, "`host:port` of Lambda's API to invoke functions by name, which functions find in AWS_ENDPOINT_URL_LAMBDA; port 0 picks a free one")
	flags.BoolVar(&f.public, "public", false, "allow an address that other machines can reach; there is no authentication but the template's")
	flags.StringVar(&f.dynamodb, "dynamodb", "", "`URL` of a DynamoDB to use in place of the embedded one")
	flags.Var(f.parameters, "parameter", "`NAME=VALUE` of a template parameter; may be repeated")
	flags.Var(f.functions, "function", "`NAME=FOLDER` with the code of a function that an OpenAPI definition names; may be repeated")
	flags.Var(f.env, "env", "`NAME=VALUE` for the environment of all functions; may be repeated")
	flags.Var(&f.envVars, "env-vars", "`FILE` with variables by function, and \"Parameters\" for all, as sam local has it: {\"F\": {\"NAME\": \"VALUE\"}}")
	flags.StringVar(&f.basePath, "base-path", "", "`PATH` of a custom domain's mapping, as /pay; requests outside of it are refused, and events show it")
	flags.Var(f.variables, "stage-variable", "`NAME=VALUE` of a stage variable of all APIs; may be repeated")
	flags.Var(f.jwks, "jwks", "`NAME=FILE` or URL with the key set that verifies the tokens of a JWT or Cognito authorizer; without one signatures are not verified; may be repeated")
	flags.Var(f.issuers, "issuer", "`NAME=URL` of the issuer whose tokens a JWT or Cognito authorizer takes, in place of the template's; may be repeated")
	flags.Var(&f.apiKeys, "api-key", "`VALUE` of an API key that opens routes which require one; may be repeated")
	flags.Var(&f.hosts, "host", "further host `NAME` to answer for; may be repeated")
	flags.BoolVar(&f.watch, "watch", true, "build functions again when their sources change, and read the template again when it does")
	flags.BoolVar(&f.schedules, "schedules", false, "fire Schedule events")
	flags.BoolVar(&f.console, "console", true, "serve the console at "+consolePath)
	flags.DurationVar(&f.timeout, "timeout", 0, "how long an API waits for a function, in place of AWS's own limit")
	outputFlag(flags, &f.output, "`json` for an object a line: what there is, then each request and each schedule that fires")
	if code, done := parse(flags, args, 1); done {
		return f, code, true
	}
	f.template = templateFile(flags.Arg(0))
	return f, 0, false
}

// gcPercent is the GOGC of a start that has none of its own. Its heap is so small that by Go's default it is collected
// every few hundred requests, for a tenth of the processor's time under load; this halves that for a few MB more.
const gcPercent = 200

// runStart runs a template until ctx ends. It prints the URLs and routes to stdout when it can take requests, and then
// a line a request.
func runStart(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	f, code, done := parseStart(args, stderr)
	if done {
		return code
	}
	app, err := loadTemplate(f, stderr)
	if err != nil {
		return fail(stderr, "start", err)
	}
	s, err := newSystem(ctx, f, app, stdout, stderr)
	if err != nil {
		return fail(stderr, "start", err)
	}
	defer s.close()
	if os.Getenv("GOGC") == "" {
		defer debug.SetGCPercent(debug.SetGCPercent(gcPercent))
	}
	if err := s.serve(ctx); err != nil {
		return fail(stderr, "start", err)
	}
	return exitOK
}

// readTemplate reads the template; the app beside an error has its files and warnings.
func readTemplate(f startFlags) (*sam.App, error) {
	app, err := sam.Load(f.template, sam.Options{Parameters: f.parameters, Functions: f.functions})
	if app == nil && errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("there is no %s; expected a SAM template or an OpenAPI definition", f.template)
	}
	if err == nil {
		err = f.envVars.check(app)
	}
	return app, err
}

// loadTemplate reads the template and prints its warnings, also those beside an error.
func loadTemplate(f startFlags, stderr io.Writer) (*sam.App, error) {
	app, err := readTemplate(f)
	if app != nil {
		for _, warning := range app.Warnings {
			fmt.Fprintln(stderr, "warning:", warning)
		}
	}
	return app, err
}
