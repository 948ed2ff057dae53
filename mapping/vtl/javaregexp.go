package vtl

import (
	"strings"

	"github.com/lambdarest/lambdarest/internal/javaregexp"
)

// javaRegexp is a java.util.regex.Pattern.
type javaRegexp struct {
	*javaregexp.Regexp
	text string
}

// maxRegexpBytes bounds an expression: compiling takes memory.
const maxRegexpBytes = 1000

// regexp compiles an expression once for a rendering.
func (r *renderer) regexp(expr string) (*javaRegexp, error) {
	if re := r.regexps[expr]; re != nil {
		return re, nil
	}
	if err := r.charge(100 + len(expr)); err != nil {
		return nil, err
	}
	re, err := compileRegexp(expr, 0)
	if err != nil {
		return nil, err
	}
	if r.regexps == nil {
		r.regexps = make(map[string]*javaRegexp)
	}
	r.regexps[expr] = re
	return re, nil
}

func compileRegexp(expr string, flags javaregexp.Flags) (*javaRegexp, error) {
	if len(expr) > maxRegexpBytes {
		return nil, limit("a regular expression of more than %d bytes", maxRegexpBytes)
	}
	re, err := javaregexp.Compile(expr, flags)
	if err != nil {
		return nil, throw("regular expression: %v", err)
	}
	return &javaRegexp{re, expr}, nil
}

// spent charges for the steps that an expression has taken of those that were left.
func (r *renderer) spent(left int, err error) error {
	if short := r.charge(MaxSteps - r.steps - left); short != nil {
		return short
	}
	if err != nil {
		return limit("%v", err)
	}
	return nil
}

// matches reports whether the whole string matches.
func (re *javaRegexp) matches(r *renderer, s string) (bool, error) {
	left := MaxSteps - r.steps
	ok, err := re.Match(encodeUTF16(s), &left)
	return ok, r.spent(left, err)
}

// each calls found with the bounds of every match, until it returns false.
func (re *javaRegexp) each(r *renderer, text []uint16, found func(bounds []int) bool) error {
	left := MaxSteps - r.steps
	err := re.All(text, &left, found)
	return r.spent(left, err)
}

// replace is replaceAll and replaceFirst.
func (re *javaRegexp) replace(r *renderer, s, with string, first bool) (string, error) {
	x := expansion{re: re, text: encodeUTF16(s), with: encodeUTF16(with)}
	from, steps := 0, 0
	err := re.each(r, x.text, func(bounds []int) bool {
		x.out = append(x.out, x.text[from:bounds[0]]...)
		from = bounds[1]
		x.expand(bounds)
		steps += len(x.with) >> 5
		return !first && x.err == nil && len(x.out) <= MaxOutputBytes && steps <= MaxSteps
	})
	if err == nil {
		err = r.charge(steps)
	}
	if err == nil {
		err = x.err
	}
	if err == nil {
		err = r.chargeBytes(len(x.out) + len(x.text) - from)
	}
	if err != nil {
		return "", err
	}
	return decodeUTF16(append(x.out, x.text[from:]...)), nil
}

// expansion writes replacements: "$1" and "${name}" are groups, "\" quotes.
type expansion struct {
	re              *javaRegexp
	text, with, out []uint16
	err             error
}

func (x *expansion) expand(bounds []int) {
	for i := 0; i < len(x.with) && x.err == nil && len(x.out) <= MaxOutputBytes; i++ {
		switch x.with[i] {
		case '\\':
			if i++; i == len(x.with) {
				x.err = throw("character to be escaped is missing")
				return
			}
			x.out = append(x.out, x.with[i])
		case '$':
			g, n := x.group(x.with[i+1:], len(bounds)/2)
			if x.err == nil && bounds[2*g] >= 0 {
				x.out = append(x.out, x.text[bounds[2*g]:bounds[2*g+1]]...)
			}
			i += n
		default:
			x.out = append(x.out, x.with[i])
		}
	}
}

// group reads what follows "$": as many digits as there are groups for, or a name in braces.
func (x *expansion) group(s []uint16, groups int) (g, n int) {
	if len(s) > 0 && s[0] == '{' {
		name, _, closed := strings.Cut(decodeUTF16(s[1:]), "}")
		if g = x.re.Group(name); g == 0 || !closed {
			x.err = throw("No group with this name")
		}
		return g, len(name) + len("{}")
	}
	if len(s) == 0 || !isUnitDigit(s[0]) {
		x.err = throw("Illegal group reference")
		return 0, 0
	}
	g = int(s[0] - '0')
	if g >= groups {
		x.err = throw("No group %d", g)
		return 0, 0
	}
	for n = 1; n < len(s) && isUnitDigit(s[n]) && 10*g+int(s[n]-'0') < groups; n++ {
		g = 10*g + int(s[n]-'0')
	}
	return g, n
}

func isUnitDigit(u uint16) bool { return u >= '0' && u <= '9' }

// split is Java's: no empty string in front for a match of no characters, and with limit 0 none at the end.
func (r *renderer) split(s, expr string, most int) (any, error) {
	re, err := r.regexp(expr)
	if err != nil {
		return nil, err
	}
	text := encodeUTF16(s)
	var parts []string
	from := 0
	err = re.each(r, text, func(bounds []int) bool {
		if most > 0 && len(parts) == most-1 {
			return false
		}
		if bounds[1] > 0 {
			parts = append(parts, decodeUTF16(text[from:bounds[0]]))
			from = bounds[1]
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	if from == 0 {
		return stringsOf(javaArray, []string{s}), nil
	}
	parts = append(parts, decodeUTF16(text[from:]))
	for most == 0 && len(parts) > 0 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	return stringsOf(javaArray, parts), r.charge(len(parts))
}
