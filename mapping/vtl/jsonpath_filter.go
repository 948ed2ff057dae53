package vtl

import (
	"errors"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/lambdarest/lambdarest/internal/javaregexp"
)

// filter is [?(a && b || c)]: alternatives of conditions that all hold. Parentheses are ignored, as in Jayway.
type filter [][]condition

// condition is one comparison, or the question whether a path leads to something.
type condition struct {
	op          string // "" asks for existence, "?" is no condition
	absent      bool   // and this negates it
	left, right filterOperand
}

type filterOperand struct {
	path *jsonPath
	text string
	re   *javaRegexp
}

// compileFilter reads the filter around s[at], which is its "?".
func compileFilter(s string, at, depth int) (filter, error) {
	s, err := filterBounds(s, at)
	if err != nil {
		return nil, err
	}
	s = trimSpace(strings.TrimPrefix(trimSpace(s), "?"))
	if !strings.HasPrefix(s, "(") || !strings.HasSuffix(s, ")") || len(s) < 2 {
		return nil, errBadPath
	}
	if strings.Contains(s, "|||") || strings.Contains(s, "&&&") { // of which Jayway makes conditions like "|"
		return nil, errBadPath
	}
	var f filter
	for _, alternative := range strings.Split(s[1:len(s)-1], "||") {
		var all []condition
		for _, text := range strings.Split(alternative, "&&") {
			c, err := compileCondition(text, depth)
			if err != nil {
				return nil, err
			}
			all = append(all, c)
		}
		f = append(f, all)
	}
	return f, nil
}

// filterBounds returns what is between the brackets around s[at]: a bracket in quotes or in parentheses does not close.
func filterBounds(s string, at int) (string, error) {
	start := strings.LastIndexByte(s[:at], '[')
	if start < 0 {
		return "", errBadPath
	}
	parens, brackets, quoted := 0, 0, false
	for i := start; i < len(s); i++ {
		c := s[i]
		if c == '\'' && (i == start || s[i-1] != '\\') {
			quoted = !quoted
		}
		if quoted {
			continue
		}
		switch c {
		case '(':
			parens++
		case ')':
			parens--
		case '[':
			brackets++
		case ']':
			brackets--
			if parens == 0 && brackets != 0 {
				return "", errBadPath
			}
			if parens == 0 {
				return s[start+1 : i], nil
			}
		}
	}
	return "", errBadPath
}

func compileCondition(s string, depth int) (condition, error) {
	s = strings.TrimRight(strings.TrimLeft(trimSpace(s), "[?( "), ") ")
	if s == "" {
		return condition{}, errBadPath
	}
	var c condition
	left, right := s, ""
	for _, op := range [...]string{"==", ">=", "<=", "!=", "<", ">", "=~"} {
		if l, r, ok := strings.Cut(s, op); ok {
			c.op, left, right = op, trimSpace(l), trimSpace(r)
			break
		}
	}
	if strings.HasPrefix(right, "!@") {
		return c, errBadPath
	}
	if rest, ok := strings.CutPrefix(left, "!"); ok && isFilterPath(left) {
		c.absent = true
		left = rest
	}
	var err error
	if c.left, err = compileOperand(left, depth); err != nil {
		return c, err
	}
	if c.right, err = compileOperand(right, depth); err != nil {
		return c, err
	}
	if c.op == "" && c.left.path == nil {
		return c, errBadPath
	}
	return c, nil
}

func isFilterPath(s string) bool {
	return strings.HasPrefix(s, "$") || strings.HasPrefix(s, "@") || strings.HasPrefix(s, "!@")
}

func compileOperand(s string, depth int) (filterOperand, error) {
	switch {
	case strings.HasPrefix(s, "$") || strings.HasPrefix(s, "@"):
		p, err := compilePath(s, depth+1)
		if err == nil && !p.definite() {
			err = errBadPath
		}
		return filterOperand{path: p}, err
	case len(s) >= 2 && s[0] == '\'' && s[len(s)-1] == '\'':
		return filterOperand{text: s[1 : len(s)-1]}, nil
	case len(s) >= 2 && s[0] == '/' && (s[len(s)-1] == '/' || strings.HasSuffix(s, "/i")):
		end := strings.LastIndexByte(s, '/')
		if end == 0 {
			return filterOperand{text: s}, nil
		}
		re, err := compileRegexp(s[1:end], patternFlags(s[end+1:]))
		return filterOperand{re: re}, err
	}
	return filterOperand{text: s}, nil
}

// accepts asks the conditions from the last to the first, as Jayway does: one that is reached may be an error.
func (f filter) accepts(e *pathEval, item any) (bool, error) {
	for _, all := range slices.Backward(f) {
		ok := true
		for i := len(all) - 1; i >= 0; i-- {
			yes, err := all[i].holds(e, item)
			if err != nil {
				return false, err
			}
			if ok = yes; !ok {
				break
			}
		}
		if ok {
			return true, nil
		}
	}
	return false, nil
}

// errIncomparable makes a comparison false.
var errIncomparable = errors.New("incomparable")

func (c *condition) holds(e *pathEval, item any) (bool, error) {
	if err := e.r.charge(1); err != nil {
		return false, err
	}
	if c.op == "?" {
		return false, throw("a JSON path has a filter without a condition")
	}
	if c.op == "" {
		v, err := c.left.path.run(&pathEval{r: e.r, path: c.left.path, root: e.root, all: true}, item)
		if errors.Is(err, errNoPath) {
			return c.absent, nil
		}
		return (v != nil) != c.absent, err
	}
	yes, err := c.compare(e, item)
	if errors.Is(err, errNoPath) || errors.Is(err, errIncomparable) {
		return false, nil
	}
	return yes, err
}

func (o *filterOperand) value(e *pathEval, item any) (any, error) {
	switch {
	case o.re != nil:
		return o.re, nil
	case o.path == nil:
		return o.text, nil
	}
	if o.path.root {
		item = e.root
	}
	return o.path.evaluate(e.r, item, e.root)
}

func (c *condition) compare(e *pathEval, item any) (bool, error) {
	model, err := c.left.value(e, item)
	if err != nil {
		return false, err
	}
	want, err := c.right.value(e, item)
	if err != nil {
		return false, err
	}
	if c.op == "=~" {
		return match(e.r, model, want)
	}
	if c.op != "==" && c.op != "!=" && (model == nil) != (want == nil) {
		return false, nil
	}
	n, err := compareJSON(want, model)
	if err != nil {
		return false, err
	}
	switch c.op {
	case "==":
		return n == 0, nil
	case "!=":
		return n != 0, nil
	case ">":
		return n < 0, nil
	case ">=":
		return n <= 0, nil
	case "<":
		return n > 0, nil
	}
	return n >= 0, nil
}

// match is "=~", with the expression on either side; it must match the whole text.
func match(r *renderer, model, want any) (bool, error) {
	re, text := want, model
	if _, ok := model.(*javaRegexp); ok {
		re, text = model, want
	}
	expr, ok := re.(*javaRegexp)
	if text == nil && (ok || re == nil) {
		return false, nil
	}
	if other, ok := text.(*javaRegexp); ok {
		text = other.text
	}
	if !ok {
		return false, throw("a JSON path compares with =~ but without /…/")
	}
	s, _, err := r.stringOf(text)
	if err != nil {
		return false, err
	}
	return expr.matches(r, s)
}

func nullish(v any) bool { return v == nil || v == "null" }

func sameObject(a, b any) bool {
	switch a.(type) {
	case *list, *dict:
		return a == b
	}
	return false
}

// compareJSON orders what a filter asks for against what it finds.
func compareJSON(want, model any) (int, error) {
	switch {
	case sameObject(want, model):
		return 0, nil
	case nullish(want) && nullish(model):
		return 0, nil
	case nullish(want):
		return -1, nil
	case nullish(model):
		return 1, nil
	}
	switch w := want.(type) {
	case string:
		switch m := model.(type) {
		case string:
			return compareStrings(strings.ReplaceAll(w, `\'`, "'"), m), nil
		case bool:
			return compareBools(strings.EqualFold(w, "true"), m), nil
		}
		if isNumber(model) {
			return compareExact(w, model)
		}
	case bool:
		if m, ok := model.(bool); ok {
			return compareBools(w, m), nil
		}
	}
	if isNumber(want) && isNumber(model) {
		return compareExact(printed(want), model)
	}
	return 0, errIncomparable
}

// printed is a number as a filter compares it: by its decimal text.
func printed(v any) string {
	switch v := v.(type) {
	case float64:
		return string(appendDouble(nil, v))
	case *big.Int:
		return v.String()
	case *decimal:
		return v.String()
	}
	return strconv.FormatInt(toLong(v), 10)
}

func compareExact(w string, model any) (int, error) {
	want, err := parseDecimal(w)
	if err != nil {
		return 0, throw("a JSON path compares a number with a text")
	}
	have, err := parseDecimal(printed(model))
	if err != nil {
		return 0, err
	}
	if want.unscaled.Sign() == 0 || have.unscaled.Sign() == 0 {
		return want.unscaled.Cmp(have.unscaled), nil
	}
	return compareNumbers(want, have)
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// patternFlags is the letter behind the second slash.
func patternFlags(letter string) javaregexp.Flags {
	if letter == "i" {
		return javaregexp.IgnoreCase
	}
	return 0
}
