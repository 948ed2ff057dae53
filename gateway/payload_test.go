package gateway

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/internal/handover"
)

// TestPayloadIsCopied: the server may write the event when Invoke has returned, and its buffer is the caller's again.
func TestPayloadIsCopied(t *testing.T) {
	payload := []byte("event")
	inv, cancel := Function("x", nil).newInvocation(t.Context(), payload)
	defer cancel()
	clear(payload)
	require.Equal(t, "event", string(inv.payload))

	payload = []byte("event")
	ctx := context.WithValue(t.Context(), handover.Key{}, &payload) // the gateway's own, which it does not touch again
	inv, cancel = Function("x", nil).newInvocation(ctx, payload)
	defer cancel()
	require.Same(t, &payload[0], &inv.payload[0])
}
