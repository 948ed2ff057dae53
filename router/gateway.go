package router

import "strings"

// What API Gateway does to paths and queries before a function sees them.

// restPath strips the base path of a custom domain from the path of a REST API's
// event. The resource that API Gateway matched ("/users/{id}") never contains the
// base path, so the path's last segments, as many as the resource has, are what
// the client asked of the API. A greedy variable has as many segments as its value,
// with which the path must end. Nothing is stripped from what came through the API's own domain:
// there requestContext.path has the stage, so that it differs from path.
func restPath(path, resource, contextPath string, value func(name string) string) string {
	if resource == "" || path != contextPath {
		return path
	}
	n := strings.Count(trimSlash(resource), "/")
	rest := trimSlash(path)
	if isGreedy(resource[strings.LastIndexByte(resource, '/')+1:]) {
		proxy := trimSlash(value(greedyName(resource)))
		if proxy == "" || !strings.HasSuffix(rest, "/"+proxy) {
			return path
		}
		n += strings.Count(proxy, "/")
	}
	cut := len(rest)
	for ; n > 0 && cut > 0; n-- {
		cut = strings.LastIndexByte(rest[:cut], '/')
	}
	if cut <= 0 || !sameLiterals(resource, rest[cut:]) {
		return path
	}
	return path[cut:]
}

// sameLiterals reports whether the literal segments of a resource stand at the
// same places of path.
func sameLiterals(resource, path string) bool {
	for resource, path = trimSlash(resource), trimSlash(path); resource != ""; {
		var seg, have string
		seg, resource = nextSegment(resource)
		have, path = nextSegment(path)
		if isGreedy(seg) {
			return true
		}
		if seg != have && !strings.HasPrefix(seg, "{") {
			return false
		}
	}
	return path == ""
}

// nextSegment splits "/a/b/c" into "a" and "/b/c".
func nextSegment(path string) (seg, rest string) {
	path = strings.TrimPrefix(path, "/")
	if i := strings.IndexByte(path, '/'); i >= 0 {
		return path[:i], path[i:]
	}
	return path, ""
}

func isGreedy(seg string) bool { return strings.HasPrefix(seg, "{") && strings.HasSuffix(seg, "+}") }

// greedyName returns the name of a resource's greedy path variable, or "".
func greedyName(resource string) string {
	if !strings.HasSuffix(resource, "+}") {
		return ""
	}
	return resource[strings.LastIndexByte(resource, '{')+1 : len(resource)-len("+}")]
}

// fill sets the path to the one that the route key of an HTTP API says was
// matched, with its variables filled in. HTTP APIs send rawPath decoded, so that
// only this tells GET /users/a%2Fb ({id} is "a/b") from GET /users/a/b. It
// reports false for $default, and where a variable's value is missing.
func (p *path) fill(routeKey string, value func(name string) string) bool {
	_, rest, ok := strings.Cut(routeKey, " /")
	var text strings.Builder
	for rest = trimSlash(rest); ok && rest != ""; {
		var seg string
		if seg, rest = nextSegment(rest); strings.HasPrefix(seg, "{") {
			v := value(strings.TrimSuffix(strings.Trim(seg, "{}"), "+"))
			if v == "" {
				return false
			}
			if isGreedy(seg) {
				seg = escape(trimSlash(v), true)
			} else {
				seg = escape(v, false)
			}
		} else {
			seg = escape(seg, false)
		}
		if text.Len() > 0 {
			text.WriteByte('/')
		}
		text.WriteString(seg)
	}
	p.text = text.String()
	p.encoded = strings.IndexByte(p.text, '%') >= 0
	return ok
}

// escape percent-encodes what would be read as something else in a segment, or in
// several of them.
func escape(s string, several bool) string {
	if strings.IndexByte(s, '%') >= 0 {
		s = strings.ReplaceAll(s, "%", "%25")
	}
	if !several && strings.IndexByte(s, '/') >= 0 {
		s = strings.ReplaceAll(s, "/", "%2F")
	}
	return s
}

// stripStage strips the stage that HTTP APIs leave in rawPath, at a boundary
// only, and only where it is there: behind a custom domain it is not.
func stripStage(path, stage, domain string) string {
	rest, ok := strings.CutPrefix(path, "/"+stage)
	switch {
	case !ok || stage == "" || stage == "$default":
		return path
	case rest != "" && rest[0] != '/':
		return path
	case domain != "" && !strings.Contains(domain, ".execute-api."):
		return path
	}
	return rest
}
