package warmup

import (
	"github.com/lambdarest/lambdarest/internal/jsonscan"
)

// Detection walks the top level of the event once and leaves at the first key
// that rules a ping out, which is the first or second key of every HTTP event as
// AWS writes it. Where no such key comes, the walk goes to the end, so that a veto
// behind the keys of a ping counts as much as one before them and trailing data is
// seen. Only what looks like a ping until there is looked at a second time, for
// keys that occur twice: the price of that is never paid by real traffic.

// kind is a kind of ping.
type kind uint8

const (
	none kind = iota
	eventBridgeRule
	eventBridgeScheduler
	lambdaWarmer
	pluginWarmup
)

// String is the kind as logged.
func (k kind) String() string {
	switch k {
	case eventBridgeRule:
		return "eventbridge-rule"
	case eventBridgeScheduler:
		return "eventbridge-scheduler"
	case lambdaWarmer:
		return "lambda-warmer"
	case pluginWarmup:
		return "serverless-plugin-warmup"
	}
	return "none"
}

// detect returns the kind of ping that payload is, or none. It keeps nothing of
// payload.
func detect(payload []byte, rules []string) kind {
	s := jsonscan.New(payload)
	switch s.Peek() {
	case '{':
		return detectObject(payload, rules)
	case '[':
		return detectArray(payload)
	case '"':
		return detectString(payload)
	}
	return none
}

// detectArray accepts lambda-warmer's list of pings for several functions. A
// single element that is something else makes the whole a business event.
func detectArray(payload []byte) kind {
	s := jsonscan.New(payload)
	s.EnterArray()
	found := none
	for s.NextElem() {
		if found = detectObject(s.Value(), nil); found != lambdaWarmer {
			return none
		}
	}
	if s.End() != nil {
		return none
	}
	return found
}

// maxWrapped is the longest string literal, in bytes, that may hold a ping.
const maxWrapped = 512

// detectString accepts the object of serverless-plugin-warmup 4.2, which that
// version sent as JSON within a JSON string.
func detectString(payload []byte) kind {
	s := jsonscan.New(payload)
	raw := s.Value()
	if s.End() != nil || len(raw) > maxWrapped || raw[1] != '{' {
		return none
	}
	if detectObject(jsonscan.AppendUnquote(nil, raw), nil) != pluginWarmup {
		return none
	}
	return pluginWarmup
}

// envelope is what the top level of an object says of its kind. Its slices alias
// the event and live as long as the detection.
type envelope struct {
	source, detailType, resources []byte // raw JSON
	warmer                        bool
	keys                          int
}

// maxKeys is the number of keys of the largest ping. EventBridge's envelope has
// ten.
const maxKeys = 64

func detectObject(payload []byte, rules []string) kind {
	s := jsonscan.New(payload)
	if !s.EnterObject() {
		return none
	}
	var e envelope
	for s.NextKey() {
		if e.keys++; e.keys > maxKeys || !e.member(&s) {
			return none
		}
	}
	k := e.kind(rules)
	if k == none || s.End() != nil || !uniqueKeys(payload) {
		return none
	}
	return k
}

// member reads the current member of s and reports whether the object may still
// be a ping.
func (e *envelope) member(s *jsonscan.Scanner) bool {
	key := s.Key()
	if vetoes(key) {
		return false
	}
	switch string(key) {
	case "source":
		e.source = s.Value()
	case "detail-type":
		e.detailType = s.Value()
	case "resources":
		e.resources = s.Value()
	case "warmer":
		e.warmer = string(s.Value()) == "true"
	case "version":
		// EventBridge's is "0" (handwritten test events have the number); "1.0" and
		// "2.0" are payload versions of HTTP events.
		v := string(s.Value())
		return v == `"0"` || v == "0"
	default:
		s.Skip()
	}
	return true
}

// kind returns the kind of ping that e belongs to.
func (e *envelope) kind(rules []string) kind {
	scheduled := string(e.detailType) == `"Scheduled Event"`
	switch source := string(e.source); {
	case e.warmer:
		return lambdaWarmer
	case source == `"serverless-plugin-warmup"`:
		return pluginWarmup
	case scheduled && source == `"aws.events"` && allowed(e.resources, rules):
		return eventBridgeRule
	case scheduled && source == `"aws.scheduler"` && allowed(e.resources, rules):
		return eventBridgeScheduler
	}
	return none
}

// vetoes reports whether an object with the key cannot be a ping, whatever else
// it has: such keys come with events that somebody or something else than a
// schedule caused.
func vetoes(key []byte) bool {
	switch string(key) {
	// API Gateway REST and HTTP APIs, Function URLs, ALB, WebSocket.
	case "resource", "path", "httpMethod", "headers", "multiValueHeaders",
		"queryStringParameters", "multiValueQueryStringParameters", "pathParameters",
		"stageVariables", "requestContext", "body", "isBase64Encoded",
		"routeKey", "rawPath", "rawQueryString", "cookies":
		return true
	// VPC Lattice: version 2.0 has method, version 1.0 the names with underscores.
	case "method", "raw_path", "query_string_parameters", "is_base64_encoded":
		return true
	// The passthrough mapping template of a non-proxy integration.
	case "body-json", "params":
		return true
	// Batches: SQS, SNS, S3, streams; Kafka and Firehose.
	case "Records", "records":
		return true
	// Authorizers, AppSync resolvers, Cognito triggers.
	case "methodArn", "routeArn", "arguments", "triggerSource":
		return true
	}
	return false
}

// uniqueKeys reports whether no key of the object occurs twice; JSON parsers
// differ in which one they take. payload is valid and has few keys.
func uniqueKeys(payload []byte) bool {
	seen := make(map[string]struct{})
	s := jsonscan.New(payload)
	s.EnterObject()
	n := 0
	for s.NextKey() {
		seen[string(s.Key())] = struct{}{}
		s.Skip()
		n++
	}
	return len(seen) == n
}
