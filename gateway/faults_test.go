package gateway_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
)

// TestBadFunctions: a process that hangs, crashes, answers garbage, too much or nothing gives the client what API
// Gateway gives, and the next request is served.
func TestBadFunctions(t *testing.T) {
	p, hangs, good := function(t, "bad"), function(t, "bad"), function(t, "bad")
	hangs.Timeout = 100 * time.Millisecond
	gw := newGateway(t, gateway.Config{},
		gateway.Route{Path: "/bad/{how}", Integration: gateway.Proxy(p)},
		gateway.Route{Path: "/bad/limited/{how}", Integration: gateway.Proxy(hangs)},
		gateway.Route{Path: "/good/{how}", Integration: gateway.Proxy(good)})
	const failed = `{"message":"Internal server error"}`
	for _, tc := range []struct {
		how    string
		status int
		body   string
	}{
		{"limited/hang", 502, failed}, {"limited/hang", 502, failed}, {"exit", 502, failed}, {"panic", 502, failed}, {"garbage", 502, failed}, {"nothing", 502, failed},
		{"null", 502, failed}, {"too-much", 502, failed}, {"binary", 502, failed}, {"fine", 200, "fine"},
	} {
		w := do(gw, "GET", "/bad/"+tc.how, "")
		require.Equal(t, tc.status, w.Code, tc.how)
		require.Equal(t, tc.body, w.Body.String(), tc.how)
		require.Equal(t, 200, do(gw, "GET", "/good/fine", "").Code, "after %s", tc.how)
	}

	slow, err := gateway.New(gateway.Config{Timeout: 100 * time.Millisecond}, gateway.Route{Path: "/{how}", Integration: gateway.Proxy(good)})
	require.NoError(t, err)
	w := do(slow, "GET", "/hang", "")
	require.Equal(t, 504, w.Code)
	require.Equal(t, `{"message":"Endpoint request timed out"}`, w.Body.String())
}

// TestBadAndGoodTogether: functions that fail in every way do not disturb the requests of others at the same time.
func TestBadAndGoodTogether(t *testing.T) {
	p := function(t, "bad")
	p.Concurrency = 6
	gw := newGateway(t, gateway.Config{Timeout: time.Hour}, // of a busy machine
		gateway.Route{Path: "/{how}", Integration: gateway.Proxy(p)},
		gateway.Route{Path: "/limited/{how}", Integration: gateway.Proxy(p), Timeout: time.Second})
	var all sync.WaitGroup
	for i, how := range strings.Fields("limited/hang exit garbage nothing panic fine fine fine fine fine fine fine") {
		all.Go(func() {
			n, want := size(t, 3), http.StatusBadGateway
			switch how {
			case "limited/hang":
				n, want = 1, http.StatusGatewayTimeout // which takes as long as the time-out
			case "fine":
				want = http.StatusOK
			}
			for range n {
				w := httptest.NewRecorder()
				gw.ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), "GET", "/"+how, nil))
				if w.Code != want {
					t.Errorf("%d, %s: %d %s", i, how, w.Code, w.Body)
				}
			}
		})
	}
	all.Wait()
}
