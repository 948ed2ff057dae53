package gateway

import (
	"errors"
	"maps"
	"net/http"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/lambdarest/lambdarest/internal/gwevent"
)

// Proxy is the Lambda proxy integration (AWS_PROXY): the function gets the whole request as an event of its Kind's
// format and answers with a status, headers and a body. A function that returns an error, panics, or returns anything
// else gives the client of a REST API 502 {"message": "Internal server error"}, as on AWS; the log says why.
func Proxy(h lambda.Handler) Integration { return proxy{handler: h} }

// ProxyV1 is the Lambda proxy integration of an HTTP API with payload format 1.0: events and answers are much like those
// of a REST API. An answer without a statusCode gives the client 500.
func ProxyV1(h lambda.Handler) Integration { return proxy{h, true} }

type proxy struct {
	handler lambda.Handler
	isV1    bool
}

func (p proxy) build() (endpoint, error) {
	if p.handler == nil {
		return nil, errors.New("proxy without a handler")
	}
	return p, nil
}

func (p proxy) serve(w http.ResponseWriter, c *call) *failure {
	opt := c.options()
	if p.isV1 {
		opt.Source, opt.Authorizer = gwevent.HTTPAPIv1, flatten(opt.Authorizer)
	}
	event, err := gwevent.New(c.r, opt)
	if err != nil {
		return readFailure(err)
	}
	out, fail, err := c.invoke(p.handler, event)
	if fail != nil {
		return fail
	}
	if err != nil {
		return errBadFunction(err)
	}
	answer := c.g.takeAnswer()
	defer c.g.giveBack(answer)
	if err := answer.Parse(opt.Source, out); err != nil {
		return errBadFunction(err)
	}
	if c.g.cfg.Kind == REST {
		if answer.Encoded != "" && !gwevent.DecodesFor(c.r.Header.Get("Accept"), c.g.cfg.BinaryMediaTypes) {
			answer.Body = []byte(answer.Encoded)
		}
		gwevent.RemapHeaders(answer.Header)
	}
	_ = answer.WriteTo(w) // an error means that the client is gone
	return nil
}

// flatten returns what format 1.0 shows of an authorizer: the claims and scopes of a token, or, as recorded, none of both
// beside what a Lambda authorizer has found; and nothing of iam, which it has in the identity.
func flatten(grant any) any {
	byKind, _ := grant.(map[string]any)
	if jwt, ok := byKind["jwt"]; ok {
		return jwt
	}
	found, ok := byKind["lambda"].(map[string]any)
	if !ok {
		return nil
	}
	flat := map[string]any{"claims": nil, "scopes": nil}
	maps.Copy(flat, found)
	return flat
}

// readFailure is the answer to a body that could not be read: it is too large or broke off.
func readFailure(err error) *failure {
	if errors.As(err, new(*http.MaxBytesError)) {
		return errBodyTooLarge()
	}
	return errBadRequest("Bad Request")
}

// HTTPProxy is the HTTP proxy integration (HTTP_PROXY): h gets the request unchanged, with the gateway's time-out as
// deadline of its context, and answers by itself. A panic before the first byte gives the client 502.
func HTTPProxy(h http.Handler) Integration { return httpProxy{h} }

type httpProxy struct{ handler http.Handler }

func (p httpProxy) build() (endpoint, error) {
	if p.handler == nil {
		return nil, errors.New("HTTP proxy without a handler")
	}
	return p, nil
}

func (p httpProxy) serve(w http.ResponseWriter, c *call) (fail *failure) {
	ctx, cancel := c.withTimeout(c.r.Context())
	defer cancel()
	sw := &statusWriter{ResponseWriter: w}
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if v == http.ErrAbortHandler || sw.status != 0 {
			panic(v) // see Gateway.ServeHTTP
		}
		fail = errBadFunction(panicCause(v))
	}()
	p.handler.ServeHTTP(sw, c.r.WithContext(ctx))
	return nil
}
