package vtl

import (
	"unicode/utf8"
)

// $input.json('$') of a body that is strict JSON is the body without its white space, for nearly every body: no key twice,
// numbers as Java writes them, escapes that both sides write alike. copyJSON makes it in one pass, without the values. It
// gives up at whatever is less plain, and the reader and the writer of values do it all: these must agree, see FuzzCopyJSON.

// copyJSON appends the body, unless it gives up or the template has had its hands on the values.
func (in *inputObject) copyJSON(b []byte) (out []byte, ok bool, err error) {
	body := in.r.in.Body
	if in.parsed || !utf8.Valid(body) {
		return b, false, nil
	}
	if err := in.r.chargeBytes(len(body)); err != nil {
		return nil, false, err
	}
	c := jsonCopier{s: body, out: b}
	c.space()
	if !c.container(0) {
		return b[:len(b):cap(b)], false, nil
	}
	return c.out, true, in.r.charge(2*c.values + len(body)>>6)
}

type jsonCopier struct {
	s      []byte
	pos    int
	out    []byte
	values int
}

const (
	maxCopyDepth = 32
	maxCopyKeys  = 32 // of an object: they are compared with one another
)

func (c *jsonCopier) cur() byte {
	if c.pos < len(c.s) {
		return c.s[c.pos]
	}
	return endOfInput
}

func (c *jsonCopier) space() {
	for c.pos < len(c.s) && isSpace(c.s[c.pos]) {
		c.pos++
	}
}

// mark copies one character, and skips the white space on both sides of it.
func (c *jsonCopier) mark(want byte) bool {
	c.space()
	if c.cur() != want {
		return false
	}
	c.out = append(c.out, want)
	c.pos++
	c.space()
	return true
}

func (c *jsonCopier) value(depth int) bool {
	c.values++
	switch b := c.cur(); {
	case b == '"':
		return c.text()
	case b == '{' || b == '[':
		return c.container(depth + 1)
	case b == '-' || isDigit(b):
		return c.number()
	case b == 't':
		return c.word("true")
	case b == 'f':
		return c.word("false")
	case b == 'n':
		return c.word("null")
	}
	return false
}

func (c *jsonCopier) container(depth int) bool {
	switch b := c.cur(); {
	case depth > maxCopyDepth:
	case b == '{':
		return c.object(depth)
	case b == '[':
		return c.array(depth)
	}
	return false
}

func (c *jsonCopier) array(depth int) bool {
	c.mark('[')
	if c.mark(']') {
		return true
	}
	for {
		if !c.value(depth) {
			return false
		}
		if c.mark(']') {
			return true
		}
		if !c.mark(',') {
			return false
		}
	}
}

func (c *jsonCopier) object(depth int) bool {
	var keys [maxCopyKeys][]byte
	c.mark('{')
	if c.mark('}') {
		return true
	}
	for n := 0; n < len(keys); n++ {
		start := c.pos
		if c.cur() != '"' || !c.text() {
			return false
		}
		keys[n] = c.s[start:c.pos]
		for i := range n {
			if string(keys[i]) == string(keys[n]) {
				return false
			}
		}
		if !c.mark(':') || !c.value(depth) {
			return false
		}
		if c.mark('}') {
			return true
		}
		if !c.mark(',') {
			return false
		}
	}
	return false
}

// text copies a string with its quotes.
func (c *jsonCopier) text() bool {
	start := c.pos
	for i := start + 1; i < len(c.s); i++ {
		switch b := c.s[i]; {
		case b == '"':
			c.pos = i + 1
			c.out = append(c.out, c.s[start:c.pos]...)
			return true
		case b == '\\':
			i++
			if i == len(c.s) || !isPlainEscape(c.s[i]) {
				return false
			}
		case b < ' ' || b == 0x7F || b == 0xC2 || b == 0xE2: // the last two begin all that the writer escapes beyond ASCII
			return false
		}
	}
	return false
}

func isPlainEscape(c byte) bool {
	switch c {
	case '"', '\\', 'b', 'f', 'n', 'r', 't':
		return true
	}
	return false
}

// word copies a keyword that nothing but the end of a value follows.
func (c *jsonCopier) word(w string) bool {
	if len(c.s)-c.pos < len(w) || string(c.s[c.pos:c.pos+len(w)]) != w {
		return false
	}
	c.pos += len(w)
	c.out = append(c.out, w...)
	return c.ended()
}

// ended reports whether a value without quotes ends here.
func (c *jsonCopier) ended() bool {
	c.space()
	b := c.cur()
	return b == ',' || b == '}' || b == ']'
}

// number copies an integer of up to 18 digits, or a fraction of up to 6 and 8 digits, that Java writes as it is.
func (c *jsonCopier) number() bool {
	start := c.pos
	first := start
	if c.cur() == '-' {
		first++
	}
	dot := digits(c.s, first)
	whole := dot - first
	if whole == 0 || whole > 18 || whole > 1 && c.s[first] == '0' {
		return false
	}
	end := dot
	if dot < len(c.s) && c.s[dot] == '.' {
		end = digits(c.s, dot+1)
		n := end - dot - 1
		switch {
		case n == 0 || n > 8 || whole > 6:
			return false
		case c.s[first] == '0' && c.s[dot+1] == '0': // 0.0 and less than 0.1
			return false
		case n > 1 && c.s[end-1] == '0':
			return false
		}
	} else if c.s[first] == '0' && first > start { // -0
		return false
	}
	c.pos = end
	c.out = append(c.out, c.s[start:end]...)
	return c.ended()
}
