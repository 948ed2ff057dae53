package warmup

import (
	"crypto/sha256"
	"crypto/subtle"
	"strings"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/lambdarest/lambdarest/internal/jsonscan"
)

// A guard tells genuine pings from those that anybody can write.
type guard struct {
	strict bool
	token  *[sha256.Size]byte // nil where none is asked for
}

func newGuard(cfg *Config) guard {
	g := guard{strict: cfg.Strict}
	if cfg.Token != "" {
		sum := sha256.Sum256([]byte(cfg.Token))
		g.token = &sum
	}
	return g
}

// genuine reports whether the members of a ping prove where it comes from: the
// account and region of the function's own ARN, and the token.
func (g *guard) genuine(m *members, lc *lambdacontext.LambdaContext) bool {
	return g.inPlace(m, lc) && g.knowsToken(m.token)
}

func (g *guard) inPlace(m *members, lc *lambdacontext.LambdaContext) bool {
	if !g.strict {
		return true
	}
	if lc == nil {
		return false
	}
	a, ok := parseARN(lc.InvokedFunctionArn)
	return ok && text(m.account) == a.account && text(m.region) == a.region
}

// knowsToken compares sums, so that the time it takes tells neither the token's
// bytes nor its length.
func (g *guard) knowsToken(raw []byte) bool {
	if g.token == nil {
		return true
	}
	if len(raw) < 2 || raw[0] != '"' {
		return false
	}
	sum := sha256.Sum256(jsonscan.AppendUnquote(nil, raw))
	return subtle.ConstantTimeCompare(sum[:], g.token[:]) == 1
}

// fromContext takes what proves a ping from the custom part of the client context,
// for a ping that was found there.
func (m *members) fromContext(custom map[string]string) {
	m.account = jsonscan.AppendQuote(nil, custom["account"])
	m.region = jsonscan.AppendQuote(nil, custom["region"])
	m.token = jsonscan.AppendQuote(nil, custom["token"])
}

// An arn is that of a function:
// arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER].
type arn struct{ region, account, name, qualifier string }

func parseARN(s string) (a arn, ok bool) {
	f := strings.Split(s, ":")
	if len(f) < 7 || len(f) > 8 || f[0] != "arn" || f[2] != "lambda" || f[3] == "" || f[4] == "" || f[5] != "function" {
		return arn{}, false
	}
	a = arn{region: f[3], account: f[4], name: f[6]}
	if len(f) == 8 {
		a.qualifier = f[7]
	}
	return a, true
}
