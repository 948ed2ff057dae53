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
)

var kindNames = [...]string{"", "S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"}

func (k kind) String() string { return kindNames[k] }

// kindOf is the kind of a type descriptor ("S", "NS"), kindInvalid for any other text.
func kindOf(name string) kind {
	if i := slices.Index(kindNames[:], name); i > 0 {
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

// msgNullMember are the messages for a null among the members of a set.
var msgNullMember = map[kind]string{
	kindSS: msgInvalid + "An string set may not have a null string as a member",
	kindNS: "A value provided cannot be converted into a number",
	kindBS: msgInvalid + "Binary sets may not contain null values",
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
		sortMembers(members)
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

// sortMembers puts the members of a set into the order in which DynamoDB keeps and
// answers them: bytewise, and numbers by value. It owns the slice.
func sortMembers(members []value) {
	if members[0].kind != kindN {
		slices.SortFunc(members, func(a, b value) int { return strings.Compare(a.text, b.text) })
		return
	}
	type number struct {
		value
		decimal
	}
	numbers := make([]number, len(members)) // each text is read once
	for i, m := range members {
		numbers[i] = number{m, m.decimal()}
	}
	slices.SortFunc(numbers, func(a, b number) int { return a.decimal.compare(b.decimal) })
	for i, n := range numbers {
		members[i] = n.value
	}
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
		return v.sameMembers(o)
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

// sameMembers compares two sets of one type.
func (v value) sameMembers(o value) bool {
	if len(v.list) != len(o.list) {
		return false
	}
	members := o.members()
	for _, m := range v.list {
		if _, ok := members[m.text]; !ok {
			return false
		}
	}
	return true
}

// members are the texts of a set's members, which tell them apart: all are of
// one type, and numbers are canonical. Sets are too large to search one by one.
func (v value) members() map[string]struct{} {
	texts := make(map[string]struct{}, len(v.list))
	for _, m := range v.list {
		texts[m.text] = struct{}{}
	}
	return texts
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
		m := v.fault()
		if bad := nameFault(name); bad != "" && m != msgEmptyValue {
			m = bad
		}
		if m != "" && (message == "" || name < first) {
			first, message = name, m
		}
	}
	return message
}

// nameFault is the message for an attribute name that is empty or too long.
func nameFault(name string) string {
	switch {
	case name == "":
		return "Empty attribute name"
	case len(name) > maxName:
		return "Attribute name is too large, must be less than 65536 bytes"
	}
	return ""
}

// sound tells that a value can be stored: it has a kind, and so has all in it.
func (v value) sound() bool {
	switch member, set := v.kind.set(); {
	case set:
		return len(v.list) > 0 && !slices.ContainsFunc(v.list, func(m value) bool { return m.kind != member })
	case v.kind == kindL:
		return !slices.ContainsFunc(v.list, func(e value) bool { return !e.sound() })
	case v.kind == kindM:
		return v.attr.sound()
	}
	return v.kind != kindInvalid
}

func (it item) sound() bool {
	for _, v := range it {
		if !v.sound() {
			return false
		}
	}
	return true
}
