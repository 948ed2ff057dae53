package javaregexp

import (
	"math"
	"strings"
	"unicode/utf16"
)

// parser is a recursive-descent parser. It fails by panicking with a syntaxError.
type parser struct {
	src    []rune
	pos    int
	flags  Flags
	groups int
	names  map[string]int
	depth  int
	wide   bool // a set, other than a dot, may have characters beyond 16 bits
}

const maxNesting = 100

func (p *parser) parse() any {
	tree := p.choice()
	if p.pos < len(p.src) {
		fail("unexpected )")
	}
	return tree
}

// skip goes over white space and comments, where these mean nothing.
func (p *parser) skip() {
	for p.flags&Comments != 0 && p.pos < len(p.src) {
		switch c := p.src[p.pos]; {
		case c <= ' ' && isSpace(c):
			p.pos++
		case c == '#':
			for p.pos < len(p.src) && p.src[p.pos] != '\n' && p.src[p.pos] != '\r' {
				p.pos++
			}
		default:
			return
		}
	}
}

// cur returns the next character, -1 at the end.
func (p *parser) cur() rune {
	if p.pos < len(p.src) {
		return p.src[p.pos]
	}
	return -1
}

func (p *parser) take() rune {
	c := p.cur()
	if c < 0 {
		fail("unexpected end")
	}
	p.pos++
	return c
}

func (p *parser) accept(s string) bool {
	if !p.follows(s) {
		return false
	}
	p.pos += len(s)
	return true
}

func (p *parser) follows(s string) bool {
	for i, c := range []byte(s) {
		if p.pos+i >= len(p.src) || p.src[p.pos+i] != rune(c) {
			return false
		}
	}
	return true
}

func (p *parser) choice() any {
	if p.depth++; p.depth > maxNesting {
		fail("groups nested deeper than %d levels", maxNesting)
	}
	defer func() { p.depth-- }()
	c := choice{p.sequence()}
	for p.accept("|") {
		c = append(c, p.sequence())
	}
	if len(c) == 1 {
		return c[0]
	}
	return c
}

func (p *parser) sequence() any {
	var s sequence
	for p.skip(); p.pos < len(p.src) && p.cur() != '|' && p.cur() != ')'; p.skip() {
		x := p.atom()
		for _, x := range x[:max(0, len(x)-1)] { // a quotation is many, of which the last is repeated
			s = append(s, x)
		}
		p.skip()
		if len(x) > 0 {
			s = append(s, p.repeated(x[len(x)-1]))
		}
	}
	return s
}

func (p *parser) repeated(x any) any {
	r := repeat{x: x, max: math.MaxInt}
	switch p.cur() {
	case '?':
		r.max = 1
	case '*':
		r.star = true
	case '+':
		r.min, r.star = 1, true
	case '{':
		r.min, r.max = p.bounds()
		p.pos--
	default:
		return x
	}
	p.pos++
	switch {
	case p.accept("?"):
		r.mode = lazy
	case p.accept("+"):
		r.mode = possessive
	}
	return r
}

// bounds reads {1}, {1,} or {1,2}.
func (p *parser) bounds() (least, most int) {
	p.pos++
	least = p.bound()
	most = least
	if p.accept(",") {
		most = math.MaxInt
		if p.cur() != '}' {
			most = p.bound()
		}
	}
	if !p.accept("}") || most < least {
		fail("illegal repetition range")
	}
	return least, most
}

func (p *parser) bound() int {
	n, digits := int64(0), 0
	for ; isDigit(p.cur()); digits++ {
		n = min(10*n+int64(p.take()-'0'), math.MaxInt32+1)
	}
	if digits == 0 {
		fail(`a { that is no repetition must be written \{, in Java as well`)
	}
	if n > math.MaxInt32 {
		fail("illegal repetition range")
	}
	return int(n)
}

func (p *parser) atom() []any {
	switch c := p.cur(); c {
	case '*', '+', '?':
		fail("nothing to repeat before %c: a dangling meta character", c)
	case '{':
		return []any{sequence{}}
	case '(':
		p.pos++
		return p.group()
	case '[':
		start := p.pos
		p.pos++
		return []any{char{p.class(), (p.pos - start) / bytesPerStep}}
	case '.':
		p.pos++
		return []any{char{is: p.dot()}}
	case '^':
		p.pos++
		return []any{p.caret()}
	case '$':
		p.pos++
		return []any{p.dollar()}
	case '\\':
		p.pos++
		return p.escape()
	}
	return []any{p.literal(p.take())}
}

func (p *parser) literal(c rune) char { return char{is: p.single(c)} }

// group reads what follows "(". Flags alone are nothing.
func (p *parser) group() []any {
	flags := p.flags
	var made any
	switch {
	case !p.accept("?"):
		made = p.capture()
	case p.accept(":"):
		made = p.choice()
	case p.accept(">"):
		made = look{kind: atomic, x: p.choice()}
	case p.accept("="):
		made = look{kind: ahead, x: p.choice()}
	case p.accept("!"):
		made = look{kind: ahead, not: true, x: p.choice()}
	case p.accept("<="):
		made = look{kind: behind, x: p.choice()}
	case p.accept("<!"):
		made = look{kind: behind, not: true, x: p.choice()}
	case p.accept("<"):
		made = p.named()
	default:
		p.readFlags()
		if p.accept(")") {
			return nil // they hold up to the end of the group around
		}
		if !p.accept(":") {
			fail("unknown inline modifier")
		}
		made = p.choice()
	}
	if !p.accept(")") {
		fail("missing ) of a group")
	}
	p.flags = flags
	if s, ok := made.(char); ok { // so that a quantifier sees a group
		made = sequence{s}
	}
	return []any{made}
}

func (p *parser) capture() any {
	n := p.groups
	p.groups++
	return group{n, p.choice()}
}

func (p *parser) named() any {
	name := p.name()
	if _, twice := p.names[name]; twice {
		fail("two groups have the same name")
	}
	p.names[name] = p.groups
	return p.capture()
}

// name reads the name of a group and ">".
func (p *parser) name() string {
	start := p.pos
	for isASCIILetter(p.cur()) || p.pos > start && isDigit(p.cur()) {
		p.pos++
	}
	name := string(p.src[start:p.pos])
	if name == "" || !p.accept(">") {
		fail("bad name of a group")
	}
	return name
}

const flagLetters = "imsuxd" // in the order of the constants

func (p *parser) readFlags() {
	on := true
	for {
		c := p.cur()
		if c == '-' && on {
			on = false
			p.pos++
			continue
		}
		i := strings.IndexRune(flagLetters, c)
		if i < 0 {
			return
		}
		p.pos++
		if on {
			p.flags |= 1 << i
		} else {
			p.flags &^= 1 << i
		}
	}
}

// escape reads what follows "\".
func (p *parser) escape() []any {
	switch c := p.take(); {
	case c == 'Q':
		return p.quotation()
	case c >= '1' && c <= '9':
		return []any{p.numbered(int(c - '0'))}
	case c == 'k':
		if !p.accept("<") {
			fail(`\k is not followed by <`)
		}
		n, ok := p.names[p.name()]
		if !ok {
			fail("no group has this name")
		}
		return []any{reference{n, p.sameUnit()}}
	case c == 'R':
		return []any{lineBreak{}}
	default:
		if at := p.assertion(c); at != nil {
			return []any{at}
		}
		p.pos--
		return []any{char{is: p.escapedSet()}}
	}
}

func (p *parser) quotation() (chars []any) {
	for p.pos < len(p.src) && !p.accept(`\E`) {
		chars = append(chars, p.literal(p.take()))
	}
	return chars
}

// numbered reads on while there is such a group.
func (p *parser) numbered(n int) any {
	for isDigit(p.cur()) && 10*n+int(p.cur()-'0') < p.groups {
		n = 10*n + int(p.take()-'0')
	}
	return reference{n, p.sameUnit()}
}

func (p *parser) sameUnit() func(a, b rune) bool {
	if p.flags&IgnoreCase == 0 {
		return func(a, b rune) bool { return a == b }
	}
	flags := p.flags
	return func(a, b rune) bool { return flags.fold(a) == flags.fold(b) }
}

// character reads what stands for one character behind a "\", of which c is the first.
func (p *parser) character(c rune) rune {
	switch c {
	case '0':
		return p.octal()
	case 'x':
		if p.accept("{") {
			n := p.hex(1, 6)
			if !p.accept("}") || n > 0x10FFFF {
				fail(`bad \x{…}`)
			}
			return n
		}
		return p.hex(2, 2)
	case 'u':
		return p.unicode()
	case 'c':
		return p.take() ^ 64
	}
	if i := strings.IndexRune("tnrfae", c); i >= 0 {
		return rune("\t\n\r\f\a\x1b"[i])
	}
	if isASCIILetter(c) {
		fail(`unknown escape \%c`, c)
	}
	return c
}

// octal reads up to three digits, of which the first may be up to 3 then.
func (p *parser) octal() rune {
	n, most := rune(0), 2
	if c := p.cur(); c >= '0' && c <= '3' {
		most = 3
	}
	digits := 0
	for ; digits < most && p.cur() >= '0' && p.cur() <= '7'; digits++ {
		n = 8*n + p.take() - '0'
	}
	if digits == 0 {
		fail(`bad \0`)
	}
	return n
}

func (p *parser) hex(least, most int) rune {
	n, digits := rune(0), 0
	for ; digits < most; digits++ {
		d := strings.IndexRune("0123456789abcdef", p.cur()|0x20)
		if d < 0 || p.cur() < '0' {
			break
		}
		n = 16*n + rune(d)
		p.pos++
	}
	if digits < least {
		fail("bad hexadecimal escape")
	}
	return n
}

// unicode reads the four digits of \u, and another \u that is the other half of a character.
func (p *parser) unicode() rune {
	high := p.hex(4, 4)
	at := p.pos
	if utf16.IsSurrogate(high) && p.accept(`\u`) {
		if c := utf16.DecodeRune(high, p.hex(4, 4)); c != '\uFFFD' {
			return c
		}
	}
	p.pos = at
	return high
}
