package vtl

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonReader reads JSON as json-smart does in its permissive mode, which API Gateway's payloads have shown: keys and
// strings may have single quotes or none, numbers leading zeros, commas may be doubled or trail, control characters are
// allowed, and whatever follows the first value is ignored. Text that is no JSON at all is a string. What remains an
// error is a bracket or a quote that is not closed, or a sign in the wrong place.
type jsonReader struct {
	s     string
	pos   int
	depth int
	r     *renderer // charges work, unless it is nil
}

const (
	endOfInput   = 0x1A // json-smart reads this character as the end
	maxJSONDepth = 400
)

// parseJSON returns a value, or an error worded as json-smart words it, since API Gateway passes that text on.
func (r *renderer) parseJSON(s string) (any, error) {
	p := &jsonReader{s: s, r: r}
	if err := r.chargeBytes(len(s)); err != nil {
		return nil, err
	}
	return p.value(stopNone)
}

func (p *jsonReader) cur() byte {
	if p.pos < len(p.s) {
		return p.s[p.pos]
	}
	return endOfInput
}

type jsonStop uint8

const (
	stopNone jsonStop = iota
	stopKey
	stopValue
	stopItem
)

func (k jsonStop) has(c byte) bool {
	switch k {
	case stopKey:
		return c == ':'
	case stopValue:
		return c == ',' || c == '}'
	case stopItem:
		return c == ',' || c == ']'
	}
	return false
}

func (p *jsonReader) unexpected(pos int) error {
	return throw("Unexpected character (%s) at position %d.", firstRune(p.s[min(p.pos, len(p.s)):]), pos)
}

func (p *jsonReader) unexpectedEnd(pos int, detail string) error {
	return throw("Unexpected End Of File position %d: %s", pos, detail)
}

func (p *jsonReader) skipSpace() {
	for p.pos < len(p.s) && p.s[p.pos] <= ' ' && p.s[p.pos] != endOfInput {
		p.pos++
	}
}

func (p *jsonReader) value(stop jsonStop) (any, error) {
	if p.r != nil {
		if err := p.r.charge(1); err != nil {
			return nil, err
		}
	}
	for isSpace(p.cur()) {
		p.pos++
	}
	switch c := p.cur(); c {
	case ':', ']', '}':
		return nil, p.unexpected(p.pos)
	case '{':
		return p.object()
	case '[':
		return p.array()
	case '"', '\'':
		return p.quoted()
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return p.number(stop)
	}
	first := p.cur()
	s := p.bare(stop)
	if s == "" || s[0] != first { // after a control character a keyword is text
		return s, nil
	}
	return keyword(s), nil
}

func keyword(s string) any {
	switch s {
	case "null":
		return nil
	case "true":
		return true
	case "false":
		return false
	case "NaN":
		return math.NaN()
	}
	return s
}

func (p *jsonReader) enter() error {
	if p.depth++; p.depth > maxJSONDepth {
		return throw("Malicious payload, having non natural depths, parsing stoped on %s at position %d.", string(p.cur()), p.pos)
	}
	return nil
}

func (p *jsonReader) object() (any, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	d := &dict{}
	for {
		p.pos++
		switch c := p.cur(); {
		case isSpace(c), c == ',':
		case c == ':' || c == '[' || c == ']' || c == '{':
			return nil, p.unexpected(p.pos)
		case c == '}':
			p.depth--
			p.pos++
			return d, nil
		default:
			done, err := p.member(d)
			if done || err != nil {
				return d, err
			}
		}
	}
}

// member reads a key and its value, up to the comma or the closing bracket, and reports whether it was the bracket.
func (p *jsonReader) member(d *dict) (bool, error) {
	key, err := p.key()
	if err != nil {
		return false, err
	}
	p.skipSpace()
	switch p.cur() {
	case ':':
	case endOfInput:
		return false, p.unexpectedEnd(p.pos-1, "null")
	default:
		return false, p.unexpected(p.pos - 1)
	}
	if p.pos++; p.pos >= len(p.s) {
		return false, p.unexpectedEnd(p.pos-1, "EOF")
	}
	v, err := p.value(stopValue)
	if err != nil {
		return false, err
	}
	d.put(key, v)
	p.skipSpace()
	switch p.cur() {
	case '}':
		p.depth--
		p.pos++
		return true, nil
	case ',':
		return false, nil
	case endOfInput:
		return false, p.unexpectedEnd(p.pos-1, "null")
	}
	return false, p.unexpected(p.pos - 1)
}

func (p *jsonReader) key() (string, error) {
	if c := p.cur(); c == '"' || c == '\'' {
		return p.quoted()
	}
	return p.bare(stopKey), nil
}

func (p *jsonReader) array() (any, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	l := &list{kind: jsonArray}
	p.pos++
	for {
		switch c := p.cur(); {
		case isSpace(c), c == ',':
			p.pos++
		case c == ']':
			p.depth--
			p.pos++
			return l, nil
		case c == ':' || c == '}':
			return nil, p.unexpected(p.pos)
		case c == endOfInput:
			return nil, p.unexpectedEnd(p.pos-1, "EOF")
		default:
			v, err := p.value(stopItem)
			if err != nil {
				return nil, err
			}
			l.items = append(l.items, v)
		}
	}
}

// bare reads text without quotes, up to a stop.
func (p *jsonReader) bare(stop jsonStop) string {
	start := p.pos
	p.skipBare(stop)
	return trimSpace(p.s[start:p.pos])
}

func (p *jsonReader) skipBare(stop jsonStop) {
	for p.pos < len(p.s) && p.s[p.pos] != endOfInput && !stop.has(p.s[p.pos]) {
		p.pos++
	}
}

// trimSpace is Java's trim: it cuts control characters as well.
func trimSpace(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return r <= ' ' })
}

func (p *jsonReader) quoted() (string, error) {
	q := p.cur()
	end := strings.IndexByte(p.s[p.pos+1:], q)
	if end < 0 {
		return "", p.unexpectedEnd(len(p.s), "null")
	}
	s := p.s[p.pos+1 : p.pos+1+end]
	if strings.IndexByte(s, '\\') < 0 {
		p.pos += end + 2
		return s, nil
	}
	return p.escaped(q)
}

// escaped reads a string with backslashes. Control characters and unknown escapes are dropped.
func (p *jsonReader) escaped(q byte) (string, error) {
	var b []byte
	halves := false
	for {
		p.pos++
		switch c := p.cur(); {
		case c == endOfInput:
			return "", p.unexpectedEnd(p.pos-1, "null")
		case c == q:
			p.pos++
			if halves {
				return decodeUTF16(encodeUTF16(string(b))), nil
			}
			return string(b), nil
		case c == '\\':
			p.pos++
			u, ok, err := p.escape()
			if err != nil {
				return "", err
			}
			if ok {
				b = appendUnit(b, u)
				halves = halves || u >= 0xD800 && u < 0xE000
			}
		case c >= ' ' && c != 0x7F:
			b = append(b, c)
		}
	}
}

// escape reads what follows a backslash.
func (p *jsonReader) escape() (uint16, bool, error) {
	switch c := p.cur(); c {
	case 't':
		return '\t', true, nil
	case 'n':
		return '\n', true, nil
	case 'r':
		return '\r', true, nil
	case 'f':
		return '\f', true, nil
	case 'b':
		return '\b', true, nil
	case '\\', '/', '\'', '"':
		return uint16(c), true, nil
	case 'u':
		return p.hex(4)
	case 'x':
		return p.hex(2)
	}
	if p.pos >= len(p.s) {
		return 0, false, nil
	}
	c, n := utf8.DecodeRuneInString(p.s[p.pos:])
	p.pos += n - 1
	_, low := utf16.EncodeRune(c)
	return uint16(low), c > 0xFFFF, nil // one code unit goes, and it may be half of the character
}

func (p *jsonReader) hex(n int) (uint16, bool, error) {
	u := uint16(0)
	for range n {
		p.pos++
		c := p.cur()
		d := strings.IndexByte("0123456789abcdef", c|0x20)
		if isDigit(c) {
			d = int(c - '0')
		}
		if c == endOfInput {
			return 0, false, p.unexpectedEnd(p.pos, "EOF")
		}
		if d < 0 || d < 10 && !isDigit(c) {
			return 0, false, throw("Unexpected unicode sequence (%s) at position %d.", firstRune(p.s[p.pos:]), p.pos)
		}
		u = u<<4 | uint16(d)
	}
	return u, true, nil
}

// number reads a number, or text that begins like one.
func (p *jsonReader) number(stop jsonStop) (any, error) {
	start := p.pos
	p.pos = digits(p.s, p.pos+1)
	if c := p.cur(); c != '.' && c != 'E' && c != 'e' {
		return p.endNumber(start, stop, parseJSONInteger)
	}
	if p.cur() == '.' {
		p.pos = digits(p.s, p.pos+1)
	}
	if c := p.cur(); c == 'E' || c == 'e' {
		p.pos++
		if c := p.cur(); c != '+' && c != '-' && !isDigit(c) {
			p.skipBare(stop)
			return trimSpace(p.s[start:p.pos]), nil
		}
		p.pos = digits(p.s, p.pos+1)
	}
	return p.endNumber(start, stop, parseJSONFloat)
}

// endNumber converts a number if nothing but a stop follows.
func (p *jsonReader) endNumber(start int, stop jsonStop, parse func(string) (any, error)) (any, error) {
	p.skipSpace()
	if c := p.cur(); c >= '~' || c == endOfInput || stop.has(c) {
		return parse(trimSpace(p.s[start:p.pos]))
	}
	p.skipBare(stop)
	return trimSpace(p.s[start:p.pos]), nil
}

func parseJSONInteger(s string) (any, error) {
	if s == "-" {
		return int32(0), nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	switch {
	case err == nil && len(strings.TrimPrefix(s, "-")) <= 19:
		return narrow(n), nil
	case len(s) > maxDigits:
		return nil, errTooLong()
	}
	b, ok := new(big.Int).SetString(s, 10)
	if !ok {
		return nil, throw("bad number")
	}
	return b, nil
}

// parseJSONFloat makes a Double of a short number and a BigDecimal of a long one.
func parseJSONFloat(s string) (any, error) {
	if len(s) > 18 {
		return parseDecimal(s)
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(f, 0) {
		return nil, throw("not a number")
	}
	return f, nil
}
