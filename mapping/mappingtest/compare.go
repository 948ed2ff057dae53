package mappingtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// compare finds the first difference of two JSON values, and its JSONPath.
func compare(at string, got, want any) (where, difference string) {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			break
		}
		return compareObjects(at, g, w)
	case []any:
		g, ok := got.([]any)
		if !ok {
			break
		}
		for i := range min(len(g), len(w)) {
			if where, difference = compare(fmt.Sprintf("%s[%d]", at, i), g[i], w[i]); difference != "" {
				return where, difference
			}
		}
		if len(g) != len(w) {
			return at, fmt.Sprintf("%d elements, want %d", len(g), len(w))
		}
		return "", ""
	}
	if reflect.DeepEqual(got, want) {
		return "", ""
	}
	return at, fmt.Sprintf("%s, want %s", encode(got), encode(want))
}

func encode(v any) string {
	b, _ := json.Marshal(v) // it comes from JSON
	return string(b)
}

func compareObjects(at string, got, want map[string]any) (where, difference string) {
	for _, key := range slices.Sorted(maps.Keys(want)) {
		value, ok := got[key]
		if !ok {
			return at + "." + key, "is missing"
		}
		if where, difference = compare(at+"."+key, value, want[key]); difference != "" {
			return where, difference
		}
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[key]; !ok {
			return at + "." + key, "is not wanted"
		}
	}
	return "", ""
}
