package router

import "math/bits"

// literals are the nodes behind the literal segments that can follow a node, found by
// their text. Most texts that are none of them are told by their length: paths with a
// variable are looked for among the paths without one, and what a variable stands for among
// the literals beside it. A few are compared one by one. Many lie in slots, four for each of
// them, in the first free one from where a hash says. Four facts about a text are enough of
// a hash for most tables, its length and three of its bytes, and cost less than a map. Where
// they put a text far from its slot, as those of routes that differ in a number only, the
// hash takes all of its bytes from then on. Requests add nothing, so no client can make a
// search long.
type literals struct {
	lengths  uint64 // a bit for each length of theirs, modulo 64
	edges    []edge
	slots    []edge // nil while edges are few; as many as shift says
	shift    uint
	thorough bool // the hash takes all bytes
}

// An edge leads to the node behind a literal. An empty slot has no node.
type edge struct {
	head uint64 // of text, see word
	text string
	node *node
}

func (e *edge) is(text string, head uint64) bool {
	return e.head == head && len(e.text) == len(text) && (len(text) <= 8 || e.text[8:] == text[8:])
}

// fewEdges is how many edges are compared one by one.
const fewEdges = 4

// far is how many slots behind its own a text may lie before the hash takes all bytes.
const far = 16

// find returns the node behind a literal, whose head is given, too, or nil.
func (l *literals) find(text string, head uint64) *node {
	if l.lengths>>(len(text)%64)&1 == 0 {
		return nil
	}
	return l.search(text, head)
}

// search is find among the edges.
func (l *literals) search(text string, head uint64) *node {
	if l.slots == nil {
		for i := range l.edges {
			if e := &l.edges[i]; e.is(text, head) {
				return e.node
			}
		}
		return nil
	}
	e, _ := l.slot(text, head)
	return e.node
}

// slot returns the slot that has a literal, or the empty one where it would be, and how
// many slots that is behind the one where the hash says.
func (l *literals) slot(text string, head uint64) (e *edge, behind int) {
	start := int(spread(text) >> l.shift)
	if l.thorough {
		start = int(spreadAll(text, head) >> l.shift)
	}
	for ; ; behind++ {
		if e = &l.slots[(start+behind)&(len(l.slots)-1)]; e.node == nil || e.is(text, head) {
			return e, behind
		}
	}
}

// add returns the node behind a literal, which it makes where there is none.
func (l *literals) add(text string) *node {
	n := l.find(text, word(text, 0))
	if n == nil {
		n = new(node)
		l.put(text, n)
	}
	return n
}

// put adds a node behind a literal, if there is none.
func (l *literals) put(text string, n *node) {
	e := edge{word(text, 0), text, n}
	if l.find(text, e.head) != nil {
		return
	}
	l.lengths |= 1 << (len(text) % 64)
	l.edges = append(l.edges, e)
	switch n := len(l.edges); {
	case n <= fewEdges:
	case 2*n > len(l.slots):
		l.grow()
	case l.fill(e) > far && !l.thorough:
		l.thorough = true
		l.grow()
	}
}

// fill puts an edge into its slot, and returns how far that is behind.
func (l *literals) fill(e edge) (behind int) {
	at, behind := l.slot(e.text, e.head)
	*at = e
	return behind
}

// grow spreads the edges over four slots for each, or more.
func (l *literals) grow() {
	l.shift = 28
	for 1<<(32-l.shift) < 4*len(l.edges) {
		l.shift--
	}
	l.slots = make([]edge, 1<<(32-l.shift))
	for _, e := range l.edges {
		if l.fill(e) > far && !l.thorough {
			l.thorough = true
			l.grow()
			return
		}
	}
}

// spread hashes a text; the high bits are the good ones (Fibonacci hashing).
func spread(s string) uint32 {
	n := len(s)
	if n == 0 {
		return 0
	}
	return (uint32(s[0]) | uint32(s[n/2])<<8 | uint32(s[n-1])<<16 | uint32(n)<<24) * 0x9E3779B1
}

// spreadAll hashes all bytes of a text, whose head is given, eight at a time. The halves of
// each product are laid over each other, so that every bit counts in the result.
func spreadAll(s string, head uint64) uint32 {
	h := head ^ uint64(len(s))
	for i := 8; ; i += 8 {
		high, low := bits.Mul64(h, 0x9E3779B97F4A7C15)
		if h = high ^ low; i >= len(s) {
			return uint32(h)
		}
		h ^= word(s, i)
	}
}
