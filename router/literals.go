package router

// literals are the nodes behind the literal segments that can follow a node. A few are
// compared one by one. Many are spread over buckets by a hash of four facts about a
// segment, its length and three of its bytes: for the segments of routes, which are
// known when they are registered, that tells as much as all of their bytes would, and
// costs less than a map. Requests cannot add to a bucket, so no client can make it long.
type literals struct {
	edges   []edge
	buckets [][]edge // nil while edges are few; as many as shift says
	shift   uint
}

// An edge leads to the node behind a literal.
type edge struct {
	text string
	node *node
}

// fewEdges is how many edges are compared one by one.
const fewEdges = 8

// find returns the node behind a literal, or nil.
func (l *literals) find(text string) *node {
	edges := l.edges
	if l.buckets != nil {
		edges = l.buckets[spread(text)>>l.shift]
	}
	for i := range edges {
		if edges[i].text == text {
			return edges[i].node
		}
	}
	return nil
}

// add returns the node behind a literal, which it makes where there is none.
func (l *literals) add(text string) *node {
	n := l.find(text)
	if n == nil {
		n = new(node)
		l.put(text, n)
	}
	return n
}

// put adds a node behind a literal, if there is none.
func (l *literals) put(text string, n *node) {
	if l.find(text) != nil {
		return
	}
	e := edge{text, n}
	l.edges = append(l.edges, e)
	switch n := len(l.edges); {
	case n <= fewEdges:
	case n > len(l.buckets):
		l.grow()
	default:
		b := &l.buckets[spread(text)>>l.shift]
		*b = append(*b, e)
	}
}

// grow spreads the edges over four buckets for each.
func (l *literals) grow() {
	bits := uint(2)
	for 1<<bits < 4*len(l.edges) {
		bits++
	}
	l.buckets, l.shift = make([][]edge, 1<<bits), 32-bits
	for _, e := range l.edges {
		b := &l.buckets[spread(e.text)>>l.shift]
		*b = append(*b, e)
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
