package dynamotest

import (
	"slices"
	"strings"
)

// A kind is a type of DynamoDB. The order is that of no list of DynamoDB's.
type kind uint8

const (
	kindInvalid kind = iota // a value that validation is to reject
	kindS
	kindN
	kindB
	kindBOOL
	kindNULL
	kindSS
	kindNS
	kindBS
	kindL
	kindM
	kindRemoved // a list element that an update took out, before the list closes up
)

var kindNames = [...]string{"", "S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M", ""}

func (k kind) String() string { return kindNames[k] }

// kindOf is the kind of a type descriptor ("S", "NS"), kindInvalid for any other text.
func kindOf(name string) kind {
	if i := slices.Index(kindNames[:kindRemoved], name); i > 0 {
		return kind(i)
	}
	return kindInvalid
}

// set tells whether k is one of the three set types, and the kind of its members.
func (k kind) set() (member kind, ok bool) {
	if k < kindSS || k > kindBS {
		return 0, false
	}
	return k - kindSS + kindS, true
}

// A value is an attribute value. Values are never changed once built, so the
// engine shares them freely between stored items, requests and answers; only
// the doors copy, where SDK types or bytes come in and go out.
type value struct {
	kind kind
	flag bool    // BOOL
	text string  // S; B, as bytes; N, in canonical form; kindInvalid, the message
	list []value // L and the members of a set
	attr item    // M
}

// An item is a row, or the content of a map. As a value it is never changed in place.
type item map[string]value

func invalid(message string) value { return value{kind: kindInvalid, text: message} }

// number makes an N of text, or an invalid value with DynamoDB's message.
func number(text string) value {
	if plainInteger(text) {
		return value{kind: kindN, text: text}
	}
	d, fault := parseDecimal(text)
	if fault != "" {
		return invalid(fault)
	}
	return value{kind: kindN, text: d.text()}
}

// plainInteger tells that text is in canonical form already, for the commonest numbers.
func plainInteger(text string) bool {
	return len(text) > 0 && len(text) <= 18 && allDigits(text) && (text[0] != '0' || len(text) == 1)
}

// decimal is the number of an N. Its text was checked when the value was made.
func (v value) decimal() decimal {
	d, _ := parseDecimal(v.text)
	return d
}

// setOf makes a set of the given members, or an invalid value where there are
// none, where one is invalid, or where two are equal.
func setOf(k kind, members []value) value {
	if len(members) == 0 {
		return invalid(map[kind]string{
			kindSS: msgInvalid + "An string set  may not be empty",
			kindNS: msgInvalid + "An number set  may not be empty",
			kindBS: msgInvalid + "Binary sets should not be empty",
		}[k])
	}
	seen := make(map[string]struct{}, len(members))
	for _, m := range members {
		if m.kind == kindInvalid {
			return m
		}
		seen[m.text] = struct{}{}
	}
	if len(seen) == len(members) {
		return value{kind: k, list: members}
	}
	switch k {
	case kindSS:
		return invalid(msgInvalid + "Input collection " + listText(members) + " contains duplicates.")
	case kindBS:
		return invalid(msgInvalid + "Input collection " + listText(members) + "of type BS contains duplicates.")
	}
	return invalid("Input collection contains duplicates")
}

// equal compares deeply and by type; numbers by value, sets without order.
func (v value) equal(o value) bool {
	if v.kind != o.kind {
		return false
	}
	switch v.kind {
	case kindS, kindN, kindB:
		return v.text == o.text // an N is canonical
	case kindBOOL:
		return v.flag == o.flag
	case kindL:
		return slices.EqualFunc(v.list, o.list, value.equal)
	case kindM:
		return v.attr.equal(o.attr)
	case kindSS, kindNS, kindBS:
		return len(v.list) == len(o.list) && !slices.ContainsFunc(v.list, func(m value) bool { return !o.holds(m) })
	}
	return true
}

func (it item) equal(o item) bool {
	if len(it) != len(o) {
		return false
	}
	for name, v := range it {
		if w, ok := o[name]; !ok || !v.equal(w) {
			return false
		}
	}
	return true
}

// holds tells whether m is a member of a set or an element of a list.
func (v value) holds(m value) bool {
	return slices.ContainsFunc(v.list, m.equal)
}

// compare orders two values of one scalar type. ok is false where they have no
// order: different types, or a type other than S, N and B.
func (v value) compare(o value) (order int, ok bool) {
	if v.kind != o.kind {
		return 0, false
	}
	switch v.kind {
	case kindS, kindB:
		return strings.Compare(v.text, o.text), true
	case kindN:
		return v.decimal().compare(o.decimal()), true
	}
	return 0, false
}

// fault is the message of the invalid value, else empty.
func (v value) fault() string {
	if v.kind == kindInvalid {
		return v.text
	}
	return ""
}

// fault is the message of the first attribute, by name, that is invalid.
func (it item) fault() string {
	first, message := "", ""
	for name, v := range it {
		if m := v.fault(); m != "" && (message == "" || name < first) {
			first, message = name, m
		}
	}
	return message
}

// with is a copy of it with one attribute set.
func (it item) with(name string, v value) item {
	c := make(item, len(it)+1)
	for n, old := range it {
		c[n] = old
	}
	c[name] = v
	return c
}

// without is a copy of it that lacks one attribute.
func (it item) without(name string) item {
	c := make(item, len(it))
	for n, old := range it {
		if n != name {
			c[n] = old
		}
	}
	return c
}
