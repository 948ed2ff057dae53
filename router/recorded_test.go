package router

import (
	"bufio"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// One request that was captured live behind four ingresses at once.
func TestLiveEvents(t *testing.T) {
	var live struct {
		Events map[string]json.RawMessage
	}
	shared(t, &live, "router", "live_events_4_ingresses.json")
	want := url.Values{"repeat": {"one", "two"}, "redirect": {"https://example.com/a/b"}, "literalPlus": {"a b"}, "encodedPlus": {"a+b"}, "empty": {""}}
	sources := map[string]Source{"apigwv1": REST, "apigwv2": HTTP, "functionurl": FunctionURL, "alb": ALB}
	for name, source := range sources {
		req, answer := seen(t, live.Events[name], "POST /capture/{value}")
		if req == nil {
			t.Fatalf("%s: no route matched: %v", name, answer)
		}
		session, _ := req.Cookie("session")
		theme, _ := req.Cookie("theme")
		body, err := req.Body()
		if req.Source() != source || req.PathValue("value") != "space value" || !reflect.DeepEqual(req.Query(), want) || session != "abc123" || theme != "dark" ||
			!strings.HasPrefix(string(body), `{"message":"hello`) || err != nil {
			t.Errorf("%s: %v %q %v %s %s %s", name, req.Source(), req.PathValue("value"), req.Query(), session, theme, body)
		}
		probe := map[Source]string{REST: "first|second", ALB: "first|second"}[source]
		if probe == "" {
			probe = "first,second"
		}
		if got := strings.Join(req.Headers()["X-Voker-Probe"], "|"); got != probe {
			t.Errorf("%s: header %q, want %q", name, got, probe)
		}
	}
}

// Every recorded HTTP event is recognised and read as the struct of aws-lambda-go
// reads it; no other event reaches a handler.
func TestRecordedEvents(t *testing.T) {
	root := filepath.Join("..", "..", "shared", "data", "events")
	manifest, err := os.Open(filepath.Join(root, "MANIFEST.tsv"))
	if err != nil {
		t.Skip("the recorded events are not beside this checkout; the package's own tables are replayed")
	}
	defer manifest.Close()
	sources := map[string]Source{"alb": ALB, "alb-multivalue": ALB, "apigw-http-v1payload": REST, "apigw-http-v2": HTTP, "apigw-rest": REST, "function-url": FunctionURL,
		"vpc-lattice-v1": Lattice, "vpc-lattice-v2": Lattice}
	count := 0
	for lines := bufio.NewScanner(manifest); lines.Scan(); {
		kind, file, _ := strings.Cut(lines.Text(), "\t")
		if strings.HasPrefix(kind, "+") || strings.HasPrefix(kind, "[") || kind == "kind" ||
			strings.HasSuffix(file, "lambda__invalid.json") { // lacks rawPath, on purpose
			continue
		}
		data, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		var got *Request
		var r Router
		handler := func(_ context.Context, req *Request) (*Response, error) { got = req; return nil, nil }
		r.Handle("/", handler)
		r.Handle("/{proxy+}", handler)
		_, err = r.Invoke(t.Context(), data)
		source, isHTTP := sources[kind]
		switch {
		case !isHTTP && (err == nil || got != nil):
			t.Errorf("%s (%s) was taken for a %v request", file, kind, got.Source())
		case isHTTP && (err != nil || got == nil):
			t.Errorf("%s (%s): %v", file, kind, err)
		case isHTTP:
			count++
			if got.Source() != source {
				t.Errorf("%s: source %v, want %v", file, got.Source(), source)
			}
			checkRecorded(t, file, data, got)
		}
	}
	if count < 64 {
		t.Errorf("only %d HTTP events were replayed", count)
	}
}

func checkRecorded(t *testing.T, file string, data []byte, req *Request) {
	t.Helper()
	var ev struct {
		HTTPMethod, Path, Body string
		Method, RawPath        string
		LatticePath            string `json:"raw_path"`
		Headers                map[string]any
		MultiValueHeaders      map[string][]string
		IsBase64Encoded        bool
		LatticeBase64          bool `json:"is_base64_encoded"`
		RequestContext         struct {
			Path, Stage string
			HTTP        struct{ Method string }
		}
	}
	if err := json.Unmarshal(data, &ev); err != nil {
		t.Fatal(err)
	}
	method := cmp.Or(ev.RequestContext.HTTP.Method, ev.HTTPMethod, ev.Method)
	if req.Method() != method {
		t.Errorf("%s: method %s, want %s", file, req.Method(), method)
	}
	path := cmp.Or(ev.RawPath, ev.LatticePath)
	if path == "" {
		path = ev.Path
	}
	path = strings.TrimPrefix(strings.TrimSuffix(path, "/"), "/"+ev.RequestContext.Stage)
	if decoded, err := url.PathUnescape(path); req.Source() != HTTP && err == nil {
		path = decoded
	}
	if got := strings.TrimSuffix(req.Path(), "/"); !strings.HasSuffix("/"+strings.TrimPrefix(path, "/"), got) {
		t.Errorf("%s: path %q, want %q", file, req.Path(), path)
	}
	for name, value := range ev.Headers {
		if values, ok := value.([]any); ok {
			value = values[0]
		}
		if multi := ev.MultiValueHeaders[name]; len(multi) > 0 {
			value = multi[0]
		}
		if req.Header(name) != value {
			t.Errorf("%s: header %s is %q, want %q", file, name, req.Header(name), value)
		}
	}
	want := ev.Body
	if ev.IsBase64Encoded || ev.LatticeBase64 {
		raw, err := base64.StdEncoding.DecodeString(ev.Body)
		if err != nil {
			return // some collections mark plain text so
		}
		want = string(raw)
	}
	if body, err := req.Body(); err != nil || string(body) != want {
		t.Errorf("%s: body %q, %v, want %q", file, body, err, want)
	}
}
