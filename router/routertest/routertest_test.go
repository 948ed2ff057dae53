package routertest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/lambdarest/lambdarest/router"
	"github.com/lambdarest/lambdarest/router/routertest"
)

type user struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

func app() *router.Router {
	r := router.New(router.Recover())
	r.Post("/users/{id}", func(_ context.Context, req *router.Request) (*router.Response, error) {
		body, err := req.Body()
		sid, _ := req.Cookie("sid")
		sub, _ := req.Claim("sub")
		resp := router.Text(201, fmt.Sprintf("%v|%s|%s|%v|%s|%s|%s|%s|%s|%s", req.Source(), req.Path(), req.PathValue("id"), req.Query()["q"], body,
			req.Header("X-A"), sid, sub, req.SourceIP(), req.StageVariable("table")))
		resp.Header["Set-Cookie"] = []string{"a=1", "b=2"}
		return resp, err
	})
	r.Get("/json", router.JSON(func(context.Context, struct{}) (user, error) { return user{1, "Kim"}, nil }))
	return r
}

// The same request from every source reads the same to the function, and the
// answer to the client.
func TestEverySource(t *testing.T) {
	for _, source := range []router.Source{router.REST, router.HTTP, router.FunctionURL, router.ALB, router.Lattice} {
		for _, multi := range []bool{false, source == router.ALB} {
			req := routertest.NewRequest("POST", "/users/a%20b+%ED%95%9C?q=1+2&q=%26", `{"x":"한"}`).From(source).
				Header("X-A", "v").Header("Cookie", "sid=s1").Claims(map[string]string{"sub": "u1"}).Stage("dev", map[string]string{"table": "t1"})
			if multi {
				req.MultiValue()
			}
			sub, ip, table, query := "u1", "192.0.2.1", "t1", "1 2 &"
			switch source {
			case router.ALB, router.Lattice:
				sub, ip, table = "", "", ""
				if source == router.ALB && !multi {
					query = "&" // the single-value form has the last value only
				}
			case router.FunctionURL:
				table = ""
			}
			want := fmt.Sprintf(`%v|/users/a b+한|a b+한|[%s]|{"x":"한"}|v|s1|%s|%s|%s`, source, query, sub, ip, table)
			routertest.Do(t, app(), req).Expect(201).Text(want).HasHeader("Set-Cookie", "a=1", "b=2")
		}
	}
}

func TestEncodedSlash(t *testing.T) {
	for _, source := range []router.Source{router.REST, router.FunctionURL, router.ALB, router.Lattice} {
		resp := routertest.Do(t, app(), routertest.Post("/users/a%2Fb", nil).From(source)).Expect(201)
		if !strings.Contains(string(resp.Body), "|/users/a/b|a/b|") {
			t.Errorf("%v: %s", source, resp.Body)
		}
	}
}

func TestBasePath(t *testing.T) {
	resp := routertest.Do(t, app(), routertest.Post("/users/7", nil).BasePath("/shop")).Expect(201)
	if !strings.Contains(string(resp.Body), "|/users/7|7|") {
		t.Errorf("%s", resp.Body)
	}
}

func TestBodies(t *testing.T) {
	echo := router.New()
	echo.Handle("/{proxy+}", func(_ context.Context, req *router.Request) (*router.Response, error) {
		body, err := req.Body()
		return &router.Response{Status: 200, Header: http.Header{"Content-Type": {"application/octet-stream"}, "X-Type": {req.Header("Content-Type")}}, Body: body}, err
	})
	for _, tt := range []struct {
		body            any
		want, mediaType string
	}{
		{nil, "", ""}, {"text", "text", ""}, {[]byte("\xff\x00"), "\xff\x00", ""}, {user{1, "Kim"}, `{"id":1,"name":"Kim"}`, "application/json"},
	} {
		for _, source := range []router.Source{router.REST, router.HTTP, router.FunctionURL, router.ALB, router.Lattice} {
			routertest.Do(t, echo, routertest.Put("/x", tt.body).From(source)).Expect(200).Text(tt.want).HasHeader("X-Type", tt.mediaType)
		}
	}
}

func TestGolden(t *testing.T) {
	routertest.Do(t, app(), routertest.Get("/json")).Golden("json")
	t.Chdir(t.TempDir())
	t.Setenv("UPDATE_GOLDEN", "1")
	routertest.Do(t, app(), routertest.Get("/nowhere")).Golden("deep/nowhere")
	t.Setenv("UPDATE_GOLDEN", "")
	routertest.Do(t, app(), routertest.Get("/nowhere")).Golden("deep/nowhere")
	for name, test := range map[string]func(testing.TB){
		"not as in testdata/deep/nowhere.golden": func(t testing.TB) { routertest.Do(t, app(), routertest.Get("/json")).Golden("deep/nowhere") },
		"UPDATE_GOLDEN=1 go test writes it":      func(t testing.TB) { routertest.Do(t, app(), routertest.Get("/json")).Golden("missing") },
	} {
		if got := failure(test); !strings.Contains(got, name) {
			t.Errorf("%s", got)
		}
	}
}

func TestFromHTTP(t *testing.T) {
	r, err := http.NewRequest("POST", "http://example.com/users/a%2Fb?q=1", strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-A", "v")
	resp := routertest.Do(t, app(), routertest.FromHTTP(r)).Expect(201)
	if want := "|/users/a/b|a/b|[1]|body|v|"; !strings.Contains(string(resp.Body), want) {
		t.Errorf("%s", resp.Body)
	}
	get, _ := http.NewRequest("GET", "/json", nil)
	routertest.Do(t, app(), routertest.FromHTTP(get)).Expect(200)

	var client router.Router
	client.Get("/", func(_ context.Context, req *router.Request) (*router.Response, error) {
		return router.Text(200, req.Header("Host")+" "+req.SourceIP()), nil
	})
	for want, req := range map[string]*http.Request{
		"shop.example 198.51.100.7": {Method: "GET", URL: &url.URL{Path: "/"}, Host: "shop.example", RemoteAddr: "198.51.100.7:80"},
		"example.com 192.0.2.1":     {Method: "GET", URL: &url.URL{Path: "/"}},
	} {
		for _, source := range []router.Source{router.REST, router.HTTP, router.FunctionURL} {
			routertest.Do(t, &client, routertest.FromHTTP(req).From(source).Header("X-A", "v")).Text(want)
		}
	}
}

// A recorder is a testing.TB that notes failures instead of failing.
type recorder struct {
	testing.TB
	ended    bool
	messages []string
}

func (r *recorder) Helper()                  {}
func (r *recorder) Name() string             { return "recorder" }
func (r *recorder) Context() context.Context { return context.Background() }
func (r *recorder) Errorf(format string, args ...any) {
	r.messages = append(r.messages, fmt.Sprintf(format, args...))
}
func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	r.ended = true
	panic(r)
}

type function func(context.Context, []byte) ([]byte, error)

func (f function) Invoke(ctx context.Context, payload []byte) ([]byte, error) { return f(ctx, payload) }

func TestFailuresAreReported(t *testing.T) {
	answer := func(s string) function {
		return func(context.Context, []byte) ([]byte, error) { return []byte(s), nil }
	}
	for _, tt := range []struct {
		name string
		test func(t testing.TB)
		want string
	}{
		{"function error", func(t testing.TB) {
			routertest.Do(t, function(func(context.Context, []byte) ([]byte, error) { return nil, errors.New("boom") }), routertest.Get("/"))
		}, "GET /: the function failed: boom"},
		{"refused by the gateway", func(t testing.TB) { routertest.Do(t, answer(`{"wrong":1}`), routertest.Get("/")) }, `answer: {"wrong":1}`},
		{"status", func(t testing.TB) { routertest.Do(t, app(), routertest.Get("/nowhere")).Expect(200) }, "status 404, want 200\nbody: {"},
		{"JSON", func(t testing.TB) { routertest.Do(t, app(), routertest.Get("/json")).JSON(`{"id":2,"name":"Kim"}`) }, "routertest: GET /json: body"},
		{"text", func(t testing.TB) { routertest.Do(t, app(), routertest.Get("/json")).Text("x") }, "routertest: GET /json: body"},
		{"header", func(t testing.TB) { routertest.Do(t, app(), routertest.Get("/json")).HasHeader("Content-Type", "x") }, "header Content-Type"},
		{"target", func(t testing.TB) { routertest.Do(t, app(), routertest.Get("json")) }, `the target must start with "/"`},
		{"encoding", func(t testing.TB) { routertest.Do(t, app(), routertest.Get("/%zz")) }, `invalid URL escape "%zz"`},
		{"method", func(t testing.TB) { routertest.Do(t, app(), routertest.NewRequest("NO METHOD", "/", nil)) }, "invalid method"},
		{"source", func(t testing.TB) { routertest.Do(t, app(), routertest.Get("/").From(router.NetHTTP)) }, "no events come from NetHTTP"},
		{"body", func(t testing.TB) { routertest.Do(t, app(), routertest.Post("/", func() {})) }, "unsupported type"},
	} {
		if got := failure(tt.test); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s", tt.name, got)
		}
	}
}

// failure returns what a test that must fail reports.
func failure(test func(t testing.TB)) string {
	rec := &recorder{}
	func() {
		defer func() {
			if v := recover(); v != nil && v != any(rec) {
				panic(v)
			}
		}()
		test(rec)
	}()
	return strings.Join(rec.messages, "\n")
}

func TestEventIsJSON(t *testing.T) {
	var ev struct{ HTTPMethod, Path string }
	if err := json.Unmarshal(routertest.Delete("/users/1").Event(t), &ev); err != nil || ev.HTTPMethod != "DELETE" || ev.Path != "/users/1" {
		t.Errorf("%+v, %v", ev, err)
	}
	if err := json.Unmarshal(routertest.Patch("/users/1", "x").Event(t), &ev); err != nil || ev.HTTPMethod != "PATCH" {
		t.Errorf("%+v, %v", ev, err)
	}
}
