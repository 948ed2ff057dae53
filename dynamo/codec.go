package dynamo

import (
	"errors"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// codec turns items of type T into attribute values and back. It is the only
// place that knows how; the rest of the package sees the two methods.
//
// attributevalue does the work, with three of its habits corrected:
//   - numbers in an interface become attributevalue.Number, not a float64 that
//     loses digits;
//   - where attributes differ in case only, the exact match wins, not whichever
//     comes last out of a map (top level of an item);
//   - its decode errors quote values, so a [DecodeError] stands before them.
//
// A codec is safe for concurrent use.
type codec[T any] struct {
	schema  *schema
	decoder *attributevalue.Decoder
	byName  map[string]field
	custom  bool // T decodes itself
}

func newCodec[T any](s *schema) *codec[T] {
	c := &codec[T]{
		schema:  s,
		decoder: attributevalue.NewDecoder(func(o *attributevalue.DecoderOptions) { o.UseNumber = true }),
		byName:  make(map[string]field, len(s.fields)),
	}
	for _, f := range s.fields {
		c.byName[f.attr] = f
	}
	_, c.custom = any(new(T)).(attributevalue.Unmarshaler)
	return c
}

// encode marshals v and checks what DynamoDB would refuse. It takes a pointer
// so that fields are addressable and Marshalers with pointer receivers count.
func (c *codec[T]) encode(v *T) (item, error) {
	av, err := attributevalue.Marshal(v)
	if err != nil {
		return nil, err
	}
	m, ok := av.(*types.AttributeValueMemberM)
	if !ok || m == nil {
		return nil, errors.New("the item's own marshaler made no map")
	}
	return m.Value, checkItem(m.Value)
}

// decode fills into, which must be a zero T.
func (c *codec[T]) decode(m item, into *T) error {
	for name, av := range m {
		if av == nil {
			return corrupt("attribute %q has no value", name)
		}
	}
	if !c.custom {
		m = c.exact(m)
	}
	err := c.decoder.Decode(&types.AttributeValueMemberM{Value: m}, into)
	if err != nil {
		return c.blame(m, err)
	}
	return nil
}

// exact gives m without the attributes that match a field only by case while
// another attribute matches it better.
func (c *codec[T]) exact(m item) item {
	inexact := 0
	for name := range m {
		if _, ok := c.byName[name]; !ok {
			inexact++
		}
	}
	if inexact == 0 {
		return m
	}
	out := make(item, len(m))
	taken := map[string]bool{}
	for _, name := range sortedKeys(m) {
		if _, ok := c.byName[name]; ok {
			out[name], taken[name] = m[name], true
		}
	}
	for _, name := range sortedKeys(m) {
		if f, ok := c.folded(name); ok && !taken[f.attr] {
			out[f.attr], taken[f.attr] = m[name], true
		}
	}
	return out
}

func (c *codec[T]) folded(name string) (field, bool) {
	for _, f := range c.schema.fields {
		if strings.EqualFold(f.attr, name) {
			return f, true
		}
	}
	return field{}, false
}

// blame finds the attribute that does not decode.
func (c *codec[T]) blame(m item, err error) error {
	for _, name := range sortedKeys(m) {
		f, ok := c.byName[name]
		if !ok || c.custom {
			continue
		}
		one := &types.AttributeValueMemberM{Value: item{name: m[name]}}
		if err := c.decoder.Decode(one, new(T)); err != nil {
			return &DecodeError{Attribute: name, Kind: kindOf(m[name]), Type: f.typ, Err: err}
		}
	}
	return &DecodeError{Kind: "M", Type: reflect.TypeFor[T](), Err: err}
}
