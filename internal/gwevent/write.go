package gwevent

import (
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"
)

// encoding/json needs most of the time of an event and nearly all of its allocations. A writer writes what it would, byte
// for byte (FuzzWrite holds the two against each other), straight into the event; what an authorizer has found is the
// only part that it has from encoding/json.
type writer struct{ buf []byte }

// newWriter begins the object of an event that is about as long.
func newWriter(size int) *writer { return &writer{append(make([]byte, 0, size), '{')} }

// size is about how long a member is that shows pairs; some of the values stand there alone, others as a list.
func (ps pairs) size() int {
	n := 0
	for _, p := range ps {
		n += len(p.name) + len(`"":"",`)
		for _, value := range p.values {
			n += len(value) + len(`"",`)
		}
	}
	return n
}

func sizeOf(m map[string]string) int {
	n := 0
	for name, value := range m {
		n += len(name) + len(value) + len(`"":"",`)
	}
	return n
}

// end ends the event.
func (w *writer) end() []byte { return append(w.buf, '}') }

// raw writes text of JSON, text a string.
func (w *writer) raw(s string)  { w.buf = append(w.buf, s...) }
func (w *writer) text(s string) { w.buf = appendText(w.buf, s) }

// member writes a member whose value is a string, memberOrNull one that may be missing. The name is as it stands in the
// event, with its quotes, the colon and a comma in front unless it is the first.
func (w *writer) member(name, value string) {
	w.raw(name)
	w.text(value)
}

func (w *writer) memberOrNull(name string, value *string) {
	w.raw(name)
	if value == nil {
		w.raw("null")
		return
	}
	w.text(*value)
}

func (w *writer) optional(name string, value *string) {
	if value != nil {
		w.member(name, *value)
	}
}

func (w *writer) number(name string, value int64) {
	w.raw(name)
	w.buf = strconv.AppendInt(w.buf, value, 10)
}

func (w *writer) time(name string, t clf) {
	w.raw(name)
	w.buf = t.append(w.buf)
}

func (w *writer) boolean(name string, value bool) {
	w.raw(name)
	w.buf = strconv.AppendBool(w.buf, value)
}

// opening is what stands in front of the i-th member or element: the bracket or a comma.
func opening(bracket string, i int) string {
	if i == 0 {
		return bracket
	}
	return ","
}

// list writes an array of at least one string.
func (w *writer) list(values []string) {
	for i, value := range values {
		w.raw(opening("[", i))
		w.text(value)
	}
	w.raw("]")
}

func (w *writer) joined(values []string) {
	w.buf = append(w.buf, '"')
	for i, value := range values {
		if i > 0 {
			w.buf = append(w.buf, ',')
		}
		w.buf = appendEscaped(w.buf, value)
	}
	w.buf = append(w.buf, '"')
}

// A form is how the values of a name are shown: see multiValues and the others.
type form int

const (
	asList form = iota
	asLast
	asJoined
)

// pairs writes a member whose value is an object of pairs, null where there are none.
func (w *writer) pairs(name string, ps pairs, as form) {
	w.raw(name)
	if len(ps) == 0 {
		w.raw("null")
		return
	}
	for i, p := range ps {
		w.raw(opening("{", i))
		w.text(p.name)
		w.raw(":")
		switch as {
		case asList:
			w.list(p.values)
		case asLast:
			w.text(p.values[len(p.values)-1])
		case asJoined:
			w.joined(p.values)
		}
	}
	w.raw("}")
}

// strings writes a member whose value is a map, in the order of its keys; nil is null.
func (w *writer) strings(name string, m map[string]string) {
	w.raw(name)
	if m == nil {
		w.raw("null")
		return
	}
	var few [32]string
	names := few[:0]
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	w.raw("{")
	for i, name := range names {
		if i > 0 {
			w.raw(",")
		}
		w.text(name)
		w.raw(":")
		w.text(m[name])
	}
	w.raw("}")
}

// encodeAuthorizer returns what an authorizer has found in JSON, nil if there was none. It is no part of writing an event,
// so that the rest of an event needs no place on the heap.
func encodeAuthorizer(v any) ([]byte, error) {
	if v == nil {
		return nil, nil
	}
	encoded, err := marshal(v)
	if err != nil {
		return nil, fmt.Errorf("gwevent: authorizer: %w", err)
	}
	return encoded, nil
}

func (w *writer) authorizer(encoded []byte) {
	if encoded != nil {
		w.raw(`,"authorizer":`)
		w.buf = append(w.buf, encoded...)
	}
}

// plain are the ASCII characters that stand for themselves in JSON.
var plain = func() (set [utf8.RuneSelf]bool) {
	for c := range set {
		set[c] = c >= ' ' && c != '"' && c != '\\'
	}
	return set
}()

// appendText appends a string of JSON; no service escapes <, > and &.
func appendText(b []byte, s string) []byte {
	return append(appendEscaped(append(b, '"'), s), '"')
}

// appendEscaped escapes as encoding/json does: short forms where there are any, what is no UTF-8 as U+FFFD, and the two
// line ends that JavaScript knows besides those of ASCII.
func appendEscaped(b []byte, s string) []byte {
	begin := 0
	for i := plainStart(s); i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if !plain[c] {
				b = appendEscape(append(b, s[begin:i]...), c)
				begin = i + 1
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 || r == '\u2028' || r == '\u2029' {
			b = append(b, s[begin:i]...)
			b = append(b, map[rune]string{utf8.RuneError: `\ufffd`, '\u2028': `\u2028`, '\u2029': `\u2029`}[r]...)
			begin = i + size
		}
		i += size
	}
	return append(b, s[begin:]...)
}

// plainStart returns how many of the first characters stand for themselves, in steps of eight. In x^('"' × ones) a quote
// is a zero byte, and (v-ones)&^v has the high bit of the lowest zero byte set; a byte below ' ' borrows likewise, and one
// beyond ASCII has its own high bit set.
func plainStart(s string) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; i+8 <= len(s); i += 8 {
		x := uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
			uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
		q, b := x^('"'*ones), x^('\\'*ones)
		if ((q-ones)&^q|(b-ones)&^b|(x-' '*ones)&^x|x)&highs != 0 {
			break
		}
	}
	return i
}

func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\b':
		return append(b, `\b`...)
	case '\f':
		return append(b, `\f`...)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	}
	const digits = "0123456789abcdef"
	return append(b, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
}
