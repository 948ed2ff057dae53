package dynamo

import (
	"testing"

	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"
)

// The client's own retryer says what is worth another attempt; of a client without
// one the SDK's usual list does.
func TestAdviceOnAttempts(t *testing.T) {
	for _, tt := range []struct {
		code                 string
		hooked, advice, want bool
	}{
		{"BandwidthLimitExceeded", false, false, true}, // on the SDK's list, but not DynamoDB's
		{"BandwidthLimitExceeded", true, false, false},
		{"OurProxySaysLater", false, false, false},
		{"OurProxySaysLater", true, true, true},
	} {
		a := newAttempt()
		a.hooked, a.advice = tt.hooked, tt.advice
		v := a.end(t.Context(), &smithy.GenericAPIError{Code: tt.code, Fault: smithy.FaultClient})
		require.Equal(t, tt.want, v.again, "%+v", tt)
		require.False(t, v.doubtful)
	}
}
