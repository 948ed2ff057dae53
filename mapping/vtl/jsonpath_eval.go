package vtl

import (
	"errors"
)

// errNoPath means that a path leads nowhere: $input.path is "" then, and $input.json is `""`.
var errNoPath = errors.New("no results for path")

// path compiles a path once for a rendering, unless the template has it already.
func (r *renderer) path(s string) (*jsonPath, error) {
	if p := r.t.paths[s]; p != nil {
		return p, nil
	}
	if p := r.paths[s]; p != nil {
		return p, nil
	}
	if err := r.chargeBytes(8 * len(s)); err != nil {
		return nil, err
	}
	p, err := compilePath(s, 0)
	if err != nil {
		return nil, err
	}
	if r.paths == nil {
		r.paths = make(map[string]*jsonPath)
	}
	r.paths[s] = p
	return p, nil
}

// evaluate returns the value of a definite path, or the list of what an indefinite one finds.
func (p *jsonPath) evaluate(r *renderer, doc, root any) (any, error) {
	return p.run(&pathEval{r: r, path: p, root: root}, doc)
}

func (p *jsonPath) run(e *pathEval, doc any) (any, error) {
	if err := e.eval(0, doc, 0); err != nil {
		return nil, err
	}
	if !p.definite() {
		return &list{kind: jsonArray, items: e.found}, nil
	}
	if len(e.found) == 0 {
		return nil, errNoPath
	}
	return e.found[0], nil
}

type pathEval struct {
	r     *renderer
	path  *jsonPath
	root  any
	found []any
	all   bool // several properties must all be there: Jayway asks so for existence
}

func (e *pathEval) leaf(i int) bool { return i == len(e.path.tokens)-1 }

// next goes on with a value that token i led to.
func (e *pathEval) next(i int, v any, depth int) error {
	if e.leaf(i) {
		e.found = append(e.found, v)
		return e.r.charge(1)
	}
	return e.eval(i+1, v, depth)
}

func (e *pathEval) eval(i int, v any, depth int) error {
	if err := e.enter(depth); err != nil {
		return err
	}
	depth++
	t := &e.path.tokens[i]
	switch t.kind {
	case pathRoot:
		return e.next(i, v, depth)
	case pathProperty:
		d, ok := v.(*dict)
		if !ok {
			return errNoPath
		}
		return e.property(i, d, depth)
	case pathWildcard:
		return e.wildcard(i, v, depth)
	case pathScan:
		if e.leaf(i) {
			return throw("a JSON path ends with a scan")
		}
		return e.walk(i+1, v, depth)
	case pathFilter:
		return e.filter(i, v, depth)
	}
	l, ok := v.(*list)
	if v == nil {
		return errNoPath
	}
	if !ok {
		return throw("a JSON path applies an index to something that is not an array")
	}
	return e.indexes(i, l, depth)
}

func (e *pathEval) enter(depth int) error {
	if depth > maxValueDepth+maxPathTokens {
		return errTooDeep()
	}
	return e.r.charge(1)
}

func (e *pathEval) property(i int, d *dict, depth int) error {
	t := &e.path.tokens[i]
	if len(t.names) != 1 {
		return e.properties(i, d)
	}
	v, ok := d.get(t.names[0])
	if ok {
		return e.next(i, v, depth)
	}
	if e.leaf(i) || i == 0 || e.path.tail[i-1] {
		return errNoPath
	}
	return nil // a missing parent is skipped where the path may lead elsewhere
}

// properties makes an object of several of an object's members.
func (e *pathEval) properties(i int, d *dict) error {
	if !e.leaf(i) {
		return throw("a JSON path can name several properties at its end only")
	}
	m := &dict{}
	for _, name := range e.path.tokens[i].names {
		if v, ok := d.get(name); ok {
			m.put(name, v)
		} else if e.all {
			return errNoPath
		}
	}
	e.found = append(e.found, m)
	return nil
}

func (e *pathEval) wildcard(i int, v any, depth int) error {
	switch v := v.(type) {
	case *dict:
		for j := 0; j < len(v.entries); j++ {
			if err := e.next(i, v.entries[j].val, depth); err != nil {
				return err
			}
		}
	case *list:
		for j := 0; j < len(v.items); j++ {
			if err := e.next(i, v.items[j], depth); err != nil && !errors.Is(err, errNoPath) {
				return err
			}
		}
	}
	return nil
}

func (e *pathEval) indexes(i int, l *list, depth int) error {
	t := &e.path.tokens[i]
	from, to := 0, 0
	switch n := len(l.items); t.kind {
	case pathIndex, pathIndexes:
		for _, k := range t.nums {
			if err := e.index(i, l, k, depth); err != nil {
				return err
			}
		}
		return nil
	case pathFromEnd:
		return e.index(i, l, n+t.nums[0], depth)
	case pathSliceFrom:
		from, to = t.nums[0], n
		if from < 0 {
			from = max(0, from+n)
		}
	case pathSliceTo:
		to = t.nums[0]
		if to < 0 {
			to += n
		}
		to = min(n, to)
	case pathSlice:
		from, to = t.nums[0], min(n, t.nums[1])
	}
	for k := from; k < to; k++ {
		if err := e.index(i, l, k, depth); err != nil {
			return err
		}
	}
	return nil
}

func (e *pathEval) index(i int, l *list, k, depth int) error {
	if k < 0 || k >= len(l.items) {
		return errNoPath
	}
	return e.next(i, l.items[k], depth)
}

func (e *pathEval) filter(i int, v any, depth int) error {
	f := e.path.tokens[i].filter
	switch v := v.(type) {
	case *dict:
		ok, err := f.accepts(e, v)
		if !ok || err != nil {
			return err
		}
		return e.next(i, v, depth)
	case *list:
		for j := 0; j < len(v.items); j++ {
			ok, err := f.accepts(e, v.items[j])
			if err == nil && ok {
				err = e.next(i, v.items[j], depth)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	return throw("a JSON path applies a filter to something that is not an array")
}

// walk looks for token i in a value and in everything in it, from the outside in.
func (e *pathEval) walk(i int, v any, depth int) error {
	if err := e.enter(depth); err != nil {
		return err
	}
	switch v := v.(type) {
	case *dict:
		return e.walkDict(i, v, depth+1)
	case *list:
		return e.walkList(i, v, depth+1)
	}
	return nil
}

func (e *pathEval) walkDict(i int, d *dict, depth int) error {
	ok, err := e.matches(i, d)
	if err == nil && ok {
		err = e.eval(i, d, depth)
	}
	for j := 0; err == nil && j < len(d.entries); j++ {
		err = e.walk(i, d.entries[j].val, depth)
	}
	return err
}

// walkList skips token i for the elements of a list that it matches, unless it is the last: Jayway does.
func (e *pathEval) walkList(i int, l *list, depth int) error {
	ok, err := e.matches(i, l)
	if err != nil {
		return err
	}
	if ok && e.leaf(i) {
		err = e.eval(i, l, depth)
	} else if ok {
		for j := 0; err == nil && j < len(l.items); j++ {
			err = e.eval(i+1, l.items[j], depth)
		}
	}
	for j := 0; err == nil && j < len(l.items); j++ {
		err = e.walk(i, l.items[j], depth)
	}
	return err
}

// matches reports whether a scan stops at a value for token i.
func (e *pathEval) matches(i int, v any) (bool, error) {
	t := &e.path.tokens[i]
	switch t.kind {
	case pathProperty:
		d, ok := v.(*dict)
		if !ok {
			return false, nil
		}
		for _, name := range t.names {
			if d.find(name) < 0 {
				return false, nil
			}
		}
		return true, nil
	case pathWildcard:
		return true, nil
	case pathFilter:
		return t.filter.accepts(e, v)
	case pathRoot, pathScan:
		return false, nil
	}
	_, ok := v.(*list)
	return ok, nil
}
