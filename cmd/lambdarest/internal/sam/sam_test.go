package sam

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
)

// load writes the files, the template first as template.yaml, and loads it.
func load(t *testing.T, opt Options, template string, files ...string) (*App, error) {
	t.Helper()
	dir := t.TempDir()
	name := filepath.Join(dir, "template.yaml")
	require.NoError(t, os.WriteFile(name, []byte(template), 0o600))
	for i := 0; i < len(files); i += 2 {
		require.NoError(t, os.WriteFile(filepath.Join(dir, files[i]), []byte(files[i+1]), 0o600))
	}
	app, err := Load(name, opt)
	if err != nil {
		err = shortened{strings.ReplaceAll(err.Error(), dir+string(filepath.Separator), "")}
	}
	return app, err
}

// shorten leaves the folder of the template out of warnings.
func shorten(warnings []string) []string {
	var all []string
	for _, w := range warnings {
		all = append(all, w[strings.Index(w, "template.yaml:"):])
	}
	return all
}

type shortened struct{ text string }

func (s shortened) Error() string { return s.text }

func mustLoad(t *testing.T, template string, files ...string) *App {
	t.Helper()
	app, err := load(t, Options{}, template, files...)
	require.NoError(t, err)
	return app
}

// fn is a function with its properties' remaining lines.
func fn(id, more string) string {
	return "  " + id + ":\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: .\n      Runtime: provided.al2023\n" + more
}

func TestExample(t *testing.T) {
	app, err := Load(filepath.Join("..", "..", "..", "..", "examples", "users", "template.yaml"), Options{})
	require.NoError(t, err)
	require.Empty(t, app.Warnings)
	require.Len(t, app.Functions, 2)
	f := app.Function("ProxyFunction")
	require.Equal(t, map[string]string{"TABLE_NAME": "ausg"}, f.Env)
	require.Equal(t, 10, f.Timeout)
	require.Equal(t, []Schedule{{"WarmUp", "rate(5 minutes)", ""}}, f.Schedules)
	require.Len(t, app.Tables, 1)
	require.Equal(t, "ausg", app.Tables[0].Name)
	require.Len(t, app.APIs, 1)
	api := app.APIs[0]
	require.Equal(t, gateway.REST, api.Config.Kind)
	require.Equal(t, "prod", api.Config.Stage)
	require.Len(t, api.Routes, 7)
	require.Equal(t, f, api.Routes[0].Function)
	require.Equal(t, "ANY", api.Routes[0].Method)
	require.Equal(t, NonProxy, api.Routes[4].Kind)
	require.Len(t, api.Routes[4].Templates.Responses, 6)
	require.Equal(t, "'*'", api.Routes[4].Templates.Responses[0].Headers["Access-Control-Allow-Origin"])
	require.Equal(t, Mock, api.Routes[6].Kind)
}

// TestExamples: the template of every example is read, with nothing left out.
func TestExamples(t *testing.T) {
	names, err := filepath.Glob(filepath.Join("..", "..", "..", "..", "examples", "*", "template.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, names)
	for _, name := range names {
		app, err := Load(name, Options{})
		require.NoError(t, err)
		require.Empty(t, app.Warnings, name)
		require.NotEmpty(t, app.Functions, name)
	}
}

func TestIntrinsics(t *testing.T) {
	app, err := load(t, Options{Parameters: map[string]string{"Given": "g"}}, `
Parameters:
  P: {Type: String, Default: p}
  N: {Type: Number, Default: 7}
  L: {Type: CommaDelimitedList, Default: "a, b"}
  Given: {Type: String}
Mappings:
  M: {us-east-1: {key: mapped}}
Conditions:
  Yes: !Equals [!Ref P, p]
  No: !Not [!Condition Yes]
  Both: !And [Condition: Yes, !Or [!Condition No, !Condition Yes]]
Resources:
`+fn("F", `
      Environment:
        Variables:
          REF: !Ref P
          NUMBER: !Ref N
          GIVEN: {Ref: Given}
          TABLE: !Ref T
          NAMED: !Ref T2
          SELF: !Ref F
          ARN: !GetAtt F.Arn
          LONG: {"Fn::GetAtt": [T, Arn]}
          SUB: !Sub "${P}-${AWS::Region}-${T.Arn}-${!P}"
          SUB2: !Sub ["${own}/${P}", {own: !Ref N}]
          JOIN: !Join [",", [a, !Ref P, 1]]
          LIST: !Join ["|", !Ref L]
          SELECT: !Select [1, !Split ["-", "a-b-c"]]
          MAP: !FindInMap [M, !Ref AWS::Region, key]
          IF: !If [Both, yes, no]
          NONE: !If [No, x, !Ref AWS::NoValue]
          QUEUE: !Ref Q
          ROLE: !GetAtt FRole.Arn
`)+`
  T: {Type: AWS::Serverless::SimpleTable}
  T2:
    Type: AWS::Serverless::SimpleTable
    Properties: {TableName: !Sub "${P}-table", PrimaryKey: {Name: pk, Type: Number}}
  Q: {Type: AWS::SQS::Queue}
  Gone: {Type: AWS::Serverless::SimpleTable, Condition: No}
`)
	require.NoError(t, err)
	require.Equal(t, map[string]string{
		"REF": "p", "NUMBER": "7", "GIVEN": "g", "TABLE": "T", "NAMED": "p-table", "SELF": "F",
		"ARN": "arn:aws:lambda:us-east-1:123456789012:function:F", "LONG": "arn:aws:dynamodb:us-east-1:123456789012:table/T",
		"SUB": "p-us-east-1-arn:aws:dynamodb:us-east-1:123456789012:table/T-${P}", "SUB2": "7/p", "JOIN": "a,p,1", "LIST": "a|b",
		"SELECT": "b", "MAP": "mapped", "IF": "yes", "QUEUE": "q", "ROLE": "arn:aws:iam::123456789012:role/FRole",
	}, app.Functions[0].Env)
	require.Len(t, app.Tables, 2)
	require.Equal(t, map[string]any{
		"TableName": "p-table", "BillingMode": "PAY_PER_REQUEST",
		"AttributeDefinitions": []any{map[string]any{"AttributeName": "pk", "AttributeType": "N"}},
		"KeySchema":            []any{map[string]any{"AttributeName": "pk", "KeyType": "HASH"}},
	}, app.Tables[1].Request)
}

func TestEvents(t *testing.T) {
	app := mustLoad(t, `
Globals:
  Function: {Timeout: 20, Environment: {Variables: {A: global, B: global}}}
  Api: {Cors: "'*'"}
Resources:
`+fn("F", `
      MemorySize: 512
      Environment: {Variables: {B: own}}
      FunctionUrlConfig: {AuthType: NONE, Cors: {AllowOrigins: ["https://a.test"], MaxAge: 60}}
      Events:
        Get: {Type: Api, Properties: {Path: "/users/{id}", Method: get}}
        Any: {Type: Api, Properties: {Path: /all, Method: any}}
        V2: {Type: HttpApi, Properties: {Path: /v2, Method: POST}}
        Rest: {Type: HttpApi}
        Own: {Type: Api, Properties: {Path: /own, Method: get, RestApiId: !Ref MyApi, Auth: {Authorizer: NONE}}}
        Tick: {Type: Schedule, Properties: {Schedule: rate(1 minute), Input: '{"a":1}'}}
        Off: {Type: Schedule, Properties: {Schedule: rate(1 minute), Enabled: false}}
        Tock: {Type: ScheduleV2, Properties: {ScheduleExpression: "cron(0 12 * * ? *)"}}
        Last: {Type: Schedule, Properties: {Schedule: "cron(15 10 ? * 6L *)"}}
        Once: {Type: ScheduleV2, Properties: {ScheduleExpression: "at(2030-01-01T00:00:00)"}}
        Queue: {Type: SQS, Properties: {Queue: q}}
`)+fn("Auth", "")+`
  MyApi:
    Type: AWS::Serverless::Api
    Properties:
      StageName: live
      Variables: {v: "1"}
      BinaryMediaTypes: [image~1png, "*~1*"]
      GatewayResponses:
        DEFAULT_4XX: {StatusCode: 418, ResponseParameters: {Headers: {X-A: "'a'"}}, ResponseTemplates: {application/json: "{}"}}
      Auth:
        DefaultAuthorizer: Token
        Authorizers:
          Token: {FunctionArn: !GetAtt Auth.Arn, Identity: {Header: X-Token, ValidationExpression: "t.*", ReauthorizeEvery: 10}}
`)
	f := app.Functions[0]
	require.Equal(t, 20, f.Timeout)
	require.Equal(t, 512, f.MemoryMB)
	require.Equal(t, map[string]string{"A": "global", "B": "own"}, f.Env)
	require.Equal(t, []Schedule{{"Tick", "rate(1 minute)", `{"a":1}`}, {"Tock", "cron(0 12 * * ? *)", ""}, {"Last", "cron(15 10 ? * 6L *)", ""}}, f.Schedules)
	require.Len(t, app.Warnings, 2)
	require.Contains(t, app.Warnings[0], "a schedule for one time")
	require.Contains(t, app.Warnings[1], "events of type SQS")

	names := map[string]*API{}
	var order []string
	for _, a := range app.APIs {
		names[a.ID] = a
		order = append(order, a.ID)
	}
	require.Equal(t, []string{"MyApi", "ServerlessRestApi", "ServerlessHttpApi", "FUrl"}, order)
	rest := names["ServerlessRestApi"]
	require.Equal(t, "Prod", rest.Config.Stage)
	require.Len(t, rest.Routes, 4, "Cors makes two OPTIONS routes")
	require.Equal(t, "'GET,OPTIONS'", rest.Routes[2].Templates.Responses[0].Headers["Access-Control-Allow-Methods"])
	require.Equal(t, "$default", names["ServerlessHttpApi"].Routes[1].Path)
	require.Equal(t, []string{"https://a.test"}, names["FUrl"].Config.CORS.AllowOrigins)
	require.Equal(t, time.Minute, names["FUrl"].Config.CORS.MaxAge)
	own := names["MyApi"]
	require.Equal(t, []string{"image/png", "*/*"}, own.Config.BinaryMediaTypes)
	require.Equal(t, gateway.GatewayResponse{Status: 418, Headers: map[string]string{"X-A": "'a'"}, Templates: map[string]string{"application/json": "{}"}},
		own.Config.Responses["DEFAULT_4XX"])
	require.Nil(t, own.Routes[0].Authorizer)
	require.Equal(t, &Authorizer{
		Name: "Token", Function: app.Function("Auth"), Token: true, Identity: []string{"method.request.header.X-Token"}, Validation: "t.*", TTL: 10 * time.Second,
	}, own.authorizers["Token"])
}

func TestHTTPAPI(t *testing.T) {
	app := mustLoad(t, "Resources:\n"+fn("F", `
      Events:
        E: {Type: HttpApi, Properties: {ApiId: !Ref Web, Path: /x, Method: get}}
`)+`
  Web:
    Type: AWS::Serverless::HttpApi
    Properties:
      StageName: dev
      StageVariables: {a: b}
      CorsConfiguration: {AllowOrigins: ["*"], AllowMethods: [GET]}
      Auth:
        DefaultAuthorizer: L
        Authorizers:
          L: {FunctionArn: !GetAtt F.Arn, AuthorizerPayloadFormatVersion: 2.0, EnableSimpleResponses: true, Identity: {Headers: [Authorization]}}
`)
	a := app.APIs[0]
	require.Equal(t, gateway.HTTP, a.Config.Kind)
	require.Equal(t, "dev", a.Config.Stage)
	require.Equal(t, []string{"*"}, a.Config.CORS.AllowOrigins)
	require.True(t, a.Routes[0].Authorizer.Simple)
	require.Equal(t, []string{"$request.header.Authorization"}, a.Routes[0].Authorizer.Identity)
}

const openAPI = `
openapi: 3.0.1
x-amazon-apigateway-binary-media-types: [image/png]
x-amazon-apigateway-gateway-responses:
  UNAUTHORIZED: {statusCode: 402, responseParameters: {gatewayresponse.header.X-A: "'a'"}}
components:
  securitySchemes:
    api_key: {type: apiKey, name: x-api-key, in: header}
    lambda:
      type: apiKey
      name: Authorization
      in: header
      x-amazon-apigateway-authtype: custom
      x-amazon-apigateway-authorizer:
        type: token
        authorizerUri: "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:1:function:F/invocations"
        authorizerResultTtlInSeconds: 5
paths:
  /a:
    parameters: []
    get:
      security: [{api_key: []}, {lambda: []}]
      x-amazon-apigateway-integration:
        type: AWS
        uri: arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:1:function:F:live/invocations
        passthroughBehavior: NEVER
        requestTemplates: {application/json: "{}"}
        responses:
          default: {statusCode: 200}
          "bad.*": {statusCode: 400, responseParameters: {method.response.header.X: "'x'"}}
    x-amazon-apigateway-any-method:
      x-amazon-apigateway-integration: {type: http_proxy, uri: "https://example.com/x"}
`

func TestOpenAPI(t *testing.T) {
	app, err := load(t, Options{Functions: map[string]string{"F": "./f"}}, openAPI)
	require.NoError(t, err)
	require.Equal(t, "./f", app.Functions[0].CodeURI)
	a := app.APIs[0]
	require.Equal(t, gateway.REST, a.Config.Kind)
	require.Equal(t, []string{"image/png"}, a.Config.BinaryMediaTypes)
	require.Equal(t, map[string]string{"X-A": "'a'"}, a.Config.Responses["UNAUTHORIZED"].Headers)
	r := a.Routes[0]
	require.Equal(t, "GET", r.Method)
	require.True(t, r.KeyRequired)
	require.Equal(t, 5*time.Second, r.Authorizer.TTL)
	require.Equal(t, []string{"method.request.header.Authorization"}, r.Authorizer.Identity)
	require.Equal(t, gateway.Never, r.Templates.Passthrough)
	require.Equal(t, "x", strings.Trim(r.Templates.Responses[1].Headers["X"], "'"))
	require.Equal(t, "https://example.com/x", a.Routes[1].URL)
	require.Equal(t, "ANY", a.Routes[1].Method)
}

func TestFormats(t *testing.T) {
	app := mustLoad(t, "Resources:\n"+fn("F", `
      Events:
        A: {Type: HttpApi, Properties: {Path: /a, Method: get, PayloadFormatVersion: "1.0", TimeoutInMillis: 500}}
        B: {Type: HttpApi, Properties: {Path: /b, Method: get, PayloadFormatVersion: 2.0}}
        C: {Type: HttpApi, Properties: {ApiId: !Ref Web, Path: /c, Method: get}}
`)+`
  Web:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth: {DefaultAuthorizer: L, Authorizers: {L: {FunctionArn: !GetAtt F.Arn, AuthorizerPayloadFormatVersion: 1.0, Identity: {Headers: [A]}}}}
      DefinitionBody:
        paths:
          /d: {get: {x-amazon-apigateway-integration: {type: aws_proxy, payloadFormatVersion: "1.0", timeoutInMillis: 700, uri: !GetAtt F.Arn}}}
`)
	var got []string
	for _, a := range app.APIs {
		for _, r := range a.Routes {
			got = append(got, fmt.Sprint(r.Path, " ", r.Kind, " ", r.Timeout))
		}
	}
	require.Equal(t, []string{"/d proxy 1.0 700ms", "/c proxy 0s", "/a proxy 1.0 500ms", "/b proxy 0s"}, got)
	require.True(t, app.APIs[0].Routes[1].Authorizer.PayloadV1)
	app, err := load(t, Options{Functions: map[string]string{"F": "f"}}, "openapi: 3.0.1\npaths: {/a: {get: {x-amazon-apigateway-integration: {type: aws_proxy, payloadFormatVersion: '1.0', uri: !GetAtt F.Arn}}}}")
	require.NoError(t, err)
	require.Equal(t, gateway.HTTP, app.APIs[0].Config.Kind, "only HTTP APIs have a format to choose")
}

// TestOthers: what is not run is said once.
func TestOthers(t *testing.T) {
	app := mustLoad(t, "Resources:\n"+fn("F", "")+`
  Jobs: {Type: AWS::SQS::Queue}
  Flow: {Type: AWS::Serverless::StateMachine}
  Old: {Type: AWS::Lambda::Function}
  Role: {Type: AWS::IAM::Role}
  T: {Type: AWS::Serverless::SimpleTable}
`)
	require.Len(t, app.Warnings, 1)
	require.Equal(t, "template.yaml: not run on this machine: Jobs (AWS::SQS::Queue), Flow (AWS::Serverless::StateMachine), Old (AWS::Lambda::Function); only functions, APIs and tables are run",
		shorten(app.Warnings)[0])
}

func TestStreams(t *testing.T) {
	app := mustLoad(t, "Resources:\n"+fn("F", `
      FunctionUrlConfig: {AuthType: NONE, InvokeMode: RESPONSE_STREAM}
      Events:
        E: {Type: Api, Properties: {Path: /x, Method: get, ResponseTransferMode: STREAM}}
        G: {Type: Api, Properties: {Path: /y, Method: get}}
`)+`
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: x
      DefinitionBody:
        paths:
          /a:
            get:
              x-amazon-apigateway-integration:
                type: aws_proxy
                responseTransferMode: STREAM
                uri: !Sub arn:aws:apigateway:x:lambda:path/2021-11-15/functions/${F.Arn}/response-streaming-invocations
`)
	var kinds []string
	for _, a := range app.APIs {
		for _, r := range a.Routes {
			kinds = append(kinds, a.ID+" "+r.Path+" "+r.Kind)
		}
	}
	require.Equal(t, []string{"Api /a stream", "ServerlessRestApi /x stream", "ServerlessRestApi /y proxy", "FUrl $default stream"}, kinds)
	require.Equal(t, app.Functions[0], app.APIs[0].Routes[0].Function)
}

func TestDefinitions(t *testing.T) {
	const api = `
  Api:
    Type: AWS::Serverless::Api
    Properties: {StageName: x, %s}
`
	paths := "paths:\n  /a:\n    get:\n      x-amazon-apigateway-integration: {type: aws_proxy, uri: {Fn::Sub: \"arn:aws:apigateway:x:lambda:path/2015-03-31/functions/${F.Arn}/invocations\"}}\n"
	for _, body := range []string{"DefinitionUri: api.yaml", "DefinitionBody: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: api.yaml}}}"} {
		app := mustLoad(t, "Resources:\n"+fn("F", "")+strings.Replace(api, "%s", body, 1), "api.yaml", paths)
		require.Len(t, app.APIs[0].Routes, 1, body)
		require.Equal(t, "F", app.APIs[0].Routes[0].Function.ID)
		require.Len(t, app.Files, 2)
	}
}

// FuzzLoad: no template crashes or hangs the reader, and every error names a place.
func FuzzLoad(f *testing.F) {
	example, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "examples", "users", "template.yaml"))
	require.NoError(f, err)
	for _, seed := range []string{string(example), openAPI, "Resources:\n" + fn("F", "      FunctionName: !Sub ${F}${F}\n"), "Resources: {A: &a [*a]}", "Conditions: {A: !Not [!Condition A]}\nResources: {T: {Type: x, Condition: A}}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, template string) {
		name := filepath.Join(t.TempDir(), "t.yaml")
		require.NoError(t, os.WriteFile(name, []byte(template), 0o600))
		_, err := Load(name, Options{})
		if err != nil {
			require.Regexp(t, `t\.yaml:\d+:\d+: `, err.Error())
		}
	})
}
