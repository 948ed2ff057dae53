package dynamo

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Which Go fields become which attributes.
//
// The rules are those of feature/dynamodb/attributevalue, which took them from
// encoding/json: exported fields, anonymous structs without a tag name
// flattened into the outer one, and where several fields claim one attribute
// name, the shallowest wins, then the one whose name comes from a tag. Two
// equal claims cancel each other out, which silently drops both fields from
// every item; that is reported as an error here instead.

// field is one struct field that is stored as one attribute.
type field struct {
	attr  string       // attribute name
	path  string       // Go selector from the outer struct, for messages: "Base.ID"
	index []int        // for reflect, through embedded structs
	typ   reflect.Type // as declared, pointers included
	opts  avOptions
	words string // the dynamo tag
	keyed bool   // there is a dynamo tag
	named bool   // the attribute name comes from a tag
	flat  bool   // an embedded struct, whose fields are stored in place of it
}

// avOptions are the options of a dynamodbav tag, a bit each. Words that
// attributevalue does not know it ignores, and so are they here.
type avOptions uint16

const (
	omitEmpty     avOptions = 1 << iota // leave out a zero value
	omitEmptyElem                       // the same for the elements of a list or map, at any depth
	nullEmpty                           // NULL in place of a zero value
	nullEmptyElem
	asString // numbers as S
	unixTime // time.Time as N
	stringSet
	numberSet
	binarySet
)

// avWords are the words for the options, in their order.
const avWords = "omitempty,omitemptyelem,nullempty,nullemptyelem,string,unixtime,stringset,numberset,binaryset"

func parseAVTag(tag reflect.StructTag) (name string, opts avOptions) {
	words := strings.Split(tag.Get("dynamodbav"), ",")
	for i, word := range strings.Split(avWords, ",") {
		if slices.Contains(words[1:], word) {
			opts |= 1 << i
		}
	}
	return words[0], opts
}

// has tells whether any of those options is set.
func (o avOptions) has(any avOptions) bool { return o&any != 0 }

// elem are the options that hold for the elements of a list or map.
func (o avOptions) elem() (elem avOptions) {
	if o.has(omitEmptyElem) {
		elem = omitEmpty | omitEmptyElem
	}
	if o.has(nullEmptyElem) {
		elem |= nullEmpty
	}
	return elem
}

// fieldsOf lists the stored fields of struct type t, shallowest first.
// A dynamo tag in a place where it could have no effect is an error.
func fieldsOf(t reflect.Type) ([]*field, error) {
	var all []*field
	structs := []*field{{typ: t}} // whose fields count, the embedded ones behind those that they are in
	for i := 0; i < len(structs); i++ {
		outer := structs[i]
		if isShadowed(structs[:i], outer) {
			continue
		}
		for j := range outer.typ.NumField() {
			f, err := structField(outer, j)
			switch {
			case err != nil:
				return nil, err
			case f == nil:
			case f.flat:
				structs = append(structs, f)
			default:
				all = append(all, f)
			}
		}
	}
	return visible(all)
}

// isShadowed tells whether a struct is embedded a second time, and deeper.
func isShadowed(before []*field, f *field) bool {
	for _, b := range before {
		if b.typ == f.typ && len(b.index) < len(f.index) {
			return true
		}
	}
	return false
}

// structField reads one field; nil if it is not stored.
func structField(outer *field, i int) (*field, error) {
	sf := outer.typ.Field(i)
	f := &field{
		attr:  sf.Name,
		path:  sf.Name,
		index: append(outer.index[:len(outer.index):len(outer.index)], i),
		typ:   sf.Type,
	}
	if outer.path != "" {
		f.path = outer.path + "." + sf.Name
	}
	f.words, f.keyed = sf.Tag.Lookup("dynamo")
	name, opts := parseAVTag(sf.Tag)
	if f.opts = opts; name != "" {
		f.attr, f.named = name, true
	}
	inner := base(sf.Type)
	f.flat = sf.Anonymous && !f.named && inner.Kind() == reflect.Struct
	why := "" // a dynamo tag has no effect
	switch {
	case !sf.IsExported() && !sf.Anonymous:
		why = "an unexported field is never stored"
	case name == "-":
		why = `dynamodbav:"-" keeps it from being stored`
	case !sf.IsExported() && (!f.flat || inner != sf.Type):
		return nil, errorf("field %s: an unexported type can be embedded only as a struct, not as %v", f.path, sf.Type)
	case f.flat:
		why = "the fields of an embedded struct are stored one by one"
	default:
		return f, nil
	}
	switch {
	case f.keyed:
		return nil, f.misplaced(why)
	case !f.flat:
		return nil, nil
	}
	f.typ = inner
	return f, nil
}

// misplaced is the error of a dynamo tag without effect.
//
//go:noinline
func (f *field) misplaced(why string) error {
	return errorf("field %s: tag dynamo:%q has no effect: %s", f.path, f.words, why)
}

// visible keeps, of the fields with one attribute name, the one that is stored.
// all is ordered by depth.
func visible(all []*field) ([]*field, error) {
	var stored []*field
	for _, f := range all {
		switch best, rival := claims(all, f.attr); {
		case rival != nil:
			return nil, errorf("fields %s and %s are both stored as attribute %q, so neither would be", best.path, rival.path, f.attr)
		case best == f:
			stored = append(stored, f)
		case f.keyed:
			return nil, f.misplaced(fmt.Sprintf("field %s is stored as attribute %q", best.path, f.attr))
		}
	}
	return stored, nil
}

// claims gives the field with the best claim to an attribute name, and one with an
// equal claim if there is any.
//
//go:noinline
func claims(all []*field, attr string) (best, rival *field) {
	for _, f := range all {
		switch {
		case f.attr != attr:
		case best == nil || len(f.index) == len(best.index) && f.named && !best.named:
			best, rival = f, nil
		case len(f.index) == len(best.index) && f.named == best.named:
			rival = f
		}
	}
	return best, rival
}

// fieldNamed gives the field that is stored as that attribute, nil if none is.
//
//go:noinline
func fieldNamed(fields []*field, attr string) *field {
	for _, f := range fields {
		if f.attr == attr {
			return f
		}
	}
	return nil
}

// base strips pointers.
//
//go:noinline
func base(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}
