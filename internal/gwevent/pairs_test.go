package gwevent

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzPairs holds pairs against maps that are built in the obvious way. The names and values are lines of two texts.
func FuzzPairs(f *testing.F) {
	f.Add("a\nb\na\nB\n\nb", "1\n2\n3\n4\n5\n")
	f.Add("X\nx\nX", "1\n2\n3")
	f.Fuzz(func(t *testing.T, names, values string) {
		var singles []single
		want := make(map[string][]string)
		rest := strings.Split(values, "\n")
		for i, name := range strings.Split(names, "\n") {
			value := rest[i%len(rest)]
			singles = append(singles, single{name, value})
			want[name] = append(want[name], value)
		}
		ps := group(singles)
		require.Equal(t, want, ps.multi())
		require.Equal(t, slices.Sorted(maps.Keys(want)), namesOf(ps))

		lower := make(map[string][]string)
		for _, name := range slices.Sorted(maps.Keys(want)) {
			key := strings.ToLower(name)
			lower[key] = append(lower[key], want[name]...)
		}
		require.Equal(t, lower, ps.lower().multi())
		require.Equal(t, slices.Sorted(maps.Keys(lower)), namesOf(ps.lower()))
		require.Equal(t, want, ps.multi(), "lower has changed its receiver")

		first := singles[0].name
		require.Equal(t, want[first], ps.get(first))
		require.Equal(t, []string{"new"}, slices.Clone(ps).set(first, "new").get(first))
		require.Nil(t, slices.Clone(ps).delete(first).get(first))
		again := ps.delete(first).set(first, want[first]...)
		require.Equal(t, want, again.multi())
		require.Equal(t, slices.Sorted(maps.Keys(want)), namesOf(again))
		require.Equal(t, []string{"last"}, sortPairs(append(again, pair{first, []string{"last"}})).get(first))
	})
}

func namesOf(ps pairs) []string {
	var names []string
	for _, p := range ps {
		names = append(names, p.name)
	}
	return names
}
