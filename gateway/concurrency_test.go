package gateway_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// meeting is a server at which instances arrive and wait until they are let go.
func meeting(t *testing.T) (url string, arrived <-chan struct{}, letGo func()) {
	arrivals, open := make(chan struct{}, 100), make(chan struct{})
	letGo = sync.OnceFunc(func() { close(open) })
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		arrivals <- struct{}{}
		select {
		case <-open:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(srv.Close)
	t.Cleanup(letGo)
	return srv.URL, arrivals, letGo
}

func TestProcessConcurrency(t *testing.T) {
	url, arrived, letGo := meeting(t)
	p := function(t, "yes", "MEETING="+url)
	p.Concurrency = 3
	pids, errs := make([]string, 3), make([]error, 3)
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Go(func() {
			var answer map[string]string
			answer, errs[i] = sendCtx(t.Context(), p, "meet", "")
			pids[i] = answer["pid"]
		})
	}
	for range 3 {
		<-arrived // all three at once, or the test hangs
	}
	letGo()
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	known := map[string]bool{pids[0]: true, pids[1]: true, pids[2]: true}
	require.Len(t, known, 3, "an instance each")

	for i := range 30 { // more at once than there may be instances: they wait
		wg.Go(func() {
			answer, err := sendCtx(t.Context(), p, "ping", strconv.Itoa(i))
			if err != nil || answer["arg"] != strconv.Itoa(i) || !known[answer["pid"]] {
				t.Errorf("ping %d: %v %v", i, answer, err)
			}
		})
	}
	wg.Wait()
}

func TestProcessLimitRespectsContext(t *testing.T) {
	url, arrived, letGo := meeting(t)
	p := function(t, "yes", "MEETING="+url)
	p.Concurrency = 1
	done := make(chan error, 1)
	go func() { _, err := sendCtx(t.Context(), p, "meet", ""); done <- err }()
	<-arrived
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := sendCtx(ctx, p, "ping", "")
	require.ErrorIs(t, err, context.Canceled)
	letGo()
	require.NoError(t, <-done)
}
