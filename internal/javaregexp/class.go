package javaregexp

import (
	"strings"
	"unicode"
)

// set is a set of characters.
type set func(c rune) bool

func is(want rune) set { return func(c rune) bool { return c == want } }

func not(s set) set { return func(c rune) bool { return !s(c) } }

func both(a, b set) set { return func(c rune) bool { return a(c) && b(c) } }

func either(a, b set) set {
	if a == nil {
		return b
	}
	return func(c rune) bool { return a(c) || b(c) }
}

// fold returns what Java compares instead of a character where the case is ignored: "ı" and "İ" are "i" to it.
func (f Flags) fold(c rune) rune {
	switch {
	case f&IgnoreCase == 0:
	case f&UnicodeCase != 0:
		return unicode.ToLower(unicode.ToUpper(c))
	case c >= 'A' && c <= 'Z':
		return c + 'a' - 'A'
	}
	return c
}

// single is the set of one character.
func (p *parser) single(want rune) set {
	p.wide = p.wide || want > 0xFFFF
	flags := p.flags
	if flags&IgnoreCase == 0 {
		return is(want)
	}
	want = flags.fold(want)
	return func(c rune) bool { return flags.fold(c) == want }
}

func (p *parser) between(low, high rune) set {
	p.wide = p.wide || high > 0xFFFF
	s := func(c rune) bool { return c >= low && c <= high }
	if p.flags&IgnoreCase == 0 {
		return s
	}
	if p.flags&UnicodeCase != 0 {
		return func(c rune) bool {
			upper := unicode.ToUpper(c)
			return s(c) || s(upper) || s(unicode.ToLower(upper))
		}
	}
	return func(c rune) bool { return s(c) || isASCIILetter(c) && s(c^0x20) }
}

// class reads what follows "[", with "]". "&&" is the intersection of all before and all behind it.
func (p *parser) class() set {
	if p.depth++; p.depth > maxNesting {
		fail("classes nested deeper than %d levels", maxNesting)
	}
	defer func() { p.depth-- }()
	negated := p.accept("^")
	var all, union set
	intersect := func() {
		switch {
		case union == nil:
		case all == nil:
			all = union
		default:
			all = both(all, union)
		}
		union = nil
	}
	for p.skip(); ; p.skip() {
		switch {
		case p.pos >= len(p.src):
			fail("missing ] of a class")
		case p.cur() == ']' && (all != nil || union != nil):
			p.pos++
			if intersect(); negated {
				p.wide = true
				return not(all)
			}
			return all
		case p.accept("["):
			union = either(union, p.class())
		case p.accept("&&"):
			intersect()
		default:
			union = either(union, p.element())
		}
	}
}

// element reads a character, a range or an escape of a class.
func (p *parser) element() set {
	if p.follows(`\Q`) {
		p.pos += 2
		var s set = func(rune) bool { return false }
		for p.pos < len(p.src) && !p.accept(`\E`) {
			s = either(s, p.single(p.take()))
		}
		return s
	}
	if p.cur() == '\\' && p.namesSet(1) {
		p.pos++
		return p.escapedSet()
	}
	low := p.member()
	if p.cur() != '-' || p.pos+1 >= len(p.src) || p.src[p.pos+1] == ']' || p.src[p.pos+1] == '[' {
		return p.single(low)
	}
	p.pos++
	if p.cur() == '\\' && p.namesSet(1) {
		fail("illegal range of characters")
	}
	high := p.member()
	if high < low {
		fail("illegal range of characters")
	}
	return p.between(low, high)
}

func (p *parser) member() rune {
	c := p.take()
	if c == '\\' {
		c = p.take()
		return p.character(c)
	}
	return c
}

// namesSet reports whether the letter so far ahead names a set behind a backslash.
func (p *parser) namesSet(ahead int) bool {
	return p.pos+ahead < len(p.src) && strings.ContainsRune("dDhHsSvVwWpP", p.src[p.pos+ahead])
}

// escapedSet reads what follows "\" as a set.
func (p *parser) escapedSet() set {
	c := p.take()
	var s set
	switch c | 0x20 {
	case 'd':
		s = isDigit
	case 'h':
		s = isHorizontal
	case 's':
		s = isSpace
	case 'v':
		s = isVertical
	case 'w':
		s = func(c rune) bool { return c == '_' || isASCIILetter(c) || isDigit(c) }
	case 'p':
		s = p.property()
	}
	switch {
	case !strings.ContainsRune("dDhHsSvVwWpP", c):
		return p.single(p.character(c))
	case c < 'a':
		p.wide = true
		return not(s)
	}
	return s
}

func isDigit(c rune) bool { return c >= '0' && c <= '9' }

func isASCIILetter(c rune) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isSpace(c rune) bool { return c == ' ' || c >= '\t' && c <= '\r' }

func isHorizontal(c rune) bool {
	return strings.ContainsRune(" \t\u00a0\u1680\u180e\u202f\u205f\u3000", c) || c >= 0x2000 && c <= 0x200a
}

// isVertical is a line break, of which Java has these.
func isVertical(c rune) bool {
	return c >= '\n' && c <= '\r' || c == 0x85 || c == 0x2028 || c == 0x2029
}

// endsLine is what "." does not match, and what "^" and "$" look for: not the vertical tab and the form feed.
func (p *parser) endsLine() set {
	if p.flags&UnixLines != 0 {
		return is('\n')
	}
	return func(c rune) bool { return isVertical(c) && c != '\v' && c != '\f' }
}

func (p *parser) dot() set {
	if p.flags&DotAll != 0 {
		return func(rune) bool { return true }
	}
	return not(p.endsLine())
}
