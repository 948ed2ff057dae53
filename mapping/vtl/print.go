package vtl

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/big"
	"strconv"
)

// maxValueDepth bounds how deep a value is printed or compared: a list can hold itself.
const maxValueDepth = 500

func errTooDeep() error { return limit("a value nested deeper than %d levels", maxValueDepth) }

// stringOf is toString; false where that is null.
func (r *renderer) stringOf(v any) (string, bool, error) {
	switch v := v.(type) {
	case nil:
		return "", false, nil
	case string:
		return v, true, nil
	case *blockValue:
		return r.blockString(v)
	}
	b, err := r.appendString(nil, v, 0)
	if err != nil {
		return "", false, err
	}
	return string(b), true, r.chargeBytes(len(b))
}

func (r *renderer) blockString(b *blockValue) (string, bool, error) {
	outer := r.out
	r.out = nil
	ok, err := b.render(r)
	s := string(r.out)
	r.out = outer
	return s, ok, err
}

// appendString appends what toString returns.
func (r *renderer) appendString(b []byte, v any, depth int) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case string:
		return append(b, v...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case int32:
		return strconv.AppendInt(b, int64(v), 10), nil
	case int64:
		return strconv.AppendInt(b, v, 10), nil
	case float64:
		return appendDouble(b, v), nil
	case *big.Int:
		return v.Append(b, 10), nil
	case *decimal:
		return append(b, v.String()...), nil
	case char:
		return appendUnit(b, uint16(v)), nil
	case class:
		return append(append(b, "class "...), v...), nil
	case *blockValue:
		s, _, err := r.blockString(v)
		return append(b, s...), err
	}
	return r.appendContainer(b, v, depth)
}

func (r *renderer) appendContainer(b []byte, v any, depth int) ([]byte, error) {
	if depth > maxValueDepth {
		return nil, errTooDeep()
	}
	if len(b) > MaxOutputBytes {
		return nil, limit("a text of more than %d bytes", MaxOutputBytes)
	}
	if err := r.charge(1); err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case *list:
		switch v.kind {
		case jsonArray:
			return r.appendJSON(b, v, true, depth)
		case javaArray, objectArray:
			return append(append(b, className(v)...), "@0"...), nil
		}
		return r.appendList(b, v, depth)
	case *dict:
		return r.appendDict(b, v, depth)
	case *scope:
		return r.appendDict(b, &v.dict, depth)
	case *entry:
		return r.appendPair(b, &pair{v.key, v.value()}, depth)
	}
	return b, nil // $input and $util print nothing
}

func (r *renderer) appendList(b []byte, l *list, depth int) ([]byte, error) {
	b = append(b, '[')
	var err error
	for i, v := range l.items {
		if i > 0 {
			b = append(b, ", "...)
		}
		if v == l {
			b = append(b, "(this Collection)"...)
		} else if b, err = r.appendString(b, v, depth+1); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), r.charge(len(l.items))
}

func (r *renderer) appendDict(b []byte, d *dict, depth int) ([]byte, error) {
	if d.kind == contextMap {
		return b, nil
	}
	b = append(b, '{')
	var err error
	for i := range d.entries {
		if i > 0 {
			b = append(b, ", "...)
		}
		if d.entries[i].val == any(d) {
			b, err = r.appendString(b, d.entries[i].key, depth+1)
			b = append(b, "=(this Map)"...)
		} else {
			b, err = r.appendPair(b, &d.entries[i], depth)
		}
		if err != nil {
			return nil, err
		}
	}
	return append(b, '}'), r.charge(len(d.entries))
}

func (r *renderer) appendPair(b []byte, p *pair, depth int) ([]byte, error) {
	b, err := r.appendString(b, p.key, depth+1)
	if err != nil {
		return nil, err
	}
	return r.appendString(append(b, '='), p.val, depth+1)
}

// equal is equals: an Integer and a Long are never equal, lists and maps are by their elements.
func (r *renderer) equal(a, b any, depth int) (bool, error) {
	if depth > maxValueDepth {
		return false, errTooDeep()
	}
	if err := r.charge(1); err != nil {
		return false, err
	}
	switch x := a.(type) {
	case string:
		if y, ok := b.(string); ok && len(x) == len(y) {
			return x == y, r.charge(len(x) >> 6)
		}
		return false, nil
	case *big.Int:
		y, ok := b.(*big.Int)
		return ok && x.Cmp(y) == 0, nil
	case *decimal:
		y, ok := b.(*decimal)
		return ok && x.scale == y.scale && x.unscaled.Cmp(y.unscaled) == 0, nil
	case float64:
		y, ok := b.(float64)
		return ok && (x == y || math.IsNaN(x) && math.IsNaN(y)), nil
	case *list:
		y, ok := b.(*list)
		if !ok || x == y || x.kind.isArray() || x.kind.family() != y.kind.family() {
			return ok && x == y, nil
		}
		return r.equalLists(x, y, depth)
	case *dict:
		y, ok := b.(*dict)
		if !ok || x == y {
			return ok, nil
		}
		return r.equalDicts(x, y, depth)
	}
	return a == b, nil
}

func (r *renderer) equalLists(a, b *list, depth int) (bool, error) {
	if len(a.items) != len(b.items) {
		return false, nil
	}
	if a.kind == mapView {
		return r.containsAll(a, b)
	}
	for i := range a.items {
		if same, err := r.equal(a.items[i], b.items[i], depth+1); !same || err != nil {
			return false, err
		}
	}
	return true, nil
}

func (r *renderer) equalDicts(a, b *dict, depth int) (bool, error) {
	if len(a.entries) != len(b.entries) {
		return false, nil
	}
	for i := range a.entries {
		v, ok := b.get(a.entries[i].key)
		if !ok {
			return false, nil
		}
		if same, err := r.equal(a.entries[i].val, v, depth+1); !same || err != nil {
			return false, err
		}
	}
	return true, nil
}

// hash is hashCode. Objects without a hash of their own get an arbitrary one.
func (r *renderer) hash(v any, depth int) (int32, error) {
	if depth > maxValueDepth {
		return 0, errTooDeep()
	}
	if err := r.charge(1); err != nil {
		return 0, err
	}
	switch v := v.(type) {
	case nil:
		return 0, nil
	case string:
		h := int32(0)
		for _, u := range encodeUTF16(v) {
			h = 31*h + int32(u)
		}
		return h, nil
	case bool:
		if v {
			return 1231, nil
		}
		return 1237, nil
	case int32:
		return v, nil
	case int64:
		return int32(v ^ int64(uint64(v)>>32)), nil
	case float64:
		bits := math.Float64bits(v)
		return int32(bits ^ bits>>32), nil
	case char:
		return int32(v), nil
	case *big.Int:
		return hashBig(v), nil
	case *decimal:
		return 31*hashBig(v.unscaled) + int32(v.scale), nil
	case *list:
		return r.hashList(v, depth)
	case *dict:
		return r.hashDict(v, depth)
	case *entry:
		return r.hashPair(v.key, v.value(), depth)
	case *blockValue: // it is not rendered for that
		return int32(v.def.name), nil
	}
	h := fnv.New32a()
	s, _, err := r.stringOf(v)
	h.Write([]byte(s))
	return int32(h.Sum32()), err
}

// hashBig is BigInteger's: of the magnitude in pieces of 32 bits, with the sign.
func hashBig(n *big.Int) int32 {
	h := int32(0)
	magnitude := n.Bytes()
	for len(magnitude)%4 != 0 {
		magnitude = append([]byte{0}, magnitude...)
	}
	for ; len(magnitude) > 0; magnitude = magnitude[4:] {
		h = 31*h + int32(binary.BigEndian.Uint32(magnitude))
	}
	return h * int32(n.Sign())
}

func (r *renderer) hashList(l *list, depth int) (int32, error) {
	h := int32(1)
	for _, v := range l.items {
		n, err := r.hash(v, depth+1)
		if err != nil {
			return 0, err
		}
		h = 31*h + n
	}
	return h, nil
}

func (r *renderer) hashDict(d *dict, depth int) (int32, error) {
	h := int32(0)
	for i := range d.entries {
		n, err := r.hashPair(d.entries[i].key, d.entries[i].val, depth)
		if err != nil {
			return 0, err
		}
		h += n
	}
	return h, nil
}

func (r *renderer) hashPair(key, val any, depth int) (int32, error) {
	k, err := r.hash(key, depth+1)
	if err != nil {
		return 0, err
	}
	v, err := r.hash(val, depth+1)
	return k ^ v, err
}
