package mapping

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Passthrough is the event that API Gateway's ready-made request template "Method
// Request passthrough" makes: body, parameters, stage variables and context. B is
// the type of the body.
//
// What the template does to a request:
//
//   - Every parameter, stage variable and member of the context is a string; a missing
//     one is the empty string. A map is nil if the template leaves it out.
//   - A request without a body has the body {}. For a B that is no object (a slice,
//     a string) Passthrough takes {} for no body and leaves Body at its zero value.
//   - A body that is not JSON arrives as a string, so B must be string for it.
//   - Of a header or a query parameter that comes several times, one value arrives.
//   - Values go through $util.escapeJavaScript, which writes an apostrophe as \'.
//     That is not JSON: API Gateway answers such a request with 400 and the function
//     never sees it. Names of query parameters and headers are not escaped at all.
//     The template of [TemplateFor] for a Passthrough mends both.
//
// A body that does not fit B is reported like an event that does not fit In (see
// [New]), with paths that begin in the body. If B has a Validate method, it is
// called.
//
// A Passthrough is encoded as the template would write it, which makes events for
// tests.
type Passthrough[B any] struct {
	Body           B                 `json:"body-json"`
	Params         Params            `json:"params"`
	StageVariables map[string]string `json:"stage-variables"`
	Context        RequestContext    `json:"context"`
}

// Params are the parameters of a request by their place, as $input.params() has
// them.
type Params struct {
	Path   Values  `json:"path"`
	Query  Values  `json:"querystring"`
	Header Headers `json:"header"`
}

// RequestContext is what the template takes from $context
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html#context-variable-reference).
type RequestContext struct {
	AccountID                     string `json:"account-id" from:"identity.accountId"`
	APIID                         string `json:"api-id" from:"apiId"`
	APIKey                        string `json:"api-key" from:"identity.apiKey"`
	AuthorizerPrincipalID         string `json:"authorizer-principal-id" from:"authorizer.principalId"`
	Caller                        string `json:"caller" from:"identity.caller"`
	CognitoAuthenticationProvider string `json:"cognito-authentication-provider" from:"identity.cognitoAuthenticationProvider"`
	CognitoAuthenticationType     string `json:"cognito-authentication-type" from:"identity.cognitoAuthenticationType"`
	CognitoIdentityID             string `json:"cognito-identity-id" from:"identity.cognitoIdentityId"`
	CognitoIdentityPoolID         string `json:"cognito-identity-pool-id" from:"identity.cognitoIdentityPoolId"`
	HTTPMethod                    string `json:"http-method" from:"httpMethod"`
	Stage                         string `json:"stage" from:"stage"`
	SourceIP                      string `json:"source-ip" from:"identity.sourceIp"`
	User                          string `json:"user" from:"identity.user"`
	UserAgent                     string `json:"user-agent" from:"identity.userAgent"`
	UserARN                       string `json:"user-arn" from:"identity.userArn"`
	RequestID                     string `json:"request-id" from:"requestId"` // API Gateway's; Lambda has its own
	ResourceID                    string `json:"resource-id" from:"resourceId"`
	ResourcePath                  string `json:"resource-path" from:"resourcePath"`
}

// UnmarshalJSON decodes what the template made.
func (p *Passthrough[B]) UnmarshalJSON(event []byte) error {
	var raw struct {
		Body           json.RawMessage   `json:"body-json"`
		Params         Params            `json:"params"`
		StageVariables map[string]string `json:"stage-variables"`
		Context        RequestContext    `json:"context"`
	}
	if err := json.Unmarshal(event, &raw); err != nil {
		return err
	}
	var body B
	if err := unmarshalBody(raw.Body, &body); err != nil {
		return err
	}
	*p = Passthrough[B]{body, raw.Params, raw.StageVariables, raw.Context}
	return nil
}

func unmarshalBody[B any](raw json.RawMessage, body *B) error {
	if raw == nil {
		return nil
	}
	err := json.Unmarshal(raw, body)
	switch _, mismatch := errors.AsType[*json.UnmarshalTypeError](err); {
	case err == nil:
		return nil
	case mismatch && isEmptyObject(raw):
		var zero B
		*body = zero
		return nil
	}
	return misfit[B]("the request body", raw, err)
}

func isEmptyObject(raw []byte) bool {
	return raw[0] == '{' && len(bytes.Trim(raw, "{} \t\r\n")) == 0
}

// requestTemplate is the console's template, with names that are escaped and
// apostrophes that stay JSON.
func (Passthrough[B]) requestTemplate() string {
	values := func(of string) string {
		return "#foreach($name in " + of + ".keySet())\n" +
			`    "` + escaped("$name") + `": "` + escaped(of+".get($name)") + "\"#if($foreach.hasNext),#end\n\n#end\n"
	}
	var b strings.Builder
	b.WriteString("#set($params = $input.params())\n{\n\"body-json\": " + bodyTemplate + ",\n\"params\": {\n")
	for i, place := range []string{"path", "querystring", "header"} {
		if i > 0 {
			b.WriteString(",\n")
		}
		b.WriteString(`"` + place + "\": {\n" + values(`$params.get("`+place+`")`) + "}")
	}
	b.WriteString("\n},\n\"stage-variables\": {\n" + values("$stageVariables") + "},\n\"context\": {")
	t := reflect.TypeFor[RequestContext]()
	for i := range t.NumField() {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n#set($value = \"" + contextReference(t.Field(i).Tag.Get("from")) + "\")\n")
		b.WriteString(`    "` + t.Field(i).Tag.Get("json") + `": "` + escaped("$value") + `"`)
	}
	b.WriteString("\n}\n}\n")
	return b.String()
}

// Validate calls the body's Validate method, if it has one.
func (p Passthrough[B]) Validate() error { return validate(&p.Body) }

// Values are parameters by name. The names are those of the API definition, where
// upper and lower case differ.
type Values map[string]string

// Get returns the value of a parameter, or the empty string if it is missing.
func (v Values) Get(name string) string { return v[name] }

// Int returns the value of a parameter that is an integer. The error is an
// [Error] with status 400 that names the parameter.
func (v Values) Int(name string) (int, error) {
	return parse(name, v[name], "an integer", strconv.Atoi)
}

// Float returns the value of a parameter that is a number. Its error is as that of
// Int.
func (v Values) Float(name string) (float64, error) {
	return parse(name, v[name], "a number", func(s string) (float64, error) {
		f, err := strconv.ParseFloat(s, 64)
		if f-f != 0 { // infinities and NaN, which ParseFloat takes by name
			err = strconv.ErrSyntax
		}
		return f, err
	})
}

// Bool returns the value of a parameter that is true or false. Its error is as that
// of Int.
func (v Values) Bool(name string) (bool, error) {
	return parse(name, v[name], "true or false", func(s string) (bool, error) {
		if s != "true" && s != "false" {
			return false, strconv.ErrSyntax
		}
		return s == "true", nil
	})
}

func parse[T any](name, value, what string, f func(string) (T, error)) (T, error) {
	var zero T
	if value == "" {
		return zero, Errorf(400, "parameter %q is missing", name)
	}
	parsed, err := f(value)
	if err != nil {
		return zero, Errorf(400, "parameter %q must be %s", name, what)
	}
	return parsed, nil
}

// Headers are header fields by name, in the spelling in which the client sent the
// names.
type Headers map[string]string

// Get returns the value of a header field, or the empty string if it is missing.
// Upper and lower case of names do not differ; if the event has several spellings,
// the one asked for is taken, else the first in the order of strings.
func (h Headers) Get(name string) string {
	if v, ok := h[name]; ok {
		return v
	}
	var same []string
	for k := range h {
		if strings.EqualFold(k, name) {
			same = append(same, k)
		}
	}
	if len(same) == 0 {
		return ""
	}
	return h[slices.Min(same)]
}
