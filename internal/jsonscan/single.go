package jsonscan

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// Steps for documents that are made of many small objects and short strings, as
// DynamoDB's are: each does in one go what takes several calls otherwise, and
// falls back on these where the document is not as compact as expected.

// EnterMember enters the next value if it is an object with a member, and moves
// to the value of the first one: EnterObject and NextKey in one.
func (s *Scanner) EnterMember() bool {
	i := s.pos + 1
	if s.err != nil || s.depth >= MaxDepth || i >= len(s.data) || s.data[i-1] != '{' || s.data[i] != '"' {
		return s.EnterObject() && s.NextKey()
	}
	s.pos, s.first = i, true
	s.depth++
	if i+3 < len(s.data) && s.data[i+2] == '"' && s.data[i+3] == ':' && s.data[i+1] != '\\' && s.data[i+1] >= ' ' {
		s.key, s.pos, s.first = s.data[i+1:i+2], i+4, false
		return true
	}
	return s.NextKey()
}

// Match moves past lit if the data go on with exactly that, and reports whether
// they do. It is for a caller who has seen what is likely to come: a member's
// comma, key and colon, and what its value begins with. Where it ends, the
// scanner must be at a value, or within the same object or array as before; an
// object that lit opens must be closed by MatchEnd, not by another method.
func (s *Scanner) Match(lit []byte) bool {
	if end := s.pos + len(lit); s.err == nil && end <= len(s.data) && string(s.data[s.pos:end]) == string(lit) {
		s.pos, s.first = end, false
		return true
	}
	return false
}

// MatchEnd moves past the end of an object that Match has opened, if nothing else
// of it is left, and reports whether that is so.
func (s *Scanner) MatchEnd() bool {
	if !at(s.data, s.pos, '}') && s.Peek() != '}' {
		return false
	}
	s.pos++
	return true
}

// Failed reports whether there has been an error.
func (s *Scanner) Failed() bool { return s.err != nil }

// Entered reports whether nothing has been read yet of the object or array that
// was entered last, so that no comma is due.
func (s *Scanner) Entered() bool { return s.first }

// LeaveMember leaves the object that was entered last, if nothing but its end is
// left of it, and reports whether that was so. Otherwise it has moved to the
// next member, or there is an error.
func (s *Scanner) LeaveMember() bool {
	if s.err == nil && s.pos < len(s.data) && s.data[s.pos] == '}' {
		s.pos++
		s.depth--
		s.first = false
		return true
	}
	return !s.NextKey() && s.err == nil
}

// Text reads the next value if it is a string, and returns its value. It aliases
// the data, or where the string has escapes a buffer of the scanner's, and is valid
// until the next call of Text. Another value is left for Value or Skip, and ok is
// false.
//
// Not valid is a string that is not UTF-8, unlike the halves of surrogate pairs in
// escapes, which become U+FFFD.
func (s *Scanner) Text() (text []byte, valid, ok bool) {
	if !at(s.data, s.pos, '"') && s.Peek() != '"' {
		return nil, false, false
	}
	s.pos++
	end, ascii := closing(s.data, s.pos)
	return s.textTo(end, ascii)
}

// TextEnd is Text and MatchEnd in one, for a string whose opening quote has been
// read by Match and that is the last member of an object that Match has opened; ok
// is false as well where it is not the last.
func (s *Scanner) TextEnd() (text []byte, valid, ok bool) {
	i := s.pos
	end, ascii := closing(s.data, i)
	if ascii && end+1 < len(s.data) && s.data[end] == '"' && s.data[end+1] == '}' {
		s.pos = end + 2
		return s.data[i:end:end], true, true
	}
	text, valid, ok = s.textTo(end, ascii)
	return text, valid, ok && s.MatchEnd()
}

// textTo reads the rest of a string that closing has been looking for the end of.
func (s *Scanner) textTo(end int, ascii bool) (text []byte, valid, ok bool) {
	if end < len(s.data) && s.data[end] == '"' {
		text = s.data[s.pos:end:end]
		s.pos = end + 1
		return text, ascii || utf8.Valid(text), true
	}
	return s.escaped(end, ascii)
}

// escaped is textTo for a string with escapes, whose first may be at end.
func (s *Scanner) escaped(end int, ascii bool) (text []byte, valid, ok bool) {
	out, i := s.text[:0], s.pos
	valid = true
	for {
		valid = valid && (ascii || utf8.Valid(s.data[i:end]))
		out = append(out, s.data[i:end]...)
		switch {
		case end >= len(s.data):
			s.fail(end, "unexpected end of input in a string")
			return nil, false, false
		case s.data[end] == '"':
			s.pos, s.text = end+1, out
			return out, valid, true
		case s.data[end] != '\\':
			s.unexpected(end, "in a string")
			return nil, false, false
		}
		next := end + 2
		if next <= len(s.data) && s.data[end+1] == '"' {
			i = end + 1 // it stands for itself
		} else if out, next = s.escapes(out, end); next < 0 {
			return nil, false, false
		} else {
			i = next
		}
		end, ascii = closing(s.data, next)
	}
}

// escapes appends what the escape sequence at i stands for, or two that are one
// character, and returns the index behind, or -1.
func (s *Scanner) escapes(out []byte, i int) ([]byte, int) {
	next := s.escape(i)
	if next >= 0 && bytes.HasPrefix(s.data[next:], []byte(`\u`)) {
		next = s.escape(next)
	}
	if next < 0 {
		return out, -1
	}
	out, rest := appendEscaped(out, s.data[i:next])
	return out, next - len(rest)
}

// closing is plain, and also tells whether all bytes before the one it found are
// ASCII; it may say that they are not when only later ones are not.
func closing(data []byte, i int) (end int, ascii bool) {
	var seen uint64
	for ; i+8 <= len(data); i += 8 {
		x := binary.LittleEndian.Uint64(data[i:])
		if m := special(x); m != 0 {
			n := bits.TrailingZeros64(m) >> 3
			seen |= x & (1<<(8*n) - 1)
			return i + n, seen&highs == 0
		}
		seen |= x
	}
	end = plain(data, i)
	for _, c := range data[i:end] {
		seen |= uint64(c)
	}
	return end, seen&highs == 0
}
