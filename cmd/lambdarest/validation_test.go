package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const validatedTemplate = `
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: p
      Models:
        User: {type: object, required: [id], properties: {id: {type: integer}, tag: {$ref: '#/definitions/Tag'}}}
        Tag: {type: string, maxLength: 3}
      GatewayResponses:
        BAD_REQUEST_BODY: {StatusCode: 422, ResponseTemplates: {application/json: '{"why": "$context.error.validationErrorString"}'}}
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: fn/
      Runtime: provided.al2023
      Timeout: 10
      Environment: {Variables: {BOOTSTRAP: "yes"}}
      Events:
        Post:
          Type: Api
          Properties:
            RestApiId: !Ref Api
            Path: /users
            Method: post
            RequestModel: {Model: User, Required: true, ValidateBody: true, ValidateParameters: true}
            RequestParameters: [method.request.header.X-Free, {method.request.querystring.q: {Required: true}}]
        Free: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /free, Method: post, RequestModel: {Model: User}}}
`

// TestStartValidates: the models and parameters of a SAM template, from the template to the answer.
func TestStartValidates(t *testing.T) {
	s := start(t, "start", "-addr", "127.0.0.1:0", "-watch=false", project(t, validatedTemplate))
	out := s.until(t, "Ctrl-C")
	url := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(out)
	require.Regexp(t, `POST +/users +F, validated\n`, out)
	require.Regexp(t, `POST +/free +F\n`, out)
	for _, row := range []struct {
		path, body string
		status     int
		want       string
	}{
		{"/users?q=1", `{"id": 1, "tag": "abc"}`, 200, ""},
		{"/users", `{"id": 1}`, 400, `{"message":"Missing required request parameters: [q]"}`},
		{"/users?q=1", `{"id": 1, "tag": "abcd"}`, 422, `{"why": "[at \"/tag\": not as maxLength has it]"}`},
		{"/users?q=1", ``, 422, `{"why": "[at '': missing property 'id']"}`},
		{"/free", `{`, 200, ""},
	} {
		status, body := call(t, "POST", url+row.path, row.body)
		require.Equal(t, row.status, status, body)
		lines := s.until(t, "POST ")
		if row.want != "" {
			require.Equal(t, row.want, body)
		}
		if row.status == 422 {
			require.Contains(t, lines, "invalid request body", "the line of the request says why")
		}
	}
	s.drain()
	require.Equal(t, exitOK, s.stop())
}

const validatedDefinition = `
VERSION
x-amazon-apigateway-request-validators:
  all: {validateRequestBody: true, validateRequestParameters: true}
  parameters: {validateRequestParameters: true}
x-amazon-apigateway-request-validator: all
paths:
  /users/{id}:
    parameters: [{name: X-A, in: header, required: true}, {name: id, in: path, required: true}]
    post:
      BODY
      x-amazon-apigateway-integration: {type: mock, requestTemplates: {application/json: '{"statusCode": 200}'}}
    put:
      x-amazon-apigateway-request-validator: parameters
      BODY
      x-amazon-apigateway-integration: {type: mock, requestTemplates: {application/json: '{"statusCode": 200}'}}
`

// TestStartValidatesDefinition: OpenAPI 3, with content types and references, and OpenAPI 2, with a parameter in the body.
func TestStartValidatesDefinition(t *testing.T) {
	for version, parts := range map[string][2]string{
		"3": {"openapi: 3.0.1\ncomponents: {schemas: {N: {type: integer}}, requestBodies: {B: {content: {application/json: {schema: {$ref: '#/components/schemas/N'}}}}}}", "requestBody: {$ref: '#/components/requestBodies/B'}"},
		"2": {"swagger: '2.0'\ndefinitions: {N: {type: integer}}", "parameters: [{in: body, name: n, schema: {$ref: '#/definitions/N'}}]"},
	} {
		name := filepath.Join(t.TempDir(), "api.yaml")
		text := strings.NewReplacer("VERSION", parts[0], "BODY", parts[1]).Replace(validatedDefinition)
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
		s := start(t, "start", "-addr", "127.0.0.1:0", "-watch=false", name)
		url := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(s.until(t, "Ctrl-C"))
		s.drain()
		for _, row := range []struct {
			method, body, a string
			status          int
		}{{"POST", "7", "a", 200}, {"POST", `"x"`, "a", 400}, {"POST", "7", "", 400}, {"PUT", `"x"`, "a", 200}, {"PUT", "7", "", 400}} {
			status, answer := call(t, row.method, url+"/users/1", row.body, "X-A", row.a)
			require.Equal(t, row.status, status, "%s: %v: %s", version, row, answer)
		}
		require.Equal(t, exitOK, s.stop())
	}
}
