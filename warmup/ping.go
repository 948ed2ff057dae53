package warmup

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/lambdarest/lambdarest/internal/jsonscan"
)

// A ping is what a ping asks for. It holds nothing of the event's memory.
type ping struct {
	_           incomparable
	shape       Shape
	from        origin
	child       bool          // sent by a warmer as one of several: it is delayed, and never fans out
	n, total    int           // n of total instances, as a child was told; 0 where it was not
	count       int           // of instances that a root asks for; 0 where it does not say
	test        bool          // a root that asks for nothing to be sent
	delay       time.Duration // that a child asks for; -1 where it does not say
	correlation string        // name of the round of pings; may be empty
	elsewhere   int           // pings, in an array or the only one, that target other functions
}

// members are those of a ping's object that say what to do or where it comes from,
// as raw JSON.
type members [len(memberKeys)][]byte

// The members, in the order of memberKeys.
const (
	account = iota
	region
	token
	concurrency // lambda-warmer's and Vapor's root, OpenNext
	target      // lambda-warmer's root
	test
	invocation // lambda-warmer's child
	total
	correlation
	correlationPython
	vaporRoot
	warmerID // OpenNext
	index
	delay
)

var memberKeys = [...]string{
	"account", "region", "token", "concurrency", "target", "test",
	"__WARMER_INVOCATION__", "__WARMER_CONCURRENCY__", "__WARMER_CORRELATIONID__", "__WARMER_CORRELATION_ID__",
	"vaporWarmer", "warmerId", "index", "delay",
}

// read reads a ping of the given shape into p and reports whether it is genuine.
func (h *pinger) read(p *ping, shape Shape, payload []byte, lc *lambdacontext.LambdaContext) bool {
	p.shape, p.delay = shape, -1
	s := jsonscan.New(payload)
	switch s.Peek() {
	case '[':
		s.EnterArray()
		for s.NextElem() {
			if !h.readObject(p, s.Value(), lc) {
				return false
			}
		}
		return true
	case '"':
		raw := s.Value()
		if shape == Thundra {
			p.child = true
			p.delay, _ = thundraWait(raw)
			return h.genuine(origin{}, lc)
		}
		payload = jsonscan.AppendUnquote(nil, raw)
	case 'n':
		return h.genuine(origin{}, lc)
	}
	return h.readObject(p, payload, lc)
}

// readObject adds what an object asks for to p: of lambda-warmer's array, the pings
// that are for this function make one.
func (h *pinger) readObject(p *ping, payload []byte, lc *lambdacontext.LambdaContext) bool {
	var m members
	seen := make(map[string]bool)
	s := jsonscan.New(payload)
	s.EnterObject()
	for s.NextKey() {
		key := string(s.Key())
		if seen[key] {
			return false // JSON parsers differ in which one they take
		}
		seen[key] = true
		if strings.HasPrefix(key, "__WARMER_") {
			p.child = true // whatever else of a child is missing or broken
		}
		value := s.Value()
		for i := range memberKeys {
			if key == memberKeys[i] {
				m[i] = value
			}
		}
	}
	p.add(&m, lc)
	p.from = origin{account: text(m[account]), region: text(m[region]), token: whole(m[token])}
	if p.shape == pluginContext { // it proves itself by what stands beside its source
		custom := lc.ClientContext.Custom
		p.from = origin{account: custom["account"], region: custom["region"], token: custom["token"]}
	}
	return h.genuine(p.from, lc)
}

// add adds what the members ask for to p.
func (p *ping) add(m *members, lc *lambdacontext.LambdaContext) {
	switch p.shape {
	case LambdaWarmer:
		p.test = p.test || string(m[test]) == "true"
		p.n, p.total = count(m[invocation]), count(m[total])
		p.correlation = text(m[correlation]) + text(m[correlationPython]) // one of them, or neither
		if !isTarget(text(m[target]), lc) {
			p.elsewhere++
		} else if m[concurrency] != nil {
			p.count = max(p.count, 1, count(m[concurrency]))
		}
	case Vapor:
		p.child = string(m[vaporRoot]) != "true"
		p.count = max(1, count(m[concurrency]))
	case OpenNext:
		p.child = true
		p.n, p.total = count(m[index]), count(m[concurrency])
		p.delay = milliseconds(m[delay])
		p.correlation = text(m[warmerID])
	case PluginWarmup, pluginContext:
		p.count = 1 // the plugin's own function sends as many as are asked for
	}
}

// isTarget reports whether a ping for target is for this function. No target means
// the function that gets the ping; otherwise it is the ARN by which this invocation
// came, or the function's name, alone or with the same version or alias.
func isTarget(target string, lc *lambdacontext.LambdaContext) bool {
	if target == "" || lc == nil {
		return target == ""
	}
	own := lc.InvokedFunctionArn
	return target == own || strings.Contains(own+":", ":function:"+target+":")
}

// count reads a number of instances, which warmers write as a number or as a string
// of one. What is neither, not a number or less than one is 0.
func count(raw []byte) int {
	n, ok := number(raw)
	if !ok || n < 1 {
		return 0
	}
	return int(min(n, math.MaxInt32))
}

// milliseconds reads a delay, which is -1 where there is none.
func milliseconds(raw []byte) time.Duration {
	n, ok := number(raw)
	if !ok || n < 0 {
		return -1
	}
	return time.Duration(min(n, math.MaxInt32)) * time.Millisecond
}

// number reads a JSON number, or a string of one, that is neither NaN nor infinite.
func number(raw []byte) (float64, bool) {
	s := string(raw)
	if t := text(raw); t != "" {
		s = strings.TrimSpace(t)
	}
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil && !math.IsNaN(n) && !math.IsInf(n, 0)
}

// maxText is the longest text, in bytes, that is taken from a ping into logs and
// other pings.
const maxText = 256

// text returns the value of a JSON string, or "" for anything else and for strings
// that are too long.
func text(raw []byte) string {
	if len(raw) > maxText {
		return ""
	}
	return whole(raw)
}

// whole returns the value of a JSON string of any length, or "" for anything else.
func whole(raw []byte) string {
	if len(raw) < 2 || raw[0] != '"' {
		return ""
	}
	return jsonscan.Unquote(raw)
}

// thundraWait reads "#warmup" and "#warmup wait=200", where wait is in
// milliseconds. There may be other arguments.
func thundraWait(raw []byte) (wait time.Duration, ok bool) {
	args, ok := strings.CutPrefix(jsonscan.Unquote(raw), "#warmup")
	if !ok || args != "" && args[0] != ' ' {
		return 0, false
	}
	_, value, _ := strings.Cut(args, " wait=")
	value, _, _ = strings.Cut(value, " ")
	return milliseconds([]byte(value)), true
}
