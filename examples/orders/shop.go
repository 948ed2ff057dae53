package main

import (
	"context"
	"errors"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/lambdarest/lambdarest/dynamo"
	"github.com/lambdarest/lambdarest/router"
)

// A Product is an item of the products table.
type Product struct {
	SKU   string `json:"sku" dynamodbav:"sku" dynamo:"partition"`
	Cents int    `json:"cents" dynamodbav:"cents"`
	Stock int    `json:"stock" dynamodbav:"stock"`
}

// An Order is an item of the orders table. The client names it, so that it can ask for the same order again
// when it got no answer.
type Order struct {
	Customer string `json:"customer" dynamodbav:"customer" dynamo:"partition"`
	ID       string `json:"id" dynamodbav:"id" dynamo:"sort"`
	SKU      string `json:"sku" dynamodbav:"sku"`
	Quantity int    `json:"quantity" dynamodbav:"quantity"`
	State    string `json:"state" dynamodbav:"state"`
}

const (
	placed  = "placed"
	shipped = "shipped"
)

// What the shop refuses to do, and what a client reads about it.
var (
	errExists     = router.Errorf(http.StatusConflict, "there is another one of that name")
	errOutOfStock = router.Errorf(http.StatusConflict, "there is not enough of it in stock")
	errState      = router.Errorf(http.StatusConflict, "the order is not waiting to be shipped")
)

// A shop keeps products and orders.
type shop struct {
	products *dynamo.Repository[Product]
	orders   *dynamo.Repository[Order]
}

func openShop(c dynamo.Client, products, orders string) (*shop, error) {
	p, errProducts := dynamo.New[Product](c, products)
	o, errOrders := dynamo.New[Order](c, orders)
	return &shop{p, o}, errors.Join(errProducts, errOrders)
}

// add adds a product, once.
func (s *shop) add(ctx context.Context, p Product) error {
	err := s.products.Put(ctx, p, dynamo.IfNotExists())
	if errors.Is(err, dynamo.ErrConditionFailed) {
		return errExists
	}
	return err
}

// place takes the goods from the stock and writes the order, or does neither. DynamoDB says of each
// operation whether its condition held.
func (s *shop) place(ctx context.Context, o Order) (Order, error) {
	o.State = placed
	stock := expression.Name("stock")
	err := dynamo.Transact(ctx,
		s.orders.PutOp(o, dynamo.IfNotExists()),
		s.products.UpdateOp(dynamo.KeyOf(o.SKU),
			expression.Add(stock, expression.Value(-o.Quantity)),
			dynamo.If(stock.GreaterThanEqual(expression.Value(o.Quantity)))))
	var failed *dynamo.TransactionError
	if !errors.As(err, &failed) || len(failed.Reasons) != 2 {
		return o, err
	}
	switch {
	case errors.Is(failed.Reasons[0].Err, dynamo.ErrConditionFailed):
		return s.again(ctx, o)
	case errors.Is(failed.Reasons[1].Err, dynamo.ErrConditionFailed):
		return o, errOutOfStock // a product that there is not has no stock
	}
	return o, err
}

// again answers an order that was placed before: the same once more is no mistake, another one of its name is.
func (s *shop) again(ctx context.Context, o Order) (Order, error) {
	was, err := s.orders.Get(ctx, dynamo.KeyOf(o.Customer, o.ID), dynamo.Consistent())
	if err == nil && (was.SKU != o.SKU || was.Quantity != o.Quantity) {
		err = errExists
	}
	return was, err
}

// ship changes the state of an order that is placed, and of no other: of two who try, one succeeds.
func (s *shop) ship(ctx context.Context, customer, id string) (Order, error) {
	state := expression.Name("state")
	order, err := s.orders.Update(ctx, dynamo.KeyOf(customer, id),
		expression.Set(state, expression.Value(shipped)),
		dynamo.If(state.Equal(expression.Value(placed))))
	var failed *dynamo.ConditionError[Order]
	switch {
	case errors.As(err, &failed) && failed.Old == nil:
		return order, dynamo.ErrNotFound
	case errors.Is(err, dynamo.ErrConditionFailed):
		return order, errState
	}
	return order, err
}

// list gives a customer's orders page by page, the greatest name first. A cursor is good for the
// customer whose page it came with, and an error for any other.
func (s *shop) list(ctx context.Context, customer, cursor string, limit int) (dynamo.Page[Order], error) {
	return s.orders.QueryPage(ctx, expression.Key("customer").Equal(expression.Value(customer)), cursor, limit, dynamo.Descending())
}
