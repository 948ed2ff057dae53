package router

// literals are the nodes behind the literal segments that can follow a node, found by
// their text. A few are compared one by one. Many lie in slots, four for each of them, in
// the first free one from where a hash says. It takes four facts about a text: its length
// and three of its bytes. For the segments of routes, which are known when they are
// registered, that tells as much as all of their bytes would, and costs less than a map.
// Requests add nothing, so no client can make a search long.
type literals struct {
	edges []edge
	slots []edge // nil while edges are few; as many as shift says
	shift uint
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

// find returns the node behind a literal, whose head is given, too, or nil.
func (l *literals) find(text string, head uint64) *node {
	if l.slots == nil {
		for i := range l.edges {
			if e := &l.edges[i]; e.is(text, head) {
				return e.node
			}
		}
		return nil
	}
	return l.slot(text, head).node
}

// slot returns the slot that has a literal, or the empty one where it would be.
func (l *literals) slot(text string, head uint64) *edge {
	for at := int(spread(text) >> l.shift); ; at++ {
		if e := &l.slots[at&(len(l.slots)-1)]; e.node == nil || e.is(text, head) {
			return e
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
	l.edges = append(l.edges, e)
	switch n := len(l.edges); {
	case n <= fewEdges:
	case 2*n > len(l.slots):
		l.grow()
	default:
		*l.slot(text, e.head) = e
	}
}

// grow spreads the edges over four slots for each, or more.
func (l *literals) grow() {
	bits := uint(4)
	for 1<<bits < 4*len(l.edges) {
		bits++
	}
	l.slots, l.shift = make([]edge, 1<<bits), 32-bits
	for _, e := range l.edges {
		*l.slot(e.text, e.head) = e
	}
}

// spread hashes a segment; the high bits are the good ones (Fibonacci hashing).
func spread(s string) uint32 {
	n := len(s)
	if n == 0 {
		return 0
	}
	return (uint32(s[0]) | uint32(s[n/2])<<8 | uint32(s[n-1])<<16 | uint32(n)<<24) * 0x9E3779B1
}
