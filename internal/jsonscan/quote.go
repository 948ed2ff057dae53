package jsonscan

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// hex are the digits of \u escapes.
const hex = "0123456789abcdef"

func hasEscape(b []byte) bool { return bytes.IndexByte(b, '\\') >= 0 }

// Plain reports whether the text of a string literal, with or without its
// quotes, stands for itself: it has no escapes and is valid UTF-8.
func Plain(raw []byte) bool { return !hasEscape(raw) && utf8.Valid(raw) }

// Unquote returns the value of a string literal that a Scanner has validated;
// raw includes the quotes. As in encoding/json, what is not UTF-8 and surrogates
// without a partner become U+FFFD.
func Unquote(raw []byte) string {
	if Plain(raw) {
		return string(raw[1 : len(raw)-1])
	}
	return string(AppendUnquote(make([]byte, 0, len(raw)), raw))
}

// AppendUnquote appends the value of a validated string literal to dst.
func AppendUnquote(dst, raw []byte) []byte { return AppendUnescaped(dst, raw[1:len(raw)-1]) }

// AppendUnescaped is AppendUnquote for a literal without its quotes.
func AppendUnescaped(dst, raw []byte) []byte {
	for len(raw) > 0 {
		n := bytes.IndexByte(raw, '\\')
		if n < 0 {
			n = len(raw)
		}
		dst = appendValid(dst, raw[:n], utf8.Valid(raw[:n]))
		if raw = raw[n:]; len(raw) > 0 {
			dst, raw = appendEscaped(dst, raw)
		}
	}
	return dst
}

// AppendText is AppendUnquote for texts that may be long, such as bodies. It is apart
// for its size, which functions that read no body need not have.
func AppendText(dst, raw []byte) []byte {
	if !utf8.Valid(raw) {
		return AppendUnquote(dst, raw)
	}
	for raw = raw[1 : len(raw)-1]; len(raw) > 0; {
		if dst, raw = appendWords(dst, raw); len(raw) > 0 && raw[0] != '\\' {
			n := bytes.IndexByte(raw, '\\')
			if n < 0 {
				n = len(raw)
			}
			dst, raw = append(dst, raw[:n]...), raw[n:]
		}
		if len(raw) > 0 {
			dst, raw = appendEscaped(dst, raw)
		}
	}
	return dst
}

// appendWords appends up to 32 bytes that stand before the first escape of raw, and
// returns the rest of raw. Between escapes there are a few bytes as a rule, for which
// copying eight of them and looking for the escape in these costs less than three calls.
func appendWords(dst, raw []byte) (_, rest []byte) {
	for range 4 {
		n := len(dst)
		if len(raw) < 8 || cap(dst)-n < 8 {
			break
		}
		x := binary.LittleEndian.Uint64(raw)
		binary.LittleEndian.PutUint64(dst[n:n+8], x)
		b := x ^ '\\'*ones
		if m := (b - ones) &^ b & highs; m != 0 {
			k := bits.TrailingZeros64(m) >> 3
			return dst[:n+k], raw[k:]
		}
		dst, raw = dst[:n+8], raw[8:]
	}
	return dst, raw
}

// appendValid appends b with U+FFFD for each byte that is not UTF-8; valid says that
// there is none, also if b ends within a character.
func appendValid(dst, b []byte, valid bool) []byte {
	if valid {
		return append(dst, b...)
	}
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		dst = utf8.AppendRune(dst, r)
		b = b[n:]
	}
	return dst
}

// meaning is what the letter of a two-character escape stands for.
var meaning = [...]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// appendEscaped appends what the escape sequence at the start of raw stands for
// and returns the rest of raw.
func appendEscaped(dst, raw []byte) (_, rest []byte) {
	if raw[1] == 'u' {
		return appendRune(dst, raw)
	}
	return append(dst, meaning[raw[1]]), raw[2:]
}

// appendRune appends the rune of a \u escape, or of a surrogate pair of them.
func appendRune(dst, raw []byte) (_, rest []byte) {
	r := hex4(raw)
	raw = raw[6:]
	if utf16.IsSurrogate(r) {
		var low rune
		if len(raw) >= 6 && raw[0] == '\\' && raw[1] == 'u' {
			low = hex4(raw)
		}
		if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
			raw = raw[6:]
		}
	}
	return utf8.AppendRune(dst, r), raw
}

// hex4 is the value of the four digits of the \u escape at the start of raw.
func hex4(raw []byte) rune {
	var r rune
	for _, c := range raw[2:6] {
		switch {
		case c >= 'a':
			c -= 'a' - 10
		case c >= 'A':
			c -= 'A' - 10
		default:
			c -= '0'
		}
		r = r<<4 | rune(c)
	}
	return r
}

// AppendQuote appends s as a JSON string literal. It escapes what JSON demands
// and nothing else (no HTML escaping); what is not UTF-8 becomes U+FFFD.
func AppendQuote[S ~string | ~[]byte](dst []byte, s S) []byte {
	return appendQuote(dst, []byte(s)) // no copy: b does not escape and is only read
}

func appendQuote(dst, b []byte) []byte {
	dst = append(dst, '"')
	if !utf8.Valid(b) {
		b = appendValid(nil, b, false)
	}
	for len(b) > 0 {
		n := plain(b, 0)
		dst = append(dst, b[:n]...)
		if b = b[n:]; len(b) > 0 {
			dst = appendEscape(dst, b[0])
			b = b[1:]
		}
	}
	return append(dst, '"')
}

// appendEscape appends the shortest escape of a quote, a backslash or a control
// character.
//
//go:noinline
func appendEscape(dst []byte, c byte) []byte {
	if i := strings.IndexByte("\"\\\b\f\n\r\t", c); i >= 0 {
		return append(dst, '\\', `"\bfnrt`[i])
	}
	return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}
