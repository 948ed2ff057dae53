// Package bind makes typed values of a request's parameters and its JSON body. router's typed handlers and mapping's bind
// alike, so that a type and its mistakes mean the same behind either.
package bind

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"unicode/utf8"
)

// A Plan says how a request becomes a value of one type. It is made once, when the handler is, and is safe for concurrent
// use.
type Plan struct {
	Params  []Param
	body    *bodyPlan // nil if nothing is taken from the body
	pointer bool      // the type is a pointer to the struct that is bound
}

// A Param is a field that is bound from something other than the body.
type Param struct {
	In    string // the tag: path, query …
	Name  string
	Multi bool // a slice: takes all values
	Type  reflect.Type
	index []int // of the field, as in reflect.StructField
	set   setter
}

// A Source is a request.
type Source interface {
	// Body returns the JSON body.
	Body() ([]byte, error)
	// Values returns a parameter's values: none if it is absent.
	Values(p *Param) ([]string, error)
}

// The tags that bind a field. A tag that a caller of New does not serve is a mistake: it would silently leave the field to
// the body.
var paramTags = [...]string{"path", "query", "header", "cookie", "context", "stage"}

// errBodyTag tells what to write instead of a tag that other libraries have.
var errBodyTag = errors.New("has a body tag; fields of the body take a json tag")

// New makes the plan for a type; tags are those of paramTags that bind.
func New(t reflect.Type, tags ...string) (*Plan, error) {
	p := &Plan{pointer: t.Kind() == reflect.Pointer && structOf(t).Kind() == reflect.Struct && !isUnmarshaler(t.Elem())}
	if p.pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || isUnmarshaler(t) {
		p.body = wholeBody()
		return p, strayTag(t, 0, nil)
	}
	for _, f := range reflect.VisibleFields(t) {
		in, name, err := paramTag(f)
		if err == nil && in != "" && !slices.Contains(tags, in) {
			err = fmt.Errorf("its %s tag has no effect here", in)
		}
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
		p.Params = append(p.Params, Param{In: in, Name: name, Multi: multi, Type: f.Type, index: f.Index, set: set})
	}
	p.body = newBodyPlan(t)
	return p, strayTag(t, len(p.Params), nil)
}

// HasBody reports whether anything is taken from the body.
func (p *Plan) HasBody() bool { return p.body != nil }

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
	if _, ok := f.Tag.Lookup("body"); ok {
		return "", "", errBodyTag
	}
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

// A Fault is one thing that the client did wrong.
type Fault struct {
	Pointer   string `json:"pointer,omitempty"`   // JSON pointer into the body
	Parameter string `json:"parameter,omitempty"` // name of a parameter
	In        string `json:"in,omitempty"`        // where it is: path, query, header …
	Detail    string `json:"detail"`
}

// where names the place of a fault in a sentence.
func (f Fault) where() string {
	switch {
	case f.Parameter != "":
		return f.In + " parameter " + f.Parameter
	case f.Pointer != "":
		return "body field " + f.Pointer[1:]
	}
	return "body"
}

// Summary says what is wrong in a sentence: the first fault, and how many more there are. There must be one.
func Summary(faults []Fault) string {
	text := faults[0].where() + " " + faults[0].Detail
	if n := len(faults) - 1; n > 0 {
		text += fmt.Sprintf(" (and %d more)", n)
	}
	return text
}

// Bind fills v from the request, strictly: also members of the body that v has no field for are faults. All faults are
// returned together; an error is the source's.
func (p *Plan) Bind(from Source, v reflect.Value, strict bool) ([]Fault, error) {
	var faults []Fault
	if p.pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	if p.body != nil {
		body, err := from.Body()
		if err != nil {
			return nil, err
		}
		faults = p.body.decode(body, v, strict)
	}
	for i := range p.Params {
		param := &p.Params[i]
		values, err := from.Values(param)
		if err != nil {
			return nil, err
		}
		if len(values) == 0 {
			continue
		}
		if msg := param.set(fieldAt(v, param.index), values); msg != "" {
			faults = append(faults, Fault{Parameter: param.Name, In: param.In, Detail: msg})
		}
	}
	return faults, nil
}

// Clip shortens what a client sent for a message.
func Clip(s string) string { return Cut(s, 40) }

// Cut shortens s to at most n bytes and an ellipsis, between two runes.
func Cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
