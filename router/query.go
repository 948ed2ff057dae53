package router

import (
	"net/url"
	"strings"
)

// parseQuery parses a query string as browsers write it. It separates at & only,
// because a semicolon is an ordinary character, and keeps what is not valid
// percent-encoding as it stands: url.ParseQuery drops both.
func parseQuery(s string) url.Values {
	q := make(url.Values)
	for s != "" {
		var pair string
		pair, s, _ = strings.Cut(s, "&")
		if pair == "" {
			continue
		}
		key, value, _ := strings.Cut(pair, "=")
		key, _ = unescape(key, true)
		value, _ = unescape(value, true)
		q[key] = append(q[key], value)
	}
	return q
}
