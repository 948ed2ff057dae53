package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/lambdarest/lambdarest/dynamo"
	"github.com/lambdarest/lambdarest/router"
)

// newRouter returns the API. The log may be nil.
func newRouter(s *shop, log *slog.Logger) *router.Router {
	r := router.New(
		router.Log(log),
		router.MapError(dynamo.ErrNotFound, http.StatusNotFound),
		router.MapError(dynamo.ErrCursor, http.StatusBadRequest),
		router.MapError(dynamo.ErrThrottled, http.StatusServiceUnavailable),
		router.Recover(),
		router.Timeout(time.Second), // a 504 and a line in the log before Lambda ends the process
	)
	r.Post("/products", router.JSON(func(ctx context.Context, in newProduct) (Product, error) {
		return Product(in), s.add(ctx, Product(in))
	}))
	r.Get("/products/{sku}", router.JSON(func(ctx context.Context, in struct {
		SKU string `path:"sku"`
	}) (Product, error) {
		return s.products.Get(ctx, dynamo.KeyOf(in.SKU))
	}))
	customer := r.Group("/customers/{customer}")
	customer.Get("/orders", router.JSON(func(ctx context.Context, in page) (dynamo.Page[Order], error) {
		return s.list(ctx, in.Customer, in.Cursor, in.limit())
	}))
	customer.Put("/orders/{id}", router.JSON(func(ctx context.Context, in newOrder) (Order, error) {
		return s.place(ctx, Order{Customer: in.Customer, ID: in.ID, SKU: in.SKU, Quantity: in.Quantity})
	}))
	customer.Post("/orders/{id}/ship", router.JSON(func(ctx context.Context, in struct {
		Customer string `path:"customer"`
		ID       string `path:"id"`
	}) (Order, error) {
		return s.ship(ctx, in.Customer, in.ID)
	}))
	return r
}

// A newProduct is what POST /products takes.
type newProduct Product

// Validate says what makes a product wrong besides its types.
func (p newProduct) Validate() error {
	if p.SKU == "" || p.Cents < 0 || p.Stock < 0 {
		return errors.New("a product needs a sku, and neither cents nor stock below 0")
	}
	return nil
}

// A newOrder is what PUT /customers/{customer}/orders/{id} takes.
type newOrder struct {
	Customer string `path:"customer"`
	ID       string `path:"id"`
	SKU      string `json:"sku"`
	Quantity int    `json:"quantity"`
}

// Validate says what makes an order wrong besides its types. A quantity below 1 would fill the stock.
func (o newOrder) Validate() error {
	if o.SKU == "" || o.Quantity < 1 {
		return errors.New("an order needs a sku and a quantity of 1 or more")
	}
	return nil
}

// A page is what GET /customers/{customer}/orders takes.
type page struct {
	Customer string `path:"customer"`
	Cursor   string `query:"cursor"`
	Limit    *int   `query:"limit"`
}

// maxPage is how many orders a page has at most, and where nothing is said.
const maxPage = 100

func (p page) limit() int {
	if p.Limit == nil {
		return maxPage
	}
	return *p.Limit
}

// Validate says what makes a request for a page wrong besides its types.
func (p page) Validate() error {
	if p.limit() < 1 || p.limit() > maxPage {
		return errors.New("limit must be from 1 to 100")
	}
	return nil
}
