package main

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const guardedTemplate = `
Globals: {Function: {CodeUri: fn/, Runtime: provided.al2023, Timeout: 10, Environment: {Variables: {BOOTSTRAP: "yes"}}}}
Resources:
  Pool: {Type: AWS::Cognito::UserPool}
  F:
    Type: AWS::Serverless::Function
    Properties:
      FunctionUrlConfig: {AuthType: AWS_IAM}
      Events:
        Pool: {Type: Api, Properties: {Path: /pool, Method: get, RestApiId: !Ref Rest}}
        Open: {Type: Api, Properties: {Path: /open, Method: get, RestApiId: !Ref Rest, Auth: {Authorizer: NONE}}}
        Signed: {Type: Api, Properties: {Path: /signed, Method: get, RestApiId: !Ref Rest, Auth: {Authorizer: AWS_IAM}}}
        Web: {Type: HttpApi, Properties: {Path: /web, Method: get, ApiId: !Ref Web}}
        Scoped: {Type: HttpApi, Properties: {Path: /scoped, Method: get, ApiId: !Ref Web, Auth: {AuthorizationScopes: [write]}}}
  Rest:
    Type: AWS::Serverless::Api
    Properties:
      StageName: x
      Cors: "'*'"
      Auth: {DefaultAuthorizer: Users, AddDefaultAuthorizerToCorsPreflight: false, Authorizers: {Users: {UserPoolArn: !GetAtt Pool.Arn}}}
  Web:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: Tokens
        Authorizers:
          Tokens: {IdentitySource: $request.header.Authorization, JwtConfiguration: {issuer: "https://issuer.test", audience: [app]}}
`

// tokens signs tokens; keys is its key set.
type tokens struct{ key *rsa.PrivateKey }

func (s tokens) sign(claims map[string]any) string {
	part := func(v any) string {
		data, _ := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(data)
	}
	text := part(map[string]string{"alg": "RS256", "kid": "k"}) + "." + part(claims)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(nil, s.key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func (s tokens) keys() string {
	return `{"keys":[{"kty":"RSA","kid":"k","e":"AQAB","n":"` + base64.RawURLEncoding.EncodeToString(s.key.N.Bytes()) + `"}]}`
}

// TestStartAuthorizers: the authorizers of a template that are not functions, from the template to the event.
func TestStartAuthorizers(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	own := tokens{key}
	issuer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, own.keys()) }))
	defer issuer.Close()
	s := start(t, "start", "-addr", "127.0.0.1:0", "-watch=false", "-jwks", "Tokens="+issuer.URL, project(t, guardedTemplate))
	out := s.until(t, "Ctrl-C")
	s.drain()
	url := func(id string) string {
		return regexp.MustCompile(`(http://\S+) ` + id + ` \(`).FindStringSubmatch(out)[1]
	}
	rest, web, fnURL := url("Rest"), url("Web"), url("FUrl")
	for _, line := range []string{"/pool +F, authorizer Users\n", "/open +F\n", "/signed +F, AWS_IAM\n", "/web +F, authorizer Tokens\n", "/scoped +F, authorizer Tokens, scopes write\n"} {
		require.Regexp(t, line, out)
	}
	require.Contains(t, out, "warning: authorizer Users: claims of tokens are checked, signatures are not; -jwks Users=FILE or URL gives the keys of https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool\n")
	require.Equal(t, 1, strings.Count(out, "warning: AWS_IAM: signatures must be there but are not verified"))
	require.NotContains(t, out, "warning: authorizer Tokens")

	exp := time.Now().Add(time.Hour).Unix()
	pool := own.sign(map[string]any{"iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool", "sub": "kim", "exp": exp})
	pool = pool[:strings.LastIndexByte(pool, '.')+1] // signed by nobody
	good := own.sign(map[string]any{"iss": "https://issuer.test", "aud": "app", "sub": "kim", "exp": exp})
	writes := own.sign(map[string]any{"iss": "https://issuer.test", "aud": "app", "sub": "kim", "exp": exp, "scope": "read write"})
	signed := func(service string) string {
		return "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/" + service + "/aws4_request, SignedHeaders=host, Signature=x"
	}
	for _, tc := range []struct {
		method, url, authorization string
		want                       int
		text                       string
	}{
		{"GET", rest + "/pool", "", 401, `{"message":"Unauthorized"}`},
		{"GET", rest + "/pool", good, 401, `{"message":"Unauthorized"}`},
		{"GET", rest + "/pool", pool, 200, `"authorizer":{"claims":{`},
		{"OPTIONS", rest + "/pool", "", 200, ``},
		{"GET", rest + "/open", "", 200, ``},
		{"GET", rest + "/signed", "", 403, `{"message":"Missing Authentication Token"}`},
		{"GET", rest + "/signed", signed("execute-api"), 200, `"accessKey":"AKID"`},
		{"GET", web + "/web", "", 401, `{"message":"Unauthorized"}`},
		{"GET", web + "/web", pool, 401, ``},
		{"GET", web + "/web", good[:len(good)-2] + "AA", 401, ``},
		{"GET", web + "/web", "Bearer " + good, 200, `"jwt":{"claims":{`},
		{"GET", web + "/scoped", good, 403, `{"message":"Forbidden"}`},
		{"GET", web + "/scoped", writes, 200, `"scopes":["write"]`},
		{"GET", fnURL + "/", "", 403, `{"Message":"Forbidden"}`},
		{"GET", fnURL + "/", signed("lambda"), 200, `"iam":{"accessKey":"AKID"`},
	} {
		var header []string
		if tc.authorization != "" {
			header = []string{"Authorization", tc.authorization, "X-Amz-Date", "20260101T000000Z"}
		}
		status, body := call(t, tc.method, tc.url, "", header...)
		require.Equal(t, tc.want, status, "%s %s", tc.url, body)
		require.Contains(t, strings.ReplaceAll(body, `\"`, `"`), tc.text, tc.url)
	}
	require.Equal(t, exitOK, s.stop())
}

// TestJWKSFlags: what is wrong with keys is said before anything is served.
func TestJWKSFlags(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	defer gone.Close()
	name := project(t, guardedTemplate)
	bad := filepath.Join(filepath.Dir(name), "bad.json")
	require.NoError(t, os.WriteFile(bad, []byte(`{"keys":[]}`), 0o600))
	for want, args := range map[string][]string{
		`-jwks: no route has a JWT authorizer "Nobody"`:     {"-jwks", "Nobody=x"},
		`-issuer: no route has a JWT authorizer "AWS_IAM"`:  {"-issuer", "AWS_IAM=x"},
		"authorizer Users: open nowhere.json":               {"-jwks", "Users=nowhere.json"},
		"authorizer Users: gateway: key set: no RSA key":    {"-jwks", "Users=" + bad},
		"authorizer Users: " + gone.URL + ": 404 Not Found": {"-jwks", "Users=" + gone.URL},
	} {
		var out strings.Builder
		args = append(append([]string{"start", "-addr", "127.0.0.1:0"}, args...), name)
		require.Equal(t, exitFailed, run(t.Context(), args, io.Discard, &out))
		require.Contains(t, out.String(), want)
	}
}

// TestIssuerFlag: the tokens of a pool that is deployed do for the one of the template.
func TestIssuerFlag(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	s := start(t, "start", "-addr", "127.0.0.1:0", "-watch=false", "-issuer", "Users=https://deployed.test", project(t, guardedTemplate))
	out := s.until(t, "Ctrl-C")
	s.drain()
	token := tokens{key}.sign(map[string]any{"iss": "https://deployed.test", "exp": time.Now().Add(time.Hour).Unix()})
	status, _ := call(t, "GET", regexp.MustCompile(`http://\S+`).FindString(out)+"/pool", "", "Authorization", token)
	require.Equal(t, 200, status)
	require.Equal(t, exitOK, s.stop())
}
