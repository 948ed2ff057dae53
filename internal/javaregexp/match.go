package javaregexp

import (
	"slices"
	"unicode/utf16"
)

// node matches at a place in the text, and all that comes after it.
type node interface {
	match(m *matcher, i int) bool
}

// matcher is one match in progress.
type matcher struct {
	text   []uint16
	bounds []int // of the groups
	opened []int // where the groups began that are open
	counts []int // of the iterations of each loop
	begins []int // where the latest iteration of each loop began
	failed map[[2]int]struct{}
	end    int  // where the latest path to an end has ended
	last   int  // where the match before has ended
	target int  // where a look-behind must end
	whole  bool // the match must be of the whole text
	steps  int
	depth  int
	err    error
}

// boundsPerStep is how many bounds of groups are copied in a step.
const boundsPerStep = 16

// maxDepth is of the nodes on the way: each takes stack.
const maxDepth = 50_000

func (re *Regexp) matcher(text []uint16, steps int) *matcher {
	m := &matcher{text: text, steps: steps}
	ints := make([]int, 3*re.groups+2*re.loops)
	for i := range ints {
		ints[i] = -1
	}
	m.bounds, ints = ints[:2*re.groups:2*re.groups], ints[2*re.groups:]
	m.opened, ints = ints[:re.groups], ints[re.groups:]
	m.counts, m.begins = ints[:re.loops], ints[re.loops:]
	if re.memo && re.loops > 0 {
		m.failed = make(map[[2]int]struct{})
	}
	return m
}

func (m *matcher) run(n node, i int) bool {
	if !m.step() {
		return false
	}
	if m.depth++; m.depth > maxDepth {
		m.err = ErrSteps
		return false
	}
	ok := n.match(m, i)
	m.depth--
	return ok && m.err == nil
}

func (m *matcher) step() bool {
	if m.steps--; m.steps < 0 && m.err == nil {
		m.err = ErrSteps
	}
	return m.err == nil
}

// at returns the character at a place and its length, 0 at the end.
func (m *matcher) at(i int) (rune, int) {
	if i >= len(m.text) {
		return 0, 0
	}
	c := rune(m.text[i])
	if utf16.IsSurrogate(c) && i+1 < len(m.text) {
		if pair := utf16.DecodeRune(c, rune(m.text[i+1])); pair != '\uFFFD' {
			return pair, 2
		}
	}
	return c, 1
}

// before returns where the character before a place begins, if that is not before from.
func (m *matcher) before(i, from int) int {
	if i-2 >= from {
		if _, n := m.at(i - 2); n == 2 {
			return i - 2
		}
	}
	return i - 1
}

type end struct{}

func (end) match(m *matcher, i int) bool {
	m.end = i
	return !m.whole || i == len(m.text)
}

// subEnd ends the expression of a look-around or an atomic group.
type subEnd struct{ behind bool }

func (e subEnd) match(m *matcher, i int) bool {
	m.end = i
	return !e.behind || i == m.target
}

// bytesPerStep is how much of the expression of a class is a step: each of its parts may have to be asked.
const bytesPerStep = 16

func (c char) matches(m *matcher, r rune) bool {
	m.steps -= c.cost
	return c.is(r)
}

type charNode struct {
	char
	next node
}

func (n *charNode) match(m *matcher, i int) bool {
	c, size := m.at(i)
	return size > 0 && n.matches(m, c) && m.run(n.next, i+size)
}

// runNode is a repeated character.
type runNode struct {
	char
	min, max int
	mode     mode
	next     node
}

func (n *runNode) match(m *matcher, from int) bool {
	i, count := from, 0
	forward := func() bool {
		c, size := m.at(i)
		if size == 0 || !n.matches(m, c) || !m.step() {
			return false
		}
		i += size
		count++
		return true
	}
	for count < n.min {
		if !forward() {
			return false
		}
	}
	if n.mode == lazy {
		for !m.run(n.next, i) {
			if count >= n.max || !forward() {
				return false
			}
		}
		return true
	}
	for count < n.max && forward() {
	}
	if n.mode == possessive {
		return m.run(n.next, i)
	}
	for !m.run(n.next, i) {
		if count == n.min || m.err != nil {
			return false
		}
		i = m.before(i, from)
		count--
	}
	return true
}

// loopNode is where an iteration of a group ends.
type loopNode struct {
	id       int
	min, max int
	mode     mode
	body     node
	next     node
}

// loopStart enters a loop.
type loopStart struct{ *loopNode }

func (n loopStart) match(m *matcher, i int) bool {
	count, begin := m.counts[n.id], m.begins[n.id]
	m.counts[n.id] = 0
	var ok bool
	switch {
	case n.min > 0:
		ok = n.iterate(m, i)
	case n.mode == lazy:
		ok = m.run(n.next, i) || n.max > 0 && n.iterate(m, i)
	default:
		ok = n.max > 0 && n.iterate(m, i) || m.run(n.next, i)
	}
	m.counts[n.id], m.begins[n.id] = count, begin
	return ok
}

func (n *loopNode) iterate(m *matcher, i int) bool {
	count, begin := m.counts[n.id], m.begins[n.id]
	m.counts[n.id], m.begins[n.id] = count+1, i
	ok := m.run(n.body, i)
	m.counts[n.id], m.begins[n.id] = count, begin
	return ok
}

// match goes on after an iteration. One that has matched nothing is the last.
func (n *loopNode) match(m *matcher, i int) bool {
	count := m.counts[n.id]
	switch {
	case i == m.begins[n.id]:
		return m.run(n.next, i)
	case count < n.min:
		return n.iterate(m, i)
	case count >= n.max:
		return m.run(n.next, i)
	case n.mode == lazy:
		return m.run(n.next, i) || n.iterate(m, i)
	}
	at := [2]int{n.id, i}
	if _, failed := m.failed[at]; !failed {
		if n.iterate(m, i) {
			return true
		}
		if m.failed != nil && m.err == nil {
			m.failed[at] = struct{}{}
		}
	}
	return m.run(n.next, i)
}

type groupOpen struct {
	n    int
	next node
}

func (g *groupOpen) match(m *matcher, i int) bool {
	kept := m.opened[g.n]
	m.opened[g.n] = i
	ok := m.run(g.next, i)
	m.opened[g.n] = kept
	return ok
}

type groupClose struct {
	n    int
	next node
}

func (g *groupClose) match(m *matcher, i int) bool {
	b := m.bounds[2*g.n : 2*g.n+2]
	from, to := b[0], b[1]
	b[0], b[1] = m.opened[g.n], i
	if m.run(g.next, i) {
		return true
	}
	b[0], b[1] = from, to
	return false
}

type branch struct{ ways []node }

func (b *branch) match(m *matcher, i int) bool {
	for _, n := range b.ways {
		if m.run(n, i) {
			return true
		}
	}
	return false
}

// lookNode is a look-ahead, a look-behind or an atomic group.
type lookNode struct {
	sub      node
	kind     lookKind
	not      bool
	min, max int // of a look-behind
	next     node
}

func (n *lookNode) match(m *matcher, i int) bool {
	m.steps -= len(m.bounds) / boundsPerStep
	kept := slices.Clone(m.bounds)
	ok := false
	if n.kind == behind {
		ok = n.matchBehind(m, i)
	} else {
		ok = m.run(n.sub, i)
	}
	if ok == n.not || m.err != nil {
		copy(m.bounds, kept)
		return false
	}
	if n.kind == atomic {
		i = m.end
	}
	if m.run(n.next, i) {
		return true
	}
	copy(m.bounds, kept)
	return false
}

func (n *lookNode) matchBehind(m *matcher, i int) bool {
	target := m.target
	defer func() { m.target = target }()
	m.target = i
	for from := i - n.min; from >= max(0, i-n.max); from-- {
		if m.run(n.sub, from) {
			return true
		}
	}
	return false
}

// backReference matches what a group has matched; one that has matched nothing never matches.
type backReference struct {
	n    int
	same func(a, b rune) bool
	next node
}

func (n *backReference) match(m *matcher, i int) bool {
	if 2*n.n >= len(m.bounds) || m.bounds[2*n.n] < 0 {
		return false
	}
	from, to := m.bounds[2*n.n], m.bounds[2*n.n+1]
	if to-from > len(m.text)-i {
		return false
	}
	for k := range to - from {
		if !m.step() || !n.same(rune(m.text[from+k]), rune(m.text[i+k])) {
			return false
		}
	}
	return m.run(n.next, i+to-from)
}

// place matches nothing, at some places.
type place struct {
	is   func(m *matcher, i int) bool
	next node
}

func (n *place) match(m *matcher, i int) bool { return n.is(m, i) && m.run(n.next, i) }
