package sam

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
	"github.com/lambdarest/lambdarest/mapping/integration"
)

// What is wrong in a template is said with its place, and with what was expected there. env is a
// function whose variable A has a value.
func TestMistakes(t *testing.T) {
	env := func(value string) string {
		return "Resources:\n" + fn("F", "      Environment: {Variables: {A: "+value+"}}\n")
	}
	event := func(line string) string { return "Resources:\n" + fn("F", "      Events: {E: "+line+"}\n") }
	when := func(condition string) string {
		return "Conditions: {C: " + condition + "}\n" + env("!If [C, a, b]")
	}
	for _, tt := range []struct{ template, want string }{
		{env("!GetAtt F"), "GetAtt: expected Resource.Attribute"},
		{env("!GetAtt Nobody.Arn"), `the template has no resource "Nobody"`},
		{env("!Join [',']"), "expected a separator and a list"},
		{env("!Select [0]"), "expected an index and a list"},
		{env("!Select [0, []]"), "Select: the list is empty"},
		{env("!Split [',']"), "expected a separator and a string"},
		{env("!Sub [a]"), "expected a string and a mapping of variables"},
		{env("!FindInMap [a, b]"), "expected the name of a map and two keys"},
		{env("!FindInMap [a, b, c]"), "FindInMap: Mappings has no a.b.c"},
		{env("!If [C]"), "If: expected a condition and two values"},
		{env("!If [C, a, b]"), `the template has no condition "C"`},
		{when("{Fn::Nor: [a]}"), "expected Equals, And, Or, Not or Condition"},
		{when("yes"), "expected Equals, And, Or, Not or Condition"},
		{when("!Equals [a]"), "expected two values"},
		{when("!Not [!Condition C]"), "conditions run in a circle"},
		{env("{Fn::Transform: {Name: AWS::Other}}"), `the transform "AWS::Other" is not known here`},
		{env("{Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://bucket/key}}}"), `expected a file of this machine, got "s3://bucket/key"`},
		{env("{Fn::Transform: {Name: AWS::Include, Parameters: {Location: absent.yaml}}}"), "absent.yaml: no such file"},
		{env("{Fn::Transform: {Name: AWS::Include, Parameters: {Location: broken.yaml}}}"), "broken.yaml:"},
		{env("[a]"), "expected a string, got a list"},
		{env("{B: c}"), "expected a string, got a mapping"},
		{event("{Properties: {}}"), "expected a Type, as Api, HttpApi or Schedule"},
		{event("{Type: Schedule, Properties: {}}"), "expected a Schedule, as rate(5 minutes)"},
		{event("{Type: Api, Properties: {Path: users, Method: get}}"), `expected a path that starts with a slash, got "users"`},
		{event("{Type: Api, Properties: {Path: /users}}"), "expected Path and Method"},
		{event("{Type: Api, Properties: {Path: /users, Method: fetch}}"), `expected any or an HTTP method, as get, got "fetch"`},
		{event("{Type: HttpApi, Properties: {Path: /u, Method: get, PayloadFormatVersion: '3.0'}}"), "3.0"},
		{event("{Type: Api, Properties: {Path: /u, Method: get, RestApiId: nobody}}"), `expected a reference to an AWS::Serverless::Api, got "nobody"`},
		{event("{Type: HttpApi, Properties: {ApiId: nobody}}"), `expected a reference to an AWS::Serverless::HttpApi, got "nobody"`},
		{"Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: .\n", "expected Runtime: provided.al2023"},
		{"Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      Runtime: provided.al2023\n", "expected CodeUri with the folder of a Go program"},
		{"Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      Runtime: provided.al2023\n      CodeUri: s3://b/k\n", "expected a folder of this machine"},
		{"Resources:\n" + fn("F", "      Events: [a]\n"), "expected a mapping, got a list"},
		{"Resources:\n" + fn("F", "      Timeout: soon\n"), "soon"},
		{"Resources:\n  T:\n    Type: AWS::Serverless::SimpleTable\n    Properties: {PrimaryKey: {Type: String}}\n", "expected Name and Type"},
		{"Resources:\n  A:\n    Type: AWS::Serverless::Api\n    Properties: {StageName: x, Auth: {DefaultAuthorizer: Nobody}}\n" + fn("F", ""), `expected one of Authorizers, got "Nobody"`},
		{"Resources:\n  A:\n    Type: AWS::Serverless::Api\n    Properties: {StageName: x, DefinitionUri: {Bucket: b}}\n" + fn("F", ""), "expected a file of this machine"},
		{env(strings.Repeat("[", 200) + strings.Repeat("]", 200)), "nested more than"},
	} {
		_, err := load(t, Options{}, tt.template, "broken.yaml", "a: [\n")
		require.ErrorContains(t, err, tt.want, tt.template)
		require.Regexp(t, `\.yaml:\d+`, err.Error(), "%s", tt.template)
	}
}

// operation is a definition with one operation, whose integration has these members.
func operation(members string) string {
	return "openapi: 3.0.1\npaths:\n  /a:\n    get:\n      x-amazon-apigateway-integration: " + members + "\n"
}

// mappedOperation is the operation of an HTTP API, with this on line 9.
func mappedOperation(mapping string) string {
	return operation("\n        type: http_proxy\n        payloadFormatVersion: '1.0'\n        uri: 'http://127.0.0.1/'\n        " + mapping)
}

const functionURI = "uri: 'arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:F/invocations'"

func TestMistakesInDefinitions(t *testing.T) {
	for _, tt := range []struct{ definition, want string }{
		{"openapi: 3.0.1\n", "expected paths"},
		{"openapi: 3.0.1\npaths: {/a: {get: {}}}\n", "expected x-amazon-apigateway-integration"},
		{operation("{type: aws_proxy}"), "expected uri with the ARN of a function"},
		{operation("{type: http, uri: somewhere}"), "expected uri with an http or https URL"},
		{operation("{type: http, httpMethod: PUSH, uri: 'http://127.0.0.1'}"), `expected ANY or an HTTP method, as GET, got "PUSH"`},
		{operation("{type: http, uri: 'http://127.0.0.1', requestParameters: {integration.request.header.Connection: method.request.header.A}}"), "a backend gets no such header"},
		{mappedOperation("requestParameters: {'append:header.Via': x}"), `template.yaml:9:50: paths./a.get.x-amazon-apigateway-integration.requestParameters.append:header.Via: parameter mapping "append:header.Via": this header is reserved`},
		{mappedOperation("requestParameters: {integration.request.header.A: method.request.header.A}"), "expected append|overwrite|remove:header.name"},
		{mappedOperation("requestParameters: {'append:header.A': $request.cookie.a}"), "template.yaml:9:48: "},
		{mappedOperation("requestParameters: {'append:header.A': [b]}"), "expected a string, got a list"},
		{mappedOperation("responseParameters: {'200': {'append:header.A': $response.path}}"), `template.yaml:9:57: paths./a.get.x-amazon-apigateway-integration.responseParameters.200.append:header.A: parameter mapping "append:header.A": expected $response.header|body`},
		{mappedOperation("responseParameters: {ok: {'append:header.A': b}}"), `expected a status from 200 to 599, got "ok"`},
		{mappedOperation("responseParameters: {'99': {'append:header.A': b}}"), "expected a status from 200 to 599, got 99"},
		{operation("{uri: x}"), "expected a type: aws_proxy, aws, mock, http or http_proxy"},
		{operation("{type: ftp}"), "expected aws_proxy or aws or mock"},
		{operation("{type: mock, requestTemplates: {application/json: '#if('}}"), "application/json"},
		{operation("{type: mock, passthroughBehavior: sometimes}"), "expected when_no_match or when_no_templates or never"},
		{"openapi: 3.0.1\nsecurity: [{nobody: []}]\npaths:\n  /a:\n    get:\n      x-amazon-apigateway-integration: {type: mock}\n", `the definition has no security scheme "nobody"`},
		{"openapi: 3.0.1\nx-amazon-apigateway-cors: {allowOrigins: ['*']}\npaths:\n  /a:\n    get:\n      x-amazon-apigateway-integration: {type: aws_proxy, payloadFormatVersion: '3.0', " + functionURI + "}\n", "3.0"},
	} {
		_, err := load(t, Options{Functions: map[string]string{"F": "."}}, tt.definition)
		require.ErrorContains(t, err, tt.want, tt.definition)
	}
}

func TestHTTPDefinition(t *testing.T) {
	app, err := load(t, Options{Functions: map[string]string{"F": "."}}, "openapi: 3.0.1\nx-amazon-apigateway-cors: {allowOrigins: ['https://a.example'], maxAge: 60, allowCredentials: true}\npaths:\n  /$default:\n    x-amazon-apigateway-any-method:\n      x-amazon-apigateway-integration: {type: aws_proxy, payloadFormatVersion: '2.0', "+functionURI+"}\n")
	require.NoError(t, err)
	require.Len(t, app.APIs, 1)
	config := app.APIs[0].Config
	require.Equal(t, gateway.HTTP, config.Kind)
	require.Equal(t, []string{"https://a.example"}, config.CORS.AllowOrigins)
	require.True(t, config.CORS.AllowCredentials)
	require.Equal(t, "1m0s", config.CORS.MaxAge.String())
	require.Equal(t, "$default", app.APIs[0].Routes[0].Path)
	require.Equal(t, "F", app.APIs[0].Routes[0].Function.ID)
}

func TestTemplatesOfADefinition(t *testing.T) {
	app, err := load(t, Options{}, operation("{type: mock, passthroughBehavior: when_no_templates, contentHandling: CONVERT_TO_TEXT, responses: {default: {statusCode: '201', responseParameters: {method.response.header.X-A: \"'b'\"}}}}"))
	require.NoError(t, err)
	ts := app.APIs[0].Routes[0].Templates
	require.Equal(t, integration.WhenNoTemplates, ts.Passthrough)
	require.Equal(t, integration.ContentHandling("CONVERT_TO_TEXT"), ts.ContentHandling)
	require.Equal(t, []integration.Response{{Status: 201, Headers: map[string]string{"X-A": "'b'"}}}, ts.Responses)
}

// Values of other resources look as they do on AWS, as far as a function can see them.
func TestAttributes(t *testing.T) {
	app := mustLoad(t, "Resources:\n  Q: {Type: AWS::SQS::Queue}\n"+
		fn("F", "      Environment: {Variables: {ARN: !GetAtt Q.Arn, URL: !GetAtt Q.QueueUrl, ROLE: !GetAtt FRole.Arn, NONE: !Ref AWS::NoValue, YES: !If [C, both, none]}}\n")+
		"Conditions: {C: !And [!Equals [a, a], !Not [!Equals [a, b]], !Or [!Equals [a, b], !Condition D]], D: !Equals [1, 1]}\n")
	env := app.Function("F").Env
	require.Contains(t, env["ARN"], "arn:aws:sqs:")
	require.Equal(t, "q-queueurl", strings.ToLower(env["URL"]))
	require.Contains(t, env["ROLE"], ":role/FRole")
	require.Equal(t, "both", env["YES"])
	require.NotContains(t, env, "NONE")
}

// What does not come by itself, or is not run, is said and does no harm.
func TestWarnings(t *testing.T) {
	app := mustLoad(t, "Resources:\n  L: {Type: AWS::Lambda::Function, Properties: {}}\n"+
		fn("F", "      Events:\n        Q: {Type: SQS, Properties: {Queue: q}}\n        S: {Type: Schedule, Properties: {Schedule: at(2026-01-01T00:00:00)}}\n"))
	for _, want := range []string{"not run on this machine: L (AWS::Lambda::Function)", "events of type SQS are not sent here", "a schedule for one time"} {
		require.True(t, slices.ContainsFunc(app.Warnings, func(w string) bool { return strings.Contains(w, want) }), "%s in %v", want, app.Warnings)
	}
	require.Empty(t, app.Function("F").Schedules)
}

func TestCORSOfTemplates(t *testing.T) {
	app := mustLoad(t, "Globals: {HttpApi: {CorsConfiguration: true}}\nResources:\n  A:\n    Type: AWS::Serverless::Api\n    Properties: {StageName: x, Cors: {AllowOrigin: \"'https://a.example'\", AllowMethods: \"'GET'\", AllowCredentials: true}}\n"+
		fn("F", "      Events:\n        H: {Type: HttpApi, Properties: {}}\n        R: {Type: Api, Properties: {Path: /u, Method: get, RestApiId: !Ref A}}\n"))
	for _, api := range app.APIs {
		if api.Config.Kind == gateway.HTTP {
			require.Equal(t, &gateway.CORS{AllowOrigins: []string{"*"}, AllowMethods: []string{"*"}, AllowHeaders: []string{"*"}}, api.Config.CORS)
			continue
		}
		i := slices.IndexFunc(api.Routes, func(r Route) bool { return r.Method == "OPTIONS" })
		require.GreaterOrEqual(t, i, 0, "SAM makes an OPTIONS route of Cors")
		headers := api.Routes[i].Templates.Responses[0].Headers
		require.Equal(t, "'https://a.example'", headers["Access-Control-Allow-Origin"])
		require.Equal(t, "'true'", headers["Access-Control-Allow-Credentials"])
	}
}

// TestErrors: file, line and column, the path, and what was expected.
func TestErrors(t *testing.T) {
	for _, tc := range []struct{ name, template, want string }{
		{"no YAML", "Resources: [", "template.yaml:1:1: did not find expected node content"},
		{"not a mapping", "- a", "template.yaml:1:1: expected a mapping of a template or an OpenAPI definition"},
		{"empty", "", "template.yaml:1:1: expected a mapping"},
		{"no resources", "Transform: x", "template.yaml:1:1: expected Resources"},
		{"no type", "Resources:\n  A: {Properties: {}}", "template.yaml:2:6: Resources.A: expected a Type"},
		{"logical id", "Resources:\n  ../../evil: {Type: AWS::Serverless::SimpleTable}\n", "template.yaml:2:15: Resources.../../evil: expected a logical id of letters and digits"},
		{"method", "Resources:\n" + fn("F", "      Events:\n        E: {Type: Api, Properties: {Path: /x, Method: gett}}\n"), `Resources.F.Properties.Events.E.Properties.Method: expected any or an HTTP method, as get, got "gett"`},
		{"rate", "Resources:\n" + fn("F", "      Events:\n        E: {Type: Schedule, Properties: {Schedule: rate(0 minutes)}}\n"), "expected rate(5 minutes)"},
		{"timeout", "Resources:\n" + fn("F", "      Timeout: 901\n"), `template.yaml:7:16: Resources.F.Properties.Timeout: expected a whole number from 1 to 900, got "901"`},
		{"memory", "Resources:\n" + fn("F", "      MemorySize: big\n"), `template.yaml:7:19: Resources.F.Properties.MemorySize: expected a whole number from 128 to 10240, got "big"`},
		{"runtime", "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: .\n      Runtime: provided.al2032\n", `template.yaml:6:16: Resources.F.Properties.Runtime: expected provided.al2023, got "provided.al2032"`},
		{"runtime with an escape sequence", "Resources:\n  F: {Type: AWS::Serverless::Function, Properties: {CodeUri: ., Runtime: \"nodejs\\e[31m\"}}\n", `Resources.F.Properties.Runtime: expected provided.al2023, got "nodejs\x1b[31m"`},
		{"no code", "Resources:\n  F: {Type: AWS::Serverless::Function, Properties: {Runtime: provided.al2023}}\n", "template.yaml:2:6: Resources.F: expected CodeUri"},
		{"code on S3", "Resources:\n  F: {Type: AWS::Serverless::Function, Properties: {Runtime: provided.al2023, CodeUri: s3://b/k}}\n", "expected a folder of this machine"},
		{"unknown reference", "Resources:\n" + fn("F", "      Environment: {Variables: {A: !Ref Nobody}}\n"), `template.yaml:7:36: Resources.F.Properties.Environment.Variables.A: the template has neither a parameter nor a resource "Nobody"`},
		{"unknown attribute", "Resources:\n" + fn("F", "      Environment: {Variables: {A: !GetAtt Nobody.Arn}}\n"), `the template has no resource "Nobody"`},
		{"parameter without default", "Parameters: {P: {Type: String}}\nResources:\n" + fn("F", "      Environment: {Variables: {A: !Ref P}}\n"), "template.yaml:8:36: Resources.F.Properties.Environment.Variables.A: parameter P has no default: give it one with -parameter P=VALUE"},
		{"parameter of another value", "Parameters: {P: {Type: String, Default: c, AllowedValues: [a, b]}}\nResources:\n" + fn("F", "      Environment: {Variables: {A: !Ref P}}\n"), `template.yaml:8:36: Resources.F.Properties.Environment.Variables.A: parameter P: expected one of a, b, got "c"`},
		{"import", "Resources:\n" + fn("F", "      Environment: {Variables: {A: !ImportValue x}}\n"), "the function ImportValue is not one that can be evaluated"},
		{"wrong shape", "Resources:\n" + fn("F", "      Environment: [a]\n"), "template.yaml:7:20: Resources.F.Properties.Environment: expected a mapping, got a list"},
		{"event without method", "Resources:\n" + fn("F", "      Events:\n        E: {Type: Api, Properties: {Path: /x}}\n"), "template.yaml:8:12: Resources.F.Properties.Events.E: expected Path and Method"},
		{"twice", "Resources:\n" + fn("F", "      Events:\n        E: {Type: Api, Properties: {Path: /x, Method: get}}\n        G: {Type: Api, Properties: {Path: /x, Method: GET}}\n"), "template.yaml:9:12: Resources.F.Properties.Events.G: GET /x is taken by template.yaml:8"},
		{"schedule", "Resources:\n" + fn("F", "      Events:\n        E: {Type: Schedule, Properties: {Schedule: daily}}\n"), "template.yaml:8:52: Resources.F.Properties.Events.E.Properties.Schedule: expected rate(5 minutes) or cron(0 12 * * ? *)"},
		{"cron", "Resources:\n" + fn("F", "      Events:\n        E: {Type: Schedule, Properties: {Schedule: \"cron(0 12 ? * 3#6 *)\"}}\n"), `template.yaml:8:52: Resources.F.Properties.Events.E.Properties.Schedule: weekday "3#6": expected a number from 1 to 5`},
		{"circle", "Conditions: {A: !Condition B, B: !Condition A}\nResources:\n  T: {Type: AWS::Serverless::SimpleTable, Condition: A}\n", "conditions run in a circle"},
		{"alias", "Resources:\n  A: &x {Type: AWS::Serverless::SimpleTable}\n  B: *x\n", "template.yaml:3:6: YAML aliases are not supported"},
		{"no file", "Resources:\n" + fn("F", "") + "  A: {Type: AWS::Serverless::Api, Properties: {StageName: x, DefinitionUri: none.yaml}}\n", "template.yaml:7:77: Resources.A.Properties.DefinitionUri: none.yaml: no such file"},
		{"no function", "openapi: 3.0.1\npaths: {/a: {get: {x-amazon-apigateway-integration: {type: aws_proxy, uri: functions/X/invocations}}}}", "template.yaml:2:76: paths./a.get.x-amazon-apigateway-integration.uri: expected the ARN of a function"},
		{"no code", "openapi: 3.0.1\npaths: {/a: {get: {x-amazon-apigateway-integration: {type: aws_proxy, uri: !Sub \"x/functions/${X.Arn}/invocations\"}}}}", "template.yaml:2:76: paths./a.get.x-amazon-apigateway-integration.uri: expected code for the function X: give it with -function X=FOLDER"},
		{"bad template", "openapi: 3.0.1\npaths: {/a: {get: {x-amazon-apigateway-integration: {type: mock, requestTemplates: {application/json: '#if('}}}}}", "template.yaml:2:53: paths./a.get.x-amazon-apigateway-integration: "},
		{"bad pattern", "openapi: 3.0.1\npaths: {/a: {get: {x-amazon-apigateway-integration: {type: mock, responses: {'(': {statusCode: 200}}}}}}", "template.yaml:2:53: "},
		{"unknown global", "Globals: {Lambda: {}}\nResources:\n" + fn("F", ""), "template.yaml:1:19: Globals.Lambda: expected Function"},
		{"identity", "Resources:\n" + fn("F", "") + "  A: {Type: AWS::Serverless::Api, Properties: {StageName: x, Auth: {Authorizers: {L: {FunctionArn: !GetAtt F.Arn, FunctionPayloadType: REQUEST}}}}}\n", "template.yaml:7:86: Resources.A.Properties.Auth.Authorizers.L: expected Identity"},
		{"identity source", "openapi: 3.0.1\ncomponents: {securitySchemes: {L: {type: apiKey, x-amazon-apigateway-authorizer: {type: request, authorizerUri: functions/X/invocations}}}}\npaths: {}", "expected an identitySource"},
		{"user pool", "Resources:\n" + fn("F", "") + "  A: {Type: AWS::Serverless::Api, Properties: {StageName: x, Auth: {Authorizers: {U: {UserPoolArn: pool}}}}}\n", `template.yaml:7:100: Resources.A.Properties.Auth.Authorizers.U.UserPoolArn: expected the ARN of a user pool, got "pool"`},
		{"no user pool", "Resources:\n" + fn("F", "") + "  A: {Type: AWS::Serverless::Api, Properties: {StageName: x, Auth: {Authorizers: {U: {UserPoolArn: []}}}}}\n", `template.yaml:7:86: Resources.A.Properties.Auth.Authorizers.U: expected the ARN of a user pool in UserPoolArn`},
		{"no authorizer", "Resources:\n" + fn("F", "") + "  A: {Type: AWS::Serverless::Api, Properties: {StageName: x, Auth: {Authorizers: {U: {}}}}}\n", "Authorizers.U: expected FunctionArn or UserPoolArn"},
		{"no audience", "Resources:\n" + fn("F", "") + "  A: {Type: AWS::Serverless::HttpApi, Properties: {Auth: {Authorizers: {U: {JwtConfiguration: {issuer: i}}}}}}\n", "expected issuer and audience"},
		{"IAM of an HTTP API", "Resources:\n" + fn("F", "      Events:\n        E: {Type: HttpApi, Properties: {Path: /x, Method: get, Auth: {Authorizer: AWS_IAM}}}\n"), "expected EnableIamAuthorizer: true"},
		{"format", "Resources:\n" + fn("F", "      Events:\n        E: {Type: HttpApi, Properties: {Path: /x, Method: get, PayloadFormatVersion: 3.0}}\n"), `expected 1.0 or 2.0, got "3.0"`},
		{"key schema", "Resources:\n  T: {Type: AWS::DynamoDB::Table, Properties: {}}\n", "template.yaml:2:6: Resources.T: expected KeySchema"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := load(t, Options{}, tc.template)
			require.ErrorContains(t, err, tc.want)
		})
	}
	_, err := load(t, Options{Parameters: map[string]string{"X": "1"}}, "Resources:\n"+fn("F", ""))
	require.ErrorContains(t, err, `the template has no parameter "X"`)
	_, err = load(t, Options{}, "Resources:\n"+fn("F", "      Timeout: x\n      MemorySize: y\n"))
	require.Len(t, strings.Split(err.Error(), "\n"), 2, "both at once")
	app, err := load(t, Options{}, "Resources:\n"+fn("F", "      Events: {E: {Type: \"\"}}\n"))
	require.ErrorContains(t, err, "expected a Type")
	require.Empty(t, app.Warnings, "which nobody meant to be another one")
}
