// Package javaregexp is java.util.regex for the parts of API Gateway that run on Java: the string methods of mapping
// templates, and selection patterns. Go's own engine lacks look-around, back-references, possessive quantifiers and
// intersections of classes, and finds other empty matches.
//
// An expression is parsed to a tree (parse.go, class.go), the tree is linked to nodes of which each knows the next one
// (link.go), and a match walks the nodes and turns back where it fails (match.go), as Java does. That may take exponential
// time, so a match has a budget of steps. The text is in UTF-16, by which Java counts: an empty match may lie inside a
// character.
//
// What is known to differ: whether the greatest length of an unlikely look-behind is obvious, as of (?<=a{2,}); a group in a
// possessive or repeated zero-width group, of which Java may keep bounds from a path that failed; and that "ß" is "ẞ" here.
//
// Not supported, and an error: \X, \N{name}, \p{InBlock}, the flags U and c, and canonical equivalence.
package javaregexp

import (
	"errors"
	"fmt"
)

// ErrSteps is returned by a match that takes more steps than it may, or turns back over too much of the text at once, where
// Java overflows its stack.
var ErrSteps = errors.New("the regular expression takes too many steps")

// A Regexp is a compiled expression, safe for concurrent use.
type Regexp struct {
	start  node
	groups int // with group 0
	names  map[string]int
	loops  int
	wide   bool // a search that has failed at a character goes on behind it, not inside
	memo   bool // a loop that fails at a place fails there again
}

// Flags are those of Pattern.compile.
type Flags uint8

// The flags, with the letters that turn them on inside an expression.
const (
	IgnoreCase  Flags = 1 << iota // i: of ASCII letters, unless UnicodeCase is set
	Multiline                     // m
	DotAll                        // s
	UnicodeCase                   // u
	Comments                      // x
	UnixLines                     // d
)

// Compile compiles an expression. Its errors do not show the expression.
func Compile(expr string, flags Flags) (re *Regexp, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case syntaxError:
			re, err = nil, r
		default:
			panic(r)
		}
	}()
	p := &parser{src: []rune(expr), flags: flags, groups: 1, names: map[string]int{}}
	tree := p.parse()
	l := &linker{}
	start := l.link(tree, end{})
	return &Regexp{start: start, groups: p.groups, names: p.names, loops: l.loops, wide: p.wide, memo: !l.counted}, nil
}

// Group returns the number of the group of a name, or 0.
func (re *Regexp) Group(name string) int { return re.names[name] }

// Match reports whether the expression matches the whole text. It takes what it needs from *steps.
func (re *Regexp) Match(text []uint16, steps *int) (bool, error) {
	m := re.matcher(text, *steps)
	m.whole = true
	ok := m.run(re.start, 0)
	*steps = m.steps
	return ok && m.err == nil, m.err
}

// All calls found with the bounds of each match and of its groups, -1 for a group that has none, until it returns false. The
// slice is used again.
func (re *Regexp) All(text []uint16, steps *int, found func(bounds []int) bool) error {
	m := re.matcher(text, *steps)
	defer func() { *steps = m.steps }()
	for from := 0; from <= len(text); {
		m.steps -= len(m.bounds) / boundsPerStep
		for i := range m.bounds {
			m.bounds[i] = -1
		}
		if !m.run(re.start, from) {
			if m.err != nil {
				return m.err
			}
			if _, n := m.at(from); re.wide && n == 2 {
				from++
			}
			from++
			continue
		}
		m.bounds[0], m.bounds[1] = from, m.end
		m.last = m.end
		clear(m.failed)
		if !found(m.bounds) {
			return nil
		}
		if m.end == from {
			from++
		} else {
			from = m.end
		}
	}
	return nil
}

type syntaxError struct{ msg string }

func (e syntaxError) Error() string { return e.msg }

// fail leaves the parser; parse recovers it.
func fail(format string, args ...any) { panic(syntaxError{fmt.Sprintf(format, args...)}) }
