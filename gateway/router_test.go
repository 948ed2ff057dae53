package gateway_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
	"github.com/lambdarest/lambdarest/internal/gwevent"
	"github.com/lambdarest/lambdarest/router"
)

// The gateway and the router choose routes with code of their own. These tests hold one against the other: whatever
// the gateway chooses by its routes, the router must choose by the same patterns from the event of an API that has
// nothing but /{proxy+}.

type routeTable struct{ routes [][2]string } // method and pattern

func (rt routeTable) gateway(t *testing.T) *gateway.Gateway {
	var routes []gateway.Route
	for _, r := range rt.routes {
		h := answering(fmt.Sprintf(`{"statusCode":200,"body":%q}`, r[0]+" "+r[1]))
		routes = append(routes, gateway.Route{Method: r[0], Path: r[1], Integration: gateway.Proxy(h)})
	}
	return newGateway(t, gateway.Config{}, routes...)
}

func (rt routeTable) router() *router.Router {
	r := router.New()
	for _, route := range rt.routes {
		pattern := route[1]
		if route[0] != "ANY" {
			pattern = route[0] + " " + pattern
		}
		r.Handle(pattern, func(context.Context, *router.Request) (*router.Response, error) {
			return router.Text(200, route[0]+" "+route[1]), nil
		})
	}
	return r
}

// requireSame sends one request through both. HEAD and OPTIONS are left out: the router answers them by itself where
// API Gateway has no route for them.
func (rt routeTable) requireSame(t *testing.T, g *gateway.Gateway, r *router.Router, method, path string) {
	t.Helper()
	byGateway := do(g, method, path, "")
	req, err := http.NewRequestWithContext(t.Context(), method, "http://localhost"+path, nil)
	require.NoError(t, err)
	ev, err := gwevent.New(req, gwevent.Options{Source: gwevent.REST})
	require.NoError(t, err)
	out, err := r.Invoke(t.Context(), ev)
	require.NoError(t, err)
	answer, err := gwevent.ParseAnswer(gwevent.REST, out)
	require.NoError(t, err)
	chosen := string(answer.Body)
	if answer.Status == http.StatusNotFound || answer.Status == http.StatusMethodNotAllowed {
		require.Equal(t, 403, byGateway.Code, "%s %s: the gateway chose %s, the router none of %v", method, path, byGateway.Body, rt.routes)
		return
	}
	require.Equal(t, 200, byGateway.Code, "%s %s: the router chose %s, the gateway none of %v", method, path, chosen, rt.routes)
	require.Equal(t, byGateway.Body.String(), chosen, "%s %s: %v", method, path, rt.routes)
}

func TestRouterAgreesOnRecordedTables(t *testing.T) {
	cases := 0
	for _, name := range []string{"github_api.json", "gplus_api.json", "parse_api.json", "static_routes.json"} {
		var file struct {
			Routes []struct{ Method, Pattern string }
			Cases  []struct{ Method, Path string }
		}
		recording(t, name, &file)
		var rt routeTable
		for _, r := range file.Routes {
			rt.routes = append(rt.routes, [2]string{r.Method, r.Pattern})
		}
		g, r := rt.gateway(t), rt.router()
		for _, tc := range file.Cases {
			if tc.Method != http.MethodHead && tc.Method != http.MethodOptions {
				rt.requireSame(t, g, r, tc.Method, tc.Path)
				cases++
			}
		}
	}
	var oracle struct {
		Sets []struct {
			Routes []struct{ Method, Pattern string }
			Cases  []struct{ Method, Path string }
		}
	}
	recording(t, "precedence_oracle.json", &oracle)
	for _, set := range oracle.Sets {
		var rt routeTable
		for _, r := range set.Routes {
			rt.routes = append(rt.routes, [2]string{r.Method, r.Pattern})
		}
		g, r := rt.gateway(t), rt.router()
		for _, tc := range set.Cases {
			if tc.Method != http.MethodHead && tc.Method != http.MethodOptions {
				rt.requireSame(t, g, r, tc.Method, tc.Path)
				cases++
			}
		}
	}
	require.Greater(t, cases, 3000)
	t.Logf("%d requests", cases)
}

// TestRouterAgrees makes tables and requests of its own. The campaign's size is the number of requests.
func TestRouterAgrees(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	for n := size(t, 4000); n > 0; n -= 20 {
		rt := randomTable(random, pick)
		g, r := rt.gateway(t), rt.router()
		for range 20 {
			path := ""
			for range 1 + random.IntN(4) {
				path += "/" + pick("a", "b", "a%2Fb", "a+b", "%41", "%20", "a.b", "한", "%25", "~", "a;x=1", "a%3Fb")
			}
			rt.requireSame(t, g, r, pick("GET", "POST", "PUT"), path+pick("", "", "/"))
		}
	}
}

// randomTable returns routes that neither side refuses.
func randomTable(random *rand.Rand, pick func(...string) string) (rt routeTable) {
	seen := map[string]bool{}
	for range 1 + random.IntN(8) {
		path, shape := "", ""
		depth := 1 + random.IntN(4)
		for i := range depth {
			seg := pick("a", "b", "a.b", "A", fmt.Sprintf("{v%d}", i), fmt.Sprintf("{v%d}", i))
			if i == depth-1 && random.IntN(3) == 0 {
				seg = "{rest+}"
			}
			path += "/" + seg
			shape += "/" + strings.TrimRight(seg, "0123456789}")
		}
		method := pick("GET", "POST", "ANY")
		if key := method + " " + shape; !seen[key] {
			seen[key] = true
			rt.routes = append(rt.routes, [2]string{method, path})
		}
	}
	return rt
}

// TestSameAnswer: a request through the gateway and the router, and the recorded event of that request through the
// router alone, get the same answer.
func TestSameAnswer(t *testing.T) {
	var file struct {
		Events map[string]json.RawMessage `json:"events"`
	}
	recording(t, "live_events_4_ingresses.json", &file)
	r := router.New()
	r.Handle("POST /capture/{value}", func(_ context.Context, req *router.Request) (*router.Response, error) {
		session, _ := req.Cookie("session")
		body, err := req.Body()
		return router.Text(200, fmt.Sprint(req.PathValue("value"), req.Query(), session, req.Header("X-Voker-Probe"), string(body))), err
	})
	const query = "repeat=one&repeat=two&redirect=https%3A%2F%2Fexample.com%2Fa%2Fb&literalPlus=a+b&encodedPlus=a%2Bb&empty="
	for _, tc := range []struct {
		key  string
		kind gateway.Kind
		path string
	}{{"apigwv1", gateway.REST, "/{proxy+}"}, {"apigwv2", gateway.HTTP, "$default"}, {"functionurl", gateway.FunctionURL, "$default"}, {"alb", gateway.ALBMultiValue, "$default"}} {
		t.Run(tc.key, func(t *testing.T) {
			out, err := r.Invoke(t.Context(), file.Events[tc.key])
			require.NoError(t, err)
			answer, err := gwevent.ParseAnswer(map[gateway.Kind]gwevent.Source{
				gateway.REST: gwevent.REST, gateway.HTTP: gwevent.HTTPAPI, gateway.FunctionURL: gwevent.FunctionURL, gateway.ALBMultiValue: gwevent.ALBMultiValue,
			}[tc.kind], out)
			require.NoError(t, err)
			g := newGateway(t, gateway.Config{Kind: tc.kind}, gateway.Route{Path: tc.path, Integration: gateway.Proxy(r)})
			w := do(g, "POST", "/capture/space%20value?"+query, `{"message":"hello from the public internet","unicode":"lambda-λ"}`,
				"Content-Type", "application/json", "Cookie", "session=abc123; theme=dark", "X-Voker-Probe", "first", "X-Voker-Probe", "second")
			require.Equal(t, 200, w.Code, w.Body)
			require.Equal(t, string(answer.Body), w.Body.String())
		})
	}
}
