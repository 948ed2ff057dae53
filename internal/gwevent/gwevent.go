// Package gwevent turns HTTP requests into the events that Lambda functions receive, and the answers of functions
// back into HTTP.
//
// It plays the part of the service in front of a function: API Gateway (REST and HTTP APIs), a function URL, an
// Application Load Balancer, or VPC Lattice. [New] builds the event of any of these from one *http.Request; [ParseAnswer] does what
// that service does with the function's answer, refusing what the service refuses.
//
// The rules follow events recorded on AWS. Where AWS neither documents nor shows a rule, the comment says
// "unverified".
package gwevent

import (
	"fmt"
	"net/http"
	"time"
)

// A Source is a service that invokes functions for HTTP requests.
type Source int

const (
	// REST is an API Gateway REST API with a Lambda proxy integration (payload format 1.0).
	REST Source = iota
	// HTTPAPI is an API Gateway HTTP API (payload format 2.0).
	HTTPAPI
	// FunctionURL is a Lambda function URL (payload format 2.0 with an encoded path).
	FunctionURL
	// ALB is an Application Load Balancer whose target group has multi-value headers off.
	ALB
	// ALBMultiValue is an Application Load Balancer whose target group has multi-value headers on.
	ALBMultiValue
	// Lattice is VPC Lattice with version 2 of its events.
	Lattice
	// HTTPAPIv1 is an API Gateway HTTP API with payload format 1.0.
	HTTPAPIv1
)

// Sources returns every source, in the order of the constants.
func Sources() []Source {
	return []Source{REST, HTTPAPI, FunctionURL, ALB, ALBMultiValue, Lattice, HTTPAPIv1}
}

// String returns a short name, fit for test names and logs.
func (s Source) String() string {
	switch s {
	case REST:
		return "REST"
	case HTTPAPI:
		return "HTTPAPI"
	case FunctionURL:
		return "FunctionURL"
	case ALB:
		return "ALB"
	case ALBMultiValue:
		return "ALBMultiValue"
	case Lattice:
		return "Lattice"
	case HTTPAPIv1:
		return "HTTPAPIv1"
	}
	return fmt.Sprintf("Source(%d)", int(s))
}

// Options say what the request itself does not: which service received it and how that service is set up.
// The zero value gives a plausible event of a REST API with one /{proxy+} resource.
//
// With RequestID and Time given, the event depends on nothing but the request and the options.
type Options struct {
	// Source is the service that received the request.
	Source Source
	// Stage is the deployed stage, "" for "prod" (REST) or "$default" (HTTPAPI). The request's URL does not contain
	// it; it is added wherever the service shows it: requestContext.path of REST, rawPath of HTTPAPI.
	Stage string
	// BasePath is the path of a custom domain's base path mapping, "/" for a mapping at the root, and "" where the
	// request came to the service's own domain. It is put in front of the request's path; the stage then is not.
	BasePath string

	// Resource is the path of the matched REST resource, as "/users/{id}". Where it is empty the API has the single
	// resource /{proxy+}, and PathParameters is filled accordingly; of HTTPAPIv1 it is "$default" then.
	Resource string
	// RouteKey is the matched route of an HTTP API, as "GET /users/{id}"; "" for "$default".
	RouteKey string
	// ResourceID and DeploymentID are those that [IDs] returns, where they are known already.
	ResourceID, DeploymentID string
	// PathParameters are the values of the resource's or the route's variables as the event carries them:
	// percent-encoded for REST, decoded for HTTPAPI.
	PathParameters map[string]string
	// StageVariables of REST and HTTPAPI; none where empty.
	StageVariables map[string]string

	// AccountID, APIID, DomainName, RequestID and SourceIP fill the request context. Where empty: a made-up account,
	// a made-up API, the domain that AWS would give to it, a random id, and the host part of Request.RemoteAddr.
	AccountID, APIID, DomainName, RequestID, SourceIP string
	// TargetGroupARN is the target group of ALB, ALBMultiValue and Lattice; a made-up one where empty.
	TargetGroupARN string
	// TraceID is the X-Amzn-Trace-Id header; where empty it is made from RequestID and Time. A header that the
	// client sent is kept.
	TraceID string
	// ForwardedProto and ForwardedPort are the X-Forwarded-Proto and X-Forwarded-Port headers; where empty those of
	// the service: https and 443, or http and 80 for a load balancer.
	ForwardedProto, ForwardedPort string
	// Time is when the request arrived; the zero value means now.
	Time time.Time

	// BinaryTypes are the REST API's binaryMediaTypes: a body whose Content-Type matches is passed on as Base64,
	// any other is passed on as text, in which bytes that are not UTF-8 become U+FFFD. Nil spares a test the set-up:
	// a body that is not UTF-8 is passed on as Base64, whatever its type. The other sources have rules of their own.
	BinaryTypes []string
	// Authorizer becomes requestContext.authorizer of REST, HTTPAPI, HTTPAPIv1 and FunctionURL; absent where nil.
	Authorizer any
	// Caller becomes requestContext.identity of REST and HTTPAPIv1; nil where nobody signed the request. The other
	// sources show a caller in Authorizer.
	Caller *Caller
	// APIKey and APIKeyID become requestContext.identity.apiKey and apiKeyId of REST; absent where empty.
	APIKey, APIKeyID string
	// HeaderNames are names as the client wrote them, by their canonical form. Only REST and HTTPAPIv1 show the difference.
	HeaderNames map[string]string
}

// A Caller is who signed a request, as IAM knows it.
type Caller struct{ AccessKey, AccountID, UserID, UserARN string }

// New returns the event that opt.Source sends for the request: JSON with the fields, the nulls and the encodings of
// the recorded ones. It accepts requests of a server as well as those made by http.NewRequest.
//
// New reads the body to its end and leaves an equal one in r.Body. An error is one of reading the body, wrapped.
func New(r *http.Request, opt Options) ([]byte, error) {
	body, err := readBody(r)
	if err != nil {
		return nil, fmt.Errorf("gwevent: reading the body: %w", err)
	}
	switch opt.Source { // the usual ones, whose input stays on the stack
	case REST:
		return newREST(r, opt, body)
	case HTTPAPI, FunctionURL:
		return newV2(r, opt, body)
	}
	in := newInput(r, opt, body)
	switch opt.Source {
	case HTTPAPIv1:
		return marshal(in.v1())
	case ALB, ALBMultiValue:
		return marshal(in.alb())
	case Lattice:
		return marshal(in.lattice())
	}
	return nil, fmt.Errorf("gwevent: unknown source %d", int(opt.Source))
}
