package dynamotest_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every part of a request of every operation is left out, and replaced by all kinds of
// what does not belong there: no such request panics, and none that fails changes
// anything.
func TestMalformedRequests(t *testing.T) {
	n, v := 0, newVictim(t)
	for _, request := range wireRequests() {
		var tree any
		require.NoError(t, json.Unmarshal([]byte(request[1]), &tree), request[1])
		spoiled(tree, func(part any) {
			text, err := json.Marshal(part)
			require.NoError(t, err)
			defer func() {
				if p := recover(); p != nil {
					t.Fatalf("%s %s: %v", request[0], text, p)
				}
			}()
			if n++; v.take(t, request[0], string(text)) {
				v = newVictim(t)
			}
		})
	}
	t.Logf("%d requests", n)
	require.Greater(t, n, 5000)
}

// spoiled visits a tree once for each way in which one part of it can be wrong.
func spoiled(tree any, visit func(any)) {
	for _, junk := range []any{nil, true, -1, 1.5, "", "junk", strings.Repeat("x", 300), []any{}, []any{nil}, obj{}, obj{"x": nil}, obj{"S": ""}} {
		visit(junk)
	}
	switch node := tree.(type) {
	case obj:
		for _, name := range slices.Sorted(maps.Keys(node)) {
			without := maps.Clone(node)
			delete(without, name)
			visit(without)
			spoiled(node[name], func(part any) {
				changed := maps.Clone(node)
				changed[name] = part
				visit(changed)
			})
		}
	case []any:
		for i := range node {
			visit(slices.Concat(node, node[i:i+1])) // one comes twice
			spoiled(node[i], func(part any) {
				changed := slices.Clone(node)
				changed[i] = part
				visit(changed)
			})
		}
	case string:
		for i := 0; i <= len(node); i += 2 { // expressions and statements among them
			visit(strings.ToValidUTF8(node[:i], ""))
			visit(strings.ToValidUTF8(node[:i]+"("+node[i:], ""))
		}
	}
}
