package dynamo

import (
	"encoding/binary"
	"errors"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// item is a marshalled item, key or exclusive start key.
type item = map[string]types.AttributeValue

// canonical appends a byte string that is the same for two attribute values
// exactly if DynamoDB holds them for equal: numbers by value, sets without
// order, everything else as it is. It is unambiguous (each part carries its
// kind and length), so that it can be compared and signed.
func canonical(b []byte, av types.AttributeValue) []byte {
	c := canon{b: b}
	c.value(av)
	return c.b
}

// canonicalItem is canonical for a whole item.
//
//go:noinline
func canonicalItem(b []byte, m item) []byte {
	c := canon{b: b}
	c.item(m)
	return c.b
}

// checkValue refuses, before the wire, what DynamoDB would refuse: numbers that
// are none, empty sets and sets with a member twice; and text that is not UTF-8,
// of which the SDK would send something else.
//
//go:noinline
func checkValue(av types.AttributeValue) *pathError {
	var c canon
	c.value(av)
	return c.err
}

// canon writes canonical forms and takes note of the first thing that DynamoDB
// would refuse.
type canon struct {
	b   []byte
	err *pathError
}

func (c *canon) value(av types.AttributeValue) {
	switch v := av.(type) {
	case *types.AttributeValueMemberS:
		c.part('s', c.text(v.Value))
	case *types.AttributeValueMemberN:
		c.part('n', c.number(v.Value))
	case *types.AttributeValueMemberB:
		c.part('b', string(v.Value))
	case *types.AttributeValueMemberBOOL:
		c.part('t', strconv.FormatBool(v.Value))
	case *types.AttributeValueMemberNULL:
		c.b = lit(c.b, "0")
	case *types.AttributeValueMemberL:
		c.b = appendHead(c.b, 'l', len(v.Value))
		for i, elem := range v.Value {
			c.member(i, elem)
		}
	case *types.AttributeValueMemberM:
		c.b = lit(c.b, "m")
		c.item(v.Value)
	case *types.AttributeValueMemberSS, *types.AttributeValueMemberNS, *types.AttributeValueMemberBS:
		c.set(setOf(v))
	default:
		c.b = lit(c.b, "?")
		c.fail("", errNoSuchKind)
	}
}

func (c *canon) item(m item) {
	c.b = binary.AppendUvarint(c.b, uint64(len(m)))
	for _, name := range sortedKeys(m) {
		if !utf8.ValidString(name) {
			c.fail(unnamed, errBadName)
		}
		c.part('k', name)
		c.member(-1, m[name])
	}
}

// member is value for an element of a list, or with -1 for a member of a map.
func (c *canon) member(i int, av types.AttributeValue) {
	before := c.err
	if c.value(av); before != nil || c.err == nil {
		return
	}
	path := unnamed
	if i >= 0 {
		path = element(i)
	}
	c.err.path = path + c.err.path
}

func (c *canon) set(kind types.ScalarAttributeType, members []string) {
	set := make([]string, len(members))
	for i, s := range members {
		switch kind {
		case types.ScalarAttributeTypeS:
			s = c.text(s)
		case types.ScalarAttributeTypeN:
			s = c.number(s)
		}
		set[i] = s
	}
	slices.Sort(set)
	c.b = appendHead(c.b, kind[0], len(set))
	for i, elem := range set {
		if i > 0 && elem == set[i-1] {
			c.fail("", errSetTwice)
		}
		c.part('e', elem)
	}
	if len(set) == 0 {
		c.fail("", errSetEmpty)
	}
}

func (c *canon) text(s string) string {
	if !utf8.ValidString(s) {
		c.fail("", errNotUTF8)
	}
	return s
}

// number is the canonical form of n, or n if that is no number.
func (c *canon) number(n string) string {
	form, err := canonicalNumber(n)
	if err != nil {
		c.fail("", err)
		return n
	}
	return form
}

//go:noinline
func (c *canon) part(kind byte, v string) { c.b = appendPart(c.b, kind, v) }

//go:noinline
func (c *canon) fail(path string, err error) {
	if c.err == nil {
		c.err = &pathError{path: path, err: err}
	}
}

//go:noinline
func appendPart(b []byte, kind byte, v string) []byte {
	return append(appendHead(b, kind, len(v)), v...)
}

// appendHead appends a kind and a length. It is large where it is inlined, and so
// is appendPart.
//
//go:noinline
func appendHead(b []byte, kind byte, n int) []byte {
	b = append(b, kind)
	return binary.AppendUvarint(b, uint64(n))
}

//go:noinline
func stringsOf(bs [][]byte) []string {
	out := make([]string, len(bs))
	for i, b := range bs {
		out[i] = string(b)
	}
	return out
}

//go:noinline
func bytesOfAll(texts []string) [][]byte {
	out := make([][]byte, len(texts))
	for i, s := range texts {
		out[i] = []byte(s)
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

var (
	// errNotUTF8: JSON has no other text, and the SDK's encoder writes U+FFFD for
	// each bad byte, so that values change and different keys become the same.
	errNotUTF8 = errors.New("not valid UTF-8")

	// errNoSuchKind: for nil inside of a list or map, and for unknown members of the
	// union, the SDK sends what is not JSON.
	errNoSuchKind = errors.New("an attribute value of no kind that DynamoDB has")

	errSetEmpty = errors.New("a set cannot be empty")
	errSetTwice = errors.New("a set cannot hold a member twice")
)

// pathError is an error about a value inside another one: "[2]" in a list, "[…]"
// in a map, whose names may be data and are not shown.
type pathError struct {
	_    uncompared
	path string
	err  error
}

func (e *pathError) Error() string { return e.err.Error() }

// scalarOf is the kind of a string, number or binary, which a key can be, and its
// text or bytes; "" for any other attribute value.
//
//go:noinline
func scalarOf(av types.AttributeValue) (kind types.ScalarAttributeType, text string) {
	switch v := av.(type) {
	case *types.AttributeValueMemberS:
		return types.ScalarAttributeTypeS, v.Value
	case *types.AttributeValueMemberN:
		return types.ScalarAttributeTypeN, v.Value
	case *types.AttributeValueMemberB:
		return types.ScalarAttributeTypeB, string(v.Value)
	}
	return "", ""
}

// scalar is the attribute value of that kind.
//
//go:noinline
func scalar(kind types.ScalarAttributeType, text string) types.AttributeValue {
	switch kind {
	case types.ScalarAttributeTypeS:
		return &types.AttributeValueMemberS{Value: text}
	case types.ScalarAttributeTypeN:
		return &types.AttributeValueMemberN{Value: text}
	}
	return &types.AttributeValueMemberB{Value: []byte(text)}
}

// setOf is scalarOf for the members of a set.
//
//go:noinline
func setOf(av types.AttributeValue) (kind types.ScalarAttributeType, members []string) {
	switch v := av.(type) {
	case *types.AttributeValueMemberSS:
		return types.ScalarAttributeTypeS, v.Value
	case *types.AttributeValueMemberNS:
		return types.ScalarAttributeTypeN, v.Value
	case *types.AttributeValueMemberBS:
		return types.ScalarAttributeTypeB, stringsOf(v.Value)
	}
	return "", nil
}
