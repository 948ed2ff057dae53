package sam

import (
	"slices"
	"strings"
	"time"

	"github.com/lambdarest/lambdarest/gateway"
	"github.com/lambdarest/lambdarest/mapping/integration"
)

// OpenAPI definitions with API Gateway's extensions
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html).

const (
	anyMethod     = "x-amazon-apigateway-any-method"
	integrationOf = "x-amazon-apigateway-integration"
)

// loadOpenAPI makes an app of a definition alone. Its functions have no code; folders gives it to them.
func (t *template) loadOpenAPI(folders map[string]string) {
	for name, folder := range folders {
		t.Functions = append(t.Functions, &Function{ID: name, Name: name, CodeURI: folder, MemoryMB: 128, Timeout: 3, Pos: t.name + ":1"})
	}
	slices.SortFunc(t.Functions, func(a, b *Function) int { return strings.Compare(a.ID, b.ID) })
	for name := range folders { // what ${Name.Arn} refers to
		t.resources = append(t.resources, &resource{id: name, kind: typeFunction})
	}
	a := t.newAPI("Api", false)
	body := value{&t.problems, t.resolve(t.root, ""), ""}
	if isHTTPDefinition(body) {
		a.Config.Kind = gateway.HTTP
	}
	t.readDefinition(a, body)
	t.finishAPIs()
}

// isHTTPDefinition tells an HTTP API by what only one has.
func isHTTPDefinition(body value) bool {
	if body.get("x-amazon-apigateway-cors").exists() || body.get("paths").get("/$default").exists() {
		return true
	}
	for _, item := range body.get("paths").all() {
		for _, op := range item.all() {
			if op.isMap() && op.get(integrationOf).get("payloadFormatVersion").exists() {
				return true
			}
		}
	}
	return false
}

// readDefinition reads the routes of a definition.
func (t *template) readDefinition(a *API, body value) {
	a.Config.BinaryMediaTypes = append(a.Config.BinaryMediaTypes, body.get("x-amazon-apigateway-binary-media-types").texts()...)
	for kind, v := range body.get("x-amazon-apigateway-gateway-responses").all() {
		headers := make(map[string]string)
		for name, text := range v.get("responseParameters").textMap() {
			headers[strings.TrimPrefix(name, "gatewayresponse.header.")] = text
		}
		t.addGatewayResponse(a, kind, v.get("statusCode"), headers, v.get("responseTemplates"))
	}
	if cors := body.get("x-amazon-apigateway-cors"); cors.exists() {
		a.Config.CORS = &gateway.CORS{
			AllowOrigins: cors.get("allowOrigins").texts(), AllowMethods: cors.get("allowMethods").texts(), AllowHeaders: cors.get("allowHeaders").texts(),
			ExposeHeaders: cors.get("exposeHeaders").texts(), MaxAge: time.Duration(cors.get("maxAge").number(0, 0, 86_400)) * time.Second,
			AllowCredentials: cors.get("allowCredentials").boolean(false),
		}
	}
	t.readSecuritySchemes(a, body)
	if !body.get("paths").isMap() {
		body.fail("expected paths")
		return
	}
	d := &definition{body, &schemas{root: body}}
	for path, item := range body.get("paths").all() {
		for method, op := range item.all() {
			if isMethod(method) {
				t.readOperation(a, d, item, path, method, op)
			}
		}
	}
}

func isMethod(name string) bool {
	return name == anyMethod || slices.Contains([]string{"get", "put", "post", "delete", "options", "head", "patch"}, strings.ToLower(name))
}

func (t *template) readOperation(a *API, d *definition, item value, path, method string, op value) {
	r := Route{Method: strings.ToUpper(method), Path: path, Pos: t.pos(op)}
	if method == anyMethod {
		r.Method = "ANY"
	}
	if path == "/$default" {
		r.Path, r.Method = "$default", ""
	}
	v := op.get(integrationOf)
	if !v.exists() {
		op.fail("expected %s", integrationOf)
		return
	}
	if uri := v.get("uri"); uri.isScalar() && t.foreignFunction(functionName(uri.n.Value)) != nil {
		t.warn(uri.n, uri.path, "%s %s is left out: its function is not run here", r.Method, r.Path)
		return
	}
	t.readIntegration(a, &r, v)
	security := d.get("security")
	if own := op.get("security"); own.exists() {
		security = own
	}
	if a.Config.Kind == gateway.REST {
		r.Validation = d.validation(item, op, path, method)
	}
	t.applySecurity(a, &r, security)
	if op.get("x-amazon-apigateway-auth").get("type").text() == awsIAM { // as SAM writes it
		r.Authorizer = &Authorizer{Name: awsIAM, IAM: true}
	}
	t.addRoute(a, r, op)
}

func (t *template) readIntegration(a *API, r *Route, v value) {
	switch kind := v.get("type").oneOf("", "aws_proxy", "aws", "mock", "http_proxy", "http"); kind {
	case "aws_proxy", "aws":
		r.Kind = Proxy
		if kind == "aws" {
			r.Kind = NonProxy
		}
		uri := v.get("uri")
		if !uri.exists() {
			v.fail("expected uri with the ARN of a function")
			return
		}
		for name, text := range a.Config.StageVariables {
			uri.n.Value = strings.ReplaceAll(uri.n.Value, "${stageVariables."+name+"}", text)
		}
		r.Function = t.functionOf(uri)
		if r.Kind == Proxy && a.Config.Kind == gateway.REST && v.get("responseTransferMode").oneOf("BUFFERED", "BUFFERED", "STREAM") == "STREAM" {
			r.Kind = Stream
		}
		if version := v.get("payloadFormatVersion"); a.Config.Kind == gateway.HTTP {
			if r.readFormat(version); !version.exists() {
				v.fail("expected payloadFormatVersion: 1.0 or 2.0")
			}
		}
	case "mock":
		r.Kind = Mock
	case "http", "http_proxy":
		if link := v.get("connectionType"); strings.EqualFold(link.text(), "VPC_LINK") {
			t.warn(link.n, link.path, "there are no VPC links here: the host of the uri gets the requests")
		}
		r.readBackend(kind, v)
	default:
		v.fail("expected a type: aws_proxy, aws, mock, http or http_proxy")
		return
	}
	r.Timeout = milliseconds(v.get("timeoutInMillis"))
	if r.Kind == NonProxy || r.Kind == Mock || r.Kind == HTTP {
		r.Templates = t.readTemplates(v)
	}
	switch parameters := v.get("requestParameters"); r.Kind {
	case NonProxy:
		// What else a function is invoked with it does not notice.
		r.Templates.Async = parameters.get("integration.request.header.X-Amz-Invocation-Type").text() == "'Event'"
	case HTTP, HTTPProxy:
		if a.Config.Kind == gateway.REST {
			r.Templates.Parameters = parameters.textMap()
		}
	}
	if a.Config.Kind == gateway.HTTP {
		r.readMapping(v)
	}
	if _, err := integration.Compile(r.Templates); err != nil {
		v.fail("%v", err)
	}
}

// readBackend reads where an HTTP integration leads to.
func (r *Route) readBackend(kind string, v value) {
	r.Kind, r.URL = HTTPProxy, v.get("uri").text()
	if kind == "http" {
		r.Kind = HTTP
	}
	if r.BackendMethod = strings.ToUpper(v.get("httpMethod").text()); r.BackendMethod == "ANY" {
		r.BackendMethod = ""
	}
	if r.BackendMethod != "" && !slices.Contains(methods, r.BackendMethod) {
		v.get("httpMethod").fail("expected ANY or an HTTP method, as GET, got %q", v.get("httpMethod").text())
	}
	if !strings.HasPrefix(r.URL, "http://") && !strings.HasPrefix(r.URL, "https://") {
		v.fail("expected uri with an http or https URL")
	}
}

// readTemplates reads the templates of a non-proxy integration. Its responses are tried in the order of the file.
func (t *template) readTemplates(v value) integration.Templates {
	ts := integration.Templates{
		Request:         v.get("requestTemplates").textMap(),
		ContentHandling: integration.ContentHandling(v.get("contentHandling").text()),
	}
	switch v.get("passthroughBehavior").oneOf("when_no_match", "when_no_match", "when_no_templates", "never") {
	case "when_no_templates":
		ts.Passthrough = integration.WhenNoTemplates
	case "never":
		ts.Passthrough = integration.Never
	}
	for pattern, resp := range v.get("responses").all() {
		if pattern == "default" {
			pattern = ""
		}
		out := integration.Response{
			Pattern: pattern, Status: resp.get("statusCode").number(200, 200, 599), Templates: resp.get("responseTemplates").textMap(),
			ContentHandling: integration.ContentHandling(resp.get("contentHandling").text()),
		}
		for name, text := range resp.get("responseParameters").textMap() {
			if out.Headers == nil {
				out.Headers = make(map[string]string)
			}
			out.Headers[strings.TrimPrefix(name, "method.response.header.")] = text
		}
		ts.Responses = append(ts.Responses, out)
	}
	return ts
}
