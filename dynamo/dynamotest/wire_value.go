package dynamotest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// read reads an attribute value, {"S":"text"}. A value of the wrong JSON type is a
// SerializationException at once; one that is well formed and still no DynamoDB
// value becomes an invalid value, for validation to find in its own order.
func (v *value) read(c *cursor) { *v = c.value(0) }

// A cursor walks over JSON text that is known to be well formed.
type cursor struct {
	text  []byte
	pos   int
	fault *fault
	names []string // of attributes, some that have come already
}

// Messages of DynamoDB's deserializer.
const (
	msgNotStruct  = "Unexpected value type in payload"
	msgNotList    = "Unexpected field type"
	msgNotMap     = "Unexpected field type"
	msgNotBase64  = "only base-64-encoded strings are convertible to bytes"
	msgStructHere = "Start of structure or map found where not expected"
	msgListHere   = "Unrecognized collection type class java.lang."
	msgStructList = "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue"
	msgMapList    = "Unrecognized collection type java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.AttributeValue>"
	msgEmptyValue = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
	msgManyTypes  = "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
	msgNesting    = "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
)

func (c *cursor) fail(message string) {
	if c.fault == nil {
		c.fault = &fault{kind: faultSerialization, message: message}
	}
}

// peek is the first byte of the next JSON value, or the punctuation before it.
func (c *cursor) peek() byte {
	for c.pos < len(c.text) {
		switch b := c.text[c.pos]; b {
		case ' ', '\t', '\r', '\n', ',', ':':
			c.pos++
		default:
			return b
		}
	}
	return 0
}

// open steps into an object or array.
func (c *cursor) open() { c.peek(); c.pos++ }

// more tells whether another member or element follows; at the end it steps out.
func (c *cursor) more() bool {
	if b := c.peek(); b == '}' || b == ']' || b == 0 {
		c.pos++
		return false
	}
	return c.fault == nil
}

// raw is the text of the next JSON value.
func (c *cursor) raw() []byte {
	first := c.peek()
	start := c.pos
	if first != '{' && first != '[' && first != '"' { // a number or a word
		for c.pos < len(c.text) && bytes.IndexByte([]byte(",]} \t\r\n"), c.text[c.pos]) < 0 {
			c.pos++
		}
		return c.text[start:c.pos]
	}
	for depth := 0; c.pos < len(c.text); {
		switch c.text[c.pos] {
		case '"':
			c.skipString()
		case '{', '[':
			depth++
			c.pos++
		case '}', ']':
			depth--
			c.pos++
		default:
			c.pos++
		}
		if depth == 0 {
			break
		}
	}
	return c.text[start:c.pos]
}

func (c *cursor) skipString() {
	for c.pos++; c.pos < len(c.text) && c.text[c.pos] != '"'; c.pos++ {
		if c.text[c.pos] == '\\' {
			c.pos++
		}
	}
	c.pos++
}

// string reads a JSON string; the caller has seen its quote.
func (c *cursor) string() string {
	start := c.pos
	c.skipString()
	quoted := c.text[start:c.pos]
	if inner := quoted[1 : len(quoted)-1]; bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return string(inner)
	}
	var s string
	if err := json.Unmarshal(quoted, &s); err != nil {
		c.fail(err.Error())
	}
	return s
}

// name reads the name of an attribute. The items of a request mostly have the same ones,
// and as the table keeps them each is kept once.
func (c *cursor) name() string {
	start := c.pos
	c.skipString()
	inner := c.text[start+1 : c.pos-1]
	for _, known := range c.names {
		if known == string(inner) {
			return known
		}
	}
	c.pos = start
	name := c.string()
	if len(c.names) < 32 && name == string(inner) && !strings.Contains(name, `\`) { // where no escape can mean another
		c.names = append(c.names, name)
	}
	return name
}

// textOf reads the content of an S or N.
func (c *cursor) textOf() string {
	if c.peek() == '"' {
		return c.string()
	}
	raw := c.raw()
	c.fail(wrongScalar(raw, "String"))
	return ""
}

// wrongScalar is the message for a JSON value that stands where another belongs.
func wrongScalar(raw []byte, want string) string {
	switch raw[0] {
	case '{':
		return msgStructHere
	case '[':
		return msgListHere + want
	case 't':
		return "TRUE_VALUE cannot be converted to " + want
	case 'f':
		return "FALSE_VALUE cannot be converted to " + want
	case '"':
		return "STRING_VALUE cannot be converted to " + want
	}
	if bytes.ContainsAny(raw, ".eE") {
		return "DECIMAL_VALUE cannot be converted to " + want
	}
	return "NUMBER_VALUE cannot be converted to " + want
}

func (c *cursor) binary() string {
	if c.peek() != '"' {
		switch raw := c.raw(); raw[0] {
		case '{':
			c.fail(msgStructHere)
		case '[':
			c.fail("Unrecognized collection type class java.nio.ByteBuffer")
		default:
			c.fail(msgNotBase64)
		}
		return ""
	}
	text := c.string()
	decoded, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil {
		c.fail("Invalid last non-pad Base64 character dectected")
	}
	return string(decoded)
}

// value reads one attribute value at the given depth of nesting.
func (c *cursor) value(depth int) value {
	switch c.peek() {
	case '{':
	case 'n': // null counts as absent
		c.raw()
		return invalid(msgEmptyValue)
	case '[':
		c.fail(msgStructList)
		return value{}
	default:
		c.fail(msgNotStruct)
		return value{}
	}
	found, types := invalid(msgEmptyValue), 0
	for c.open(); c.more(); {
		name := c.string()
		if c.peek() == 'n' { // null
			c.raw()
			continue
		}
		k := kindOf(name)
		if k == kindInvalid {
			c.raw()
			continue
		}
		types++
		found = c.content(k, depth)
	}
	if types > 1 && found.kind != kindInvalid {
		return invalid(msgManyTypes)
	}
	return found
}

func (c *cursor) content(k kind, depth int) value {
	switch k {
	case kindS:
		return value{kind: kindS, text: c.textOf()}
	case kindN:
		return number(c.textOf())
	case kindB:
		return value{kind: kindB, text: c.binary()}
	case kindBOOL:
		return value{kind: kindBOOL, flag: c.boolean()}
	case kindNULL:
		if !c.boolean() {
			return invalid(msgInvalid + "Null attribute value types must have the value of true")
		}
		return value{kind: kindNULL}
	case kindM:
		return c.mapOf(depth + 1)
	}
	return c.listOf(k, depth+1)
}

func (c *cursor) boolean() bool {
	switch c.peek() {
	case 't', 'f':
		return string(c.raw()) == "true"
	case '"':
		switch c.string() {
		case "true", "TRUE", "1", "yes":
			return true
		case "false", "FALSE", "0", "no":
			return false
		}
		c.fail("Unexpected token received from parser")
		return false
	}
	c.fail(wrongScalar(c.raw(), "Boolean"))
	return false
}

// mapOf and listOf give up on content nested too deep without reading it.
func (c *cursor) mapOf(depth int) value {
	switch c.peek() {
	case '{':
	case '[':
		c.fail(msgMapList)
		return value{}
	default:
		c.fail(msgNotMap)
		return value{}
	}
	if depth > maxNesting {
		c.raw()
		return invalid(msgNesting)
	}
	m := value{kind: kindM, attr: c.entries(depth)}
	if bad := m.attr.fault(); bad != "" {
		return invalid(bad)
	}
	return m
}

// entries reads the object of an item or map. Of members of one name the last counts.
func (c *cursor) entries(depth int) item {
	it := item{}
	for c.open(); c.more(); {
		name := c.name()
		it[name] = c.value(depth)
	}
	return it
}

func (c *cursor) listOf(k kind, depth int) value {
	switch c.peek() {
	case '[':
	case '{':
		c.fail(msgStructHere)
		return value{}
	default:
		c.fail(msgNotList)
		return value{}
	}
	if depth > maxNesting {
		c.raw()
		return invalid(msgNesting)
	}
	l := value{kind: k}
	for c.open(); c.more(); {
		l.list = append(l.list, c.element(k, depth))
	}
	return l.checked()
}

func (c *cursor) element(k kind, depth int) value {
	member, ok := k.set()
	switch {
	case !ok:
		return c.value(depth)
	case c.peek() == 'n': // null
		c.raw()
		return invalid(msgNullMember[k])
	}
	return c.content(member, depth)
}

// checked is a list or set with the fault of its first faulty element, if any.
func (v value) checked() value {
	if _, ok := v.kind.set(); ok {
		return setOf(v.kind, v.list)
	}
	for _, e := range v.list {
		if e.kind == kindInvalid {
			return e
		}
	}
	return v
}

// appendValue writes an attribute value as JSON.
func appendValue(b []byte, v value) []byte {
	b = append(append(append(b, `{"`...), v.kind.String()...), `":`...)
	switch v.kind {
	case kindBOOL:
		if v.flag {
			b = append(b, "true"...)
		} else {
			b = append(b, "false"...)
		}
	case kindNULL:
		b = append(b, "true"...)
	case kindM:
		b = appendItem(b, v.attr)
	case kindL:
		b = appendList(b, v.list, appendValue)
	case kindSS, kindNS, kindBS:
		b = appendList(b, v.list, appendScalar)
	default:
		b = appendScalar(b, v)
	}
	return append(b, '}')
}

func appendScalar(b []byte, v value) []byte {
	if v.kind == kindB {
		b = append(b, '"')
		b = base64.StdEncoding.AppendEncode(b, []byte(v.text))
		return append(b, '"')
	}
	return appendString(b, v.text)
}

func appendList[E any](b []byte, list []E, one func([]byte, E) []byte) []byte {
	b = append(b, '[')
	for i, e := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = one(b, e)
	}
	return append(b, ']')
}

func appendItem(b []byte, it item) []byte {
	b = append(b, '{')
	comma := false
	for name, v := range it {
		if comma {
			b = append(b, ',')
		}
		comma = true
		b = appendString(b, name)
		b = append(b, ':')
		b = appendValue(b, v)
	}
	return append(b, '}')
}

// appendString writes a JSON string; encoding/json does those that need escapes.
func appendString(b []byte, s string) []byte {
	if !utf8.ValidString(s) || strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == '"' || r == '\\' }) >= 0 {
		quoted, _ := json.Marshal(s) // a string cannot fail
		return append(b, quoted...)
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}
