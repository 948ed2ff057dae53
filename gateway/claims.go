package gateway

import (
	"bytes"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// claims are those of a token; numbers are json.Number.
type claims map[string]any

// text returns a claim that is a string, else "".
func (c claims) text(name string) string {
	s, _ := c[name].(string)
	return s
}

// texts returns a claim that is a string or a list of them.
func (c claims) texts(name string) []string {
	if s, ok := c[name].(string); ok {
		return []string{s}
	}
	var all []string
	list, _ := c[name].([]any)
	for _, item := range list {
		if s, ok := item.(string); ok {
			all = append(all, s)
		}
	}
	return all
}

// time returns a claim that is a time: seconds, perhaps with a fraction. One that is anything else is far in the past as
// exp and in the future as nbf and iat: the zero time would pass for nbf.
func (c claims) time(name string) (at time.Time, has bool) {
	value, has := c[name]
	if !has {
		return at, false
	}
	n, _ := value.(json.Number)
	seconds, err := n.Float64()
	if err != nil || math.IsNaN(seconds) || math.Abs(seconds) > 1e11 {
		if name == "exp" {
			return time.Time{}, true
		}
		return time.Unix(1e11, 0), true
	}
	whole, fraction := math.Modf(seconds)
	return time.Unix(int64(whole), int64(fraction*1e9)), true
}

// hasScope reports whether a token has one of the scopes, in its claim scope or scp: words of a string, or a list.
func (c claims) hasScope(wanted []string) bool {
	for _, name := range []string{"scope", "scp"} {
		for _, text := range c.texts(name) {
			if slices.ContainsFunc(strings.Fields(text), func(s string) bool { return slices.Contains(wanted, s) }) {
				return true
			}
		}
	}
	return len(wanted) == 0
}

// grant is what events show of a token in requestContext.authorizer. All claims are strings, as observed on AWS:
//
//	           HTTP API              REST API
//	number     "1718722804"          "1718722804", but exp and iat "Tue Jun 18 15:00:04 UTC 2024"
//	boolean    "true"                "true"
//	list       "[admin users]"       "admin,users"
//
// An HTTP API's scopes are those of its route, and null where it has none.
func (c claims) grant(kind Kind, scopes []string) any {
	texts := make(map[string]string, len(c))
	for name, value := range c {
		texts[name] = claimText(kind, value)
		if at, ok := c.time(name); ok && kind == REST && (name == "exp" || name == "iat") {
			texts[name] = at.UTC().Format("Mon Jan 02 15:04:05 UTC 2006")
		}
	}
	if kind == REST {
		return map[string]any{"claims": texts}
	}
	return map[string]any{"jwt": map[string]any{"claims": texts, "scopes": scopes}}
}

// claimText is one claim as a string. Unverified: objects, which an HTTP API is taken to print as Go does, since it prints
// lists so, and a REST API as JSON.
func claimText(kind Kind, value any) string {
	switch v := value.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case []any:
		var items []string
		for _, item := range v {
			items = append(items, claimText(kind, item))
		}
		if kind == REST {
			return strings.Join(items, ",")
		}
		return "[" + strings.Join(items, " ") + "]"
	case map[string]any:
		if kind == HTTP {
			var members []string
			for _, name := range slices.Sorted(maps.Keys(v)) {
				members = append(members, name+":"+claimText(kind, v[name]))
			}
			return "map[" + strings.Join(members, " ") + "]"
		}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(value) // what was JSON can be
	return strings.TrimSuffix(b.String(), "\n")
}
