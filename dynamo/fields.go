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
	rival *field // with an equal claim to the attribute name
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
	level := []*field{{typ: t}}
	seen := map[reflect.Type]bool{}
	for len(level) > 0 {
		var next []*field
		for _, outer := range level {
			if seen[outer.typ] {
				continue
			}
			here, embedded, err := structFields(outer)
			if err != nil {
				return nil, err
			}
			all = append(all, here...)
			next = append(next, embedded...)
		}
		for _, outer := range level {
			seen[outer.typ] = true
		}
		level = next
	}
	return visible(all)
}

// structFields reads one struct: its stored fields, and the embedded structs
// whose fields count as its own.
func structFields(outer *field) (stored, embedded []*field, err error) {
	for i := range outer.typ.NumField() {
		f, flat, err := structField(outer, i)
		switch {
		case err != nil:
			return nil, nil, err
		case f == nil:
		case flat:
			embedded = append(embedded, f)
		default:
			stored = append(stored, f)
		}
	}
	return stored, embedded, nil
}

// structField reads one field; nil if it is not stored.
func structField(outer *field, i int) (f *field, flat bool, err error) {
	sf := outer.typ.Field(i)
	f = &field{
		attr:  sf.Name,
		path:  strings.TrimPrefix(outer.path+"."+sf.Name, "."),
		index: append(outer.index[:len(outer.index):len(outer.index)], i),
		typ:   sf.Type,
	}
	f.words, f.keyed = sf.Tag.Lookup("dynamo")
	name, opts := parseAVTag(sf.Tag)
	if f.opts = opts; name != "" {
		f.attr, f.named = name, true
	}
	flat = sf.Anonymous && !f.named && base(sf.Type).Kind() == reflect.Struct
	misplaced := "" // why a dynamo tag has no effect
	switch {
	case !sf.IsExported() && !sf.Anonymous:
		misplaced = "an unexported field is never stored"
	case name == "-":
		misplaced = `dynamodbav:"-" keeps it from being stored`
	case !sf.IsExported() && (!flat || sf.Type.Kind() == reflect.Pointer):
		return nil, false, errorf("field %s: an unexported type can be embedded only as a struct, not as %v", f.path, sf.Type)
	case flat:
		misplaced = "the fields of an embedded struct are stored one by one"
	default:
		return f, false, nil
	}
	switch {
	case f.keyed:
		return nil, false, f.misplaced(misplaced)
	case !flat:
		return nil, false, nil
	}
	f.typ = base(f.typ)
	return f, true, nil
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
	var best []*field
	for _, f := range all {
		switch b := fieldNamed(best, f.attr); {
		case b == nil:
			best = append(best, f)
		case len(f.index) > len(b.index) || b.named && !f.named:
		case f.named == b.named:
			b.rival = f
		default:
			best[slices.Index(best, b)] = f
		}
	}
	for _, f := range all {
		b := fieldNamed(best, f.attr)
		switch {
		case b.rival != nil:
			return nil, errorf("fields %s and %s are both stored as attribute %q, so neither would be", b.path, b.rival.path, f.attr)
		case b != f && f.keyed:
			return nil, f.misplaced(fmt.Sprintf("field %s is stored as attribute %q", b.path, f.attr))
		}
	}
	return best, nil
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
