package sam

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
)

const plainTemplate = `
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties:
      Code: ./fn
      Runtime: provided.al2023
      Handler: bootstrap
      MemorySize: 256
      Timeout: 7
      Role: !GetAtt Role.Arn
      Environment: {Variables: {TABLE: items}}
  Named: {Type: AWS::Lambda::Function, Properties: {FunctionName: shop, Code: fn, Runtime: provided.al2, Role: r, Handler: h, Timout: 3}}
  Zipped: {Type: AWS::Lambda::Function, Properties: {Code: fn.zip, Runtime: provided.al2023}}
  Inline: {Type: AWS::Lambda::Function, Properties: {Code: {ZipFile: "exports.handler = 1"}, Runtime: nodejs22.x, Layers: !ImportValue what}}
  Node: {Type: AWS::Lambda::Function, Properties: {Code: node, Runtime: nodejs22.x, Layers: !ImportValue what}}
  Role: {Type: AWS::IAM::Role}
  Permission: {Type: AWS::Lambda::Permission, Properties: {FunctionName: !Ref F}}
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      BinaryMediaTypes: [image/png]
      Body:
        openapi: 3.0.1
        paths:
          /a:
            get:
              x-amazon-apigateway-integration: {type: aws_proxy, httpMethod: POST, uri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations"}
  Deployed: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref Api}}
  Stage: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Api, DeploymentId: !Ref Deployed, StageName: v1, Variables: {color: red}}}
  Bodiless: {Type: AWS::ApiGateway::RestApi, Properties: {Name: x}}
  Method: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Bodiless}}
  Imported: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !ImportValue what, StageName: v3}}
  Other: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Bodiless, StageName: v2}}
`

// TestPlainAPIOfOthers: an API of functions and services that do not run here keeps nothing else from running.
func TestPlainAPIOfOthers(t *testing.T) {
	app := mustLoad(t, `
Resources:
  F: {Type: AWS::Lambda::Function, Properties: {Code: ./fn, Runtime: provided.al2023}}
  Node: {Type: AWS::Lambda::Function, Properties: {Code: node, Runtime: nodejs22.x}}
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body:
        openapi: 3.0.1
        paths:
          /a: {get: {x-amazon-apigateway-integration: {type: aws_proxy, httpMethod: POST, uri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Node.Arn}/invocations"}}}
          /b: {get: {x-amazon-apigateway-integration: {type: aws, httpMethod: POST, uri: !Sub "arn:aws:apigateway:${AWS::Region}:states:action/StartExecution"}}}
  Stage: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Api, StageName: v1}}
`)
	require.Len(t, app.Functions, 1)
	require.Empty(t, app.APIs)
	require.Len(t, app.Warnings, 3)
	require.Contains(t, app.Warnings[0], `paths./a.get.x-amazon-apigateway-integration.uri: expected the ARN of a function of the template`)
	require.Contains(t, app.Warnings[1], `paths./b.get.x-amazon-apigateway-integration.uri: expected the ARN of a function of the template`)
	require.Contains(t, app.Warnings[2], "not run on this machine: Node (AWS::Lambda::Function), Api (AWS::ApiGateway::RestApi), Stage (AWS::ApiGateway::Stage)")
}

// TestPlainResources: functions and REST APIs without SAM, as far as they can run here.
func TestPlainResources(t *testing.T) {
	app := mustLoad(t, plainTemplate)
	require.Len(t, app.Functions, 2)
	f := app.Function("F")
	require.Equal(t, []any{"F", "fn", "bootstrap", 256, 7, map[string]string{"TABLE": "items"}}, []any{f.Name, filepath.Base(f.CodeURI), f.Handler, f.MemoryMB, f.Timeout, f.Env})
	require.Equal(t, "Named", app.Function("shop").ID)
	require.Len(t, app.APIs, 1)
	a := app.APIs[0]
	require.Equal(t, []any{"Api", gateway.REST, "v1", map[string]string{"color": "red"}, []string{"image/png"}}, []any{a.ID, a.Config.Kind, a.Config.Stage, a.Config.StageVariables, a.Config.BinaryMediaTypes})
	require.Equal(t, []any{"GET", "/a", f}, []any{a.Routes[0].Method, a.Routes[0].Path, a.Routes[0].Function})
	require.Equal(t, []string{
		`template.yaml:13:127: Resources.Named.Properties.Timout: "Timout" is not known here; did you mean Timeout?`,
		"template.yaml: not run on this machine: Zipped (AWS::Lambda::Function), Inline (AWS::Lambda::Function), Node (AWS::Lambda::Function), " +
			"Bodiless (AWS::ApiGateway::RestApi), Method (AWS::ApiGateway::Method), Imported (AWS::ApiGateway::Stage), Other (AWS::ApiGateway::Stage); only functions, APIs and tables are run",
	}, shorten(app.Warnings))
}
