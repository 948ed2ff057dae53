package gateway

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/lambdarest/lambdarest/mapping/vtl"
)

// A mappedValue is the value of a parameter mapping. A JSON path is evaluated by a small template, so that it has one
// meaning only.
type mappedValue struct {
	parts   []mappedPart
	hasBody bool
}

type mappedPart struct {
	text string        // of a static part
	root string        // as "request.header" or "context"; "" for a static part
	name string        // below the root
	path *vtl.Template // of a JSON path
}

// The alphabets of names. That of a JSON path keeps it from ending the string that it is put into; it has no filters.
const (
	nameSigns = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
	pathSigns = nameSigns + "-[]*@"
)

// isDotted reports whether a text is one name or several with dots between them.
func isDotted(text, signs string) bool {
	for name := range strings.SplitSeq(text, ".") {
		if name == "" || strings.Trim(name, signs) != "" {
			return false
		}
	}
	return true
}

// parseMapped parses a value; of is "request" or "response".
func parseMapped(text, of string) (mappedValue, error) {
	if rest, ok := strings.CutPrefix(text, "$"); ok && !strings.HasPrefix(rest, "{") {
		p, err := parsePart(rest, of)
		return mappedValue{[]mappedPart{p}, p.isBody()}, err
	}
	var v mappedValue
	for {
		static, rest, found := strings.Cut(text, "${")
		v.parts = append(v.parts, mappedPart{text: static})
		if !found {
			return v, nil
		}
		selector, after, closed := strings.Cut(rest, "}")
		if !closed {
			return v, fmt.Errorf("expected } after ${%s", rest)
		}
		p, err := parsePart(selector, of)
		if err != nil {
			return v, err
		}
		v.parts, v.hasBody, text = append(v.parts, p), v.hasBody || p.isBody(), after
	}
}

func (p *mappedPart) isBody() bool { return strings.HasSuffix(p.root, ".body") }

// parsePart parses a variable, without its dollar sign.
func parsePart(selector, of string) (p mappedPart, err error) {
	known := []string{"header", "body"}
	if of == "request" {
		known = []string{"header", "querystring", "body", "path"}
	}
	for _, place := range known {
		root := of + "." + place
		name, isBelow := strings.CutPrefix(selector, root+".")
		switch {
		case selector == root && (place == "body" || place == "path"):
			return mappedPart{root: root}, nil
		case isBelow && place == "body":
			if !isDotted(name, pathSigns) {
				return p, fmt.Errorf("expected a JSON path without recursion and filters, got %q", name)
			}
			path, err := vtl.Parse(selector, "$input.json('$."+name+"')")
			return mappedPart{root: root, name: name, path: path}, err
		case isBelow && name != "":
			return mappedPart{root: root, name: name}, nil
		}
	}
	for _, root := range []string{"context", "stageVariables"} {
		if name, ok := strings.CutPrefix(selector, root+"."); ok && isDotted(name, nameSigns) {
			return mappedPart{root: root, name: name}, nil
		}
	}
	return p, fmt.Errorf("expected $%s.%s, $context.name, $stageVariables.name or a text, got %q", of, strings.Join(known, "|"), "$"+selector)
}

// static returns the text of a value without variables.
func (v *mappedValue) static() (string, bool) {
	return v.parts[0].text, len(v.parts) == 1 && v.parts[0].root == ""
}

// mappedFrom is what values are taken from.
type mappedFrom struct {
	c      *call
	header http.Header // of the request, or of the answer
	body   []byte
	isRead bool // the body is
}

// evaluate returns the value. A variable alone may have none; among other parts it is empty then.
func (v *mappedValue) evaluate(from *mappedFrom) (text string, ok bool, err error) {
	for i := range v.parts {
		part, has, err := v.parts[i].evaluate(from)
		if err != nil {
			return "", false, err
		}
		ok = ok || has
		text += part
	}
	return text, ok || len(v.parts) > 1, nil
}

func (p *mappedPart) evaluate(from *mappedFrom) (text string, ok bool, err error) {
	c := from.c
	switch p.root {
	case "":
		return p.text, true, nil
	case "request.header", "response.header":
		values := from.header.Values(p.name)
		if strings.EqualFold(p.name, "Host") && p.root == "request.header" {
			values = []string{c.r.Host}
		}
		return strings.Join(values, ","), len(values) > 0, nil
	case "request.querystring":
		values := c.query()[p.name]
		return strings.Join(values, ","), len(values) > 0, nil
	case "request.path":
		if p.name == "" {
			return c.r.URL.Path, true, nil
		}
		text, ok = c.params[p.name]
		return text, ok, nil
	case "stageVariables":
		text, ok = c.g.cfg.StageVariables[p.name]
		return text, ok, nil
	case "context":
		text, ok = c.mappedContext(p.name)
		return text, ok, nil
	}
	if !from.isRead {
		if from.body, err = readAll(c.r); err != nil {
			return "", false, err
		}
		from.isRead = true
	}
	if p.path == nil {
		return string(from.body), len(from.body) > 0, nil
	}
	text, ok = atPath(p.path, from.body)
	return text, ok, nil
}

// maxPathBody is how much of a body a JSON path is evaluated on, in bytes.
const maxPathBody = 100 << 10

// atPath is what a body has at a path: a string, or anything else as JSON. A body that is no JSON has nothing.
func atPath(path *vtl.Template, body []byte) (string, bool) {
	out, err := path.Render(vtl.Input{Body: body[:min(len(body), maxPathBody)]})
	if err != nil || string(out.Body) == `""` {
		return "", false // nothing there, null, or an empty string
	}
	var text string
	if json.Unmarshal(out.Body, &text) == nil {
		return text, true
	}
	return string(out.Body), true
}

// mappedContext is what $context has in an HTTP API
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html), as far as it is known
// before the integration.
func (c *call) mappedContext(name string) (string, bool) {
	rest, isAuthorizer := strings.CutPrefix(name, "authorizer.")
	switch {
	case name == "routeKey":
		return c.route.key, true
	case !isAuthorizer:
		return c.contextValue(name)
	}
	value := flatten(c.grant)
	for key := range strings.SplitSeq(rest, ".") {
		switch m := value.(type) {
		case map[string]any:
			value = m[key]
		case map[string]string: // of claims
			value = m[key]
		default:
			return "", false
		}
	}
	switch v := value.(type) {
	case string:
		return v, v != ""
	case bool, float64, int64, json.Number:
		return fmt.Sprint(v), true
	}
	return "", false
}
