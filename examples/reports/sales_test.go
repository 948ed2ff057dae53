package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/dynamo"
	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
	"github.com/lambdarest/lambdarest/router"
	"github.com/lambdarest/lambdarest/router/routertest"
)

// newApp returns the API over a table inside this process that has some sales.
func newApp(t *testing.T, have ...Sale) (*router.Router, *dynamotest.DB) {
	t.Helper()
	db := dynamotest.New(dynamotest.TableFor[Sale]("sales"))
	sales, err := dynamo.New[Sale](db, "sales")
	require.NoError(t, err)
	require.NoError(t, sales.PutAll(t.Context(), slices.Values(have)))
	return newRouter(sales, nil), db
}

func TestReport(t *testing.T) {
	app, _ := newApp(t, Sale{"1", "tea", 350}, Sale{"2", `a "large" pot, blue`, 4200})
	routertest.Do(t, app, routertest.Get("/sales.csv?product=tea")).Expect(200).Text("id,product,cents\n1,tea,350\n")
	routertest.Do(t, app, routertest.Get("/sales.csv?product=none")).Expect(200).Text("id,product,cents\n")
	all := string(routertest.Do(t, app, routertest.Get("/sales.csv")).Expect(200).Body)
	require.Contains(t, all, "\n1,tea,350\n")
	require.Contains(t, all, "\n2,\"a \"\"large\"\" pot, blue\",4200\n")
	routertest.Do(t, app, routertest.Post("/sales", Sale{"3", "tea", 350})).Expect(200)
	routertest.Do(t, app, routertest.Post("/sales", Sale{"3", "tea", 350})).Expect(409)
	routertest.Do(t, app, routertest.Post("/sales", Sale{Product: "tea"})).Expect(400)
}

// large is a table of three pages.
func large() []Sale {
	all := make([]Sale, 3000)
	for i := range all {
		all[i] = Sale{ID: fmt.Sprint(i), Product: strings.Repeat("p", 900), Cents: i}
	}
	return all
}

// stream sends the event of a request as Lambda does, and returns the answer as it comes.
func stream(ctx context.Context, t *testing.T, app *router.Router) io.Reader {
	t.Helper()
	out, err := app.Stream(ctx, routertest.Get("/sales.csv").From(router.FunctionURL).Event(t))
	require.NoError(t, err)
	t.Cleanup(func() { out.Close() })
	return out
}

// The first rows are on their way before the table has been read.
func TestReportIsStreamed(t *testing.T) {
	app, db := newApp(t, large()...)
	out := stream(t.Context(), t, app)
	_, err := io.ReadFull(out, make([]byte, 8<<10))
	require.NoError(t, err)
	require.Equal(t, 1, db.Count("Scan"))
	rest, err := io.ReadAll(out)
	require.NoError(t, err)
	require.Equal(t, 3, db.Count("Scan"))
	require.Greater(t, bytes.Count(rest, []byte("\n")), 2900)
}

// A table that cannot be read to its end is not a shorter report.
func TestReportThatBreaksOff(t *testing.T) {
	app, db := newApp(t, large()...)
	db.Inject(dynamotest.Fault{Operation: "Scan", Skip: 1, Times: -1, Effect: dynamotest.CutBody})
	_, err := io.ReadAll(stream(t.Context(), t, app))
	require.Error(t, err) // the reader's, so Lambda ends the answer before its end
}
