package router

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/lambdarest/lambdarest/internal/jsonscan"
)

// ErrNotHTTP is the error of [Router.Invoke] for an event that is not an HTTP
// request: not of API Gateway, a function URL, an ALB or VPC Lattice. The error's text names
// what was seen.
var ErrNotHTTP = errors.New("router: not an HTTP event")

// An event is a raw event taken apart in one pass, which validates all of it and
// builds nothing. The fields are raw JSON, nil where the event lacks them; they
// are decoded when asked for.
type event struct {
	httpMethod, path, resource, pathParameters []byte
	method, latticePath                        []byte
	rawPath, rawQueryString, routeKey, cookies []byte
	headers, multiValueHeaders                 []byte
	queryString, multiValueQuery               []byte
	stageVariables, body, isBase64Encoded      []byte
	version                                    []byte
	authorizerType, authorizerArn              []byte // of a request to a Lambda authorizer
	context                                    struct {
		elb, http, path, domainName, stage, requestID, authorizer, connectionID, serviceArn []byte
		httpMethod, sourceIP                                                                []byte
	}
}

// parseEvent takes data apart and tells its source. The fields point into data.
func parseEvent(data []byte) (ev event, src Source, err error) {
	s := jsonscan.New(data)
	if s.EnterObject() {
		for s.NextKey() {
			if field := ev.field(s.Key()); field != nil {
				*field = s.Value()
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
		return ev, 0, fmt.Errorf("router: event: %w", err)
	}
	src, err = ev.source(data)
	return ev, src, err
}

// field returns the field for a member of the event.
func (ev *event) field(key []byte) *[]byte {
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
			c.elb = s.Value()
		case "http":
			c.http = s.Value()
			c.httpMethod, c.sourceIP = lookup(c.http, "method"), lookup(c.http, "sourceIp")
		case "identity":
			c.sourceIP = lookup(s.Value(), "sourceIp")
		case "path":
			c.path = s.Value()
		case "domainName":
			c.domainName = s.Value()
		case "stage":
			c.stage = s.Value()
		case "requestId":
			c.requestID = s.Value()
		case "authorizer":
			c.authorizer = s.Value()
		case "connectionId":
			c.connectionID = s.Value()
		case "serviceArn":
			c.serviceArn = s.Value()
		default:
			s.Skip()
		}
	}
}

// source tells what sent the event. Neither version nor rawPath decides: function
// URLs and HTTP APIs share version 2.0, and REST APIs behind a base path mapping
// send an undocumented rawPath.
func (ev *event) source(data []byte) (Source, error) {
	switch {
	case isString(ev.authorizerType) && isString(ev.authorizerArn):
		return 0, fmt.Errorf("%w: a request to a Lambda authorizer", ErrNotHTTP)
	case isString(ev.context.connectionID):
		return 0, fmt.Errorf("%w: an event of a WebSocket API", ErrNotHTTP)
	case isObject(ev.context.elb) && isString(ev.httpMethod) && isString(ev.path):
		return ALB, nil
	case isString(ev.context.httpMethod) && isString(ev.rawPath):
		if strings.Contains(str(ev.context.domainName), ".lambda-url.") {
			return FunctionURL, nil
		}
		return HTTP, nil
	case isString(ev.httpMethod) && isString(ev.path):
		return REST, nil
	case isString(ev.method) && isString(ev.latticePath),
		isString(ev.method) && isString(ev.path) && isString(ev.context.serviceArn):
		return Lattice, nil
	}
	return 0, fmt.Errorf("%w: %s", ErrNotHTTP, describe(data))
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
	return isObject(ev.multiValueHeaders) || bytes.Equal(ev.headers, []byte("null"))
}
