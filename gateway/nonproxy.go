package gateway

import (
	"errors"
	"io"
	"net/http"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/lambdarest/lambdarest/internal/gwevent"
	"github.com/lambdarest/lambdarest/mapping/integration"
	"github.com/lambdarest/lambdarest/mapping/vtl"
)

// Templates set up the integrations [Lambda] and [Mock]: see [integration.Templates]. The zero value passes the request's
// body to the function and the function's answer to the client.
type Templates = integration.Templates

// Response is an integration response: what the client gets for some of the function's results. See
// [integration.Response].
type Response = integration.Response

// Passthrough says what happens to a request whose Content-Type has no request template (passthroughBehavior).
type Passthrough = integration.Passthrough

// The values of [Passthrough].
const (
	WhenNoMatch     = integration.WhenNoMatch     // passes the body on as it is
	WhenNoTemplates = integration.WhenNoTemplates // passes the body on if there are no templates at all, else 415
	Never           = integration.Never           // answers 415
)

// Lambda is the non-proxy Lambda integration (AWS): a mapping template makes the event from the request, another makes
// the client's answer from the function's result, and selection patterns choose the status by the error's message.
//
// What a template renders must be JSON, or the client gets 400 with the message that Lambda gives; nothing rendered at
// all is the event {}. A function's error that no pattern matches gets the default response, as on AWS: 200 in most
// set-ups. With Templates.Async the client gets nothing of the function; it is answered when the function has ended, so that
// a test finds done what the function does.
func Lambda(h lambda.Handler, t Templates) Integration { return nonProxy{h, t} }

type nonProxy struct {
	handler   lambda.Handler
	templates Templates
}

func (n nonProxy) build() (endpoint, error) {
	if n.handler == nil {
		return nil, errors.New("lambda integration without a handler")
	}
	i, err := integration.Compile(n.templates)
	if err != nil {
		return nil, err
	}
	return &lambdaEndpoint{n.handler, i}, nil
}

type lambdaEndpoint struct {
	handler     lambda.Handler
	integration *integration.Integration
}

func (e *lambdaEndpoint) serve(w http.ResponseWriter, c *call) *failure {
	mapped, fail := c.mapRequest(e.integration)
	if fail != nil {
		return fail
	}
	event, err := mapped.Event()
	if err != nil {
		return integrationFailure(err)
	}
	payload, fail, err := c.invoke(e.handler, event)
	if e.integration.Async() {
		return respond(w)(mapped.Success(nil))
	}
	if fail != nil {
		return fail
	}
	if fe := (*FunctionError)(nil); errors.As(err, &fe) {
		return respond(w)(mapped.Failure(fe.Message, fe.Payload))
	}
	return respond(w)(mapped.Success(payload))
}

// Mock is the MOCK integration: no function at all. The request template makes an object with an integer statusCode, as
// {"statusCode": 200}, which selects the response; its body is empty unless a response template makes one. JSON is read
// permissively, as API Gateway does: {statusCode: 200} is accepted.
func Mock(t Templates) Integration { return mock{t} }

type mock struct{ templates Templates }

func (m mock) build() (endpoint, error) {
	i, err := integration.Compile(m.templates)
	if err != nil {
		return nil, err
	}
	return &mockEndpoint{i}, nil
}

type mockEndpoint struct{ integration *integration.Integration }

func (e *mockEndpoint) serve(w http.ResponseWriter, c *call) *failure {
	mapped, fail := c.mapRequest(e.integration)
	if fail != nil {
		return fail
	}
	return respond(w)(mapped.Mock())
}

// mapRequest reads the request's body and sends it through the template that fits.
func (c *call) mapRequest(i *integration.Integration) (*integration.Call, *failure) {
	return c.mapInto(i, integration.Request{})
}

// mapInto is mapRequest for a request that has something already.
func (c *call) mapInto(i *integration.Integration, req integration.Request) (*integration.Call, *failure) {
	body, err := io.ReadAll(c.r.Body)
	if err != nil {
		return nil, readFailure(err)
	}
	in, err := c.templateInput()
	if err != nil {
		return nil, errConfiguration(err)
	}
	in.Body = body
	req.Input, req.ContentType, req.Accept = in, c.r.Header.Get("Content-Type"), c.r.Header.Get("Accept")
	req.BinaryMediaTypes = c.g.cfg.BinaryMediaTypes
	mapped, err := i.Call(req)
	if err != nil {
		return nil, integrationFailure(err)
	}
	return mapped, nil
}

// templateInput returns everything but the body. Path variables are decoded once; unverified on AWS.
func (c *call) templateInput() (vtl.Input, error) {
	data, err := gwevent.ForTemplate(c.r, c.options())
	if err != nil {
		return vtl.Input{}, err
	}
	path := make(map[string]string, len(c.params))
	for name, value := range c.params {
		path[name] = unescape(value)
	}
	return vtl.Input{
		Path: path, Query: data.Query, Header: data.Header, Context: data.Context,
		StageVariables: c.g.cfg.StageVariables,
	}, nil
}

// respond returns a function that writes an integration's answer.
func respond(w http.ResponseWriter) func(*integration.Answer, error) *failure {
	return func(a *integration.Answer, err error) *failure {
		if err != nil {
			return integrationFailure(err)
		}
		gwevent.RemapHeaders(a.Header)
		_ = (&gwevent.Answer{Status: a.Status, Header: a.Header, Body: a.Body}).WriteTo(w) // an error means that the client is gone
		return nil
	}
}

// integrationFailure is the answer that API Gateway gives in place of the integration.
func integrationFailure(err error) *failure {
	var e *integration.Error
	switch {
	case !errors.As(err, &e):
		return errConfiguration(err)
	case e.Err != nil:
		return errConfiguration(e.Err)
	}
	if e.Status == http.StatusUnsupportedMediaType {
		return &failure{reason: unsupportedMediaType, message: e.Message}
	}
	return errBadRequest(e.Message)
}
