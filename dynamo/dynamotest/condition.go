package dynamotest

import (
	"strconv"
	"strings"
	"unicode/utf16"
)

// holds tells whether a condition is true of an item. A nil condition is. There
// is no third truth value: a comparison with a missing attribute is false
// (<> is true), and NOT turns that around.
func (e *expr) holds(it item) bool {
	if e == nil {
		return true
	}
	switch e.kind {
	case exprAnd:
		return e.args[0].holds(it) && e.args[1].holds(it)
	case exprOr:
		return e.args[0].holds(it) || e.args[1].holds(it)
	case exprNot:
		return !e.args[0].holds(it)
	case exprCompare:
		return e.compares(it)
	case exprBetween:
		v, vok := e.args[0].operand(it)
		lower, lok := e.args[1].operand(it)
		upper, uok := e.args[2].operand(it)
		return vok && lok && uok && ordered(">=", v, lower) && ordered("<=", v, upper)
	case exprIn:
		v, ok := e.args[0].operand(it)
		return ok && e.anyEqual(v, it)
	}
	return e.calls(it)
}

func (e *expr) compares(it item) bool {
	a, aok := e.args[0].operand(it)
	b, bok := e.args[1].operand(it)
	switch e.name {
	case "=":
		return aok && bok && a.equal(b)
	case "<>":
		return !aok || !bok || !a.equal(b)
	}
	return aok && bok && ordered(e.name, a, b)
}

// ordered tells whether a comparator of order holds between two values of one type.
func ordered(comparator string, a, b value) bool {
	c, ok := a.compare(b)
	if !ok {
		return false
	}
	switch comparator {
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	}
	return c >= 0
}

func (e *expr) anyEqual(v value, it item) bool {
	for _, a := range e.args[1:] {
		if w, ok := a.operand(it); ok && v.equal(w) {
			return true
		}
	}
	return false
}

// calls evaluates a function that is true or false.
func (e *expr) calls(it item) bool {
	v, ok := e.args[0].operand(it)
	switch e.name {
	case "attribute_exists":
		return ok
	case "attribute_not_exists":
		return !ok
	}
	w, wok := e.args[1].operand(it)
	if !ok || !wok {
		return false
	}
	switch e.name {
	case "attribute_type":
		return v.kind.String() == w.text
	case "begins_with":
		return v.kind == w.kind && (v.kind == kindS || v.kind == kindB) && strings.HasPrefix(v.text, w.text)
	}
	return v.contains(w)
}

// contains is the function of that name: a substring, a member or an element.
func (v value) contains(w value) bool {
	switch v.kind {
	case kindS, kindB:
		return v.kind == w.kind && strings.Contains(v.text, w.text)
	case kindL, kindSS, kindNS, kindBS:
		return v.holds(w)
	}
	return false
}

// operand is the value a node stands for, where there is one.
func (e *expr) operand(it item) (value, bool) {
	switch e.kind {
	case exprValue:
		return e.value, true
	case exprPath:
		return e.path.find(it)
	}
	v, ok := e.args[0].operand(it)
	if !ok {
		return value{}, false
	}
	n, ok := v.length()
	return value{kind: kindN, text: strconv.Itoa(n)}, ok
}

// length is the function size: bytes, members or entries, and of a string its
// UTF-16 code units.
func (v value) length() (int, bool) {
	switch v.kind {
	case kindS:
		return len(utf16.Encode([]rune(v.text))), true
	case kindB:
		return len(v.text), true
	case kindL, kindSS, kindNS, kindBS:
		return len(v.list), true
	case kindM:
		return len(v.attr), true
	}
	return 0, false
}
