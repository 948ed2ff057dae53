package dynamotest

import (
	"encoding/json"
	"strconv"
)

// appendJSON writes what need not be fast. It cannot fail: v has no channels,
// functions or cycles.
func appendJSON(b []byte, v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic("dynamotest: " + err.Error())
	}
	return append(b, text...)
}

// An object writes the members of a JSON object that are present.
type object struct{ b []byte }

// member starts a member; its value follows.
func (o *object) member(name string) {
	if len(o.b) > 0 && o.b[len(o.b)-1] != '{' {
		o.b = append(o.b, ',')
	}
	o.b = append(append(append(o.b, '"'), name...), `":`...)
}

func (o *object) item(name string, it item) {
	if it != nil {
		o.member(name)
		o.b = appendItem(o.b, it)
	}
}

func (o *object) items(name string, items []item) {
	o.member(name)
	o.b = appendList(o.b, items, appendItem)
}

func (o *object) int(name string, n int) {
	o.member(name)
	o.b = strconv.AppendInt(o.b, int64(n), 10)
}

func (o *object) text(name, s string) {
	o.member(name)
	o.b = appendString(o.b, s)
}

func (o *object) capacity(c *capacity) {
	if c != nil {
		o.member("ConsumedCapacity")
		o.b = c.appendJSON(o.b)
	}
}

func (o *object) capacities(list []*capacity) {
	if len(list) > 0 {
		o.member("ConsumedCapacity")
		o.b = appendList(o.b, list, func(b []byte, c *capacity) []byte { return c.appendJSON(b) })
	}
}

func (o *object) bool(name string, v bool) {
	o.member(name)
	o.b = strconv.AppendBool(o.b, v)
}
