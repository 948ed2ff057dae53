package dynamo

import (
	"encoding/base64"
	"math"
	"reflect"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lambdarest/lambdarest/internal/jsonscan"
)

// Encoding straight to the wire, without attribute values in between. What goes
// out is what appendAV makes of what encodeAV makes, and what is refused there is
// refused here. What is rare (sets, types that encode themselves, numbers as text)
// goes through attribute values here, too.

// appendWire appends the attribute value of v, nothing if v is left out. After an
// error what has been appended means nothing.
func (p *plan) appendWire(b []byte, v reflect.Value) ([]byte, error) {
	switch p.zero(v) {
	case zeroOmitted:
		return b, nil
	case zeroNull:
		return lit(b, `{"NULL":true}`), nil
	}
	p, v, err := p.held(v)
	if err != nil {
		return b, err
	}
	if p.marshals || p.marshalsAt || p.opts.has(asString) || p.isSet() {
		av, err := p.encodeHeld(v)
		return appendAV(b, av), err
	}
	switch p.shape {
	case shapeString:
		if !utf8.ValidString(v.String()) {
			return b, errNotUTF8
		}
		return lit(jsonscan.AppendQuote(lit(b, `{"S":`), v.String()), "}"), nil
	case shapeInt, shapeUint, shapeFloat:
		return p.appendNumber(b, v)
	case shapeTime:
		return p.appendTime(b, timeOf(v)), nil
	case shapeSlice, shapeArray:
		return p.appendList(b, v)
	case shapeMap:
		return p.appendMap(b, v)
	case shapeStruct:
		b, err = p.appendFields(lit(b, `{"M":`), v)
		return lit(b, "}"), err
	}
	av, err := p.encodeHeld(v)
	return appendAV(b, av), err
}

// lit is append, which the compiler would put into each of its many callers.
//
//go:noinline
func lit(b []byte, s string) []byte { return append(b, s...) }

func (p *plan) appendNumber(b []byte, v reflect.Value) ([]byte, error) {
	b = lit(b, `{"N":"`)
	start := len(b)
	b = appendNumber(b, v)
	if p.shape == shapeFloat {
		if f := math.Abs(v.Float()); !(f > 1e-100 && f < 1e100) { // DynamoDB holds those, whatever their digits are
			if _, err := canonicalNumber(string(b[start:])); err != nil {
				return b, err
			}
		}
	}
	return lit(b, `"}`), nil
}

func (p *plan) appendTime(b []byte, t time.Time) []byte {
	if p.opts.has(unixTime) {
		b = strconv.AppendInt(lit(b, `{"N":"`), t.Unix(), 10)
	} else {
		b = t.AppendFormat(lit(b, `{"S":"`), time.RFC3339Nano)
	}
	return lit(b, `"}`)
}

func (p *plan) appendList(b []byte, v reflect.Value) (_ []byte, err error) {
	b = lit(b, `{"L":[`)
	for i := range v.Len() {
		if b, err = p.elem.appendMember(b, nil, v.Index(i)); err != nil {
			return b, inPath(element(i), err)
		}
	}
	return lit(b, "]}"), nil
}

// appendMap writes a map with keys of which different ones have different names;
// where a method makes the names, encodeMap sees to that.
func (p *plan) appendMap(b []byte, v reflect.Value) ([]byte, error) {
	if !p.key.isName() || p.key.text || p.key.printable {
		av, err := p.encodeMap(v)
		return appendAV(b, av), err
	}
	b = lit(b, `{"M":{`)
	var quoted []byte
	for entries := v.MapRange(); entries.Next(); {
		name, err := p.key.name(entries.Key())
		if err == nil {
			quoted = lit(jsonscan.AppendQuote(quoted[:0], name), ":")
			b, err = p.elem.appendMember(b, quoted, entries.Value())
		}
		if err != nil {
			return b, inPath(unnamed, err)
		}
	}
	return lit(b, "}}"), nil
}

// appendFields writes the attributes of a struct, as an object.
func (p *plan) appendFields(b []byte, v reflect.Value) (_ []byte, err error) {
	b = lit(b, "{")
	for i := range p.fields {
		f := &p.fields[i]
		fv, ok := f.walk(v, false)
		if !ok {
			continue
		}
		if b, err = f.plan.appendMember(b, f.quoted, fv); err != nil {
			return b, inPath(f.attr, err)
		}
	}
	return lit(b, "}"), nil
}

// appendMember appends an element of an array, or a member of an object, which
// has a name; nothing if v is left out.
func (p *plan) appendMember(b, quoted []byte, v reflect.Value) ([]byte, error) {
	mark := len(b)
	b = append(appendComma(b), quoted...)
	start := len(b)
	b, err := p.appendWire(b, v)
	if len(b) == start {
		b = b[:mark]
	}
	return b, err
}

// appendComma separates what comes from what is before it in an object or array.
//
//go:noinline
func appendComma(b []byte) []byte {
	if last := b[len(b)-1]; last == '{' || last == '[' {
		return b
	}
	return append(b, ',')
}

// appendName appends the name of a member, after a comma if it is not the first.
func appendName(b []byte, name string) []byte {
	return lit(jsonscan.AppendQuote(appendComma(b), name), ":")
}

// appendItem writes attribute values as an object.
func appendItem(b []byte, m item) []byte {
	b = lit(b, "{")
	for name, av := range m {
		b = appendAV(appendName(b, name), av)
	}
	return lit(b, "}")
}

// appendAV writes an attribute value, nothing if it is nil.
func appendAV(b []byte, av types.AttributeValue) []byte {
	if av == nil {
		return b
	}
	b = lit(lit(lit(b, `{"`), kindOf(av)), `":`)
	switch v := av.(type) {
	case *types.AttributeValueMemberS:
		b = jsonscan.AppendQuote(b, v.Value)
	case *types.AttributeValueMemberN:
		b = jsonscan.AppendQuote(b, v.Value)
	case *types.AttributeValueMemberB:
		b = appendBinary(b, v.Value)
	case *types.AttributeValueMemberBOOL:
		b = strconv.AppendBool(b, v.Value)
	case *types.AttributeValueMemberNULL:
		b = strconv.AppendBool(b, v.Value)
	case *types.AttributeValueMemberL:
		b = lit(b, "[")
		for _, elem := range v.Value {
			b = appendAV(appendComma(b), elem)
		}
		b = lit(b, "]")
	case *types.AttributeValueMemberM:
		b = appendItem(b, v.Value)
	case *types.AttributeValueMemberSS, *types.AttributeValueMemberNS, *types.AttributeValueMemberBS:
		b = appendSet(b, v)
	default:
		b = lit(b, "null") // of no kind that DynamoDB has: it says so
	}
	return lit(b, "}")
}

//go:noinline
func appendBinary(b, v []byte) []byte {
	return lit(base64.StdEncoding.AppendEncode(lit(b, `"`), v), `"`)
}

func appendSet(b []byte, av types.AttributeValue) []byte {
	kind, set := setOf(av)
	b = lit(b, "[")
	for _, s := range set {
		if b = appendComma(b); kind == types.ScalarAttributeTypeB {
			b = appendBinary(b, []byte(s))
		} else {
			b = jsonscan.AppendQuote(b, s)
		}
	}
	return lit(b, "]")
}
