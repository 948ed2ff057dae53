package integration

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/lambdarest/lambdarest/mapping/vtl"
)

// parameter gives one header of the answer. Each expression is turned into a small template, so that JSONPath and
// $context have one meaning only.
type parameter struct {
	name    string
	literal string
	value   *vtl.Template // nil for a literal
}

// The alphabets keep an expression from ending the string or the reference that it is put into.
var (
	jsonPathPattern = regexp.MustCompile(`^[\w\-.\[\]*@]+$`)
	namePattern     = regexp.MustCompile(`^\w+(\.\w+)*$`)
)

func parseParameter(name, expr string) (parameter, error) {
	p := parameter{name: name}
	if !isToken(name) {
		return p, fmt.Errorf("header %q is no header name", name)
	}
	if len(expr) >= 2 && expr[0] == '\'' && expr[len(expr)-1] == '\'' {
		p.literal = expr[1 : len(expr)-1]
		if strings.ContainsAny(p.literal, "\r\n\x00'") {
			return p, fmt.Errorf("header %q: a literal with a quote or a line break", name)
		}
		return p, nil
	}
	if strings.HasPrefix(expr, "integration.response.header.") || strings.HasPrefix(expr, "integration.response.multivalueheader.") {
		return p, nil // a function's result has no headers
	}
	src, ok := mappingTemplate(expr)
	if !ok {
		return p, fmt.Errorf("header %q: cannot map %q", name, expr)
	}
	var err error
	p.value, err = vtl.Parse("header "+name, src)
	return p, err
}

func mappingTemplate(expr string) (src string, ok bool) {
	if expr == "integration.response.body" {
		return "$input.body", true
	}
	if path, found := strings.CutPrefix(expr, "integration.response.body."); found {
		return "$input.path('$." + path + "')", jsonPathPattern.MatchString(path)
	}
	for _, root := range []string{"context.", "stageVariables."} {
		if path, found := strings.CutPrefix(expr, root); found {
			return "${" + root + path + "}", namePattern.MatchString(path)
		}
	}
	return "", false
}

// evaluate returns the header's value; "" leaves the header out.
func (p parameter) evaluate(in vtl.Input) (string, error) {
	if p.value == nil {
		return p.literal, nil
	}
	out, err := p.value.Render(in)
	return headerValue(string(out.Body)), err
}

// headerValue makes a text fit for a header line.
func headerValue(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}

// isToken reports whether s is a token of RFC 9110, 5.6.2, as header names are.
func isToken(s string) bool {
	for _, r := range s {
		if r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r) {
			return false
		}
	}
	return s != ""
}
