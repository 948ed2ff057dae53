package integration

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dlclark/regexp2"
)

// Selection patterns are Java's regular expressions. They are rewritten for Go's engine, which takes linear time; only
// what it lacks (look-around, back-references, atomic groups and possessive quantifiers) runs on a backtracking one,
// which may take exponential time and is stopped.

// A matcher tells whether a pattern matches the whole of a text.
type matcher interface {
	match(text string) (bool, error)
}

type linear struct{ re *regexp.Regexp }

func (m linear) match(text string) (bool, error) { return m.re.MatchString(text), nil }

type backtracking struct{ re *regexp2.Regexp }

func (m backtracking) match(text string) (bool, error) {
	matched, err := m.re.MatchString(text)
	if err != nil {
		return false, errPatternSlow
	}
	return matched, nil
}

const (
	maxPatternTime  = 250 * time.Millisecond
	maxPatternBytes = 4 << 10
)

// compilePattern compiles a pattern that must match a whole text. It is compiled alone first: "a)|(?:b" is no pattern, but
// would become one inside the anchors.
func compilePattern(pattern string) (matcher, error) {
	if len(pattern) > maxPatternBytes {
		return nil, fmt.Errorf("%d bytes, the limit is %d", len(pattern), maxPatternBytes)
	}
	p := translator{src: pattern, dot: `[^\n\r\x{85}\x{2028}\x{2029}]`}
	if dotAll.MatchString(pattern) {
		p.dot = "."
	}
	if err := p.translate(); err != nil {
		return nil, err
	}
	expr := string(p.out)
	anchored := `\A(?:` + expr + `)\z`
	_, err := regexp.Compile(expr)
	if err == nil {
		re, err := regexp.Compile(anchored)
		return linear{re}, err
	}
	if _, alone := regexp2.Compile(expr, regexp2.RE2); alone != nil {
		return nil, err
	}
	re, err := regexp2.Compile(anchored, regexp2.RE2)
	if err != nil {
		return nil, err
	}
	re.MatchTimeout = maxPatternTime
	return backtracking{re}, nil
}

// dotAll finds the flag that lets a dot match line breaks: (?s), (?is:…).
var dotAll = regexp.MustCompile(`\(\?[a-z]*s[a-z]*[:)-]`)

// translator rewrites a Java expression.
type translator struct {
	src   string
	pos   int
	out   []byte
	dot   string
	atom  int   // where in out the latest atom begins; -1 where there is none to repeat
	opens []int // of the groups that are open
}

var (
	errBrace  = errors.New(`a { that is no repetition must be written \{, in Java as well`)
	errNested = errors.New("a class in a class, or &&, is not supported")
)

func (p *translator) translate() error {
	p.atom = -1
	for p.pos < len(p.src) {
		if err := p.next(); err != nil {
			return err
		}
	}
	return nil
}

// next translates one element.
func (p *translator) next() error {
	at := len(p.out)
	switch c := p.src[p.pos]; c {
	case '\\':
		p.escape()
	case '[':
		if err := p.class(); err != nil {
			return err
		}
	case '(':
		p.opens = append(p.opens, at)
		p.copy(1)
		at = -1
	case ')':
		if n := len(p.opens); n > 0 {
			at, p.opens = p.opens[n-1], p.opens[:n-1]
		}
		p.copy(1)
	case '*', '+', '?':
		p.repetition(1)
		return nil
	case '{':
		n := repetition.FindString(p.src[p.pos:])
		if n == "" || p.atom < 0 {
			return errBrace
		}
		p.repetition(len(n))
		return nil
	case '.':
		p.out = append(p.out, p.dot...)
		p.pos++
	case '|', '^', '$':
		p.copy(1)
		at = -1
	default:
		p.character()
	}
	p.atom = at
	return nil
}

var repetition = regexp.MustCompile(`^\{\d+(,\d*)?\}`)

func (p *translator) copy(n int) {
	p.out = append(p.out, p.src[p.pos:p.pos+n]...)
	p.pos += n
}

// repetition copies a quantifier of n bytes. A possessive one, as a++, makes an atomic group: (?>a+).
func (p *translator) repetition(n int) {
	end := p.pos + n
	quantifier := p.src[p.pos:end]
	switch {
	case p.atom >= 0 && strings.HasPrefix(p.src[end:], "+"):
		p.out = append(slices.Insert(p.out, p.atom, []byte("(?>")...), quantifier+")"...)
		end++
	case strings.HasPrefix(p.src[end:], "?"):
		p.out = append(p.out, quantifier+"?"...)
		end++
	default:
		p.out = append(p.out, quantifier...)
	}
	p.pos = end
	p.atom = -1 // what is repeated cannot be repeated
}

// escape translates what begins with a backslash, outside and inside of a class.
func (p *translator) escape() {
	rest := p.src[p.pos:]
	if strings.HasPrefix(rest, `\Q`) {
		literal, _, _ := strings.Cut(rest[2:], `\E`)
		p.out = append(p.out, regexp.QuoteMeta(literal)...)
		p.pos = min(p.pos+len(literal)+len(`\Q\E`), len(p.src))
		return
	}
	if u := unicodeEscape.FindStringSubmatch(rest); u != nil {
		p.out = append(p.out, `\x{`+u[1]+`}`...)
		p.pos += len(u[0])
		return
	}
	if len(rest) < 2 {
		p.copy(1) // an error of the engine's
		return
	}
	switch c := rest[1]; {
	case c == 'Z':
		p.out = append(p.out, `\z`...)
	case c == 'e':
		p.out = append(p.out, `\x1b`...)
	case c >= utf8.RuneSelf || strings.IndexByte(meaningless, c) >= 0:
		p.pos++
		p.character()
		return
	default:
		p.copy(len(bracedEscape.FindString(rest)))
		return
	}
	p.pos += 2
}

// meaningless is the punctuation that Go lets nobody escape.
const meaningless = "\"'<>=!:,;%&#@~` "

// character copies one that stands for itself.
func (p *translator) character() {
	_, n := utf8.DecodeRuneInString(p.src[p.pos:])
	p.copy(n)
}

// bracedEscape is an escape with its argument, as \p{L}, \x{41} and \k<name>.
var bracedEscape = regexp.MustCompile(`^\\(?s:[pPx]\{[^}]*\}|k<[^>]*>|.)`)

var unicodeEscape = regexp.MustCompile(`^\\u([0-9a-fA-F]{4})`)

// class copies a class as [^a-z]. Java's unions and intersections of classes are refused: Go reads them as characters.
func (p *translator) class() error {
	p.copy(1)
	if strings.HasPrefix(p.src[p.pos:], "^") {
		p.copy(1)
	}
	for first := true; p.pos < len(p.src); first = false {
		switch rest := p.src[p.pos:]; {
		case rest[0] == ']' && !first:
			p.copy(1)
			return nil
		case rest[0] == '[', strings.HasPrefix(rest, "&&"):
			return errNested
		case rest[0] == '\\':
			p.escape()
		default:
			p.copy(1)
		}
	}
	return nil // an error of the engine's
}
