package vtl

import (
	"errors"
	"slices"
	"strings"
)

// inputObject is $input. The body is read as JSON when a template first asks for a value in it, and once.
type inputObject struct {
	r       *renderer
	body    string // as text, once it has been asked for
	hasBody bool
	doc     any
	parsed  bool
	err     error
	all     *dict
}

// raw is the body as text.
func (in *inputObject) raw() string {
	if !in.hasBody {
		in.body, in.hasBody = decodeUTF8(string(in.r.in.Body)), true
	}
	return in.body
}

// text is $input.body: as it came, and "{}" where there is none.
func (in *inputObject) text() string {
	if body := in.raw(); body != "" {
		return body
	}
	return "{}"
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
		v := in.param(s)
		return v, r.charge(len(v) >> 6)
	}
	return noMethod, nil
}

// path reads the body; errNoPath is returned where there is none, or nothing at the path.
func (in *inputObject) path(path string) (any, error) {
	if !in.parsed {
		in.parsed = true
		if body := in.raw(); body != "" {
			in.doc, in.err = in.r.parseJSON(body)
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

// json is $input.json as a value.
func (in *inputObject) json(path string) (any, error) {
	b, err := in.appendJSON(make([]byte, 0, len(in.r.in.Body)), path)
	if err != nil {
		return nil, err
	}
	return string(b), nil
}

// appendJSON is $input.json: a value as JSON, or `""` where there is nothing. Not verified on AWS: the same for JSON null.
func (in *inputObject) appendJSON(b []byte, path string) ([]byte, error) {
	start := len(b)
	if path == "$" {
		if len(in.r.in.Body) == 0 {
			return append(b, "{}"...), nil
		}
		if out, ok, err := in.copyJSON(b); ok || err != nil {
			return out, err
		}
	}
	v, err := in.path(path)
	if errors.Is(err, errNoPath) || err == nil && v == nil {
		return append(b, `""`...), nil
	}
	if err != nil {
		return nil, err
	}
	if b, err = in.r.appendJSON(b, v, false, 0); err != nil {
		return nil, err
	}
	return b, in.r.chargeBytes(len(b) - start)
}

// params is $input.params(): a map of maps, one of each kind of parameter.
func (in *inputObject) params() *dict {
	if in.all == nil {
		r := in.r
		in.all = r.memory.dict(linkedMap)
		in.all.entries = r.memory.pairs.take(3)
		in.all.entries[0] = pair{"path", r.orderedDict(r.in.Path, r.in.Order.Path)}
		in.all.entries[1] = pair{"querystring", r.orderedDict(r.in.Query, r.in.Order.Query)}
		in.all.entries[2] = pair{"header", r.orderedDict(r.in.Header, r.in.Order.Header)}
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

// member is one of a Go map.
type member[V any] struct {
	key string
	val V
}

// orderedDict makes a map whose keys come in the given order, and then by name.
func (r *renderer) orderedDict(m map[string]string, order []string) *dict {
	r.params = members(r.params[:0], m, order)
	d := r.memory.dict(linkedMap)
	d.entries = r.memory.pairs.take(len(m))
	for i, p := range r.params {
		d.entries[i] = pair{decodeUTF8(p.key), decodeUTF8(p.val)}
	}
	return d
}

// members appends those of a map.
func members[V any](to []member[V], m map[string]V, order []string) []member[V] {
	known := func(k string) bool {
		return slices.ContainsFunc(to[:min(len(to), len(order))], func(p member[V]) bool { return p.key == k })
	}
	for _, k := range order {
		if v, ok := m[k]; ok && !known(k) {
			to = append(to, member[V]{k, v})
		}
	}
	n := len(to)
	for k, v := range m {
		if n == 0 || !known(k) {
			to = append(to, member[V]{k, v})
		}
	}
	slices.SortFunc(to[n:], func(a, b member[V]) int { return strings.Compare(a.key, b.key) })
	return to
}
