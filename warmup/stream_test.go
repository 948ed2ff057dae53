package warmup_test

import (
	"context"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/router"
	"github.com/lambdarest/lambdarest/warmup"
)

func TestWrapStream(t *testing.T) {
	var cold, first []bool
	r := router.New()
	r.Handle("/{proxy+}", func(ctx context.Context, _ *router.Request) (*router.Response, error) {
		cold, first = append(cold, warmup.ColdStart(ctx)), append(first, warmup.FirstReal(ctx))
		return router.Stream(200, "text/plain", strings.NewReader("streamed")), nil
	})
	h := warmup.WrapStream(r.Stream, warmup.Config{})
	invoke := func(event string) string {
		out, err := h(t.Context(), json.RawMessage(event))
		require.NoError(t, err)
		defer out.Close()
		b, err := io.ReadAll(out)
		require.NoError(t, err)
		return string(b)
	}
	require.Equal(t, `{"warmed":true}`, invoke(`{"warmer":true}`))
	require.Empty(t, first)
	for range 2 {
		require.Contains(t, invoke(restEvent()), "streamed")
	}
	require.Equal(t, []bool{false, false}, cold)
	require.Equal(t, []bool{true, false}, first)
	// lambda.Start encodes results, and reads those that are no JSON.
	started := lambda.NewHandler(h)
	for event, want := range map[string]string{`{"warmer":true}`: `{"warmed":true}`, restEvent(): "\x00streamed"} {
		out, err := started.Invoke(t.Context(), []byte(event))
		require.NoError(t, err)
		require.True(t, strings.HasSuffix(string(out), want), "%s", out)
	}
	require.Panics(t, func() { warmup.WrapStream(nil, warmup.Config{}) })
}
