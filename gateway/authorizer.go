package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/lambdarest/lambdarest/internal/gwevent"
)

// An Authorization decides on requests before the integration gets them: a Lambda authorizer (*[Authorizer]), a JWT or
// Cognito authorizer (*[JWT]), or [IAM].
type Authorization interface {
	// check refuses what the service lacks, once, when the gateway is made.
	check(kind Kind) error
	// authorize lets a request through, and notes what events show of the caller, or says what the client gets.
	authorize(c *call) *failure
}

// An Authorizer is a Lambda authorizer: a function that decides who may call which method. Routes share one, and with
// it its cache, by using the same pointer. It must not be changed, nor copied, once a Gateway has it.
//
// In a REST API the function returns a policy, which is evaluated for the method of each request, also when it comes
// from the cache; in an HTTP API it gets format 2.0 and may return {"isAuthorized": true} instead.
//
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html.
type Authorizer struct {
	// Handler is the function.
	Handler lambda.Handler
	// Token makes this a token authorizer: the function gets one header, not the request. REST APIs only.
	Token bool
	// Identity are identity sources, as method.request.header.Authorization, method.request.querystring.key,
	// stageVariables.name or context.identity.sourceIp; for HTTP APIs $request.header.Authorization and so on. They are
	// the cache's key, and a request that lacks one is refused with 401, unless the authorizer is a request authorizer
	// of a REST API without a cache. A token authorizer has one header; where empty it is Authorization.
	Identity []string
	// Validation is a regular expression that all of a token must match; "" is none.
	Validation string
	// TTL is how long a result is cached: at most an hour, as on AWS; zero or less turns the cache off. A cache needs
	// a token or identity sources. (AWS has 300 s where a REST API's definition says nothing.)
	TTL time.Duration
	// Simple says that the function of an HTTP API returns isAuthorized rather than a policy.
	Simple bool
	// PayloadV1 says that the function of an HTTP API gets payload format 1.0; it returns a policy then.
	PayloadV1 bool

	validation *regexp.Regexp
	once       sync.Once // for validation

	mu    sync.Mutex
	cache map[string]grant
}

// maxGrants bounds a cache.
const maxGrants = 10_000

// A grant is what an authorizer's function returned.
type grant struct {
	policy     *policy // nil where the answer was simple
	authorized bool    // the simple answer
	context    any     // requestContext.authorizer
	expires    time.Time
}

func (a *Authorizer) check(kind Kind) error {
	if kind != REST && kind != HTTP {
		return fmt.Errorf("a %v has no Lambda authorizers", kind)
	}
	if a.Handler == nil {
		return errors.New("authorizer without a handler")
	}
	if kind != REST && (a.Token || a.Validation != "") {
		return fmt.Errorf("a %v has no token authorizers", kind)
	}
	if kind == REST && a.Simple {
		return errors.New("a REST API has no simple authorizer answers")
	}
	if a.PayloadV1 && (kind == REST || a.Simple) {
		return errors.New("authorizer: only HTTP APIs choose a payload format, and simple answers need 2.0")
	}
	if a.TTL > time.Hour {
		return errors.New("authorizer: TTL above one hour")
	}
	if _, err := regexp.Compile(a.Validation); err != nil {
		return fmt.Errorf("authorizer: %w", err)
	}
	if a.TTL > 0 && !a.Token && len(a.Identity) == 0 {
		return errors.New("authorizer: caching needs identity sources, or all clients would share one result; without them TTL must be 0")
	}
	for _, source := range a.Identity {
		if _, _, ok := parseSource(source); !ok {
			return fmt.Errorf("authorizer: %q is no identity source", source)
		}
	}
	return nil
}

// parseSource splits an identity source into a place and a name.
func parseSource(source string) (place, name string, ok bool) {
	source = strings.TrimPrefix(strings.TrimPrefix(source, "$"), "method.")
	for _, place := range []string{"request.header.", "request.querystring.", "stageVariables.", "context."} {
		if name, ok := strings.CutPrefix(source, place); ok {
			return place, name, name != ""
		}
	}
	return "", "", false
}

// identity returns the values of the sources; false where one is missing.
func (c *call) identity(sources []string) ([]string, bool) {
	var values []string
	complete := true
	for _, source := range sources {
		place, name, _ := parseSource(source)
		var value string
		switch place {
		case "request.header.":
			value = strings.Join(c.r.Header.Values(name), ",")
		case "request.querystring.":
			value = strings.Join(c.query()[name], ",")
		case "stageVariables.":
			value = c.g.cfg.StageVariables[name]
		default:
			if value, _ = c.contextValue(name); name == "routeKey" { // of HTTP APIs, which have no templates
				value = c.route.key
			}
		}
		complete = complete && value != ""
		values = append(values, value)
	}
	return values, complete
}

// authorize asks the function, unless its answer is known.
func (a *Authorizer) authorize(c *call) *failure {
	sources := a.Identity
	if a.Token && len(sources) == 0 {
		sources = []string{"method.request.header.Authorization"}
	}
	values, complete := c.identity(sources)
	if mustHave := a.Token || a.TTL > 0 || c.g.cfg.Kind == HTTP; mustHave && !complete {
		return &failure{reason: noIdentity}
	}
	if a.Token && !a.validates(values[0]) {
		return &failure{reason: noIdentity}
	}
	key := c.cacheKey(sources)
	gr, ok := a.cached(key, c.start)
	if !ok {
		var fail *failure
		if gr, fail = c.ask(a, values); fail != nil {
			return fail
		}
		a.keep(key, gr, c.start)
	}
	c.grant = gr.context
	switch gr.verdict(c.arn()) {
	case allow:
		return nil
	case explicitDeny:
		return &failure{reason: denied}
	}
	return &failure{reason: notAllowed}
}

// cacheKey is different for any two requests in which the function may see different identities: all values of each
// source count, whichever of them the event shows, and no value can pass for two.
func (c *call) cacheKey(sources []string) string {
	var key []byte
	for _, source := range sources {
		var all []string
		switch place, name, _ := parseSource(source); place {
		case "request.header.":
			all = c.r.Header.Values(name)
		case "request.querystring.":
			all = c.query()[name]
		default:
			all, _ = c.identity([]string{source})
		}
		key = fmt.Appendf(key, "%q", all)
	}
	return string(key)
}

func (a *Authorizer) validates(token string) bool {
	a.once.Do(func() { a.validation = regexp.MustCompile(`\A(?:` + a.Validation + `)\z`) }) // check has compiled it
	return a.Validation == "" || a.validation.MatchString(token)
}

func (a *Authorizer) cached(key string, now time.Time) (grant, bool) {
	if a.TTL <= 0 {
		return grant{}, false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	gr, ok := a.cache[key]
	return gr, ok && now.Before(gr.expires)
}

// keep caches a grant. A full cache is emptied: the next requests ask again, which is correct, if slow.
func (a *Authorizer) keep(key string, gr grant, now time.Time) {
	if a.TTL <= 0 {
		return
	}
	gr.expires = now.Add(a.TTL)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.cache == nil || len(a.cache) >= maxGrants {
		a.cache = make(map[string]grant)
	}
	a.cache[key] = gr
}

func (gr *grant) verdict(arn string) verdict {
	if gr.policy != nil {
		return gr.policy.evaluate(arn)
	}
	if gr.authorized {
		return allow
	}
	return implicitDeny
}

// arn names the method that is called, with the path of the request, not the one of the resource, but with the literals
// as the resource has them: a policy that denies /admin/* must not let /%61dmin/1 and /admin/ through, which reach it as
// well. (What AWS makes of these is unverified.)
func (c *call) arn() string {
	opt := c.options()
	account, api := orDefault(opt.AccountID, gwevent.AccountID), orDefault(opt.APIID, gwevent.APIID)
	return "arn:aws:execute-api:us-east-1:" + account + ":" + api + "/" + opt.Stage + "/" + c.r.Method +
		"/" + c.route.spell(c.g.cfg.Kind, c.r.URL.EscapedPath())
}

// ask calls the authorizer's function.
func (c *call) ask(a *Authorizer, identity []string) (grant, *failure) {
	event, err := c.authorizerEvent(a, identity)
	if err != nil {
		return grant{}, &failure{reason: authorizerFailed, cause: err}
	}
	begin := time.Now()
	out, fail, err := c.run(a.Handler, event, gwevent.NewRequestID())
	if fail != nil {
		return grant{}, &failure{reason: authorizerFailed, cause: fail.cause}
	}
	if fe := (*FunctionError)(nil); errors.As(err, &fe) && fe.Message == "Unauthorized" {
		return grant{}, &failure{reason: noIdentity}
	}
	if err != nil {
		return grant{}, &failure{reason: authorizerFailed, cause: err}
	}
	gr, err := c.readGrant(a, out, time.Since(begin))
	if err != nil {
		return grant{}, &failure{reason: authorizerFailed, cause: fmt.Errorf("gateway: authorizer's answer: %w", err)}
	}
	return gr, nil
}

// authorizerEvent is the proxy event without its body, with the type and the method's ARN; for a token authorizer it
// is the token, the type and the ARN.
func (c *call) authorizerEvent(a *Authorizer, identity []string) ([]byte, error) {
	if a.Token {
		return json.Marshal(map[string]string{"type": "TOKEN", "methodArn": c.arn(), "authorizationToken": identity[0]})
	}
	bare := c.r.WithContext(context.WithoutCancel(c.r.Context()))
	bare.Body = http.NoBody
	opt := c.options()
	if a.PayloadV1 {
		opt.Source = gwevent.HTTPAPIv1
	}
	event, err := gwevent.New(bare, opt)
	if err != nil {
		return nil, err
	}
	var m map[string]json.RawMessage
	if err := json.Unmarshal(event, &m); err != nil {
		return nil, err
	}
	delete(m, "body")
	delete(m, "isBase64Encoded")
	m["type"] = json.RawMessage(`"REQUEST"`)
	arnName := "methodArn"
	switch {
	case a.PayloadV1:
		withoutMulti(m)
		m["identitySource"], err = json.Marshal(strings.Join(identity, ","))
		m["authorizationToken"] = m["identitySource"]
	case c.g.cfg.Kind == HTTP:
		arnName = "routeArn"
		m["identitySource"], err = json.Marshal(identity)
	}
	if err != nil {
		return nil, err
	}
	if m[arnName], err = json.Marshal(c.arn()); err != nil {
		return nil, err
	}
	return json.Marshal(m)
}

// withoutMulti makes of format 1.0 what an authorizer gets of it: no maps of lists, and empty maps rather than null.
func withoutMulti(event map[string]json.RawMessage) {
	delete(event, "multiValueHeaders")
	delete(event, "multiValueQueryStringParameters")
	for _, name := range []string{"queryStringParameters", "pathParameters", "stageVariables"} {
		if string(event[name]) == "null" {
			event[name] = json.RawMessage("{}")
		}
	}
}

// readGrant reads the function's answer.
func (c *call) readGrant(a *Authorizer, out []byte, took time.Duration) (grant, error) {
	var answer struct {
		PrincipalID    string         `json:"principalId"`
		PolicyDocument *policy        `json:"policyDocument"`
		Context        map[string]any `json:"context"`
		IsAuthorized   *bool          `json:"isAuthorized"`
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		return grant{}, err
	}
	if a.Simple {
		if answer.IsAuthorized == nil {
			return grant{}, errors.New("no isAuthorized")
		}
		return grant{authorized: *answer.IsAuthorized, context: map[string]any{"lambda": answer.Context}}, nil
	}
	if answer.PrincipalID == "" || answer.PolicyDocument == nil {
		return grant{}, errors.New("no principalId or no policyDocument")
	}
	if err := answer.PolicyDocument.check(); err != nil {
		return grant{}, err
	}
	gr := grant{policy: answer.PolicyDocument, context: map[string]any{"lambda": answer.Context}}
	if c.g.cfg.Kind == HTTP {
		return gr, nil
	}
	values := map[string]any{"principalId": answer.PrincipalID, "integrationLatency": took.Milliseconds()}
	for name, value := range answer.Context {
		switch value := value.(type) {
		case string:
			values[name] = value
		case bool, float64:
			text, _ := json.Marshal(value) // numbers and booleans arrive as strings
			values[name] = string(text)
		case nil:
		default:
			return grant{}, fmt.Errorf("context: %q is neither a string, a number nor a boolean", name)
		}
	}
	gr.context = values
	return gr, nil
}
