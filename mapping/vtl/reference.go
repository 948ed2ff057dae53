package vtl

import (
	"math"
)

// A reference is looked up step by step. Where there is nothing (no such variable, property, method or key, or null),
// the whole reference is the empty string: that is how API Gateway sets Velocity up, and why an undefined reference
// equals "", is true in #if and adds nothing to a text.

func (ref *reference) render(r *renderer) error {
	if ref.bare {
		r.out = append(r.out, ref.name...)
		return nil
	}
	if ref.direct {
		return ref.renderDirect(r)
	}
	v, err := ref.lookup(r)
	if err != nil {
		return r.at(ref.pos, err)
	}
	return ref.print(r, v)
}

func (ref *reference) print(r *renderer, v any) error {
	if ref.escaped {
		r.out = append(r.out, ref.escapes...)
		if v == nil {
			r.out = append(r.out, '\\')
		}
		r.out = append(r.out, ref.literal...)
		return nil
	}
	if b, ok := v.(*blockValue); ok {
		return ref.renderBlock(r, b)
	}
	if v == nil {
		return ref.renderNothing(r)
	}
	r.out = append(r.out, ref.escapes...)
	r.out = append(r.out, ref.prefix...)
	b, err := r.appendString(r.out, v, 0)
	if err != nil {
		return r.at(ref.pos, err)
	}
	n := len(b) - len(r.out)
	r.out = b
	return r.at(ref.pos, r.chargeBytes(n))
}

func (ref *reference) renderBlock(r *renderer, b *blockValue) error {
	ok, err := b.render(r)
	if ok || err != nil {
		return err
	}
	return ref.renderNothing(r)
}

// renderNothing prints the reference as it is written: it happens to nothing but a block that is nested too deep.
func (ref *reference) renderNothing(r *renderer) error {
	r.out = append(r.out, ref.escapes...)
	r.out = append(r.out, ref.escapes...)
	r.out = append(r.out, ref.prefix...)
	r.out = append(r.out, ref.literal...)
	return nil
}

// lookup never yields nil but for a bare name.
func (ref *reference) lookup(r *renderer) (any, error) {
	if ref.bare {
		return nil, nil
	}
	v, err := ref.follow(r, ref.steps)
	if v == nil && err == nil {
		v = ""
	}
	return v, err
}

// follow looks up the reference with as many steps as are given; nil is nothing.
func (ref *reference) follow(r *renderer, steps []step) (any, error) {
	if ref.context {
		if v, ok, err := r.contextValue(steps); ok || err != nil {
			return v, r.at(ref.pos, err)
		}
	}
	v, err := r.get(ref.root)
	if err != nil {
		return nil, err
	}
	for i := 0; v != nil && i < len(steps); i++ {
		if err := r.charge(1); err != nil {
			return nil, err
		}
		if v, err = steps[i].apply(r, v); err != nil {
			return nil, r.at(steps[i].pos, err)
		}
	}
	return v, nil
}

func (ref *reference) value(r *renderer) (any, error) {
	if ref.slashBang {
		return nil, nil
	}
	return ref.lookup(r)
}

// truth is false for false and null alone. Velocity asks for the text of everything else, which matters where a #define is in
// it: that is rendered.
func (ref *reference) truth(r *renderer) (bool, error) {
	v, err := ref.lookup(r)
	if err != nil || v == nil {
		return false, err
	}
	switch v.(type) {
	case *list, *dict, *scope, *entry:
		if !r.defined {
			return true, nil
		}
		_, ok, err := r.stringOf(v)
		return ok, err
	case *blockValue:
		_, ok, err := r.stringOf(v)
		return ok, err
	}
	yes, ok := v.(bool)
	return yes || !ok, nil
}

// apply is one step of a lookup; nil is nothing.
func (s *step) apply(r *renderer, v any) (any, error) {
	switch {
	case s.index != nil:
		return s.at(r, v)
	case s.method:
		bottom := len(r.args)
		args, err := s.values(r)
		if err != nil {
			return nil, err
		}
		res, err := r.call(v, s.name, args)
		r.args = r.args[:bottom]
		return res, err
	}
	return r.property(v, s.name)
}

// values evaluates the arguments onto a stack; the caller takes them down again. No method may keep the slice.
func (s *step) values(r *renderer) ([]any, error) {
	bottom := len(r.args)
	for _, a := range s.args {
		v, err := a.value(r) // what it puts on top is gone again
		if err != nil {
			return nil, err
		}
		r.args = append(r.args, v)
	}
	return r.args[bottom:len(r.args):len(r.args)], nil
}

// at is v[index]: the method get. A negative index counts from the end of whatever has a size.
func (s *step) at(r *renderer, v any) (any, error) {
	i, err := s.position(r, v)
	if err != nil {
		return nil, err
	}
	return r.call(v, "get", []any{i})
}

func (s *step) position(r *renderer, v any) (any, error) {
	i, err := s.index.value(r)
	if err != nil {
		return nil, err
	}
	n, ok := i.(int32)
	if !ok || n >= 0 {
		return i, nil
	}
	size, err := r.call(v, "size", nil)
	if err != nil {
		return nil, err
	}
	count, ok := size.(int32)
	if !ok {
		return nil, throw("a negative index needs something that has a size")
	}
	return int32(int64(count) + max(int64(n), math.MinInt32)), nil
}

// assign is #set with steps on the left: a key of a map, or an element of a list that has it. Whatever cannot be
// assigned is left alone.
func (ref *reference) assign(r *renderer, val any) error {
	v, err := r.get(ref.root)
	if err != nil || v == nil {
		return err
	}
	last := len(ref.steps) - 1
	for i := range ref.steps[:last] {
		if v, err = ref.steps[i].apply(r, v); err != nil || v == nil {
			return err
		}
	}
	s := &ref.steps[last]
	if s.index == nil {
		if d := asDict(v); d != nil {
			d.put(s.name, val)
		}
		return nil
	}
	i, err := s.position(r, v)
	if err != nil {
		return err
	}
	if d := asDict(v); d != nil {
		d.put(i, val)
		return nil
	}
	l, ok := v.(*list)
	n, isInt := i.(int32)
	if !ok || !isInt {
		return nil
	}
	_, err = l.set(n, val)
	return err
}

// asDict returns the map that v is, or nil.
func asDict(v any) *dict {
	switch v := v.(type) {
	case *dict:
		return v
	case *scope:
		return &v.dict
	}
	return nil
}
