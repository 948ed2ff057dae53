package gateway

// Route choice of REST and HTTP APIs, written without a look at package router, so that each can be tested against the other.
//
// A path is split into segments and compared segment by segment. Of all routes that fit the path and the method, the
// one wins that is more specific in the first segment in which they differ: a literal before a {variable} before a
// {greedy+} variable. Among routes of the same pattern, one for the method wins over one for ANY. A pattern that fits
// but lacks the method hides nothing: with POST /test and OPTIONS /{proxy+}, OPTIONS /test reaches the second.
//
// The routes are sorted by that order once; the first that fits is then the best.
//
//	GET  /users/me          literal literal
//	ANY  /users/{id}        literal variable
//	GET  /users/{path+}     literal greedy
//	ANY  /{proxy+}          greedy

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

type segmentKind int

const (
	literal segmentKind = iota
	variable
	greedy
)

type segment struct {
	kind segmentKind
	text string // the literal, or the name of the variable
}

type route struct {
	method   string // "" for any
	path     string
	segments []segment
	fallback bool // $default
	endpoint endpoint
	key      string // the route key of an HTTP API

	resourceID, deploymentID string // see gwevent.IDs

	authorizer  Authorization
	scopes      []string
	keyRequired bool
	timeout     time.Duration // zero for the gateway's
	deadlines   *deadlines    // of what it calls in this process
	validation  *Validation   // nil for none
}

// defaultPath is the route of an HTTP API that gets what no other does.
const defaultPath = "$default"

type table []*route

// add parses and appends a route; sort must follow before match.
func (t *table) add(r Route) error {
	var segments []segment
	var err error
	isDefault := r.Path == defaultPath
	if !isDefault {
		if segments, err = parsePath(r.Path); err != nil {
			return err
		}
	}
	method := r.Method
	if method == "ANY" {
		method = ""
	}
	if strings.ToUpper(method) != method {
		return fmt.Errorf("method %q is not in upper case", method)
	}
	added := &route{
		method: method, path: r.Path, segments: segments, fallback: isDefault, key: cmp.Or(method, "ANY") + " " + r.Path,
		authorizer: r.Authorizer, scopes: slices.Clone(r.Scopes), keyRequired: r.APIKeyRequired, timeout: r.Timeout, validation: r.Validation.ready(),
	}
	if isDefault {
		added.key = defaultPath
	}
	for i, other := range *t {
		if other.method == method && other.fallback == isDefault && sameShape(other.segments, segments) {
			return fmt.Errorf("matches the same requests as route %d (%q)", i, other.path)
		}
	}
	if r.Integration == nil {
		return errors.New("no integration")
	}
	if added.endpoint, err = r.Integration.build(); err != nil {
		return err
	}
	*t = append(*t, added)
	return nil
}

func sameShape(a, b []segment) bool {
	return slices.EqualFunc(a, b, func(x, y segment) bool {
		return x.kind == y.kind && (x.kind != literal || x.text == y.text)
	})
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (t *table) sort() {
	slices.SortStableFunc(*t, func(a, b *route) int {
		if a.fallback != b.fallback {
			return cmp.Compare(boolToInt(a.fallback), boolToInt(b.fallback))
		}
		byPattern := slices.CompareFunc(a.segments, b.segments, func(x, y segment) int { return cmp.Compare(x.kind, y.kind) })
		if byPattern != 0 {
			return byPattern
		}
		return -strings.Compare(a.method, b.method) // ANY is "" and comes last
	})
}

// parsePath splits a resource path into segments.
func parsePath(path string) ([]segment, error) {
	if !strings.HasPrefix(path, "/") {
		return nil, fmt.Errorf("path %q does not start with a slash", path)
	}
	if path == "/" {
		return nil, nil
	}
	var segments []segment
	names := map[string]bool{}
	parts := strings.Split(path[1:], "/")
	for i, part := range parts {
		seg, err := parseSegment(part)
		if err != nil {
			return nil, fmt.Errorf("path %q: %w", path, err)
		}
		if seg.kind == greedy && i != len(parts)-1 {
			return nil, fmt.Errorf("path %q: %q is not at the end", path, part)
		}
		if seg.kind != literal && names[seg.text] {
			return nil, fmt.Errorf("path %q: variable %q appears twice", path, seg.text)
		}
		names[seg.text] = names[seg.text] || seg.kind != literal
		segments = append(segments, seg)
	}
	return segments, nil
}

func parseSegment(part string) (segment, error) {
	if part == "" {
		return segment{}, errors.New("empty segment")
	}
	name, isVariable := strings.CutPrefix(part, "{")
	if !isVariable {
		if i := strings.IndexAny(part, "{}%?# "); i >= 0 {
			return segment{}, fmt.Errorf("segment %q has a %q", part, part[i])
		}
		return segment{literal, part}, nil
	}
	name, isClosed := strings.CutSuffix(name, "}")
	name, isGreedy := strings.CutSuffix(name, "+")
	if !isClosed || name == "" || strings.ContainsAny(name, "{}+") {
		return segment{}, fmt.Errorf("segment %q is no {name} or {name+}", part)
	}
	if isGreedy {
		return segment{greedy, name}, nil
	}
	return segment{variable, name}, nil
}

// match returns the route for a percent-encoded path and the values of its variables, for REST percent-encoded as well;
// a nil route where there is none. All slashes in front count as one; one at the end does not count, unlike in an
// HTTP API, where no route but a greedy one takes it (widely reported, not documented). A variable needs at least one
// character, a greedy one at least one that is not a slash.
func (t table) match(kind Kind, method, path string) (*route, map[string]string) {
	parts := splitPath(kind, path)
	for _, r := range t {
		if (r.method == "" || r.method == method) && (r.fallback || r.fits(parts)) {
			values := r.values(parts)
			if kind != REST {
				for name, value := range values {
					values[name] = unescape(value)
				}
			}
			return r, values
		}
	}
	return nil, nil
}

func splitPath(kind Kind, path string) []string {
	path = strings.TrimLeft(path, "/")
	if kind == REST {
		path = strings.TrimSuffix(path, "/")
	}
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}

// spell returns a path that the route fits in one spelling, without the slash in front.
func (r *route) spell(kind Kind, path string) string {
	parts := splitPath(kind, path)
	for i, seg := range r.segments {
		if seg.kind == literal {
			parts[i] = seg.text
		}
	}
	return strings.Join(parts, "/")
}

func (r *route) fits(parts []string) bool {
	for i, seg := range r.segments {
		if i >= len(parts) {
			return false
		}
		switch seg.kind {
		case literal:
			if parts[i] != seg.text && unescape(parts[i]) != seg.text {
				return false
			}
		case variable:
			if parts[i] == "" {
				return false
			}
		case greedy:
			return slices.ContainsFunc(parts[i:], func(part string) bool { return part != "" })
		}
	}
	return len(parts) == len(r.segments)
}

func (r *route) values(parts []string) map[string]string {
	var values map[string]string
	for i, seg := range r.segments {
		if seg.kind == literal {
			continue
		}
		if values == nil {
			values = make(map[string]string)
		}
		values[seg.text] = parts[i]
		if seg.kind == greedy {
			values[seg.text] = strings.Join(parts[i:], "/")
		}
	}
	return values
}

// unescape decodes a segment once. What cannot be decoded is itself.
func unescape(segment string) string {
	if !strings.Contains(segment, "%") {
		return segment
	}
	decoded, err := url.PathUnescape(segment)
	if err != nil {
		return segment
	}
	return decoded
}
