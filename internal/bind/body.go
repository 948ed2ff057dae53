package bind

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/lambdarest/lambdarest/internal/jsonscan"
)

// A bodyPlan says how a JSON body becomes (a part of) a value. A struct is
// decoded member by member, so that the body can't reach the fields bound from
// elsewhere, every fault is found, and each names its field.
type bodyPlan struct {
	whole  bool // the value itself is decoded from the body
	fields []bodyField
}

// A bodyField is a field that encoding/json would decode from an object.
type bodyField struct {
	name   string
	index  []int
	tagged bool                                   // the name is from a tag
	quoted bool                                   // the tag has the option "string"
	parse  func(v reflect.Value, s string) string // of basic kinds, else nil
}

func wholeBody() *bodyPlan { return &bodyPlan{whole: true} }

// newBodyPlan returns the plan for the fields of a struct that are not bound from
// elsewhere, or nil if there are none.
func newBodyPlan(t reflect.Type) *bodyPlan {
	p := &bodyPlan{fields: dominant(bodyFields(t, nil, nil))}
	if len(p.fields) == 0 {
		return nil
	}
	return p
}

// bodyFields lists the fields of a struct and of the structs embedded in it;
// around are those that it is embedded in.
func bodyFields(t reflect.Type, index []int, around []reflect.Type) (fields []bodyField) {
	if slices.Contains(around, t) {
		return nil
	}
	around = append(slices.Clip(around), t)
	for i := range t.NumField() {
		f := t.Field(i)
		at := append(slices.Clip(index), i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		in, _, _ := paramTag(f)
		switch {
		case in != "" || f.Tag.Get("json") == "-":
		case f.Anonymous && name == "" && isEmbeddedStruct(f):
			fields = append(fields, bodyFields(structOf(f.Type), at, around)...)
		case f.IsExported():
			field := bodyField{name: name, index: at, tagged: name != "", quoted: hasOption(options, "string")}
			if name == "" {
				field.name = f.Name
			}
			if !isUnmarshaler(f.Type) && f.Type != numberType {
				field.parse = parserFor(f.Type.Kind())
			}
			fields = append(fields, field)
		}
	}
	return fields
}

// isEmbeddedStruct reports whether the fields of an anonymous field stand for
// themselves: it is a struct, or an exported pointer to one.
func isEmbeddedStruct(f reflect.StructField) bool {
	return structOf(f.Type).Kind() == reflect.Struct && !isUnmarshaler(f.Type) &&
		(f.Type.Kind() == reflect.Struct || f.IsExported())
}

func structOf(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

func hasOption(options, name string) bool {
	return slices.Contains(strings.Split(options, ","), name)
}

// dominant keeps, of the fields with one name, the one that encoding/json keeps:
// the least deeply embedded, among these the tagged one, and none if there are
// still several.
func dominant(all []bodyField) (fields []bodyField) {
	for i, f := range all {
		beaten := slices.ContainsFunc(all, func(g bodyField) bool {
			if g.name != f.name || slices.Equal(g.index, f.index) {
				return false
			}
			if len(g.index) != len(f.index) {
				return len(g.index) < len(f.index)
			}
			return g.tagged || !f.tagged
		})
		if !beaten {
			fields = append(fields, all[i])
		}
	}
	return fields
}

// find returns the field for a member of the body: the one with exactly its name,
// else one with its name in another case, else nil.
func (p *bodyPlan) find(key []byte) *bodyField {
	for i := range p.fields {
		if p.fields[i].name == string(key) {
			return &p.fields[i]
		}
	}
	name := string(key)
	for i := range p.fields {
		if strings.EqualFold(p.fields[i].name, name) {
			return &p.fields[i]
		}
	}
	return nil
}

// MaxFaults bounds the faults that are reported of one body: a client must not make
// an answer large.
const MaxFaults = 20

// decode decodes a body into v, and returns what is wrong with it; strictly also the
// members that v has no field for.
func (p *bodyPlan) decode(body []byte, v reflect.Value, strict bool) (faults []Fault) {
	s := jsonscan.New(body)
	switch {
	case s.Peek() == 0:
		return []Fault{{Detail: "must be JSON, and there is none"}}
	case p.whole:
		if raw := s.Value(); s.End() == nil {
			faults = unmarshal(raw, v, "", strict)
		}
	case !s.EnterObject():
		if s.Skip(); s.End() == nil {
			faults = []Fault{{Detail: "must be an object"}}
		}
	default:
		for s.NextKey() {
			field := p.find(s.Key())
			raw := s.Value()
			switch {
			case raw == nil || len(faults) >= MaxFaults:
			case field != nil:
				faults = append(faults, field.decode(raw, fieldAt(v, field.index), strict)...)
			case strict:
				faults = append(faults, Fault{Pointer: pointer(Clip(string(s.Key()))), Detail: Unknown})
			}
		}
	}
	whole := s.Err() == nil // but something may follow
	if err := s.End(); err != nil && whole {
		return []Fault{brokenJSON(err, nil)}
	} else if err != nil {
		return []Fault{brokenJSON(err, s.Key())}
	}
	return faults
}

// brokenJSON says where a body stops being JSON: behind which byte, and after
// which top-level field.
func brokenJSON(err error, key []byte) Fault {
	f := Fault{Detail: "is not valid JSON: " + err.Error()}
	if syntax, ok := errors.AsType[*jsonscan.SyntaxError](err); ok {
		f.Detail = fmt.Sprintf("is not valid JSON at byte %d: %s", syntax.Offset, syntax.Msg)
	}
	if len(key) > 0 {
		f.Pointer = pointer(Clip(string(key)))
	}
	return f
}

// pointer returns the JSON pointer for a top-level key.
func pointer(key string) string {
	return "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
}

// decode decodes one member's value. As in encoding/json, null leaves a value of
// a basic kind as it is.
func (f *bodyField) decode(raw []byte, v reflect.Value, strict bool) []Fault {
	if f.quoted && raw[0] == '"' {
		raw = []byte(jsonscan.Unquote(raw))
		if !json.Valid(raw) {
			return []Fault{{Pointer: pointer(f.name), Detail: "must be a string that holds JSON"}}
		}
	}
	if f.parse == nil {
		return unmarshal(raw, v, pointer(f.name), strict)
	}
	var msg string
	switch wantString := v.Kind() == reflect.String; {
	case raw[0] == 'n':
	case wantString != (raw[0] == '"'):
		msg = must(v.Type())
	case wantString:
		v.SetString(jsonscan.Unquote(raw))
	default:
		msg = f.parse(v, string(raw))
	}
	if msg == "" {
		return nil
	}
	return []Fault{{Pointer: pointer(f.name), Detail: msg}}
}

// unmarshal decodes a value with encoding/json.
func unmarshal(raw []byte, v reflect.Value, at string, strict bool) []Fault {
	err := decodeJSON(raw, v.Addr().Interface(), strict)
	if err == nil {
		return nil
	}
	f := Fault{Pointer: at, Detail: "is not valid"}
	switch mistyped, ok := errors.AsType[*json.UnmarshalTypeError](err); {
	case ok:
		s := jsonscan.New(raw)
		inside, _ := pointerAt(&s, int(mistyped.Offset))
		f.Pointer, f.Detail = at+inside, must(mistyped.Type)
	case strict && strings.Contains(err.Error(), "unknown field"): // encoding/json has no type for it
		f.Detail = "has a field that is not known"
	case isUnmarshaler(v.Type()), v.Type() == bytesType:
		f.Detail = must(v.Type())
	}
	return []Fault{f}
}

func decodeJSON(raw []byte, v any, strict bool) error {
	if !strict {
		return json.Unmarshal(raw, v)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	return dec.Decode(v)
}

// pointerAt returns the JSON pointer of the value in whose text offset lies: an
// UnmarshalTypeError has the offset just after what it could not take, the value's
// end, or the opening bracket of an object or array.
func pointerAt(s *jsonscan.Scanner, offset int) (at string, ok bool) {
	switch {
	case s.EnterObject():
		for done := s.Offset() >= offset; !done && s.NextKey(); done = s.Offset() >= offset {
			key := string(s.Key())
			if at, ok := pointerAt(s, offset); ok {
				return pointer(key) + at, true
			}
		}
	case s.EnterArray():
		for i := 0; s.Offset() < offset && s.NextElem(); i++ {
			if at, ok := pointerAt(s, offset); ok {
				return "/" + strconv.Itoa(i) + at, true
			}
		}
	default:
		s.Skip()
	}
	return "", s.Offset() >= offset
}

// must says what JSON a value of type t is made of.
func must(t reflect.Type) string {
	switch {
	case t == timeType:
		return mustTime
	case t == bytesType:
		return "must be a base64 string"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return must(t.Elem())
	case reflect.String:
		return mustString
	case reflect.Bool:
		return mustBool
	case reflect.Float32, reflect.Float64:
		return mustNumber
	case reflect.Slice, reflect.Array:
		return "must be an array"
	case reflect.Struct, reflect.Map:
		if !isUnmarshaler(t) {
			return "must be an object"
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return mustInteger
	}
	return "is not valid"
}

// A Field is a member of the JSON object that a struct is encoded as.
type Field struct {
	Name string
	Type reflect.Type
}

// Fields lists the fields that encoding/json knows of a struct, without those that are bound from elsewhere; nil for any
// other type, and one that encodes itself.
func Fields(t reflect.Type) (fields []Field) {
	if t.Kind() != reflect.Struct || isUnmarshaler(t) || t.Implements(jsonMarshaler) {
		return nil
	}
	for _, f := range dominant(bodyFields(t, nil, nil)) {
		fields = append(fields, Field{f.name, t.FieldByIndex(f.index).Type})
	}
	return fields
}

var jsonMarshaler = reflect.TypeFor[json.Marshaler]()
