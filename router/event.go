package router

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/lambdarest/lambdarest/internal/jsonscan"
)

// ErrNotHTTP is the error of [Router.Invoke] for an event that is not an HTTP
// request: not of API Gateway, a function URL, an ALB or VPC Lattice. The error's text names
// what was seen.
var ErrNotHTTP = errors.New("router: not an HTTP event")

// An event is a raw event taken apart in one pass, which validates all of it and
// builds nothing. The fields are places in data; what stands there is decoded when
// asked for. They are numbers and not slices, so that an event is half as large and the
// garbage collector has one pointer to follow.
type event struct {
	data []byte // nobody changes it; all strings that a request returns point into it

	httpMethod, path, resource, pathParameters span
	method, latticePath                        span
	rawPath, rawQueryString, routeKey, cookies span
	headers, multiValueHeaders                 span
	queryString, multiValueQuery               span
	stageVariables, body, isBase64Encoded      span
	version                                    span
	authorizerType, authorizerArn              span // of a request to a Lambda authorizer
	context                                    struct {
		elb, path, domainName, stage, requestID, authorizer, connectionID, serviceArn span
		httpMethod, sourceIP                                                          span
	}
}

// A span is the place of a value in an event; an empty one, of a value that the event
// lacks.
type span struct{ from, to uint32 }

// at returns the raw JSON at a place, which is empty where the event lacks the value.
func (ev *event) at(place span) []byte { return ev.data[place.from:place.to] }

func (ev *event) isString(place span) bool { return isString(ev.at(place)) }

// str returns the string at a place, and "" for anything else.
func (ev *event) str(place span) string { return str(ev.at(place)) }

// parse takes data apart and tells its source.
func (ev *event) parse(data []byte) (Source, error) {
	if uint64(len(data)) > math.MaxUint32 {
		return 0, errors.New("router: event: larger than 4 GB")
	}
	ev.data = data
	s := jsonscan.New(data)
	if s.EnterObject() {
		for s.NextKey() {
			if field := ev.field(s.Key()); field != nil {
				*field = value(&s)
			} else if string(s.Key()) == "requestContext" && s.EnterObject() {
				ev.readContext(&s)
			} else {
				s.Skip()
			}
		}
	} else {
		s.Skip()
	}
	if err := s.End(); err != nil {
		return 0, fmt.Errorf("router: event: %w", err)
	}
	return ev.source()
}

// value reads a value and returns its place.
func value(s *jsonscan.Scanner) span {
	raw := s.Value()
	end := s.Offset()
	return span{uint32(end - len(raw)), uint32(end)}
}

// field returns the field for a member of the event.
func (ev *event) field(key []byte) *span {
	switch string(key) {
	case "version":
		return &ev.version
	case "httpMethod":
		return &ev.httpMethod
	case "method":
		return &ev.method
	case "raw_path":
		return &ev.latticePath
	case "path":
		return &ev.path
	case "resource":
		return &ev.resource
	case "pathParameters":
		return &ev.pathParameters
	case "rawPath":
		return &ev.rawPath
	case "rawQueryString":
		return &ev.rawQueryString
	case "routeKey":
		return &ev.routeKey
	case "cookies":
		return &ev.cookies
	case "headers":
		return &ev.headers
	case "multiValueHeaders":
		return &ev.multiValueHeaders
	case "queryStringParameters", "query_string_parameters":
		return &ev.queryString
	case "multiValueQueryStringParameters":
		return &ev.multiValueQuery
	case "stageVariables":
		return &ev.stageVariables
	case "body":
		return &ev.body
	case "isBase64Encoded", "is_base64_encoded":
		return &ev.isBase64Encoded
	case "type":
		return &ev.authorizerType
	case "methodArn", "routeArn":
		return &ev.authorizerArn
	}
	return nil
}

// readContext reads the members of requestContext.
func (ev *event) readContext(s *jsonscan.Scanner) {
	c := &ev.context
	for s.NextKey() {
		switch string(s.Key()) {
		case "elb":
			c.elb = value(s)
		case "http":
			ev.readClient(s, true)
		case "identity":
			ev.readClient(s, false)
		case "path":
			c.path = value(s)
		case "domainName":
			c.domainName = value(s)
		case "stage":
			c.stage = value(s)
		case "requestId":
			c.requestID = value(s)
		case "authorizer":
			c.authorizer = value(s)
		case "connectionId":
			c.connectionID = value(s)
		case "serviceArn":
			c.serviceArn = value(s)
		default:
			s.Skip()
		}
	}
}

// readClient reads what requestContext says of the client's request: the member http of
// payload format 2.0, or the member identity of 1.0, which has no method.
func (ev *event) readClient(s *jsonscan.Scanner, http bool) {
	c := &ev.context
	if c.sourceIP = (span{}); http {
		c.httpMethod = span{}
	}
	if !s.EnterObject() {
		s.Skip()
		return
	}
	for s.NextKey() {
		switch key := string(s.Key()); {
		case key == "sourceIp":
			c.sourceIP = value(s)
		case key == "method" && http:
			c.httpMethod = value(s)
		default:
			s.Skip()
		}
	}
}

// source tells what sent the event. Neither version nor rawPath decides: function
// URLs and HTTP APIs share version 2.0, and REST APIs behind a base path mapping
// send an undocumented rawPath.
func (ev *event) source() (Source, error) {
	switch {
	case ev.isString(ev.authorizerType) && ev.isString(ev.authorizerArn):
		return 0, fmt.Errorf("%w: a request to a Lambda authorizer", ErrNotHTTP)
	case ev.isString(ev.context.connectionID):
		return 0, fmt.Errorf("%w: an event of a WebSocket API", ErrNotHTTP)
	case isObject(ev.at(ev.context.elb)) && ev.isString(ev.httpMethod) && ev.isString(ev.path):
		return ALB, nil
	case ev.isString(ev.context.httpMethod) && ev.isString(ev.rawPath):
		if strings.Contains(ev.str(ev.context.domainName), ".lambda-url.") {
			return FunctionURL, nil
		}
		return HTTP, nil
	case ev.isString(ev.httpMethod) && ev.isString(ev.path):
		return REST, nil
	case ev.isString(ev.method) && ev.isString(ev.latticePath),
		ev.isString(ev.method) && ev.isString(ev.path) && ev.isString(ev.context.serviceArn):
		return Lattice, nil
	}
	return 0, fmt.Errorf("%w: %s", ErrNotHTTP, describe(ev.data))
}

// describe says what a foreign event looks like, without its values.
func describe(data []byte) string {
	s := jsonscan.New(data)
	if !s.EnterObject() {
		return fmt.Sprintf("the event is no object, it starts with %q", s.Peek())
	}
	var keys []string
	for s.NextKey() {
		keys = append(keys, fmt.Sprintf("%.40q", s.Key()))
		s.Skip()
	}
	switch n := len(keys); {
	case n == 0:
		return "the event is empty"
	case n > 12:
		keys = append(keys[:12], "…")
	}
	return "the event has the keys " + strings.Join(keys, ", ")
}

// isMultiValue reports whether an ALB sent the event in its multi-value mode; the
// answer must be in the same mode.
func (ev *event) isMultiValue() bool {
	return isObject(ev.at(ev.multiValueHeaders)) || string(ev.at(ev.headers)) == "null"
}
