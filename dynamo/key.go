package dynamo

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Key is the primary key of one item. Make it with [KeyOf]. Printing a Key
// does not show its values.
type Key struct {
	partition any
	sort      []any
	err       error // from KeyFor
}

// KeyOf makes a key from the value of the partition key and, for a table that
// has one, of the sort key.
//
// The values are Go values of the kind of T's fields: an int, of any size, for
// an integer field; a string for a string field; []byte, [time.Time] (cut to
// seconds) or the field's own type where the field has that. They are encoded as T's fields
// are, dynamodbav options included. A value of another kind, such as "1" where
// the key is a number, is an error of the call that uses the key, before any
// request.
func KeyOf(partition any, sort ...any) Key {
	return Key{partition: partition, sort: sort}
}

// KeyFor is the key of an item, with what its templates make of its fields:
//
//	err := members.Delete(ctx, members.KeyFor(Member{Org: "acme", ID: 7}))
//
// What is wrong with the item's key is an error of the call that uses it.
func (r *Repository[T]) KeyFor(v T) Key {
	return r.store.schema.keyFor(valueAt(&v))
}

// keyFor is KeyFor of item, which is the caller's copy.
func (s *schema) keyFor(item reflect.Value) Key {
	if err := s.fill(item, true); err != nil {
		return Key{err: err}
	}
	var values []any
	for _, k := range s.keys {
		got, ok := look(item, k.index)
		if !ok {
			return Key{err: errorf("key %v is missing", k)}
		}
		values = append(values, got.Interface())
	}
	return KeyOf(values[0], values[1:]...)
}

// Format keeps the values out of logs, whatever the verb.
func (k Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "dynamo.Key") }

// encodeKey checks k against the table's key and encodes it.
func (s *schema) encodeKey(k Key) (item, error) {
	if k.err != nil {
		return nil, k.err
	}
	attrs := s.keys
	values := append([]any{k.partition}, k.sort...)
	if len(values) != len(attrs) {
		return nil, errorf("key has %d values, the table's key has %d (%s)", len(values), len(attrs), s.keyNames())
	}
	out := make(item, len(attrs))
	for i, a := range attrs {
		av, err := a.encode(values[i])
		if err == nil {
			err = a.check(av)
		}
		if err != nil {
			return nil, errorf("key %v: %w", a, err)
		}
		out[a.name] = av
	}
	return out, nil
}

func (s *schema) keyNames() string {
	if s.sort == nil {
		return s.partition.name
	}
	return s.partition.name + ", " + s.sort.name
}

// keyOfItem is the primary key inside a marshalled item, which must be valid.
func (s *schema) keyOfItem(m item) (item, error) {
	if err := s.checkKey(m); err != nil {
		return nil, err
	}
	out := make(item, len(s.keys))
	for _, a := range s.keys {
		out[a.name] = m[a.name]
	}
	return out, nil
}

// checkKey is an error if the primary key of a marshalled item is not there, or
// not one that DynamoDB takes.
func (s *schema) checkKey(m item) error {
	for _, a := range s.keys {
		av, ok := m[a.name]
		if !ok {
			return errorf("key %v is missing", a)
		}
		if err := a.check(av); err != nil {
			return errorf("key %v: %w", a, err)
		}
	}
	return nil
}

// id is the same for two items exactly if DynamoDB holds their keys for equal.
func (s *schema) id(m item) string {
	var room [64]byte
	b := room[:0]
	for _, k := range s.keys {
		b = canonical(b, m[k.name])
	}
	return string(b)
}

// sameItem tells whether DynamoDB holds a and b for equal.
func sameItem(a, b item) bool {
	return bytes.Equal(canonicalItem(nil, a), canonicalItem(nil, b))
}

// check tells whether DynamoDB takes av as this key attribute.
func (k *keyAttr) check(av types.AttributeValue) error {
	kind, text := scalarOf(av)
	size := len(text)
	switch kind {
	case types.ScalarAttributeTypeS:
		if !utf8.ValidString(text) {
			return errNotUTF8
		}
	case types.ScalarAttributeTypeN:
		size = 1
		if _, _, _, err := readNumber(text); err != nil {
			return err
		}
	}
	switch {
	case kind != k.scalar:
		return errorf("want type %s, got %s", k.scalar, kindOf(av))
	case size == 0:
		return errors.New("a key cannot be empty")
	case size > k.max:
		return errorf("%d bytes, a key of this kind may have %d", size, k.max)
	}
	return nil
}

// noKind is what kindOf gives for nil and for what is no kind of DynamoDB's.
const noKind = "an unknown kind"

// kindOf is DynamoDB's name for the kind of av.
//
//go:noinline
func kindOf(av types.AttributeValue) string {
	switch av.(type) {
	case *types.AttributeValueMemberS:
		return "S"
	case *types.AttributeValueMemberN:
		return "N"
	case *types.AttributeValueMemberB:
		return "B"
	case *types.AttributeValueMemberBOOL:
		return "BOOL"
	case *types.AttributeValueMemberNULL:
		return "NULL"
	case *types.AttributeValueMemberSS:
		return "SS"
	case *types.AttributeValueMemberNS:
		return "NS"
	case *types.AttributeValueMemberBS:
		return "BS"
	case *types.AttributeValueMemberL:
		return "L"
	case *types.AttributeValueMemberM:
		return "M"
	}
	return noKind
}

// encode turns a Go value given to KeyOf into the attribute value that T's
// field would have. Errors name types, never the value.
func (k *keyAttr) encode(value any) (types.AttributeValue, error) {
	given := reflect.ValueOf(value)
	for given.Kind() == reflect.Pointer && !given.IsNil() {
		given = given.Elem()
	}
	if !given.IsValid() || given.Kind() == reflect.Pointer {
		return nil, errorf("want a value for %v (%s), got nil", k.typ, k.scalar)
	}
	v := reflect.New(k.typ).Elem()
	ok, err := k.convert(v, given)
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return nil, errorf("want a value for %v (%s), got %v", k.typ, k.scalar, given.Type())
	}
	return k.plan.encodeHeld(v)
}

// convert sets v, of the field's type, to given if that loses nothing: equal types, or
// kinds of one family. Text is never taken for a number, nor a number for text, nor a
// float for an integer.
func (k *keyAttr) convert(v, given reflect.Value) (bool, error) {
	typ := given.Type()
	to, from := shapeOf(k.typ), shapeOf(typ)
	none := from == shapeFloat && given.Float()-given.Float() != 0 // NaN and infinities, which text can be, and which the field's encoding names
	switch {
	case typ == k.typ, to == from && (to == shapeString || to == shapeTime || none):
	case to.isNumber() && from.isNumber() && !(to.isInteger() && from == shapeFloat):
		n, err := (&plan{shape: from, opts: k.plan.opts}).number(given)
		if err != nil {
			return false, err
		}
		field := &plan{shape: to, opts: asString} // any number
		ok := field.fitNumber(v, n)
		kept, _ := field.number(v)
		return ok && sameNumber(kept, n), nil
	case from.isBytes() && to.isBytes() && typ.ConvertibleTo(k.typ) && (to == shapeBytes || given.Len() == v.Len()):
	default:
		return false, nil
	}
	v.Set(given.Convert(k.typ))
	return true, nil
}
