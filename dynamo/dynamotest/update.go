package dynamotest

import (
	"cmp"
	"maps"
	"slices"
)

const (
	msgNoSuchAttribute = "The provided expression refers to an attribute that does not exist in the item"
	msgBadUpdatePath   = "The document path provided in the update expression is invalid for update"
	msgBadOperand      = "An operand in the update expression has an incorrect data type"
)

// An update works as if all of its actions happened at once: every right-hand
// side and every list index refers to the item as it was. So values are
// computed first, and then the tree of all paths is laid over the item. Each
// container that a path leads into is copied once; in a list, elements set
// beyond its end are appended in the order of their indexes, and the elements
// removed are taken out last. What is inside a list is done before the list
// itself, so no index is ever off.

// apply is the item after the update. base is never changed.
func (u *update) apply(base item) (item, *fault) {
	root := &edit{}
	for i := range u.actions {
		a := applied{action: &u.actions[i]}
		if a.verb == "SET" {
			var f *fault
			if a.result, f = a.value.compute(base); f != nil {
				return nil, f
			}
		}
		at := root
		for _, s := range a.path {
			at = at.entry(s)
		}
		at.leaf = &a
	}
	after, f := root.ofMap(base)
	return after.attr, f
}

// applied is an action with its value.
type applied struct {
	*action
	result value
}

// of is the value at the action's path after the action; ok is false for none.
func (a *applied) of(old value, exists bool) (after value, ok bool, f *fault) {
	operand := value{}
	if a.value != nil {
		operand = a.value.value
	}
	switch {
	case a.verb == "SET":
		return a.result, true, nil
	case a.verb == "REMOVE" || a.verb == "DELETE" && !exists:
		return value{}, false, nil
	case !exists:
		return operand, true, nil
	case old.kind != operand.kind && a.legacy:
		return value{}, false, validation("Type mismatch for attribute to update")
	case old.kind != operand.kind:
		return value{}, false, validation(msgBadOperand)
	case a.verb == "DELETE":
		after = old.minus(operand)
		return after, len(after.list) > 0, nil
	case old.kind == kindL:
		return value{kind: kindL, list: slices.Concat(old.list, operand.list)}, true, nil
	case old.kind == kindN:
		after, f = sum(old, operand, false)
		return after, true, f
	}
	return old.plus(operand), true, nil
}

// An edit is a node of the tree that the paths of an update form: at its leaves
// the actions, on the way to them the entries of maps or the elements of lists.
// Paths that overlap or conflict were refused when the update was parsed.
type edit struct {
	step    step
	leaf    *applied
	entries []*edit
}

// entry is the edit one step further, made if it is not there.
func (e *edit) entry(s step) *edit {
	for _, next := range e.entries {
		if next.step == s {
			return next
		}
	}
	next := &edit{step: s}
	e.entries = append(e.entries, next)
	return next
}

// of is what the edit makes of a value; ok is false for none.
func (e *edit) of(old value, exists bool) (after value, ok bool, f *fault) {
	switch inMap := e.leaf == nil && e.entries[0].step.name != ""; {
	case e.leaf != nil:
		return e.leaf.of(old, exists)
	case exists && inMap && old.kind == kindM:
		after, f = e.ofMap(old.attr)
	case exists && !inMap && old.kind == kindL:
		after, f = e.ofList(old.list)
	default:
		f = validation(msgBadUpdatePath)
	}
	return after, f == nil, f
}

func (e *edit) ofMap(old item) (value, *fault) {
	attr := make(item, len(old)+len(e.entries))
	maps.Copy(attr, old)
	for _, entry := range e.entries {
		name := entry.step.name
		v, ok := attr[name]
		v, ok, f := entry.of(v, ok)
		if f != nil {
			return value{}, f
		}
		if ok {
			attr[name] = v
		} else {
			delete(attr, name)
		}
	}
	return value{kind: kindM, attr: attr}, nil
}

func (e *edit) ofList(old []value) (value, *fault) {
	slices.SortFunc(e.entries, func(a, b *edit) int { return cmp.Compare(a.step.index, b.step.index) })
	list, gone := slices.Clone(old), []int(nil)
	for _, entry := range e.entries {
		i, v := entry.step.index, value{}
		inside := i < len(old)
		if inside {
			v = old[i]
		}
		v, ok, f := entry.of(v, inside)
		switch {
		case f != nil:
			return value{}, f
		case ok && inside:
			list[i] = v
		case ok:
			list = append(list, v)
		case inside:
			gone = append(gone, i)
		}
	}
	return value{kind: kindL, list: without(list, gone)}, nil
}

// without takes the elements at ascending indexes out of a list, in place.
func without(list []value, gone []int) []value {
	kept := list[:0]
	for i, v := range list {
		if len(gone) > 0 && gone[0] == i {
			gone = gone[1:]
			continue
		}
		kept = append(kept, v)
	}
	return kept
}

// plus is the union of two sets of one type, minus their difference.
func (v value) plus(o value) value {
	members, list := v.members(), slices.Clone(v.list)
	for _, m := range o.list {
		if _, ok := members[m.text]; !ok {
			list = append(list, m)
		}
	}
	sortMembers(list)
	return value{kind: v.kind, list: list}
}

func (v value) minus(o value) value {
	members := o.members()
	return value{kind: v.kind, list: slices.DeleteFunc(slices.Clone(v.list), func(m value) bool {
		_, ok := members[m.text]
		return ok
	})}
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
