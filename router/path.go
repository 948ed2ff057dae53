package router

import (
	"strings"
	"unicode/utf8"
)

// A path is what a request is routed by: the segments of its path, decoded once,
// after it was split at its slashes. So %2F never separates segments and %252F is
// a literal %2F. One slash at the end is dropped, as in API Gateway, where both
// spellings reach the same resource; other empty segments stay, and only a greedy
// variable takes them.
//
// A path is kept as it came, and taken apart while the tree of routes is searched. A
// place in it is the offset of a segment in text.
type path struct {
	text    string // the segments with slashes between them
	encoded bool   // they are percent-encoded
	slash   bool   // a slash at the end was dropped
	sent    string // the path as the client sent it, percent-encoded, if the source keeps that
}

// parse sets the path to one that is percent-encoded or, as HTTP APIs send it, decoded
// already. A path that is not valid encoding or not UTF-8 is a 400.
func (p *path) parse(s string, encoded bool) error {
	if encoded {
		p.sent = s
	}
	if len(s) > 0 && s[0] == '/' {
		s = s[1:]
	}
	if n := len(s) - 1; n >= 0 && s[n] == '/' {
		s, p.slash = s[:n], true
	}
	p.text = s
	if plain(s) {
		return nil
	}
	if p.encoded = encoded && strings.IndexByte(s, '%') >= 0; p.encoded {
		var ok bool
		if s, ok = unescape(s, false); !ok {
			return Errorf(400, "the path is not valid percent-encoding")
		}
	}
	if !utf8.ValidString(s) {
		return Errorf(400, "the path is not valid UTF-8")
	}
	return nil
}

// start returns the place of the first segment.
func (p *path) start() int {
	if p.text == "" {
		return 1 // past the end
	}
	return 0
}

// ended reports whether a place is behind the last segment.
func (p *path) ended(at int) bool { return at > len(p.text) }

// segment returns the segment at a place, decoded, its head, and the place of the next
// one.
func (p *path) segment(at int) (seg string, head uint64, next int) {
	head = word(p.text, at)
	n := slash(head)
	head &= 1<<(8*n) - 1
	end := at + n
	for ; n == 8 && end < len(p.text); end += n {
		n = slash(word(p.text, end))
	}
	end = min(end, len(p.text))
	if seg = p.text[at:end]; p.encoded {
		seg, _ = unescape(seg, false)
		head = word(seg, 0)
	}
	return seg, head, end + 1
}

// from returns everything from a place on, decoded.
func (p *path) from(at int) string {
	rest := p.text[min(at, len(p.text)):]
	if p.encoded {
		rest, _ = unescape(rest, false)
	}
	return rest
}

// String returns the whole path, decoded.
func (p *path) String() string { return "/" + p.from(0) }

// strip removes the segments of a prefix if the path starts with them, and reports
// whether it did.
func (p *path) strip(prefix []string) bool {
	at := p.start()
	for _, want := range prefix {
		if p.ended(at) {
			return false
		}
		var have string
		if have, _, at = p.segment(at); have != want {
			return false
		}
	}
	p.text = p.text[min(at, len(p.text)):]
	for range prefix {
		_, p.sent = nextSegment(p.sent)
	}
	return true
}

// blank reports whether the segments from a place on are all empty.
func (p *path) blank(at int) bool {
	return p.ended(at) || strings.Trim(p.text[at:], "/") == ""
}

// unescape undoes percent-encoding, and in queries turns + into a space. It
// reports whether the encoding was valid.
func unescape(s string, plus bool) (string, bool) {
	if strings.IndexByte(s, '%') < 0 && (!plus || strings.IndexByte(s, '+') < 0) {
		return s, true
	}
	var b strings.Builder
	b.Grow(len(s) - 2*min(strings.Count(s, "%"), len(s)/3))
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
			b.WriteByte(high<<4 | low)
			i += 2
		case c == '+' && plus:
			b.WriteByte(' ')
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), true
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
