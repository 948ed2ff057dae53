package bench

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/julienschmidt/httprouter"

	"github.com/lambdarest/lambdarest/router"
)

// A table is the routes of an API, and a request for each.
type table struct {
	Routes []struct{ Method, Pattern string }
	Cases  []struct{ Method, Path string }
}

// tables are the project's own 48 routes and the recorded tables that may lie beside a
// checkout.
func tables(b *testing.B) map[string]table {
	all := make(map[string]table)
	var own table
	for _, p := range paths() {
		own.Routes = append(own.Routes, struct{ Method, Pattern string }{"GET", p})
		own.Cases = append(own.Cases, struct{ Method, Path string }{"GET", strings.NewReplacer("{id}", "42", "{note}", "7").Replace(p)})
	}
	all["own"] = own
	for _, name := range []string{"github_api", "gplus_api", "parse_api", "static_routes"} {
		data, err := os.ReadFile(filepath.Join("..", "..", "shared", "data", "router", name+".json"))
		if err != nil {
			b.Logf("the recorded tables are not beside this checkout: %s is not measured", name)
			continue
		}
		var t table
		if err := json.Unmarshal(data, &t); err != nil {
			b.Fatal(err)
		}
		all[name] = t
	}
	return all
}

// BenchmarkDispatch finds the route of every request of a table, without running it.
func BenchmarkDispatch(b *testing.B) {
	for name, t := range tables(b) {
		own := router.New()
		hr := httprouter.New()
		mux := chi.NewRouter()
		colon := strings.NewReplacer("{", ":", "}", "")
		both := true
		for _, rt := range t.Routes {
			own.Handle(rt.Method+" "+rt.Pattern, func(context.Context, *router.Request) (*router.Response, error) { return nil, nil })
			mux.MethodFunc(rt.Method, rt.Pattern, func(http.ResponseWriter, *http.Request) {})
			both = both && registered(hr, rt.Method, colon.Replace(rt.Pattern))
		}
		run := func(contender string, find func(method, path string) bool) {
			b.Run(name+"/"+contender, func(b *testing.B) {
				b.ReportAllocs()
				start := cpuTime(b)
				for b.Loop() {
					for _, c := range t.Cases {
						if !find(c.Method, c.Path) {
							b.Fatalf("%s %s was not found", c.Method, c.Path)
						}
					}
				}
				b.ReportMetric(float64(cpuTime(b)-start)/float64(b.N*len(t.Cases)), "cpu-ns/route")
			})
		}
		run("lambdarest", func(method, path string) bool { _, ok := own.Lookup(method, path); return ok })
		if both {
			run("httprouter", func(method, path string) bool { h, _, _ := hr.Lookup(method, path); return h != nil })
		}
		ctx := chi.NewRouteContext()
		run("chi", func(method, path string) bool { ctx.Reset(); return mux.Match(ctx, method, path) })
	}
}

// registered reports whether httprouter takes a pattern: it refuses a literal beside a
// variable.
func registered(r *httprouter.Router, method, pattern string) (ok bool) {
	defer func() { ok = recover() == nil }()
	r.Handle(method, pattern, func(http.ResponseWriter, *http.Request, httprouter.Params) {})
	return
}
