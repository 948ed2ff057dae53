package javaregexp

import (
	"strings"
	"unicode"
)

// property reads the name of \p: one letter, or one in braces.
func (p *parser) property() set {
	name := ""
	if p.accept("{") {
		start := p.pos
		for p.cur() != '}' {
			p.take()
		}
		name = string(p.src[start:p.pos])
		p.pos++
	} else {
		name = string(p.take())
	}
	s := p.propertyOf(name)
	if s == nil {
		fail("unknown or unsupported character property")
	}
	return s
}

func (p *parser) propertyOf(name string) set {
	if key, value, ok := strings.Cut(name, "="); ok {
		p.wide = true
		switch strings.ToLower(key) {
		case "sc", "script":
			return tableOf(unicode.Scripts, value)
		case "gc", "general_category":
			return p.category(value)
		}
		return nil
	}
	if rest, ok := strings.CutPrefix(name, "Is"); ok {
		p.wide = true
		if s := p.binary(rest); s != nil {
			return s
		}
		if s := tableOf(unicode.Scripts, rest); s != nil {
			return s
		}
		return p.category(rest)
	}
	if s := p.posix(name); s != nil {
		return s
	}
	p.wide = true
	return p.category(name)
}

// posix are the names that mean ASCII, and those of Java's methods.
func (p *parser) posix(name string) set {
	anyCase := p.flags&IgnoreCase != 0
	switch name {
	case "Lower":
		return func(c rune) bool { return c >= 'a' && c <= 'z' || anyCase && isASCIILetter(c) }
	case "Upper":
		return func(c rune) bool { return c >= 'A' && c <= 'Z' || anyCase && isASCIILetter(c) }
	case "ASCII":
		return func(c rune) bool { return c < 0x80 }
	case "Alpha":
		return isASCIILetter
	case "Digit":
		return isDigit
	case "Alnum":
		return func(c rune) bool { return isASCIILetter(c) || isDigit(c) }
	case "Punct":
		return func(c rune) bool { return c > ' ' && c < 0x7F && !isASCIILetter(c) && !isDigit(c) }
	case "Graph":
		return func(c rune) bool { return c > ' ' && c < 0x7F }
	case "Print":
		return func(c rune) bool { return c >= ' ' && c < 0x7F }
	case "Blank":
		return func(c rune) bool { return c == ' ' || c == '\t' }
	case "Cntrl":
		return func(c rune) bool { return c < ' ' || c == 0x7F }
	case "XDigit":
		return func(c rune) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }
	case "Space":
		return isSpace
	case "javaLowerCase", "javaUpperCase", "javaTitleCase", "javaAlphabetic":
		return p.binary(name[len("java"):])
	case "javaLetter":
		return unicode.IsLetter
	case "javaDigit":
		return unicode.IsDigit
	case "javaLetterOrDigit":
		return isLetterOrDigit
	case "javaWhitespace":
		return isJavaWhitespace
	}
	return nil
}

func isLetterOrDigit(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }

// isJavaWhitespace leaves out the spaces that do not break.
func isJavaWhitespace(c rune) bool {
	switch {
	case c >= '\t' && c <= '\r' || c >= 0x1C && c <= 0x1F:
		return true
	case c == 0xA0 || c == 0x2007 || c == 0x202F:
		return false
	}
	return unicode.In(c, unicode.Z)
}

// binary are the properties that \p{Is…} may name. With the case ignored, the three cases are one.
func (p *parser) binary(name string) set {
	p.wide = true
	name = strings.ToUpper(name)
	if p.flags&IgnoreCase != 0 && (name == "LOWERCASE" || name == "UPPERCASE" || name == "TITLECASE") {
		return func(c rune) bool {
			return unicode.In(c, unicode.Lu, unicode.Ll, unicode.Lt, unicode.Other_Lowercase, unicode.Other_Uppercase)
		}
	}
	switch name {
	case "ALPHABETIC":
		return func(c rune) bool { return unicode.In(c, unicode.L, unicode.Nl, unicode.Other_Alphabetic) }
	case "LETTER":
		return unicode.IsLetter
	case "IDEOGRAPHIC":
		return func(c rune) bool { return unicode.In(c, unicode.Ideographic) }
	case "LOWERCASE":
		return func(c rune) bool { return unicode.In(c, unicode.Ll, unicode.Other_Lowercase) }
	case "UPPERCASE":
		return func(c rune) bool { return unicode.In(c, unicode.Lu, unicode.Other_Uppercase) }
	case "TITLECASE":
		return func(c rune) bool { return unicode.In(c, unicode.Lt) }
	case "WHITE_SPACE", "WHITESPACE":
		return func(c rune) bool { return unicode.In(c, unicode.White_Space) }
	case "PUNCTUATION":
		return func(c rune) bool { return unicode.In(c, unicode.P) }
	case "CONTROL":
		return unicode.IsControl
	case "DIGIT":
		return unicode.IsDigit
	case "HEX_DIGIT", "HEXDIGIT":
		return func(c rune) bool { return unicode.In(c, unicode.Hex_Digit) }
	}
	return nil
}

// category is a general category. With the case ignored, those of letters are one.
func (p *parser) category(name string) set {
	switch name {
	case "L1":
		return func(c rune) bool { return c < 0x100 }
	case "all":
		return func(rune) bool { return true }
	case "Lu", "Ll", "Lt":
		if p.flags&IgnoreCase == 0 {
			break
		}
		fallthrough
	case "LC":
		return func(c rune) bool { return unicode.In(c, unicode.Lu, unicode.Ll, unicode.Lt) }
	}
	if len(name) > 2 {
		return nil
	}
	return tableOf(unicode.Categories, name)
}

func tableOf(tables map[string]*unicode.RangeTable, name string) set {
	for known, table := range tables {
		if strings.EqualFold(known, name) && (len(known) > 2 || known == name) {
			return func(c rune) bool { return unicode.Is(table, c) }
		}
	}
	return nil
}
