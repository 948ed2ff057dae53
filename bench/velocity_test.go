package bench

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lambdarest/lambdarest/bench/internal/figure"
	"github.com/lambdarest/lambdarest/mapping/vtl"
)

// passthroughInput is a request of about 1 KB, as the console's template sees it.
func passthroughInput() vtl.Input {
	return vtl.Input{
		Body:   []byte(`{"id":17,"name":"Ada","email":"ada@example.com","tags":["a","b","c"],"note":"` + strings.Repeat("lorem ipsum ", 30) + `"}`),
		Path:   map[string]string{"id": "17"},
		Query:  map[string]string{"limit": "10", "next": "abc"},
		Header: map[string]string{"Host": "api.example.com", "User-Agent": "curl/8.5.0", "Accept": "*/*", "Content-Type": "application/json", "X-Forwarded-For": "192.0.2.1", "X-Amzn-Trace-Id": "Root=1-5759e988-bd862e3fe1be46a994272793"},
		Context: map[string]any{
			"apiId": "a1b2c3", "httpMethod": "POST", "stage": "prod", "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
			"resourceId": "res", "resourcePath": "/users/{id}", "authorizer": map[string]any{},
			"identity": map[string]any{"sourceIp": "192.0.2.1", "userAgent": "curl/8.5.0"},
		},
		StageVariables: map[string]string{"table": "users", "region": "eu-central-1"},
	}
}

// TestPassthroughAgainstVelocityJS renders the console's passthrough template, parsed before, with vtl and with velocityjs
// in turns, and compares the medians.
func TestPassthroughAgainstVelocityJS(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some seconds: nothing is compared with velocityjs")
	}
	tpl, err := vtl.Parse("passthrough.vtl", vtl.Passthrough)
	if err != nil {
		t.Fatal(err)
	}
	in := passthroughInput()
	js := startVelocityJS(t, in)
	sameJSON(t, tpl, in, js.first(t))

	const rounds, each = 15, 1000
	var ours, theirs []float64
	for range rounds {
		start := time.Now()
		for range each {
			if _, err := tpl.Render(in); err != nil {
				t.Fatal(err)
			}
		}
		ours = append(ours, float64(time.Since(start).Nanoseconds())/each)
		theirs = append(theirs, js.round(t, each))
		figure.Print("VelocityJS/vtl", ours[len(ours)-1], "ns/op")
		figure.Print("VelocityJS/velocityjs", theirs[len(theirs)-1], "ns/op")
	}
	ratio := median(theirs) / median(ours)
	t.Logf("vtl %.1f µs, velocityjs %.1f µs, ratio %.1f", median(ours)/1000, median(theirs)/1000, ratio)
	promise(t, ratio >= 5, "%.1f times as fast as velocityjs, not 5 times", ratio)
	if ratio < 1 {
		t.Errorf("%.1f times as fast as velocityjs", ratio)
	}
}

// sameJSON makes sure that both do the same work.
func sameJSON(t *testing.T, tpl *vtl.Template, in vtl.Input, theirs string) {
	t.Helper()
	out, err := tpl.Render(in)
	if err != nil {
		t.Fatal(err)
	}
	var a, b map[string]any
	if err := json.Unmarshal(out.Body, &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(theirs), &b); err != nil {
		t.Fatalf("velocityjs: %v in %s", err, theirs)
	}
	for _, member := range []string{"body-json", "params", "stage-variables"} { // undefined context is printed as it is written
		if fmt.Sprint(a[member]) != fmt.Sprint(b[member]) {
			t.Fatalf("%s: vtl renders %v, velocityjs %v", member, a[member], b[member])
		}
	}
}

type velocityJS struct {
	in  io.Writer
	out *bufio.Scanner
}

func (js *velocityJS) line(t *testing.T) string {
	t.Helper()
	if !js.out.Scan() {
		t.Fatalf("velocityjs ended: %v", js.out.Err())
	}
	return js.out.Text()
}

func (js *velocityJS) first(t *testing.T) (rendered string) {
	t.Helper()
	if err := json.Unmarshal([]byte(js.line(t)), &rendered); err != nil {
		t.Fatal(err)
	}
	return rendered
}

// round returns the nanoseconds of one of n renderings.
func (js *velocityJS) round(t *testing.T, n int) float64 {
	t.Helper()
	fmt.Fprintln(js.in, n)
	ns, err := strconv.ParseFloat(js.line(t), 64)
	if err != nil {
		t.Fatal(err)
	}
	return ns
}

// startVelocityJS starts velocityjs in node, with the template and the request. npm installs it into the user's cache.
func startVelocityJS(t *testing.T, in vtl.Input) *velocityJS {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skipf("no folder for velocityjs (%v): nothing is compared with it", err)
	}
	dir := filepath.Join(cache, "lambdarest", "velocityjs")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Skipf("no folder for velocityjs (%v): nothing is compared with it", err)
	}
	for _, name := range []string{"package.json", "package-lock.json", "render.mjs"} {
		src, err := os.ReadFile(filepath.Join("velocityjs", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), src, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "velocityjs")); err != nil {
		install := exec.CommandContext(t.Context(), "sh", "-c", "npm ci --silent --no-audit --no-fund || npm ci --silent --no-audit --no-fund")
		install.Dir = dir
		if out, err := install.CombinedOutput(); err != nil { // twice: networks have bad moments
			t.Skipf("npm does not install velocityjs (%v: %s): nothing is compared with it", err, out)
		}
	}
	cmd := exec.CommandContext(t.Context(), "node", "render.mjs")
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Skipf("node does not start (%v): nothing is compared with velocityjs", err)
	}
	t.Cleanup(func() { _ = stdin.Close(); _ = cmd.Wait() })
	js := &velocityJS{stdin, bufio.NewScanner(stdout)}
	js.out.Buffer(nil, 1<<20)
	request, err := json.Marshal(map[string]any{
		"template": vtl.Passthrough, "body": string(in.Body), "path": in.Path, "query": in.Query, "header": in.Header,
		"context": in.Context, "stageVariables": in.StageVariables,
	})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(stdin, "%s\n", request)
	return js
}
