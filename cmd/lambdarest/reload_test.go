package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
)

// reloadTemplate is one whose parts the tests replace.
const reloadTemplate = `
Globals: {Function: {CodeUri: fn/, Runtime: provided.al2023, Timeout: 20}}
Resources:
  Items: {Type: AWS::Serverless::SimpleTable}
  F:
    Type: AWS::Serverless::Function
    Properties:
      Environment: {Variables: {BOOTSTRAP: "yes", TABLE: one}}
      Events:
        Old: {Type: Api, Properties: {Path: /old, Method: any}}
  G:
    Type: AWS::Serverless::Function
    Properties:
      Environment: {Variables: {BOOTSTRAP: "yes"}}
      Events:
        Get: {Type: Api, Properties: {Path: /g, Method: any}}
`

// write replaces a file at once, as editors do.
func write(t *testing.T, name, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(name+"~", []byte(text), 0o600))
	require.NoError(t, os.Rename(name+"~", name))
}

func replace(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(reloadTemplate) }

type reloaded struct {
	*started
	name, url, dynamo string
}

func startReload(t *testing.T, template string, args ...string) reloaded {
	t.Helper()
	name := project(t, template)
	s := start(t, append(append([]string{"start", "-addr", "127.0.0.1:0"}, args...), name)...)
	out := s.until(t, "Ctrl-C")
	t.Cleanup(func() { s.drain(); require.Equal(t, exitOK, s.stop()) })
	s.until(t, "watching the template")
	find := func(re string) string { return regexp.MustCompile(re).FindStringSubmatch(out)[1] }
	return reloaded{s, name, find(`(http://127\.0\.0\.1:\d+) Serverless`), find(`(http://127\.0\.0\.1:\d+) DynamoDB`)}
}

// answer is what the function of TestMain says of itself.
type answer struct {
	Table   string
	Process int
}

func ask(t *testing.T, url, body string) answer {
	t.Helper()
	status, text := call(t, "POST", url, body)
	require.Equal(t, 200, status, text)
	var a answer
	require.NoError(t, json.Unmarshal([]byte(text), &a))
	return a
}

// TestReload: a changed template takes the place of the one that runs. A request under way is answered by the old
// function in the meantime; the function that has not changed keeps its process.
func TestReload(t *testing.T) {
	s := startReload(t, reloadTemplate)
	waits, release := make(chan bool, 1), make(chan bool)
	gate := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { waits <- true; <-release }))
	defer gate.Close()
	released := sync.OnceFunc(func() { close(release) })
	defer released() // Close waits for the handler
	warm := ask(t, s.url+"/g", "")
	dynamoDB(t, s.dynamo, "PutItem", `{"TableName":"Items","Item":{"id":{"S":"kept"}}}`)
	under := make(chan answer)
	go func() { defer close(under); under <- ask(t, s.url+"/old", "wait for "+gate.URL) }()
	<-waits

	write(t, s.name, replace("TABLE: one", "TABLE: two", "/old", "/new", "  Items:", "  More: {Type: AWS::Serverless::SimpleTable}\n  Items:"))
	out := s.until(t, "F starts anew")
	require.Contains(t, out, "reloaded "+s.name)
	require.Regexp(t, `- `+s.url+` ANY +/old +F\n`, out)
	require.Regexp(t, `\+ `+s.url+` ANY +/new +F\n`, out)
	require.Contains(t, out, "+ table More\n")
	require.NotRegexp(t, `[+-] .*/g +G\n`, out, "what is as it was is not reported")
	s.drain()

	require.Equal(t, "two", ask(t, s.url+"/new", "").Table)
	status, _ := call(t, "GET", s.url+"/old", "")
	require.Equal(t, 403, status)
	require.Equal(t, warm.Process, ask(t, s.url+"/g", "").Process, "a warm instance was lost")
	require.Contains(t, dynamoDB(t, s.dynamo, "GetItem", `{"TableName":"Items","Key":{"id":{"S":"kept"}}}`), "kept")
	require.Contains(t, dynamoDB(t, s.dynamo, "ListTables", `{}`), `"More"`)
	_, routes := call(t, "GET", s.url+consolePath+"api/routes", "")
	require.Contains(t, routes, `"/new"`)
	_, state := call(t, "GET", s.url+consolePath+"api/requests", "")
	require.Contains(t, state, `"deployment":2`)

	released()
	require.Equal(t, "one", (<-under).Table, "a request under way was answered by the new definition")
}

// TestHandedOver: a function that is handed over ends after the last request to it, and be that to the deployment before
// the one that had it last.
func TestHandedOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &function{Process: gateway.Function("none", nil)}
		deployed := func(functions map[string]*function) *deployment {
			return &deployment{functions: functions, lambda: new(gateway.InvokeAPI), over: make(chan struct{})}
		}
		s := &system{processes: make(map[*gateway.Process]bool)}
		s.replace(deployed(map[string]*function{"F": f}))
		first := s.use()
		s.replace(deployed(map[string]*function{"F": f}))
		s.replace(deployed(nil))
		synctest.Wait()
		require.True(t, s.processes[f.Process], "ended under a request")
		first.users.Done()
		synctest.Wait()
		require.Empty(t, s.processes)
	})
}

// TestReloadBroken: a template that cannot be used leaves what runs alone, and is tried again when it, or the code that it
// names, is mended.
func TestReloadBroken(t *testing.T) {
	s := startReload(t, reloadTemplate)
	before := ask(t, s.url+"/old", "")
	for _, row := range []struct{ template, want string }{
		{"Resources: [", "template.yaml:1:1: did not find expected node content"},
		{replace("Timeout: 20", "Timeout: soon"), `template.yaml:2:71: Resources.F.Properties.Timeout: expected a whole number from 1 to 900, got "soon"`},
		{"Resources: {T: {Type: AWS::Serverless::SimpleTable}}", "no function and no API"},
		{replace("CodeUri: fn/", "CodeUri: later/"), "there is no folder"},
	} {
		write(t, s.name, row.template)
		out := s.until(t, "is not used: the one before it keeps running")
		require.Contains(t, out, row.want)
		require.Equal(t, before, ask(t, s.url+"/old", ""))
		s.until(t, "/old")
	}
	write(t, s.name, reloadTemplate)
	s.until(t, "reloaded")
	require.Equal(t, before.Process, ask(t, s.url+"/old", "").Process)
}

// TestReloadAPIs: an API that is added gets the next address, and one that is gone gives its own back.
func TestReloadAPIs(t *testing.T) {
	s := startReload(t, reloadTemplate)
	write(t, s.name, replace("/old, Method: any}}", "/old, Method: any}}\n        H: {Type: HttpApi}"))
	out := s.until(t, "$default")
	url := regexp.MustCompile(`\+ (http://\S+) +\$default`).FindStringSubmatch(out)[1]
	_, body := call(t, "GET", url+"/any", "")
	require.Contains(t, body, `"routeKey":"$default"`)
	s.until(t, "/any")
	write(t, s.name, reloadTemplate)
	s.until(t, "- "+url)
	s.drain()
	require.Eventually(t, func() bool { _, err := http.Get(url); return err != nil }, time.Minute, 10*time.Millisecond)
	ask(t, s.url+"/old", "")
}

// TestReloadIncluded: a file that the template names is a part of it, also when it was broken before.
func TestReloadIncluded(t *testing.T) {
	const definition = "openapi: 3.0.1\npaths:\n  /PATH:\n    get:\n      x-amazon-apigateway-integration: {type: mock, requestTemplates: {application/json: '{\"statusCode\": 200}'}}\n"
	name := project(t, "Resources:\n  Api: {Type: AWS::Serverless::Api, Properties: {StageName: p, DefinitionUri: api.yaml}}\n")
	api := filepath.Join(filepath.Dir(name), "api.yaml")
	write(t, api, strings.Replace(definition, "PATH", "one", 1))
	s := start(t, "start", "-addr", "127.0.0.1:0", "-o", "json", name)
	url := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(s.until(t, `"event":"ready"`))
	s.until(t, "watching the template")
	write(t, api, strings.Replace(definition, "PATH", "one}", 1))
	s.until(t, "is not used")
	write(t, api, strings.Replace(definition, "PATH", "two", 1))
	require.Contains(t, s.until(t, `"event":"reloaded"`), `"path":"/two"`)
	s.drain()
	status, _ := call(t, "GET", url+"/two", "")
	require.Equal(t, 200, status)
	require.Equal(t, exitOK, s.stop())
}

// TestReloadFolder: the folder of the template may go and come back, as with a branch of git.
func TestReloadFolder(t *testing.T) {
	s := startReload(t, reloadTemplate)
	dir := filepath.Dir(s.name)
	require.NoError(t, os.Rename(dir, dir+"~"))
	s.until(t, "is not used")
	write(t, filepath.Join(dir+"~", "template.yaml"), replace("/old", "/while-it-was-gone"))
	require.NoError(t, os.Rename(dir+"~", dir))
	s.until(t, "/while-it-was-gone")
	write(t, s.name, replace("/old", "/later"))
	s.until(t, "/later")
}

// TestReloadFolderBesideOneThatStaysAway: a folder comes back, while one that an earlier template had never does.
func TestReloadFolderBesideOneThatStaysAway(t *testing.T) {
	apis := t.TempDir()
	write(t, filepath.Join(apis, "api.yaml"), "openapi: 3.0.1\npaths: {/api: {get: {x-amazon-apigateway-integration: {type: mock}}}}\n")
	s := startReload(t, reloadTemplate+"  Api: {Type: AWS::Serverless::Api, Properties: {StageName: p, DefinitionUri: ../"+filepath.Base(apis)+"/api.yaml}}\n")
	write(t, s.name, reloadTemplate)
	s.until(t, "- ")
	require.NoError(t, os.RemoveAll(apis))
	s.until(t, "reloaded")
	dir := filepath.Dir(s.name)
	require.NoError(t, os.Rename(dir, dir+"~"))
	s.until(t, "is not used")
	write(t, filepath.Join(dir+"~", "template.yaml"), replace("/old", "/while-it-was-gone"))
	require.NoError(t, os.Rename(dir+"~", dir))
	s.until(t, "/while-it-was-gone")
}

// A lineHook does something when a line is about to be printed, before what prints it goes on.
type lineHook struct {
	lineWriter
	text string
	do   func()
}

func (w *lineHook) Write(b []byte) (int, error) {
	if w.do != nil && strings.Contains(string(b), w.text) {
		w.do()
		w.do = nil
	}
	return w.lineWriter.Write(b)
}

// TestReloadFolderBackAtOnce: a folder that comes back between the failed look for the template and the look for the
// folder is read again, too.
func TestReloadFolderBackAtOnce(t *testing.T) {
	name := project(t, reloadTemplate)
	dir := filepath.Dir(name)
	s := &started{lines: make(chan string, 16)}
	stderr := &lineHook{s.lines, "is not used", func() {
		write(t, filepath.Join(dir+"~", "template.yaml"), replace("/old", "/back-at-once"))
		if err := os.Rename(dir+"~", dir); err != nil {
			t.Error(err)
		}
	}}
	ctx, cancel := context.WithCancel(t.Context())
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"start", "-addr", "127.0.0.1:0", name}, lineWriter(s.lines), stderr)
	}()
	s.until(t, "watching the template")
	require.NoError(t, os.Rename(dir, dir+"~"))
	s.until(t, "/back-at-once")
	s.drain()
	cancel()
	require.Equal(t, exitOK, <-code)
}

// TestReloadSchedules: a schedule that stays fires on, one that is gone does not, one that is new does.
func TestReloadSchedules(t *testing.T) {
	tick := func(names ...string) string {
		var events strings.Builder
		for _, name := range names {
			events.WriteString("\n        " + name + `: {Type: Schedule, Properties: {Schedule: "rate(1 hour)"}}`)
		}
		return replace("/g, Method: any}}", "/g, Method: any}}"+events.String())
	}
	s := startReload(t, tick("Stays", "Goes"), "-schedules")
	write(t, s.name, tick("Stays", "Comes"))
	out := s.until(t, "+ Comes of G")
	require.Contains(t, out, "- Goes of G: rate(1 hour)")
	require.NotContains(t, out, "Stays")
}

// dynamoDB calls the embedded engine.
func dynamoDB(t *testing.T, url, operation, request string) string {
	t.Helper()
	status, body := call(t, "POST", url, request, "X-Amz-Target", "DynamoDB_20120810."+operation, "Content-Type", "application/x-amz-json-1.0",
		"Authorization", "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0", "X-Amz-Date", "20260101T000000Z")
	require.Equal(t, 200, status, body)
	return body
}
