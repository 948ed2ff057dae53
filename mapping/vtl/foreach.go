package vtl

import (
	"errors"
)

// scope is $foreach: the state of a loop, and a map for whatever a template puts there.
type scope struct {
	dict
	owner    *foreachNode
	parent   *scope
	replaced any
	index    int
	hasNext  bool
}

// render runs the block for every element of a list, or every value of a map; anything else has no elements. The element,
// $foreach, $velocityCount and $velocityHasNext have their former values afterwards. AWS stops at 1,000 iterations.
//
// #break is not verified on AWS; it does what Velocity does.
func (n *foreachNode) render(r *renderer) error {
	v, err := n.args[2].value(r)
	if err != nil {
		return r.at(n.pos, err)
	}
	if c, ok := v.(*cursor); ok {
		return n.loop(r, c)
	}
	l, ok := v.(*list)
	if d := asDict(v); d != nil {
		l, ok = r.values(d), true
	}
	if !ok {
		return nil
	}
	return n.loop(r, newCursor(l))
}

// cursor goes through a list as a Java iterator does: adding or removing elements on the way is an error, if the loop
// goes on after it.
type cursor struct {
	list  *list
	next  int
	mods  int
	views int
}

func newCursor(l *list) *cursor {
	c := &cursor{list: l, mods: l.mods}
	if l.view != nil {
		c.views = l.view.mods
	}
	return c
}

func (c *cursor) hasNext() bool { return c.next != len(c.list.items) }

func (c *cursor) take() (any, error) {
	l := c.list
	if l.mods != c.mods || l.view != nil && l.view.mods != c.views || c.next >= len(l.items) {
		return nil, throw("the list or map of a #foreach was changed inside it")
	}
	c.next++
	return l.items[c.next-1], nil
}

func (c *cursor) method(name string, args []any) (any, error) {
	switch {
	case name == "hasNext" && len(args) == 0:
		return c.hasNext(), nil
	case name == "next" && len(args) == 0:
		if !c.hasNext() {
			return nil, throw("no more elements")
		}
		return c.take()
	}
	return noMethod, nil
}

func (n *foreachNode) loop(r *renderer, items *cursor) error {
	names := [...]int{n.name, varVelocityCount, varVelocityHasNext}
	var saved [len(names)]any
	for i, name := range names {
		v, err := r.get(name)
		if err != nil {
			return err
		}
		saved[i] = v
	}
	s := n.enter(r)
	err := n.iterate(r, s, items)
	for i, name := range names {
		r.restore(name, saved[i])
	}
	s.leave(r)
	return err
}

func (n *foreachNode) iterate(r *renderer, s *scope, items *cursor) error {
	hidden := -1
	defer func() {
		if hidden >= 0 {
			r.nulls = r.nulls[:hidden]
		}
	}()
	for i := 0; items.hasNext() && i < MaxIterations; i++ {
		r.set(varVelocityCount, int32(i+1))
		item, err := items.take()
		if err != nil {
			return r.at(n.pos, err)
		}
		s.index, s.hasNext = i, items.hasNext()
		r.set(varVelocityHasNext, s.hasNext)
		r.set(n.name, item)
		if item == nil && hidden < 0 {
			hidden = len(r.nulls)
			r.nulls = append(r.nulls, nullVar{n.name, true})
		}
		r.in.Coverage.note(n.pos, taken)
		err = n.body1(r, item == nil, hidden)
		if err != nil {
			return s.ended(err)
		}
	}
	return nil
}

// body1 renders the block once. The variable is hidden only while its element is null.
func (n *foreachNode) body1(r *renderer, null bool, hidden int) error {
	if hidden < 0 || null {
		return r.block(n.body)
	}
	kept := r.nulls[hidden]
	r.nulls = r.nulls[:hidden]
	err := r.block(n.body)
	r.nulls = append(r.nulls, kept)
	return err
}

// ended is what is left of an error that ends the loop: nothing of a #break that means this one.
func (s *scope) ended(err error) error {
	var sb *scopeBreak
	if errors.Is(err, errBreak) || errors.As(err, &sb) && sb.scope.owner == s.owner {
		return nil
	}
	return err
}

func (n *foreachNode) enter(r *renderer) *scope {
	s := &r.memory.scopes.take(1)[0]
	s.owner, s.index = n, -1
	if outer := r.vars[varForeach].val; outer != nil {
		if parent, ok := outer.(*scope); ok {
			s.parent = parent
		} else {
			s.replaced = outer
		}
	}
	r.set(varForeach, s)
	return s
}

// leave puts back what $foreach was, unless the template has set it to something else.
func (*scope) leave(r *renderer) {
	s, ok := r.vars[varForeach].val.(*scope)
	switch {
	case !ok:
	case s.parent != nil:
		r.set(varForeach, s.parent)
	case s.replaced != nil:
		r.set(varForeach, s.replaced)
	default:
		r.restore(varForeach, nil)
	}
}

// property is a getter of $foreach.
func (s *scope) property(name string) (any, bool) {
	switch name {
	case "index":
		return int32(s.index), true
	case "count":
		return int32(s.index + 1), true
	case "hasNext":
		return s.hasNext, true
	case "first":
		return s.index < 1, true
	case "last":
		return !s.hasNext, true
	case "parent":
		if s.parent == nil {
			return nil, true
		}
		return s.parent, true
	case "topmost":
		for s.parent != nil {
			s = s.parent
		}
		return s, true
	case "replaced":
		for s.replaced == nil && s.parent != nil {
			s = s.parent
		}
		return s.replaced, true
	}
	return nil, false
}
