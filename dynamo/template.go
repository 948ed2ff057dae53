package dynamo

import (
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

// addTemplate takes the template in the tag of f.
func (s *schema) addTemplate(f *field, text string) error {
	t := &template{field: f}
	err := t.parse(text)
	switch {
	case ownShape(base(f.typ)) != shapeString:
		return errorf("type %v cannot be made of a template: want a string", f.typ)
	case text == "":
		return errorf("the template is empty")
	case err != nil:
		return errorf("template %q: %w", text, err)
	}
	s.templates = append(s.templates, t)
	return nil
}

func (t *template) parse(rest string) error {
	for {
		before, after, found := strings.Cut(rest, "{")
		name, tail, closed := strings.Cut(after, "}")
		switch {
		case strings.Contains(before, "}"):
			return errorf("a } without {")
		case found && (!closed || name == "" || strings.Contains(name, "{")):
			return errorf("want the name of an attribute between { and }")
		case found && before == "" && len(t.names) > 0:
			return errorf("nothing stands between two attributes, so that keys could not be told apart")
		}
		t.literals = append(t.literals, before)
		if !found {
			return nil
		}
		t.names = append(t.names, name)
		rest = tail
	}
}

// bindTemplates finds the fields that templates name, when all are known.
func (s *schema) bindTemplates() error {
	keys := s.allKeys()
	for _, t := range s.templates {
		t.optional = t.field.opts.has(omitEmpty) && !s.isPrimary(t.field)
		err := s.bind(t)
		if keyNamed(keys, t.field.attr) == nil {
			err = errorf("a template is for the key of a table or an index")
		}
		if err != nil {
			return errorf("field %s: %w", t.field.path, err)
		}
	}
	return nil
}

func (s *schema) bind(t *template) error {
	for _, name := range t.names {
		part := fieldNamed(s.fields, name)
		if part == nil {
			return errorf("the template names attribute %q, which no field is stored as", name)
		}
		if is := ownShape(base(part.typ)); is != shapeString && !is.isInteger() || s.isTemplated(name) {
			return errorf("the template names attribute %q of type %v: want a string or an integer that is not made of a template itself", name, part.typ)
		}
		t.parts = append(t.parts, part)
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
	key, values := t.literals[0], make([]string, len(t.parts))
	for i, part := range t.parts {
		if got, ok := look(v, part.index); ok {
			values[i] = partText(got)
		}
		switch {
		case values[i] != "":
			key += values[i] + t.literals[i+1]
		case t.optional:
			return "", nil
		default:
			return "", errorf("attribute %q, which the key is made of, is empty", part.attr)
		}
	}
	if !slices.Equal(t.split(key), values) {
		return "", errorf("the value of an attribute has text in it that separates it from the next one in the template (attributes %s)", strings.Join(t.names, ", "))
	}
	return key, nil
}

// split reads the values out of a key; nil if it was not made by t.
func (t *template) split(key string) []string {
	rest, ok := strings.CutPrefix(key, t.literals[0])
	values := make([]string, len(t.parts))
	for i, after := range t.literals[1:] {
		end := strings.Index(rest, after)
		if i == len(values)-1 {
			end = strings.LastIndex(rest, after)
		}
		if end <= 0 {
			return nil
		}
		values[i], rest = rest[:end], rest[end+len(after):]
	}
	if !ok || rest != "" {
		return nil
	}
	return values
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
		values := t.split(key.String())
		if values == nil {
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
