package sam

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
)

// TestParametersOfFunctions: of the request parameters of a function's integration one counts.
func TestParametersOfFunctions(t *testing.T) {
	for value, isAsync := range map[string]bool{"'Event'": true, "'RequestResponse'": false} {
		app, err := load(t, Options{Functions: map[string]string{"F": "."}}, operation("{type: aws, "+functionURI+
			", requestParameters: {integration.request.header.X-Amz-Invocation-Type: \""+value+"\"}}"))
		require.NoError(t, err)
		require.Equal(t, isAsync, app.APIs[0].Routes[0].Templates.Async)
	}
}

// TestMistakesInValidation: what a definition or an event says of parameters that there cannot be.
func TestMistakesInValidation(t *testing.T) {
	definition := func(members string) string {
		return "openapi: 3.0.1\nx-amazon-apigateway-request-validators: {all: {validateRequestBody: true, validateRequestParameters: true}}\n" +
			"x-amazon-apigateway-request-validator: all\npaths:\n  /a:\n    post:\n      " + members + "\n      x-amazon-apigateway-integration: {type: mock}\n"
	}
	event := func(members string) string {
		return "Resources:\n  A: {Type: AWS::Serverless::Api, Properties: {StageName: p, Models: {M: {type: object}}}}\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n" +
			"      CodeUri: .\n      Runtime: provided.al2023\n      Events:\n        E: {Type: Api, Properties: {RestApiId: !Ref A, Path: /, Method: get, " + members + "}}\n"
	}
	for _, tt := range []struct{ template, want string }{
		{definition("requestBody: {$ref: '#/components/requestBodies/None'}"), "there is no #/components/requestBodies/None in this definition"},
		{definition("requestBody: {$ref: 'other.yaml'}"), "there is no other.yaml in this definition"},
		{definition("parameters: [{$ref: '#/components/parameters/None'}]"), "there is no #/components/parameters/None"},
		{definition("requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/None'}}}}"), "schema: "},
		{definition("requestBody: {content: {application/json: {schema: {$ref: 'file:///etc/passwd'}}}}"), "expected a reference to a schema of the same file"},
		{event("RequestModel: {Model: M, ValidateParameters: true}, RequestParameters: [{method.request.cookie.a: {Required: true}}]"), `expected method.request.header, .querystring or .path with a name, got "method.request.cookie.a"`},
		{event("RequestModel: {ValidateBody: true}"), "expected Model with one of the API's Models"},
		{event("RequestModel: {Model: M, ValidateBody: sometimes}"), "expected true or false"},
	} {
		_, err := load(t, Options{}, tt.template)
		require.ErrorContains(t, err, tt.want, tt.template)
		require.Regexp(t, `template\.yaml:\d+`, err.Error())
	}
}

// TestRequiredParameters: what an operation says of a parameter stands above what its path does.
func TestRequiredParameters(t *testing.T) {
	app, err := load(t, Options{}, `openapi: 3.0.1
x-amazon-apigateway-request-validators: {all: {validateRequestParameters: true}}
x-amazon-apigateway-request-validator: all
paths:
  /a:
    parameters: [{in: query, name: q, required: true}, {in: header, name: q, required: true}, {in: query, name: r}]
    get:
      parameters: [{in: query, name: q}, {in: query, name: r, required: true}, {in: cookie, name: c, required: true}]
      x-amazon-apigateway-integration: {type: mock}
`)
	require.NoError(t, err)
	require.Equal(t, []string{"method.request.header.q", "method.request.querystring.r"}, app.APIs[0].Routes[0].Validation.Parameters)
}

// TestBackendWarnings: what of an HTTP integration has no effect is said.
func TestBackendWarnings(t *testing.T) {
	app, err := load(t, Options{}, operation("{type: http_proxy, connectionType: VPC_LINK, payloadFormatVersion: '1.0', uri: 'http://127.0.0.1/'}"))
	require.NoError(t, err)
	require.Equal(t, []string{
		"template.yaml:5:75: paths./a.get.x-amazon-apigateway-integration.connectionType: there are no VPC links here: the host of the uri gets the requests",
	}, shorten(app.Warnings))
}

// TestParameterMapping: of HTTP APIs; a REST API has request parameters of its own.
func TestParameterMapping(t *testing.T) {
	app, err := load(t, Options{}, mappedOperation("requestParameters: {'append:header.a': '${request.path}', 'overwrite:querystring.n': 7}\n        responseParameters: {'404': {'overwrite:statuscode': 200}}"))
	require.NoError(t, err)
	require.Empty(t, app.Warnings)
	r := app.APIs[0].Routes[0]
	require.True(t, r.IsMapped())
	require.Equal(t, gateway.ParameterMapping{
		Request:  map[string]string{"append:header.a": "${request.path}", "overwrite:querystring.n": "7"},
		Response: map[int]map[string]string{404: {"overwrite:statuscode": "200"}},
	}, r.Mapping)
	app, err = load(t, Options{}, operation("{type: http_proxy, uri: 'http://127.0.0.1/', requestParameters: {integration.request.header.A: method.request.header.A}}"))
	require.NoError(t, err)
	require.False(t, app.APIs[0].Routes[0].IsMapped())
}
