package vtl

import (
	"cmp"
	"encoding/json"
	"errors"
	"math/big"
	"slices"
	"unicode/utf8"
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
	c, err := r.fromGoMap(r.in.Context, r.in.Order.Context, 0)
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
			name, _, err := r.overrideText(key)
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

// contextValue is $context.a.b without a copy of the context: the value at a path of names, if it is no map and no list. It
// reports false where the context has been copied, or must be: for what a template may change.
func (r *renderer) contextValue(steps []step) (any, bool, error) {
	if r.context != nil || r.vars[varContext].set || len(r.nulls) > 0 {
		return nil, false, nil
	}
	var v any = r.in.Context
	for i := range steps {
		switch m := v.(type) {
		case map[string]any:
			v = m[steps[i].name]
		case map[string]string:
			v = nil
			if s, ok := m[steps[i].name]; ok {
				v = s
			}
		default:
			return nil, v == nil, nil
		}
	}
	size := 0
	switch v := v.(type) {
	case nil, bool, int, int32, int64, float64:
	case string:
		size = len(v)
	case json.Number:
		size = 8 * len(v) // reading digits is slower than reading text
	default:
		return nil, false, nil
	}
	v, err := r.fromGo(v, 0)
	return v, true, cmp.Or(err, r.charge(size>>6))
}

// isContextValue reports whether a reference may be looked up so.
func isContextValue(root int, steps []step) bool {
	if root != varContext || len(steps) == 0 || slices.Contains(overrides[:], steps[0].name) {
		return false
	}
	return !slices.ContainsFunc(steps, func(s step) bool { return s.method || s.index != nil || s.name == "class" })
}

func errContext() error {
	return throw("the context holds a value of an unknown type, or is nested too deep")
}

// fromGo converts a value of Input.Context.
func (r *renderer) fromGo(boxed any, depth int) (any, error) {
	switch v := boxed.(type) {
	case nil:
		return nil, nil
	case string:
		if utf8.ValidString(v) {
			return boxed, nil
		}
		return decodeUTF8(v), nil
	case bool, int32, float64:
		return boxed, nil
	case int:
		return narrow(int64(v)), nil
	case int64:
		return narrow(v), nil
	case json.Number:
		p := &jsonReader{s: string(v)}
		return p.value(stopNone)
	case []string:
		return stringsOf(jsonArray, v), nil
	case []any:
		l := &list{kind: jsonArray, items: make([]any, len(v))}
		for i := range v {
			x, err := r.fromGo(v[i], depth+1)
			if err != nil {
				return nil, err
			}
			l.items[i] = x
		}
		return l, nil
	case map[string]string:
		d := r.orderedDict(v, nil)
		d.kind = contextMap
		return d, nil
	case map[string]any:
		return asAny(r.fromGoMap(v, nil, depth+1))
	}
	return nil, errContext()
}

func (r *renderer) fromGoMap(m map[string]any, order []string, depth int) (*dict, error) {
	if depth > MaxNesting {
		return nil, errContext()
	}
	d := r.memory.dict(contextMap)
	d.entries = make([]pair, 0, len(m)+len(overrides))
	for _, p := range members(nil, m, order) {
		v, err := r.fromGo(p.val, depth)
		if err != nil {
			return nil, err
		}
		d.put(decodeUTF8(p.key), v)
	}
	return d, nil
}

// override returns one of the overrides as Go values.
func (r *renderer) override(name string, keys []string) (map[string]any, error) {
	if _, given := r.in.Context[name]; r.context == nil && !given {
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
		s, _, err := r.overrideText(v)
		return s, err
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

// overrideText is what is printed of a value. The template has ended: a #stop in a #define can end only that.
func (r *renderer) overrideText(v any) (string, bool, error) {
	s, ok, err := r.stringOf(v)
	if errors.Is(err, errStop) {
		ok, err = true, nil
	}
	return string(joinSurrogates([]byte(s))), ok, err
}

func (r *renderer) toGoMap(d *dict, depth int) (any, error) {
	out := make(map[string]any, len(d.entries))
	for i := range d.entries {
		key, ok, err := r.overrideText(d.entries[i].key)
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
