package vtl

import (
	"errors"
	"strconv"
	"strings"
)

// JSONPath is Jayway's, in the version that fits what API Gateway answers: a path is cut into fragments ("$", ".name",
// "..", "[…]"), and each fragment becomes one token. What its compiler lets through is let through here: "$.a.b.length()"
// is a property of that name, `["a"]` is no path, and a name that begins with a digit is one after a dot only.
//
// Not verified on AWS: negative indexes, which are out of range here, and functions such as length().

type pathKind uint8

const (
	pathRoot pathKind = iota
	pathProperty
	pathWildcard
	pathScan
	pathIndex     // [1]
	pathIndexes   // [1,2]
	pathFromEnd   // [(@.length-1)]
	pathSliceFrom // [1:]
	pathSliceTo   // [:1]
	pathSlice     // [1:2]
	pathFilter    // [?(…)]
)

type pathToken struct {
	kind   pathKind
	names  []string
	nums   []int
	filter filter
}

// definite reports whether the token leads to one value at most.
func (t *pathToken) definite() bool {
	switch t.kind {
	case pathRoot, pathProperty, pathIndex, pathFromEnd:
		return true
	}
	return false
}

type jsonPath struct {
	tokens []pathToken
	// tail says of each token whether it and all after it are definite.
	tail []bool
	root bool // begins with "$", not "@"
}

func (p *jsonPath) definite() bool { return p.tail[0] }

const (
	maxPathTokens = 1000
	maxPathDepth  = 16 // of filters in filters
	maxPathBytes  = 10_000
)

var errBadPath = errors.New("invalid path")

// errPath does not show the path: a template can make one from a value.
func errPath() error { return throw("invalid JSON path") }

// compilePath compiles a path; "a.b" is "$.a.b".
func compilePath(path string, depth int) (*jsonPath, error) {
	if path == "" {
		return nil, throw("path can not be null or empty")
	}
	if len(path) > maxPathBytes {
		return nil, limit("a JSON path of more than %d bytes", maxPathBytes)
	}
	s := trimSpace(path)
	if s == "" || strings.HasSuffix(s, "..") || depth > maxPathDepth {
		return nil, errPath()
	}
	if s[0] != '$' && s[0] != '@' {
		s = "$." + s
	}
	p := &jsonPath{root: s[0] == '$'}
	if len(s) > 1 && s[1] != '.' && s[1] != '[' {
		return nil, errPath()
	}
	s = "$" + s[1:]
	for i := 0; i < len(s); {
		fragment, n, err := nextFragment(s[i:])
		if err != nil {
			return nil, errPath()
		}
		i += n
		if fragment == "" {
			continue
		}
		t, err := compileFragment(fragment, depth)
		if errors.Is(err, errBadPath) {
			err = errPath()
		}
		if err != nil {
			return nil, err
		}
		if p.tokens = append(p.tokens, t); len(p.tokens) > maxPathTokens {
			return nil, limit("a JSON path of more than %d steps", maxPathTokens)
		}
	}
	p.finish()
	return p, nil
}

func (p *jsonPath) finish() {
	p.tail = make([]bool, len(p.tokens))
	all := true
	for i := len(p.tokens) - 1; i >= 0; i-- {
		all = all && p.tokens[i].definite()
		p.tail[i] = all
	}
}

// nextFragment cuts off one fragment. A name is turned into ['name'].
func nextFragment(s string) (fragment string, n int, err error) {
	switch s[0] {
	case ' ':
		return "", 0, errBadPath
	case '$':
		return "$", 1, nil
	case '*':
		return "[*]", 1, nil
	case '[':
		n = closingBracket(s)
		return s[:n], n, nil
	case '.':
		if len(s) == 1 {
			return "", 0, errBadPath
		}
		if s[1] == '.' {
			return "..", 2, nil
		}
		n = nameLen(s[1:])
		switch {
		case n == 0:
			return "", 1, nil
		case s[1:1+n] == "*":
			return "[*]", 2, nil
		}
		return "['" + s[1:1+n] + "']", 1 + n, nil
	}
	n = nameLen(s)
	return "['" + s[:n] + "']", n, nil
}

func nameLen(s string) int {
	if n := strings.IndexAny(s, ".[ "); n >= 0 {
		return n
	}
	return len(s)
}

// closingBracket returns the length of "[…]", or of everything where it is not closed.
func closingBracket(s string) int {
	nested := 0
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '[':
			nested++
		case ']':
			if nested == 0 {
				return i + 1
			}
			nested--
		}
	}
	return len(s)
}

func compileFragment(s string, depth int) (pathToken, error) {
	switch s {
	case "$":
		return pathToken{kind: pathRoot}, nil
	case "..":
		return pathToken{kind: pathScan}, nil
	case "[*]":
		return pathToken{kind: pathWildcard}, nil
	case "[?]": // a place for a filter that Java code would give
		return pathToken{kind: pathFilter, filter: filter{{{op: "?"}}}}, nil
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '?':
			f, err := compileFilter(s, i, depth)
			return pathToken{kind: pathFilter, filter: f}, err
		case c == '\'':
			return compileNames(s[i:])
		case c == '@':
			return compileFromEnd(s[i:])
		case isDigit(c) || c == ':' || c == '-':
			return compileIndexes(s[i:])
		}
	}
	return pathToken{}, errBadPath
}

// compileNames reads 'a','b'] up to the first bracket, quoted or not.
func compileNames(s string) (pathToken, error) {
	t := pathToken{kind: pathProperty}
	end := strings.IndexByte(s, ']')
	if end < 0 {
		return t, errBadPath
	}
	parts := strings.Split(s[:end], "'")
	for i := 1; i+1 < len(parts); i += 2 { // the odd parts are inside quotes
		t.names = append(t.names, parts[i])
	}
	return t, nil
}

// compileFromEnd reads @.length-1) or @.size()-1).
func compileFromEnd(s string) (pathToken, error) {
	t := pathToken{kind: pathFromEnd}
	if len(s) < 3 {
		return t, errBadPath
	}
	name, rest, ok := strings.Cut(s[2:], "-")
	name = strings.NewReplacer(" ", "", "(", "", ")", "").Replace(name)
	if !ok || name != "size" && name != "length" {
		return t, errBadPath
	}
	num, _, ok := strings.Cut(rest, ")")
	n, err := strconv.ParseInt(strings.ReplaceAll(num, " ", ""), 10, 32)
	if !ok || err != nil {
		return t, errBadPath
	}
	t.nums = []int{-int(n)}
	return t, nil
}

// compileIndexes reads 1], 1,2], 1:], :2] or 1:2].
func compileIndexes(s string) (pathToken, error) {
	c := indexCompiler{s: s}
	for c.at < len(s) && c.err == nil && strings.IndexByte("0123456789, :-", s[c.at]) >= 0 {
		c.step()
		if c.at < len(s) && s[c.at] == ']' {
			break
		}
		c.at++
		if c.at >= len(s) {
			return pathToken{}, errBadPath
		}
	}
	if c.buf != "" {
		c.number()
	}
	if c.err != nil {
		return pathToken{}, c.err
	}
	return c.token()
}

// indexCompiler reads the inside of a bracket by characters, as Jayway does.
type indexCompiler struct {
	s                         string
	at                        int
	buf                       string
	nums                      []int
	sequence, from, to, slice bool
	err                       error
}

func (c *indexCompiler) number() {
	n, err := strconv.ParseInt(c.buf, 10, 32)
	if err != nil {
		c.err = errBadPath
	}
	c.nums = append(c.nums, int(n))
	c.buf = ""
}

func (c *indexCompiler) step() {
	switch b := c.s[c.at]; b {
	case ' ':
	case ',':
		c.number()
		c.sequence = true
	case ':':
		if c.buf == "" {
			c.to = true
			c.digits()
			c.number()
			return
		}
		c.number()
		c.digits()
		if c.buf == "" {
			c.from = true
			return
		}
		c.slice = true
		c.number()
	default:
		c.buf += string(b)
	}
}

func (c *indexCompiler) digits() {
	for c.at++; c.at < len(c.s) && strings.IndexByte("0123456789 -", c.s[c.at]) >= 0; c.at++ {
		if c.s[c.at] != ' ' {
			c.buf += string(c.s[c.at])
		}
	}
}

func (c *indexCompiler) token() (pathToken, error) {
	t := pathToken{nums: c.nums}
	switch {
	case len(c.nums) == 1 && !c.to && !c.from:
		t.kind = pathIndex
	case c.sequence:
		t.kind = pathIndexes
	case c.from:
		t.kind = pathSliceFrom
	case c.to:
		t.kind = pathSliceTo
	case c.slice && len(c.nums) >= 2:
		t.kind = pathSlice
	default:
		return t, errBadPath
	}
	if len(c.nums) == 0 {
		return t, errBadPath
	}
	return t, nil
}
