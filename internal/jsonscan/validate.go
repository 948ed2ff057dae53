package jsonscan

import (
	"encoding/binary"
	"math/bits"
)

// What follows validates what stands at an index of the data, and returns the index
// behind it: it is kept in a register that way. After an error it returns -1, and the
// scanner stands where the error is.

// value validates one value.
func (s *Scanner) value(i int) int {
	if i >= len(s.data) {
		return s.unexpected(i, "looking for a value")
	}
	switch s.data[i] {
	case '"':
		return s.string(i + 1)
	case '{':
		return s.members(i)
	case '[':
		return s.elements(i)
	case 't':
		return s.literal(i, "true")
	case 'f':
		return s.literal(i, "false")
	case 'n':
		return s.literal(i, "null")
	}
	return s.number(i)
}

// members validates an object.
func (s *Scanner) members(i int) int {
	if !s.deeper(i) {
		return -1
	}
	if i = space(s.data, i+1); at(s.data, i, '}') {
		s.depth--
		return i + 1
	}
	for {
		if i = s.colon(s.name(i)); i < 0 {
			return -1
		}
		if i = s.value(space(s.data, i)); i < 0 {
			return -1
		}
		switch i = space(s.data, i); {
		case at(s.data, i, ','):
			i = space(s.data, i+1)
		case at(s.data, i, '}'):
			s.depth--
			return i + 1
		default:
			return s.unexpected(i, "after an object's member")
		}
	}
}

// name validates a key.
func (s *Scanner) name(i int) int {
	if !at(s.data, i, '"') {
		return s.unexpected(i, "at the start of a key")
	}
	return s.string(i + 1)
}

// colon validates the colon after a key, unless that has had an error.
func (s *Scanner) colon(i int) int {
	if i < 0 {
		return -1
	}
	if i = space(s.data, i); !at(s.data, i, ':') {
		return s.unexpected(i, "after a key")
	}
	return i + 1
}

// elements validates an array.
func (s *Scanner) elements(i int) int {
	if !s.deeper(i) {
		return -1
	}
	if i = space(s.data, i+1); at(s.data, i, ']') {
		s.depth--
		return i + 1
	}
	for {
		if i = s.value(i); i < 0 {
			return -1
		}
		switch i = space(s.data, i); {
		case at(s.data, i, ','):
			i = space(s.data, i+1)
		case at(s.data, i, ']'):
			s.depth--
			return i + 1
		default:
			return s.unexpected(i, "after an array's element")
		}
	}
}

// deeper counts one more level of nesting, up to MaxDepth.
//
//go:noinline
func (s *Scanner) deeper(i int) bool {
	if s.depth++; s.depth > MaxDepth {
		s.fail(i, "nested deeper than 10,000 levels")
		return false
	}
	return true
}

// string validates a string literal from behind its opening quote on.
func (s *Scanner) string(i int) int {
	for {
		if i = plain(s.data, i); i >= len(s.data) {
			return s.fail(i, "unexpected end of input in a string")
		}
		switch s.data[i] {
		case '"':
			return i + 1
		case '\\':
			if i = s.escape(i); i < 0 {
				return -1
			}
		default:
			return s.unexpected(i, "in a string")
		}
	}
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// special marks the bytes of a word that are a quote, a backslash or a control
// character, each by its high bit; only the lowest mark counts. In x ^ (2 × ones) a quote
// is a space, and control characters stay below it; in x ^ ('\\' × ones) a backslash is a
// zero byte. What is at most n has, less n+1, its high bit set; so may have what is 0x80
// and more, which the last term takes out, and the bytes above one that borrowed.
func special(x uint64) uint64 {
	return ((x ^ 2*ones - (' '+1)*ones) | (x ^ '\\'*ones - ones)) &^ x & highs
}

// plain returns the index of the first byte at or after i that is a quote, a
// backslash or a control character, or len(data).
func plain(data []byte, i int) int {
	for ; i+8 <= len(data); i += 8 {
		if m := special(binary.LittleEndian.Uint64(data[i:])); m != 0 {
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

// escape validates an escape sequence.
func (s *Scanner) escape(i int) int {
	if i+1 >= len(s.data) {
		return s.fail(i+1, "unexpected end of input in a string")
	}
	switch s.data[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2
	case 'u':
		for j := i + 2; j < i+6; j++ {
			if j >= len(s.data) || !isHex(s.data[j]) {
				return s.unexpected(j, `in a \u escape`)
			}
		}
		return i + 6
	}
	return s.unexpected(i+1, "in a string escape")
}

func isHex(c byte) bool {
	small := c | 0x20
	return '0' <= c && c <= '9' || 'a' <= small && small <= 'f'
}

func (s *Scanner) literal(i int, want string) int {
	for _, c := range []byte(want) {
		if !at(s.data, i, c) {
			return s.unexpected(i, "in literal "+want)
		}
		i++
	}
	return i
}

// number validates -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
func (s *Scanner) number(i int) int {
	where := "looking for a value"
	if at(s.data, i, '-') {
		i++
		where = "in a number"
	}
	if at(s.data, i, '0') {
		i++
	} else if i = s.digits(i, where); i < 0 {
		return -1
	}
	if at(s.data, i, '.') {
		if i = s.digits(i+1, "after a decimal point"); i < 0 {
			return -1
		}
	}
	if at(s.data, i, 'e') || at(s.data, i, 'E') {
		i++
		if at(s.data, i, '+') || at(s.data, i, '-') {
			i++
		}
		return s.digits(i, "in an exponent")
	}
	return i
}

// digits validates one digit or more.
func (s *Scanner) digits(i int, where string) int {
	start := i
	for i < len(s.data) && '0' <= s.data[i] && s.data[i] <= '9' {
		i++
	}
	if i == start {
		return s.unexpected(i, where)
	}
	return i
}

func at(data []byte, i int, c byte) bool { return i < len(data) && data[i] == c }

// space returns the index of the first byte at or after i that is no white space.
func space(data []byte, i int) int {
	if i < len(data) && data[i] <= ' ' {
		return spaces(data, i)
	}
	return i
}

// spaces is space where there may be some. It stays out of line: most documents have none.
//
//go:noinline
func spaces(data []byte, i int) int {
	for i < len(data) && (data[i] == ' ' || data[i] == '\n' || data[i] == '\t' || data[i] == '\r') {
		i++
	}
	return i
}
