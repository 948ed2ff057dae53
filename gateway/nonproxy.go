package gateway

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/lambdarest/lambdarest/internal/gwevent"
	"github.com/lambdarest/lambdarest/mapping/vtl"
)

// Lambda is the non-proxy Lambda integration (AWS): a mapping template makes the event from the request, another makes
// the client's answer from the function's result, and selection patterns choose the status by the error's message.
//
// What a template renders must be JSON, or the client gets 400 with the message that Lambda gives; nothing rendered at
// all is the event {}. A function's error that no pattern matches gets the default response, as on AWS: 200 in most
// set-ups.
func Lambda(h lambda.Handler, t Templates) Integration { return nonProxy{h, t} }

type nonProxy struct {
	handler   lambda.Handler
	templates Templates
}

func (n nonProxy) build() (endpoint, error) {
	if n.handler == nil {
		return nil, errors.New("lambda integration without a handler")
	}
	t, err := n.templates.compile()
	if err != nil {
		return nil, err
	}
	return &lambdaEndpoint{n.handler, t}, nil
}

type lambdaEndpoint struct {
	handler lambda.Handler
	t       *compiled
}

func (e *lambdaEndpoint) serve(w http.ResponseWriter, c *call) *failure {
	event, scope, fail := c.renderRequest(e.t)
	if fail != nil {
		return fail
	}
	if event = bytes.TrimSpace(event); len(event) == 0 {
		event = []byte("{}")
	}
	if problem := jsonProblem(event); problem != "" {
		return errBadRequest("Could not parse request body into json: " + problem)
	}
	payload, fail, err := c.invoke(e.handler, event)
	if fail != nil {
		return fail
	}
	res := result{payload: payload}
	if fe := (*FunctionError)(nil); errors.As(err, &fe) {
		res = result{payload: fe.Payload, selector: fe.Message, canMatch: true}
	}
	return c.respond(w, e.t, scope, res)
}

// Mock is the MOCK integration: no function at all. The request template makes an object with an integer statusCode,
// as {"statusCode": 200}, which selects the response; its body is empty unless a response template makes one. JSON is
// read permissively, as API Gateway does: {statusCode: 200} will do.
func Mock(t Templates) Integration { return mock{t} }

type mock struct{ templates Templates }

func (m mock) build() (endpoint, error) {
	t, err := m.templates.compile()
	if err != nil {
		return nil, err
	}
	status, err := vtl.Parse("mock", "$input.json('$.statusCode')")
	if err != nil {
		return nil, err
	}
	return &mockEndpoint{t, status}, nil
}

type mockEndpoint struct {
	t      *compiled
	status *vtl.Template // reads the status with the parser that templates have for bodies
}

func (e *mockEndpoint) serve(w http.ResponseWriter, c *call) *failure {
	body, scope, fail := c.renderRequest(e.t)
	if fail != nil {
		return fail
	}
	if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
		return errConfiguration(errMockStatus)
	}
	out, err := e.status.Render(vtl.Input{Body: body})
	if err != nil {
		return errConfiguration(err)
	}
	if _, err := strconv.Atoi(string(out.Body)); err != nil {
		return errConfiguration(errMockStatus)
	}
	return c.respond(w, e.t, scope, result{selector: string(out.Body), canMatch: true})
}

var errMockStatus = errors.New("gateway: the request template of a mock gave no integer statusCode")

// result is what an integration gave: a payload, and the text that selection patterns are held against.
type result struct {
	payload  []byte
	selector string
	canMatch bool
}

// scope is what the templates of one call can see besides a body.
type scope struct {
	input    vtl.Input
	override map[string]any // of the answer, set by the request template
}

// renderRequest reads the request's body and sends it through the template that fits.
func (c *call) renderRequest(t *compiled) ([]byte, *scope, *failure) {
	body, err := io.ReadAll(c.r.Body)
	if err != nil {
		return nil, nil, readFailure(err)
	}
	template, fail := t.requestTemplate(c.r.Header.Get("Content-Type"))
	if fail != nil {
		return nil, nil, fail
	}
	in, err := c.templateInput()
	if err != nil {
		return nil, nil, errConfiguration(err)
	}
	sc := &scope{input: in}
	if template == nil {
		return body, sc, nil
	}
	in.Body = body
	out, err := template.Render(in)
	if err != nil {
		return nil, nil, templateFailure(err)
	}
	in.Context["requestOverride"], in.Context["responseOverride"] = out.RequestOverride, out.ResponseOverride
	sc.override = out.ResponseOverride
	return out.Body, sc, nil
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

// respond writes the answer that the response definitions make of a result.
func (c *call) respond(w http.ResponseWriter, t *compiled, sc *scope, res result) *failure {
	resp := t.selectResponse(res.selector, res.canMatch)
	if resp == nil {
		return errConfiguration(errors.New("gateway: no response matches and there is no default response"))
	}
	in := sc.input
	in.Body = res.payload
	answer := &gwevent.Answer{Status: resp.status, Header: http.Header{}, Body: res.payload}
	contentType, template := resp.template(c.r.Header.Get("Accept"))
	answer.Header.Set("Content-Type", contentType)
	for _, m := range resp.headers {
		value, err := m.evaluate(in)
		if err != nil {
			return errConfiguration(err)
		}
		if value != "" {
			answer.Header.Set(m.name, value)
		}
	}
	override := sc.override
	if template != nil {
		out, err := template.Render(in)
		if err != nil {
			return errConfiguration(err)
		}
		answer.Body, override = out.Body, out.ResponseOverride
	}
	applyOverride(answer, override)
	gwevent.RemapHeaders(answer.Header)
	_ = answer.WriteTo(w) // an error means that the client is gone
	return nil
}

// applyOverride carries out $context.responseOverride. A status that is no integer from 200 to 599 is ignored.
func applyOverride(a *gwevent.Answer, override map[string]any) {
	if status, ok := overrideStatus(override["status"]); ok {
		a.Status = status
	}
	headers, _ := override["header"].(map[string]any)
	for name, value := range headers {
		if text, ok := overrideText(value); ok && isToken(name) {
			a.Header.Set(name, headerValue(text))
		}
	}
}

func overrideStatus(v any) (int, bool) {
	text, ok := overrideText(v)
	status, err := strconv.Atoi(text)
	return status, ok && err == nil && status >= 200 && status <= 599
}

func overrideText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}
