package dynamotest

import (
	"maps"
	"slices"
)

// A projection keeps parts of an item: the paths of a ProjectionExpression, or
// those that an update touched. Nil keeps all.
type projection struct {
	whole   bool
	names   map[string]*projection
	indexes map[int]*projection
}

// project makes a projection of paths, which may overlap.
func project(paths []path) *projection {
	root := &projection{}
	for _, p := range paths {
		at := root
		for _, s := range p {
			at = at.child(s)
		}
		at.whole = true
	}
	return root
}

func (p *projection) child(s step) *projection {
	if s.name != "" {
		return grow(&p.names, s.name)
	}
	return grow(&p.indexes, s.index)
}

func grow[K comparable](m *map[K]*projection, key K) *projection {
	if *m == nil {
		*m = map[K]*projection{}
	}
	if (*m)[key] == nil {
		(*m)[key] = &projection{}
	}
	return (*m)[key]
}

// of is what the projection keeps of an item.
func (p *projection) of(it item) item {
	if p == nil {
		return it
	}
	kept := item{}
	for name, sub := range p.names {
		if v, ok := it[name]; ok {
			if v, ok = sub.pick(v); ok {
				kept[name] = v
			}
		}
	}
	return kept
}

// pick is what is kept of a value; not ok where that is nothing. The elements
// kept of a list close up.
func (p *projection) pick(v value) (value, bool) {
	if p.whole {
		return v, true
	}
	switch v.kind {
	case kindM:
		kept := p.of(v.attr)
		return value{kind: kindM, attr: kept}, len(kept) > 0
	case kindL:
		kept := value{kind: kindL}
		for _, i := range slices.Sorted(maps.Keys(p.indexes)) {
			if i < len(v.list) {
				if e, ok := p.indexes[i].pick(v.list[i]); ok {
					kept.list = append(kept.list, e)
				}
			}
		}
		return kept, len(kept.list) > 0
	}
	return value{}, false
}
