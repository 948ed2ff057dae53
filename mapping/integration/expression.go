package integration

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"github.com/lambdarest/lambdarest/mapping/vtl"
)

// An expression gives a parameter of a request or of an answer
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html). JSONPath and $context
// are turned into a small template, so that they have one meaning only.
type expression struct {
	literal string
	place   string        // "header", "querystring" or "path", "multivalueheader" or "multivaluequerystring"; "" for none
	name    string        // in the place
	value   *vtl.Template // nil for a literal and for a place
}

// The alphabets keep an expression from ending the string or the reference that it is put into.
var (
	jsonPathPattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[\w\-.\[\]*@]+$`) })
	namePattern     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\w+(\.\w+)*$`) })
)

// The roots of expressions, and the places that they have.
const (
	ofRequest  = "method.request."
	ofResponse = "integration.response."
)

// parseExpression parses what stands for a value: a literal in single quotes, something of the root, or context.name and
// stageVariables.name. label is for errors.
func parseExpression(label, expr, root string) (expression, error) {
	e := expression{}
	if len(expr) >= 2 && expr[0] == '\'' && expr[len(expr)-1] == '\'' {
		e.literal = expr[1 : len(expr)-1]
		if strings.ContainsAny(e.literal, "\r\n\x00'") {
			return e, fmt.Errorf("%s: a literal with a quote or a line break", label)
		}
		return e, nil
	}
	rest, isOf := strings.CutPrefix(expr, root)
	if place, name, ok := strings.Cut(rest, "."); isOf && ok && name != "" && hasPlace(root, place) {
		e.place, e.name = place, name
		return e, nil
	}
	src, ok := mappingTemplate(expr, root+"body")
	if !ok {
		return e, fmt.Errorf("%s: cannot map %q", label, expr)
	}
	var err error
	e.value, err = vtl.Parse(label, src)
	return e, err
}

func hasPlace(root, place string) bool {
	switch place {
	case "header", "multivalueheader":
		return true
	case "querystring", "multivaluequerystring", "path":
		return root == ofRequest
	}
	return false
}

func mappingTemplate(expr, body string) (src string, ok bool) {
	if expr == body {
		return "$input.body", true
	}
	if path, found := strings.CutPrefix(expr, body+"."); found {
		return "$input.path('$." + path + "')", jsonPathPattern().MatchString(path)
	}
	for _, root := range []string{"context.", "stageVariables."} {
		if path, found := strings.CutPrefix(expr, root); found {
			return "${" + root + path + "}", namePattern().MatchString(path)
		}
	}
	return "", false
}

// values are what expressions are evaluated on: the input of templates, and the header and the query with all values.
type values struct {
	in     vtl.Input
	header http.Header
	query  url.Values
}

// evaluate returns the values; none, or "" alone, leaves the parameter out.
func (e *expression) evaluate(v values) ([]string, error) {
	switch e.place {
	case "":
	case "multivalueheader":
		return v.header.Values(e.name), nil
	case "multivaluequerystring":
		return v.query[e.name], nil
	case "header":
		return last(v.header.Values(e.name), byName(v.in.Header, e.name)), nil
	case "querystring":
		return last(v.query[e.name], v.in.Query[e.name]), nil
	default:
		return []string{v.in.Path[e.name]}, nil
	}
	if e.value == nil {
		return []string{e.literal}, nil
	}
	out, err := e.value.Render(v.in)
	return []string{string(out.Body)}, err
}

// last returns the last value of a list, or the other where it is empty.
func last(list []string, other string) []string {
	if n := len(list); n > 0 {
		return list[n-1:]
	}
	return []string{other}
}

// byName returns the value of a header, whatever its case.
func byName(header map[string]string, name string) string {
	if value, ok := header[name]; ok {
		return value
	}
	for key, value := range header {
		if strings.EqualFold(key, name) {
			return value
		}
	}
	return ""
}
