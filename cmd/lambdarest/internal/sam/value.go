package sam

import (
	"iter"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// A value is a node whose intrinsic functions are evaluated, with the path to it. Where the node is absent every method
// returns nothing, so that optional properties need no checks. Getters report what is not of their type.
type value struct {
	p    *problems
	n    *yaml.Node
	path string
}

func (v value) exists() bool { return v.n != nil && v.n.Tag != "!!null" }

func (v value) fail(format string, args ...any) {
	if v.n != nil {
		v.p.fail(v.n, v.path, format, args...)
	}
}

func (v value) isMap() bool    { return v.n != nil && v.n.Kind == yaml.MappingNode }
func (v value) isScalar() bool { return v.exists() && v.n.Kind == yaml.ScalarNode }

// kind says what a node is, for messages.
func (v value) kind() string {
	switch v.n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	return strconv.Quote(v.n.Value)
}

// get returns the property of a mapping.
func (v value) get(key string) value {
	child := value{p: v.p, path: strings.TrimPrefix(v.path+"."+key, ".")}
	if !v.exists() {
		return child
	}
	if !v.isMap() {
		v.fail("expected a mapping, got %s", v.kind())
		return child
	}
	for i := 0; i+1 < len(v.n.Content); i += 2 {
		if v.n.Content[i].Value == key {
			child.n = v.n.Content[i+1]
		}
	}
	return child
}

// all returns the properties of a mapping in their order.
func (v value) all() iter.Seq2[string, value] {
	return func(yield func(string, value) bool) {
		if !v.exists() {
			return
		}
		if !v.isMap() {
			v.fail("expected a mapping, got %s", v.kind())
			return
		}
		for i := 0; i+1 < len(v.n.Content); i += 2 {
			key := v.n.Content[i].Value
			if !yield(key, value{v.p, v.n.Content[i+1], strings.TrimPrefix(v.path+"."+key, ".")}) {
				return
			}
		}
	}
}

func (v value) list() []value {
	if !v.exists() {
		return nil
	}
	if v.n.Kind != yaml.SequenceNode {
		v.fail("expected a list, got %s", v.kind())
		return nil
	}
	var values []value
	for i, item := range v.n.Content {
		values = append(values, value{v.p, item, v.path + "[" + strconv.Itoa(i) + "]"})
	}
	return values
}

// text returns a string; numbers and booleans are taken as they are written.
func (v value) text() string {
	if !v.exists() {
		return ""
	}
	if v.n.Kind != yaml.ScalarNode {
		v.fail("expected a string, got %s", v.kind())
		return ""
	}
	return v.n.Value
}

// texts returns a list of strings, or a single one as a list.
func (v value) texts() []string {
	if v.isScalar() {
		return []string{v.text()}
	}
	var all []string
	for _, item := range v.list() {
		all = append(all, item.text())
	}
	return all
}

func (v value) textMap() map[string]string {
	var m map[string]string
	for key, item := range v.all() {
		if m == nil {
			m = make(map[string]string)
		}
		m[key] = item.text()
	}
	return m
}

func (v value) number(fallback, least, most int) int {
	if !v.exists() {
		return fallback
	}
	n, err := strconv.Atoi(v.text())
	if err != nil || n < least || n > most {
		v.fail("expected a whole number from %d to %d, got %s", least, most, v.kind())
		return fallback
	}
	return n
}

func (v value) boolean(fallback bool) bool {
	if !v.exists() {
		return fallback
	}
	switch strings.ToLower(v.text()) {
	case "true":
		return true
	case "false":
		return false
	}
	v.fail("expected true or false, got %s", v.kind())
	return fallback
}

// oneOf returns a string that is among those allowed.
func (v value) oneOf(fallback string, allowed ...string) string {
	if !v.exists() {
		return fallback
	}
	got := v.text()
	for _, a := range allowed {
		if strings.EqualFold(a, got) {
			return a
		}
	}
	v.fail("expected %s, got %s", strings.Join(allowed, " or "), v.kind())
	return fallback
}
