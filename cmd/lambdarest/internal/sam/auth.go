package sam

import (
	"regexp"
	"strings"
	"time"

	"github.com/lambdarest/lambdarest/gateway"
)

// An Authorizer is a Lambda authorizer, a JWT or Cognito authorizer, or AWS_IAM. Routes with the same one share the pointer.
type Authorizer struct {
	Name string

	// A Lambda authorizer has a function.
	Function   *Function
	Token      bool
	Simple     bool
	PayloadV1  bool // of an HTTP API
	Identity   []string
	Validation string // of JWT authorizers, too
	TTL        time.Duration

	// A JWT authorizer has issuers; those of a REST API are user pools.
	Issuers, Audience []string
	Source            string

	// IAM says that requests must be signed.
	IAM bool

	scopes []string // those of routes that name none
}

// awsIAM is the name that stands for signed requests.
const awsIAM = "AWS_IAM"

// preflight says what of Auth the OPTIONS routes that SAM makes of Cors have.
type preflight struct{ authorized, keyed bool }

// readAuth reads the Auth of an AWS::Serverless::Api or HttpApi.
func (t *template) readAuth(a *API, auth value) {
	a.auto = auth.get("DefaultAuthorizer").text()
	a.keyRequired = auth.get("ApiKeyRequired").boolean(false)
	a.preflight = preflight{
		auth.get("AddDefaultAuthorizerToCorsPreflight").boolean(true), auth.get("AddApiKeyRequiredToCorsPreflight").boolean(true),
	}
	if a.Config.Kind == gateway.REST || auth.get("EnableIamAuthorizer").boolean(false) {
		a.authorizers[awsIAM] = &Authorizer{Name: awsIAM, IAM: true}
	}
	for name, v := range auth.get("Authorizers").all() {
		a.authorizers[name] = t.readAuthorizer(a.Config.Kind, name, v)
	}
	if a.auto != "" {
		if _, ok := a.authorizers[a.auto]; !ok {
			auth.get("DefaultAuthorizer").fail("expected one of Authorizers, got %q", a.auto)
		}
	}
}

func (t *template) readAuthorizer(kind gateway.Kind, name string, v value) *Authorizer {
	a := &Authorizer{Name: name, scopes: v.get("AuthorizationScopes").texts()}
	identity := v.get("Identity")
	switch isHTTP := kind == gateway.HTTP; {
	case v.get("FunctionArn").exists():
		t.readLambdaAuthorizer(a, isHTTP, v, identity)
	case !isHTTP && v.get("UserPoolArn").exists():
		a.Issuers = poolIssuers(v, "UserPoolArn")
		a.Validation = identity.get("ValidationExpression").text()
		if header := identity.get("Header").text(); header != "" {
			a.Source = "method.request.header." + header
		}
	case isHTTP && v.get("JwtConfiguration").exists():
		jwt := v.get("JwtConfiguration")
		a.Issuers, a.Audience, a.Source = jwt.get("issuer").texts(), jwt.get("audience").texts(), v.get("IdentitySource").text()
		if len(a.Issuers) == 0 || len(a.Audience) == 0 {
			jwt.fail("expected issuer and audience")
		}
	case isHTTP:
		v.fail("expected FunctionArn or JwtConfiguration")
	default:
		v.fail("expected FunctionArn or UserPoolArn")
	}
	return a
}

var userPoolARN = regexp.MustCompile(`^arn:[^:]+:cognito-idp:([^:]+):[^:]*:userpool/([^:/]+)$`)

// poolIssuers returns the issuers of the tokens of the user pools that a member names.
func poolIssuers(v value, member string) []string {
	arns := v.get(member)
	if len(arns.texts()) == 0 {
		v.fail("expected the ARN of a user pool in %s", member)
	}
	var issuers []string
	for _, arn := range arns.texts() {
		m := userPoolARN.FindStringSubmatch(arn)
		if m == nil {
			arns.fail("expected the ARN of a user pool, got %q", arn)
			continue
		}
		issuers = append(issuers, "https://cognito-idp."+m[1]+".amazonaws.com/"+m[2])
	}
	return issuers
}

func (t *template) readLambdaAuthorizer(a *Authorizer, isHTTP bool, v, identity value) {
	a.Function = t.functionOf(v.get("FunctionArn"))
	a.TTL = time.Duration(identity.get("ReauthorizeEvery").number(300, 0, 3600)) * time.Second
	if isHTTP {
		readHTTPAuthorizer(a, v, identity)
	} else {
		readRESTAuthorizer(a, v, identity)
	}
	if !a.Token && a.TTL > 0 && len(a.Identity) == 0 {
		v.fail("expected Identity with Headers, QueryStrings, StageVariables or Context, or with ReauthorizeEvery: 0")
	}
}

func readRESTAuthorizer(auth *Authorizer, v, identity value) {
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

func readHTTPAuthorizer(auth *Authorizer, v, identity value) {
	version := v.get("AuthorizerPayloadFormatVersion")
	switch strings.TrimSuffix(version.text(), ".0") {
	case "1":
		auth.PayloadV1 = true
	case "", "2":
	default:
		version.fail("expected 1.0 or 2.0, got %s", version.kind())
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
	if name == "" {
		name = a.auto
	}
	if name == "" || name == "NONE" {
		return
	}
	authorizer, ok := a.authorizers[name]
	switch {
	case !ok && name == awsIAM:
		auth.get("Authorizer").fail("expected EnableIamAuthorizer: true in the Auth of the HTTP API")
	case !ok:
		auth.get("Authorizer").fail("the API has no authorizer %q", name)
	}
	r.authorize(authorizer, auth.get("AuthorizationScopes").texts())
}

// authorize sets the authorizer of a route, with the scopes that the route names or else the authorizer.
func (r *Route) authorize(a *Authorizer, scopes []string) {
	r.Authorizer = a
	if a == nil || len(a.Issuers) == 0 {
		return
	}
	if r.Scopes = scopes; len(scopes) == 0 {
		r.Scopes = a.scopes
	}
}
