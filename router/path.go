package router

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A path is what a request is routed by: the segments of its path, decoded once,
// after it was split at its slashes. So %2F never separates segments and %252F is
// a literal %2F. One slash at the end is dropped, as in API Gateway, where both
// spellings reach the same resource; other empty segments stay, and only a greedy
// variable takes them.
type path struct {
	segments []string
	raw      string // segments joined by slashes when nothing had to be decoded, else ""
	slash    bool   // a slash at the end was dropped
	sent     string // the path as the client sent it, percent-encoded, if the source keeps that
}

// splitPath splits a path that is percent-encoded or, as HTTP APIs send it,
// decoded already. It appends the segments to buf. A path that is not valid
// encoding or not UTF-8 is a 400.
func splitPath(s string, encoded bool, buf []string) (path, error) {
	p := path{segments: slices.Grow(buf, strings.Count(s, "/"))}
	if encoded {
		p.sent = s
	}
	s = strings.TrimPrefix(s, "/")
	s, p.slash = strings.CutSuffix(s, "/")
	if s == "" {
		return p, nil
	}
	decode := encoded && strings.IndexByte(s, '%') >= 0
	if !decode {
		p.raw = s
	}
	for more := true; more; {
		var seg string
		if seg, s, more = strings.Cut(s, "/"); decode {
			var ok bool
			if seg, ok = unescape(seg, false); !ok {
				return p, Errorf(400, "the path is not valid percent-encoding")
			}
		}
		if !utf8.ValidString(seg) {
			return p, Errorf(400, "the path is not valid UTF-8")
		}
		p.segments = append(p.segments, seg)
	}
	return p, nil
}

// String returns the whole path, decoded.
func (p path) String() string { return "/" + p.from(0) }

// from returns the segments from the i-th on, joined by slashes.
func (p path) from(i int) string {
	if p.raw == "" {
		return strings.Join(p.segments[i:], "/")
	}
	n := 0
	for _, s := range p.segments[:i] {
		n += len(s) + 1
	}
	return p.raw[min(n, len(p.raw)):]
}

// strip removes the segments of a prefix if the path starts with them, and reports
// whether it did.
func (p *path) strip(prefix []string) bool {
	if len(p.segments) < len(prefix) || !slices.Equal(p.segments[:len(prefix)], prefix) {
		return false
	}
	if p.raw != "" {
		p.raw = p.from(len(prefix))
	}
	p.segments = p.segments[len(prefix):]
	for range prefix {
		_, p.sent = nextSegment(p.sent)
	}
	return true
}

// blank reports whether the segments from the i-th on are all empty.
func (p path) blank(i int) bool {
	for _, s := range p.segments[i:] {
		if s != "" {
			return false
		}
	}
	return true
}

// unescape undoes percent-encoding, and in queries turns + into a space. It
// reports whether the encoding was valid.
func unescape(s string, plus bool) (string, bool) {
	if strings.IndexByte(s, '%') < 0 && (!plus || strings.IndexByte(s, '+') < 0) {
		return s, true
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '%':
			if i+2 >= len(s) {
				return s, false
			}
			high, low := unhex(s[i+1]), unhex(s[i+2])
			if high > 15 || low > 15 {
				return s, false
			}
			b = append(b, high<<4|low)
			i += 2
		case c == '+' && plus:
			b = append(b, ' ')
		default:
			b = append(b, c)
		}
	}
	return string(b), true
}

// unhex returns the value of a hexadecimal digit, or more than 15.
func unhex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 255
}
