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
type node struct {
	literals map[string]*node
	variable *node
	greedy   leaf
	leaf     leaf
}

// A leaf holds the routes of one path, one for each method.
type leaf []*route

// insert adds a route, and returns instead the one that is there already for the
// same method and the same paths.
func (n *node) insert(r *route) (conflict *route) {
	l := &n.leaf
	for _, seg := range r.pattern.segments {
		switch seg.kind {
		case literal:
			child := n.literals[seg.text]
			if child == nil {
				if n.literals == nil {
					n.literals = make(map[string]*node)
				}
				child = new(node)
				n.literals[seg.text] = child
			}
			n = child
		case variable:
			if n.variable == nil {
				n.variable = new(node)
			}
			n = n.variable
		}
		if l = &n.leaf; seg.kind == greedy {
			l = &n.greedy
		}
	}
	for _, have := range *l {
		if have.pattern.method == r.pattern.method {
			return have
		}
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

// match finds the route for a method and the decoded segments of a path. It
// appends to values what the pattern's variables stand for, in the pattern's
// order.
func (n *node) match(method string, p path, values []string) (*route, []string) {
	return n.find(method, p, 0, values)
}

func (n *node) find(method string, p path, i int, values []string) (*route, []string) {
	if i == len(p.segments) {
		return n.leaf.method(method), values
	}
	seg := p.segments[i]
	if child := n.literals[seg]; child != nil {
		if r, vs := child.find(method, p, i+1, values); r != nil {
			return r, vs
		}
	}
	if n.variable != nil && seg != "" {
		if r, vs := n.variable.find(method, p, i+1, append(values, seg)); r != nil {
			return r, vs
		}
	}
	if r := n.greedy.method(method); r != nil && !p.blank(i) {
		return r, append(values, p.from(i))
	}
	return nil, values
}

// nearest returns a route of the most specific pattern that matches a path, whatever
// its method, or nil.
func (n *node) nearest(p path, i int) *route {
	if i == len(p.segments) {
		return n.leaf.first()
	}
	seg := p.segments[i]
	if child := n.literals[seg]; child != nil {
		if r := child.nearest(p, i+1); r != nil {
			return r
		}
	}
	if n.variable != nil && seg != "" {
		if r := n.variable.nearest(p, i+1); r != nil {
			return r
		}
	}
	if p.blank(i) {
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

// allowed appends the methods that the routes matching a path have, without
// duplicates; "" is any method.
func (n *node) allowed(p path, i int, methods []string) []string {
	if i == len(p.segments) {
		return n.leaf.methods(methods)
	}
	seg := p.segments[i]
	if child := n.literals[seg]; child != nil {
		methods = child.allowed(p, i+1, methods)
	}
	if n.variable != nil && seg != "" {
		methods = n.variable.allowed(p, i+1, methods)
	}
	if !p.blank(i) {
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
