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

import "fmt"

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
		if s.pos = space(s.data, s.pos); s.pos < len(s.data) {
			s.unexpected(s.pos, "after the top-level value")
		}
	}
	return s.Err()
}

// Stop makes the scanner give nothing more, as after an error: the caller has refused the document.
func (s *Scanner) Stop() {
	s.data, s.pos = nil, 0
	s.Skip()
}

// Mark is the place of a value in an object or array.
type Mark struct{ pos, depth int }

// Mark returns the place of the value that comes next, of which nothing has been read yet.
func (s *Scanner) Mark() Mark { return Mark{s.pos, s.depth} }

// Back moves to a value that the scanner has been at. There must have been no error since.
func (s *Scanner) Back(to Mark) { s.pos, s.depth, s.first = to.pos, to.depth, false }

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
	if s.pos = space(s.data, s.pos); s.pos < len(s.data) {
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
	if s.Peek() != open || !s.deeper(s.pos) {
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
	start := space(s.data, s.pos)
	end := s.name(start)
	value := s.colon(end)
	if value < 0 {
		return false
	}
	s.pos = value
	raw := s.data[start:end]
	if s.key = raw[1 : len(raw)-1]; hasEscape(s.key) {
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
	s.unexpected(s.pos, where)
	return false
}

// Value validates the next value and returns its raw text, without the white
// space around it. It aliases the data. It is nil after an error.
func (s *Scanner) Value() []byte {
	if s.err != nil {
		return nil
	}
	start := space(s.data, s.pos)
	if end := s.value(start); end >= 0 {
		s.pos = end
		return s.data[start:end:end]
	}
	return nil
}

// Skip validates the next value and moves past it.
func (s *Scanner) Skip() { s.Value() }

// unexpected fails at i, naming the character there and where it stands.
func (s *Scanner) unexpected(i int, where string) int {
	if i >= len(s.data) {
		return s.fail(i, "unexpected end of input "+where)
	}
	return s.fail(i, fmt.Sprintf("unexpected character %q %s", s.data[i], where))
}

// fail keeps the first error, moves to it, and returns -1. Inlined, it would make a third
// of the code that calls it.
//
//go:noinline
func (s *Scanner) fail(i int, msg string) int {
	if s.err == nil {
		s.pos = min(i, len(s.data))
		s.err = &SyntaxError{Offset: s.pos, Msg: msg}
	}
	return -1
}
