package dynamotest

import (
	"slices"
	"strconv"
	"strings"
)

// A path leads into an item: the attribute's name, then map keys and list indexes.
type path []step

type step struct {
	name  string
	index int // where name is empty
}

func (s step) String() string {
	if s.name == "" {
		return "[" + strconv.Itoa(s.index) + "]"
	}
	return s.name
}

// String shows a path as DynamoDB's messages do: [a, [0], b].
func (p path) String() string {
	texts := make([]string, len(p))
	for i, s := range p {
		texts[i] = s.String()
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

// find is the value at p.
func (p path) find(it item) (value, bool) {
	v, ok := it[p[0].name]
	for _, s := range p[1:] {
		if !ok {
			return value{}, false
		}
		v, ok = v.child(s)
	}
	return v, ok
}

// beforeIndex is the part of p before its first list index.
func (p path) beforeIndex() path {
	if i := slices.IndexFunc(p, func(s step) bool { return s.name == "" }); i >= 0 {
		return p[:i]
	}
	return p
}

// child is the entry of a map or the element of a list.
func (v value) child(s step) (value, bool) {
	switch {
	case s.name != "":
		c, ok := v.attr[s.name]
		return c, ok
	case v.kind == kindL && s.index < len(v.list):
		return v.list[s.index], true
	}
	return value{}, false
}

// clash tells how two paths of one update or projection stand in each other's
// way: one is the other or leads into it ("overlap"), or they take one value
// for a map and for a list ("conflict"). Empty where they do not.
func (p path) clash(o path) string {
	for i := range min(len(p), len(o)) {
		if (p[i].name == "") != (o[i].name == "") {
			return "conflict"
		}
		if p[i] != o[i] {
			return ""
		}
	}
	return "overlap"
}
