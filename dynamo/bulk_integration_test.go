package dynamo_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
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

// Light is another type of item in the same table.
type Light struct {
	ID   string `dynamodbav:"id"  dynamo:"partition"`
	Rev  int    `dynamodbav:"rev" dynamo:"sort"`
	Note string `dynamodbav:"note"`
}

func TestTransactions(t *testing.T) {
	eachDoor(t, func(t *testing.T, c dynamo.Client) {
		heavy, ctx := newDocs(t, c), t.Context()
		light, err := dynamo.New[Light](c, docs)
		require.NoError(t, err)
		doc := Doc{ID: "a", Rev: 1, Body: "b", Size: 1}
		require.NoError(t, heavy.Put(ctx, doc))
		require.NoError(t, light.Put(ctx, Light{ID: "old", Rev: 1}))
		size := func(n int) expression.ConditionBuilder { return expression.Name("size").Equal(expression.Value(n)) }
		grow := expression.Add(expression.Name("size"), expression.Value(1))

		write := func(token string, want int) error {
			return dynamo.Transaction{Token: token}.Write(ctx,
				light.PutOp(Light{ID: "new", Rev: 1, Note: "n"}),
				heavy.UpdateOp(dynamo.KeyOf("a", 2), grow),
				light.DeleteOp(dynamo.KeyOf("old", 1)),
				heavy.CheckOp(dynamo.KeyOf("a", 1), size(want)))
		}
		err = write("first", 7)
		require.ErrorIs(t, err, dynamo.ErrConditionFailed)
		var failed *dynamo.TransactionError
		require.ErrorAs(t, err, &failed)
		require.Equal(t, "None", failed.Reasons[0].Code)
		var condition *dynamo.ConditionError[Doc]
		require.ErrorAs(t, failed.Reasons[3].Err, &condition)
		require.Equal(t, &doc, condition.Old)
		_, err = light.Get(ctx, dynamo.KeyOf("new", 1))
		require.ErrorIs(t, err, dynamo.ErrNotFound, "nothing was written")

		require.NoError(t, write("second", 1))
		require.NoError(t, write("second", 1), "asked for again, not done again")
		require.ErrorIs(t, write("second", 2), dynamo.ErrTokenReused)
		var made Light
		var counted Doc
		require.NoError(t, dynamo.TransactGet(ctx, light.GetOp(dynamo.KeyOf("new", 1), &made), heavy.GetOp(dynamo.KeyOf("a", 2), &counted, dynamo.Project("size"))))
		require.Equal(t, Light{"new", 1, "n"}, made)
		require.Equal(t, Doc{ID: "a", Rev: 2, Size: 1}, counted)
		err = dynamo.TransactGet(ctx, light.GetOp(dynamo.KeyOf("old", 1), &made), heavy.GetOp(dynamo.KeyOf("a", 1), &counted))
		require.ErrorIs(t, err, dynamo.ErrNotFound)
		require.Equal(t, doc, counted)
	})
}
