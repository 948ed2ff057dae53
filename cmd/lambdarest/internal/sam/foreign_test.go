package sam

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestForeignFunctions: functions in other languages do not keep the Go programs of a template from running; what of the template
// is not as on AWS is said, what Globals give to several functions once.
func TestForeignFunctions(t *testing.T) {
	app := mustLoad(t, `
Parameters:
  Vpc: {Type: "AWS::SSM::Parameter::Value<String>", Default: /network/vpc}
Globals:
  Function:
    Runtime: provided.al2023
    CodeUri: fn
    Layers: ["arn:aws:lambda:us-east-1:1:layer:Insights:2"]
    Environment: {Variables: {VPC: !Ref Vpc, SECRET: "{{resolve:ssm:/db/password}}"}}
Resources:
  F: {Type: AWS::Serverless::Function, Properties: {Environment: {Variables: {NODE: !Ref Node}}}}
  G: {Type: AWS::Serverless::Function, Properties: {Description: !Ref Vpc}}
  Node:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Environment: {Variables: {A: !ImportValue what}}
      Events:
        E: {Type: HttpApi, Properties: {Path: /node, Method: get}}
  Image: {Type: AWS::Serverless::Function, Properties: {PackageType: Image, FunctionUrlConfig: {AuthType: NONE}}}
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      DefinitionBody:
        openapi: 3.0.1
        paths:
          /f: {get: {x-amazon-apigateway-integration: {type: aws_proxy, uri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations"}}}
          /node: {get: {x-amazon-apigateway-integration: {type: aws_proxy, uri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Node.Arn}/invocations"}}}
`)
	require.Len(t, app.Functions, 2)
	require.Equal(t, "Node", app.Function("F").Env["NODE"])
	require.Len(t, app.APIs, 1)
	require.Len(t, app.APIs[0].Routes, 1)
	require.Equal(t, []string{
		"template.yaml:3:8: Parameters.Vpc: only the default is known here, the name of a value in Systems Manager; -parameter Vpc=VALUE gives the value",
		"template.yaml:8:13: Resources.F.Properties.Layers: layers are not loaded here: /opt has nothing of them",
		"template.yaml:9:54: Resources.F.Properties.Environment.Variables.SECRET: dynamic references are not resolved here; -env SECRET=VALUE gives a value",
		"template.yaml:14:5: Resources.Node: nodejs22.x: this command runs Go programs only; the function is left out, with its events",
		"template.yaml:20:10: Resources.Image: container image: this command runs Go programs only; the function is left out, with its events",
		"template.yaml:29:81: Resources.Api.Properties.DefinitionBody.paths./node.get.x-amazon-apigateway-integration.uri: GET /node is left out: its function is not run here",
	}, shorten(app.Warnings))
}

// TestForeignAuthorizer: a route is never served without the authorizer that it has on AWS.
func TestForeignAuthorizer(t *testing.T) {
	_, err := load(t, Options{}, "Resources:\n"+fn("F", "      Events:\n        E: {Type: Api, Properties: {RestApiId: !Ref A, Path: /x, Method: get}}\n")+`
  Node: {Type: AWS::Serverless::Function, Properties: {Runtime: python3.13, CodeUri: x}}
  A: {Type: AWS::Serverless::Api, Properties: {StageName: x, Auth: {DefaultAuthorizer: L, Authorizers: {L: {FunctionArn: !GetAtt Node.Arn}}}}}
`)
	require.ErrorContains(t, err, "Authorizers.L.FunctionArn: the function Node is not run here")
}
