package dynamotest

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/lambdarest/lambdarest/internal/jsonscan"
)

// decodeRequest reads the JSON of a request into a struct whose fields are named
// as the members are. As with DynamoDB, members that are not fields are ignored,
// those in another case among them, null is as good as absent, and of a member
// that comes twice the last counts. encoding/json, which takes names in any case
// and merges what comes twice, would not do that.
func decodeRequest(body []byte, request any) *fault {
	if !valid(body) {
		return &fault{kind: faultSerialization}
	}
	c := &cursor{text: body}
	c.decode(reflect.ValueOf(request).Elem())
	return c.fault
}

// valid tells whether a text is JSON, with the verdict of encoding/json.
func valid(text []byte) bool {
	s := jsonscan.New(text)
	s.Skip()
	return s.End() == nil
}

// emptyEnum stands for a member of an enumeration that is there and empty, which is
// as invalid as any other value that the enumeration does not have.
const emptyEnum = "\x00"

// isEnum tells whether the member of a request on items is of an enumeration.
func isEnum(member string) bool {
	switch member {
	case "Select", "ComparisonOperator", "ConditionalOperator", "Action":
		return true
	}
	return strings.HasPrefix(member, "Return")
}

// A selfReader is a type that has its own form on the wire: values, items and names.
type selfReader interface{ read(c *cursor) }

// decode reads the next JSON value into v.
func (c *cursor) decode(v reflect.Value) {
	if self, ok := v.Addr().Interface().(selfReader); ok {
		self.read(c)
		return
	}
	if c.peek() == 'n' { // null
		c.raw()
		v.SetZero()
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		c.decode(v.Elem())
	case reflect.String:
		v.SetString(c.textOf())
	case reflect.Bool:
		v.SetBool(c.flag())
	case reflect.Int32, reflect.Int64:
		v.SetInt(c.integer(v.Type().Bits()))
	case reflect.Slice:
		c.decodeList(v)
	case reflect.Map:
		c.decodeMap(v)
	case reflect.Struct:
		c.decodeStruct(v)
	default:
		panic("dynamotest: a request has a field of type " + v.Type().String())
	}
}

// flag reads a member that is a boolean; attribute values have a laxer reader.
func (c *cursor) flag() bool {
	raw := c.raw()
	if first := raw[0]; first != 't' && first != 'f' {
		c.fail(wrongScalar(raw, "Boolean"))
	}
	return raw[0] == 't'
}

func (c *cursor) integer(bits int) int64 {
	raw := c.raw()
	n, err := strconv.ParseInt(string(raw), 10, bits)
	if err != nil {
		c.fail(wrongScalar(raw, "Integer"))
	}
	return n
}

// begin tells whether the object or list that belongs here begins here.
func (c *cursor) begin(open byte) bool {
	switch c.peek() {
	case open:
		c.open()
		return true
	case '{':
		c.fail(msgStructHere)
	default:
		c.fail(msgNotList)
	}
	return false
}

func (c *cursor) decodeList(v reflect.Value) {
	if !c.begin('[') {
		return
	}
	list := reflect.MakeSlice(v.Type(), 0, 0)
	for c.more() {
		e := reflect.New(v.Type().Elem()).Elem()
		c.decode(e)
		list = reflect.Append(list, e)
	}
	v.Set(list)
}

func (c *cursor) decodeMap(v reflect.Value) {
	if !c.begin('{') {
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for c.more() {
		name, entry := c.string(), reflect.New(v.Type().Elem()).Elem()
		c.decode(entry)
		v.SetMapIndex(reflect.ValueOf(name), entry)
	}
}

func (c *cursor) decodeStruct(v reflect.Value) {
	if !c.begin('{') {
		return
	}
	for c.more() {
		name := c.string()
		field := v.FieldByName(fieldOf(name))
		if !field.IsValid() || !field.CanSet() {
			c.raw()
			continue
		}
		present := c.peek() != 'n' // not null
		c.decode(field)
		if !present || !isEnum(name) {
			continue
		}
		if text := reflect.Indirect(field); text.Kind() == reflect.String && text.Len() == 0 {
			text.SetString(emptyEnum)
		}
	}
}

// fieldOf is the name of the field for a member: ShardID for ShardId, as Go has
// it. No member ends in ID.
func fieldOf(member string) string {
	if name, ok := strings.CutSuffix(member, "Id"); ok {
		return name + "ID"
	}
	if strings.HasSuffix(member, "ID") {
		return ""
	}
	return member
}
