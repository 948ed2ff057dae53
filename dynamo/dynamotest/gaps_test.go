package dynamotest

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The table of GAPS.md has every operation that there is, and no other.
func TestGapsNamesEveryOperation(t *testing.T) {
	text, err := os.ReadFile("GAPS.md")
	require.NoError(t, err)
	var named []string
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) != 4 || strings.Contains(cells[2], "UnknownOperation") {
			continue
		}
		named = append(named, regexp.MustCompile(`[A-Z][a-z]+([A-Z][A-Za-z]+)|Query|Scan`).FindAllString(cells[1], -1)...)
	}
	operations := slices.Concat(slices.Collect(maps.Keys(wireOperations())), slices.Collect(maps.Keys(streamOperations())))
	slices.Sort(named)
	slices.Sort(operations)
	require.Equal(t, operations, slices.DeleteFunc(named, func(name string) bool { return name == "PartiQL" }))
}
