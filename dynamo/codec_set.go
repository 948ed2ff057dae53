package dynamo

import (
	"math"
	"reflect"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Setting Go values, the part of decoding that does not care where a value came
// from. The strings and bytes that are given are the value's to keep.

// misfit is the error of a value that does not fit into a type.
//
//go:noinline
func (p *plan) misfit(kind string) error { return &DecodeError{Kind: kind, Type: p.typ} }

// indirect follows pointers to what they point to, making it.
func (p *plan) indirect(v reflect.Value) (*plan, reflect.Value) {
	for p.shape == shapePointer {
		v.Set(reflect.New(p.typ.Elem()))
		p, v = p.elem, v.Elem()
	}
	return p, v
}

// unmarshal lets a type that decodes itself do so. It gets bytes of its own, and
// nothing that is no attribute value.
func (p *plan) unmarshal(v reflect.Value, av types.AttributeValue) error {
	kind := kindOf(av)
	if kind == noKind {
		return errNoKind
	}
	if b, is := av.(*types.AttributeValueMemberB); is {
		av = &types.AttributeValueMemberB{Value: append([]byte{}, b.Value...)}
	}
	err := v.Addr().Interface().(unmarshaler).UnmarshalDynamoDBAttributeValue(av)
	if err != nil {
		return &DecodeError{Kind: kind, Type: p.typ, Err: err}
	}
	return nil
}

// setNull sets v to what NULL stands for: nil, or the zero value.
func (p *plan) setNull(v reflect.Value) error {
	if p.unmarshals {
		return p.unmarshal(v, &types.AttributeValueMemberNULL{Value: true})
	}
	v.SetZero()
	return nil
}

func (p *plan) setString(v reflect.Value, s string) error {
	ok := false
	switch {
	case p.opts.has(asString) && p.shape == shapeFloat: // as text there may be a NaN
		f, err := strconv.ParseFloat(s, v.Type().Bits())
		v.SetFloat(f)
		ok = err == nil
	case p.opts.has(asString):
		ok = p.fitNumber(v, s)
	case p.shape == shapeString, p.shape == shapeNumber:
		v.SetString(s)
		return nil
	case p.shape == shapeTime:
		t, err := parseTime([]byte(s))
		if err != nil {
			return &DecodeError{Kind: "S", Type: p.typ, Err: err}
		}
		setTime(v, t)
		return nil
	}
	if !ok {
		return p.misfit("S")
	}
	return nil
}

func (p *plan) setNumber(v reflect.Value, n string) error {
	if !p.fitNumber(v, n) {
		return p.misfit("N")
	}
	return nil
}

// fitNumber sets v to a number, or reports that it does not fit.
func (p *plan) fitNumber(v reflect.Value, n string) bool {
	switch p.shape {
	case shapeInt, shapeUint, shapeFloat:
		return setNumeric(v, p.shape, []byte(n))
	case shapeString, shapeNumber:
		v.SetString(n)
		return true
	case shapeTime:
		neg, u, ok := integer([]byte(n))
		if !ok || u > math.MaxInt64 {
			return false
		}
		seconds := int64(u)
		if neg {
			seconds = -seconds
		}
		setTime(v, time.Unix(seconds, 0))
		return true
	case shapeBigInt:
		return setBigInt(v, n)
	case shapeBigFloat:
		return setBigFloat(v, n)
	}
	return false
}

func setTime(v reflect.Value, t time.Time) {
	if v.Type() == timeType {
		*v.Addr().Interface().(*time.Time) = t
		return
	}
	v.Set(reflect.ValueOf(t).Convert(v.Type()))
}

// parseTime is time.Parse for RFC 3339, which takes more than a Time does as text.
func parseTime(s []byte) (t time.Time, err error) {
	if t.UnmarshalText(s) != nil {
		t, err = time.Parse(time.RFC3339, string(s))
	}
	return t, err
}

func (p *plan) setBinary(v reflect.Value, b []byte) error {
	switch {
	case p.shape == shapeBytes:
		v.SetBytes(b)
	case p.shape == shapeByteArray && v.Len() == len(b):
		copy(v.Bytes(), b)
	default:
		return p.misfit("B")
	}
	return nil
}

func (p *plan) setBool(v reflect.Value, b bool) error {
	if p.shape != shapeBool {
		return p.misfit("BOOL")
	}
	v.SetBool(b)
	return nil
}

// at and within add a step to the path of an error about a value inside another.
func at(i int, err error) error { return step(element(i), err) }

//go:noinline
func element(i int) string { return "[" + strconv.Itoa(i) + "]" }

// within a struct the step is a name of the type's; the names in a map are data,
// and not shown.
func within(name string, err error) error { return step(name, err) }

const unnamed = "[…]"

//go:noinline
func step(path string, err error) error {
	e, ok := err.(*DecodeError)
	if !ok {
		return err
	}
	switch {
	case e.Attribute == "" || e.Attribute[0] == '[':
		e.Attribute = path + e.Attribute
	default:
		e.Attribute = path + "." + e.Attribute
	}
	return e
}
