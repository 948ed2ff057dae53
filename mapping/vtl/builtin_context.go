package vtl

import (
	"encoding/json"
	"math/big"
)

var (
	requestOverrideKeys  = []string{"path", "header", "querystring"}
	responseOverrideKeys = []string{"header"}
)

// contextDict is $context: a copy of the input's, with the overrides that a template assigns to.
func (r *renderer) contextDict() (*dict, error) {
	if r.context != nil {
		return r.context, nil
	}
	c, err := fromGoMap(r.in.Context, r.in.Order.Context, 0)
	if err != nil {
		return nil, err
	}
	addOverride(c, "requestOverride", requestOverrideKeys)
	addOverride(c, "responseOverride", responseOverrideKeys)
	r.context = c
	r.watchOverrides(c)
	return c, nil
}

var overrides = [...]string{"requestOverride", "responseOverride"}

// watchOverrides notes what the template puts into the maps of overrides and into the maps in them.
func (r *renderer) watchOverrides(c *dict) {
	watch := func(v any, override, part string) {
		if d, ok := v.(*dict); ok {
			r.writes = append(r.writes, writes{override: override, part: part, of: d})
		}
	}
	r.writes = make([]writes, 0, len(overrides)+len(requestOverrideKeys)+len(responseOverrideKeys))
	for _, name := range overrides {
		v, _ := c.get(name)
		watch(v, name, "")
		if d, ok := v.(*dict); ok {
			for i := range d.entries {
				watch(d.entries[i].val, name, d.entries[i].key.(string))
			}
		}
	}
	for i := range r.writes { // now that they stay where they are
		r.writes[i].of.writes = &r.writes[i]
	}
}

// overriddenTwice lists what watch found.
func (r *renderer) overriddenTwice() (names []string, err error) {
	for i := range r.writes {
		w := &r.writes[i]
		for _, key := range w.twice {
			name, _, err := r.stringOf(key)
			if err != nil {
				return nil, err
			}
			names = append(names, w.name()+"."+name)
		}
	}
	return names, nil
}

func addOverride(c *dict, name string, keys []string) {
	if c.find(name) < 0 {
		c.put(name, emptyOverride(keys))
	}
}

func emptyOverride(keys []string) *dict {
	d := &dict{kind: contextMap}
	for _, k := range keys {
		d.put(k, &dict{kind: contextMap})
	}
	return d
}

func errContext() error {
	return throw("the context holds a value of an unknown type, or is nested too deep")
}

// fromGo converts a value of Input.Context.
func fromGo(v any, depth int) (any, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case string:
		return decodeUTF8(v), nil
	case bool, int32, float64:
		return v, nil
	case int:
		return narrow(int64(v)), nil
	case int64:
		return narrow(v), nil
	case json.Number:
		p := &jsonReader{s: string(v), count: func(int) error { return nil }}
		return p.value(stopNone)
	case []string:
		return stringsOf(jsonArray, v), nil
	case []any:
		l := &list{kind: jsonArray, items: make([]any, len(v))}
		for i := range v {
			x, err := fromGo(v[i], depth+1)
			if err != nil {
				return nil, err
			}
			l.items[i] = x
		}
		return l, nil
	case map[string]string:
		d := orderedDict(v, nil)
		d.kind = contextMap
		return d, nil
	case map[string]any:
		return asAny(fromGoMap(v, nil, depth+1))
	}
	return nil, errContext()
}

func fromGoMap(m map[string]any, order []string, depth int) (*dict, error) {
	if depth > MaxNesting {
		return nil, errContext()
	}
	d := &dict{kind: contextMap, entries: make([]pair, 0, len(m)+2)}
	for _, k := range orderedKeys(m, order) {
		v, err := fromGo(m[k], depth)
		if err != nil {
			return nil, err
		}
		d.put(decodeUTF8(k), v)
	}
	return d, nil
}

// override returns one of the overrides as Go values.
func (r *renderer) override(name string, keys []string) (map[string]any, error) {
	if r.context == nil && r.in.Context[name] == nil {
		m := make(map[string]any, len(keys))
		for _, k := range keys {
			m[k] = map[string]any{}
		}
		return m, nil
	}
	c, err := r.contextDict()
	if err != nil {
		return nil, err
	}
	v, _ := c.get(name)
	d := asDict(v)
	if d == nil { // the template has put something else there
		return map[string]any{}, nil
	}
	out, err := r.toGo(d, 0)
	if err != nil {
		return nil, err
	}
	return out.(map[string]any), nil
}

// toGo converts a value of a template; what Go has no type for becomes its text.
func (r *renderer) toGo(v any, depth int) (any, error) {
	if depth > MaxNesting {
		return nil, errTooDeep()
	}
	if err := r.charge(1); err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case nil, bool, float64, int64:
		return v, nil
	case int32:
		return int64(v), nil
	case *big.Int:
		return json.Number(v.String()), nil
	case *decimal:
		return json.Number(v.String()), nil
	case char, class, string, *entry, *blockValue, *inputObject, *utilObject, *cursor:
		s, _, err := r.stringOf(v)
		return string(joinSurrogates([]byte(s))), err
	case *list:
		out := make([]any, len(v.items))
		for i := range v.items {
			x, err := r.toGo(v.items[i], depth+1)
			if err != nil {
				return nil, err
			}
			out[i] = x
		}
		return out, nil
	}
	return r.toGoMap(asDict(v), depth)
}

func (r *renderer) toGoMap(d *dict, depth int) (any, error) {
	out := make(map[string]any, len(d.entries))
	for i := range d.entries {
		key, ok, err := r.stringOf(d.entries[i].key)
		if err != nil {
			return nil, err
		}
		if !ok {
			key = "null"
		}
		if out[key], err = r.toGo(d.entries[i].val, depth+1); err != nil {
			return nil, err
		}
	}
	return out, nil
}
