package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const backendDefinition = `
openapi: 3.0.1
paths:
  /mapped/{id}:
    post:
      x-amazon-apigateway-integration:
        type: http
        httpMethod: PUT
        uri: BACKEND/${stageVariables.version}/{item}
        passthroughBehavior: never
        requestParameters:
          integration.request.path.item: method.request.path.id
          integration.request.header.X-A: method.request.header.X-Client
        requestTemplates: {application/json: '{"n": $input.json("$.number")}'}
        responses:
          2\d\d: {statusCode: 201, responseTemplates: {application/json: 'made'}, responseParameters: {method.response.header.X-To: integration.response.header.X-Backend}}
          default: {statusCode: 503}
  /proxied/{proxy+}:
    x-amazon-apigateway-any-method:
      x-amazon-apigateway-integration:
        type: http_proxy
        httpMethod: ANY
        uri: BACKEND/{proxy}
        requestParameters: {integration.request.path.proxy: method.request.path.proxy}
`

// TestStartBackend: the HTTP integrations of a definition, with and without templates.
func TestStartBackend(t *testing.T) {
	var seen string
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		seen = fmt.Sprint(r.Method, " ", r.URL.RequestURI(), " ", r.Header.Get("X-A"), " ", string(body))
		w.Header().Set("X-Backend", "b")
		if strings.Contains(seen, "missing") {
			w.WriteHeader(404)
		}
	}))
	defer backend.Close()
	name := filepath.Join(t.TempDir(), "api.yaml")
	require.NoError(t, os.WriteFile(name, []byte(strings.ReplaceAll(backendDefinition, "BACKEND", backend.URL)), 0o600))
	s := start(t, "start", "-addr", "127.0.0.1:0", "-watch=false", "-stage-variable", "version=v7", name)
	out := s.until(t, "Ctrl-C")
	s.drain()
	require.Contains(t, out, "{item}, with templates")
	url := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(out)

	status, body := call(t, "POST", url+"/mapped/a%2Fb", `{"number": 5}`, "X-Client", "c", "Content-Type", "application/json")
	require.Equal(t, 201, status)
	require.Equal(t, "made", body)
	require.Equal(t, `PUT /v7/a%2Fb c {"n": 5}`, seen)
	status, _ = call(t, "POST", url+"/mapped/missing", `{}`, "Content-Type", "application/json")
	require.Equal(t, 503, status)
	status, _ = call(t, "POST", url+"/mapped/1", `{}`, "Content-Type", "text/plain")
	require.Equal(t, 415, status)
	status, _ = call(t, "GET", url+"/proxied/x/missing?q=1", "", "X-A", "client's")
	require.Equal(t, 404, status)
	require.Equal(t, "GET /x/missing?q=1 client's ", seen)
	require.Equal(t, exitOK, s.stop())
}

const mappedDefinition = `
Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: fn/, Runtime: provided.al2023, Timeout: 10, Environment: {Variables: {BOOTSTRAP: "yes"}}}
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      StageVariables: {color: red}
      DefinitionBody:
        openapi: 3.0.1
        paths:
          /pets/{id}:
            get:
              x-amazon-apigateway-integration:
                type: aws_proxy
                payloadFormatVersion: "2.0"
                uri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations"
                requestParameters: {"overwrite:header.X-Pet": "${request.path.id} is ${stageVariables.color}", "remove:header.X-Secret": "''"}
                responseParameters: {"200": {"overwrite:statuscode": 203, "append:header.X-Stage": $context.stage}}
`

// TestStartMapped: the parameter mapping of an HTTP API, in front of a function.
func TestStartMapped(t *testing.T) {
	s := start(t, "start", "-addr", "127.0.0.1:0", "-watch=false", project(t, mappedDefinition))
	out := s.until(t, "Ctrl-C")
	s.drain()
	require.Contains(t, out, "F, parameters mapped")
	url := regexp.MustCompile(`(http://127\.0\.0\.1:\d+) Api`).FindStringSubmatch(out)[1]
	req, err := http.NewRequestWithContext(t.Context(), "GET", url+"/pets/rex", nil)
	require.NoError(t, err)
	req.Header.Set("X-Secret", "s3cret")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, 203, resp.StatusCode)
	require.Equal(t, "$default", resp.Header.Get("X-Stage"))
	require.Contains(t, string(body), `"x-pet":"rex is red"`)
	require.NotContains(t, string(body), "s3cret")
	require.Equal(t, exitOK, s.stop())
}

// TestStartPlain: a function and a REST API as CloudFormation has them, without SAM.
func TestStartPlain(t *testing.T) {
	s := start(t, "start", "-addr", "127.0.0.1:0", "-watch=false", project(t, `
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties: {Code: fn, Runtime: provided.al2023, Handler: bootstrap, Role: r, Timeout: 10, Environment: {Variables: {BOOTSTRAP: "yes"}}}
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body: {openapi: 3.0.1, paths: {/a: {get: {x-amazon-apigateway-integration: {type: aws_proxy, uri: !GetAtt F.Arn}}}}}
  Stage: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Api, StageName: v1}}
`))
	out := s.until(t, "Ctrl-C")
	s.drain()
	require.NotContains(t, out, "warning")
	url := regexp.MustCompile(`(http://127\.0\.0\.1:\d+) Api`).FindStringSubmatch(out)[1]
	status, body := call(t, "GET", url+"/a", "")
	require.Equal(t, 200, status, body)
	require.Contains(t, body, `"stage":"v1"`)
	require.Equal(t, exitOK, s.stop())
}
