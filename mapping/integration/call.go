package integration

import (
	"bytes"
	"net/http"
	"net/url"
	"strconv"

	"github.com/lambdarest/lambdarest/mapping/vtl"
)

// Request is what an integration sees of an HTTP request.
type Request struct {
	// Input is the body, the parameters, $context and the stage variables. Nothing in it is changed.
	Input vtl.Input
	// ContentType and Accept are the headers of these names; they choose the templates.
	ContentType, Accept string
	// BinaryMediaTypes are the API's: see [ContentHandling].
	BinaryMediaTypes []string

	// For [Call.Outgoing] only: Header and Query with all values of a name, where request parameters ask for them, and the
	// path variables percent-encoded, as they came.
	Header http.Header
	Query  url.Values
	Path   map[string]string
}

// Call is one request on its way through an integration: first Event, then Success or Failure; or Mock alone.
type Call struct {
	i        *Integration
	req      Request
	body     []byte
	override map[string]any // of the answer, set by the request template

	requestOverride map[string]any
	original        vtl.Input // with the body before the template
}

// Answer is what the client gets.
type Answer struct {
	Status int         // 200 to 599
	Header http.Header // with a Content-Type
	Body   []byte
}

// Call sends a request through the request template that its Content-Type chooses. Every error is an *[Error]: status 415
// where no template fits and the body may not pass, 400 for a body that the template cannot read, 500 for a template that
// fails or sets an override twice.
func (i *Integration) Call(req Request) (*Call, error) {
	template, err := i.requestTemplate(req.ContentType)
	if err != nil {
		return nil, err
	}
	body, err := i.convertRequest(req)
	if err != nil {
		return nil, err
	}
	c := &Call{i: i, req: req, body: body, original: req.Input}
	c.original.Body = body
	if template == nil {
		return c, nil
	}
	c.req.Input.Body = body
	out, err := template.Render(c.req.Input)
	if err != nil {
		return nil, templateError(err)
	}
	if err := checkOverrides(out); err != nil {
		return nil, err
	}
	c.body, c.override, c.requestOverride = out.Body, out.ResponseOverride, out.RequestOverride
	c.req.Input.Context = withOverrides(c.req.Input.Context, out)
	return c, nil
}

// Body returns what the request template made, or the request's body where there is no template.
func (c *Call) Body() []byte { return c.body }

// Event returns the function's event: the body, or {} where it is blank. What is not JSON is an *[Error] of status 400
// with the message that Lambda gives.
func (c *Call) Event() ([]byte, error) {
	event := bytes.TrimSpace(c.body)
	if len(event) == 0 {
		return []byte("{}"), nil
	}
	if problem := jsonProblem(event); problem != "" {
		return nil, &Error{Status: 400, Message: "Could not parse request body into json: " + problem}
	}
	return event, nil
}

// Success returns the answer to the result of a function, which matches no selection pattern.
func (c *Call) Success(result []byte) (*Answer, error) {
	return c.respond(outcome{payload: result})
}

// Failure returns the answer to a function's error: message is the errorMessage that selection patterns are held against,
// payload the whole error as JSON. An error that no pattern matches gets the default response, as on AWS: 200 in most
// set-ups.
func (c *Call) Failure(message string, payload []byte) (*Answer, error) {
	return c.respond(outcome{payload: payload, selector: message, canMatch: true})
}

// mockStatus reads the status with the parser that templates have for bodies: a mock's JSON is read permissively.
const mockStatus = "$input.json('$.statusCode')"

// Mock returns the answer of a MOCK integration: the body is an object whose integer statusCode patterns are held
// against, as {"statusCode": 200}; API Gateway takes {statusCode: 200,} as well. The payload of the answer is empty.
func (c *Call) Mock() (*Answer, error) {
	if !bytes.HasPrefix(bytes.TrimSpace(c.body), []byte("{")) {
		return nil, misconfigured(errMockStatus)
	}
	template, err := vtl.Parse("mock", mockStatus)
	if err != nil {
		return nil, misconfigured(err)
	}
	out, err := template.Render(vtl.Input{Body: c.body})
	if err != nil {
		return nil, misconfigured(err)
	}
	if _, err := strconv.Atoi(string(out.Body)); err != nil {
		return nil, misconfigured(errMockStatus)
	}
	return c.respond(outcome{selector: string(out.Body), canMatch: true})
}

// respond makes the answer that the response definitions make of an outcome.
func (c *Call) respond(o outcome) (*Answer, error) {
	resp, err := c.i.selectResponse(o)
	if err != nil {
		return nil, err
	}
	content, payload, err := c.convertPayload(resp, o)
	if err != nil {
		return nil, err
	}
	in := c.req.Input
	in.Body = payload
	contentType, template := resp.template(c.req.Accept)
	a := &Answer{Status: resp.status, Header: http.Header{"Content-Type": {contentType}}, Body: payload}
	for i := range resp.headers {
		if err := resp.headers[i].set(a.Header, values{in: in, header: o.header}); err != nil {
			return nil, misconfigured(err)
		}
	}
	override := c.override
	if template != nil {
		out, err := template.Render(in)
		if err != nil {
			return nil, misconfigured(err)
		}
		if err := checkOverrides(out); err != nil {
			return nil, err
		}
		a.Body, override = out.Body, out.ResponseOverride
	}
	applyOverride(a, override)
	return a, c.convertResponse(content, a)
}
