package integration

import (
	"fmt"
	"net/http"
	"strings"
)

// parameter gives one header of the answer.
type parameter struct {
	name string
	expression
}

func parseParameter(name, expr string) (parameter, error) {
	p := parameter{name: name}
	if !isToken(name) {
		return p, fmt.Errorf("header %q is no header name", name)
	}
	var err error
	p.expression, err = parseExpression(fmt.Sprintf("header %q", name), expr, ofResponse)
	return p, err
}

// set sets the header, unless there is no value.
func (p *parameter) set(h http.Header, v values) error {
	found, err := p.evaluate(v)
	if err != nil {
		return err
	}
	h.Del(p.name)
	for _, value := range found {
		if value = headerValue(value); value != "" {
			h.Add(p.name, value)
		}
	}
	return nil
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
