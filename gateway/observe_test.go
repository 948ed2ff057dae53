package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
)

func TestObserve(t *testing.T) {
	var seen []gateway.Exchange
	fails := handlerFunc(func(context.Context, []byte) ([]byte, error) { return nil, errors.New("boom") })
	g := newGateway(t, gateway.Config{Stage: "s", StageInURL: true, Observe: func(e gateway.Exchange) { seen = append(seen, e) }},
		gateway.Route{Method: "POST", Path: "/users/{id}", Integration: gateway.Proxy(answering(`{"statusCode":201,"body":"made"}`))},
		gateway.Route{Path: "/fails", Integration: gateway.Proxy(fails)},
		gateway.Route{Path: "/map", Integration: gateway.Lambda(echo, gateway.Templates{Request: js(`{"rendered": true}`)})},
	)
	w := do(g, "POST", "/s/users/1?q=a%2Fb", strings.Repeat("x", 100_000), "X-A", "1")
	do(g, "GET", "/s/fails", "")
	do(g, "GET", "/s/nowhere", "")
	do(g, "POST", "/s/map", "{}")
	require.Len(t, seen, 4)
	e := seen[0]
	require.Equal(t, "/s/users/1", e.Path)
	require.Equal(t, "q=a%2Fb", e.Query)
	require.Equal(t, "POST /users/{id}", e.Route)
	require.Equal(t, "1", e.Header.Get("X-A"))
	require.Len(t, e.Body, 64<<10)
	require.Contains(t, string(e.Event), `"resource":"/users/{id}"`)
	require.Equal(t, `{"statusCode":201,"body":"made"}`, string(e.Result))
	require.Equal(t, 201, e.Status)
	require.Equal(t, "made", string(e.Answer))
	require.Equal(t, w.Header().Get("X-Amzn-Requestid"), e.RequestID)
	require.NotEmpty(t, e.InvocationID)
	require.NoError(t, e.Err)
	require.ErrorContains(t, seen[1].Err, "boom")
	require.Equal(t, 502, seen[1].Status)
	require.Empty(t, seen[2].Route)
	require.Empty(t, seen[2].InvocationID)
	require.NoError(t, seen[2].Err)
	require.Equal(t, `{"rendered": true}`, string(seen[3].Event))
}

// TestObserveEvent: an observer sees the event as it was given to the function, which may do with it as it likes, also when
// the client has its 504.
func TestObserveEvent(t *testing.T) {
	scribble := func(event []byte) {
		for i := range event {
			event[i] = 'x'
		}
	}
	writes := handlerFunc(func(_ context.Context, event []byte) ([]byte, error) {
		scribble(event)
		return []byte(`{}`), nil
	})
	over, written := make(chan bool), make(chan bool)
	late := handlerFunc(func(ctx context.Context, event []byte) ([]byte, error) {
		defer close(written)
		<-ctx.Done()
		scribble(event)
		<-over
		return nil, ctx.Err()
	})
	streams := func(_ context.Context, event json.RawMessage) (io.ReadCloser, error) {
		scribble(event)
		return io.NopCloser(strings.NewReader("{}\x00\x00\x00\x00\x00\x00\x00\x00")), nil
	}
	var seen []gateway.Exchange
	g := newGateway(t, gateway.Config{Observe: func(e gateway.Exchange) { seen = append(seen, e) }},
		gateway.Route{Path: "/proxy", Integration: gateway.Proxy(writes)},
		gateway.Route{Path: "/lambda", Integration: gateway.Lambda(writes, gateway.Templates{})},
		gateway.Route{Path: "/stream", Integration: gateway.Stream(streams)},
		gateway.Route{Path: "/late", Integration: gateway.Proxy(late), Timeout: time.Millisecond},
	)
	for _, path := range []string{"/proxy", "/lambda", "/stream", "/late"} {
		do(g, "POST", path, `{"body": "of the client"}`)
		e := seen[len(seen)-1]
		require.Contains(t, string(e.Event), "of the client", path)
	}
	require.Equal(t, 504, seen[3].Status)
	close(over)
	<-written
}
