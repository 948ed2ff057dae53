package vtl

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// javaRegexp is a java.util.regex.Pattern on Go's engine, which runs in linear time and has no look-around, no
// back-references and no possessive quantifiers: an expression with one of these is an error here.
type javaRegexp struct {
	find *regexp.Regexp
	full *regexp.Regexp
	text string
	cost int // of 64 bytes of text, in steps
}

// maxRegexpBytes bounds an expression: compiling takes memory.
const maxRegexpBytes = 1000

// regexp compiles an expression once for a rendering, and charges for running it over a text.
func (r *renderer) regexp(expr, text string) (*javaRegexp, error) {
	if re := r.regexps[expr]; re != nil {
		return re, r.charge(re.cost * (1 + len(text)>>6))
	}
	if err := r.charge(100 + len(expr)); err != nil {
		return nil, err
	}
	re, err := compileRegexp(expr, false)
	if err != nil {
		return nil, err
	}
	if r.regexps == nil {
		r.regexps = make(map[string]*javaRegexp)
	}
	r.regexps[expr] = re
	return re, r.charge(re.cost * (1 + len(text)>>6))
}

func compileRegexp(expr string, ignoreCase bool) (*javaRegexp, error) {
	if len(expr) > maxRegexpBytes {
		return nil, limit("a regular expression of more than %d bytes", maxRegexpBytes)
	}
	flags := ""
	if ignoreCase {
		flags = "(?i)"
	}
	translated, ok := translateRegexp(expr)
	if !ok {
		return nil, throw("regular expression is not supported")
	}
	translated = flags + translated
	find, err := regexp.Compile(translated)
	if err != nil {
		return nil, throw("regular expression is not supported")
	}
	full, err := regexp.Compile(`\A(?:` + translated + `)\z`)
	if err != nil {
		return nil, throw("regular expression is not supported")
	}
	return &javaRegexp{text: expr, find: find, full: full, cost: 4 + len(expr)}, nil
}

// translateRegexp rewrites what Java spells differently: a dot, which matches fewer characters, \s, and an escaped
// character that Go does not let escape. Classes within classes, which Go would read as something else, are refused.
func translateRegexp(expr string) (string, bool) {
	var b strings.Builder
	dot := `[^\n\r\x{85}\x{2028}\x{2029}]`
	if dotAll.MatchString(expr) {
		dot = "."
	}
	inClass := false
	for i := 0; i < len(expr); i++ {
		c := expr[i]
		switch {
		case c == '\\' && i+1 < len(expr):
			n := escapedLen(expr[i:])
			b.WriteString(translateEscape(expr[i:i+n], inClass))
			i += n - 1
		case inClass && (c == '[' || strings.HasPrefix(expr[i:], "&&")):
			return "", false
		case c == '[':
			inClass = true
			n := len(classStart.FindString(expr[i:]))
			b.WriteString(expr[i : i+n])
			i += n - 1
		case c == ']':
			inClass = false
			b.WriteByte(c)
		case c == '.' && !inClass:
			b.WriteString(dot)
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), true
}

var (
	dotAll     = regexp.MustCompile(`\(\?[a-z]*s[a-z]*[:)-]`) // the flag that lets a dot match line breaks
	classStart = regexp.MustCompile(`^\[\^?\]?`)              // in which a ] is itself
)

// escapedLen is the length of the escape that s begins with: of a character, or of a quotation.
func escapedLen(s string) int {
	if s[1] != 'Q' {
		_, n := utf8.DecodeRuneInString(s[1:])
		return 1 + n
	}
	if end := strings.Index(s, `\E`); end >= 0 {
		return end + 2
	}
	return len(s)
}

func translateEscape(escape string, inClass bool) string {
	switch c := escape[1]; {
	case c == 'Z':
		return `\z`
	case c == 'h' && inClass:
		return ` \t`
	case c == 'h':
		return `[ \t]`
	case c == 's' && inClass: // with the vertical tab, which Go leaves out
		return `\s\x0B`
	case c == 's':
		return `[\s\x0B]`
	case c == 'S' && !inClass:
		return `[^\s\x0B]`
	case c >= 0x80 || !isLetter(c) && !isDigit(c) && strings.IndexByte(`\.+*?()|[]{}^$-/`, c) < 0:
		return regexp.QuoteMeta(escape[1:])
	}
	return escape
}

// matches reports whether the whole string matches.
func (re *javaRegexp) matches(s string) bool { return re.full.MatchString(s) }

// replace is replaceAll and replaceFirst: "$1" in the replacement is a group, "\" quotes.
func (re *javaRegexp) replace(r *renderer, s, with string, first bool) (string, error) {
	var b strings.Builder
	from := 0
	n := -1
	if first {
		n = 1
	}
	for _, m := range re.findAll(s, n) {
		b.WriteString(s[from:m[0]])
		if err := expand(&b, s, with, m); err != nil {
			return "", err
		}
		if err := r.chargeBytes(b.Len() - from); err != nil {
			return "", err
		}
		if b.Len() > MaxOutputBytes {
			return "", limit("a text of more than %d bytes", MaxOutputBytes)
		}
		from = m[1]
	}
	b.WriteString(s[from:])
	return b.String(), nil
}

// findAll is regexp's, with Java's additional matches: an empty one may begin where another has ended, as the second of
// ".*" in "abc". Where the expression looks at what is around it, that cannot be told here, and there is none.
func (re *javaRegexp) findAll(s string, n int) [][]int {
	found := re.find.FindAllStringSubmatchIndex(s, n)
	if n > 0 || !re.full.MatchString("") || looksBack.MatchString(re.text) {
		return found
	}
	atEnd := looksAhead.MatchString(re.text)
	all := make([][]int, 0, len(found))
	for i, m := range found {
		all = append(all, m)
		end := m[1]
		if m[0] == end || i+1 < len(found) && found[i+1][0] == end || atEnd && end != len(s) {
			continue
		}
		empty := slices.Repeat([]int{-1}, len(m))
		empty[0], empty[1] = end, end
		all = append(all, empty)
	}
	return all
}

var (
	looksBack  = regexp.MustCompile(`\^|\\[AbB]`)
	looksAhead = regexp.MustCompile(`\$|\\[zZ]`)
)

func expand(b *strings.Builder, s, with string, m []int) error {
	for i := 0; i < len(with); i++ {
		switch with[i] {
		case '\\':
			if i++; i == len(with) {
				return throw("character to be escaped is missing")
			}
			b.WriteByte(with[i])
		case '$':
			i++
			if i == len(with) || !isDigit(with[i]) {
				return throw("Illegal group reference")
			}
			g := int(with[i] - '0')
			if 2*g >= len(m) {
				return throw("No group %d", g)
			}
			for i+1 < len(with) && isDigit(with[i+1]) && 2*(10*g+int(with[i+1]-'0')) < len(m) {
				i++
				g = 10*g + int(with[i]-'0')
			}
			if m[2*g] >= 0 {
				b.WriteString(s[m[2*g]:m[2*g+1]])
			}
		default:
			b.WriteByte(with[i])
		}
	}
	return nil
}

// split is Java's: no empty string in front for a match of no characters, and with limit 0 none at the end.
func (r *renderer) split(s, expr string, most int) (any, error) {
	re, err := r.regexp(expr, s)
	if err != nil {
		return nil, err
	}
	var parts []string
	from := 0
	for _, m := range re.find.FindAllStringIndex(s, -1) {
		if most > 0 && len(parts) == most-1 {
			break
		}
		if m[1] == 0 || m[0] == m[1] && m[0] == len(s) {
			continue
		}
		parts = append(parts, s[from:m[0]])
		from = m[1]
	}
	if from == 0 && len(parts) == 0 {
		return stringsOf(javaArray, []string{s}), nil
	}
	parts = append(parts, s[from:])
	for most == 0 && len(parts) > 0 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	return stringsOf(javaArray, parts), r.charge(len(parts))
}
