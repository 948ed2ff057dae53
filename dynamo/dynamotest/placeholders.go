package dynamotest

import (
	"maps"
	"slices"
	"strings"
)

// The limits of placeholders in bytes, "Quotas in Amazon DynamoDB": of one with its sigil,
// and of all with what they stand for.
const (
	maxPlaceholder  = 255
	maxPlaceholders = 2 << 20
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
	if f := checkNames(names); f != nil {
		return nil, f
	}
	if f := checkValues(values); f != nil {
		return nil, f
	}
	if sizeOfNames(names)+values.size() > maxPlaceholders {
		return nil, validation("Combined size of ExpressionAttributeNames and ExpressionAttributeValues exceeds max size")
	}
	return &placeholders{names: names, values: values, usedNames: map[string]bool{}, usedValues: map[string]bool{}}, nil
}

// checkNames checks the ExpressionAttributeNames of a request.
func checkNames(names map[string]string) *fault {
	const member = "ExpressionAttributeNames"
	if names != nil && len(names) == 0 {
		return validation(member + " must not be empty")
	}
	for _, key := range slices.Sorted(maps.Keys(names)) {
		if !isPlaceholder(key, '#') {
			return validation(member+" contains invalid key: Syntax error; key: %q", key)
		}
		if len(key) > maxPlaceholder {
			return validation(member+" contains invalid key: The expression attribute map contains a key that is too long; size of key: %d", len(key))
		}
		if m := nameFault(names[key]); m != "" {
			return validation(member+" contains invalid value: %s for key %s", m, key)
		}
	}
	if sizeOfNames(names) > maxPlaceholders {
		return validation(member + " exceeds max size")
	}
	return nil
}

func sizeOfNames(names map[string]string) int {
	size := 0
	for key, name := range names {
		size += len(key) + len(name)
	}
	return size
}

// checkValues checks the ExpressionAttributeValues of a request.
func checkValues(values item) *fault {
	const member = "ExpressionAttributeValues"
	if values != nil && len(values) == 0 {
		return validation(member + " must not be empty")
	}
	keys := slices.Sorted(maps.Keys(values))
	for _, key := range keys {
		if !isPlaceholder(key, ':') {
			return validation(member+" contains invalid key: Syntax error; key: %q", key)
		}
		if len(key) > maxPlaceholder {
			return validation(member + " contains invalid key: The expression attribute map contains a key that is too long;")
		}
	}
	for _, key := range keys {
		if m := values[key].fault(); m != "" {
			return validation(member+" contains invalid value: %s for key %s", m, key)
		}
	}
	if values.size() > maxPlaceholders {
		return validation(member + " exceeds max size")
	}
	return nil
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
