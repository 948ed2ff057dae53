package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
)

// TestMain lets the test binary be a function: with BOOTSTRAP set it runs no test. Scripts have it as their command.
func TestMain(m *testing.M) {
	if os.Getenv("BOOTSTRAP") == "" {
		testscript.Main(m, map[string]func(){"lambdarest": main})
	}
	if os.Getenv("BOOTSTRAP") == "caller" {
		startCaller()
	}
	lambda.Start(func(_ context.Context, event map[string]any) (any, error) {
		body, _ := event["body"].(string)
		switch {
		case event["type"] == "TOKEN":
			return map[string]any{"principalId": "kim", "policyDocument": map[string]any{"Statement": []any{
				map[string]any{"Effect": "Allow", "Action": "*", "Resource": "*/GET/*"},
			}}}, nil
		case body == "stream":
			return &events.LambdaFunctionURLStreamingResponse{StatusCode: 202, Body: strings.NewReader("in pieces")}, nil
		case body == "stream, but break off":
			return &events.LambdaFunctionURLStreamingResponse{StatusCode: 202, Body: io.MultiReader(strings.NewReader("half"), iotest.ErrReader(errors.New("it broke")))}, nil
		case strings.HasPrefix(body, "wait for "):
			resp, err := http.Get(strings.TrimPrefix(body, "wait for "))
			if err != nil {
				return nil, err
			}
			resp.Body.Close()
		case body == "fail":
			return nil, errors.New("as told")
		case event["detail-type"] != nil:
			_, _ = io.WriteString(os.Stdout, "the schedule fired\n")
			return map[string]any{}, nil
		}
		_, _ = io.WriteString(os.Stdout, "hello log\n")
		answer, _ := json.Marshal(map[string]any{"event": event, "table": os.Getenv("TABLE"), "endpoint": os.Getenv("AWS_ENDPOINT_URL_DYNAMODB"), "process": os.Getpid()})
		return map[string]any{"statusCode": 200, "body": string(answer)}, nil
	})
}

// project makes a folder with a template and this test binary as the bootstrap of a function, and returns the template.
func project(t *testing.T, template string) string {
	t.Helper()
	dir := t.TempDir()
	self, err := os.Executable()
	require.NoError(t, err)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "fn"), 0o700))
	require.NoError(t, os.Symlink(self, filepath.Join(dir, "fn", "bootstrap")))
	name := filepath.Join(dir, "template.yaml")
	require.NoError(t, os.WriteFile(name, []byte(template), 0o600))
	return name
}

const template = `
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    CodeUri: fn/
    Runtime: provided.al2023
    Timeout: 300
    Environment: {Variables: {BOOTSTRAP: "yes", TABLE: !Ref Items}}
Resources:
  Items: {Type: AWS::Serverless::SimpleTable}
  Old:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: a, AttributeType: S}, {AttributeName: b, AttributeType: N}]
      KeySchema: [{AttributeName: a, KeyType: HASH}]
      ProvisionedThroughput: {ReadCapacityUnits: "1", WriteCapacityUnits: 1}
      GlobalSecondaryIndexes:
        - {IndexName: by-b, KeySchema: [{AttributeName: b, KeyType: HASH}], Projection: {ProjectionType: ALL}, ProvisionedThroughput: {ReadCapacityUnits: 1, WriteCapacityUnits: 1}}
      TimeToLiveSpecification: {AttributeName: ttl, Enabled: true}
  Rest:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Get: {Type: Api, Properties: {Path: "/users/{id}", Method: any}}
        Key: {Type: Api, Properties: {Path: /key, Method: get, Auth: {ApiKeyRequired: true}}}
        Tick: {Type: Schedule, Properties: {Schedule: "cron(* * * * ? *)"}}
  Web:
    Type: AWS::Serverless::Function
    Properties:
      FunctionUrlConfig: {AuthType: NONE, InvokeMode: RESPONSE_STREAM}
      Events:
        All: {Type: HttpApi}
        Guarded: {Type: Api, Properties: {Path: /guarded, Method: any, RestApiId: !Ref Api}}
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: live
      Auth: {DefaultAuthorizer: A, Authorizers: {A: {FunctionArn: !GetAtt Rest.Arn}}}
`

// output collects what a command prints until it has printed a text.
func (s *started) until(t *testing.T, text string) string {
	t.Helper()
	var all strings.Builder
	limit := t.Context().Done()
	if deadline, ok := t.Deadline(); ok { // a busy machine has all the time that the tests have
		ctx, cancel := context.WithDeadline(t.Context(), deadline.Add(-10*time.Second))
		defer cancel()
		limit = ctx.Done()
	}
	for !strings.Contains(all.String(), text) {
		select {
		case line := <-s.lines:
			all.WriteString(line + "\n")
		case <-limit:
			t.Fatalf("%q did not come:\n%s", text, all.String())
		}
	}
	return all.String()
}

// drain keeps reading what a command prints, which would block otherwise.
func (s *started) drain() {
	go func() {
		for range s.lines {
		}
	}()
}

func call(t *testing.T, method, url, body string, header ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(answer)
}

func TestStart(t *testing.T) {
	s := start(t, "start", "-addr", "127.0.0.1:0", "-watch=false", "-stage-variable", "rate=7", project(t, template))
	out := s.until(t, "Ctrl-C")
	url := func(what string) string {
		m := regexp.MustCompile(`(http://127\.0\.0\.1:\d+) ` + regexp.QuoteMeta(what)).FindStringSubmatch(out)
		require.NotNil(t, m, "%s in\n%s", what, out)
		return m[1]
	}
	require.Contains(t, out, "  ANY     /users/{id}                  Rest\n")
	require.Contains(t, out, "/guarded                     Web, authorizer A")
	require.Contains(t, out, "DynamoDB, tables: Items, Old")
	require.Contains(t, out, "local-key")
	rest, web, fnURL, guarded, dynamo := url("ServerlessRestApi (REST API)"), url("ServerlessHttpApi (HTTP API)"), url("WebUrl (function URL)"), url("Api (REST API)"), url("DynamoDB")

	status, body := call(t, "GET", rest+"/users/a%2Fb", "")
	require.Equal(t, 200, status)
	require.Contains(t, body, `"pathParameters":{"id":"a%2Fb"}`)
	require.Contains(t, body, `"table":"Items"`)
	require.Contains(t, body, `"stageVariables":{"rate":"7"}`)
	require.Contains(t, body, `"endpoint":"`+dynamo+`"`)
	lines := s.until(t, "/users/a%2Fb")
	require.Regexp(t, `\d\d:\d\d:\d\d GET     /users/a%2Fb +200 [\d.]+ ms Rest cold, init [\d.]+ ms`, lines)
	s.drain()

	status, _ = call(t, "GET", rest+"/nowhere", "")
	require.Equal(t, 403, status)
	status, _ = call(t, "POST", rest+"/users/1", "fail")
	require.Equal(t, 502, status)
	status, _ = call(t, "GET", rest+"/key", "")
	require.Equal(t, 403, status)
	status, _ = call(t, "GET", rest+"/key", "", "X-Api-Key", "local-key")
	require.Equal(t, 200, status)
	_, body = call(t, "GET", web+"/any/path", "")
	require.Contains(t, body, `"routeKey":"$default"`)
	_, body = call(t, "GET", fnURL+"/", "")
	require.Contains(t, body, `.lambda-url.`)
	status, body = call(t, "POST", fnURL+"/", "stream")
	require.Equal(t, 202, status)
	require.Equal(t, "in pieces", body)
	status, _ = call(t, "GET", guarded+"/guarded", "")
	require.Equal(t, 401, status)
	status, _ = call(t, "GET", guarded+"/guarded", "", "Authorization", "t")
	require.Equal(t, 200, status)
	status, _ = call(t, "DELETE", guarded+"/guarded", "", "Authorization", "t")
	require.Equal(t, 403, status)
	require.Equal(t, exitOK, s.stop())
}

func TestStartFails(t *testing.T) {
	for _, row := range []struct {
		template string
		args     []string
		want     string
	}{
		{"Resources: {A: {}}", nil, "template.yaml:1:16: Resources.A: expected a Type"},
		{"Resources: {A: {Type: AWS::Serverless::SimpleTable}}", nil, "no function and no API"},
		{template, []string{"-addr", "0.0.0.0:0"}, "can be reached by other machines"},
		{template, []string{"-dynamodb", "http://127.0.0.1:1"}, "table Items at http://127.0.0.1:1"},
		{strings.Replace(template, "fn/", "nowhere/", 1), nil, "function Rest: there is no folder"},
	} {
		var out strings.Builder
		args := append(append([]string{"start", "-addr", "127.0.0.1:0"}, row.args...), project(t, row.template))
		require.Equal(t, exitFailed, run(t.Context(), args, io.Discard, &out))
		require.Contains(t, out.String(), row.want)
	}
	var out strings.Builder
	require.Equal(t, exitFailed, run(t.Context(), []string{"start", "nowhere.yaml"}, io.Discard, &out))
	require.Contains(t, out.String(), "nowhere.yaml")
	require.Equal(t, exitUsage, run(t.Context(), []string{"start", "a", "b"}, io.Discard, &out))
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	out.Reset()
	require.Equal(t, exitFailed, run(t.Context(), []string{"start", "-addr", taken.Addr().String(), project(t, template)}, io.Discard, &out))
	require.Contains(t, out.String(), "-addr chooses another one")
	require.NotContains(t, out.String(), "building", "it is said before a long build")
	require.Equal(t, exitUsage, run(t.Context(), []string{"start", "-env", "novalue"}, io.Discard, &out))
}

// program is a function that needs nothing but the standard library.
const program = `package main

import (
	"fmt"
	"net/http"
	"os"
	"strings"
)

func main() {
	base := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"
	for {
		next, err := http.Get(base + "next")
		if err != nil {
			return
		}
		answer := fmt.Sprintf("{\"statusCode\": 200, \"body\": %q}", "VERSION")
		resp, err := http.Post(base+next.Header.Get("Lambda-Runtime-Aws-Request-Id")+"/response", "application/json", strings.NewReader(answer))
		if err != nil {
			return
		}
		resp.Body.Close()
	}
}
`

// TestRebuild: functions are built from their sources, and again when those change; sources that do not build leave the
// function as it was.
func TestRebuild(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program three times")
	}
	dir := t.TempDir()
	write := func(name, text string) { write(t, filepath.Join(dir, name), text) }
	write("go.mod", "module example.com/fn\n\ngo 1.26\n")
	write("main.go", strings.Replace(program, "VERSION", "one", 1))
	write("template.yaml", "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: .\n      Runtime: provided.al2023\n      Timeout: 300\n      Events:\n        E: {Type: Api, Properties: {Path: /, Method: get}}\n")
	s := start(t, "start", "-addr", "127.0.0.1:0", filepath.Join(dir, "template.yaml"))
	out := s.until(t, "Ctrl-C")
	url := regexp.MustCompile(`(http://127\.0\.0\.1:\d+) Serverless`).FindStringSubmatch(out)[1]
	_, body := call(t, "GET", url, "")
	require.Equal(t, "one", body)
	s.until(t, "watching the template and the sources")

	write("main.go", "package main\n\nfunc main() { nonsense }\n")
	out = s.until(t, "F keeps running as it was")
	require.Contains(t, out, "main.go:3:15: undefined: nonsense")
	_, body = call(t, "GET", url, "")
	require.Equal(t, "one", body)

	write("main.go", strings.Replace(program, "VERSION", "two", 1))
	s.until(t, "built F")
	s.drain()
	require.Eventually(t, func() bool { _, body := call(t, "GET", url, ""); return body == "two" }, time.Minute, 10*time.Millisecond)
	require.Equal(t, exitOK, s.stop())
}

// TestFolderComesBack: a folder of sources that was gone for a while is watched again, whether it comes back alone or with
// a template.
func TestFolderComesBack(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	dir := t.TempDir()
	fn, text := filepath.Join(dir, "fn"), "Resources:\n  F: {Type: AWS::Serverless::Function, Properties: {CodeUri: fn, Runtime: provided.al2023}}\n"
	source := func(program string) {
		require.NoError(t, os.Mkdir(fn, 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(fn, "go.mod"), []byte("module example.com/fn\n\ngo 1.26\n"), 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(fn, "main.go"), []byte(program), 0o600))
	}
	template := filepath.Join(dir, "template.yaml")
	write(t, template, text)
	source(program)
	s := start(t, "start", "-addr", "127.0.0.1:0", template)
	s.until(t, "watching the template and the sources")
	for _, name := range []string{"one", "two"} {
		if name == "two" { // in two steps, between which it is built
			require.NoError(t, os.Remove(filepath.Join(fn, "go.mod")))
			require.NoError(t, os.Remove(filepath.Join(fn, "main.go")))
			s.until(t, "F keeps running as it was")
		}
		require.NoError(t, os.RemoveAll(fn))
		s.until(t, "there is no folder "+fn)
		source("package main\n\nfunc main() { " + name + "() }\n")
		s.until(t, "undefined: "+name)
	}
	require.NoError(t, os.Remove(template))
	s.until(t, "is not used")
	require.NoError(t, os.RemoveAll(fn))
	s.until(t, "there is no folder "+fn)
	source("package main\n\nfunc main() { three() }\n")
	write(t, template, text)
	s.until(t, "undefined: three")
	require.NoError(t, os.WriteFile(filepath.Join(fn, "main.go"), []byte("package main\n\nfunc main() { four() }\n"), 0o600))
	s.until(t, "undefined: four")
	s.drain()
	require.Equal(t, exitOK, s.stop())
}
