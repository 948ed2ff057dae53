package dynamo

import (
	"errors"
	"reflect"
	"slices"
	"strings"
)

// A template makes a key of other attributes: "USER#{id}", or
// "ORG#{org}#TEAM#{team}". Its text is literals and the names of attributes in
// braces. A key is read from left to right: the value of an attribute ends where
// the literal after it begins for the first time, and the last one goes to the
// end.
//
//	template  ORG#{org}#{team}
//	acme, x   ORG#acme#x
//	a#b,  x   ORG#a#b#x   would be read as a and b#x
//
// So that two items never get one key, a key that would not be read as the
// values that it was made of is refused when it is written.
type template struct {
	field    *field
	optional bool     // an item may lack the key: it is an index's, and omitempty
	literals []string // one more than parts: before, between and after them
	parts    []*field // strings and integers
	names    []string // of the parts' attributes, until the fields are bound
}

// addTemplate parses the template in the tag of f.
func (s *schema) addTemplate(f *field, text string) error {
	if ownShape(base(f.typ)) != shapeString {
		return errorf("type %v cannot be made of a template: want a string", f.typ)
	}
	t := &template{field: f}
	rest := text
	for {
		before, after, found := strings.Cut(rest, "{")
		if strings.ContainsRune(before, '}') {
			return errorf("template %q: a } without {", text)
		}
		t.literals = append(t.literals, before)
		if !found {
			break
		}
		name, tail, closed := strings.Cut(after, "}")
		if !closed || name == "" || strings.ContainsRune(name, '{') {
			return errorf("template %q: want the name of an attribute between { and }", text)
		}
		t.names = append(t.names, name)
		rest = tail
	}
	for _, between := range t.literals[1:max(1, len(t.literals)-1)] {
		if between == "" {
			return errorf("template %q: nothing stands between two attributes, so that keys could not be told apart", text)
		}
	}
	if text == "" {
		return errors.New("the template is empty")
	}
	s.templates = append(s.templates, t)
	return nil
}

// bindTemplates finds the fields that templates name, when all are known.
func (s *schema) bindTemplates() error {
	keys := s.allKeys()
	for _, t := range s.templates {
		if keyNamed(keys, t.field.attr) == nil {
			return errorf("field %s: a template is for the key of a table or an index", t.field.path)
		}
		t.optional = t.field.opts.has(omitEmpty) && !s.isPrimary(t.field)
		for _, name := range t.names {
			part := fieldNamed(s.fields, name)
			if part == nil {
				return errorf("field %s: the template names attribute %q, which no field is stored as", t.field.path, name)
			}
			if is := ownShape(base(part.typ)); is != shapeString && !is.isInteger() || s.isTemplated(name) {
				return errorf("field %s: the template names attribute %q of type %v: want a string or an integer that is not made of a template itself", t.field.path, name, part.typ)
			}
			t.parts = append(t.parts, part)
		}
	}
	return nil
}

//go:noinline
func (s *schema) isPrimary(f *field) bool {
	return s.partition.isOf(f) || s.sort.isOf(f)
}

//go:noinline
func (s *schema) isTemplated(attr string) bool {
	for _, t := range s.templates {
		if t.field.attr == attr {
			return true
		}
	}
	return false
}

// fill sets the templated fields of v, or only those of the table's key. v is the
// caller's own copy of an item.
func (s *schema) fill(v reflect.Value, primary bool) error {
	for _, t := range s.templates {
		if primary && !s.isPrimary(t.field) {
			continue
		}
		key, err := t.compose(v)
		if err != nil {
			return errorf("field %s: %w", t.field.path, err)
		}
		allocate(own(v, t.field.index)).SetString(key)
	}
	return nil
}

// compose makes the key of v. A part without a value makes no key: of the
// table's key that is an error, and from an index it keeps the item out.
func (t *template) compose(v reflect.Value) (string, error) {
	values := make([]string, len(t.parts))
	for i, part := range t.parts {
		if got, ok := look(v, part.index); ok {
			values[i] = partText(got)
		}
		if values[i] != "" {
			continue
		}
		if t.optional {
			return "", nil
		}
		return "", errorf("attribute %q, which the key is made of, is empty", part.attr)
	}
	key := t.join(values)
	if again, ok := t.split(key); !ok || !slices.Equal(again, values) {
		return "", errorf("the value of an attribute has text in it that separates it from the next one in the template (attributes %s)", strings.Join(t.names, ", "))
	}
	return key, nil
}

func (t *template) join(values []string) string {
	key := t.literals[0]
	for i, v := range values {
		key += v + t.literals[i+1]
	}
	return key
}

// split reads the values out of a key; false if it was not made by t.
func (t *template) split(key string) ([]string, bool) {
	rest, ok := strings.CutPrefix(key, t.literals[0])
	if !ok {
		return nil, false
	}
	if len(t.parts) == 0 {
		return nil, rest == ""
	}
	last := len(t.parts) - 1
	rest, ok = strings.CutSuffix(rest, t.literals[last+1])
	values := make([]string, 0, len(t.parts))
	for i := range last {
		value, after, found := strings.Cut(rest, t.literals[i+1])
		ok = ok && found
		values, rest = append(values, value), after
	}
	values = append(values, rest)
	return values, ok && !slices.Contains(values, "")
}

func partText(v reflect.Value) string {
	if v.Kind() == reflect.String {
		return v.String()
	}
	return formatNumber(v)
}

// setPart sets a part to what a key says; false if it cannot be that.
func setPart(v reflect.Value, text string) bool {
	v = allocate(v)
	if v.Kind() == reflect.String {
		v.SetString(text)
		return true
	}
	return setNumeric(v, shapeOf(v.Type()), []byte(text)) && formatNumber(v) == text
}

// unfill checks the templated fields of v, an item that has been read, against
// their parts, and sets the parts that were not read, as by a projection.
func (s *schema) unfill(v reflect.Value) error {
	for _, t := range s.templates {
		key, ok := look(v, t.field.index)
		if !ok || key.String() == "" {
			continue // not read, or not in that index
		}
		values, ok := t.split(key.String())
		if !ok {
			return corrupt("attribute %q does not fit its template", t.field.attr)
		}
		for i, part := range t.parts {
			got, ok := look(v, part.index)
			switch {
			case ok && !got.IsZero() && partText(got) != values[i],
				(!ok || got.IsZero()) && !setPart(own(v, part.index), values[i]):
				return corrupt("attributes %q and %q contradict each other", t.field.attr, part.attr)
			}
		}
	}
	return nil
}
