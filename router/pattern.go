package router

import (
	"fmt"
	"strings"
)

// A pattern is "[METHOD ]/segment/…". A segment is literal text, {name} for one
// segment, or, last only, {name+} for the rest of the path: API Gateway's path
// variables and greedy path variable. Literals are written decoded: "/a b", not
// "/a%20b", and do not begin with ":" or "*", which mark variables in other routers.
// A slash at the end of a pattern means nothing, as in API Gateway.
type pattern struct {
	method   string // "" for any
	segments []segment
}

type segment struct {
	kind kind
	text string // the literal, or the variable's name
}

type kind uint8

// The kinds in the order in which they are preferred.
const (
	literal kind = iota
	variable
	greedy
)

// A patternError says what is wrong with a pattern, and where.
type patternError struct {
	pattern string
	offset  int
	msg     string
}

func (e *patternError) Error() string {
	return fmt.Sprintf("bad pattern %q at offset %d: %s", e.pattern, e.offset, e.msg)
}

// parsePattern parses "[METHOD ]prefix/path"; the prefix is a group's.
func parsePattern(prefix, s string) (pattern, error) {
	var p pattern
	path, offset := s, 0
	if method, rest, ok := strings.Cut(s, " "); ok && s[0] != '/' {
		if !isMethod(method) {
			return p, &patternError{s, 0, "the method must be upper-case letters and hyphens"}
		}
		path = strings.TrimLeft(rest, " \t")
		offset = len(s) - len(path)
		if p.method = method; method == "ANY" {
			p.method = ""
		}
	}
	if !strings.HasPrefix(path, "/") {
		return p, &patternError{s, offset, `the path must start with "/"`}
	}
	if err := p.add(prefix + path); err != nil {
		err.pattern, err.offset = s[:offset]+prefix+path, err.offset+offset
		return p, err
	}
	return p, nil
}

func isMethod(s string) bool {
	for _, c := range []byte(s) {
		if (c < 'A' || c > 'Z') && c != '-' {
			return false
		}
	}
	return s != ""
}

// add appends the segments of path, which is empty or starts with a slash.
func (p *pattern) add(path string) *patternError {
	offset := 1
	path = strings.TrimSuffix(path, "/")
	for rest := strings.TrimPrefix(path, "/"); path != ""; {
		text, tail, more := strings.Cut(rest, "/")
		if n := len(p.segments); n > 0 && p.segments[n-1].kind == greedy {
			return &patternError{offset: offset, msg: "nothing can follow the greedy variable {" + p.segments[n-1].text + "+}"}
		}
		seg, msg := parseSegment(text)
		if msg == "" && seg.kind != literal && p.has(seg.text) {
			msg = "the variable {" + seg.text + "} stands twice"
		}
		if msg != "" {
			return &patternError{offset: offset, msg: msg}
		}
		p.segments = append(p.segments, seg)
		if !more {
			break
		}
		offset += len(text) + 1
		rest = tail
	}
	return nil
}

// parseSegment returns a segment, or what is wrong with it.
func parseSegment(s string) (seg segment, msg string) {
	switch inner, open := strings.CutPrefix(s, "{"); {
	case s == "":
		return seg, "empty segment"
	case strings.Contains(s, "%"):
		return seg, "literals are written decoded, without %"
	case !open && strings.ContainsAny(s, "{}"):
		return seg, "a variable must be a whole segment"
	case s[0] == ':' && len(s) > 1: // as in other routers: a literal that no path has would only be a 404
		return seg, "a variable is written {" + s[1:] + "}, not " + s
	case s[0] == '*':
		return seg, "the rest of the path is written {name+}, not " + s
	case !open:
		return segment{literal, s}, ""
	default:
		name, closed := strings.CutSuffix(inner, "}")
		if !closed {
			return seg, "a variable must be a whole segment: {name} or {name+}"
		}
		seg.kind = variable
		if rest, ok := strings.CutSuffix(name, "+"); ok {
			seg.kind, name = greedy, rest
		}
		if strings.HasSuffix(name, "...") {
			return seg, "the greedy variable is written {" + strings.TrimSuffix(name, "...") + "+}"
		}
		if !isName(name) {
			return seg, "a variable's name is made of letters, digits and ._-:"
		}
		seg.text = name
		return seg, ""
	}
}

// isName reports whether API Gateway would accept s as the name of a path
// variable.
func isName(s string) bool {
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("._-:", c) >= 0:
		default:
			return false
		}
	}
	return s != ""
}

func (p *pattern) has(name string) bool {
	for _, s := range p.segments {
		if s.kind != literal && s.text == name {
			return true
		}
	}
	return false
}

// path returns the pattern without its method.
func (p *pattern) path() string {
	if len(p.segments) == 0 {
		return "/"
	}
	var b strings.Builder
	for _, s := range p.segments {
		b.WriteByte('/')
		switch s.kind {
		case literal:
			b.WriteString(s.text)
		case variable:
			b.WriteString("{" + s.text + "}")
		case greedy:
			b.WriteString("{" + s.text + "+}")
		}
	}
	return b.String()
}

func (p *pattern) String() string {
	if p.method == "" {
		return p.path()
	}
	return p.method + " " + p.path()
}

// witness returns a path that the pattern matches.
func (p *pattern) witness() string {
	if len(p.segments) == 0 {
		return "/"
	}
	var b strings.Builder
	for _, s := range p.segments {
		b.WriteString("/" + s.text)
	}
	return b.String()
}
