package dynamo

import (
	"reflect"
	"time"

	"github.com/lambdarest/lambdarest/internal/jsonscan"
)

// sequence is what has been seen to follow what in the objects of one type. The
// items of a table mostly have the same attributes in the same order, and what is
// expected need not be parsed: one comparison takes a name and what its value
// begins with, and it is known beforehand what is to be done with the value. A few
// successors are remembered, as attributes may be missing.
type sequence struct {
	// By the index of a field. The last two are the beginning, and what comes after
	// attributes that are no fields, where there has been no field yet.
	after [][4]*expectation
	known []*expectation // by the index of their field
}

type expectation struct {
	text   []byte // ,"name":{"S":"
	value  int    // where in text the value begins
	field  int
	kind   string
	direct direct
	index  int          // of the field in the struct, or -1 if it is in an embedded one
	again  place        // of the text that came last
	other  *expectation // of the same field
}

// direct is how a value is decoded whose kind is the usual one for its Go type.
type direct uint8

const (
	indirect     direct = iota // as decodeKind does
	directText                 // S into a string
	directNumber               // N into an integer or float
	directTime                 // S into a time.Time
)

// directOf is how values of that kind are decoded by p.
func directOf(p *plan, kind string) direct {
	switch {
	case p.unmarshals || p.opts.has(asString):
	case kind == "S" && p.plain:
		return directText
	case kind == "S" && p.shape == shapeTime && p.typ == timeType:
		return directTime
	case kind == "N" && (p.shape == shapeInt || p.shape == shapeUint || p.shape == shapeFloat):
		return directNumber
	}
	return indirect
}

// learn takes note that a field came after another, or first.
func (o *sequence) learn(last, i int, f *planField, kind string) {
	e := o.known[i]
	for e != nil && e.kind != kind {
		e = e.other
	}
	if e == nil {
		e = &expectation{field: i, kind: kind, direct: directOf(f.plan, kind), index: -1, other: o.known[i]}
		if len(f.index) == 1 {
			e.index = f.index[0]
		}
		name, open := ","+string(f.quoted), `{"`+kind+`":`
		if e.direct != indirect {
			open += `"`
		}
		e.text, e.value = []byte(name+open), len(name)
		o.known[i] = e
	}
	after := &o.after[last]
	copy(after[1:], after[:])
	after[0] = e
}

// match moves the scanner to the value of the attribute that is next, if it is one
// that came after that field before.
func (o *sequence) match(s *jsonscan.Scanner, last int) *expectation {
	after := &o.after[last]
	comma := 0
	if last == len(o.known) { // there is none at the beginning
		comma = 1
	}
	for n, e := range after {
		switch {
		case e == nil:
			return nil
		case s.Match(e.text[comma:]):
			if n > 0 { // the frequent ones come to the front
				after[n-1], after[n] = e, after[n-1]
			}
			return e
		}
	}
	return nil
}

// orderOf is the order of the objects of a type in this body.
func (w *wireReader) orderOf(p *plan) *sequence {
	for i := range w.orders {
		if w.orders[i].plan == p {
			return w.orders[i].order
		}
	}
	n := len(p.fields)
	o := &sequence{make([][4]*expectation, n+2), make([]*expectation, n)}
	w.orders = append(w.orders, planOrder{p, o})
	return o
}

type planOrder struct {
	plan  *plan
	order *sequence
}

// expected decodes the attributes that come next as long as each is one that
// followed the one before it before, and of the same kind.
func (d *fieldsReader) expected(w *wireReader) error {
	for {
		e := d.order.match(&w.scan, d.last)
		if e == nil {
			return nil
		}
		start := w.scan.Offset() - len(e.text) + e.value
		if err := d.value(w, e); err != nil {
			return err
		}
		if !w.ok() {
			return w.bad()
		}
		d.took(w, e.field, start)
		d.last = e.field
	}
}

// value decodes an expected value, to its end.
func (d *fieldsReader) value(w *wireReader, e *expectation) error {
	if e.direct == indirect {
		err := d.field(w, e.field, e.kind)
		if err == nil && !w.scan.MatchEnd() {
			w.fail(manyKinds)
		}
		return err
	}
	if err := d.open(w, e.field, e.kind); err != nil {
		return err
	}
	text := w.rest()
	if e.index >= 0 {
		return d.set(w, e, d.v.Field(e.index), text)
	}
	v, _ := d.plan.fields[e.field].walk(d.v, true)
	return d.set(w, e, v, text)
}

// set sets a field from the text of its value.
func (d *fieldsReader) set(w *wireReader, e *expectation, v reflect.Value, text []byte) error {
	switch e.direct {
	case directText:
		v.SetString(w.keepAgain(&e.again, text))
	case directNumber:
		if f := &d.plan.fields[e.field]; !setNumeric(v, f.plan.shape, text) {
			return d.misfit(w, f, &DecodeError{Kind: "N", Type: f.plan.typ})
		}
	case directTime:
		t, err := parseTime(text)
		if err != nil {
			return d.misfit(w, &d.plan.fields[e.field], &DecodeError{Kind: "S", Type: timeType, Err: err})
		}
		*v.Addr().Interface().(*time.Time) = t
	}
	return nil
}

// misfit is an error about a field, unless the body is bad.
func (d *fieldsReader) misfit(w *wireReader, f *planField, err error) error {
	if bad := w.bad(); bad != nil {
		return bad
	}
	return within(f.attr, err)
}
