package dynamo

import (
	"errors"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Encoding to attribute values. What DynamoDB would refuse for its form is an
// error on the way; see checkValue for what that is.

// zeroness is what becomes of a value that is zero.
type zeroness uint8

const (
	notZero zeroness = iota // or zero, and stored as it is
	zeroOmitted
	zeroNull
)

// zero decides whether v is to be stored as it is, as NULL, or not at all. nil
// is always one of the latter two.
func (p *plan) zero(v reflect.Value) zeroness {
	isNil, isZero := false, false
	switch p.shape {
	case shapePointer, shapeInterface, shapeMap, shapeSlice, shapeBytes:
		isNil = v.IsNil()
	case shapeString, shapeNumber, shapeBool, shapeInt, shapeUint:
		isZero = p.opts.has(omitEmpty|nullEmpty) && v.IsZero()
	case shapeFloat: // -0 as well
		isZero = v.Float() == 0
	case shapeNothing:
		isZero = v.Kind() == reflect.Uintptr && v.IsZero()
	case shapeArray, shapeByteArray:
		isZero = v.Len() == 0
	}
	switch {
	case (isNil || isZero) && p.opts.has(omitEmpty):
		return zeroOmitted
	case isNil || isZero && p.opts.has(nullEmpty):
		return zeroNull
	}
	return notZero
}

// null is the value of every NULL that is encoded; nobody writes to it.
func null() types.AttributeValue { return &types.AttributeValueMemberNULL{Value: true} }

// encodeAV is the attribute value of v, nil if v is left out.
func (p *plan) encodeAV(v reflect.Value) (types.AttributeValue, error) {
	switch p.zero(v) {
	case zeroOmitted:
		return nil, nil
	case zeroNull:
		return null(), nil
	}
	p, v, err := p.held(v)
	if err != nil {
		return nil, err
	}
	return p.encodeHeld(v)
}

// held is what a pointer or an interface that is not nil holds, or v itself.
func (p *plan) held(v reflect.Value) (*plan, reflect.Value, error) {
	switch p.shape {
	case shapePointer:
		return p.elem, v.Elem(), nil
	case shapeInterface:
		v = v.Elem()
		p, err := p.dynamic.of(v.Type(), p.opts)
		return p, v, err
	}
	return p, v, nil
}

// encodeHeld encodes a value that is not a plain pointer and is not left out.
func (p *plan) encodeHeld(v reflect.Value) (types.AttributeValue, error) {
	if p.marshals || p.marshalsAt {
		if av, err := p.marshal(v); av != nil || err != nil {
			return av, err
		}
	}
	switch p.shape {
	case shapeString:
		return encodeText(v.String())
	case shapeBool:
		return &types.AttributeValueMemberBOOL{Value: v.Bool()}, nil
	case shapeInt, shapeUint, shapeFloat, shapeNumber, shapeBigInt, shapeBigFloat:
		return p.encodeNumber(v)
	case shapeTime:
		t := timeOf(v)
		if p.opts.has(unixTime) {
			return &types.AttributeValueMemberN{Value: strconv.FormatInt(t.Unix(), 10)}, nil
		}
		return &types.AttributeValueMemberS{Value: t.Format(time.RFC3339Nano)}, nil
	case shapeBytes, shapeByteArray:
		return &types.AttributeValueMemberB{Value: bytesOf(v)}, nil
	case shapeSlice, shapeArray:
		return p.encodeList(v)
	case shapeMap:
		return p.encodeMap(v)
	case shapeStruct:
		return p.encodeStruct(v)
	case shapePointer:
		return p.encodePointer(v)
	case shapeInterface:
		return p.encodeAV(v)
	}
	return nil, nil
}

// encodePointer encodes what a pointer to a pointer points to.
func (p *plan) encodePointer(v reflect.Value) (types.AttributeValue, error) {
	switch {
	case !v.IsNil():
		return p.elem.encodeAV(v.Elem())
	case p.opts.has(omitEmpty) && p.opts.has(omitEmptyElem):
		return nil, nil
	}
	return null(), nil
}

// marshal lets a type encode itself; nil if it has no way that can be called
// here, or does not want to. As with attributevalue, methods with a pointer
// receiver are not called for what has no address: the values of maps.
func (p *plan) marshal(v reflect.Value) (types.AttributeValue, error) {
	switch {
	case p.marshalsAt && v.CanAddr():
		v = v.Addr()
	case !p.marshals, v.Kind() == reflect.Pointer && v.IsNil():
		return nil, nil
	}
	av, err := v.Interface().(marshaler).MarshalDynamoDBAttributeValue()
	if err != nil || av == nil {
		return nil, err
	}
	if err := checkValue(av); err != nil {
		return nil, err
	}
	return av, nil
}

func encodeText(s string) (types.AttributeValue, error) {
	if !utf8.ValidString(s) {
		return nil, errNotUTF8
	}
	return &types.AttributeValueMemberS{Value: s}, nil
}

func (p *plan) encodeNumber(v reflect.Value) (types.AttributeValue, error) {
	n, err := p.number(v)
	switch {
	case err != nil:
		return nil, err
	case p.opts.has(asString) && p.shape != shapeBigInt && p.shape != shapeBigFloat:
		return encodeText(n)
	}
	return &types.AttributeValueMemberN{Value: n}, nil
}

// number is the text of a number. What DynamoDB cannot hold is an error, except
// where it is stored as text.
func (p *plan) number(v reflect.Value) (n string, err error) {
	switch p.shape {
	case shapeInt, shapeUint:
		return formatNumber(v), nil
	case shapeFloat:
		n = formatNumber(v)
		if size := math.Abs(v.Float()); size == 0 || size >= 1e-100 && size <= 1e100 { // no float has too many digits
			return n, nil
		}
	case shapeBigInt:
		n = addressable(v).Addr().Interface().(*big.Int).String()
	case shapeBigFloat:
		n = addressable(v).Addr().Interface().(*big.Float).Text('g', -1)
	default:
		n = v.String()
	}
	if !p.opts.has(asString) {
		_, err = canonicalNumber(n)
	}
	return n, err
}

// addressable is v, or a copy if it has no address.
func addressable(v reflect.Value) reflect.Value {
	if v.CanAddr() {
		return v
	}
	c := reflect.New(v.Type()).Elem()
	c.Set(v)
	return c
}

func timeOf(v reflect.Value) time.Time {
	if v.Type() == timeType {
		return *addressable(v).Addr().Interface().(*time.Time)
	}
	return v.Convert(timeType).Interface().(time.Time)
}

// bytesOf copies the bytes of a slice or array of byte kinds.
func bytesOf(v reflect.Value) []byte {
	return append([]byte{}, addressable(v).Bytes()...)
}

func (p *plan) encodeStruct(v reflect.Value) (types.AttributeValue, error) {
	m := make(item, len(p.fields))
	for i := range p.fields {
		f := &p.fields[i]
		fv, ok := f.walk(v, false)
		if !ok {
			continue
		}
		av, err := f.plan.encodeAV(fv)
		if err != nil {
			return nil, inPath(f.attr, err)
		}
		if av != nil {
			m[f.attr] = av
		}
	}
	return &types.AttributeValueMemberM{Value: m}, nil
}

func (p *plan) encodeMap(v reflect.Value) (types.AttributeValue, error) {
	if texts, ok := v.Interface().(map[string]string); ok && p.elem.opts == 0 {
		if m := itemOfTexts(texts); m != nil {
			return &types.AttributeValueMemberM{Value: m}, nil
		}
	}
	m := make(item, v.Len())
	for entries := v.MapRange(); entries.Next(); {
		name, err := p.key.name(entries.Key())
		if _, twice := m[name]; err == nil && twice {
			err = errSameName
		}
		if err != nil {
			return nil, inPath(unnamed, err)
		}
		av, err := p.elem.encodeAV(entries.Value())
		if err != nil {
			return nil, inPath(unnamed, err)
		}
		if av != nil {
			m[name] = av
		}
	}
	return &types.AttributeValueMemberM{Value: m}, nil
}

// itemOfTexts encodes the most frequent of maps, and gives nil if there is something
// wrong with it.
func itemOfTexts(texts map[string]string) item {
	m := make(item, len(texts))
	for name, text := range texts {
		if name == "" || !utf8.ValidString(name) || !utf8.ValidString(text) {
			return nil
		}
		m[name] = &types.AttributeValueMemberS{Value: text}
	}
	return m
}

func (p *plan) encodeList(v reflect.Value) (types.AttributeValue, error) {
	isSet := p.isSet()
	if isSet && v.Len() == 0 {
		return null(), nil // DynamoDB has no empty sets
	}
	l := make([]types.AttributeValue, 0, v.Len())
	for i := range v.Len() {
		av, err := p.elem.encodeAV(v.Index(i))
		if err != nil {
			return nil, inPath(element(i), err)
		}
		if av != nil {
			l = append(l, av)
		}
	}
	if isSet {
		return p.encodeSet(l)
	}
	return &types.AttributeValueMemberL{Value: l}, nil
}

// isSet tells whether lists of that plan are sets.
func (p *plan) isSet() bool {
	return p.opts.has(stringSet|numberSet|binarySet) || p.typ == binarySetType
}

// encodeSet makes a set of its encoded members.
func (p *plan) encodeSet(members []types.AttributeValue) (av types.AttributeValue, err error) {
	want := types.ScalarAttributeTypeS
	switch {
	case p.opts.has(binarySet), p.typ == binarySetType:
		want = types.ScalarAttributeTypeB
	case p.opts.has(numberSet):
		want = types.ScalarAttributeTypeN
	}
	set := make([]string, len(members))
	for i, member := range members {
		kind, text := scalarOf(member)
		if kind != want {
			return nil, errorf("a member of %v is not of the kind of its set", p.typ)
		}
		set[i] = text
	}
	switch want {
	case types.ScalarAttributeTypeS:
		av = &types.AttributeValueMemberSS{Value: set}
	case types.ScalarAttributeTypeN:
		av = &types.AttributeValueMemberNS{Value: set}
	default:
		av = &types.AttributeValueMemberBS{Value: bytesOfAll(set)}
	}
	if err := checkValue(av); err != nil {
		return nil, err
	}
	return av, nil
}

// inPath adds a step to the path of an error about what is encoded.
func inPath(path string, err error) error {
	var inner *pathError
	if !errors.As(err, &inner) {
		return &pathError{path: path, err: err}
	}
	if inner.path == "" || inner.path[0] == '[' {
		return &pathError{path: path + inner.path, err: inner.err}
	}
	return &pathError{path: path + "." + inner.path, err: inner.err}
}
