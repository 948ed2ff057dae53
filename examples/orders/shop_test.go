package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/dynamo"
	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
	"github.com/lambdarest/lambdarest/router"
	"github.com/lambdarest/lambdarest/router/routertest"
)

// newApp returns the API over tables inside this process, with ten pots of tea in stock.
func newApp(t *testing.T) (*router.Router, *dynamotest.DB) {
	t.Helper()
	db := dynamotest.New(dynamotest.TableFor[Product]("products"), dynamotest.TableFor[Order]("orders"))
	s, err := openShop(db, "products", "orders")
	require.NoError(t, err)
	app := newRouter(s, nil)
	routertest.Do(t, app, routertest.Post("/products", Product{"tea", 350, 10})).Expect(200)
	return app, db
}

// stock checks how many pots there are.
func stock(t *testing.T, app *router.Router, want int) {
	t.Helper()
	routertest.Do(t, app, routertest.Get("/products/tea")).Expect(200).JSON(fmt.Sprintf(`{"sku":"tea","cents":350,"stock":%d}`, want))
}

func TestPlace(t *testing.T) {
	app, _ := newApp(t)
	const order = `{"customer":"kim","id":"1","sku":"tea","quantity":7,"state":"placed"}`
	for range 2 { // the second time as after an answer that got lost
		routertest.Do(t, app, routertest.Put("/customers/kim/orders/1", `{"sku":"tea","quantity":7}`)).Expect(200).JSON(order)
		stock(t, app, 3)
	}
	routertest.Do(t, app, routertest.Put("/customers/kim/orders/1", `{"sku":"tea","quantity":1}`)).Expect(409)
	for _, body := range []string{`{"sku":"tea","quantity":4}`, `{"sku":"cup","quantity":1}`} {
		routertest.Do(t, app, routertest.Put("/customers/kim/orders/2", body)).Expect(409).
			JSON(`{"status":409,"title":"Conflict","detail":"there is not enough of it in stock"}`)
	}
	routertest.Do(t, app, routertest.Get("/customers/kim/orders")).Expect(200).JSON(`{"items":[` + order + `]}`)
	stock(t, app, 3)
}

// Of many who want the last pots, as many get one as there are.
func TestPlaceAtOnce(t *testing.T) {
	app, _ := newApp(t)
	var sold atomic.Int64
	var customers sync.WaitGroup
	for i := range 30 {
		customers.Go(func() {
			resp := routertest.Do(t, app, routertest.Put(fmt.Sprintf("/customers/%d/orders/1", i), `{"sku":"tea","quantity":1}`))
			if resp.Status == 200 {
				sold.Add(1)
			}
		})
	}
	customers.Wait()
	require.EqualValues(t, 10, sold.Load())
	stock(t, app, 0)
}

// A transaction whose answer gets lost is asked for again, and happens once.
func TestPlaceWhoseAnswerIsLost(t *testing.T) {
	app, db := newApp(t)
	db.Inject(dynamotest.Fault{Operation: "TransactWriteItems", Times: 1, Effect: dynamotest.InternalError, Applied: true})
	routertest.Do(t, app, routertest.Put("/customers/kim/orders/1", `{"sku":"tea","quantity":7}`)).Expect(200)
	require.Equal(t, 2, db.Count("TransactWriteItems"))
	stock(t, app, 3)
}

func TestShip(t *testing.T) {
	app, _ := newApp(t)
	ship := routertest.Post("/customers/kim/orders/1/ship", nil)
	routertest.Do(t, app, ship).Expect(404)
	routertest.Do(t, app, routertest.Put("/customers/kim/orders/1", `{"sku":"tea","quantity":1}`)).Expect(200)
	routertest.Do(t, app, ship).Expect(200).JSON(`{"customer":"kim","id":"1","sku":"tea","quantity":1,"state":"shipped"}`)
	routertest.Do(t, app, ship).Expect(409)
}

func TestList(t *testing.T) {
	app, _ := newApp(t)
	for id := range 5 {
		routertest.Do(t, app, routertest.Put(fmt.Sprintf("/customers/kim/orders/%d", id), `{"sku":"tea","quantity":1}`)).Expect(200)
	}
	var ids []string
	var first, p dynamo.Page[Order]
	for more := true; more; more = p.Next != "" {
		resp := routertest.Do(t, app, routertest.Get("/customers/kim/orders?limit=2&cursor="+p.Next)).Expect(200)
		p = dynamo.Page[Order]{}
		require.NoError(t, json.Unmarshal(resp.Body, &p))
		for _, o := range p.Items {
			ids = append(ids, o.ID)
		}
		if first.Items == nil {
			first = p
		}
	}
	require.Equal(t, []string{"4", "3", "2", "1", "0"}, ids)
	routertest.Do(t, app, routertest.Get("/customers/lee/orders?limit=2&cursor="+first.Next)).Expect(400) // kim's
	routertest.Do(t, app, routertest.Get("/customers/kim/orders?limit=101")).Expect(400)
}

// A table that does not answer costs the client a 504, not the process.
func TestSlowTable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		app, db := newApp(t)
		db.Inject(dynamotest.Fault{Operation: "GetItem", Latency: time.Hour})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second) // as the template's Timeout
		defer cancel()
		routertest.DoContext(ctx, t, app, routertest.Get("/products/tea")).Expect(504)
	})
}

func TestMistakes(t *testing.T) {
	app, db := newApp(t)
	routertest.Do(t, app, routertest.Post("/products", Product{"tea", 1, 1})).Expect(409)
	writes := db.Count("PutItem") + db.Count("TransactWriteItems")
	routertest.Do(t, app, routertest.Post("/products", `{"sku":"","stock":1}`)).Expect(400)
	routertest.Do(t, app, routertest.Put("/customers/kim/orders/1", `{"sku":"tea","quantity":-1}`)).Expect(400)
	routertest.Do(t, app, routertest.Put("/customers/kim/orders/1", `{"sku":"tea","quantity":"1"}`)).Expect(400)
	routertest.Do(t, app, routertest.Get("/products/cup")).Expect(404)
	require.Equal(t, writes, db.Count("PutItem")+db.Count("TransactWriteItems"), "a mistake reached the table")
}
