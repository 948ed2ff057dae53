package javaregexp

import "math"

type mode uint8

const (
	greedy mode = iota
	lazy
	possessive
)

type lookKind uint8

const (
	ahead lookKind = iota
	behind
	atomic
)

// The tree of an expression.
type (
	char struct {
		is   set
		cost int // steps that asking it takes, beyond the one
	}

	sequence []any

	choice []any

	// repeat is x{min,max}; max is math.MaxInt for no limit.
	repeat struct {
		x        any
		min, max int
		mode     mode
		star     bool // x* or x+
	}

	group struct {
		n int
		x any
	}

	look struct {
		kind lookKind
		not  bool
		x    any
	}

	reference struct {
		n    int
		same func(a, b rune) bool
	}

	assertion func(m *matcher, i int) bool

	// lineBreak is \R: "\r\n", of which "\r" alone is tried next, unless it is repeated.
	lineBreak struct{}
)

// linker makes nodes of a tree, from the end to the beginning.
type linker struct {
	loops   int
	counted bool // a loop that has failed at a place may succeed there: it has bounds, or groups or look-behinds matter
}

func (l *linker) link(x any, next node) node {
	switch x := x.(type) {
	case char:
		return &charNode{x, next}
	case sequence:
		for i := len(x) - 1; i >= 0; i-- {
			next = l.link(x[i], next)
		}
		return next
	case choice:
		b := &branch{make([]node, len(x))}
		for i := range x {
			b.ways[i] = l.link(x[i], next)
		}
		return b
	case repeat:
		return l.repeat(x, next)
	case group:
		return &groupOpen{x.n, l.link(x.x, &groupClose{x.n, next})}
	case look:
		return l.look(x, next)
	case reference:
		l.counted = true
		return &backReference{x.n, x.same, next}
	case lineBreak:
		return l.link(choice{sequence{char{is: is('\r')}, char{is: is('\n')}}, char{is: isVertical}}, next)
	}
	return &place{x.(assertion), next}
}

func (l *linker) repeat(x repeat, next node) node {
	if c, ok := x.x.(char); ok {
		return &runNode{c, x.min, x.max, x.mode, next}
	}
	if _, ok := x.x.(lineBreak); ok {
		x.x = look{kind: atomic, x: x.x}
	}
	switch {
	case x.mode == possessive: // nor does Java go back into one of the iterations for the sake of another
		x.x, x.mode = look{kind: atomic, x: x.x}, greedy
		return l.look(look{kind: atomic, x: x}, next)
	case x.max == 1 && x.min == 0 && x.mode == greedy:
		return &branch{[]node{l.link(x.x, next), next}}
	case x.max == 1 && x.min == 0:
		return &branch{[]node{next, l.link(x.x, next)}}
	}
	n := &loopNode{id: l.loops, min: x.min, max: x.max, mode: x.mode, next: next}
	l.loops++
	l.counted = l.counted || x.min > 1 || x.max != math.MaxInt
	n.body = l.link(x.x, n)
	return loopStart{n}
}

func (l *linker) look(x look, next node) node {
	n := &lookNode{kind: x.kind, not: x.not, next: next, sub: l.link(x.x, subEnd{x.kind == behind})}
	if x.kind == behind {
		l.counted = true
		n.min, n.max = width(x.x)
		if n.max == math.MaxInt {
			fail("look-behind group does not have an obvious maximum length")
		}
	}
	return n
}

// width is the least and the greatest length of what a tree matches, in code units.
func width(x any) (least, most int) {
	switch x := x.(type) {
	case char:
		return 1, 2
	case sequence:
		for _, y := range x {
			a, b := width(y)
			least, most = add(least, a), add(most, b)
		}
		return least, most
	case choice:
		least = math.MaxInt
		for _, y := range x {
			a, b := width(y)
			least, most = min(least, a), max(most, b)
		}
		return least, most
	case repeat:
		a, b := width(x.x)
		if _, ok := x.x.(char); ok && x.star && x.mode == greedy {
			return times(a, x.min), manyUnits
		}
		return times(a, x.min), times(b, x.max)
	case group:
		return width(x.x)
	case look:
		if x.kind == atomic {
			return width(x.x)
		}
	case reference:
		return 0, math.MaxInt
	case lineBreak:
		return 1, 2
	}
	return 0, 0
}

// manyUnits is the length of a repeated character, which Java takes for a maximum that is obvious: more than a text has.
const manyUnits = 1 << 30

func add(a, b int) int {
	if a > math.MaxInt-b {
		return math.MaxInt
	}
	return a + b
}

func times(a, b int) int {
	if a != 0 && b > math.MaxInt/a {
		return math.MaxInt
	}
	return a * b
}
