package dynamotest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// The tree behaves as a sorted map under random operations.
func TestTreeAgainstMap(t *testing.T) {
	const seed = 7
	r := rand.New(rand.NewPCG(seed, seed))
	var tr tree
	model := map[rowKey]int{}
	key := func() rowKey {
		return rowKey{hash: r.Uint64N(40), partition: fmt.Sprint(r.IntN(20)), sort: fmt.Sprint(r.IntN(20))}
	}
	for step := range 60_000 {
		k := key()
		if r.IntN(100) < 30+40*(step/20_000%2) { // mostly inserts, then mostly deletes, then inserts
			tr.delete(k)
			delete(model, k)
		} else {
			tr.set(k, row{size: step})
			model[k] = step
		}
		if step%500 == 0 {
			checkTree(t, &tr, model, key())
		}
	}
	for k := range model {
		tr.delete(k)
	}
	require.Nil(t, tr.root)
	require.Zero(t, tr.rows)
}

func checkTree(t *testing.T, tr *tree, model map[rowKey]int, from rowKey) {
	t.Helper()
	want := slices.SortedFunc(maps.Keys(model), rowKey.compare)
	require.Equal(t, len(want), tr.rows)
	for k, size := range model {
		got, ok := tr.get(k)
		require.True(t, ok)
		require.Equal(t, size, got.size)
	}
	at, found := slices.BinarySearchFunc(want, from, rowKey.compare)
	_, ok := tr.get(from)
	require.Equal(t, found, ok)

	var up, down []rowKey
	tr.ascend(from, func(k rowKey, _ row) bool { up = append(up, k); return true })
	require.Equal(t, len(want)-at, len(up))
	require.True(t, slices.Equal(want[at:], up))
	tr.descend(from, func(k rowKey, _ row) bool { down = append(down, k); return true })
	if found {
		at++
	}
	slices.Reverse(down)
	require.True(t, slices.Equal(want[:at], down))
}

// To find one of n rows is to go down a tree of a few levels, and to halve the keys of
// a node at each, however the rows came.
func TestTreeIsShallow(t *testing.T) {
	const n = 200_000
	for name, key := range map[string]func(i int) rowKey{
		"in order":  func(i int) rowKey { return rowKey{sort: fmt.Sprintf("%09d", i)} },
		"backwards": func(i int) rowKey { return rowKey{sort: fmt.Sprintf("%09d", n-i)} },
		"scattered": func(i int) rowKey { return rowKey{hash: uint64(i) * 0x9e3779b97f4a7c15} },
	} {
		var tr tree
		for i := range n {
			tr.set(key(i), row{size: i})
		}
		require.Equal(t, n, tr.rows, name)
		levels := 1
		for at := tr.root; at.kids != nil; at = at.kids[len(at.kids)/2] {
			levels++
		}
		require.LessOrEqual(t, levels, 4, name) // the fourth root of 200,000 is 21
		require.LessOrEqual(t, widest(tr.root), nodeSize, name)
	}
}

func widest(n *node) int {
	most := len(n.keys)
	for _, kid := range n.kids {
		most = max(most, widest(kid))
	}
	return most
}

// Segments share the hashes without gap or overlap.
func TestSegments(t *testing.T) {
	for _, n := range []uint64{1, 2, 3, 7, 1000, 1_000_000} {
		next := uint64(0)
		for i := range n {
			first, last := segment(i, n)
			require.Equal(t, next, first)
			require.GreaterOrEqual(t, last, first)
			next = last + 1
		}
		require.Zero(t, next, "the last segment ends at the last hash")
	}
}
