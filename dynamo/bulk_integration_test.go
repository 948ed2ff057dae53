package dynamo_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/dynamo"
)

func someDocs(n int) []Doc {
	all := make([]Doc, n)
	for i := range all {
		all[i] = Doc{ID: fmt.Sprintf("doc-%d", i/3), Rev: i % 3, Body: "b", Size: i}
	}
	return all
}

func TestBatches(t *testing.T) {
	eachDoor(t, func(t *testing.T, c dynamo.Client) {
		r, ctx := newDocs(t, c), t.Context()
		all := someDocs(307)
		again := all[3]
		again.Body = "the last one wins"
		require.NoError(t, r.PutAll(ctx, slices.Values(append(slices.Clone(all), again))))
		all[3] = again

		keys := []dynamo.Key{dynamo.KeyOf("nobody", 1)}
		for _, d := range all {
			keys = append(keys, dynamo.KeyOf(d.ID, d.Rev), dynamo.KeyOf(d.ID, d.Rev))
		}
		got, err := r.GetAll(ctx, keys, dynamo.Consistent())
		require.NoError(t, err)
		require.Equal(t, all, got)
		got, err = r.GetAll(ctx, keys[:3], dynamo.Project("size"))
		require.NoError(t, err)
		require.Equal(t, []Doc{{ID: "doc-0"}}, got)
		got, err = r.GetAll(ctx, nil)
		require.NoError(t, err)
		require.Equal(t, []Doc{}, got)

		require.NoError(t, r.DeleteAll(ctx, slices.Values(keys[:301])))
		left, err := r.All(ctx)
		require.NoError(t, err)
		require.Len(t, left, 307-150)
	})
}

// 3,000 items of about 1 KB: every segment of a few has pages.
func TestParallelScan(t *testing.T) {
	eachDoor(t, func(t *testing.T, c dynamo.Client) {
		r, ctx := newDocs(t, c), t.Context()
		all := someDocs(3000)
		for i := range all {
			all[i].Body = strings.Repeat("x", 1000)
		}
		require.NoError(t, r.PutAll(ctx, slices.Values(all)))
		for _, opts := range [][]dynamo.ReadOption{
			{dynamo.Prefetch(false)}, {dynamo.Prefetch(true)}, {dynamo.Segments(1)}, {dynamo.Segments(2)}, {dynamo.Segments(4)}, {dynamo.Segments(16), dynamo.PageSize(7)},
		} {
			got, err := r.All(ctx, opts...)
			require.NoError(t, err)
			slices.SortFunc(got, func(a, b Doc) int { return a.Size - b.Size })
			require.Equal(t, all, got)
		}
	})
}
