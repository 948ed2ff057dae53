package gateway_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
	"github.com/lambdarest/lambdarest/router"
)

// streaming is the bootstrap of functions that stream: as many bytes as the query says.
func streaming() *router.Router {
	r := router.New()
	r.Get("/{proxy+}", func(_ context.Context, req *router.Request) (*router.Response, error) {
		size, err := strconv.Atoi(req.Query().Get("size"))
		if err != nil {
			return nil, err
		}
		return router.StreamFunc(http.StatusCreated, "text/csv", func(w io.Writer) error {
			_, err := io.CopyN(w, endless{}, int64(size))
			return err
		}), nil
	})
	return r
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return copy(p, strings.Repeat("x", len(p))), nil }

func TestStreamedAnswers(t *testing.T) {
	p := function(t, "stream")
	for kind, path := range map[gateway.Kind]string{gateway.REST: "/{proxy+}", gateway.FunctionURL: "$default"} {
		g, err := gateway.New(gateway.Config{Kind: kind}, gateway.Route{Path: path, Integration: gateway.Proxy(p)})
		require.NoError(t, err)
		for _, size := range []int{0, 5, 7 << 20} { // the last is above the limit of other answers
			w := httptest.NewRecorder()
			g.ServeHTTP(w, httptest.NewRequest("GET", "/big?size="+strconv.Itoa(size), nil))
			require.Equal(t, http.StatusCreated, w.Code, "%v %d", kind, size)
			require.Equal(t, "text/csv", w.Header().Get("Content-Type"))
			require.Equal(t, size, strings.Count(w.Body.String(), "x"))
			require.Equal(t, size, w.Body.Len())
		}
	}
}

// One that cannot stream gets a whole answer, with the limit of whole answers.
func TestStreamedAnswersOfHTTPAPIs(t *testing.T) {
	g, err := gateway.New(gateway.Config{Kind: gateway.HTTP}, gateway.Route{Path: "$default", Integration: gateway.Proxy(function(t, "stream"))})
	require.NoError(t, err)
	for size, status := range map[int]int{5: http.StatusCreated, 7 << 20: http.StatusInternalServerError} {
		w := httptest.NewRecorder()
		g.ServeHTTP(w, httptest.NewRequest("GET", "/big?size="+strconv.Itoa(size), nil))
		require.Equal(t, status, w.Code, size)
	}
}
