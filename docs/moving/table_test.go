package moving

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/dynamo"
	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

// eachNotebook are the programs, over an empty table of their own.
func eachNotebook(t *testing.T, test func(t *testing.T, n notebook, db *dynamotest.DB)) {
	for name, open := range map[string]func(c dynamo.Client) (notebook, error){
		"maps":           func(c dynamo.Client) (notebook, error) { return withMaps{c}, nil },
		"attributevalue": func(c dynamo.Client) (notebook, error) { return withAttributeValue{withMaps{c}}, nil },
		"repository":     func(c dynamo.Client) (notebook, error) { return newRepository(c) },
	} {
		t.Run(name, func(t *testing.T) {
			db := dynamotest.New(dynamotest.TableFor[Page]("notebook"))
			n, err := open(db.Client())
			require.NoError(t, err)
			test(t, n, db)
		})
	}
}

func TestNotebooks(t *testing.T) {
	eachNotebook(t, func(t *testing.T, n notebook, _ *dynamotest.DB) {
		ctx := t.Context()
		tea := Page{ID: 1, Text: "buy tea", Tags: []string{"shop"}}
		_, err := n.get(ctx, 1)
		require.ErrorIs(t, err, errNoNote)
		_, err = n.read(ctx, 1)
		require.ErrorIs(t, err, errNoNote)
		require.NoError(t, n.create(ctx, tea))
		require.ErrorIs(t, n.create(ctx, tea), errExists)
		for want := 1; want <= 2; want++ {
			reads, err := n.read(ctx, 1)
			require.NoError(t, err)
			require.Equal(t, want, reads)
		}
		got, err := n.get(ctx, 1)
		tea.Reads = 2
		require.NoError(t, err)
		require.Equal(t, tea, got)

		many := make([]Page, 3000)
		for i := range many {
			many[i] = Page{ID: i, Text: strings.Repeat("x", 900), Tags: []string{fmt.Sprint(i)}}
		}
		require.NoError(t, n.addAll(ctx, many))
		all, err := n.all(ctx)
		require.NoError(t, err)
		slices.SortFunc(all, func(a, b Page) int { return a.ID - b.ID })
		require.Equal(t, many, all)
	})
}

// A write whose answer gets lost: the SDK sends it again, and its own first write makes the condition fail, or counts
// twice.
func TestLostAnswers(t *testing.T) {
	eachNotebook(t, func(t *testing.T, n notebook, db *dynamotest.DB) {
		ctx := t.Context()
		_, isRepository := n.(withRepository)
		db.Inject(dynamotest.Fault{Operation: "PutItem", Effect: dynamotest.Reset, Applied: true})
		err := n.create(ctx, Page{ID: 1})
		if isRepository {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, errExists) // it is there because it was made just now
		}
		db.Inject(dynamotest.Fault{Operation: "UpdateItem", Effect: dynamotest.Reset, Applied: true})
		_, err = n.read(ctx, 1)
		p, errGet := n.get(ctx, 1)
		require.NoError(t, errGet)
		if isRepository {
			require.ErrorIs(t, err, dynamo.ErrUnknownOutcome) // the caller decides
			require.Equal(t, 1, p.Reads)
		} else {
			require.NoError(t, err)
			require.Equal(t, 2, p.Reads) // after one call
		}
	})
}
