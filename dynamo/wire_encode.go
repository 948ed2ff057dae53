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
		return append(b, `{"NULL":true}`...), nil
	}
	p, v, err := p.held(v)
	if err != nil {
		return b, err
	}
	if p.marshals || p.marshalsAt || p.opts.asString || p.isSet() {
		av, err := p.encodeHeld(v)
		return appendAV(b, av), err
	}
	switch p.shape {
	case shapeString:
		if !utf8.ValidString(v.String()) {
			return b, errNotUTF8
		}
		return append(jsonscan.AppendQuote(append(b, `{"S":`...), v.String()), '}'), nil
	case shapeInt, shapeUint, shapeFloat:
		return p.appendNumber(b, v)
	case shapeTime:
		return p.appendTime(b, timeOf(v)), nil
	case shapeSlice, shapeArray:
		return p.appendList(b, v)
	case shapeMap:
		return p.appendMap(b, v)
	case shapeStruct:
		if b, err = p.appendFields(append(b, `{"M":`...), v); err != nil {
			return b, err
		}
		return append(b, '}'), nil
	}
	av, err := p.encodeHeld(v)
	return appendAV(b, av), err
}

func (p *plan) appendNumber(b []byte, v reflect.Value) ([]byte, error) {
	b = append(b, `{"N":"`...)
	switch f := math.Abs(p.float(v)); {
	case p.shape == shapeInt:
		b = strconv.AppendInt(b, v.Int(), 10)
	case p.shape == shapeUint:
		b = strconv.AppendUint(b, v.Uint(), 10)
	case f > 1e-100 && f < 1e100: // DynamoDB holds it, whatever its digits are
		b = strconv.AppendFloat(b, v.Float(), 'f', -1, v.Type().Bits())
	default:
		n, err := p.number(v)
		if err != nil {
			return b, err
		}
		b = append(b, n...)
	}
	return append(b, `"}`...), nil
}

// float is v if that is a float, otherwise 0.
func (p *plan) float(v reflect.Value) float64 {
	if p.shape == shapeFloat {
		return v.Float()
	}
	return 0
}

func (p *plan) appendTime(b []byte, t time.Time) []byte {
	if p.opts.unixTime {
		b = strconv.AppendInt(append(b, `{"N":"`...), t.Unix(), 10)
	} else {
		b = t.AppendFormat(append(b, `{"S":"`...), time.RFC3339Nano)
	}
	return append(b, `"}`...)
}

func (p *plan) appendList(b []byte, v reflect.Value) (_ []byte, err error) {
	b = append(b, `{"L":[`...)
	for i := range v.Len() {
		mark := len(b)
		b = appendComma(b)
		start := len(b)
		if b, err = p.elem.appendWire(b, v.Index(i)); err != nil {
			return b, inPath("["+strconv.Itoa(i)+"]", err)
		}
		if len(b) == start {
			b = b[:mark]
		}
	}
	return append(b, "]}"...), nil
}

// appendMap writes a map with keys of which different ones have different names;
// where a method makes the names, encodeMap sees to that.
func (p *plan) appendMap(b []byte, v reflect.Value) (_ []byte, err error) {
	if !p.key.isName() || p.key.text || p.key.printable {
		av, err := p.encodeMap(v)
		return appendAV(b, av), err
	}
	b = append(b, `{"M":{`...)
	for entries := v.MapRange(); entries.Next(); {
		name, err := p.key.name(entries.Key())
		if err == nil && !utf8.ValidString(name) {
			err = errorf("name: %w", errNotUTF8)
		}
		if err != nil {
			return b, inPath(unnamed, err)
		}
		mark := len(b)
		b = append(jsonscan.AppendQuote(appendComma(b), name), ':')
		start := len(b)
		if b, err = p.elem.appendWire(b, entries.Value()); err != nil {
			return b, inPath(unnamed, err)
		}
		if len(b) == start {
			b = b[:mark]
		}
	}
	return append(b, "}}"...), nil
}

// appendFields writes the attributes of a struct, as an object.
func (p *plan) appendFields(b []byte, v reflect.Value) (_ []byte, err error) {
	b = append(b, '{')
	for i := range p.fields {
		f := &p.fields[i]
		fv, ok := f.walk(v, false)
		if !ok {
			continue
		}
		mark := len(b)
		b = append(appendComma(b), f.quoted...)
		start := len(b)
		if b, err = f.plan.appendWire(b, fv); err != nil {
			return b, inPath(f.attr, err)
		}
		if len(b) == start {
			b = b[:mark]
		}
	}
	return append(b, '}'), nil
}

// appendComma separates what comes from what is before it in an object or array.
func appendComma(b []byte) []byte {
	if last := b[len(b)-1]; last == '{' || last == '[' {
		return b
	}
	return append(b, ',')
}

// appendItem writes attribute values as an object.
func appendItem(b []byte, m item) []byte {
	b = append(b, '{')
	for name, av := range m {
		b = append(jsonscan.AppendQuote(appendComma(b), name), ':')
		b = appendAV(b, av)
	}
	return append(b, '}')
}

// appendAV writes an attribute value, nothing if it is nil.
func appendAV(b []byte, av types.AttributeValue) []byte {
	if av == nil {
		return b
	}
	b = append(append(append(b, `{"`...), kindOf(av)...), `":`...)
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
	case *types.AttributeValueMemberSS:
		b = appendEach(b, v.Value, jsonscan.AppendQuote[string])
	case *types.AttributeValueMemberNS:
		b = appendEach(b, v.Value, jsonscan.AppendQuote[string])
	case *types.AttributeValueMemberBS:
		b = appendEach(b, v.Value, appendBinary)
	case *types.AttributeValueMemberL:
		b = appendEach(b, v.Value, appendAV)
	case *types.AttributeValueMemberM:
		b = appendItem(b, v.Value)
	default:
		b = append(b, "null"...) // of no kind that DynamoDB has: it says so
	}
	return append(b, '}')
}

func appendBinary(b, v []byte) []byte {
	return append(base64.StdEncoding.AppendEncode(append(b, '"'), v), '"')
}

func appendEach[E any](b []byte, list []E, appendOne func([]byte, E) []byte) []byte {
	b = append(b, '[')
	for _, e := range list {
		b = appendOne(appendComma(b), e)
	}
	return append(b, ']')
}
