package dynamo

import (
	"bytes"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Decoding attribute values.

// decodeAV sets v, which must be zero, to av. It shares no memory with av, unless a
// type that decodes itself keeps some.
func (p *plan) decodeAV(av types.AttributeValue, v reflect.Value) error {
	if _, null := av.(*types.AttributeValueMemberNULL); null {
		return p.setNull(v)
	}
	p, v = p.indirect(v)
	switch {
	case p.unmarshals:
		return p.unmarshal(v, av)
	case p.shape == shapeInterface:
		return p.decodeAny(av, v)
	}
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		return p.setString(v, av.Value)
	case *types.AttributeValueMemberN:
		return p.setNumber(v, av.Value)
	case *types.AttributeValueMemberB:
		return p.setBinary(v, bytes.Clone(nonNil(av.Value)))
	case *types.AttributeValueMemberBOOL:
		return p.setBool(v, av.Value)
	case *types.AttributeValueMemberL:
		return p.setMembers(v, "L", av.Value)
	case *types.AttributeValueMemberM:
		return p.decodeMap(av.Value, v)
	}
	return p.decodeSet(av, v)
}

// errNoKind: the SDK gives nil for a value of a kind that it does not know.
var errNoKind = corrupt("an attribute value of no known kind")

func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func (p *plan) decodeMap(m item, v reflect.Value) error {
	switch p.shape {
	case shapeStruct:
		return p.decodeFields(m, v)
	case shapeMap:
		v.Set(reflect.MakeMapWithSize(p.typ, len(m)))
		if texts, ok := v.Interface().(map[string]string); ok && putTexts(texts, m) {
			return nil
		}
		entry := p.newEntry(v)
		for name, av := range m {
			err := entry.begin(name)
			if err == nil {
				err = p.bare.decodeAV(av, entry.elem)
			}
			if err != nil {
				return step(unnamed, err)
			}
			entry.end()
		}
		return nil
	}
	return p.misfit("M")
}

// putTexts puts what is text into the most frequent of maps, and tells whether all
// was.
func putTexts(into map[string]string, m item) bool {
	for name, av := range m {
		text, ok := av.(*types.AttributeValueMemberS)
		if !ok {
			return false
		}
		into[name] = text.Value
	}
	return true
}

// decodeSet decodes a set as the list of its members.
func (p *plan) decodeSet(av types.AttributeValue, v reflect.Value) error {
	kind, set := setOf(av)
	if kind == "" {
		return errNoKind
	}
	members := make([]types.AttributeValue, len(set))
	for i, text := range set {
		members[i] = scalar(kind, text)
	}
	return p.setMembers(v, kindOf(av), members)
}

// setMembers makes v a list and decodes each element. An array takes as many as
// it has room for, as attributevalue has it.
func (p *plan) setMembers(v reflect.Value, kind string, members []types.AttributeValue) error {
	n := len(members)
	switch p.shape {
	case shapeSlice, shapeBytes:
		v.Set(reflect.MakeSlice(p.typ, n, n))
	case shapeArray, shapeByteArray:
		n = min(n, v.Len())
	default:
		return p.misfit(kind)
	}
	for i := range n {
		if err := p.bare.decodeAV(members[i], v.Index(i)); err != nil {
			return at(i, err)
		}
	}
	return nil
}

// decodeFields decodes the attributes that are fields of the struct v. An
// attribute that matches a field but for case counts if no other matches
// exactly; of several such the first in the order of names.
func (p *plan) decodeFields(m item, v reflect.Value) error {
	found := 0
	for i := range p.fields {
		if av, ok := m[p.fields[i].attr]; ok {
			found++
			if err := p.decodeField(i, av, v); err != nil {
				return err
			}
		}
	}
	if found == len(m) {
		return nil
	}
	taken := make([]bool, len(p.fields))
	for _, name := range sortedKeys(m) {
		if _, exact := p.byName[name]; exact {
			continue
		}
		i := p.folded(name)
		if i < 0 || taken[i] {
			continue
		}
		if _, exact := m[p.fields[i].attr]; exact {
			continue
		}
		taken[i] = true
		if err := p.decodeField(i, m[name], v); err != nil {
			return err
		}
	}
	return nil
}

func (p *plan) decodeField(i int, av types.AttributeValue, v reflect.Value) error {
	f := &p.fields[i]
	fv, _ := f.walk(v, true)
	if err := f.plan.decodeAV(av, fv); err != nil {
		return within(f.attr, err)
	}
	return nil
}

// mapEntry puts entries into a map. It uses one key and one element again and
// again, except for an element that decodes itself and may be kept.
type mapEntry struct {
	plan      *plan
	m         reflect.Value
	key, elem reflect.Value
}

func (p *plan) newEntry(m reflect.Value) *mapEntry {
	return &mapEntry{plan: p, m: m, key: reflect.New(p.typ.Key()).Elem(), elem: reflect.New(p.typ.Elem()).Elem()}
}

// begin makes the key of that name, and an element to be decoded.
func (e *mapEntry) begin(name string) error {
	if e.plan.bare.unmarshals {
		e.elem = reflect.New(e.plan.typ.Elem()).Elem()
	}
	if e.plan.key.fromText {
		e.key = reflect.New(e.plan.typ.Key()).Elem()
	}
	e.elem.SetZero()
	e.key.SetZero()
	if !e.plan.key.set(e.key, name) {
		return &DecodeError{Kind: "name", Type: e.plan.typ.Key()}
	}
	return nil
}

// end puts the element into the map.
//
//go:noinline
func (e *mapEntry) end() { e.m.SetMapIndex(e.key, e.elem) }

// decodeAny sets an interface to av, if what that is has the methods.
func (p *plan) decodeAny(av types.AttributeValue, v reflect.Value) error {
	x, err := anyOf(av)
	if err != nil {
		return err
	}
	if s, is := x.(string); is && p.opts.has(asString) {
		x = attributevalue.Number(s)
	}
	r := reflect.ValueOf(x)
	if !r.Type().AssignableTo(p.typ) {
		return p.misfit(kindOf(av))
	}
	v.Set(r)
	return nil
}

// anyOf is the value of av for an interface: string, attributevalue.Number,
// []byte, bool, nil, []any, map[string]any, or a slice of these for a set.
func anyOf(av types.AttributeValue) (any, error) {
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		return av.Value, nil
	case *types.AttributeValueMemberN:
		return attributevalue.Number(av.Value), nil
	case *types.AttributeValueMemberB:
		return bytes.Clone(nonNil(av.Value)), nil
	case *types.AttributeValueMemberBOOL:
		return av.Value, nil
	case *types.AttributeValueMemberNULL:
		return nil, nil
	case *types.AttributeValueMemberSS:
		return append([]string{}, av.Value...), nil
	case *types.AttributeValueMemberNS:
		out := make([]attributevalue.Number, len(av.Value))
		for i, n := range av.Value {
			out[i] = attributevalue.Number(n)
		}
		return out, nil
	case *types.AttributeValueMemberBS:
		return bytesOfAll(stringsOf(av.Value)), nil
	case *types.AttributeValueMemberL:
		out := make([]any, len(av.Value))
		for i, elem := range av.Value {
			var err error
			if out[i], err = anyOf(elem); err != nil {
				return nil, err
			}
		}
		return out, nil
	case *types.AttributeValueMemberM:
		return anyMap(av.Value)
	}
	return nil, errNoKind
}

func anyMap(m item) (any, error) {
	out := make(map[string]any, len(m))
	for name, av := range m {
		var err error
		if out[name], err = anyOf(av); err != nil {
			return nil, err
		}
	}
	return out, nil
}
