package vtl

// memory is where a rendering keeps the values that it makes most. No value of a template outlives its rendering: what an
// Output holds are copies. So the next rendering of the template uses the same memory; what does not fit comes from the heap.
type memory struct {
	dicts  slab[dict]
	lists  slab[list]
	scopes slab[scope]
	pairs  slab[pair]
	items  slab[any]
}

func (m *memory) reset() {
	m.dicts.reset()
	m.lists.reset()
	m.scopes.reset()
	m.pairs.reset()
	m.items.reset()
}

type slab[T any] struct {
	all  []T
	used int
}

const slabSize = 32

// take returns n zero values. Their capacity is n, so that appending copies them.
func (s *slab[T]) take(n int) []T {
	if s.all == nil {
		s.all = make([]T, slabSize)
	}
	from, to := s.used, s.used+n
	if to > len(s.all) {
		return make([]T, n)
	}
	s.used = to
	return s.all[from:to:to]
}

func (s *slab[T]) reset() {
	clear(s.all[:s.used])
	s.used = 0
}

func (m *memory) dict(kind dictKind) *dict {
	d := &m.dicts.take(1)[0]
	d.kind = kind
	return d
}

// view is a list of n elements that shows a map's keys, values or entries.
func (m *memory) view(d *dict, n int) *list {
	l := &m.lists.take(1)[0]
	l.kind, l.items, l.view = mapView, m.items.take(n), d
	return l
}
