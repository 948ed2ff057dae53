package vtl

func (n *literalNode) value(*renderer) (any, error) { return n.val, nil }

// truth is false for every literal but true: Velocity does not look at strings and numbers.
func (n *literalNode) truth(*renderer) (bool, error) { return n.val == true, nil }

func (n *stringNode) value(r *renderer) (any, error) {
	s, err := r.capture(n.text)
	if err != nil {
		return nil, err
	}
	if n.trim && s != "" {
		s = s[:len(s)-1]
	}
	return s, nil
}

func (n *stringNode) truth(*renderer) (bool, error) { return false, nil }

func (n *listNode) value(r *renderer) (any, error) {
	if err := r.charge(1 + len(n.items)); err != nil {
		return nil, err
	}
	l := &list{items: make([]any, len(n.items))}
	for i, e := range n.items {
		v, err := e.value(r)
		if err != nil {
			return nil, err
		}
		l.items[i] = v
	}
	return l, nil
}

func (n *listNode) truth(*renderer) (bool, error) { return false, nil }

func (n *mapNode) value(r *renderer) (any, error) {
	if err := r.charge(1 + len(n.pairs)); err != nil {
		return nil, err
	}
	d := &dict{}
	for i := 0; i < len(n.pairs); i += 2 {
		k, err := n.pairs[i].value(r)
		if err != nil {
			return nil, err
		}
		v, err := n.pairs[i+1].value(r)
		if err != nil {
			return nil, err
		}
		d.put(k, v)
	}
	return d, nil
}

func (n *mapNode) truth(*renderer) (bool, error) { return false, nil }

// value counts up or down; anything but numbers makes null.
func (n *rangeNode) value(r *renderer) (any, error) {
	from, err := n.from.value(r)
	if err != nil {
		return nil, err
	}
	to, err := n.to.value(r)
	if err != nil || !isNumber(from) || !isNumber(to) {
		return nil, err
	}
	a, b := int64(toInt(from)), int64(toInt(to))
	size, step := b-a+1, int64(1)
	if a >= b {
		size, step = a-b+1, -1
	}
	if size > MaxSteps {
		return nil, limit("a range of %d numbers", size)
	}
	if err := r.charge(int(size)); err != nil {
		return nil, err
	}
	l := &list{items: make([]any, size)}
	for i := range l.items {
		l.items[i] = int32(a + int64(i)*step)
	}
	return l, nil
}

func (n *rangeNode) truth(*renderer) (bool, error) { return false, nil }

func (n *notNode) truth(r *renderer) (bool, error) {
	yes, err := n.x.truth(r)
	return !yes, err
}

func (n *notNode) value(r *renderer) (any, error) { return asValue(n.truth(r)) }

func asValue(yes bool, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return yes, nil
}

func (n *logicNode) truth(r *renderer) (bool, error) {
	yes, err := n.l.truth(r)
	if err != nil || yes != n.and {
		return yes, err
	}
	return n.r.truth(r)
}

func (n *logicNode) value(r *renderer) (any, error) { return asValue(n.truth(r)) }

func (n *compareNode) value(r *renderer) (any, error) { return asValue(n.truth(r)) }

func (n *compareNode) truth(r *renderer) (bool, error) {
	if err := r.charge(1); err != nil {
		return false, err
	}
	a, err := n.l.value(r)
	if err != nil {
		return false, err
	}
	b, err := n.r.value(r)
	if err != nil {
		return false, err
	}
	if n.op == kEqual || n.op == kNotEqual {
		same, err := r.looselyEqual(a, b)
		return same == (n.op == kEqual), err
	}
	if !isNumber(a) || !isNumber(b) {
		return false, nil
	}
	c, err := compareNumbers(a, b)
	switch n.op {
	case kLess:
		return c < 0, err
	case kLessEqual:
		return c <= 0, err
	case kGreater:
		return c > 0, err
	}
	return c >= 0, err
}

// looselyEqual is "==": numbers by value, the same class by equals, everything else by its text: the text of a #define
// is rendered even where the other is null, so that a #stop in it ends the rendering.
func (r *renderer) looselyEqual(a, b any) (bool, error) {
	if isNumber(a) && isNumber(b) {
		c, err := compareNumbers(a, b)
		return c == 0, err
	}
	if a != nil && b != nil && sameClass(a, b) {
		return r.equal(a, b, 0)
	}
	s, okA, err := r.stringOf(a)
	if err != nil {
		return false, err
	}
	t, okB, err := r.stringOf(b)
	return okA == okB && s == t, err
}

func sameClass(a, b any) bool {
	switch a := a.(type) {
	case *list:
		l, ok := b.(*list)
		return ok && a.kind.family() == l.kind.family()
	case *blockValue:
		_, ok := b.(*blockValue)
		return ok
	case *inputObject, *utilObject, *scope, *entry, *cursor, class:
		return a == b
	}
	return className(a) == className(b)
}

func (n *mathNode) truth(*renderer) (bool, error) { return false, nil }

// value is null where an operand is not a number; "+" joins texts.
func (n *mathNode) value(r *renderer) (any, error) {
	if err := r.charge(1); err != nil {
		return nil, err
	}
	a, err := n.l.value(r)
	if err != nil {
		return nil, err
	}
	b, err := n.r.value(r)
	if err != nil {
		return nil, err
	}
	if n.op == kPlus {
		_, left := a.(string)
		_, right := b.(string)
		if left || right {
			return n.join(r, a, b)
		}
	}
	if !isNumber(a) || !isNumber(b) {
		return nil, nil
	}
	v, err := calculate(n.op, a, b)
	return v, r.at(n.pos, err)
}

// join is "+" of texts. An operand that is null is printed as it is written.
func (n *mathNode) join(r *renderer, a, b any) (any, error) {
	s, ok, err := r.stringOf(a)
	if err != nil {
		return nil, err
	}
	if !ok {
		s = n.ltext
	}
	t, ok, err := r.stringOf(b)
	if err != nil {
		return nil, err
	}
	if !ok {
		t = n.rtext
	}
	return s + t, r.chargeBytes(len(s) + len(t))
}
