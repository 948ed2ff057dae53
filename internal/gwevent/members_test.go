package gwevent

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzMembers holds the reading of objects and arrays against encoding/json.
func FuzzMembers(f *testing.F) {
	for _, text := range []string{
		"null", "{}", "[]", "{ }", `{"a":1}`, `{"a":1,"a":2}`, "{ \"a\" : [1 , {\"b\":\"}\"}] ,\n\"c\\u0064\" :null }", `{"":"\"","\\":"\\"}`,
		`[1,"a,]",[2],{"a":[]} , true]`, `"x"`, "1", "{\"\xff\":1}", `{"a":-1.5e3}`, `["\ud800"]`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		data := space([]byte(text))
		if !json.Valid(data) {
			t.Skip("not JSON: whoever cuts it up has checked that first")
		}
		data = data[:valueEnd(data)] // as the raw values are that are cut up
		var object map[string]json.RawMessage
		ms, ok := appendMembers(nil, data)
		require.Equal(t, json.Unmarshal(data, &object) == nil, ok)
		sorted := ms.sorted()
		require.Len(t, sorted, len(object))
		for i, key := range slices.Sorted(maps.Keys(object)) {
			require.Equal(t, key, sorted[i].key)
			require.Equal(t, string(object[key]), string(sorted[i].value))
			require.Equal(t, string(object[key]), string(ms.get(key)))
		}
		var array []json.RawMessage
		elements, ok := readElements(data)
		require.Equal(t, json.Unmarshal(data, &array) == nil, ok)
		require.Len(t, elements, len(array))
		for i, element := range elements {
			require.Equal(t, string(array[i]), string(element))
		}
		var s string
		if data[0] == '"' && json.Unmarshal(data, &s) == nil {
			require.Equal(t, s, string(unquoteBytes(data)))
		}
	})
}
