package dynamo

import (
	"reflect"
	"sort"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"

	"github.com/lambdarest/lambdarest/internal/jsonscan"
)

// Decoding from the wire straight into Go values, without attribute values in
// between. What comes out is what decodeAV makes of the SDK's attribute values.

// decodeWire sets v, which must be zero, to the value that comes next. If the
// body is bad, the error is that of w; any other error is a DecodeError, and the
// rest of the body may be good.
func (p *plan) decodeWire(w *wireReader, v reflect.Value) error {
	kind := w.open()
	err := p.decodeKind(w, kind, v)
	if err != nil {
		return err
	}
	w.close(kind)
	return w.bad()
}

func (p *plan) decodeKind(w *wireReader, kind string, v reflect.Value) error {
	if kind == "NULL" {
		w.boolean()
		return p.setNull(v)
	}
	p, v = p.indirect(v)
	if p.unmarshals {
		av := w.avOf(kind)
		if err := w.bad(); err != nil {
			return err
		}
		return p.unmarshal(v, av)
	}
	switch kind {
	case "S":
		return p.decodeText(w, v)
	case "N":
		return p.decodeNumber(w, v)
	case "BOOL":
		return p.setBool(v, w.boolean())
	case "B":
		return p.setBinary(v, w.binary())
	case "SS":
		return p.setStrings(v, w.texts())
	case "NS":
		return p.setNumbers(v, w.texts())
	case "BS":
		return p.setBinaries(v, w.binaries())
	case "L":
		return p.decodeWireList(w, v)
	case "M":
		return p.decodeWireMap(w, v)
	}
	return w.bad()
}

func (p *plan) decodeText(w *wireReader, v reflect.Value) error {
	if p.shape == shapeString && !p.opts.asString {
		v.SetString(w.text())
		return nil
	}
	s := w.text()
	if err := w.bad(); err != nil {
		return err
	}
	return p.setString(v, s)
}

// decodeNumber saves numbers the detour over a string.
func (p *plan) decodeNumber(w *wireReader, v reflect.Value) error {
	n := w.raw()
	if p.shape == shapeInt || p.shape == shapeUint || p.shape == shapeFloat {
		if setNumeric(v, p.shape, n) {
			return nil
		}
		if err := w.bad(); err != nil {
			return err
		}
		return p.misfit("N")
	}
	return p.setNumber(v, w.keep(n))
}

func (p *plan) decodeWireList(w *wireReader, v reflect.Value) error {
	switch p.shape {
	case shapeInterface:
		return p.assigned(v, w.anyList(), "L")
	case shapeSlice, shapeBytes:
		v.Set(reflect.MakeSlice(p.typ, 0, 0))
	case shapeArray, shapeByteArray:
	default:
		return p.misfit("L")
	}
	i := 0
	for w.enterArray(); w.scan.NextElem(); i++ {
		if v.Kind() == reflect.Slice {
			v.Grow(1)
			v.SetLen(i + 1)
		}
		if i >= v.Len() { // of an array, which takes what it has room for
			w.av()
		} else if err := p.bare.decodeWire(w, v.Index(i)); err != nil {
			return at(i, err)
		}
	}
	return w.bad()
}

func (p *plan) decodeWireMap(w *wireReader, v reflect.Value) error {
	switch p.shape {
	case shapeStruct:
		return p.decodeWireFields(w, v, nil)
	case shapeInterface:
		return p.assigned(v, w.anyMap(), "M")
	case shapeMap:
		v.Set(reflect.MakeMap(p.typ))
		entry := p.newEntry(v)
		for w.enterObject(); w.scan.NextKey(); {
			name := w.name()
			if err := entry.put(name, func(elem reflect.Value) error { return p.bare.decodeWire(w, elem) }); err != nil {
				return err
			}
		}
		return w.bad()
	}
	return p.misfit("M")
}

// decodeWireFields decodes an object whose members are attributes into a struct.
// What matches a field only but for case waits until it is known that nothing
// matches exactly. If keys is not nil it takes what it is there for.
func (p *plan) decodeWireFields(w *wireReader, v reflect.Value, keys *keyTexts) error {
	var few [4]uint64
	seen := bitset(few[:])
	if len(p.fields) > len(few)*64 {
		seen = make(bitset, len(p.fields)/64+1)
	}
	var waiting []inexact
	for w.enterObject(); w.scan.NextKey(); {
		name := w.scan.Key()
		i, ok := p.byName[string(name)]
		switch {
		case ok:
		case keys.has(name):
			keys.skip(w)
			continue
		default:
			if i = p.folded(string(name)); i >= 0 {
				waiting = append(waiting, inexact{string(name), i, w.scan.Value()})
			} else {
				w.scan.Skip()
			}
			continue
		}
		if seen.has(i) {
			w.fail("two attributes of one name")
			break
		}
		seen.add(i)
		start := w.scan.Offset()
		if err := p.decodeWireField(w, i, v); err != nil {
			return err
		}
		if keys != nil {
			keys.take(p.fields[i].attr, w, start)
		}
	}
	if len(waiting) > 0 && w.bad() == nil {
		return p.decodeInexact(w, v, seen, waiting)
	}
	return w.bad()
}

func (p *plan) decodeWireField(w *wireReader, i int, v reflect.Value) error {
	f := &p.fields[i]
	fv, _ := f.walk(v, true)
	if err := f.plan.decodeWire(w, fv); err != nil {
		return within(f.attr, err)
	}
	return nil
}

// inexact is an attribute that matches a field but for case.
type inexact struct {
	name  string
	field int
	value []byte
}

// decodeInexact decodes, for each field without an exact match, the first of the
// others in the order of their names.
func (p *plan) decodeInexact(w *wireReader, v reflect.Value, seen bitset, waiting []inexact) error {
	sort.Slice(waiting, func(i, j int) bool { return waiting[i].name < waiting[j].name }) // links less than slices.SortFunc
	rest := w.scan
	for _, a := range waiting {
		if seen.has(a.field) {
			continue
		}
		seen.add(a.field)
		w.scan = jsonscan.New(a.value)
		if err := p.decodeWireField(w, a.field, v); err != nil {
			return err
		}
	}
	w.scan = rest
	return nil
}

type bitset []uint64

func (b bitset) has(i int) bool { return b[i/64]&(1<<(i%64)) != 0 }
func (b bitset) add(i int)      { b[i/64] |= 1 << (i % 64) }

// anyList and anyMap read what anyOf gives for an interface.
func (w *wireReader) anyList() []any {
	out := []any{}
	for w.enterArray(); w.scan.NextElem(); {
		out = append(out, w.any())
	}
	return out
}

func (w *wireReader) anyMap() map[string]any {
	out := map[string]any{}
	for w.enterObject(); w.scan.NextKey(); {
		name := w.name()
		out[name] = w.any()
	}
	return out
}

// any reads an attribute value for an interface.
func (w *wireReader) any() any {
	kind := w.open()
	x := w.anyOf(kind)
	w.close(kind)
	return x
}

func (w *wireReader) anyOf(kind string) any {
	switch kind {
	case "S":
		return w.text()
	case "N":
		return attributevalue.Number(w.text())
	case "B":
		return w.binary()
	case "BOOL":
		return w.boolean()
	case "NULL":
		w.boolean()
	case "SS":
		return w.texts()
	case "NS":
		return numbersOf(w.texts())
	case "BS":
		return w.binaries()
	case "L":
		return w.anyList()
	case "M":
		return w.anyMap()
	}
	return nil
}
