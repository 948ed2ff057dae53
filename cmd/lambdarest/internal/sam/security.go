package sam

import (
	"strings"
	"time"

	"github.com/lambdarest/lambdarest/gateway"
)

// readSecuritySchemes reads the authorizers of a definition, and which schemes are API keys.
func (t *template) readSecuritySchemes(a *API, body value) {
	schemes := body.get("components").get("securitySchemes")
	if !schemes.exists() {
		schemes = body.get("securityDefinitions")
	}
	for name, v := range schemes.all() {
		a.authorizers[name] = t.readScheme(a, name, v)
	}
}

// readScheme returns nil for an API key, and for what cannot be checked here.
func (t *template) readScheme(a *API, name string, v value) *Authorizer {
	auth := v.get("x-amazon-apigateway-authorizer")
	kind := strings.ToLower(auth.get("type").text())
	switch {
	case strings.EqualFold(v.get("x-amazon-apigateway-authtype").text(), "awsSigv4"):
		return &Authorizer{Name: name, IAM: true}
	case auth.get("authorizerUri").exists():
		return t.readSchemeFunction(name, v, auth)
	case kind == "cognito_user_pools":
		authorizer := &Authorizer{Name: name, Issuers: poolIssuers(auth, "providerARNs"), Validation: auth.get("identityValidationExpression").text()}
		if header := v.get("name").text(); header != "" {
			authorizer.Source = "method.request.header." + header
		}
		return authorizer
	case kind == "jwt" || auth.get("jwtConfiguration").exists():
		jwt := auth.get("jwtConfiguration")
		authorizer := &Authorizer{Name: name, Issuers: jwt.get("issuer").texts(), Audience: jwt.get("audience").texts(), Source: auth.get("identitySource").text()}
		if len(authorizer.Issuers) == 0 || len(authorizer.Audience) == 0 {
			auth.fail("expected jwtConfiguration with issuer and audience")
		}
		return authorizer
	}
	a.keySchemes[name] = v.get("type").text() == "apiKey" && strings.EqualFold(v.get("name").text(), "X-Api-Key")
	if !a.keySchemes[name] {
		t.warn(v.n, v.path, "nothing says how to check this scheme; routes with it are open")
	}
	return nil
}

func (t *template) readSchemeFunction(name string, v, auth value) *Authorizer {
	token := auth.get("type").oneOf("token", "token", "request") == "token"
	a := &Authorizer{
		Name: name, Function: t.functionOf(auth.get("authorizerUri")), Token: token, Validation: auth.get("identityValidationExpression").text(),
		Simple: auth.get("enableSimpleResponses").boolean(false), PayloadV1: auth.get("authorizerPayloadFormatVersion").text() == "1.0",
		TTL: time.Duration(auth.get("authorizerResultTtlInSeconds").number(300, 0, 3600)) * time.Second,
	}
	for source := range strings.SplitSeq(auth.get("identitySource").text(), ",") {
		if source = strings.TrimSpace(source); source != "" {
			a.Identity = append(a.Identity, source)
		}
	}
	if token && len(a.Identity) == 0 && v.get("name").exists() {
		a.Identity = []string{"method.request.header." + v.get("name").text()}
	}
	if !token && a.TTL > 0 && len(a.Identity) == 0 {
		auth.fail("expected an identitySource, or authorizerResultTtlInSeconds: 0")
	}
	return a
}

// applySecurity gives a route its authorizer, or the need for an API key.
func (t *template) applySecurity(a *API, r *Route, security value) {
	for _, alternative := range security.list() {
		for name, v := range alternative.all() {
			authorizer, ok := a.authorizers[name]
			switch {
			case !ok:
				v.fail("the definition has no security scheme %q", name)
			case authorizer != nil:
				r.authorize(authorizer, v.texts())
			case a.keySchemes[name] && a.Config.Kind == gateway.REST:
				r.KeyRequired = true
			}
		}
	}
	if r.Authorizer == nil && a.auto != "" {
		r.authorize(a.authorizers[a.auto], nil)
	}
}
