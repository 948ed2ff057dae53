package gateway_test

import (
	"context"
	"math"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
	"github.com/lambdarest/lambdarest/router"
)

// TestAllocations bounds what a request costs in process, from net/http's request to its answer, the function included:
// the collector's share of the time follows from it. The fewest of some runs count, which are so short that some
// forget no pool: under the race detector they do so at random.
func TestAllocations(t *testing.T) {
	r := router.New()
	r.Get("/users/{id}", func(_ context.Context, req *router.Request) (*router.Response, error) {
		return router.Text(http.StatusOK, req.Path()), nil
	})
	for name, row := range map[string]struct {
		kind   gateway.Kind
		allocs uint64
		bytes  uint64
	}{
		"REST": {gateway.REST, 22, 4150},
		"HTTP": {gateway.HTTP, 23, 3850},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGateway(t, gateway.Config{Kind: row.kind}, gateway.Route{Method: "GET", Path: "/users/{id}", Integration: gateway.Proxy(r)})
			req := httptest.NewRequest("GET", "/users/1", nil)
			req.Header = http.Header{"User-Agent": {"curl/8"}, "Accept": {"*/*"}}
			w := &nowhere{http.Header{}}
			allocs, bytes := uint64(math.MaxUint64), uint64(math.MaxUint64)
			for range 200 {
				const n = 5
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				for range n {
					clear(w.header)
					g.ServeHTTP(w, req)
				}
				runtime.ReadMemStats(&after)
				allocs = min(allocs, (after.Mallocs-before.Mallocs)/n)
				bytes = min(bytes, (after.TotalAlloc-before.TotalAlloc)/n)
			}
			t.Logf("%d allocations, %d bytes", allocs, bytes)
			require.LessOrEqual(t, allocs, row.allocs)
			require.LessOrEqual(t, bytes, row.bytes)
		})
	}
}
