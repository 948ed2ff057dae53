package router

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
)

// A Handler answers a request. At most one of its results is meant to be set: an
// error becomes a problem document (see [Error]), a nil Response with a nil error
// an empty 200. Headers of a Response that stands beside an error are added to
// the problem document's; middleware uses that.
type Handler func(ctx context.Context, req *Request) (*Response, error)

// A Middleware wraps a handler to do something before it, after it, or in its
// place.
type Middleware func(next Handler) Handler

// A Router sends requests to the handlers of the routes that match them. It is a
// lambda.Handler ([Router.Invoke]) and an http.Handler ([Router.ServeHTTP]).
//
// The zero Router is ready to use. Register everything before the first request:
// a Router that serves is safe for concurrent use, registering is not.
type Router struct {
	table  *table
	parent *Router // of a group
	prefix string
	mw     []Middleware

	// Of the root only.
	chain      Handler     // the middleware around the matched route, or nil
	used       atomic.Bool // has had an event
	strip      [][]string  // prefixes of paths, as segments
	notFound   Handler     // nil for the default
	notAllowed Handler     // nil for the default
}

// A table holds the routes of a router and of its groups.
type table struct {
	tree   tree
	routes []*route
}

// A route is a pattern with its handler.
type route struct {
	pattern pattern
	path    string // the pattern without its method
	owner   *Router
	mw      []Middleware // the route's own
	own     Handler      // as registered, with mw
	handler Handler      // own within the middleware of its groups
	caller  uintptr      // where it was registered
	leaf    *leaf        // of the tree, with the routes of the same paths
}

// A Route describes one registered route. Method is "" for a route that takes any
// method.
type Route struct {
	Method, Path string
}

// New returns a router with middleware. The first one is the outermost.
func New(mw ...Middleware) *Router {
	r := new(Router)
	r.Use(mw...)
	return r
}

// Use adds middleware inside what is there already. A router's middleware runs
// around every request, also those that match no route; a group's runs around
// the group's routes, whether they are registered before or after, and inside
// its parent's. Innermost is the middleware given with a route.
func (r *Router) Use(mw ...Middleware) {
	r.mw = append(r.mw, mw...)
	if r.parent == nil {
		if len(r.mw) > 0 {
			r.chain = wrap(r.dispatch, r.mw)
		}
		return
	}
	for _, rt := range r.routes().routes {
		rt.handler = rt.owner.around(rt.own)
	}
}

// wrap returns h inside the middleware, of which the first is the outermost.
func wrap(h Handler, mw []Middleware) Handler {
	for _, m := range slices.Backward(mw) {
		h = m(h)
	}
	return h
}

// around wraps a handler in the middleware of the group r and its parents. The
// root's is not among it: that runs around dispatch.
func (r *Router) around(h Handler) Handler {
	for ; r.parent != nil; r = r.parent {
		h = wrap(h, r.mw)
	}
	return h
}

// routes returns the table that r shares with its groups.
func (r *Router) routes() *table {
	root := r.root()
	if root.table == nil {
		root.table = new(table)
	}
	return root.table
}

// root returns the router that r is a group of.
func (r *Router) root() *Router {
	for r.parent != nil {
		r = r.parent
	}
	return r
}

// Group returns a router for routes below prefix, with middleware of their own.
// The prefix may hold variables. Only registering is done through the group;
// requests go to the router it came from.
func (r *Router) Group(prefix string, mw ...Middleware) *Router {
	g := &Router{parent: r, prefix: r.prefix + trimSlash(prefix), mw: slices.Clone(mw)}
	if prefix != "" && prefix[0] != '/' {
		panic(fmt.Sprintf(`router: group prefix %q must start with "/"`, prefix))
	}
	return g
}

func trimSlash(s string) string {
	for len(s) > 0 && s[len(s)-1] == '/' {
		s = s[:len(s)-1]
	}
	return s
}

// Handle registers a handler for a pattern: "GET /users/{id}", or without a
// method (or with ANY) for all methods: "/{proxy+}". A GET route answers HEAD as
// well, and OPTIONS is answered from the routes where none takes it. Where
// several patterns match a path, literals come before variables and variables
// before the greedy one, segment by segment from the left, among the patterns
// that take the method.
//
// Handle panics when the pattern is malformed, as those of other routers with :id or *
// are, or when another one takes its method and its paths; the text names both places.
func (r *Router) Handle(pattern string, h Handler, mw ...Middleware) {
	r.handle(pattern, h, mw)
}

// Get registers a handler for GET and HEAD requests.
func (r *Router) Get(path string, h Handler, mw ...Middleware) { r.handle("GET "+path, h, mw) }

// Post registers a handler for POST requests.
func (r *Router) Post(path string, h Handler, mw ...Middleware) { r.handle("POST "+path, h, mw) }

// Put registers a handler for PUT requests.
func (r *Router) Put(path string, h Handler, mw ...Middleware) { r.handle("PUT "+path, h, mw) }

// Patch registers a handler for PATCH requests.
func (r *Router) Patch(path string, h Handler, mw ...Middleware) { r.handle("PATCH "+path, h, mw) }

// Delete registers a handler for DELETE requests.
func (r *Router) Delete(path string, h Handler, mw ...Middleware) { r.handle("DELETE "+path, h, mw) }

// handle must be called directly by an exported method: it notes that one's
// caller.
func (r *Router) handle(s string, h Handler, mw []Middleware) {
	var pcs [1]uintptr
	runtime.Callers(3, pcs[:])
	p, err := parsePattern(r.prefix, s)
	if err == nil && h == nil {
		err = fmt.Errorf("nil handler for %q", s)
	}
	if err != nil {
		panic(fmt.Sprintf("router: %v (registered at %s)", err, site(pcs[0])))
	}
	r.add(&route{pattern: p, path: p.path(), owner: r, mw: mw, own: wrap(h, mw), caller: pcs[0]})
}

// add adds a route that belongs to r.
func (r *Router) add(rt *route) {
	rt.handler = r.around(rt.own)
	t := r.routes()
	if old := t.tree.insert(rt); old != nil {
		panic(fmt.Sprintf("router: %q (registered at %s) conflicts with %q (registered at %s): both match %s",
			rt.pattern.String(), site(rt.caller), old.pattern.String(), site(old.caller), rt.pattern.witness()))
	}
	t.routes = append(t.routes, rt)
}

// site names a place in the source. It is called only to panic: resolving every
// route's place would cost start-up time.
func site(pc uintptr) string {
	f, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	return fmt.Sprintf("%s:%d", f.File, f.Line)
}

// Mount registers the routes of another router below a prefix, which may hold
// variables, with all of that router's middleware. Routes that the other router gets
// later are not among them.
func (r *Router) Mount(prefix string, other *Router) {
	for _, rt := range slices.Clone(other.routes().routes) {
		p, err := parsePattern(r.prefix+trimSlash(prefix), rt.pattern.String())
		if err != nil {
			panic(fmt.Sprintf("router: mount at %q: %v (registered at %s)", prefix, err, site(rt.caller)))
		}
		r.add(&route{pattern: p, path: p.path(), owner: r, mw: other.mw, own: wrap(rt.handler, other.mw), caller: rt.caller})
	}
}

// StripPrefix makes the router take requests whose path starts with one of the
// prefixes as if it did not, at a boundary of segments only: with "/pay", /pay/x is
// routed as /x and /payment is not touched. Stages of HTTP APIs and base paths of
// REST APIs are told from the event and need no prefix; base paths of HTTP APIs behind
// a $default route, and paths of load balancers, do.
func (r *Router) StripPrefix(prefixes ...string) {
	for _, prefix := range prefixes {
		var p path
		if err := p.parse(prefix, false); err != nil || !strings.HasPrefix(prefix, "/") || p.text == "" {
			panic(fmt.Sprintf(`router: prefix %q must be a path that starts with "/"`, prefix))
		}
		root := r.root()
		root.strip = append(root.strip, strings.Split(p.text, "/"))
		slices.SortStableFunc(root.strip, func(a, b []string) int { return len(b) - len(a) })
	}
}

// NotFound sets the handler of requests whose path no route matches. The default
// answers 404. The router's middleware runs around it.
func (r *Router) NotFound(h Handler) { r.root().notFound = h }

// MethodNotAllowed sets the handler of requests whose path has routes, but none for
// the method. The default answers 405. The header Allow is added to what h answers,
// and the router's middleware runs around it. OPTIONS is answered without h.
func (r *Router) MethodNotAllowed(h Handler) { r.root().notAllowed = h }

// Lookup returns the route that takes requests with a method and a target, which is a
// path, percent-encoded as in a URL. It runs nothing and allocates nothing except for what it
// has to decode.
func (r *Router) Lookup(method, target string) (found Route, ok bool) {
	r = r.root()
	var params [4]string
	var p path
	if err := p.parse(target, true); err != nil || r.table == nil {
		return Route{}, false
	}
	r.stripPrefix(&p)
	rt, _ := r.table.tree.match(method, &p, params[:0])
	if rt == nil {
		return Route{}, false
	}
	return Route{rt.pattern.method, rt.path}, true
}

// stripPrefix takes the first prefix that fits off a path.
func (r *Router) stripPrefix(p *path) {
	for _, prefix := range r.strip {
		if p.strip(prefix) {
			return
		}
	}
}

// Routes returns the routes in the order of registration, those of all groups
// among them.
func (r *Router) Routes() iter.Seq[Route] {
	return func(yield func(Route) bool) {
		for _, rt := range r.routes().routes {
			if !yield(Route{rt.pattern.method, rt.path}) {
				return
			}
		}
	}
}
