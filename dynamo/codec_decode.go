package dynamo

import (
	"bytes"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Decoding attribute values.

// decodeAV sets v, which must be zero, to av.
func (p *plan) decodeAV(av types.AttributeValue, v reflect.Value) error {
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		return p.setString(v, av.Value)
	case *types.AttributeValueMemberN:
		return p.setNumber(v, av.Value)
	case *types.AttributeValueMemberB:
		return p.setBinary(v, bytes.Clone(nonNil(av.Value)))
	case *types.AttributeValueMemberBOOL:
		return p.setBool(v, av.Value)
	case *types.AttributeValueMemberNULL:
		return p.setNull(v)
	case *types.AttributeValueMemberSS:
		return p.setStrings(v, append([]string{}, av.Value...))
	case *types.AttributeValueMemberNS:
		return p.setNumbers(v, append([]string{}, av.Value...))
	case *types.AttributeValueMemberBS:
		return p.setBinaries(v, cloneAll(av.Value))
	case *types.AttributeValueMemberL:
		return p.decodeList(av, v)
	case *types.AttributeValueMemberM:
		return p.decodeMap(av, v)
	}
	return errNoKind
}

// errNoKind: the SDK gives nil for a value of a kind that it does not know.
var errNoKind = corrupt("an attribute value of no known kind")

func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func cloneAll(bs [][]byte) [][]byte {
	out := make([][]byte, len(bs))
	for i, b := range bs {
		out[i] = bytes.Clone(nonNil(b))
	}
	return out
}

func (p *plan) decodeList(l *types.AttributeValueMemberL, v reflect.Value) error {
	p, v = p.indirect(v)
	switch {
	case p.unmarshals:
		return p.unmarshal(v, l)
	case p.shape == shapeInterface:
		x, err := anyOf(l)
		if err != nil {
			return err
		}
		return p.assigned(v, x, "L")
	}
	return p.setMembers(v, "L", len(l.Value), func(elem reflect.Value, i int) error { return p.bare.decodeAV(l.Value[i], elem) })
}

func (p *plan) decodeMap(m *types.AttributeValueMemberM, v reflect.Value) error {
	p, v = p.indirect(v)
	switch {
	case p.unmarshals:
		return p.unmarshal(v, m)
	case p.shape == shapeStruct:
		return p.decodeFields(m.Value, v)
	case p.shape == shapeInterface:
		x, err := anyOf(m)
		if err != nil {
			return err
		}
		return p.assigned(v, x, "M")
	case p.shape == shapeMap:
		v.Set(reflect.MakeMapWithSize(p.typ, len(m.Value)))
		entry := p.newEntry(v)
		for name, av := range m.Value {
			if err := entry.put(name, func(elem reflect.Value) error { return p.bare.decodeAV(av, elem) }); err != nil {
				return err
			}
		}
		return nil
	}
	return p.misfit("M")
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
	var taken map[int]bool
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
		if taken == nil {
			taken = map[int]bool{}
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

func (e *mapEntry) put(name string, decode func(elem reflect.Value) error) error {
	if e.plan.bare.unmarshals {
		e.elem = reflect.New(e.plan.typ.Elem()).Elem()
	}
	if e.plan.key.fromText {
		e.key = reflect.New(e.plan.typ.Key()).Elem()
	}
	e.elem.SetZero()
	e.key.SetZero()
	if !e.plan.key.set(e.key, name) {
		return step(unnamed, &DecodeError{Kind: "name", Type: e.plan.typ.Key()})
	}
	if err := decode(e.elem); err != nil {
		return step(unnamed, err)
	}
	e.m.SetMapIndex(e.key, e.elem)
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
		return numbersOf(av.Value), nil
	case *types.AttributeValueMemberBS:
		return cloneAll(av.Value), nil
	case *types.AttributeValueMemberL:
		return anyList(av.Value)
	case *types.AttributeValueMemberM:
		return anyMap(av.Value)
	}
	return nil, errNoKind
}

func anyList(l []types.AttributeValue) (any, error) {
	out := make([]any, len(l))
	for i, av := range l {
		var err error
		if out[i], err = anyOf(av); err != nil {
			return nil, err
		}
	}
	return out, nil
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
