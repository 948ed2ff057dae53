package mapping

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"

	"github.com/lambdarest/lambdarest/internal/bind"
)

// The event of an In with tags is what the template of TemplateFor renders:
//
//	{
//	  "path":    {"id": "7"},
//	  "query":   {"limit": "10", "dry_run": null},
//	  "header":  {"If-Match": ""},
//	  "cookie":  "sid=1; theme=dark",
//	  "context": {"identity.sourceIp": "192.0.2.1"},
//	  "stage":   {"table": "users"},
//	  "body":    "{\"name\": \"Kim\"}"
//	}
//
// Everything arrives as the text that the client sent, and is parsed here: so a template needs to know no types, and a
// client's mistake is answered by this package and not by API Gateway, whose parser of bodies takes {a:1} for JSON and
// makes NaN of NaN. A query parameter that is absent is null. A header, a member of the context or a stage variable that
// is absent is "", which counts as absent. A template written by hand may give the body as JSON: an In with tags is a
// struct, so that a string can be nothing but its text.
type boundEvent struct {
	Params map[string]map[string]*string
	Cookie string
	Raw    json.RawMessage
}

// UnmarshalJSON reads the members apart; others than the known ones are ignored.
func (e *boundEvent) UnmarshalJSON(doc []byte) error {
	var raw struct {
		Path, Query, Header, Context, Stage map[string]*string
		Cookie                              string
		Body                                json.RawMessage
	}
	if err := json.Unmarshal(doc, &raw); err != nil {
		return err
	}
	e.Params = map[string]map[string]*string{"path": raw.Path, "query": raw.Query, "header": raw.Header, "context": raw.Context, "stage": raw.Stage}
	e.Cookie, e.Raw = raw.Cookie, raw.Body
	return nil
}

// Body returns the request's body.
func (e *boundEvent) Body() ([]byte, error) {
	var text string
	if len(e.Raw) == 0 || e.Raw[0] != '"' || json.Unmarshal(e.Raw, &text) != nil {
		return e.Raw, nil
	}
	return []byte(text), nil
}

// Values returns the one value that a template gets of a parameter, or none.
func (e *boundEvent) Values(p *bind.Param) ([]string, error) {
	if p.In == "cookie" {
		return cookies(e.Cookie, p.Name), nil
	}
	value := e.Params[p.In][p.Name]
	if value == nil || *value == "" && p.In != "path" && p.In != "query" {
		return nil, nil
	}
	return []string{*value}, nil
}

// cookies returns the value of the first cookie of a name in a Cookie header. A part of the header that is no cookie
// hides none of the others.
func cookies(header, name string) []string {
	r := http.Request{Header: http.Header{"Cookie": {header}}}
	for _, c := range r.CookiesNamed(name) {
		return []string{c.Value}
	}
	return nil
}

// newPlan reads the tags of an event type. It returns nil for a type without any, which is decoded as a whole.
func newPlan(t reflect.Type) (*bind.Plan, error) {
	p, err := bind.New(t, "path", "query", "header", "cookie", "context", "stage")
	if err != nil {
		return nil, err
	}
	for _, param := range p.Params {
		if param.Multi {
			return nil, fmt.Errorf("%s parameter %s: a template gets one value of it, not a %v", param.In, param.Name, param.Type)
		}
	}
	if len(p.Params) == 0 {
		return nil, nil
	}
	return p, nil
}

// decodeBound fills v from an event that is known to be JSON.
func decodeBound(p *bind.Plan, event []byte, v reflect.Value) error {
	var e boundEvent
	if err := json.Unmarshal(event, &e); err != nil {
		return fmt.Errorf("mapping: the event is not what the template of TemplateFor renders: %w", shapeError(err))
	}
	faults, err := p.Bind(&e, v, false)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return &Error{Status: http.StatusBadRequest, Detail: bind.Summary(faults), faults: faults}
	}
	return nil
}

// shapeError says where the event is wrong without a value of it.
func shapeError(err error) error {
	if mismatch, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("%s must be %s", mismatch.Field, expected(mismatch.Type))
	}
	return errors.New("not an object")
}
