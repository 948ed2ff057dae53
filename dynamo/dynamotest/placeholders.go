package dynamotest

import (
	"maps"
	"slices"
	"strings"
)

// placeholders are the #names and :values of a request, shared by all of its
// expressions, and the record of those that were used.
type placeholders struct {
	names      map[string]string
	values     item
	usedNames  map[string]bool
	usedValues map[string]bool
}

// newPlaceholders checks the two maps as they stand, before any expression is
// parsed. A nil map is absent, which differs from an empty one.
func newPlaceholders(names map[string]string, values item) (*placeholders, *fault) {
	if names == nil && values == nil {
		return &placeholders{}, nil
	}
	if names != nil && len(names) == 0 {
		return nil, validation("ExpressionAttributeNames must not be empty")
	}
	for _, key := range slices.Sorted(maps.Keys(names)) {
		if !isPlaceholder(key, '#') {
			return nil, validation("ExpressionAttributeNames contains invalid key: Syntax error; key: %q", key)
		}
		if m := nameFault(names[key]); m != "" {
			return nil, validation("ExpressionAttributeNames contains invalid value: %s for key %s", m, key)
		}
	}
	if values != nil && len(values) == 0 {
		return nil, validation("ExpressionAttributeValues must not be empty")
	}
	keys := slices.Sorted(maps.Keys(values))
	for _, key := range keys {
		if !isPlaceholder(key, ':') {
			return nil, validation("ExpressionAttributeValues contains invalid key: Syntax error; key: %q", key)
		}
	}
	for _, key := range keys {
		if m := values[key].fault(); m != "" {
			return nil, validation("ExpressionAttributeValues contains invalid value: %s for key %s", m, key)
		}
	}
	return &placeholders{names: names, values: values, usedNames: map[string]bool{}, usedValues: map[string]bool{}}, nil
}

func isPlaceholder(key string, sigil byte) bool {
	return len(key) > 1 && key[0] == sigil && wordLength(key[1:]) == len(key)-1
}

// unused is the fault for placeholders that no expression mentions.
func (p *placeholders) unused() *fault {
	if left := missing(p.names, p.usedNames); left != "" {
		return validation("Value provided in ExpressionAttributeNames unused in expressions: keys: {%s}", left)
	}
	if left := missing(p.values, p.usedValues); left != "" {
		return validation("Value provided in ExpressionAttributeValues unused in expressions: keys: {%s}", left)
	}
	return nil
}

// missing lists the keys of m that are not in used.
func missing[V any](m map[string]V, used map[string]bool) string {
	var left []string
	for key := range m {
		if !used[key] {
			left = append(left, key)
		}
	}
	slices.Sort(left)
	return strings.Join(left, ", ")
}
