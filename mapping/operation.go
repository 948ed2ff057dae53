package mapping

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// ErrorTemplate is the response template of errors: the text of an [Error], which is a problem document.
const ErrorTemplate = `$input.path('$.errorMessage')`

// UnhandledTemplate is the response template of errors that did not come from a handler of this package. Their text is
// for the log; the client gets API Gateway's request id, to quote it.
const UnhandledTemplate = `{"status":500,"title":"Internal Server Error","requestId":"$context.requestId"}`

// Operation is what stands under a method of an API definition (OpenAPI 3.0): for
//
//	paths:
//	  /quotes/{id}:
//	    get:
//
// the parameters, the responses, and the integration with its templates. It is plain data, to be changed before it is
// printed; its JSON is that of API Gateway.
type Operation struct {
	Parameters  []Parameter               `json:"parameters,omitempty"`
	Responses   map[string]MethodResponse `json:"responses"`
	Integration Integration               `json:"x-amazon-apigateway-integration"`
}

// Parameter declares a parameter of the path.
type Parameter struct {
	Name     string            `json:"name"`
	In       string            `json:"in"`
	Required bool              `json:"required"`
	Schema   map[string]string `json:"schema"`
}

// MethodResponse declares the headers of a response.
type MethodResponse struct {
	Description string                       `json:"description"`
	Headers     map[string]map[string]Schema `json:"headers,omitempty"`
}

// Schema is a JSON schema that has nothing but a type.
type Schema map[string]string

// Integration is the block x-amazon-apigateway-integration
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-integration.html).
type Integration struct {
	Type                string                         `json:"type"`                 // aws, or mock
	HTTPMethod          string                         `json:"httpMethod,omitempty"` // POST: how functions are invoked
	URI                 any                            `json:"uri,omitempty"`        // a string, or {"Fn::Sub": …}
	Credentials         string                         `json:"credentials,omitempty"`
	PassthroughBehavior string                         `json:"passthroughBehavior,omitempty"` // when_no_match, when_no_templates or never
	ContentHandling     string                         `json:"contentHandling,omitempty"`     // CONVERT_TO_BINARY or CONVERT_TO_TEXT
	RequestParameters   map[string]string              `json:"requestParameters,omitempty"`   // as {"integration.request.header.A": "'b'"}
	RequestTemplates    map[string]string              `json:"requestTemplates,omitempty"`    // by media type
	Responses           map[string]IntegrationResponse `json:"responses"`                     // by selection pattern, or "default"
}

// IntegrationResponse is a response of an [Integration].
type IntegrationResponse struct {
	StatusCode         string            `json:"statusCode"`
	ResponseTemplates  map[string]string `json:"responseTemplates,omitempty"` // by media type
	ResponseParameters map[string]string `json:"responseParameters,omitempty"`
	ContentHandling    string            `json:"contentHandling,omitempty"`
}

// OperationConfig says what an API definition needs to know besides a function's input.
type OperationConfig struct {
	// URI is that of the function's invocation:
	//	arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/<ARN of the function>/invocations
	// In a SAM or CloudFormation template it may hold references, as ${QuotesFunction.Arn}: it is put under Fn::Sub then.
	URI string
	// Success is the status of a result; where zero, 200, or 202 with Async.
	Success int
	// Async invokes the function without waiting for it: the client is answered at once, with Response alone, and the
	// function's result and errors go where Lambda sends those of asynchronous invocations. Errors must be empty.
	// (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-integration-async.html)
	Async bool
	// Errors are the statuses of the function's errors, from 400 to 599. 400 and 500 are always among them, as every
	// function of this package can return them.
	Errors []int
	// Origin, if not empty, is sent as Access-Control-Allow-Origin with every response: "*" or "https://app.example.com".
	Origin string
	// ContentTypes are the media types of requests; application/json where empty. Others get 415.
	ContentTypes []string
	// Response is the response template of results; where empty, they are answered as the function wrote them.
	Response string
}

// FunctionURI returns the URI for a function of a SAM template by its logical id, for [OperationConfig].
func FunctionURI(logicalID string) string {
	return "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${" + logicalID + ".Arn}/invocations"
}

// OperationFor returns the operation of an API definition for a handler of [New] with inputs of type T: the template of
// [TemplateFor], a response with its [SelectionPattern] for every status, one with [UnhandledPattern] for everything that
// goes wrong outside of the handler, and CORS headers. Of an asynchronous invocation there are no errors to answer. Print it with [Operation.YAML] or [Operation.JSON].
func OperationFor[T any](cfg OperationConfig) (*Operation, error) {
	template, err := TemplateFor[T]()
	if err != nil {
		return nil, err
	}
	statuses, err := cfg.statuses()
	if err != nil {
		return nil, fmt.Errorf("mapping: OperationFor: %w", err)
	}
	o := newOperation(Integration{
		Type: "aws", HTTPMethod: http.MethodPost, URI: substituted(cfg.URI), PassthroughBehavior: "never",
		RequestTemplates: make(map[string]string),
	})
	for _, contentType := range cfg.contentTypes() {
		o.Integration.RequestTemplates[contentType] = template
	}
	headers := make(map[string]string)
	if cfg.Origin != "" {
		headers["Access-Control-Allow-Origin"] = cfg.Origin
	}
	o.respond("default", cfg.success(), cfg.Response, headers)
	if cfg.Async {
		o.Integration.RequestParameters = map[string]string{"integration.request.header.X-Amz-Invocation-Type": "'Event'"}
	} else {
		o.respondErrors(statuses, headers)
	}
	o.Parameters, err = pathParameters(reflect.TypeFor[T]())
	return o, err
}

// Preflight returns the operation for OPTIONS, which answers a browser's preflight requests without a function.
func Preflight(origin string, methods, headers []string) *Operation {
	o := newOperation(Integration{Type: "mock", RequestTemplates: map[string]string{"application/json": `{"statusCode": 204}`}})
	o.respond("default", http.StatusNoContent, "", map[string]string{
		"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Methods": strings.Join(methods, ","),
		"Access-Control-Allow-Headers": strings.Join(headers, ","),
	})
	return o
}

// JSON returns the operation as JSON.
func (o *Operation) JSON() []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	_ = enc.Encode(o) // strings and maps of them; a URI of another type is printed as null
	return b.Bytes()
}

// YAML returns the operation as YAML, to be indented under its method.
func (o *Operation) YAML() []byte { return yaml(o.JSON()) }

func newOperation(i Integration) *Operation {
	i.Responses = make(map[string]IntegrationResponse)
	return &Operation{Responses: make(map[string]MethodResponse), Integration: i}
}

// respond adds a response with headers of fixed values.
func (o *Operation) respond(pattern string, status int, template string, headers map[string]string) {
	code := strconv.Itoa(status)
	r := IntegrationResponse{StatusCode: code}
	if template != "" {
		r.ResponseTemplates = map[string]string{"application/json": template}
	}
	m := MethodResponse{Description: http.StatusText(status), Headers: make(map[string]map[string]Schema)}
	r.ResponseParameters = make(map[string]string)
	for name, value := range headers {
		r.ResponseParameters["method.response.header."+name] = "'" + value + "'"
		m.Headers[name] = map[string]Schema{"schema": {"type": "string"}}
	}
	o.Responses[code] = m
	o.Integration.Responses[pattern] = r
}

func (o *Operation) respondErrors(statuses []int, headers map[string]string) {
	problem := maps.Clone(headers)
	problem["Content-Type"] = "application/problem+json"
	for _, status := range statuses {
		o.respond(SelectionPattern(status), status, ErrorTemplate, problem)
	}
	o.respond(UnhandledPattern, http.StatusInternalServerError, UnhandledTemplate, problem)
}

// substituted puts a URI with references under Fn::Sub.
func substituted(uri string) any {
	if strings.Contains(uri, "${") {
		return map[string]string{"Fn::Sub": uri}
	}
	return uri
}

func (cfg OperationConfig) success() int {
	switch {
	case cfg.Success != 0:
		return cfg.Success
	case cfg.Async:
		return http.StatusAccepted
	}
	return http.StatusOK
}

func (cfg OperationConfig) contentTypes() []string {
	if len(cfg.ContentTypes) == 0 {
		return []string{"application/json"}
	}
	return cfg.ContentTypes
}

func (cfg OperationConfig) statuses() ([]int, error) {
	statuses := append([]int{http.StatusBadRequest, http.StatusInternalServerError}, cfg.Errors...)
	slices.Sort(statuses)
	statuses = slices.Compact(statuses)
	if statuses[0] < 400 || statuses[len(statuses)-1] > 599 {
		return nil, fmt.Errorf("statuses of errors are from 400 to 599, not %v", cfg.Errors)
	}
	if s := cfg.success(); s < 200 || s > 399 {
		return nil, fmt.Errorf("the status of success is from 200 to 399, not %d", s)
	}
	if cfg.Async && len(cfg.Errors) > 0 {
		return nil, errors.New("nobody waits for the errors of an asynchronous invocation")
	}
	if strings.ContainsAny(cfg.Origin, "'\r\n") {
		return nil, fmt.Errorf("%q is no origin", cfg.Origin)
	}
	return statuses, nil
}

// pathParameters declares the path parameters of a type: API Gateway refuses a path with one that is not declared.
func pathParameters(t reflect.Type) ([]Parameter, error) {
	plan, err := newPlan(t)
	if plan == nil {
		return nil, err
	}
	var all []Parameter
	for _, p := range plan.Params {
		if p.In == "path" {
			all = append(all, Parameter{Name: p.Name, In: "path", Required: true, Schema: map[string]string{"type": "string"}})
		}
	}
	return all, nil
}
