package main

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/lambdarest/lambdarest/dynamo"
	"github.com/lambdarest/lambdarest/router"
)

// A Sale is an item of the table.
type Sale struct {
	ID      string `json:"id" dynamodbav:"id" dynamo:"partition"`
	Product string `json:"product" dynamodbav:"product"`
	Cents   int    `json:"cents" dynamodbav:"cents"`
}

// Validate says what makes a sale wrong besides its types: without an id DynamoDB has no key.
func (s Sale) Validate() error {
	if s.ID == "" {
		return errors.New("a sale needs an id")
	}
	return nil
}

// newRouter returns the API. The log may be nil.
func newRouter(sales *dynamo.Repository[Sale], log *slog.Logger) *router.Router {
	r := router.New(
		router.Log(log),
		router.MapError(dynamo.ErrConditionFailed, http.StatusConflict),
		router.Recover(),
		router.Timeout(time.Second), // ends a report, and logs that, before Lambda ends the process
	)
	r.Post("/sales", router.JSON(func(ctx context.Context, s Sale) (Sale, error) {
		return s, sales.Put(ctx, s, dynamo.IfNotExists())
	}))
	r.Get("/sales.csv", router.JSON(func(ctx context.Context, q query) (*router.Response, error) {
		return router.StreamFunc(http.StatusOK, "text/csv; charset=utf-8", func(w io.Writer) error {
			return writeCSV(ctx, w, sales, q)
		}), nil
	}))
	return r
}

// A query is what GET /sales.csv takes.
type query struct {
	Product string `query:"product"` // of this product only, if there is one
}

// options are what the query is to DynamoDB.
func (q query) options() []dynamo.ReadOption {
	if q.Product == "" {
		return nil
	}
	return []dynamo.ReadOption{dynamo.Filter(expression.Name("product").Equal(expression.Value(q.Product)))}
}

// writeCSV writes a line a sale. An error in the middle, of the scan or of a client that has gone, cuts
// the answer short, and the client can tell: it is no complete HTTP answer.
func writeCSV(ctx context.Context, w io.Writer, sales *dynamo.Repository[Sale], q query) error {
	out := csv.NewWriter(w) // writes 4 KB at a time
	if err := out.Write([]string{"id", "product", "cents"}); err != nil {
		return err
	}
	for sale, err := range sales.Scan(ctx, q.options()...) {
		if err != nil {
			return err
		}
		if err := out.Write([]string{sale.ID, sale.Product, strconv.Itoa(sale.Cents)}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
