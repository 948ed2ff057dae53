package router

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// echo answers with the route's pattern and the values of its variables.
func echo(_ context.Context, req *Request) (*Response, error) {
	params := map[string]string{}
	if req.route != nil {
		for _, seg := range req.route.pattern.segments {
			if seg.kind != literal {
				params[seg.text] = req.PathValue(seg.text)
			}
		}
	}
	return Reply(200, map[string]any{"route": req.Route(), "params": params})
}

// Two hundred sets of routes with the verdicts of an independent brute-force
// search over API Gateway's rules.
func TestPrecedenceOracle(t *testing.T) {
	var oracle struct {
		Sets []struct {
			Routes []struct{ Method, Pattern string }
			Cases  []struct {
				Method, Path string
				Status       int
				Route        int
				Params       map[string]string
				Allow        []string
			}
		}
	}
	shared(t, &oracle, "router", "precedence_oracle.json")
	if len(oracle.Sets) != 200 {
		t.Fatalf("%d sets", len(oracle.Sets))
	}
	for _, set := range oracle.Sets {
		for _, reversed := range []bool{false, true} {
			routes := slices.Clone(set.Routes)
			if reversed {
				slices.Reverse(routes)
			}
			var r Router
			for _, rt := range routes {
				pattern := rt.Pattern
				if rt.Method != "" && rt.Method != "ANY" {
					pattern = rt.Method + " " + pattern
				}
				r.Handle(pattern, func(ctx context.Context, req *Request) (*Response, error) {
					resp, err := echo(ctx, req)
					resp.Header.Set("Pattern", pattern)
					return resp, err
				})
			}
			for _, c := range set.Cases {
				w := httptest.NewRecorder()
				r.ServeHTTP(w, httptest.NewRequest(c.Method, "http://x"+c.Path, nil))
				if w.Code != c.Status {
					t.Errorf("%v: %s %s: status %d, want %d", set.Routes, c.Method, c.Path, w.Code, c.Status)
					continue
				}
				switch c.Status {
				case 405:
					got := strings.Split(w.Header().Get("Allow"), ", ")
					got = slices.DeleteFunc(got, func(m string) bool { return m == "OPTIONS" || m == "HEAD" && !slices.Contains(c.Allow, m) })
					if !slices.Equal(got, c.Allow) {
						t.Errorf("%v: %s %s: Allow %v, want %v", set.Routes, c.Method, c.Path, got, c.Allow)
					}
				case 200:
					want := set.Routes[c.Route]
					var got struct{ Params map[string]string }
					if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
						t.Fatal(err)
					}
					if pattern := strings.TrimPrefix(w.Header().Get("Pattern"), want.Method+" "); pattern != want.Pattern {
						t.Errorf("%v: %s %s: route %s, want %s", set.Routes, c.Method, c.Path, pattern, want.Pattern)
					}
					for name, value := range c.Params {
						if got.Params[name] != value {
							t.Errorf("%v: %s %s: %s is %q, want %q", set.Routes, c.Method, c.Path, name, got.Params[name], value)
						}
					}
				}
			}
		}
	}
}

// The route tables of real APIs: every request reaches its own route.
func TestRouteTables(t *testing.T) {
	for _, name := range []string{"github_api", "gplus_api", "parse_api", "static_routes"} {
		t.Run(name, func(t *testing.T) {
			var table struct {
				Routes  []struct{ Method, Pattern string }
				Skipped []struct{ Method, Pattern string } `json:"upstream_skipped"`
				Cases   []struct {
					Method, Path string
					Want         struct {
						Route  int
						Params map[string]string
					}
				}
			}
			shared(t, &table, "router", name+".json")
			if len(table.Cases) == 0 {
				t.Fatal("no cases")
			}
			var r Router
			for _, rt := range append(table.Routes, table.Skipped...) {
				r.Handle(rt.Method+" "+rt.Pattern, echo)
			}
			for _, c := range table.Cases {
				w := httptest.NewRecorder()
				r.ServeHTTP(w, httptest.NewRequest(c.Method, c.Path, nil))
				var got struct {
					Route  string
					Params map[string]string
				}
				want := table.Routes[c.Want.Route].Pattern
				if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusOK || got.Route != want {
					t.Errorf("%s %s: %d, route %s, want %s", c.Method, c.Path, w.Code, got.Route, want)
				}
				for name, value := range c.Want.Params {
					if got.Params[name] != value {
						t.Errorf("%s %s: %s is %q, want %q", c.Method, c.Path, name, got.Params[name], value)
					}
				}
			}
		})
	}
}
