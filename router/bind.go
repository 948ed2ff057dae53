package router

import (
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
)

// A plan says how a request becomes a value of one type. It is made once, when
// the handler is.
type plan struct {
	params  []param
	body    *bodyPlan // nil if nothing is taken from the body
	pointer bool      // the type is a pointer to the struct that is bound
}

// A param is a field that is bound from something other than the body.
type param struct {
	in    string // path, query, header or cookie
	name  string
	index []int // of the field, as in reflect.StructField
	set   setter
	multi bool // a slice: takes all values
}

// The tags that bind a field.
var paramTags = [...]string{"path", "query", "header", "cookie"}

func newPlan(t reflect.Type) (*plan, error) {
	p := &plan{pointer: t.Kind() == reflect.Pointer && structOf(t).Kind() == reflect.Struct && !isUnmarshaler(t.Elem())}
	if p.pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || isUnmarshaler(t) {
		p.body = wholeBody()
		return p, strayTag(t, 0, nil)
	}
	for _, f := range reflect.VisibleFields(t) {
		in, name, err := paramTag(f)
		if err != nil {
			return nil, fmt.Errorf("%v.%s: %w", t, f.Name, err)
		}
		if in == "" {
			continue
		}
		set, ok := setterFor(f.Type)
		if !ok || !settable(t, f.Index) {
			return nil, fmt.Errorf("%v.%s: cannot bind a %v from a %s parameter", t, f.Name, f.Type, in)
		}
		multi := f.Type.Kind() == reflect.Slice && !isTextUnmarshaler(f.Type)
		p.params = append(p.params, param{in: in, name: name, index: f.Index, set: set, multi: multi})
	}
	p.body = newBodyPlan(t)
	return p, strayTag(t, len(p.params), nil)
}

// strayTag reports a tag that the plan for a type did not take, and that would
// silently leave a field to the body: one inside a field that is a struct with a
// name of its own, or inside a type that takes the whole body. Of the tags that it
// finds, bound ones have been taken.
func strayTag(t reflect.Type, bound int, around []reflect.Type) error {
	t = structOf(t)
	if t.Kind() != reflect.Struct || slices.Contains(around, t) {
		return nil
	}
	around = append(slices.Clip(around), t)
	for _, f := range reflect.VisibleFields(t) {
		if in, _, _ := paramTag(f); in != "" {
			if bound--; bound < 0 {
				return fmt.Errorf("%v.%s: its %s tag has no effect here", t, f.Name, in)
			}
			continue
		}
		if f.Anonymous && f.Tag.Get("json") == "" && isEmbeddedStruct(f) {
			continue // its fields are among the visible ones
		}
		if err := strayTag(f.Type, 0, around); err != nil {
			return err
		}
	}
	return nil
}

// paramTag returns the one tag that binds a field, or "".
func paramTag(f reflect.StructField) (in, name string, err error) {
	for _, tag := range paramTags {
		value, ok := f.Tag.Lookup(tag)
		if !ok {
			continue
		}
		switch {
		case in != "":
			return "", "", fmt.Errorf("has both a %s and a %s tag", in, tag)
		case value == "":
			return "", "", fmt.Errorf("its %s tag is empty", tag)
		case !f.IsExported():
			return "", "", fmt.Errorf("has a %s tag but is not exported", tag)
		}
		in, name = tag, value
	}
	return in, name, nil
}

// settable reports whether all of the embedded pointers on the way to a field can
// be set.
func settable(t reflect.Type, index []int) bool {
	for _, i := range index {
		f := structOf(t).Field(i)
		if !f.IsExported() && f.Type.Kind() == reflect.Pointer {
			return false
		}
		t = f.Type
	}
	return true
}

// fieldAt returns a field, making what embedded pointers on the way to it point
// to.
func fieldAt(v reflect.Value, index []int) reflect.Value {
	for _, i := range index {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	return v
}

// A fault is one thing that the client did wrong.
type fault struct {
	Pointer   string `json:"pointer,omitempty"`   // JSON pointer into the body
	Parameter string `json:"parameter,omitempty"` // name of a path, query, header or cookie parameter
	In        string `json:"in,omitempty"`        // which of these
	Detail    string `json:"detail"`
}

// where names the place of a fault in a sentence.
func (f fault) where() string {
	switch {
	case f.Parameter != "":
		return f.In + " parameter " + f.Parameter
	case f.Pointer != "":
		return "body field " + f.Pointer[1:]
	}
	return "body"
}

// bind fills v from the request. All faults are reported together.
func (p *plan) bind(req *Request, v reflect.Value) error {
	var faults []fault
	if p.pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	if p.body != nil {
		body, err := req.Body()
		if err != nil {
			return err
		}
		faults = p.body.decode(body, v, req.bind.RejectUnknownFields)
	}
	for i := range p.params {
		param := &p.params[i]
		values, err := param.values(req)
		if err != nil {
			return err
		}
		if len(values) == 0 {
			continue
		}
		if msg := param.set(fieldAt(v, param.index), values); msg != "" {
			faults = append(faults, fault{Parameter: param.name, In: param.in, Detail: msg})
		}
	}
	if req.bind.RejectUnknownQuery {
		faults = append(faults, p.unknownQuery(req)...)
	}
	return faultError(faults)
}

// unknownQuery returns a fault for each parameter of the query, in their order by
// name, that no field is bound from.
func (p *plan) unknownQuery(req *Request) (faults []fault) {
	for _, name := range slices.Sorted(maps.Keys(req.Query())) {
		known := slices.ContainsFunc(p.params, func(param param) bool { return param.in == "query" && param.name == name })
		if !known && len(faults) < maxFaults {
			faults = append(faults, fault{Parameter: clip(name), In: "query", Detail: isUnknown})
		}
	}
	return faults
}

// values returns the parameter's values: none if it is absent, one unless the
// field takes several.
func (p *param) values(req *Request) ([]string, error) {
	switch p.in {
	case "path":
		if req.route == nil || !req.route.pattern.has(p.name) {
			return nil, fmt.Errorf("router: JSON: pattern %q has no variable %q", req.Route(), p.name)
		}
		return []string{req.PathValue(p.name)}, nil
	case "query":
		return p.limit(req.Query()[p.name]), nil
	case "header":
		if p.multi {
			return req.Headers()[http.CanonicalHeaderKey(p.name)], nil
		}
		if v := req.Header(p.name); v != "" {
			return []string{v}, nil
		}
	case "cookie":
		if v, ok := req.Cookie(p.name); ok {
			return []string{v}, nil
		}
	}
	return nil, nil
}

func (p *param) limit(values []string) []string {
	if !p.multi && len(values) > 1 {
		return values[:1]
	}
	return values
}

// faultError returns a 400 that lists the faults, nil if there are none.
func faultError(faults []fault) error {
	if len(faults) == 0 {
		return nil
	}
	e := &Error{Status: http.StatusBadRequest, Detail: faults[0].where() + " " + faults[0].Detail}
	if n := len(faults) - 1; n > 0 {
		e.Detail += fmt.Sprintf(" (and %d more)", n)
	}
	e.Extra = map[string]any{"errors": slices.Clip(faults)}
	return e
}
