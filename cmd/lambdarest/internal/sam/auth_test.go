package sam

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAuth(t *testing.T) {
	app := mustLoad(t, "Resources:\n"+fn("F", `
      FunctionUrlConfig: {AuthType: AWS_IAM}
      Events:
        A: {Type: Api, Properties: {RestApiId: !Ref Rest, Path: /a, Method: get}}
        B: {Type: Api, Properties: {RestApiId: !Ref Rest, Path: /b, Method: get, Auth: {Authorizer: AWS_IAM}}}
        C: {Type: Api, Properties: {RestApiId: !Ref Rest, Path: /c, Method: get, Auth: {Authorizer: NONE}}}
        D: {Type: Api, Properties: {RestApiId: !Ref Rest, Path: /d, Method: get, Auth: {Authorizer: Users, AuthorizationScopes: [own]}}}
        E: {Type: HttpApi, Properties: {ApiId: !Ref Web, Path: /e, Method: get}}
        F: {Type: HttpApi, Properties: {ApiId: !Ref Web, Path: /f, Method: get, Auth: {Authorizer: AWS_IAM}}}
        G: {Type: HttpApi, Properties: {ApiId: !Ref Web, Path: /g, Method: get, Auth: {Authorizer: NONE}}}
`)+`
  Pool: {Type: AWS::Cognito::UserPool}
  Rest:
    Type: AWS::Serverless::Api
    Properties:
      StageName: x
      Cors: "'*'"
      Auth:
        DefaultAuthorizer: Users
        Authorizers:
          Users:
            UserPoolArn: [!GetAtt Pool.Arn, "arn:aws:cognito-idp:eu-west-1:1:userpool/eu-west-1_Two"]
            AuthorizationScopes: [default]
            Identity: {Header: X-Token, ValidationExpression: app.*}
  Web:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        EnableIamAuthorizer: true
        DefaultAuthorizer: Tokens
        Authorizers:
          Tokens: {AuthorizationScopes: [s], JwtConfiguration: {issuer: !GetAtt Pool.ProviderURL, audience: [one, two]}, IdentitySource: $request.querystring.t}
`)
	require.Len(t, app.Warnings, 1, "that the pool is not run")
	users := &Authorizer{
		Name: "Users", Issuers: []string{"https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool", "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Two"},
		Source: "method.request.header.X-Token", Validation: "app.*", scopes: []string{"default"},
	}
	tokens := &Authorizer{
		Name: "Tokens", Issuers: []string{"https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool"}, Audience: []string{"one", "two"},
		Source: "$request.querystring.t", scopes: []string{"s"},
	}
	iam := &Authorizer{Name: "AWS_IAM", IAM: true}
	want := map[string]struct {
		a      *Authorizer
		scopes []string
	}{
		"Rest /a": {users, []string{"default"}}, "Rest /b": {iam, nil}, "Rest /c": {nil, nil}, "Rest /d": {users, []string{"own"}},
		"Web /e": {tokens, []string{"s"}}, "Web /f": {iam, nil}, "Web /g": {nil, nil}, "FUrl $default": {iam, nil},
	}
	for _, a := range app.APIs {
		for _, r := range a.Routes {
			if r.Method == "OPTIONS" {
				require.Equal(t, users, r.Authorizer, "SAM guards preflight requests, too, unless told otherwise")
				continue
			}
			key := a.ID + " " + r.Path
			require.Equal(t, want[key].a, r.Authorizer, key)
			require.Equal(t, want[key].scopes, r.Scopes, key)
			delete(want, key)
		}
	}
	require.Empty(t, want)
}

func TestAuthInDefinitions(t *testing.T) {
	const scheme = `
openapi: 3.0.1
components:
  securitySchemes:
    users: {type: apiKey, in: header, name: X-Token, x-amazon-apigateway-authtype: cognito_user_pools, x-amazon-apigateway-authorizer: {type: cognito_user_pools, providerARNs: ["arn:aws:cognito-idp:eu-west-1:1:userpool/eu-west-1_Two"]}}
    sigv4: {type: apiKey, in: header, name: Authorization, x-amazon-apigateway-authtype: awsSigv4}
    tokens: {type: oauth2, x-amazon-apigateway-authorizer: {type: jwt, identitySource: $request.header.Authorization, jwtConfiguration: {issuer: "https://i", audience: [a]}}}
    basic: {type: http, scheme: basic}
paths:
  /users: {get: {security: [{users: [a, b]}], x-amazon-apigateway-integration: {type: mock}}}
  /signed: {get: {security: [{sigv4: []}], x-amazon-apigateway-integration: {type: mock}}}
  /tokens: {get: {security: [{tokens: [c]}], x-amazon-apigateway-integration: {type: mock}}}
  /basic: {get: {security: [{basic: []}], x-amazon-apigateway-integration: {type: mock}}}
  /sam: {get: {x-amazon-apigateway-auth: {type: AWS_IAM}, x-amazon-apigateway-integration: {type: mock}}}
`
	app := mustLoad(t, scheme)
	require.Len(t, app.Warnings, 1)
	require.Contains(t, app.Warnings[0], "components.securitySchemes.basic: nothing says how to check this scheme")
	routes := map[string]Route{}
	for _, r := range app.APIs[0].Routes {
		routes[r.Path] = r
	}
	require.Equal(t, []string{"https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Two"}, routes["/users"].Authorizer.Issuers)
	require.Equal(t, "method.request.header.X-Token", routes["/users"].Authorizer.Source)
	require.Equal(t, []string{"a", "b"}, routes["/users"].Scopes)
	require.True(t, routes["/signed"].Authorizer.IAM)
	require.True(t, routes["/sam"].Authorizer.IAM)
	require.Equal(t, []string{"a"}, routes["/tokens"].Authorizer.Audience)
	require.Equal(t, []string{"c"}, routes["/tokens"].Scopes)
	require.Nil(t, routes["/basic"].Authorizer)
}
