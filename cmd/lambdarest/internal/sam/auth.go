package sam

import (
	"time"

	"github.com/lambdarest/lambdarest/gateway"
)

// readAuth reads the Auth of an AWS::Serverless::Api or HttpApi.
func (t *template) readAuth(a *API, auth value) {
	a.auto = auth.get("DefaultAuthorizer").text()
	a.keyRequired = auth.get("ApiKeyRequired").boolean(false)
	for name, v := range auth.get("Authorizers").all() {
		arn := v.get("FunctionArn")
		if !arn.exists() {
			t.warn(v.n, v.path, "only Lambda authorizers are asked here; routes with this one are open")
			a.authorizers[name] = nil
			continue
		}
		auth := &Authorizer{Name: name, Function: t.functionOf(arn)}
		identity := v.get("Identity")
		auth.TTL = time.Duration(identity.get("ReauthorizeEvery").number(300, 0, 3600)) * time.Second
		if a.Config.Kind == gateway.HTTP {
			t.readHTTPAuthorizer(auth, v, identity)
		} else {
			t.readRESTAuthorizer(auth, v, identity)
		}
		if !auth.Token && auth.TTL > 0 && len(auth.Identity) == 0 {
			v.fail("expected Identity with Headers, QueryStrings, StageVariables or Context, or with ReauthorizeEvery: 0")
		}
		a.authorizers[name] = auth
	}
	if a.auto != "" {
		if _, ok := a.authorizers[a.auto]; !ok {
			auth.get("DefaultAuthorizer").fail("expected one of Authorizers, got %q", a.auto)
		}
	}
}

func (t *template) readRESTAuthorizer(auth *Authorizer, v, identity value) {
	auth.Token = v.get("FunctionPayloadType").oneOf("TOKEN", "TOKEN", "REQUEST") == "TOKEN"
	if !auth.Token {
		auth.Identity = identitySources(identity, "method.request.header.", "method.request.querystring.", "stageVariables.", "context.")
		return
	}
	header := identity.get("Header").text()
	if header == "" {
		header = "Authorization"
	}
	auth.Identity = []string{"method.request.header." + header}
	auth.Validation = identity.get("ValidationExpression").text()
}

func (t *template) readHTTPAuthorizer(auth *Authorizer, v, identity value) {
	if version := v.get("AuthorizerPayloadFormatVersion"); version.exists() && version.text() != "2.0" && version.text() != "2" {
		version.fail("expected 2.0: format 1.0 is not sent here")
	}
	auth.Simple = v.get("EnableSimpleResponses").boolean(false)
	auth.Identity = identitySources(identity, "$request.header.", "$request.querystring.", "$stageVariables.", "$context.")
	if !identity.get("ReauthorizeEvery").exists() {
		auth.TTL = 0
	}
}

// identitySources returns the sources that SAM has by kind, in one order: functions get them as a list.
func identitySources(identity value, header, query, stage, context string) []string {
	var all []string
	for _, kind := range [][2]string{{"Headers", header}, {"QueryStrings", query}, {"StageVariables", stage}, {"Context", context}} {
		for _, name := range identity.get(kind[0]).texts() {
			all = append(all, kind[1]+name)
		}
	}
	return all
}

// applyAuth gives a route what its event's Auth says, or else the API's.
func (t *template) applyAuth(a *API, r *Route, auth value) {
	r.KeyRequired = auth.get("ApiKeyRequired").boolean(a.keyRequired)
	name := auth.get("Authorizer").text()
	switch name {
	case "":
		name = a.auto
	case "NONE":
		return
	case "AWS_IAM":
		t.warn(auth.n, auth.path, "signatures are not checked here; the route is open")
		return
	}
	if name == "" {
		return
	}
	authorizer, ok := a.authorizers[name]
	if !ok {
		auth.get("Authorizer").fail("the API has no authorizer %q", name)
	}
	r.Authorizer = authorizer
}
