package javaregexp

import "unicode"

// assertion is what the letter behind "\" asks of a place, nil if it is another letter.
func (p *parser) assertion(c rune) any {
	switch c {
	case 'A':
		return assertion(atBeginning)
	case 'z':
		return assertion(atEnd)
	case 'Z':
		return beforeEnd(p.endsLine())
	case 'G':
		return assertion(func(m *matcher, i int) bool { return i == m.last || m.last < 0 && i == 0 })
	case 'b':
		return assertion(atBoundary)
	case 'B':
		return assertion(func(m *matcher, i int) bool { return !atBoundary(m, i) })
	}
	return nil
}

func atBeginning(_ *matcher, i int) bool { return i == 0 }

func atEnd(m *matcher, i int) bool { return i == len(m.text) }

// inBreak reports whether a place is inside "\r\n".
func inBreak(m *matcher, i int) bool {
	return i > 0 && i < len(m.text) && m.text[i-1] == '\r' && m.text[i] == '\n'
}

// beforeEnd is the end, and the place before the line break at the end.
func beforeEnd(ends set) assertion {
	return func(m *matcher, i int) bool {
		switch n := len(m.text) - i; {
		case n == 0:
			return true
		case n == 1:
			return ends(rune(m.text[i])) && !(ends('\r') && inBreak(m, i))
		case n == 2:
			return ends('\r') && m.text[i] == '\r' && m.text[i+1] == '\n'
		}
		return false
	}
}

func (p *parser) dollar() any {
	ends := p.endsLine()
	if p.flags&Multiline == 0 {
		return beforeEnd(ends)
	}
	return assertion(func(m *matcher, i int) bool {
		return i == len(m.text) || ends(rune(m.text[i])) && !(ends('\r') && inBreak(m, i))
	})
}

// caret is the beginning, or behind a line break that is not the end.
func (p *parser) caret() any {
	ends := p.endsLine()
	if p.flags&Multiline == 0 {
		return assertion(atBeginning)
	}
	return assertion(func(m *matcher, i int) bool {
		switch {
		case i == len(m.text):
			return false
		case i == 0:
			return true
		}
		return ends(rune(m.text[i-1])) && !(ends('\r') && inBreak(m, i))
	})
}

// atBoundary is that of Java before version 19: words are of any script.
func atBoundary(m *matcher, i int) bool {
	left := false
	if i > 0 {
		c, n := m.at(m.before(i, 0))
		if n == 2 && m.before(i, 0) == i-1 { // i is inside of it
			c = rune(m.text[i-1])
		}
		left = m.inWord(c, i-1)
	}
	c, n := m.at(i)
	return left != (n > 0 && m.inWord(c, i))
}

// inWord reports whether a character is of a word. A mark belongs to the letter before it, which Java looks for from the code
// unit at last, one by one.
func (m *matcher) inWord(c rune, last int) bool {
	if !unicode.Is(unicode.Mn, c) {
		return c == '_' || isLetterOrDigit(c)
	}
	for ; last >= 0 && unicode.Is(unicode.Mn, c) && m.step(); last-- {
		c, _ = m.at(last)
	}
	return isLetterOrDigit(c)
}
