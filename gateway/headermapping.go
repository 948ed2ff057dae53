package gateway

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/lambdarest/lambdarest/mapping/vtl"
)

// headerMapping gives one header of the answer. Each expression is turned into a small template, so that JSONPath and
// $context have one meaning only.
type headerMapping struct {
	name    string
	literal string
	value   *vtl.Template // nil for a literal
}

// The alphabets keep an expression from ending the string or the reference that it is put into.
var (
	jsonPathPattern = regexp.MustCompile(`^[\w\-.\[\]*@]+$`)
	namePattern     = regexp.MustCompile(`^\w+(\.\w+)*$`)
)

func parseHeaderMapping(name, expr string) (headerMapping, error) {
	m := headerMapping{name: name}
	if !isToken(name) {
		return m, fmt.Errorf("header %q is no header name", name)
	}
	if len(expr) >= 2 && expr[0] == '\'' && expr[len(expr)-1] == '\'' {
		m.literal = expr[1 : len(expr)-1]
		if strings.ContainsAny(m.literal, "\r\n\x00'") {
			return m, fmt.Errorf("header %q: a literal with a quote or a line break", name)
		}
		return m, nil
	}
	src, ok := mappingTemplate(expr)
	if !ok {
		return m, fmt.Errorf("header %q: cannot map %q", name, expr)
	}
	var err error
	m.value, err = vtl.Parse("header "+name, src)
	return m, err
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
func (m headerMapping) evaluate(in vtl.Input) (string, error) {
	if m.value == nil {
		return m.literal, nil
	}
	out, err := m.value.Render(in)
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
