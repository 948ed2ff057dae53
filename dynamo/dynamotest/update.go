package dynamotest

import (
	"cmp"
	"slices"
)

const (
	msgNoSuchAttribute = "The provided expression refers to an attribute that does not exist in the item"
	msgBadUpdatePath   = "The document path provided in the update expression is invalid for update"
	msgBadOperand      = "An operand in the update expression has an incorrect data type"
)

// An update works as if all of its actions happened at once: every right-hand
// side and every list index refers to the item as it was. So values are
// computed first; elements removed from a list leave a gap, which closes only
// when all actions are done; and elements set beyond a list's end are appended
// in the order of their indexes.

// apply is the item after the update. base is never changed.
func (u *update) apply(base item) (item, *fault) {
	steps := make([]applied, len(u.actions))
	for i, a := range u.actions {
		steps[i] = applied{action: a}
		if a.verb == "SET" {
			v, f := a.value.compute(base)
			if f != nil {
				return nil, f
			}
			steps[i].result = v
		}
	}
	slices.SortStableFunc(steps, func(a, b applied) int {
		return cmp.Compare(a.path[len(a.path)-1].index, b.path[len(b.path)-1].index)
	})
	root := value{kind: kindM, attr: base}
	for _, s := range steps {
		var f *fault
		if root, f = root.edit(s.path, s.leaf); f != nil {
			return nil, f
		}
	}
	for _, a := range u.actions {
		if last := a.path[len(a.path)-1]; last.name == "" && (a.verb == "REMOVE" || a.verb == "DELETE") {
			root, _ = root.edit(a.path[:len(a.path)-1], closeGaps)
		}
	}
	return root.attr, nil
}

// applied is an action with its value.
type applied struct {
	action
	result value
}

// leaf is the value at the action's path after the action, kindRemoved for none.
func (a applied) leaf(old value, exists bool) (value, *fault) {
	operand := value{}
	if a.value != nil {
		operand = a.value.value
	}
	switch {
	case a.verb == "SET":
		return a.result, nil
	case a.verb == "REMOVE" || a.verb == "DELETE" && !exists:
		return value{kind: kindRemoved}, nil
	case !exists:
		return operand, nil
	case old.kind != operand.kind:
		return value{}, validation(msgBadOperand)
	case a.verb == "DELETE":
		return old.minus(operand), nil
	case old.kind == kindN:
		return sum(old, operand, false)
	}
	return old.plus(operand), nil
}

// plus is the union of two sets of one type, minus their difference.
func (v value) plus(o value) value {
	v.list = slices.Clone(v.list)
	for _, m := range o.list {
		if !v.holds(m) {
			v.list = append(v.list, m)
		}
	}
	return v
}

func (v value) minus(o value) value {
	v.list = slices.DeleteFunc(slices.Clone(v.list), o.holds)
	if len(v.list) == 0 {
		return value{kind: kindRemoved}
	}
	return v
}

func sum(a, b value, subtract bool) (value, *fault) {
	if a.kind != kindN || b.kind != kindN {
		return value{}, validation(msgBadOperand)
	}
	right := b.decimal()
	if subtract {
		right = right.negated()
	}
	d := a.decimal().add(right)
	if m := d.fault(); m != "" {
		return value{}, validation("%s", m)
	}
	return value{kind: kindN, text: d.text()}, nil
}

// compute is the value of a SET's right-hand side.
func (e *expr) compute(it item) (value, *fault) {
	switch {
	case e.kind == exprValue:
		return e.value, nil
	case e.kind == exprPath:
		v, ok := e.path.find(it)
		if !ok {
			return value{}, validation(msgNoSuchAttribute)
		}
		return v, nil
	case e.name == "if_not_exists":
		if v, ok := e.args[0].path.find(it); ok {
			return v, nil
		}
		return e.args[1].compute(it)
	}
	left, f := e.args[0].compute(it)
	if f != nil {
		return value{}, f
	}
	right, f := e.args[1].compute(it)
	if f != nil {
		return value{}, f
	}
	if e.kind == exprArithmetic {
		return sum(left, right, e.name == "-")
	}
	if left.kind != kindL || right.kind != kindL {
		return value{}, validation(msgBadOperand)
	}
	return value{kind: kindL, list: slices.Concat(left.list, right.list)}, nil
}

// edit is a copy of v in which the value at p is what leaf makes of it. The
// containers on the way are copied, all else is shared.
func (v value) edit(p path, leaf func(old value, exists bool) (value, *fault)) (value, *fault) {
	if len(p) == 0 {
		return leaf(v, true)
	}
	if v.kind != kindM && v.kind != kindL || (v.kind == kindM) != (p[0].name != "") {
		return value{}, validation(msgBadUpdatePath)
	}
	child, ok := v.child(p[0])
	ok = ok && child.kind != kindRemoved
	var f *fault
	if len(p) == 1 {
		child, f = leaf(child, ok)
	} else if !ok {
		return value{}, validation(msgBadUpdatePath)
	} else {
		child, f = child.edit(p[1:], leaf)
	}
	if f != nil {
		return value{}, f
	}
	return v.replaced(p[0], child), nil
}

// replaced is a copy of a map or list with one entry replaced, added or removed.
func (v value) replaced(s step, child value) value {
	switch {
	case v.kind == kindM && child.kind == kindRemoved:
		v.attr = v.attr.without(s.name)
	case v.kind == kindM:
		v.attr = v.attr.with(s.name, child)
	case s.index < len(v.list):
		v.list = slices.Clone(v.list)
		v.list[s.index] = child
	case child.kind != kindRemoved:
		v.list = append(slices.Clip(v.list), child)
	}
	return v
}

// closeGaps takes the removed elements out of a list.
func closeGaps(list value, _ bool) (value, *fault) {
	list.list = slices.DeleteFunc(slices.Clone(list.list), func(e value) bool { return e.kind == kindRemoved })
	return list, nil
}
