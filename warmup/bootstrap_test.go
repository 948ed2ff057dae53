package warmup_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
)

// start starts this binary as a function under a Runtime API server.
func start(t *testing.T, env ...string) *gateway.Process {
	t.Helper()
	exe, err := os.Executable()
	require.NoError(t, err)
	p := gateway.Function(exe, append([]string{"BOOTSTRAP=yes", "AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local"}, env...))
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	return p
}

// here is what a strict ping says of where the function is: what gateway.Process
// puts into the ARN.
const here = `"account":"123456789012","region":"us-east-1"`

func call(t *testing.T, p *gateway.Process, event string) string {
	t.Helper()
	out, err := p.Invoke(t.Context(), []byte(event))
	require.NoError(t, err)
	return string(out)
}

func business(t *testing.T, p *gateway.Process, event string) (s seen) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(call(t, p, event)), &s))
	return s
}

// A function under the Runtime API: ping, request, ping again. The function is
// strict, so a look-alike is a request.
func TestBootstrap(t *testing.T) {
	p := start(t)
	const ping = `{"warmer":true,` + here + `}`
	require.Equal(t, `{"warmed":true}`, call(t, p, ping))

	event := restEvent()
	s := business(t, p, event)
	require.JSONEq(t, event, string(s.Event))
	require.Equal(t, []bool{false, true, true}, []bool{s.Cold, s.First, s.Primed}, "cold, first, primed")

	require.Equal(t, `{"warmed":true}`, call(t, p, ping))
	s = business(t, p, `{"warmer":true}`) // no ping under strict mode: it does not say where it comes from
	require.Equal(t, []bool{false, false, true}, []bool{s.Cold, s.First, s.Primed}, "cold, first, primed")
}

// Without a ping, the first request is the cold start.
func TestBootstrapWithoutPing(t *testing.T) {
	p := start(t)
	for _, first := range []bool{true, false} {
		s := business(t, p, `{"id":1}`)
		require.Equal(t, []bool{first, first, false}, []bool{s.Cold, s.First, s.Primed}, "cold, first, primed")
	}
}

// The pings of a fan-out leave the process as signed requests.
func TestBootstrapFansOut(t *testing.T) {
	var mu sync.Mutex
	var got []string
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		mu.Lock()
		defer mu.Unlock()
		if strings.Contains(req.Header.Get("Authorization"), "Credential=local/") {
			got = append(got, req.URL.Path+" "+string(body))
		}
		w.WriteHeader(http.StatusAccepted)
	}))
	defer api.Close()
	p := start(t, "AWS_ENDPOINT_URL_LAMBDA="+api.URL)
	require.Equal(t, `{"warmed":true}`, call(t, p, `{"warmer":true,"concurrency":"3",`+here+`}`))
	mu.Lock()
	defer mu.Unlock()
	require.Len(t, got, 2)
	for _, request := range got {
		require.Regexp(t, `^/2015-03-31/functions/arn:aws:lambda:[^ ]+/invocations \{"warmer":true,"__WARMER_INVOCATION__":[23],"__WARMER_CONCURRENCY__":3,`, request)
		_, child, _ := strings.Cut(request, " ")
		require.Equal(t, `{"warmed":true}`, call(t, p, child))
	}
	require.Len(t, got, 2, "children do not fan out")
}

// An instance that takes several invocations at a time has one first request, too.
func TestBootstrapConcurrently(t *testing.T) {
	p := start(t)
	p.Concurrency, p.PerInstance = 1, 4
	var first atomic.Int64
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 10 {
				out, err := p.Invoke(t.Context(), []byte(`{"id":1}`))
				var s seen
				if err != nil || json.Unmarshal(out, &s) != nil {
					t.Errorf("%s, %v", out, err)
				}
				if s.First {
					first.Add(1)
				}
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 1, first.Load())
}
