package dynamo

import (
	"encoding/binary"
	"errors"
	"fmt"
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
	switch v := av.(type) {
	case *types.AttributeValueMemberS:
		return appendPart(b, 's', v.Value)
	case *types.AttributeValueMemberN:
		return appendPart(b, 'n', canonicalOrRaw(v.Value))
	case *types.AttributeValueMemberB:
		return append(appendHead(b, 'b', len(v.Value)), v.Value...)
	case *types.AttributeValueMemberBOOL:
		return appendPart(b, 't', strconv.FormatBool(v.Value))
	case *types.AttributeValueMemberNULL:
		return append(b, '0')
	case *types.AttributeValueMemberSS:
		return appendSet(b, 'S', slices.Clone(v.Value))
	case *types.AttributeValueMemberNS:
		set := make([]string, len(v.Value))
		for i, n := range v.Value {
			set[i] = canonicalOrRaw(n)
		}
		return appendSet(b, 'N', set)
	case *types.AttributeValueMemberBS:
		return appendSet(b, 'B', stringsOf(v.Value))
	case *types.AttributeValueMemberL:
		b = appendHead(b, 'l', len(v.Value))
		for _, elem := range v.Value {
			b = canonical(b, elem)
		}
		return b
	case *types.AttributeValueMemberM:
		return canonicalItem(append(b, 'm'), v.Value)
	}
	return append(b, '?')
}

// canonicalItem is canonical for a whole item.
func canonicalItem(b []byte, m item) []byte {
	b = binary.AppendUvarint(b, uint64(len(m)))
	for _, name := range sortedKeys(m) {
		b = canonical(appendPart(b, 'k', name), m[name])
	}
	return b
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

func appendSet(b []byte, kind byte, set []string) []byte {
	slices.Sort(set)
	b = appendHead(b, kind, len(set))
	for _, elem := range set {
		b = appendPart(b, 'e', elem)
	}
	return b
}

func canonicalOrRaw(n string) string {
	if c, err := canonicalNumber(n); err == nil {
		return c
	}
	return n
}

func stringsOf(bs [][]byte) []string {
	out := make([]string, len(bs))
	for i, b := range bs {
		out[i] = string(b)
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

// errNotUTF8: JSON has no other text, and the SDK's encoder writes U+FFFD for
// each bad byte, so that values change and different keys become the same.
var errNotUTF8 = errors.New("not valid UTF-8")

// pathError is an error about a value inside another one: "[2]" in a list, "[…]"
// in a map, whose names may be data and are not shown.
type pathError struct {
	error
	path string
}

// checkValue refuses, before the wire, what DynamoDB would refuse: numbers that
// are none, empty sets and sets with a member twice; and text that is not UTF-8,
// of which the SDK would send something else.
func checkValue(av types.AttributeValue) *pathError {
	switch v := av.(type) {
	case *types.AttributeValueMemberS:
		return checkTexts(v.Value)
	case *types.AttributeValueMemberN:
		if _, err := canonicalNumber(v.Value); err != nil {
			return &pathError{error: err}
		}
	case *types.AttributeValueMemberNS:
		return checkNumberSet(v.Value)
	case *types.AttributeValueMemberSS:
		if err := checkTexts(v.Value...); err != nil {
			return err
		}
		return checkSet(slices.Clone(v.Value))
	case *types.AttributeValueMemberBS:
		return checkSet(stringsOf(v.Value))
	case *types.AttributeValueMemberL:
		for i, elem := range v.Value {
			if err := checkValue(elem); err != nil {
				return &pathError{err.error, fmt.Sprintf("[%d]%s", i, err.path)}
			}
		}
	case *types.AttributeValueMemberM:
		return checkMap(v.Value)
	case *types.AttributeValueMemberB, *types.AttributeValueMemberBOOL, *types.AttributeValueMemberNULL:
	default:
		return &pathError{error: errNoSuchKind}
	}
	return nil
}

// errNoSuchKind: for nil inside of a list or map, and for unknown members of the
// union, the SDK sends what is not JSON.
var errNoSuchKind = errors.New("an attribute value of no kind that DynamoDB has")

func checkTexts(texts ...string) *pathError {
	for _, s := range texts {
		if !utf8.ValidString(s) {
			return &pathError{error: errNotUTF8}
		}
	}
	return nil
}

func checkMap(m item) *pathError {
	for _, name := range sortedKeys(m) {
		if !utf8.ValidString(name) {
			return &pathError{errorf("name: %w", errNotUTF8), "[…]"}
		}
		if err := checkValue(m[name]); err != nil {
			return &pathError{err.error, "[…]" + err.path}
		}
	}
	return nil
}

func checkNumberSet(numbers []string) *pathError {
	set := make([]string, len(numbers))
	for i, n := range numbers {
		c, err := canonicalNumber(n)
		if err != nil {
			return &pathError{error: err}
		}
		set[i] = c
	}
	return checkSet(set)
}

// checkSet may reorder set.
func checkSet(set []string) *pathError {
	if len(set) == 0 {
		return &pathError{error: errors.New("a set cannot be empty")}
	}
	slices.Sort(set)
	for i := 1; i < len(set); i++ {
		if set[i] == set[i-1] {
			return &pathError{error: errors.New("a set cannot hold a member twice")}
		}
	}
	return nil
}
