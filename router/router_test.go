package router

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// named is a handler that answers with its name.
func named(name string) Handler {
	return func(context.Context, *Request) (*Response, error) { return Text(200, name), nil }
}

// do sends a request through ServeHTTP.
func do(r *Router, method, target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r.ServeHTTP(w, httptest.NewRequest(method, target, nil))
	return w
}

func TestPrecedence(t *testing.T) {
	patterns := []string{"/{proxy+}", "GET /users/{id}", "POST /users/me", "/users/{id}/{rest+}", "GET /users/{id}/posts", "GET /users/me/{post}", "HEAD /only-head", "GET /"}
	for range 2 {
		var r Router
		for _, p := range patterns {
			r.Handle(p, named(p))
		}
		for _, tt := range []struct{ method, path, want string }{
			{"GET", "/users/1", "GET /users/{id}"},
			{"GET", "/users/me", "GET /users/{id}"},
			{"POST", "/users/me", "POST /users/me"},
			{"DELETE", "/users/me", "/{proxy+}"},
			{"GET", "/users/me/posts", "GET /users/me/{post}"},
			{"GET", "/users/1/posts", "GET /users/{id}/posts"},
			{"GET", "/users/1/likes", "/users/{id}/{rest+}"},
			{"GET", "/users/1/posts/2", "/users/{id}/{rest+}"},
			{"GET", "/users", "/{proxy+}"},
			{"GET", "/users//", "/{proxy+}"},
			{"GET", "/only-head", "/{proxy+}"},
			{"GET", "/", "GET /"},
		} {
			if got := do(&r, tt.method, tt.path).Body.String(); got != tt.want {
				t.Errorf("%s %s reached %q, want %q", tt.method, tt.path, got, tt.want)
			}
		}
		slices.Reverse(patterns)
	}
}

func TestMethods(t *testing.T) {
	var r Router
	r.Get("/users", named("get"))
	r.Post("/users", named("post"))
	r.Handle("/any", named("any"))
	r.Get("/any", named("get any"))
	r.Put("/closed", named("put"))
	r.Handle("ANY /closed", MethodNotAllowed)
	r.Get("/named/{id}", named("get"))
	r.Handle("/named/{name}", MethodNotAllowed)
	r.Handle("GET /{a}/x", named("get"))
	r.Handle("DELETE /{b}/{c}", named("delete"))
	for _, tt := range []struct {
		method, path string
		status       int
		body, allow  string
	}{
		{"GET", "/users", 200, "get", ""},
		{"HEAD", "/users", 200, "", ""},
		{"POST", "/users", 200, "post", ""},
		{"DELETE", "/users", 405, `{"detail":"the path does not take DELETE","status":405,"title":"Method Not Allowed"}`, "GET, HEAD, OPTIONS, POST"},
		{"OPTIONS", "/users", 204, "", "GET, HEAD, OPTIONS, POST"},
		{"PATCH", "/any", 200, "any", ""},
		{"OPTIONS", "/any", 200, "any", ""},
		{"HEAD", "/any", 200, "", ""},
		{"PUT", "/closed", 200, "put", ""},
		{"GET", "/closed", 405, `{"detail":"the path does not take GET","status":405,"title":"Method Not Allowed"}`, "OPTIONS, PUT"},
		{"OPTIONS", "/closed", 204, "", "OPTIONS, PUT"},
		{"POST", "/y/x", 405, `{"detail":"the path does not take POST","status":405,"title":"Method Not Allowed"}`, "DELETE, GET, HEAD, OPTIONS"},
		{"DELETE", "/named/1", 405, `{"detail":"the path does not take DELETE","status":405,"title":"Method Not Allowed"}`, "GET, HEAD, OPTIONS"},
		{"GET", "/nowhere", 404, `{"detail":"no route matches the path","status":404,"title":"Not Found"}`, ""},
		{"OPTIONS", "/nowhere", 404, `{"detail":"no route matches the path","status":404,"title":"Not Found"}`, ""},
	} {
		w := do(&r, tt.method, tt.path)
		if w.Code != tt.status || w.Body.String() != tt.body || w.Header().Get("Allow") != tt.allow {
			t.Errorf("%s %s: %d %q, Allow %q", tt.method, tt.path, w.Code, w.Body, w.Header().Get("Allow"))
		}
	}
}

func TestBadPatternsPanic(t *testing.T) {
	for _, tt := range []struct{ pattern, want string }{
		{"", `bad pattern "" at offset 0: the path must start with "/"`},
		{"users", `offset 0: the path must start with "/"`},
		{"GET users", `offset 4: the path must start with "/"`},
		{"get /users", `offset 0: the method must be upper-case`},
		{"GET\t/users", `offset 0: the path must start with "/"`},
		{"GET /a//b", `offset 7: empty segment`},
		{"/a/{id", `offset 3: a variable must be a whole segment`},
		{"/a/id}", `offset 3: a variable must be a whole segment`},
		{"/a/x{id}", `offset 3: a variable must be a whole segment`},
		{"/a/{id}.json", `offset 3: a variable must be a whole segment`},
		{"/a/{}", `offset 3: a variable's name is made of`},
		{"/a/{+}", `offset 3: a variable's name is made of`},
		{"/a/{i d}", `offset 3: a variable's name is made of`},
		{"/a/{rest...}", `offset 3: the greedy variable is written {rest+}`},
		{"/{a+}/b", `offset 6: nothing can follow the greedy variable {a+}`},
		{"/{a}/{a}", `offset 5: the variable {a} stands twice`},
		{"/a%20b", `offset 1: literals are written decoded`},
		{"/a/:id", `offset 3: a variable is written {id}, not :id`},
		{"/a/*", `offset 3: the rest of the path is written {name+}, not *`},
		{"/a/*rest", `offset 3: the rest of the path is written {name+}, not *rest`},
	} {
		msg := panics(func() { new(Router).Handle(tt.pattern, named("")) })
		if !strings.HasPrefix(msg, "router: bad pattern ") || !strings.Contains(msg, tt.want) || !strings.Contains(msg, "router_test.go:") {
			t.Errorf("%q: %s", tt.pattern, msg)
		}
	}
	if msg := panics(func() { new(Router).Group("/g/{}").Get("/x", named("")) }); !strings.Contains(msg, `bad pattern "GET /g/{}/x" at offset 7`) {
		t.Errorf("in a group: %s", msg)
	}
	if msg := panics(func() { new(Router).Get("/", nil) }); !strings.Contains(msg, "nil handler") {
		t.Errorf("nil handler: %s", msg)
	}
	if msg := panics(func() { new(Router).Group("x") }); !strings.Contains(msg, `group prefix "x"`) {
		t.Errorf("group: %s", msg)
	}
}

func panics(f func()) (msg string) {
	defer func() { msg, _ = recover().(string) }()
	f()
	return "no panic"
}

func TestConflictsPanic(t *testing.T) {
	for _, tt := range []struct{ first, second, witness string }{
		{"GET /users/{id}", "GET /users/{name}", "/users/name"},
		{"/users", "/users/", "/users"},
		{"/users", "ANY /users", "/users"},
		{"/a/{p+}", "/a/{q+}", "/a/q"},
		{"GET /", "GET /", "/"},
	} {
		var r Router
		r.Handle(tt.first, named(""))
		msg := panics(func() { r.Handle(tt.second, named("")) })
		if !strings.Contains(msg, "conflicts with") || strings.Count(msg, "router_test.go:") != 2 || !strings.HasSuffix(msg, "both match "+tt.witness) {
			t.Errorf("%s, %s: %s", tt.first, tt.second, msg)
		}
	}
	var r Router
	r.Get("/users/{id}", named(""))
	r.Post("/users/{name}", named(""))
	r.Handle("/users/{any}", named(""))
	r.Get("/users/me", named(""))
	r.Get("/users/{rest+}", named(""))
}

// trace is a middleware that records its name.
func trace(order *[]string, name string) Middleware {
	return func(next Handler) Handler {
		return func(ctx context.Context, req *Request) (*Response, error) {
			*order = append(*order, name)
			return next(ctx, req)
		}
	}
}

func TestMiddlewareOrder(t *testing.T) {
	var order []string
	m := func(name string) Middleware { return trace(&order, name) }
	r := New(m("new1"), m("new2"))
	g := r.Group("/g/{tenant}", m("group"))
	g.Get("/x", named("x"), m("route1"), m("route2"))
	g.Group("/h").Get("/y", named("y"), m("route"))
	g.Use(m("group use"))
	r.Use(m("use"))
	r.Get("/plain", named("plain"))
	for _, tt := range []struct{ method, path, want string }{
		{"GET", "/g/t1/x", "new1 new2 use group group use route1 route2"},
		{"GET", "/g/t1/h/y", "new1 new2 use group group use route"},
		{"GET", "/plain", "new1 new2 use"},
		{"GET", "/nowhere", "new1 new2 use"},
		{"POST", "/plain", "new1 new2 use"},
		{"GET", "/%zz", "new1 new2 use"},
	} {
		order = nil
		r.ServeHTTP(httptest.NewRecorder(), &http.Request{Method: tt.method, URL: mustURL(tt.path)})
		if got := strings.Join(order, " "); got != tt.want {
			t.Errorf("%s %s: %s, want %s", tt.method, tt.path, got, tt.want)
		}
	}
	var routes []string
	for rt := range r.Routes() {
		routes = append(routes, rt.Method+" "+rt.Path)
	}
	if got := strings.Join(routes, ", "); got != "GET /g/{tenant}/x, GET /g/{tenant}/h/y, GET /plain" {
		t.Errorf("routes: %s", got)
	}
	for range r.Routes() {
		break
	}
}

func TestRequestsThroughAGroup(t *testing.T) {
	r := New()
	g := r.Group("/g")
	g.Get("/x", named("x"))
	if got := do(g, "GET", "/g/x").Body.String(); got != "x" {
		t.Errorf("got %q", got)
	}
}

func TestMount(t *testing.T) {
	var order []string
	shop := New(trace(&order, "shop"))
	shop.Get("/", named("index"))
	shop.Group("/orders", trace(&order, "orders")).Get("/{id}", func(_ context.Context, req *Request) (*Response, error) {
		return Text(200, req.PathValue("shop")+"/"+req.PathValue("id")+" "+req.Route()), nil
	})
	r := New(trace(&order, "root"))
	r.Group("/v1", trace(&order, "v1")).Mount("/shops/{shop}/", shop)
	shop.Get("/late", named("late"))
	for path, want := range map[string]string{
		"/v1/shops/s1/orders/7": "s1/7 /v1/shops/{shop}/orders/{id}", "/v1/shops/s1": "index",
		"/v1/shops/s1/late": `{"detail":"no route matches the path","status":404,"title":"Not Found"}`,
	} {
		order = nil
		if got := do(r, "GET", path).Body.String(); got != want {
			t.Errorf("%s: %s", path, got)
		}
		if got := strings.Join(order, " "); strings.Contains(path, "orders") && got != "root v1 shop orders" {
			t.Errorf("%s: order %s", path, got)
		}
	}
	if msg := panics(func() { r.Mount("/{id}", shop) }); !strings.Contains(msg, "stands twice") {
		t.Error(msg)
	}
	if msg := panics(func() { r.Mount("/v1/shops/{x}", shop) }); !strings.Contains(msg, "conflicts with") {
		t.Error(msg)
	}
}

func TestStripPrefix(t *testing.T) {
	r := New()
	r.StripPrefix("/pay", "/pay/v2/", "/한 국")
	r.Handle("/", named("root"))
	r.Handle("/{proxy+}", func(_ context.Context, req *Request) (*Response, error) {
		return Text(200, req.Path()+" "+req.PathValue("proxy")), nil
	})
	for path, want := range map[string]string{
		"/pay": "root", "/pay/": "root", "/pay/x": "/x x", "/pay/v2": "root", "/pay/v2/x/y": "/x/y x/y", "/payment/foo": "/payment/foo payment/foo",
		"/pay/pay/x": "/pay/x pay/x", "/%ED%95%9C%20%EA%B5%AD/a%2Fb": "/a/b a/b", "/x/pay": "/x/pay x/pay", "/p%61y/x": "/x x",
	} {
		if got := do(r, "GET", path).Body.String(); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	for _, bad := range []string{"", "/", "pay", "/\xff"} {
		if msg := panics(func() { r.StripPrefix(bad) }); !strings.Contains(msg, "prefix") {
			t.Errorf("%q: %s", bad, msg)
		}
	}
}

func TestCustomNotFoundAndMethodNotAllowed(t *testing.T) {
	var order []string
	r := New(trace(&order, "root"))
	g := r.Group("/g")
	g.Get("/x", named("x"))
	g.NotFound(func(_ context.Context, req *Request) (*Response, error) {
		return Text(404, "nothing at "+req.Path()), nil
	})
	for _, tt := range []struct {
		h    Handler
		want string
	}{
		{func(context.Context, *Request) (*Response, error) { return Text(405, "no"), nil }, "no"},
		{func(context.Context, *Request) (*Response, error) { return nil, Errorf(405, "never") }, `{"detail":"never","status":405,"title":"Method Not Allowed"}`},
	} {
		g.MethodNotAllowed(tt.h)
		if w := do(r, "PUT", "/g/x"); w.Code != 405 || w.Body.String() != tt.want || w.Header().Get("Allow") != "GET, HEAD, OPTIONS" {
			t.Errorf("%d %s %v", w.Code, w.Body, w.Header())
		}
	}
	if w := do(r, "OPTIONS", "/g/x"); w.Code != 204 {
		t.Errorf("OPTIONS: %d", w.Code)
	}
	if w := do(r, "GET", "/nowhere"); w.Code != 404 || w.Body.String() != "nothing at /nowhere" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if len(order) != 4 {
		t.Errorf("the middleware ran %d times for 4 requests", len(order))
	}
}

func TestZeroRouter(t *testing.T) {
	var r Router
	if w := do(&r, "GET", "/"); w.Code != 404 {
		t.Errorf("no routes: %d", w.Code)
	}
	r.Use(Recover())
	r.Get("/", named("root"))
	if w := do(&r, "GET", "/"); w.Code != 200 || w.Body.String() != "root" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestMapError(t *testing.T) {
	errGone := errors.New("db: gone, key 7")
	for _, misuse := range []func(){func() { MapError(nil, 404) }, func() { MapError(errGone, 42) }, func() { MapError(errGone, 600) }, func() { FromHTTP(nil) }} {
		if msg := panics(misuse); !strings.HasPrefix(msg, "router: ") {
			t.Errorf("no panic: %s", msg)
		}
	}
	r := New(MapError(errGone, 410))
	r.Get("/wrapped", func(context.Context, *Request) (*Response, error) { return nil, errors.Join(errors.New("x"), errGone) })
	r.Get("/own", func(context.Context, *Request) (*Response, error) { return nil, Errorf(404, "mine: %w", errGone) })
	r.Get("/other", func(context.Context, *Request) (*Response, error) { return nil, errors.New("y") })
	for path, want := range map[string]int{"/wrapped": 410, "/own": 404, "/other": 500} {
		if w := do(r, "GET", path); w.Code != want || strings.Contains(w.Body.String(), "key 7") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

// Dispatching allocates nothing, whatever the pattern.
func TestMatchAllocatesNothing(t *testing.T) {
	var r Router
	for _, p := range []string{"GET /repos/{owner}/{repo}/issues/{number}", "GET /users", "/{proxy+}"} {
		r.Handle(p, named(p))
	}
	for _, target := range []string{"/repos/a/b/issues/1", "/users", "/x/y/z"} {
		var req Request
		if n := testing.AllocsPerRun(100, func() {
			req.path = path{}
			_ = req.path.parse(target, true)
			if req.route, req.values = r.table.tree.match("GET", &req.path, req.params[:0]); req.route == nil {
				t.Error("no match")
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", target, n)
		}
	}
}

// Adversarial routes do not make matching exponential.
func TestMatchVisitsEachNodeOnce(t *testing.T) {
	var r Router
	const depth = 200
	lit, vari := "", ""
	for i := range depth {
		r.Get(lit+vari+"/z", named(""))
		lit += "/a"
		if i%2 == 0 {
			vari = "/{v" + strings.Repeat("x", i) + "}"
		}
	}
	if w := do(&r, "GET", strings.Repeat("/a", depth)+"/no"); w.Code != 404 {
		t.Errorf("%d", w.Code)
	}
}

func FuzzPattern(f *testing.F) {
	for _, s := range []string{"GET /users/{id}", "/{proxy+}", "ANY /", "/a/{b}/c", "x", "/{a+}/b", "GET  /x", "/%"} {
		f.Add(s, "/users/1")
	}
	f.Fuzz(func(t *testing.T, s, target string) {
		p, err := parsePattern("", s)
		if err != nil {
			return
		}
		again, err := parsePattern("", p.String())
		if err != nil || again.String() != p.String() {
			t.Fatalf("%q prints as %q: %v", s, p.String(), err)
		}
		var r Router
		r.Handle(s, named("x"))
		method := p.method
		if method == "" {
			method = "PURGE"
		}
		var own, other path
		if own.parse(p.witness(), false) != nil {
			return // not UTF-8
		}
		if rt, values := r.table.tree.match(method, &own, nil); rt == nil || len(values) != strings.Count(p.path(), "{") {
			t.Errorf("%q does not match its witness %q", s, p.witness())
		}
		if other.parse(target, true) == nil {
			r.table.tree.match(method, &other, nil)
		}
	})
}

// Many literals at one place are found by a hash of some of their bytes: also those that
// differ elsewhere only.
func TestManyLiterals(t *testing.T) {
	var r Router
	var patterns []string
	for i := range 300 {
		patterns = append(patterns, fmt.Sprintf("/same/%d-length%03d-end", i%10, i), fmt.Sprintf("/x/{v}/s%d", i))
	}
	patterns = append(patterns, "/", "/x", "/é")
	for _, p := range patterns {
		r.Get(p, named(p))
	}
	for _, p := range patterns {
		if got := do(&r, "GET", strings.NewReplacer("{v}", "s1", "é", "%C3%A9").Replace(p)).Body.String(); got != p {
			t.Errorf("%s reached %q", p, got)
		}
		if w := do(&r, "GET", strings.TrimSuffix(p, "/")+"/none"); w.Code != 404 {
			t.Errorf("%s/none: %d", p, w.Code)
		}
		if rt, ok := r.Lookup("HEAD", strings.NewReplacer("{v}", "s1", "é", "%C3%A9").Replace(p)+"?"); ok && rt.Path == p {
			t.Errorf("%s: a question mark is no part of it", p)
		}
	}
}
