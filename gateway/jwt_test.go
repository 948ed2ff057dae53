package gateway_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
)

type object = map[string]any

// part is one part of a token.
func part(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(data)
}

// unsignedToken is a token that nobody has signed.
func unsignedToken(claims object) string {
	return part(object{"alg": "none"}) + "." + part(claims) + "."
}

// issuer signs tokens.
type issuer struct{ key *rsa.PrivateKey }

func newIssuer(t testing.TB) issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	return issuer{key}
}

func (i issuer) sign(header, claims object) string {
	text := part(header) + "." + part(claims)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(nil, i.key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func (i issuer) jwks(kid string) []byte {
	encode := base64.RawURLEncoding.EncodeToString
	data, _ := json.Marshal(object{"keys": []object{
		{"kty": "EC", "kid": "other", "crv": "P-256"},
		{"kty": "RSA", "kid": kid, "use": "sig", "n": encode(i.key.N.Bytes()), "e": encode(big.NewInt(int64(i.key.E)).Bytes())},
	}})
	return data
}

const pool = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf"

// with returns claims that do, with some changed; nil removes one.
func with(changes object) object {
	now := time.Now().Unix()
	c := object{"iss": pool, "aud": "app", "sub": "kim", "exp": now + 60, "iat": now, "nbf": now}
	maps.Copy(c, changes)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

func TestJWTClaims(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the clock stands still
		now := time.Now().Unix()
		httpAPI := jwtGateway(t, gateway.HTTP, nil, &gateway.JWT{Issuers: []string{pool}, Audience: []string{"app", "other"}})
		restAPI := jwtGateway(t, gateway.REST, nil, &gateway.JWT{Issuers: []string{"https://first", pool}, Validation: "ap+"})
		for name, tc := range map[string]struct {
			changes object
			why     string // "" where the token does
			rest    int    // the REST API's status where it is not the same
		}{
			"fine":                    {object{}, "", 0},
			"another issuer":          {object{"iss": "https://evil.test"}, "issuer does not match", 0},
			"issuer with a slash":     {object{"iss": pool + "/"}, "issuer does not match", 0},
			"no issuer":               {object{"iss": nil}, "issuer does not match", 0},
			"issuer a list":           {object{"iss": []string{pool}}, "issuer does not match", 0},
			"another audience":        {object{"aud": "them"}, "the token does not have a valid audience", 0},
			"one of several":          {object{"aud": []string{"x", "other"}}, "", 401},
			"no audience":             {object{"aud": nil}, "the token does not have a valid audience", 0},
			"client_id for aud":       {object{"aud": nil, "client_id": "app"}, "", 401},
			"client_id beside aud":    {object{"aud": "them", "client_id": "app"}, "the token does not have a valid audience", 0},
			"expires now":             {object{"exp": now}, "the token has expired", 0},
			"expires in a second":     {object{"exp": now + 1}, "", 0},
			"expires within a second": {object{"exp": float64(now) + 0.5}, "", 0},
			"never expires":           {object{"exp": nil}, "the token has no time of expiry", 0},
			"expires as text":         {object{"exp": "soon"}, "the token has expired", 0},
			"expires beyond all time": {object{"exp": 1e300}, "the token has expired", 0},
			"valid in a second":       {object{"nbf": now + 1}, "the token is not valid yet", 0},
			"nbf as text":             {object{"nbf": "soon"}, "the token is not valid yet", 0},
			"issued in a second":      {object{"iat": now + 1}, "the token was issued in the future", 0},
			"no nbf and no iat":       {object{"nbf": nil, "iat": nil}, "", 0},
			"access token":            {object{"token_use": "access"}, "", 401},
		} {
			token := unsignedToken(with(tc.changes))
			w := do(httpAPI, "GET", "/x", "", "Authorization", "Bearer "+token)
			rest := do(restAPI, "GET", "/x", "", "Authorization", token)
			if tc.why == "" {
				require.Equal(t, 200, w.Code, name)
				if tc.rest == 0 {
					tc.rest = 200
				}
				require.Equal(t, tc.rest, rest.Code, name)
				continue
			}
			require.Equal(t, 401, w.Code, name)
			require.Equal(t, `{"message":"Unauthorized"}`, w.Body.String(), name)
			require.Equal(t, `Bearer scope="" error="invalid_token" error_description="`+tc.why+`"`, w.Header().Get("Www-Authenticate"), name)
			require.Equal(t, 401, rest.Code, name)
			require.Empty(t, rest.Header().Get("Www-Authenticate"), name)
			want := `{"message":"Unauthorized"}`
			if tc.why == "the token has expired" {
				want = `{"message":"The incoming token has expired"}`
			}
			require.Equal(t, want, rest.Body.String(), name)
			require.Equal(t, "UnauthorizedException", rest.Header().Get("X-Amzn-Errortype"), name)
		}
	})
}

func jwtGateway(t testing.TB, kind gateway.Kind, scopes []string, j *gateway.JWT) *gateway.Gateway {
	t.Helper()
	g, err := gateway.New(gateway.Config{Kind: kind}, gateway.Route{Path: "/x", Integration: gateway.Proxy(event), Authorizer: j, Scopes: scopes})
	require.NoError(t, err)
	return g
}

func TestJWTMissing(t *testing.T) {
	g := jwtGateway(t, gateway.HTTP, nil, &gateway.JWT{Issuers: []string{pool}, Audience: []string{"app"}, Source: "$request.querystring.token"})
	for _, target := range []string{"/x", "/x?token=", "/x?token=Bearer%20"} {
		w := do(g, "GET", target, "", "Authorization", unsignedToken(with(nil)))
		require.Equal(t, 401, w.Code)
		require.Equal(t, "Bearer", w.Header().Get("Www-Authenticate"), target)
	}
	require.Equal(t, 200, do(g, "GET", "/x?token="+unsignedToken(with(nil)), "").Code)
	own := jwtGateway(t, gateway.REST, nil, &gateway.JWT{Issuers: []string{pool}, Source: "method.request.header.X-Token"})
	require.Equal(t, 401, do(own, "GET", "/x", "", "Authorization", unsignedToken(with(nil))).Code)
	require.Equal(t, 200, do(own, "GET", "/x", "", "X-Token", "bearer  "+unsignedToken(with(nil))).Code)
}

func TestJWTMalformed(t *testing.T) {
	g := jwtGateway(t, gateway.HTTP, nil, &gateway.JWT{Issuers: []string{pool}, Audience: []string{"app"}})
	good := unsignedToken(with(nil))
	header, body, _ := strings.Cut(good, ".")
	for name, token := range map[string]string{
		"two parts": header + "." + body[:len(body)-1], "four parts": good + ".x", "no Base64": "!." + body, "padded": header + "=." + body,
		"claims a list": header + "." + part([]int{1}) + ".", "claims null": header + "." + part(nil) + ".", "header a string": part("x") + "." + body,
		"two values": header + "." + base64.RawURLEncoding.EncodeToString([]byte(`{} {}`)) + ".", "signature no Base64": good + "!",
		"a brace more": header + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"`+pool+`","aud":"app","exp":4102444800}}`)) + ".",
		"extension":    part(object{"alg": "none", "crit": []string{"b64"}, "b64": false}) + "." + body, "empty extensions": part(object{"alg": "none", "crit": []string{}}) + "." + body,
	} {
		w := do(g, "GET", "/x", "", "Authorization", token)
		require.Equal(t, 401, w.Code, name)
		require.Contains(t, w.Header().Get("Www-Authenticate"), `error="invalid_token"`, name)
	}
}

func TestJWTSignature(t *testing.T) {
	own, other := newIssuer(t), newIssuer(t)
	keys, err := gateway.ParseKeySet(own.jwks("k1"))
	require.NoError(t, err)
	g := jwtGateway(t, gateway.HTTP, nil, &gateway.JWT{Issuers: []string{pool}, Audience: []string{"app"}, Keys: keys})
	good := own.sign(object{"alg": "RS256", "kid": "k1"}, with(nil))
	parts := strings.Split(good, ".")
	hmac := part(object{"alg": "HS256", "kid": "k1"}) + "." + parts[1] + "." + parts[2]
	for name, tc := range map[string]struct{ token, why string }{
		"good":           {good, ""},
		"another key":    {other.sign(object{"alg": "RS256", "kid": "k1"}, with(nil)), "the signature of the token is wrong"},
		"another id":     {own.sign(object{"alg": "RS256", "kid": "k2"}, with(nil)), "no key of the issuer has the id that the token names"},
		"no id":          {own.sign(object{"alg": "RS256"}, with(nil)), "no key of the issuer has the id that the token names"},
		"changed":        {parts[0] + "." + part(with(object{"sub": "admin"})) + "." + parts[2], "the signature of the token is wrong"},
		"no signature":   {parts[0] + "." + parts[1] + ".", "the signature of the token is wrong"},
		"none":           {unsignedToken(with(nil)), "the token is not signed with RS256, RS384 or RS512"},
		"HMAC":           {hmac, "the token is not signed with RS256, RS384 or RS512"},
		"another digest": {own.sign(object{"alg": "RS512", "kid": "k1"}, with(nil)), "the signature of the token is wrong"},
		"good, too late": {own.sign(object{"alg": "RS256", "kid": "k1"}, with(object{"exp": 1})), "the token has expired"},
	} {
		w := do(g, "GET", "/x", "", "Authorization", tc.token)
		if tc.why == "" {
			require.Equal(t, 200, w.Code, name)
			continue
		}
		require.Equal(t, 401, w.Code, name)
		require.Contains(t, w.Header().Get("Www-Authenticate"), tc.why, name)
	}
	for name, jwks := range map[string]string{
		"no JSON": "{", "no keys": `{"keys":[]}`, "no RSA": `{"keys":[{"kty":"EC","kid":"a"}]}`, "for encryption": strings.ReplaceAll(string(own.jwks("k")), `"sig"`, `"enc"`),
		"short": `{"keys":[{"kty":"RSA","kid":"a","n":"AQAB","e":"AQAB"}]}`, "no exponent": strings.ReplaceAll(string(own.jwks("k")), `"AQAB"`, `""`),
	} {
		_, err := gateway.ParseKeySet([]byte(jwks))
		require.ErrorContains(t, err, "gateway: key set: ", name)
	}
}

func TestJWTScopes(t *testing.T) {
	for scope, want := range map[any]int{"a": 200, "x b": 200, "ab": 403, "": 403, nil: 403} {
		g := jwtGateway(t, gateway.HTTP, []string{"a", "b"}, &gateway.JWT{Issuers: []string{pool}, Audience: []string{"app"}})
		w := do(g, "GET", "/x", "", "Authorization", unsignedToken(with(object{"scope": scope})))
		require.Equal(t, want, w.Code, "%v", scope)
		if want == 403 {
			require.Equal(t, `{"message":"Forbidden"}`, w.Body.String())
			require.Contains(t, w.Header().Get("Www-Authenticate"), `scope="a b" error="insufficient_scope"`)
		}
	}
	g := jwtGateway(t, gateway.HTTP, []string{"a"}, &gateway.JWT{Issuers: []string{pool}, Audience: []string{"app"}})
	require.Equal(t, 200, do(g, "GET", "/x", "", "Authorization", unsignedToken(with(object{"scp": []string{"x", "a"}}))).Code)
	rest := jwtGateway(t, gateway.REST, []string{"a"}, &gateway.JWT{Issuers: []string{pool}})
	access := with(object{"token_use": "access", "scope": "a"})
	require.Equal(t, 200, do(rest, "GET", "/x", "", "Authorization", unsignedToken(access)).Code)
	require.Equal(t, 401, do(rest, "GET", "/x", "", "Authorization", unsignedToken(with(nil))).Code)
}

// TestJWTEvents: what a function sees of a token, exactly.
func TestJWTEvents(t *testing.T) {
	claims := object{
		"iss": pool, "aud": "app", "exp": int64(4102444800), "iat": 1616935242, "auth_time": 1616935242, "email_verified": true, "nothing": nil,
		"cognito:groups": []string{"admin", "users"}, "pi": 3.14, "o": object{"b": "2", "a": 1}, "name": `K "<i>" m`, "scope": "s t",
	}
	token := unsignedToken(claims)
	authorizer := func(g *gateway.Gateway) any {
		w := do(g, "GET", "/x", "", "Authorization", token)
		require.Equal(t, 200, w.Code, w.Body)
		return eventOf(t, w.Body.String())["requestContext"].(object)["authorizer"]
	}
	texts := object{
		"iss": pool, "aud": "app", "exp": "4102444800", "iat": "1616935242", "auth_time": "1616935242", "email_verified": "true", "nothing": "null",
		"cognito:groups": "[admin users]", "pi": "3.14", "o": "map[a:1 b:2]", "name": `K "<i>" m`, "scope": "s t",
	}
	j := &gateway.JWT{Issuers: []string{pool}, Audience: []string{"app"}}
	require.Equal(t, object{"jwt": object{"claims": texts, "scopes": nil}}, authorizer(jwtGateway(t, gateway.HTTP, nil, j)))
	require.Equal(t, []any{"t", "u"}, authorizer(jwtGateway(t, gateway.HTTP, []string{"t", "u"}, j)).(object)["jwt"].(object)["scopes"])

	texts["exp"], texts["iat"] = "Fri Jan 01 00:00:00 UTC 2100", "Sun Mar 28 12:40:42 UTC 2021"
	texts["cognito:groups"], texts["o"] = "admin,users", `{"a":1,"b":"2"}`
	require.Equal(t, object{"claims": texts}, authorizer(jwtGateway(t, gateway.REST, nil, &gateway.JWT{Issuers: []string{pool}})))
}

// TestJWTInTemplates: mapping templates see the claims as well.
func TestJWTInTemplates(t *testing.T) {
	g := newGateway(t, gateway.Config{}, gateway.Route{Path: "/x", Authorizer: &gateway.JWT{Issuers: []string{pool}},
		Integration: gateway.Lambda(echo, gateway.Templates{Request: js(`{"who": "$context.authorizer.claims.sub"}`)})})
	require.JSONEq(t, `{"who":"kim"}`, do(g, "GET", "/x", "", "Authorization", unsignedToken(with(nil))).Body.String())
}

func TestJWTConfigErrors(t *testing.T) {
	for want, tc := range map[string]struct {
		kind gateway.Kind
		auth gateway.Authorization
	}{
		"has no JWT authorizers":         {gateway.FunctionURL, &gateway.JWT{Issuers: []string{"i"}}},
		"without an issuer":              {gateway.HTTP, &gateway.JWT{Audience: []string{"a"}}},
		"has one issuer":                 {gateway.HTTP, &gateway.JWT{Issuers: []string{"i", "j"}, Audience: []string{"a"}}},
		"without an audience":            {gateway.HTTP, &gateway.JWT{Issuers: []string{"i"}}},
		"has no audience":                {gateway.REST, &gateway.JWT{Issuers: []string{"i"}, Audience: []string{"a"}}},
		"only a REST API validates":      {gateway.HTTP, &gateway.JWT{Issuers: []string{"i"}, Audience: []string{"a"}, Validation: "x"}},
		"no token can be in":             {gateway.REST, &gateway.JWT{Issuers: []string{"i"}, Source: "method.request.querystring.t"}},
		"missing closing":                {gateway.REST, &gateway.JWT{Issuers: []string{"i"}, Validation: "("}},
		"scopes without a JWT":           {gateway.REST, gateway.IAM{}},
		"a ALB does not look":            {gateway.ALB, gateway.IAM{}},
		"has no Lambda authorizers":      {gateway.FunctionURL, &gateway.Authorizer{Handler: event}},
		"authorizer without a handler":   {gateway.REST, &gateway.Authorizer{}},
		"scopes without a JWT authorize": {gateway.HTTP, (*gateway.JWT)(nil)},
	} {
		route := gateway.Route{Path: "/x", Integration: gateway.Proxy(event), Authorizer: tc.auth}
		if strings.HasPrefix(want, "scopes") {
			route.Scopes = []string{"s"}
		}
		if tc.kind != gateway.REST && tc.kind != gateway.HTTP {
			route.Path = "$default"
		}
		_, err := gateway.New(gateway.Config{Kind: tc.kind}, route)
		require.ErrorContains(t, err, want)
	}
	for _, none := range []gateway.Authorization{nil, (*gateway.JWT)(nil), (*gateway.Authorizer)(nil)} {
		g := newGateway(t, gateway.Config{}, gateway.Route{Path: "/x", Integration: gateway.Proxy(event), Authorizer: none})
		require.Equal(t, 200, do(g, "GET", "/x", "").Code)
	}
}

// FuzzToken: no token crashes the gateway, none passes where a key is given, and what passes without makes a valid event.
func FuzzToken(f *testing.F) {
	own := newIssuer(f)
	keys, err := gateway.ParseKeySet(own.jwks("k"))
	require.NoError(f, err)
	open := &gateway.JWT{Issuers: []string{pool}, Audience: []string{"app"}}
	closed := &gateway.JWT{Issuers: []string{pool}, Audience: []string{"app"}, Keys: keys}
	gates := []*gateway.Gateway{jwtGateway(f, gateway.HTTP, nil, open), jwtGateway(f, gateway.HTTP, nil, closed), jwtGateway(f, gateway.REST, nil, &gateway.JWT{Issuers: []string{pool}})}
	for _, changes := range []object{{}, {"exp": "x"}, {"aud": []any{"app", 1}}, {"scope": 1}, {"o": object{"a": []any{nil, true, "\n"}}}} {
		claims, _ := json.Marshal(with(changes))
		f.Add(`{"alg":"RS256","kid":"k"}`, string(claims), "AAAA")
	}
	f.Add("{", `{"exp":1e999}`, "!")
	f.Fuzz(func(t *testing.T, header, claims, signature string) {
		encode := base64.RawURLEncoding.EncodeToString
		token := encode([]byte(header)) + "." + encode([]byte(claims)) + "." + signature
		for i, g := range gates {
			r := httptest.NewRequest("GET", "/x", nil)
			r.Header.Set("Authorization", token)
			w := httptest.NewRecorder()
			g.ServeHTTP(w, r)
			require.Contains(t, []int{200, 401}, w.Code)
			if w.Code == 200 {
				require.NotEqual(t, 1, i, "nobody but the issuer can sign")
				require.NotNil(t, eventOf(t, w.Body.String())["requestContext"].(object)["authorizer"])
			}
		}
	})
}
