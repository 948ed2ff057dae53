package gateway

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// JWT authorizes requests that bear a token: it is a JWT authorizer of an HTTP API, or a Cognito user pool authorizer of
// a REST API. It may be shared by routes and must not be changed once a Gateway has it.
//
// Of a token, the issuer, the audience, the times (exp, nbf, iat) and the route's scopes are checked, and the signature
// against Keys. WITHOUT KEYS THE SIGNATURE IS NOT VERIFIED: whoever can write JSON can make a token, which is what tests
// and laptops want, and nothing else should. Nothing is ever fetched.
//
// The function gets the claims, as strings, as AWS sends them: in requestContext.authorizer.jwt of an HTTP API, and in
// requestContext.authorizer.claims of a REST API. A REST API without scopes on its route refuses access tokens of Cognito
// (token_use "access"); an HTTP API takes them.
//
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-enable-cognito-user-pool.html. Unverified: that
// a token without exp is refused, and what a REST API says to one without the scopes.
type JWT struct {
	// Issuers are what a token's iss must be one of: the issuer of an HTTP API's authorizer, which has one, or those of a
	// REST API's user pools, as "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEf".
	Issuers []string
	// Audience is what a token's aud, or its client_id where it has no aud, must be one of. HTTP APIs only, and needed
	// there.
	Audience []string
	// Source says where the token is: $request.header.Name or $request.querystring.name of an HTTP API,
	// method.request.header.Name of a REST API; the header Authorization where empty. "Bearer " in front is left out.
	Source string
	// Validation is a regular expression that all of a token's aud must match; "" is none. REST APIs only.
	Validation string
	// Keys verify signatures; nil verifies none.
	Keys *KeySet

	once       sync.Once // for validation
	validation *regexp.Regexp
}

func (j *JWT) check(kind Kind) error {
	source := orDefault(j.Source, "$request.header.Authorization")
	place, _, ok := parseSource(source)
	_, err := regexp.Compile(j.Validation)
	switch {
	case kind != REST && kind != HTTP:
		return fmt.Errorf("a %v has no JWT authorizers", kind)
	case len(j.Issuers) == 0:
		return errors.New("JWT authorizer without an issuer")
	case kind == HTTP && len(j.Issuers) > 1:
		return errors.New("the JWT authorizer of an HTTP API has one issuer")
	case kind == HTTP && len(j.Audience) == 0:
		return errors.New("JWT authorizer without an audience")
	case kind == HTTP && j.Validation != "":
		return errors.New("only a REST API validates the audience with an expression")
	case kind == REST && len(j.Audience) > 0:
		return errors.New("the user pool authorizer of a REST API has no audience")
	case !ok || place != "request.header." && (kind == REST || place != "request.querystring."):
		return fmt.Errorf("JWT authorizer: no token can be in %q", j.Source)
	case err != nil:
		return fmt.Errorf("JWT authorizer: %w", err)
	}
	return nil
}

// A refusal is why a token does not do. The text goes to the client of an HTTP API, as on AWS, and to the log.
type refusal string

// That of the audience is documented; the others are ours.
const (
	badAudience refusal = "the token does not have a valid audience"
	hasExpired  refusal = "the token has expired"
)

func (j *JWT) authorize(c *call) *failure {
	values, _ := c.identity([]string{orDefault(j.Source, "$request.header.Authorization")})
	text := strings.TrimSpace(values[0])
	if scheme, rest, _ := strings.Cut(text, " "); strings.EqualFold(scheme, "Bearer") {
		text = strings.TrimSpace(rest)
	}
	if text == "" {
		return c.refuse(noIdentity, "Bearer")
	}
	t, why := parseToken(text)
	if why == "" && j.Keys != nil {
		why = j.Keys.verify(t)
	}
	if why == "" {
		why = j.checkClaims(c.g.cfg.Kind, t.claims, c.start)
	}
	if why == "" && c.g.cfg.Kind == REST && len(c.route.scopes) == 0 && t.claims.text("token_use") == "access" {
		why = "an access token needs a route with scopes"
	}
	scopes := strings.Join(c.route.scopes, " ")
	switch {
	case why == hasExpired:
		return c.refuse(expiredToken, challenge(scopes, "invalid_token", why))
	case why != "":
		return c.refuse(noIdentity, challenge(scopes, "invalid_token", why))
	case !t.claims.hasScope(c.route.scopes):
		return c.refuse(missingScope, challenge(scopes, "insufficient_scope", "the token has none of the scopes"))
	}
	c.grant = t.claims.grant(c.g.cfg.Kind, c.route.scopes)
	return nil
}

func challenge(scopes, kind string, why refusal) string {
	return fmt.Sprintf(`Bearer scope=%q error=%q error_description=%q`, scopes, kind, string(why))
}

// refuse makes a failure; only an HTTP API tells the client why.
func (c *call) refuse(why reason, challenge string) *failure {
	if c.g.cfg.Kind != HTTP {
		challenge = ""
	}
	return &failure{reason: why, challenge: challenge}
}

// checkClaims checks all but the scopes, in the order that AWS documents. No time is granted for clocks that differ.
func (j *JWT) checkClaims(kind Kind, claims claims, now time.Time) refusal {
	audience := claims.texts("aud")
	if _, has := claims["aud"]; !has {
		audience = claims.texts("client_id")
	}
	exp, hasExp := claims.time("exp")
	nbf, hasNbf := claims.time("nbf")
	iat, hasIat := claims.time("iat")
	switch {
	case !slices.Contains(j.Issuers, claims.text("iss")):
		return "issuer does not match"
	case kind == HTTP && !slices.ContainsFunc(audience, func(a string) bool { return slices.Contains(j.Audience, a) }):
		return badAudience
	case kind == REST && !j.validates(claims.text("aud")):
		return badAudience
	case !hasExp:
		return "the token has no time of expiry"
	case !now.Before(exp):
		return hasExpired
	case hasNbf && now.Before(nbf):
		return "the token is not valid yet"
	case hasIat && now.Before(iat):
		return "the token was issued in the future"
	}
	return ""
}

func (j *JWT) validates(audience string) bool {
	j.once.Do(func() { j.validation = regexp.MustCompile(`\A(?:` + j.Validation + `)\z`) }) // check has compiled it
	return j.Validation == "" || j.validation.MatchString(audience)
}
