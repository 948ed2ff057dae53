package dynamo

import (
	"reflect"

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
	w.close()
	return w.bad()
}

func (p *plan) decodeKind(w *wireReader, kind string, v reflect.Value) error {
	if kind == "NULL" {
		w.boolean()
		return p.setNull(v)
	}
	p, v = p.indirect(v)
	switch {
	case p.unmarshals || p.shape == shapeInterface:
	case kind == "S":
		return p.decodeText(w, v)
	case kind == "N":
		return p.decodeNumber(w, v)
	case kind == "BOOL":
		return p.setBool(v, w.boolean())
	case kind == "L":
		return p.decodeWireList(w, v)
	case kind == "M":
		return p.decodeWireMap(w, v)
	}
	av := w.avOf(kind) // what is rare takes the detour
	if err := w.bad(); err != nil {
		return err
	}
	return p.decodeAV(av, v)
}

func (p *plan) decodeText(w *wireReader, v reflect.Value) error {
	if p.plain {
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
	case shapeSlice, shapeBytes:
		if list, ok := v.Addr().Interface().(*[]string); ok {
			return w.stringList(list)
		}
		v.Set(reflect.MakeSlice(p.typ, 0, 0))
	case shapeArray, shapeByteArray:
	default:
		return p.misfit("L")
	}
	i := 0
	for w.enterArray(); w.scan.NextElem(); i++ {
		if v.Kind() == reflect.Slice {
			if i == v.Cap() {
				v.Grow(max(4, i))
			}
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

// listRoom is room for how many strings of lists is made at once.
const listRoom = 32

// stringList reads a list into a []string, which is what most lists are.
func (w *wireReader) stringList(into *[]string) error {
	if cap(w.lists)-len(w.lists) < listRoom/4 {
		w.lists = make([]string, 0, listRoom)
	}
	list := w.lists[len(w.lists):]
	w.enterArray()
	next := textElem[1:]
	for {
		for ; w.scan.Match(next); next = textElem {
			list = append(list, w.keepAgain(&w.elems[len(list)%len(w.elems)], w.rest()))
		}
		if next = textElem; !w.scan.NextElem() {
			break
		}
		var s string
		if err := stringPlan.decodeWire(w, reflect.ValueOf(&s).Elem()); err != nil {
			return at(len(list), err)
		}
		list = append(list, s)
	}
	n := len(list)
	if n <= cap(w.lists)-len(w.lists) { // otherwise it has grown into memory of its own
		w.lists = w.lists[:len(w.lists)+n]
	}
	*into = list[:n:n]
	return w.bad()
}

var textElem = []byte(`,{"S":"`)

// stringPlan is the plan of strings without options. It never changes.
var stringPlan = &plan{typ: reflect.TypeFor[string](), shape: shapeString, plain: true}

func (p *plan) decodeWireMap(w *wireReader, v reflect.Value) error {
	switch p.shape {
	case shapeStruct:
		return p.decodeWireFields(w, v, nil)
	case shapeMap:
		v.Set(reflect.MakeMap(p.typ))
		entry := p.newEntry(v)
		for w.enterObject(); w.scan.NextKey(); {
			before := v.Len()
			err := entry.begin(w.name())
			if err == nil {
				err = p.bare.decodeWire(w, entry.elem)
			}
			if err != nil {
				return step(unnamed, err)
			}
			entry.end()
			if p.key.isName() && v.Len() == before {
				w.fail(sameNames)
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
	d := fieldsReader{plan: p, v: v, keys: keys, order: w.orderOf(p), last: len(p.fields)}
	if n := len(p.fields); n > len(d.seen.few)*64 {
		d.seen.more = make([]uint64, n/64)
	}
	for more := w.enterObject(); more; {
		err := d.expected(w)
		if err == nil {
			more, err = d.next(w)
		}
		if err != nil {
			return err
		}
	}
	if len(d.waiting) > 0 && w.ok() {
		return d.inexact(w)
	}
	return w.bad()
}

// fieldsReader decodes the attributes of one object.
type fieldsReader struct {
	plan    *plan
	v       reflect.Value
	keys    *keyTexts
	order   *sequence
	last    int // the field before, or another place in order
	seen    bitset
	waiting []inexact
}

// next decodes the next attribute, whatever it is; false at the end.
func (d *fieldsReader) next(w *wireReader) (bool, error) {
	if !w.scan.NextKey() {
		return false, w.bad()
	}
	name := w.scan.Key()
	i, start := d.plan.field(name), w.scan.Offset()
	if i < 0 {
		if d.last == len(d.plan.fields) {
			d.last++ // it was the first
		}
		if i = d.plan.folded(string(name)); i >= 0 {
			d.wait(inexact{name: string(name), field: i, value: w.scan.Mark()})
		}
		w.scan.Skip()
		return true, nil
	}
	kind := w.open()
	if err := d.field(w, i, kind); err != nil {
		return false, err
	}
	if w.close(); !w.ok() {
		return false, w.bad()
	}
	d.took(w, i, start)
	d.order.learn(d.last, i, &d.plan.fields[i], kind)
	d.last = i
	return true, nil
}

// field decodes a field from the value that has been opened.
func (d *fieldsReader) field(w *wireReader, i int, kind string) error {
	if err := d.open(w, i, kind); err != nil {
		return err
	}
	f := &d.plan.fields[i]
	v, _ := f.walk(d.v, true)
	if err := f.plan.decodeKind(w, kind, v); err != nil {
		return within(f.attr, err)
	}
	return nil
}

// open takes note of a field, which must be the first of its name, and of the kind
// that it must have if it is a key.
func (d *fieldsReader) open(w *wireReader, i int, kind string) error {
	seen, bit := d.seen.word(i), uint64(1)<<(i%64)
	if *seen&bit != 0 {
		w.fail(sameNames)
		return w.bad()
	}
	*seen |= bit
	if d.keys != nil && d.keys.wrong(i, kind) {
		return d.keys.attrs[d.keys.of[i]].missing()
	}
	return nil
}

// took hands on a field that is a key.
func (d *fieldsReader) took(w *wireReader, i, start int) {
	if d.keys != nil && d.keys.of[i] >= 0 {
		d.keys.take(d.keys.of[i], w, start)
	}
}

// inexact is an attribute that matches a field but for case.
type inexact struct {
	_     uncompared
	name  string
	field int
	value jsonscan.Mark
}

// wait takes note of an attribute that may be an inexact match: for each field the
// first one in the order of names.
func (d *fieldsReader) wait(a inexact) {
	for i := range d.waiting {
		if b := &d.waiting[i]; b.field == a.field {
			if a.name < b.name {
				*b = a
			}
			return
		}
	}
	d.waiting = append(d.waiting, a)
}

// inexact decodes the fields without an exact match.
func (d *fieldsReader) inexact(w *wireReader) error {
	rest := w.scan.Mark()
	for _, a := range d.waiting {
		if d.seen.has(a.field) {
			continue
		}
		w.scan.Back(a.value)
		kind := w.open()
		if err := d.field(w, a.field, kind); err != nil {
			return err
		}
		w.close()
	}
	if err := w.bad(); err != nil {
		return err
	}
	w.scan.Back(rest)
	return nil
}

// bitset is a set of the indexes of fields.
type bitset struct {
	few  [4]uint64
	more []uint64 // beyond few
}

func (b *bitset) word(i int) *uint64 {
	if i /= 64; i >= len(b.few) {
		return &b.more[i-len(b.few)]
	}
	return &b.few[i]
}

func (b *bitset) has(i int) bool { return *b.word(i)&(1<<(i%64)) != 0 }
