package gwevent

import (
	"net/url"
	"strings"
)

// Query returns the decoded query as REST and HTTP APIs see it.
func Query(raw string) url.Values { return parseQuery(raw, formDecode).multi() }

// parseQuery splits a query at '&' and '='. Unlike url.ParseQuery it drops nothing: a ';' belongs to the value, and
// a pair whose escapes are broken is kept as it was sent.
func parseQuery(raw string, decode func(string) string) pairs {
	if raw == "" {
		return nil
	}
	all := make([]single, 0, strings.Count(raw, "&")+1)
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		all = append(all, single{decode(name), decode(value)})
	}
	return group(all)
}

// formDecode undoes percent-encoding and turns '+' into a space, once.
func formDecode(s string) string {
	decoded, err := url.QueryUnescape(s)
	if err != nil {
		return s
	}
	return decoded
}

// verbatim is the decoding of load balancers: none.
func verbatim(s string) string { return s }
