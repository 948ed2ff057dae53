package gateway

import (
	"cmp"
	"net/http"
	"net/url"
	"time"

	"github.com/lambdarest/lambdarest/internal/gwevent"
)

// call is one request on its way through the gateway.
type call struct {
	g      *Gateway
	r      *http.Request
	route  *route
	params map[string]string // percent-encoded for REST APIs, else decoded
	start  time.Time
	prefix string          // of the path, that is no part of the route
	key    APIKey          // the one that the client has sent
	grant  any             // requestContext.authorizer
	caller *gwevent.Caller // who signed the request; nil where nobody did

	writer    statusWriter
	requestID [1]string // the list of the header with it

	headerNames map[string]string // as the client wrote them, by their canonical form

	functionID  string    // the request id of the function's invocation; "" where there was none
	observer    *observer // nil where nobody observes
	functionErr error     // for the observer, and for what a response says of a body
}

// ownRequest replaces the request by a copy that can be changed.
func (c *call) ownRequest() { c.r = c.r.WithContext(c.r.Context()) }

func (c *call) options() gwevent.Options {
	cfg := &c.g.cfg
	opt := gwevent.Options{
		Source: c.g.rules.source, Stage: cfg.Stage, BasePath: c.eventPrefix(), StageVariables: cfg.StageVariables,
		PathParameters: c.params, HeaderNames: c.headerNames,
		AccountID: cfg.AccountID, APIID: cfg.APIID, DomainName: cfg.DomainName,
		RequestID: c.requestID[0], Time: c.start, BinaryTypes: cfg.BinaryMediaTypes,
		Authorizer: c.grant, Caller: c.caller, APIKey: c.key.Value, APIKeyID: c.key.ID,
	}
	if c.route != nil {
		opt.Resource, opt.RouteKey = c.route.path, c.route.key
		opt.ResourceID, opt.DeploymentID = c.route.resourceID, c.route.deploymentID
	}
	opt.ForwardedProto, opt.ForwardedPort = c.forwarded()
	return opt
}

// query returns the decoded query of the request, as the event has it: url.ParseQuery would leave out what is broken.
func (c *call) query() url.Values { return gwevent.Query(c.r.URL.RawQuery) }

// templateContext is $context without a route's own part.
func (c *call) templateContext() map[string]any {
	data, err := gwevent.ForTemplate(c.r, c.options())
	if err != nil {
		return nil // cannot happen: strings and integers only
	}
	return data.Context
}

// forwarded returns the scheme and the port that the client really used, so that links made from them work locally.
func (c *call) forwarded() (proto, port string) {
	proto, port = "http", "80"
	if c.r.TLS != nil {
		proto, port = "https", "443"
	}
	u := url.URL{Host: c.r.Host}
	return proto, cmp.Or(u.Port(), port)
}
