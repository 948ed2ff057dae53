package gwevent

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"unicode/utf8"
)

// Answers are read in two steps: encoding/json says whether they are JSON at all, and what follows cuts them up, knowing
// that they are. Most answers have three members, for which a map costs more than the search.

// members are those of a JSON object, in their order; raw, but for the keys.
type members []memberOf

type memberOf struct {
	key   string
	value json.RawMessage
}

// get returns the value of a key, of several the last one as encoding/json does; nil where there is none.
func (ms members) get(key string) json.RawMessage {
	for i := len(ms) - 1; i >= 0; i-- {
		if ms[i].key == key {
			return ms[i].value
		}
	}
	return nil
}

// sorted returns the members in the order of their keys, of the same key the last one.
func (ms members) sorted() members {
	isSorted := true
	for i := 1; i < len(ms); i++ {
		isSorted = isSorted && ms[i-1].key < ms[i].key
	}
	if isSorted {
		return ms
	}
	ms = slices.Clone(ms)
	slices.SortStableFunc(ms, func(a, b memberOf) int { return cmp.Compare(a.key, b.key) })
	kept := ms[:0]
	for i, m := range ms {
		if i+1 == len(ms) || ms[i+1].key != m.key {
			kept = append(kept, m)
		}
	}
	return kept
}

// appendMembers cuts up an object; ok is false for any other value but null, which has none. The text must be valid JSON,
// without white space in front.
func appendMembers(ms members, text []byte) (_ members, ok bool) {
	if string(text) == "null" {
		return ms, true
	}
	if text[0] != '{' {
		return ms, false
	}
	for rest := space(text[1:]); rest[0] != '}'; {
		end := valueEnd(rest)
		key := keyOf(rest[:end])
		rest = space(space(rest[end:])[1:]) // behind the colon
		end = valueEnd(rest)
		ms = append(ms, memberOf{key, rest[:end:end]})
		if rest = space(rest[end:]); rest[0] == ',' {
			rest = space(rest[1:])
		}
	}
	return ms, true
}

// readElements cuts up an array.
func readElements(text []byte) (elements []json.RawMessage, ok bool) {
	if string(text) == "null" {
		return nil, true
	}
	if text[0] != '[' {
		return nil, false
	}
	for rest := space(text[1:]); rest[0] != ']'; {
		end := valueEnd(rest)
		elements = append(elements, rest[:end:end])
		if rest = space(rest[end:]); rest[0] == ',' {
			rest = space(rest[1:])
		}
	}
	return elements, true
}

// space returns the text without white space in front.
func space(text []byte) []byte {
	i := 0
	for i < len(text) && (text[i] == ' ' || text[i] == '\t' || text[i] == '\r' || text[i] == '\n') {
		i++
	}
	return text[i:]
}

// valueEnd returns how long the value is with which a valid text begins.
func valueEnd(text []byte) int {
	switch text[0] {
	case '"':
		return stringEnd(text)
	case '{', '[':
		return nestedEnd(text)
	}
	for i, c := range text {
		switch c {
		case ' ', '\t', '\r', '\n', ',', '}', ']':
			return i
		}
	}
	return len(text)
}

// nestedEnd is valueEnd of an object or an array.
func nestedEnd(text []byte) int {
	depth := 0
	for i := 0; ; {
		switch text[i] {
		case '"':
			i += stringEnd(text[i:])
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
		i++
	}
}

func stringEnd(text []byte) int {
	for i := 1; ; i++ {
		switch text[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
	}
}

// keyOf returns the key that a literal is; those of most answers are there already.
func keyOf(literal []byte) string {
	switch string(literal) {
	case `"statusCode"`:
		return "statusCode"
	case `"headers"`:
		return "headers"
	case `"multiValueHeaders"`:
		return "multiValueHeaders"
	case `"body"`:
		return "body"
	case `"isBase64Encoded"`:
		return "isBase64Encoded"
	case `"Content-Type"`:
		return "Content-Type"
	}
	return string(unquoteBytes(literal))
}

// unquoteBytes returns the value of a valid string, a part of the literal where it can.
func unquoteBytes(literal []byte) []byte {
	inner := literal[1 : len(literal)-1 : len(literal)-1]
	if bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return inner
	}
	var s string
	_ = json.Unmarshal(literal, &s) // it is valid
	return []byte(s)
}
