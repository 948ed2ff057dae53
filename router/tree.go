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
// A path of literals only is the most specific pattern that can match, so the tree keeps
// the leaves of these by their whole path, too.
type tree struct {
	root  node
	whole literals // paths of literals only
}

type node struct {
	literals literals
	variable *node
	greedy   *leaf
	leaf     *leaf
}

// A leaf holds the routes of one path, one for each method.
type leaf struct {
	routes []*route
	quick  [verbs]*route // what search finds for each verb but 0
}

// insert adds a route, and returns instead the one that is there already for the
// same method and the same paths.
func (t *tree) insert(r *route) (conflict *route) {
	n, whole := &t.root, true
	at := &n.leaf
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
		if at = &n.leaf; seg.kind == greedy {
			at = &n.greedy
		}
	}
	if *at == nil {
		*at = new(leaf)
	}
	if conflict = (*at).add(r); conflict == nil && whole {
		t.whole.put(r.path[1:], n)
	}
	return conflict
}

// add adds a route, and returns instead the one that is there already for its method.
func (l *leaf) add(r *route) (conflict *route) {
	for _, have := range l.routes {
		if have.pattern.method == r.pattern.method {
			return have
		}
	}
	l.routes = append(l.routes, r)
	r.leaf = l
	for _, method := range [...]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} {
		l.quick[verbOf(method)] = l.search(method)
	}
	return nil
}

// A verb is the number of a usual method, or 0 for another one.
type verb uint8

const verbs verb = 8 // how many there are

func verbOf(method string) verb {
	switch method {
	case "GET":
		return 1
	case "HEAD":
		return 2
	case "POST":
		return 3
	case "PUT":
		return 4
	case "PATCH":
		return 5
	case "DELETE":
		return 6
	case "OPTIONS":
		return 7
	}
	return 0
}

// method returns the route for a method: one for exactly that method, else GET's
// for HEAD, else the one for any method.
func (l *leaf) method(v verb, method string) *route {
	switch {
	case l == nil:
		return nil
	case v == 0:
		return l.search(method)
	}
	return l.quick[v]
}

// search is method among the routes.
func (l *leaf) search(method string) *route {
	var fallback *route
	for _, r := range l.routes {
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
func (t *tree) match(method string, p *path, values []string) (*route, []string) {
	v := verbOf(method)
	if n := t.whole.find(p.text, word(p.text, 0)); n != nil && !p.encoded {
		if r := n.leaf.method(v, method); r != nil {
			return r, values
		}
	}
	return t.root.find(&search{p, v, method}, p.start(), values)
}

// A search is what find looks for.
type search struct {
	path   *path
	verb   verb
	method string
}

func (n *node) find(s *search, at int, values []string) (*route, []string) {
	for !s.path.ended(at) {
		seg, head, next := s.path.segment(at)
		child := n.literals.find(seg, head)
		if seg == "" || n.variable == nil {
			if n.greedy == nil {
				if child == nil {
					return nil, values
				}
				n, at = child, next // there is no way back
				continue
			}
		} else if child == nil && n.greedy == nil {
			n, at, values = n.variable, next, append(values, seg)
			continue
		}
		if child != nil {
			if r, vs := child.find(s, next, values); r != nil {
				return r, vs
			}
		}
		if n.variable != nil && seg != "" {
			if r, vs := n.variable.find(s, next, append(values, seg)); r != nil {
				return r, vs
			}
		}
		if r := n.greedy.method(s.verb, s.method); r != nil && !s.path.blank(at) {
			return r, append(values, s.path.from(at))
		}
		return nil, values
	}
	return n.leaf.method(s.verb, s.method), values
}

// nearest returns a route of the most specific pattern that matches a path from a place
// on, whatever its method, or nil.
func (n *node) nearest(p *path, at int) *route {
	if p.ended(at) {
		return n.leaf.first()
	}
	seg, head, next := p.segment(at)
	if child := n.literals.find(seg, head); child != nil {
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

func (l *leaf) first() *route {
	if l == nil {
		return nil
	}
	return l.routes[0]
}

// allowed appends the methods that the routes matching a path from a place on have,
// without duplicates; "" is any method.
func (n *node) allowed(p *path, at int, methods []string) []string {
	if p.ended(at) {
		return n.leaf.methods(methods)
	}
	seg, head, next := p.segment(at)
	if child := n.literals.find(seg, head); child != nil {
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

func (l *leaf) methods(methods []string) []string {
	if l == nil {
		return methods
	}
	for _, r := range l.routes {
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
