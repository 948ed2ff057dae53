package vtl

import (
	"unicode/utf16"
	"unicode/utf8"
)

// Java counts a string in UTF-16 code units, and may cut a character in half. Strings are kept as UTF-8 here; half a
// character is kept as the three bytes that UTF-8 would use for it, were it allowed to, and becomes "?" when printed,
// as Java does.

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func encodeUTF16(s string) []uint16 {
	units := make([]uint16, 0, len(s))
	for i := 0; i < len(s); {
		if u, ok := surrogate(s[i:]); ok {
			units = append(units, u)
			i += 3
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		units = utf16.AppendRune(units, r)
		i += n
	}
	return units
}

func decodeUTF16(units []uint16) string {
	b := make([]byte, 0, len(units)+len(units)/2)
	for i := 0; i < len(units); i++ {
		r := rune(units[i])
		if utf16.IsSurrogate(r) && i+1 < len(units) {
			if pair := utf16.DecodeRune(r, rune(units[i+1])); pair != utf8.RuneError {
				b = utf8.AppendRune(b, pair)
				i++
				continue
			}
		}
		b = appendUnit(b, units[i])
	}
	return string(b)
}

// appendUnit appends one code unit, which may be half a character.
func appendUnit(b []byte, u uint16) []byte {
	if utf16.IsSurrogate(rune(u)) {
		return append(b, 0xE0|byte(u>>12), 0x80|byte(u>>6)&0xBF, 0x80|byte(u)&0xBF)
	}
	return utf8.AppendRune(b, rune(u))
}

// surrogate reads half a character at the beginning of s.
func surrogate[T string | []byte](s T) (uint16, bool) {
	if len(s) < 3 || s[0] != 0xED || s[1] < 0xA0 {
		return 0, false
	}
	return 0xD000 | uint16(s[1]&0x3F)<<6 | uint16(s[2]&0x3F), true
}

// joinSurrogates makes valid UTF-8 of a string with halves of characters: two that meet are one, others print "?".
func joinSurrogates(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); {
		u, ok := surrogate(b[i:])
		if !ok {
			out = append(out, b[i])
			i++
			continue
		}
		i += 3
		if v, ok := surrogate(b[i:]); ok {
			if r := utf16.DecodeRune(rune(u), rune(v)); r != utf8.RuneError {
				out = utf8.AppendRune(out, r)
				i += 3
				continue
			}
		}
		out = append(out, '?')
	}
	return out
}

// decodeUTF8 replaces what is not UTF-8 as Java does: a character that breaks off is one U+FFFD, any other byte is one.
func decodeUTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	b := make([]byte, 0, len(s)+8)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			n = brokenLen(s[i:])
		}
		b = utf8.AppendRune(b, r)
		i += n
	}
	return string(b)
}

// brokenLen is the length of a character that breaks off: of the bytes that could begin one.
func brokenLen(s string) int {
	want, low, high := 0, byte(0x80), byte(0xBF)
	switch c := s[0]; {
	case c >= 0xE0 && c < 0xF0:
		want = 2
	case c >= 0xF0 && c < 0xF5:
		want = 3
	}
	switch s[0] {
	case 0xE0:
		low = 0xA0
	case 0xED:
		high = 0x9F
	case 0xF0:
		low = 0x90
	case 0xF4:
		high = 0x8F
	}
	n := 1
	for n < want && n < len(s) && s[n] >= low && s[n] <= high {
		n++
		low, high = 0x80, 0xBF
	}
	return n
}

// mapRunes changes the characters of a string. Halves of characters stay.
func mapRunes(s string, to func(rune) rune) string {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		c, n := utf8.DecodeRuneInString(s[i:])
		if _, half := surrogate(s[i:]); half {
			n = 3
			b = append(b, s[i:i+n]...)
		} else {
			b = utf8.AppendRune(b, to(c))
		}
		i += n
	}
	return string(b)
}

// utf16Len is Java's length of a string.
func utf16Len(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c < 0x80 || c >= 0xC0 && c < 0xF0:
			n++
		case c >= 0xF0:
			n += 2
		}
	}
	return n
}

// substring cuts by code units; the bounds have been checked.
func substring(s string, from, to int) string {
	if isASCII(s) {
		return s[from:to]
	}
	return decodeUTF16(encodeUTF16(s)[from:to])
}
