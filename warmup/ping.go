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
	shape       Shape
	child       bool          // sent by a warmer as one of several: it is delayed, and never fans out
	n, total    int           // n of total instances, as a child was told; 0 where it was not
	count       int           // of instances that a root asks for; 0 where it does not say
	test        bool          // a root that asks for nothing to be sent
	delay       time.Duration // that a child asks for; -1 where it does not say
	correlation string        // name of the round of pings; may be empty
	elsewhere   int           // pings in an array, or the only one, that target other functions
}

// members are those of a ping's object that say what to do, as raw JSON.
type members struct {
	account, region, token             []byte
	concurrency, target, test          []byte // lambda-warmer's and Vapor's root
	invocation, total, correlation     []byte // lambda-warmer's child
	warmerID, index, delay             []byte // OpenNext's
	vaporRoot, warmerChild, duplicates bool
}

// readMembers reads an object that detect took for a ping.
func readMembers(payload []byte) (m members) {
	seen := make(map[string]struct{})
	s := jsonscan.New(payload)
	s.EnterObject()
	for s.NextKey() {
		key := string(s.Key())
		if _, ok := seen[key]; ok {
			m.duplicates = true // JSON parsers differ in which one they take
		}
		seen[key] = struct{}{}
		m.read(key, s.Value())
	}
	return m
}

func (m *members) read(key string, value []byte) {
	if strings.HasPrefix(key, "__WARMER_") {
		m.warmerChild = true // whatever else of a child is missing or broken
	}
	switch key {
	case "account":
		m.account = value
	case "region":
		m.region = value
	case "token":
		m.token = value
	case "concurrency":
		m.concurrency = value
	case "target":
		m.target = value
	case "test":
		m.test = value
	case "__WARMER_INVOCATION__":
		m.invocation = value
	case "__WARMER_CONCURRENCY__":
		m.total = value
	case "__WARMER_CORRELATIONID__", "__WARMER_CORRELATION_ID__": // JavaScript, Python
		m.correlation = value
	case "vaporWarmer":
		m.vaporRoot = string(value) == "true"
	case "warmerId":
		m.warmerID = value
	case "index":
		m.index = value
	case "delay":
		m.delay = value
	}
}

// read reads a ping of the given shape and reports whether it is genuine.
func (g *guard) read(shape Shape, payload []byte, lc *lambdacontext.LambdaContext) (ping, bool) {
	s := jsonscan.New(payload)
	switch s.Peek() {
	case '[':
		return g.readArray(payload, lc)
	case '"':
		raw := s.Value()
		if shape == Thundra {
			wait, _ := thundraWait(raw)
			return ping{shape: shape, child: true, delay: wait}, g.genuine(&members{}, lc)
		}
		payload = jsonscan.AppendUnquote(nil, raw)
	case 'n':
		return ping{shape: shape, delay: -1}, g.genuine(&members{}, lc)
	}
	return g.readObject(shape, payload, lc)
}

func (g *guard) readObject(shape Shape, payload []byte, lc *lambdacontext.LambdaContext) (ping, bool) {
	m := readMembers(payload)
	if m.duplicates {
		return ping{}, false
	}
	if shape == pluginContext {
		m.fromContext(lc.ClientContext.Custom)
	}
	return m.ping(shape, lc), g.genuine(&m, lc)
}

// readArray reads lambda-warmer's array. Those of its pings that are for this
// function make one.
func (g *guard) readArray(payload []byte, lc *lambdacontext.LambdaContext) (ping, bool) {
	all := ping{shape: LambdaWarmer, delay: -1}
	s := jsonscan.New(payload)
	s.EnterArray()
	for s.NextElem() {
		p, ok := g.readObject(LambdaWarmer, s.Value(), lc)
		if !ok {
			return ping{}, false
		}
		all.child = all.child || p.child
		all.test = all.test || p.test
		all.count = max(all.count, p.count)
		all.elsewhere += p.elsewhere
		all.correlation = p.correlation
	}
	return all, true
}

// ping interprets the members of a ping's object.
func (m *members) ping(shape Shape, lc *lambdacontext.LambdaContext) ping {
	p := ping{shape: shape, delay: -1}
	switch shape {
	case LambdaWarmer:
		p.child = m.warmerChild
		p.n, p.total = count(m.invocation), count(m.total)
		p.correlation = text(m.correlation)
		p.test = string(m.test) == "true"
		if !isTarget(text(m.target), lc) {
			p.elsewhere = 1
		} else {
			p.count = max(1, count(m.concurrency))
			if m.concurrency == nil {
				p.count = 0
			}
		}
	case Vapor:
		p.child = !m.vaporRoot
		p.count = max(1, count(m.concurrency))
	case OpenNext:
		p.child = true
		p.n, p.total = count(m.index), count(m.concurrency)
		p.delay = milliseconds(m.delay)
		p.correlation = text(m.warmerID)
	case PluginWarmup, pluginContext:
		p.count = 1 // the plugin's own function sends as many as are asked for
	}
	return p
}

// isTarget reports whether a ping for target is for this function. No target means
// the function that gets the ping; otherwise it is a name or an ARN, alone or with
// the version or alias by which this invocation came.
func isTarget(target string, lc *lambdacontext.LambdaContext) bool {
	if target == "" {
		return true
	}
	if lc == nil {
		return false
	}
	a, ok := parseARN(lc.InvokedFunctionArn)
	qualified := ":" + a.qualifier
	return ok && (target == a.name || target == a.name+qualified ||
		target == lc.InvokedFunctionArn || target+qualified == lc.InvokedFunctionArn)
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
	if len(raw) < 2 || len(raw) > maxText || raw[0] != '"' {
		return ""
	}
	return jsonscan.Unquote(raw)
}

// thundraWait reads "#warmup" and "#warmup wait=200", where wait is in
// milliseconds. Arguments have the form key=value; others than wait are ignored.
func thundraWait(raw []byte) (wait time.Duration, ok bool) {
	args, ok := strings.CutPrefix(jsonscan.Unquote(raw), "#warmup")
	if !ok || args != "" && args[0] != ' ' {
		return 0, false
	}
	wait = -1
	for arg := range strings.FieldsSeq(args) {
		key, value, ok := strings.Cut(arg, "=")
		if !ok {
			return 0, false
		}
		if key == "wait" {
			wait = milliseconds([]byte(value))
		}
	}
	return wait, true
}
