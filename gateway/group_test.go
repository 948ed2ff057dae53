//go:build unix

package gateway_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
)

// TestWorkOfAChild: where a child of the bootstrap does the work, it ends together with the bootstrap. The child holds
// a connection to the test's server, which tells more surely than its number that it is gone.
func TestWorkOfAChild(t *testing.T) {
	errBefore := errors.New("before the end")
	for name, end := range map[string]func(p *gateway.Process, bootstrap *os.Process, cancel context.CancelCauseFunc) error{
		"cancelled": func(_ *gateway.Process, _ *os.Process, cancel context.CancelCauseFunc) error {
			cancel(errBefore)
			return nil
		},
		"closed":              func(p *gateway.Process, _ *os.Process, _ context.CancelCauseFunc) error { return p.Close() },
		"the bootstrap exits": func(_ *gateway.Process, b *os.Process, _ context.CancelCauseFunc) error { return b.Kill() },
	} {
		t.Run(name, func(t *testing.T) {
			arrived, gone := make(chan string, 1), make(chan struct{})
			srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				arrived <- r.FormValue("parent")
				<-r.Context().Done()
				close(gone)
			}))
			t.Cleanup(srv.CloseClientConnections) // lets the child end where the test fails
			p := function(t, "wrapper", "MEETING="+srv.URL)
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			done := make(chan error, 1)
			go func() { _, err := sendCtx(ctx, p, "meet", ""); done <- err }()
			parent, err := strconv.Atoi(<-arrived)
			require.NoError(t, err)
			bootstrap, err := os.FindProcess(parent)
			require.NoError(t, err)
			require.NoError(t, end(p, bootstrap, cancel))
			require.Error(t, <-done)
			select {
			case <-gone:
			case <-time.After(time.Minute):
				t.Fatal("the child works on")
			}
		})
	}
}
