package warmup

import (
	"context"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/lambdarest/lambdarest/internal/jsonscan"
)

// Detection walks the top level of the event once and leaves at the first key
// that rules a ping out, which is the first or second key of every HTTP event as
// AWS writes it. Where no such key comes, the walk goes to the end, so that a veto
// behind the keys of a ping counts as much as one before them and trailing data is
// seen. Only what looks like a ping until there is looked at a second time
// (ping.go), for keys that occur twice and for what it asks for: the price of that
// is never paid by real traffic.

// detect returns the shape of the ping that payload looks like, or 0. It keeps
// nothing of payload.
func (h *pinger) detect(ctx context.Context, payload []byte) Shape {
	s := jsonscan.New(payload)
	switch s.Peek() {
	case '{':
		return h.object(ctx, payload) & h.cfg.Shapes
	case '[':
		return h.array(payload) & h.cfg.Shapes
	case '"':
		return h.text(payload) & h.cfg.Shapes
	case 'n':
		if s.Skip(); s.End() == nil {
			return Null & h.cfg.Shapes
		}
	}
	return 0
}

// array accepts lambda-warmer's list of pings for several functions. A single
// element that is something else makes the whole a business event.
func (h *pinger) array(payload []byte) Shape {
	s := jsonscan.New(payload)
	s.EnterArray()
	var found Shape
	for s.NextElem() {
		e, ok := h.envelope(s.Value())
		if found = e.shape(h.cfg.Rules); !ok || found != LambdaWarmer {
			return 0
		}
	}
	if s.End() != nil {
		return 0
	}
	return found
}

// maxWrapped is the longest string literal, in bytes, that may be a ping.
const maxWrapped = 512

// text accepts Thundra's strings, and the object of serverless-plugin-warmup 4.2,
// which that version sent as JSON within a JSON string.
func (h *pinger) text(payload []byte) Shape {
	s := jsonscan.New(payload)
	raw := s.Value()
	if s.End() != nil || len(raw) > maxWrapped {
		return 0
	}
	switch raw[1] {
	case '#':
		if _, ok := thundraWait(raw); ok {
			return Thundra
		}
	case '{':
		if e, ok := h.envelope(jsonscan.AppendUnquote(nil, raw)); ok && e.shape(h.cfg.Rules) == PluginWarmup {
			return PluginWarmup
		}
	}
	return 0
}

func (h *pinger) object(ctx context.Context, payload []byte) Shape {
	e, ok := h.envelope(payload)
	if !ok {
		return 0
	}
	if shape := e.shape(h.cfg.Rules) & h.cfg.Shapes; shape != 0 {
		return shape
	}
	if fromPlugin(ctx) {
		return pluginContext
	}
	return 0
}

// fromPlugin reports whether the client context says that serverless-plugin-warmup
// sent the event. Only somebody with the permission to invoke the function can
// write it.
func fromPlugin(ctx context.Context) bool {
	lc, ok := lambdacontext.FromContext(ctx)
	return ok && lc.ClientContext.Custom["source"] == "serverless-plugin-warmup"
}

// envelope is what the top level of an object says of its shape. Its slices alias
// the event and live as long as the detection.
type envelope struct {
	source, detailType, resources []byte // raw JSON
	flag, vapor, warmer, warmerID bool
	keys                          int
}

// maxKeys is the number of keys of the largest ping. EventBridge's envelope has
// ten.
const maxKeys = 64

// envelope reads the whole of an object and reports whether it may be a ping: it
// is valid and nothing in it says that it is something else.
func (h *pinger) envelope(payload []byte) (e envelope, ok bool) {
	s := jsonscan.New(payload)
	if !s.EnterObject() {
		return e, false
	}
	for s.NextKey() {
		if e.keys++; e.keys > maxKeys || !e.member(&s, h.cfg.Flag) {
			return e, false
		}
	}
	return e, s.End() == nil
}

// member reads the current member of s and reports whether the object may still
// be a ping.
func (e *envelope) member(s *jsonscan.Scanner, flag string) bool {
	key := s.Key()
	if vetoes(key) {
		return false
	}
	switch string(key) {
	case flag:
		e.flag = string(s.Value()) == "true"
	case "source":
		e.source = s.Value()
	case "detail-type":
		e.detailType = s.Value()
	case "resources":
		e.resources = s.Value()
	case "version":
		// EventBridge's is "0" (handwritten test events have the number); "1.0" and
		// "2.0" are payload versions of HTTP events.
		v := string(s.Value())
		return v == `"0"` || v == "0"
	case "vaporWarmer", "vaporWarmerPing":
		e.vapor = string(s.Value()) == "true" || e.vapor
	case "type":
		e.warmer = string(s.Value()) == `"warmer"`
	case "warmerId":
		e.warmerID = true
		s.Skip()
	default:
		s.Skip()
	}
	return true
}

// shape returns the shape of ping that e belongs to, or 0.
func (e *envelope) shape(rules []string) Shape {
	scheduled := string(e.detailType) == `"Scheduled Event"`
	switch source := string(e.source); {
	case e.keys == 0:
		return EmptyObject
	case e.flag:
		return LambdaWarmer
	case source == `"serverless-plugin-warmup"`:
		return PluginWarmup
	case scheduled && source == `"aws.events"` && allowed(e.resources, rules):
		return EventBridgeRule
	case scheduled && source == `"aws.scheduler"` && allowed(e.resources, rules):
		return EventBridgeScheduler
	case e.vapor:
		return Vapor
	case e.warmer && e.warmerID:
		return OpenNext
	}
	return 0
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
