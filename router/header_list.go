package router

import (
	"net/http"
	"strings"
)

// HeaderList returns the members of a header that is a list, such as Accept or
// If-None-Match: those of all its lines, or of the one line into which HTTP APIs,
// function URLs and some load balancers join them. They are separated by commas that are
// not in quotes (RFC 9110, section 5.6.1); empty ones are left out.
func (r *Request) HeaderList(name string) []string {
	var members []string
	for _, line := range r.Headers()[http.CanonicalHeaderKey(name)] {
		for more := true; more; {
			var member string
			member, line, more = cutList(line)
			if member = strings.Trim(member, " \t"); member != "" {
				members = append(members, member)
			}
		}
	}
	return members
}

// cutList is strings.Cut at the first comma that is not in quotes.
func cutList(s string) (member, rest string, more bool) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == '\\' && quoted:
			i++
		case s[i] == ',' && !quoted:
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}
