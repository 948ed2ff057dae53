package router

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// corpora returns hostile strings: the project's own, and the collected ones that may
// lie beside a checkout.
func corpora(t *testing.T) []string {
	t.Helper()
	all := append([]string{}, hostile...)
	root := filepath.Join("..", "..", "shared", "data", "corpora")
	naughty, err := os.ReadFile(filepath.Join(root, "blns", "blns.json"))
	if os.IsNotExist(err) {
		t.Log("the corpora are not beside this checkout: only the package's own strings are sent")
		return all
	}
	var list []string
	if err := json.Unmarshal(naughty, &list); err != nil {
		t.Fatal(err)
	}
	all = append(all, list...)
	files, err := filepath.Glob(filepath.Join(root, "payloads", "*"))
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, strings.Split(string(data), "\n")...)
	}
	if len(all) < 600 {
		t.Fatalf("only %d strings", len(all))
	}
	return all
}

// Every string of the corpora, everywhere a client can put it, at every source: the
// handler gets it as it was sent or the client gets a 4xx; nothing is redirected and no
// line break passes.
func TestCorpora(t *testing.T) {
	var got *Request
	r := New(CORS(CORSConfig{Origins: []string{"https://example.com", "https://api.example.com"}, Credentials: true}))
	r.Handle("/users/{id}", func(_ context.Context, req *Request) (*Response, error) { got = req; return Text(200, "one"), nil })
	r.Handle("/typed/{id}", JSON(func(_ context.Context, in everything) (everything, error) { return in, nil }))
	r.Handle("/{proxy+}", func(context.Context, *Request) (*Response, error) { return Text(200, "any"), nil })
	for _, s := range corpora(t) {
		for source, base := range allEvents {
			send := func(what string, changes map[string]any) {
				t.Helper()
				got = nil
				event := mergeEvent(t, base, marshal(t, changes))
				out, err := r.Invoke(t.Context(), event)
				if msg := invalidAnswer(out); err != nil || msg != "" {
					t.Fatalf("%s: %q as %s: %v, %s: %.300s", source, s, what, err, msg, out)
				}
				if status := jsonOf(t, string(out)).(map[string]any)["statusCode"].(float64); status >= 500 {
					t.Errorf("%s: %q as %s: %s", source, s, what, out)
				}
				if strings.Contains(string(out), `"Location"`) || strings.Contains(string(out), `"Access-Control-Allow-Origin":"`) && s != "https://example.com" && s != "https://api.example.com" {
					t.Errorf("%s: %q as %s: %s", source, s, what, out)
				}
			}
			sent := jsonText(s)
			send("a raw path", pathChange(base, "/"+s))
			send("a path", pathChange(base, "/users/"+spelled(base, s)))
			if plain := trimSlash(s); plain != "" && (source != "HTTP" || !strings.Contains(s, "/")) && utf8.ValidString(s) {
				if got == nil || got.PathValue("id") != s || strings.Contains(s, "/") && got.Route() != "/users/{id}" {
					t.Errorf("%s: %q as a path variable reached %v", source, s, got)
				}
			}
			query := url.QueryEscape(s)
			send("a query", map[string]any{"rawQueryString": query + "=" + query, "queryStringParameters": queryMap(source, s)})
			send("a raw query", map[string]any{"rawQueryString": s, "queryStringParameters": map[string]any{s: s}})
			send("a header", mergePath(base, "/users/1", map[string]any{"headers": map[string]any{"x-a": s, "origin": s, "accept-encoding": s, "if-none-match": s, "content-encoding": s}}))
			if source != "Lattice" && (got == nil || got.Header("X-A") != sent) {
				t.Errorf("%s: %q as a header", source, s)
			}
			send("a header's name", map[string]any{"headers": map[string]any{s: s}})
			send("a cookie", map[string]any{"headers": map[string]any{"cookie": "sid=" + s}, "cookies": []string{"sid=" + s}})
			send("a body", mergePath(base, "/typed/1", map[string]any{"body": s}))
			send("a body in base64", mergePath(base, "/typed/1", map[string]any{"body": s, "isBase64Encoded": true}))
			send("a field", mergePath(base, "/typed/1", map[string]any{"body": marshal(t, map[string]any{"name": s, "age": s, s: s})}))
		}
	}
}

// jsonText is what becomes of a string on its way through JSON: invalid UTF-8 is
// replaced.
func jsonText(s string) string { return string([]rune(s)) }

// spelled is a path segment as the source of an event spells it.
func spelled(base, s string) string {
	if base == httpEvent {
		return s
	}
	return url.PathEscape(s)
}

func pathChange(base, path string) map[string]any {
	if base == httpEvent || base == urlEvent {
		return map[string]any{"rawPath": path}
	}
	return map[string]any{"path": path}
}

func mergePath(base, path string, changes map[string]any) map[string]any {
	for key, value := range pathChange(base, path) {
		changes[key] = value
	}
	return changes
}

func queryMap(source, s string) map[string]any {
	if source == "ALB" {
		s = url.QueryEscape(s)
	}
	return map[string]any{s: s}
}

// FuzzBind binds a request's parts to every kind of field. A fault of the client is a
// 400 or 422, never a 5xx.
func FuzzBind(f *testing.F) {
	f.Add("1", "limit=1&tag=a&since=2026-01-02T03:04:05Z&ratio=1e3&on=true&small=255", `W/"x"`, "sid=a", `{"name":"Kim","age":1}`)
	f.Add("9223372036854775808", "small=256&ratio=NaN&on=yes&since=x&limit=", "", "sid", `{"name":1,"address":[]}`)
	var r Router
	r.Handle("/{id}", JSON(func(_ context.Context, in everything) (struct{}, error) { return struct{}{}, nil }))
	f.Fuzz(func(t *testing.T, id, query, header, cookie, body string) {
		event, err := json.Marshal(map[string]any{"rawPath": "/" + url.PathEscape(id), "rawQueryString": query,
			"headers": map[string]string{"if-match": header}, "cookies": []string{cookie}, "body": body,
			"requestContext": map[string]any{"domainName": "x.lambda-url.eu-west-1.on.aws", "http": map[string]string{"method": "POST"}}})
		if err != nil {
			t.Fatal(err)
		}
		out, err := r.Invoke(t.Context(), event)
		if err != nil {
			t.Fatal(err)
		}
		switch status := jsonOf(t, string(out)).(map[string]any)["statusCode"].(float64); status {
		case 204, 400, 404, 422:
		default:
			t.Errorf("%v: %s", status, out)
		}
	})
}

// FuzzCookie: a cookie that HTTP APIs send in a list is the one that others send in a
// header.
func FuzzCookie(f *testing.F) {
	for _, s := range []string{"a=b; sid=c", `sid="quoted"`, "sid=", "sid", ";;sid=x", "sid=a;sid=b", "Sid=a", " sid = a", "sid=a,b", "sid=\"a", "sid=ü", "sid\v"} {
		f.Add(s)
	}
	r := New()
	var got string
	r.Handle("/x", func(_ context.Context, req *Request) (*Response, error) {
		value, ok := req.Cookie("sid")
		got = fmt.Sprint(value, ok)
		return nil, nil
	})
	f.Fuzz(func(t *testing.T, line string) {
		quoted := marshal(t, line)
		var all []string
		for _, event := range []string{
			`{"version":"2.0","routeKey":"$default","rawPath":"/x","cookies":[` + quoted + `],"requestContext":{"http":{"method":"GET"}}}`,
			`{"httpMethod":"GET","path":"/x","multiValueHeaders":{"cookie":[` + quoted + `]},"requestContext":{}}`,
			`{"httpMethod":"GET","path":"/x","headers":{"Cookie":` + quoted + `},"requestContext":{"elb":{}}}`,
		} {
			if _, err := r.Invoke(t.Context(), []byte(event)); err != nil {
				t.Fatal(err)
			}
			all = append(all, got)
		}
		if all[0] != all[1] || all[0] != all[2] {
			t.Errorf("%q: %q", line, all)
		}
	})
}
