// Package jsonscan reads JSON in one strict pass, without building values.
//
// A [Scanner] walks a document that stays in the caller's buffer: it enters
// the objects and arrays that the caller cares about, hands out the raw text of
// the values that it wants, and validates and skips everything else. Its verdict
// on a document that was read to the end is encoding/json's verdict, including
// the nesting limit of [MaxDepth].
//
//	s := jsonscan.New(payload)
//	if s.EnterObject() {
//		for s.NextKey() {
//			switch string(s.Key()) {
//			case "path":
//				path = s.Value()
//			default:
//				s.Skip()
//			}
//		}
//	}
//	err := s.End()
//
// Errors are sticky: after the first one every Next method returns false and
// Value returns nil, so the loops above end and End reports it.
package jsonscan

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// MaxDepth is the deepest nesting of objects and arrays that is accepted. It
// is encoding/json's limit.
const MaxDepth = 10_000

// SyntaxError says where and why a document is not JSON.
type SyntaxError struct {
	Offset int // bytes before the fault
	Msg    string
}

// Error names the offset and the fault; it never quotes the document beyond one
// character.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("invalid JSON at byte %d: %s", e.Offset, e.Msg)
}

// Scanner walks one JSON document. It holds no memory but the caller's buffer,
// and a small one of its own for keys with escapes. It is not safe for
// concurrent use.
type Scanner struct {
	data  []byte
	pos   int
	depth int
	first bool   // nothing has been read yet of the object or array just entered
	key   []byte // of the current member, unescaped
	buf   []byte // backs key where it had escapes
	text  []byte // backs what Text returns where it had escapes
	err   *SyntaxError
}

// New returns a scanner at the start of data. The scanner only reads data.
func New(data []byte) Scanner { return Scanner{data: data} }

// Err returns the first error, or nil.
func (s *Scanner) Err() error {
	if s.err == nil {
		return nil
	}
	return s.err
}

// End reports the first error of the walk, or that something other than white
// space follows the document's value.
func (s *Scanner) End() error {
	if s.err == nil {
		if s.space(); s.pos < len(s.data) {
			s.unexpected("after the top-level value")
		}
	}
	return s.Err()
}

// Offset is the number of bytes read so far.
func (s *Scanner) Offset() int { return s.pos }

// Rest is the number of bytes that have not been read.
func (s *Scanner) Rest() int { return len(s.data) - s.pos }

// Since returns what has been read since an offset, as it is in the data.
func (s *Scanner) Since(offset int) []byte { return s.data[offset:s.pos:s.pos] }

// Peek returns the first byte of the next value — one of { [ " t f n - 0…9 in a
// valid document — or 0 at the end of the data or after an error. It skips white
// space and nothing else.
func (s *Scanner) Peek() byte {
	if s.err != nil {
		return 0
	}
	if s.space(); s.pos < len(s.data) {
		return s.data[s.pos]
	}
	return 0
}

// EnterObject enters the next value if it is an object and reports whether it
// is; another value is left for Value or Skip.
func (s *Scanner) EnterObject() bool { return s.enter('{') }

// EnterArray enters the next value if it is an array and reports whether it is;
// another value is left for Value or Skip.
func (s *Scanner) EnterArray() bool { return s.enter('[') }

func (s *Scanner) enter(open byte) bool {
	if s.Peek() != open || !s.deeper() {
		return false
	}
	s.pos++
	s.first = true
	return true
}

// NextKey moves to the value of the next member of the object that was entered
// last, or past the object's end, and reports which. The value before must have
// been read, skipped or left.
func (s *Scanner) NextKey() bool {
	if s.compactKey() {
		return true
	}
	if !s.next('}', "after an object's member") {
		return false
	}
	raw := s.string("at the start of a key")
	if !s.colon() {
		return false
	}
	s.key = raw[1 : len(raw)-1]
	if hasEscape(s.key) {
		s.buf = AppendUnquote(s.buf[:0], raw)
		s.key = s.buf
	}
	return true
}

// compactKey is NextKey where a key without escapes follows, and no white space.
// It reports whether that is so, and does nothing if it is not.
func (s *Scanner) compactKey() bool {
	i := s.pos
	if s.err != nil || i+1 >= len(s.data) {
		return false
	}
	if !s.first {
		if s.data[i] != ',' {
			return false
		}
		i++
	}
	if s.data[i] != '"' {
		return false
	}
	end := plain(s.data, i+1)
	if end+1 >= len(s.data) || s.data[end] != '"' || s.data[end+1] != ':' {
		return false
	}
	s.key, s.pos, s.first = s.data[i+1:end], end+2, false
	return true
}

// Key returns the key of the current member, unescaped. It is valid until the
// next call of NextKey.
func (s *Scanner) Key() []byte { return s.key }

// NextElem moves to the next element of the array that was entered last, or
// past the array's end, and reports which.
func (s *Scanner) NextElem() bool { return s.next(']', "after an array's element") }

// next consumes the comma or the closing bracket that is due.
func (s *Scanner) next(closing byte, where string) bool {
	c := s.Peek()
	switch {
	case s.err != nil:
		return false
	case c == closing && c != 0:
		s.pos++
		s.depth--
		s.first = false
		return false
	case s.first:
		s.first = false
		return true
	case c == ',':
		s.pos++
		return true
	}
	s.unexpected(where)
	return false
}

// Value validates the next value and returns its raw text, without the white
// space around it. It aliases the data. It is nil after an error.
func (s *Scanner) Value() []byte {
	if s.err != nil {
		return nil
	}
	s.space()
	start := s.pos
	s.value()
	if s.err != nil {
		return nil
	}
	return s.data[start:s.pos:s.pos]
}

// Skip validates the next value and moves past it.
func (s *Scanner) Skip() { s.Value() }

// value validates one value that begins at pos.
func (s *Scanner) value() {
	if s.pos >= len(s.data) {
		s.unexpected("looking for a value")
		return
	}
	switch c := s.data[s.pos]; c {
	case '"':
		s.string("")
	case '{':
		if s.enter('{') {
			s.members()
		}
	case '[':
		if s.enter('[') {
			s.elements()
		}
	case 't':
		s.literal("true")
	case 'f':
		s.literal("false")
	case 'n':
		s.literal("null")
	default:
		s.number()
	}
}

// members validates the rest of an object without keeping its keys.
func (s *Scanner) members() {
	for s.next('}', "after an object's member") {
		s.string("at the start of a key")
		if s.colon() {
			s.space()
			s.value()
		}
	}
}

// colon consumes the colon after a key.
func (s *Scanner) colon() bool {
	if s.Peek() != ':' {
		s.unexpected("after a key")
		return false
	}
	s.pos++
	return true
}

// elements validates the rest of an array.
func (s *Scanner) elements() {
	for s.next(']', "after an array's element") {
		s.space()
		s.value()
	}
}

// deeper counts one more level of nesting, up to MaxDepth.
func (s *Scanner) deeper() bool {
	if s.depth++; s.depth > MaxDepth {
		s.fail("nested deeper than 10,000 levels")
		return false
	}
	return true
}

// string validates a string literal, returning it with its quotes; where says
// what was expected if there is none.
func (s *Scanner) string(where string) []byte {
	if s.Peek() != '"' {
		s.unexpected(where)
		return nil
	}
	return s.stringFrom(s.pos, s.pos+1)
}

// stringFrom is string from start on, where all bytes before i are plain.
func (s *Scanner) stringFrom(start, i int) []byte {
	for {
		i = plain(s.data, i)
		if i >= len(s.data) {
			s.pos = len(s.data)
			s.fail("unexpected end of input in a string")
			return nil
		}
		switch s.data[i] {
		case '"':
			s.pos = i + 1
			return s.data[start:s.pos]
		case '\\':
			if i = s.escape(i); s.err != nil {
				return nil
			}
		default:
			s.pos = i
			s.unexpected("in a string")
			return nil
		}
	}
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// plain returns the index of the first byte at or after i that is a quote, a
// backslash or a control character, or len(data). It looks at eight bytes at a
// time: in x^('"' × ones) a quote is a zero byte, and (v-ones)&^v has the high
// bit of the lowest zero byte set; what borrows make of the bytes above that
// does not matter.
func plain(data []byte, i int) int {
	for ; i+8 <= len(data); i += 8 {
		x := binary.LittleEndian.Uint64(data[i:])
		q := x ^ ('"' * ones)
		b := x ^ ('\\' * ones)
		if m := ((q-ones)&^q | (b-ones)&^b | (x-' '*ones)&^x) & highs; m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
	}
	for ; i < len(data); i++ {
		if c := data[i]; c == '"' || c == '\\' || c < ' ' {
			break
		}
	}
	return i
}

// escape validates the escape sequence at i and returns the index after it.
func (s *Scanner) escape(i int) int {
	s.pos = i + 1
	if s.pos >= len(s.data) {
		s.fail("unexpected end of input in a string")
		return i
	}
	switch s.data[s.pos] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2
	case 'u':
		for s.pos = i + 2; s.pos < i+6; s.pos++ {
			if s.pos >= len(s.data) || !isHex(s.data[s.pos]) {
				s.unexpected(`in a \u escape`)
				return i
			}
		}
		return i + 6
	}
	s.unexpected("in a string escape")
	return i
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func (s *Scanner) literal(want string) {
	for i := range len(want) {
		if s.pos >= len(s.data) || s.data[s.pos] != want[i] {
			s.unexpected("in literal " + want)
			return
		}
		s.pos++
	}
}

// number validates -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
func (s *Scanner) number() {
	where := "looking for a value"
	if s.at('-') {
		s.pos++
		where = "in a number"
	}
	if s.at('0') {
		s.pos++
	} else if !s.digits(where) {
		return
	}
	if s.at('.') {
		s.pos++
		if !s.digits("after a decimal point") {
			return
		}
	}
	if s.at('e') || s.at('E') {
		s.pos++
		if s.at('+') || s.at('-') {
			s.pos++
		}
		s.digits("in an exponent")
	}
}

// digits consumes one digit or more.
func (s *Scanner) digits(where string) bool {
	start := s.pos
	for s.pos < len(s.data) && '0' <= s.data[s.pos] && s.data[s.pos] <= '9' {
		s.pos++
	}
	if s.pos == start {
		s.unexpected(where)
		return false
	}
	return true
}

func (s *Scanner) at(c byte) bool { return s.pos < len(s.data) && s.data[s.pos] == c }

// space moves past white space.
func (s *Scanner) space() {
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ' ', '\t', '\r', '\n':
			s.pos++
		default:
			return
		}
	}
}

// unexpected fails at pos, naming the character there and where it stands.
func (s *Scanner) unexpected(where string) {
	if s.pos >= len(s.data) {
		s.fail("unexpected end of input " + where)
		return
	}
	s.fail(fmt.Sprintf("unexpected character %q %s", s.data[s.pos], where))
}

// fail keeps the first error.
func (s *Scanner) fail(msg string) {
	if s.err == nil {
		s.err = &SyntaxError{Offset: s.pos, Msg: msg}
	}
}
