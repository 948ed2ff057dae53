package router

import (
	"slices"
	"strings"
)

// The routes are kept in a tree with a level for each segment of a path. A node
// has a child for each literal that can follow, at most one for a variable
// (whatever its name is in each route), and at most one leaf for a greedy
// variable.
//
// A request walks down segment by segment and tries, at every node, the literal
// first, then the variable, then the greedy variable: the first leaf that it
// reaches in that order is the most specific pattern, whatever the order of
// registration. With the routes
//
//	GET /users/{id}   POST /users/me   /{proxy+}
//
// GET /users/me first reaches the leaf of /users/me, which has no GET, goes back
// and takes /users/{id}; DELETE /users/me ends at /{proxy+}. So a specific path
// does not hide a general one that has the method: that is how API Gateway
// chooses a resource, too. Each node is visited at most once for a request.
//
// A path of literals only is the most specific pattern that can match, so the root keeps
// the leaves of these by their whole path, too.
type node struct {
	whole    literals // at the root: paths of literals only
	literals literals
	variable *node
	greedy   leaf
	leaf     leaf
}

// A leaf holds the routes of one path, one for each method.
type leaf []*route

// insert adds a route, and returns instead the one that is there already for the
// same method and the same paths.
func (n *node) insert(r *route) (conflict *route) {
	root, whole := n, true
	l := &n.leaf
	for _, seg := range r.pattern.segments {
		switch seg.kind {
		case literal:
			n = n.literals.add(seg.text)
		case variable:
			if n.variable == nil {
				n.variable = new(node)
			}
			n = n.variable
		}
		whole = whole && seg.kind == literal
		if l = &n.leaf; seg.kind == greedy {
			l = &n.greedy
		}
	}
	for _, have := range *l {
		if have.pattern.method == r.pattern.method {
			return have
		}
	}
	if whole {
		root.whole.put(r.path[1:], n)
	}
	*l = append(*l, r)
	r.leaf = l
	return nil
}

// method returns the route for a method: one for exactly that method, else GET's
// for HEAD, else the one for any method.
func (l leaf) method(method string) *route {
	var fallback *route
	for _, r := range l {
		switch m := r.pattern.method; {
		case m == method:
			return r
		case m == "GET" && method == "HEAD":
			fallback = r
		case m == "" && fallback == nil:
			fallback = r
		}
	}
	return fallback
}

// match finds the route for a method and a path. It appends to values what the
// pattern's variables stand for, in the pattern's order.
func (n *node) match(method string, p *path, values []string) (*route, []string) {
	if leaf := n.whole.find(p.text); leaf != nil && !p.encoded {
		if r := leaf.leaf.method(method); r != nil {
			return r, values
		}
	}
	return n.find(method, p, p.start(), values)
}

func (n *node) find(method string, p *path, at int, values []string) (*route, []string) {
	for !p.ended(at) {
		seg, next := p.segment(at)
		child := n.literals.find(seg)
		if seg == "" || n.variable == nil {
			if len(n.greedy) == 0 {
				if child == nil {
					return nil, values
				}
				n, at = child, next // there is no way back
				continue
			}
		} else if child == nil && len(n.greedy) == 0 {
			n, at, values = n.variable, next, append(values, seg)
			continue
		}
		if child != nil {
			if r, vs := child.find(method, p, next, values); r != nil {
				return r, vs
			}
		}
		if n.variable != nil && seg != "" {
			if r, vs := n.variable.find(method, p, next, append(values, seg)); r != nil {
				return r, vs
			}
		}
		if r := n.greedy.method(method); r != nil && !p.blank(at) {
			return r, append(values, p.from(at))
		}
		return nil, values
	}
	return n.leaf.method(method), values
}

// nearest returns a route of the most specific pattern that matches a path from a place
// on, whatever its method, or nil.
func (n *node) nearest(p *path, at int) *route {
	if p.ended(at) {
		return n.leaf.first()
	}
	seg, next := p.segment(at)
	if child := n.literals.find(seg); child != nil {
		if r := child.nearest(p, next); r != nil {
			return r
		}
	}
	if n.variable != nil && seg != "" {
		if r := n.variable.nearest(p, next); r != nil {
			return r
		}
	}
	if p.blank(at) {
		return nil
	}
	return n.greedy.first()
}

func (l leaf) first() *route {
	if len(l) == 0 {
		return nil
	}
	return l[0]
}

// allowed appends the methods that the routes matching a path from a place on have,
// without duplicates; "" is any method.
func (n *node) allowed(p *path, at int, methods []string) []string {
	if p.ended(at) {
		return n.leaf.methods(methods)
	}
	seg, next := p.segment(at)
	if child := n.literals.find(seg); child != nil {
		methods = child.allowed(p, next, methods)
	}
	if n.variable != nil && seg != "" {
		methods = n.variable.allowed(p, next, methods)
	}
	if !p.blank(at) {
		methods = n.greedy.methods(methods)
	}
	return methods
}

func (l leaf) methods(methods []string) []string {
	for _, r := range l {
		if !slices.Contains(methods, r.pattern.method) {
			methods = append(methods, r.pattern.method)
		}
	}
	return methods
}

// allow is the value of an Allow header: the methods sorted, with the HEAD that
// GET implies and the OPTIONS that is always answered.
func allow(methods []string) string {
	methods = append(slices.Clone(methods), "OPTIONS")
	if slices.Contains(methods, "GET") {
		methods = append(methods, "HEAD")
	}
	slices.Sort(methods)
	methods = slices.Compact(methods)
	return strings.Join(slices.DeleteFunc(methods, func(m string) bool { return m == "" }), ", ")
}
