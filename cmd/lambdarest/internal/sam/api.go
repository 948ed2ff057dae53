package sam

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lambdarest/lambdarest/gateway"
	"github.com/lambdarest/lambdarest/mapping/integration"
)

// An API is a REST API, an HTTP API or a function URL.
type API struct {
	ID     string
	Config gateway.Config // without AccountID, Log and Observe
	Routes []Route

	authorizers map[string]*Authorizer
	auto        string // the default authorizer
	keyRequired bool   // for all routes
	cors        *restCORS
	preflight   preflight
	keySchemes  map[string]bool // security schemes that are API keys
	models      *schemas        // of SAM's Models; nil for none
}

// The kinds of integrations.
const (
	Proxy     = "proxy"
	ProxyV1   = "proxy 1.0" // of an HTTP API, with payload format 1.0
	Stream    = "stream"    // a proxy integration whose answer is streamed
	NonProxy  = "non-proxy"
	Mock      = "mock"
	HTTP      = "http" // another server, behind templates
	HTTPProxy = "http proxy"
)

// A Route is a route of an API.
type Route struct {
	Method, Path  string
	Kind          string    // of the integration
	Function      *Function // of Proxy, Stream and NonProxy
	URL           string    // of HTTP and HTTPProxy
	Templates     integration.Templates
	Mapping       gateway.ParameterMapping // of HTTP APIs
	Authorizer    *Authorizer
	Scopes        []string // of which a token must have one
	KeyRequired   bool
	Validation    *gateway.Validation // of REST APIs
	BackendMethod string              // of HTTP and HTTPProxy; "" for the client's
	Timeout       time.Duration       // of the integration; zero for the service's
	// Pos is where the template has it, as file:line.
	Pos string
}

// restCORS is what SAM makes OPTIONS routes of.
type restCORS struct{ origin, methods, headers, maxAge, credentials string }

func (t *template) api(id string) *API {
	for _, a := range t.APIs {
		if a.ID == id {
			return a
		}
	}
	return nil
}

// readAPI reads an AWS::Serverless::Api or HttpApi with the routes of its definition.
func (t *template) readAPI(r *resource) {
	props := t.properties(r)
	a := t.newAPI(r.id, r.kind == typeHTTPAPI)
	t.readStage(a, props)
	t.readAuth(a, props.get("Auth"))
	a.readModels(props.get("Models"))
	for kind, v := range props.get("GatewayResponses").all() {
		t.addGatewayResponse(a, kind, v.get("StatusCode"), v.get("ResponseParameters").get("Headers").textMap(), v.get("ResponseTemplates"))
	}
	if a.Config.Kind == gateway.HTTP {
		a.Config.CORS = readCORS(props.get("CorsConfiguration"))
	} else {
		a.cors = readRESTCORS(props.get("Cors"))
	}
	body := props.get("DefinitionBody")
	if uri := props.get("DefinitionUri"); uri.exists() {
		if uri.isMap() {
			uri.fail("expected a file of this machine")
		} else if root := t.read(uri.n, uri.text(), uri.path); root != nil {
			body = value{&t.problems, t.resolve(root, ""), ""}
		}
	}
	if body.exists() {
		t.readDefinition(a, body)
	}
}

func (t *template) newAPI(id string, isHTTP bool) *API {
	a := &API{ID: id, authorizers: make(map[string]*Authorizer), keySchemes: make(map[string]bool)}
	if isHTTP {
		a.Config.Kind = gateway.HTTP
	}
	t.APIs = append(t.APIs, a)
	return a
}

func (t *template) readStage(a *API, props value) {
	a.Config.Stage = props.get("StageName").text()
	if a.Config.Kind == gateway.HTTP {
		a.Config.StageVariables = props.get("StageVariables").textMap()
		return
	}
	a.Config.StageVariables = props.get("Variables").textMap()
	for _, media := range props.get("BinaryMediaTypes").list() {
		a.Config.BinaryMediaTypes = append(a.Config.BinaryMediaTypes, strings.ReplaceAll(media.text(), "~1", "/"))
	}
}

func (t *template) addGatewayResponse(a *API, kind string, status value, headers map[string]string, templates value) {
	if a.Config.Responses == nil {
		a.Config.Responses = make(map[string]gateway.GatewayResponse)
	}
	a.Config.Responses[kind] = gateway.GatewayResponse{
		Status: status.number(0, 200, 599), Headers: headers, Templates: templates.textMap(),
	}
}

// methods are those that API Gateway has.
var methods = []string{"ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}

// readRouteEvent reads an Api or HttpApi event of a function.
func (t *template) readRouteEvent(f *Function, ev, props value, isHTTP bool) {
	a := t.apiOf(props, isHTTP)
	if a == nil {
		return
	}
	r := Route{Method: strings.ToUpper(props.get("Method").text()), Path: props.get("Path").text(), Kind: Proxy, Function: f, Pos: t.pos(ev)}
	switch {
	case isHTTP && r.Path == "":
		r.Path, r.Method = "$default", ""
	case r.Path == "" || r.Method == "" && !isHTTP:
		ev.fail("expected Path and Method")
		return
	case !strings.HasPrefix(r.Path, "/") && r.Path != "$default":
		props.get("Path").fail("expected a path that starts with a slash, got %q", r.Path)
		return
	}
	if r.Method == "X-AMAZON-APIGATEWAY-ANY-METHOD" || r.Method == "" && r.Path != "$default" {
		r.Method = "ANY"
	}
	if r.Method != "" && !slices.Contains(methods, r.Method) {
		props.get("Method").fail("expected any or an HTTP method, as get, got %q", props.get("Method").text())
		return
	}
	if isHTTP {
		r.readFormat(props.get("PayloadFormatVersion"))
		r.Timeout = milliseconds(props.get("TimeoutInMillis"))
	}
	if props.get("ResponseTransferMode").oneOf("BUFFERED", "BUFFERED", "STREAM") == "STREAM" && !isHTTP {
		r.Kind = Stream
	}
	if !isHTTP {
		r.Validation = a.eventValidation(props)
	}
	t.applyAuth(a, &r, props.get("Auth"))
	t.addRoute(a, r, ev)
}

// readFormat makes a proxy integration one of format 1.0 where that is asked for.
func (r *Route) readFormat(version value) {
	if !version.exists() {
		return
	}
	switch strings.TrimSuffix(version.text(), ".0") {
	case "1":
		r.Kind = ProxyV1
	case "2":
	default:
		version.fail("expected 1.0 or 2.0, got %s", version.kind())
	}
}

func milliseconds(v value) time.Duration {
	return time.Duration(v.number(0, 50, 900_000)) * time.Millisecond
}

// apiOf returns the API of an event: the one that it names, or SAM's implicit one of its kind.
func (t *template) apiOf(props value, isHTTP bool) *API {
	property, implicit := "RestApiId", "ServerlessRestApi"
	if isHTTP {
		property, implicit = "ApiId", "ServerlessHttpApi"
	}
	named := props.get(property)
	if !named.exists() {
		if a := t.api(implicit); a != nil {
			return a
		}
		a := t.newAPI(implicit, isHTTP)
		t.readImplicit(a)
		return a
	}
	for _, a := range t.APIs {
		if strings.EqualFold(a.ID, named.text()) && (a.Config.Kind == gateway.HTTP) == isHTTP { // Ref gives it in lower case
			return a
		}
	}
	kind := map[bool]string{false: typeAPI, true: typeHTTPAPI}[isHTTP]
	named.fail("expected a reference to an %s, got %q", kind, named.text())
	return nil
}

// readImplicit gives an implicit API what Globals say.
func (t *template) readImplicit(a *API) {
	section := map[bool]string{false: "Api", true: "HttpApi"}[a.Config.Kind == gateway.HTTP]
	globals := t.section("Globals").get(section)
	if globals.n != nil {
		globals.n = t.resolve(globals.n, globals.path)
	}
	t.readStage(a, globals)
	if a.Config.Stage == "" && a.Config.Kind == gateway.REST {
		a.Config.Stage = "Prod"
	}
	t.readAuth(a, globals.get("Auth"))
	if a.Config.Kind == gateway.HTTP {
		a.Config.CORS = readCORS(globals.get("CorsConfiguration"))
	} else {
		a.cors = readRESTCORS(globals.get("Cors"))
	}
}

func (t *template) addRoute(a *API, r Route, at value) {
	for _, other := range a.Routes {
		if other.Path == r.Path && cmp.Or(other.Method, "ANY") == cmp.Or(r.Method, "ANY") {
			at.fail("%s %s is taken by %s", r.Method, r.Path, other.Pos)
			return
		}
	}
	a.Routes = append(a.Routes, r)
}

func (t *template) pos(v value) string { return fmt.Sprintf("%s:%d", t.files[v.n], v.n.Line) }

// readFunctionURL makes an API of a function's URL.
func (t *template) readFunctionURL(r *resource, f *Function, v value) {
	if !v.exists() {
		return
	}
	a := &API{ID: r.id + "Url", Config: gateway.Config{Kind: gateway.FunctionURL}}
	cors := v.get("Cors")
	a.Config.CORS = readCORS(cors)
	a.Routes = []Route{{Path: "$default", Kind: Proxy, Function: f, Pos: t.pos(v)}}
	if v.get("InvokeMode").oneOf("BUFFERED", "BUFFERED", "RESPONSE_STREAM") == "RESPONSE_STREAM" {
		a.Routes[0].Kind = Stream
	}
	if v.get("AuthType").oneOf("NONE", "NONE", awsIAM) == awsIAM {
		a.Routes[0].Authorizer = &Authorizer{Name: awsIAM, IAM: true}
	}
	t.APIs = append(t.APIs, a)
}

// readCORS reads the CORS of an HTTP API or a function URL.
func readCORS(v value) *gateway.CORS {
	if !v.exists() {
		return nil
	}
	if v.isScalar() { // true: everything
		if !v.boolean(false) {
			return nil
		}
		return &gateway.CORS{AllowOrigins: []string{"*"}, AllowMethods: []string{"*"}, AllowHeaders: []string{"*"}}
	}
	return &gateway.CORS{
		AllowOrigins: v.get("AllowOrigins").texts(), AllowMethods: v.get("AllowMethods").texts(), AllowHeaders: v.get("AllowHeaders").texts(),
		ExposeHeaders: v.get("ExposeHeaders").texts(), MaxAge: time.Duration(v.get("MaxAge").number(0, 0, 86_400)) * time.Second,
		AllowCredentials: v.get("AllowCredentials").boolean(false),
	}
}

// readRESTCORS reads the CORS of a REST API: values are in single quotes, since they end up in response parameters.
func readRESTCORS(v value) *restCORS {
	if !v.exists() {
		return nil
	}
	if v.isScalar() {
		return &restCORS{origin: v.text()}
	}
	c := &restCORS{
		origin: v.get("AllowOrigin").text(), methods: v.get("AllowMethods").text(), headers: v.get("AllowHeaders").text(), maxAge: v.get("MaxAge").text(),
	}
	if v.get("AllowCredentials").boolean(false) {
		c.credentials = "'true'"
	}
	return c
}

// finishAPIs adds the OPTIONS routes that SAM makes of Cors, and drops APIs without routes.
func (t *template) finishAPIs() {
	for _, a := range t.APIs {
		if a.cors != nil {
			a.addPreflights()
		}
	}
	slices.SortStableFunc(t.APIs, func(a, b *API) int { return cmp.Compare(a.isURL(), b.isURL()) })
	t.APIs = slices.DeleteFunc(t.APIs, func(a *API) bool { return len(a.Routes) == 0 })
}

// addPreflights adds an OPTIONS route to each path that has none.
func (a *API) addPreflights() {
	var paths []string
	methods := map[string][]string{}
	for _, r := range a.Routes {
		if methods[r.Path] == nil {
			paths = append(paths, r.Path)
		}
		methods[r.Path] = append(methods[r.Path], cmp.Or(r.Method, "ANY"))
	}
	for _, path := range paths {
		if slices.Contains(methods[path], "OPTIONS") {
			continue
		}
		r := a.cors.route(path, methods[path])
		if a.preflight.authorized {
			r.Authorizer = a.authorizers[a.auto]
		}
		r.KeyRequired = a.preflight.keyed && a.keyRequired
		a.Routes = append(a.Routes, r)
	}
}

// isURL is 1 for a function URL, which comes after the APIs.
func (a *API) isURL() int {
	if a.Config.Kind == gateway.FunctionURL {
		return 1
	}
	return 0
}

func (c *restCORS) route(path string, methods []string) Route {
	headers := map[string]string{"Access-Control-Allow-Origin": c.origin, "Access-Control-Allow-Methods": c.methods}
	if c.methods == "" {
		if slices.Contains(methods, "ANY") {
			methods = []string{"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"}
		}
		headers["Access-Control-Allow-Methods"] = "'" + strings.Join(append(slices.Sorted(slices.Values(methods)), "OPTIONS"), ",") + "'"
	}
	for name, text := range map[string]string{
		"Access-Control-Allow-Headers": c.headers, "Access-Control-Max-Age": c.maxAge, "Access-Control-Allow-Credentials": c.credentials,
	} {
		if text != "" {
			headers[name] = text
		}
	}
	return Route{Method: "OPTIONS", Path: path, Kind: Mock, Templates: integration.Templates{
		Request:   map[string]string{"application/json": `{"statusCode": 200}`},
		Responses: []integration.Response{{Headers: headers}},
	}}
}
