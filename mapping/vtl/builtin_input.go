package vtl

import (
	"errors"
	"slices"
)

// inputObject is $input. The body is read as JSON when a template first asks for it, and once.
type inputObject struct {
	r      *renderer
	body   string
	doc    any
	parsed bool
	err    error
	all    *dict
}

func (r *renderer) inputObject() *inputObject {
	if r.input == nil {
		r.input = &inputObject{r: r, body: decodeUTF8(string(r.in.Body))}
	}
	return r.input
}

// text is $input.body: as it came, and "{}" where there is none.
func (in *inputObject) text() string {
	if in.body == "" {
		return "{}"
	}
	return in.body
}

func (r *renderer) inputMethod(in *inputObject, name string, args []any) (any, error) {
	if len(args) == 0 {
		switch name {
		case "params":
			return in.params(), nil
		case "getBody":
			return in.text(), nil
		}
		return noMethod, nil
	}
	s, ok := args[0].(string)
	if !ok || len(args) != 1 {
		return noMethod, nil
	}
	switch name {
	case "json":
		return in.json(s)
	case "path":
		v, err := in.path(s)
		if errors.Is(err, errNoPath) {
			return nil, nil
		}
		return v, err
	case "params":
		return in.param(s), nil
	}
	return noMethod, nil
}

// path reads the body; errNoPath is returned where there is none, or nothing at the path.
func (in *inputObject) path(path string) (any, error) {
	if !in.parsed {
		in.parsed = true
		if in.body != "" {
			in.doc, in.err = in.r.parseJSON(in.body)
		}
	}
	switch {
	case in.err != nil:
		return nil, &thrown{msg: "could not process payload: " + in.err.Error(), err: malformed(in.err)}
	case in.doc == nil:
		return nil, errNoPath
	case path == "$":
		return in.doc, nil
	}
	p, err := in.r.path(path)
	if err != nil {
		return nil, err
	}
	return p.evaluate(in.r, in.doc, in.doc)
}

func malformed(err error) error {
	if t, ok := err.(*thrown); ok && t.err != nil {
		return t.err
	}
	return ErrMalformedBody
}

// json is $input.json: a value as JSON, or `""` where there is nothing. Not verified on AWS: the same for JSON null.
func (in *inputObject) json(path string) (any, error) {
	if in.body == "" {
		if path == "$" {
			return "{}", nil
		}
		return `""`, nil
	}
	v, err := in.path(path)
	if errors.Is(err, errNoPath) || err == nil && v == nil {
		return `""`, nil
	}
	if err != nil {
		return nil, err
	}
	b, err := in.r.appendJSON(make([]byte, 0, len(in.body)), v, false, 0)
	if err != nil {
		return nil, err
	}
	return string(b), in.r.chargeBytes(len(b))
}

// params is $input.params(): a map of maps, one of each kind of parameter.
func (in *inputObject) params() *dict {
	if in.all == nil {
		in.all = &dict{}
		in.all.put("path", orderedDict(in.r.in.Path, in.r.in.Order.Path))
		in.all.put("querystring", orderedDict(in.r.in.Query, in.r.in.Order.Query))
		in.all.put("header", orderedDict(in.r.in.Header, in.r.in.Order.Header))
	}
	return in.all
}

// param is $input.params(name): the path, the query string and the headers are searched in this order. Not verified on
// AWS: names of headers are compared as they are written.
func (in *inputObject) param(name string) string {
	for _, m := range [...]map[string]string{in.r.in.Path, in.r.in.Query, in.r.in.Header} {
		if v, ok := m[name]; ok {
			return decodeUTF8(v)
		}
	}
	return ""
}

// orderedDict makes a map whose keys come in the given order, and then by name.
func orderedDict(m map[string]string, order []string) *dict {
	d := &dict{entries: make([]pair, 0, len(m))}
	for _, k := range orderedKeys(m, order) {
		d.entries = append(d.entries, pair{decodeUTF8(k), decodeUTF8(m[k])})
	}
	d.reindex()
	return d
}

func orderedKeys[V any](m map[string]V, order []string) []string {
	keys := make([]string, 0, len(m))
	for _, k := range order {
		if _, ok := m[k]; ok && !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	n := len(keys)
	for k := range m {
		if !slices.Contains(keys[:n], k) {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys[n:])
	return keys
}
