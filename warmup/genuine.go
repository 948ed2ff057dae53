package warmup

import (
	"crypto/sha256"
	"crypto/subtle"
	"strings"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// An origin is what a ping says of where it comes from.
type origin struct {
	account, region, token string
	_                      incomparable
}

// incomparable keeps the compiler from writing code that compares structs with it,
// which nobody calls.
type incomparable [0]func()

// genuine reports whether a ping proves where it comes from: by the account and
// region of the function's own ARN, and by the token.
func (h *pinger) genuine(from origin, lc *lambdacontext.LambdaContext) bool {
	if h.cfg.Strict && (lc == nil || !from.of(lc.InvokedFunctionArn)) {
		return false
	}
	return h.cfg.Token == "" || sameToken(h.cfg.Token, from.token)
}

// of reports whether account and region are those of a function's ARN,
// arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER].
func (from origin) of(arn string) bool {
	f := strings.SplitN(arn, ":", 6)
	return len(f) == 6 && f[2] == "lambda" && f[3] == from.region && f[4] == from.account && from.region != "" && from.account != ""
}

// sameToken compares sums, so that the time it takes tells neither the token's bytes
// nor its length.
func sameToken(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}
