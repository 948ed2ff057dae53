package router

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The tables of other routers, in their pattern languages. What their languages
// can say and API Gateway's cannot must be refused at registration; everything else
// must be answered as they answer it, but for the rules on slashes at the end, which
// are API Gateway's.

// A foreignCase is a request and what the other router answers.
type foreignCase struct {
	method, path string
	theirs       string // the matched pattern, "" for none
	params       map[string]string
}

var rest = regexp.MustCompile(`\{(\w*)\.\.\.\}$`)

// beyond is what the languages of the others have and API Gateway's has not: hosts,
// variables that share a segment with text, regular expressions, a
// name that stands twice, empty segments.
var beyond = regexp.MustCompile(`^(\S+\s+)?[^/\s]+\.com/|[^/]\{|\}[^/]|\{\w+:.*\}|\{id\}/\{id\}|//|%|\t`)

// inServeMux says what a pattern of net/http means here: a slash at the end stands
// for everything below, {$} for just the path.
func inServeMux(p string) (ours []string) {
	if exact, ok := strings.CutSuffix(p, "{$}"); ok {
		return []string{exact}
	}
	p = rest.ReplaceAllString(p, "{$1+}")
	if strings.HasSuffix(p, "/") {
		return []string{p, p + "{below+}"}
	}
	return []string{p}
}

// inChi says what a pattern of chi means here: an asterisk at the end stands for
// everything below, nothing included.
func inChi(p string) (ours []string) {
	if above, ok := strings.CutSuffix(p, "*"); ok {
		return []string{above, above + "{below+}"}
	}
	return []string{p}
}

// replay registers the routes that this router can have, sees that it refuses the
// others, and asks for the cases. It returns how many it could ask for.
func replay(t *testing.T, translate func(string) []string, routes []string, cases []foreignCase) (asked int) {
	t.Helper()
	var r Router
	var got *Request
	note := func(_ context.Context, req *Request) (*Response, error) { got = req; return nil, nil }
	known := map[string]bool{}
	partial := false
	for _, theirs := range routes {
		for _, ours := range translate(theirs) {
			err := registration(&r, ours, note)
			unfit := beyond.MatchString(ours)
			if want := unfit || known[shape(ours)]; want == (err == nil) {
				t.Errorf("%q: %v; refused should be %t", ours, err, want)
			}
			partial = partial || unfit
			known[shape(ours)] = true
		}
	}
	for _, c := range cases {
		if reason := outside(c, known, partial); reason != "" {
			t.Logf("not asked: %s %s, theirs %q: %s", c.method, c.path, c.theirs, reason)
			continue
		}
		asked++
		got = nil
		req := &http.Request{Method: strings.ToUpper(c.method), URL: &url.URL{Path: c.path}, Header: http.Header{}}
		r.ServeHTTP(httptest.NewRecorder(), req)
		_, theirs, methods := strings.Cut(c.theirs, " ")
		if !methods {
			theirs = c.theirs
		}
		if got == nil {
			if c.theirs != "" {
				t.Errorf("%s %s: no route, want %q", c.method, c.path, c.theirs)
			}
			continue
		}
		if want := translate(theirs); !slices.ContainsFunc(want, func(p string) bool { return shape(p) == shape(got.Route()) }) {
			t.Errorf("%s %s: %q, want one of %q", c.method, c.path, got.Route(), want)
		}
		for name, want := range c.params {
			if strings.Contains(got.Route(), "{"+name) && got.PathValue(name) != strings.TrimPrefix(want, "/") {
				t.Errorf("%s %s: %s is %q, want %q", c.method, c.path, name, got.PathValue(name), want)
			}
		}
	}
	return asked
}

var names = regexp.MustCompile(`\{\w+`)

// shape is a pattern without what makes no difference: the names of its variables
// and a slash at its end.
func shape(pattern string) string {
	return strings.TrimSuffix(names.ReplaceAllString(pattern, "{"), "/")
}

// outside says why a case asks for what API Gateway's rules do not have. known are
// the shapes of the routes; partial tells that some of them are refused here.
func outside(c foreignCase, known map[string]bool, partial bool) string {
	switch {
	case beyond.MatchString(c.theirs):
		return "its pattern is refused here"
	case partial && c.theirs == "":
		return "a miss, where some routes are refused here"
	case c.theirs == "" && known[shape(c.path)], strings.HasSuffix(c.path, "/") && !strings.HasSuffix(c.theirs, "/"):
		return "a slash at the end means nothing here"
	}
	return ""
}

// registration registers a pattern and returns what it panics with.
func registration(r *Router, pattern string, h Handler) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%v", v)
		}
	}()
	r.Handle(pattern, h)
	return nil
}

func TestServeMuxTable(t *testing.T) {
	var table struct {
		ParseOK    []string                   `json:"parse_ok"`
		ParseError []struct{ Pattern string } `json:"parse_error"`
		Conflicts  []struct{ P1, P2 string }  `json:"conflicts"`
		Match      []struct {
			Routes []string
			Cases  []struct {
				Method, Host, Path, Pattern string
				Values                      []string
			}
		}
	}
	shared(t, &table, "router", "servemux.json")
	for _, c := range table.ParseError {
		if registration(new(Router), c.Pattern, echo) == nil {
			t.Errorf("the pattern %q is not refused", c.Pattern)
		}
	}
	for _, p := range table.ParseOK {
		for _, ours := range inServeMux(p) {
			if err := registration(new(Router), ours, echo); beyond.MatchString(p) == (err == nil) {
				t.Errorf("%q: %v", ours, err)
			}
		}
	}
	asked := 0
	for _, set := range table.Match {
		var cases []foreignCase
		for _, c := range set.Cases {
			cases = append(cases, foreignCase{method: c.Method, path: c.Path, theirs: c.Pattern})
		}
		asked += replay(t, inServeMux, set.Routes, cases)
	}
	if asked < 30 {
		t.Errorf("only %d requests were asked", asked)
	}
}

func TestHTTPRouterTable(t *testing.T) {
	var table struct {
		Sets []struct {
			Routes []string
			Ours   []string `json:"apigw_routes"`
			Cases  []struct {
				Path   string
				Theirs string `json:"apigw_pattern"`
				Params map[string]string
			}
		}
	}
	shared(t, &table, "router", "httprouter.json")
	asked := 0
	for _, set := range table.Sets {
		var cases []foreignCase
		for _, c := range set.Cases {
			cases = append(cases, foreignCase{"GET", c.Path, c.Theirs, c.Params})
		}
		asked += replay(t, func(p string) []string { return []string{p} }, set.Ours, cases)
	}
	if asked < 22 {
		t.Errorf("only %d requests were asked", asked)
	}
}

func TestChiTable(t *testing.T) {
	var table struct {
		Sets []struct {
			Routes []struct{ Method, Pattern string }
			Cases  []struct {
				Method, Path, Pattern string
				Params                map[string]string
			}
		}
	}
	shared(t, &table, "router", "chi_tree.json")
	asked := 0
	for _, set := range table.Sets {
		var routes []string
		for _, rt := range set.Routes {
			routes = append(routes, rt.Method+" "+rt.Pattern)
		}
		var cases []foreignCase
		for _, c := range set.Cases {
			if value, ok := c.Params["*"]; ok {
				c.Params["below"] = value
			}
			cases = append(cases, foreignCase{c.Method, c.Path, c.Pattern, c.Params})
		}
		asked += replay(t, inChi, routes, cases)
	}
	if asked < 38 {
		t.Errorf("only %d requests were asked", asked)
	}
}
