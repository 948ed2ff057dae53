package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/lambdarest/lambdarest/dynamo"
	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

// Order lies in its customer's partition, can be found by its state, and counts
// its versions.
type Order struct {
	PK       string    `dynamodbav:"pk"              dynamo:"partition,template=CUSTOMER#{customer}"`
	SK       string    `dynamodbav:"sk"              dynamo:"sort,template=ORDER#{no}"`
	Customer string    `dynamodbav:"customer"`
	No       int       `dynamodbav:"no"`
	State    string    `dynamodbav:"state,omitempty" dynamo:"index=byState,partition"`
	Total    int       `dynamodbav:"total"           dynamo:"index=byState,sort"`
	Updated  time.Time `dynamodbav:"updated"         dynamo:"updated"`
	Version  int       `dynamodbav:"version"         dynamo:"version"`
}

// newOrders gives a repository of five orders of kim.
func newOrders(opts ...dynamo.Option) *dynamo.Repository[Order] {
	noon := time.Date(2026, 7, 19, 12, 0, 0, 0, time.UTC)
	opts = append(opts, dynamo.Clock(func() time.Time { return noon }))
	orders, err := dynamo.New[Order](dynamotest.New(dynamotest.TableFor[Order]("orders")), "orders", opts...)
	if err != nil {
		panic(err)
	}
	for no := range 5 {
		err := orders.Put(context.Background(), Order{Customer: "kim", No: no, State: []string{"open", "paid"}[no%2], Total: 10 * no})
		if err != nil {
			panic(err)
		}
	}
	return orders
}

func ofKim() expression.KeyConditionBuilder {
	return expression.Key("pk").Equal(expression.Value("CUSTOMER#kim"))
}

func ExampleRepository_Update() {
	orders, ctx := newOrders(), context.Background()
	key := orders.KeyFor(Order{Customer: "kim", No: 1})
	add := expression.Set(expression.Name("total"), expression.Name("total").Plus(expression.Value(5)))
	order, err := orders.Update(ctx, key, add)
	fmt.Println(order.Total, order.Version, err)

	_, err = orders.Update(ctx, key, add, dynamo.If(expression.Name("state").Equal(expression.Value("open"))))
	var failed *dynamo.ConditionError[Order]
	if errors.As(err, &failed) {
		fmt.Println(err, "- it is", failed.Old.State)
	}
	// Output:
	// 15 2 <nil>
	// dynamo: update orders: condition failed - it is paid
}

func ExampleRepository_Query() {
	orders, ctx := newOrders(), context.Background()
	for order, err := range orders.Query(ctx, ofKim(), dynamo.Descending(), dynamo.Limit(2)) {
		if err != nil {
			fmt.Println(err) // the last thing that comes
			return
		}
		fmt.Println(order.No)
	}
	for _, err := range orders.Query(ctx, expression.Key("customer").Equal(expression.Value("kim"))) {
		fmt.Println(err)
	}
	// Output:
	// 4
	// 3
	// dynamo: query orders: key condition: attribute "customer" is not part of the key (pk, sk)
}

func ExampleRepository_QueryPage() {
	orders, ctx := newOrders(), context.Background()
	open := expression.Key("state").Equal(expression.Value("open"))
	page, err := orders.QueryPage(ctx, open, "", 2, dynamo.Index("byState"))
	fmt.Println(len(page.Items), err)
	page, err = orders.QueryPage(ctx, open, page.Next, 2, dynamo.Index("byState"))
	fmt.Println(len(page.Items), page.Next == "", err)

	paid := expression.Key("state").Equal(expression.Value("paid"))
	first, _ := orders.QueryPage(ctx, paid, "", 1, dynamo.Index("byState"))
	_, err = orders.QueryPage(ctx, open, first.Next, 1, dynamo.Index("byState"))
	fmt.Println(errors.Is(err, dynamo.ErrCursor))
	// Output:
	// 2 <nil>
	// 1 true <nil>
	// true
}

func ExampleRepository_KeyFor() {
	orders, ctx := newOrders(), context.Background()
	order, err := orders.Get(ctx, orders.KeyFor(Order{Customer: "kim", No: 3}))
	// Two orders never get one key: a value that reads as a part of the template
	// is refused where that could happen.
	fmt.Println(order.PK, order.SK, err)
	// Output: CUSTOMER#kim ORDER#3 <nil>
}

func ExampleIndex() {
	orders, ctx := newOrders(), context.Background()
	rich := expression.Key("state").Equal(expression.Value("open")).And(expression.Key("total").GreaterThan(expression.Value(15)))
	for order, err := range orders.Query(ctx, rich, dynamo.Index("byState")) {
		fmt.Println(order.No, order.Total, err)
	}
	_, err := orders.All(ctx, dynamo.Index("byState"), dynamo.Consistent())
	fmt.Println(err)
	// Output:
	// 2 20 <nil>
	// 4 40 <nil>
	// dynamo: scan orders: index "byState": a global index cannot be read consistently
}

func ExampleStored() {
	orders, ctx := newOrders(), context.Background()
	order := Order{Customer: "lee", No: 1}
	err := orders.Put(ctx, order, dynamo.Stored(&order))
	fmt.Println(order.Version, order.SK, order.Updated.Format(time.DateOnly), err)

	stale := order
	fmt.Println(orders.Put(ctx, order, dynamo.Stored(&order)), order.Version)
	fmt.Println(orders.Put(ctx, stale)) // another writer was faster
	// Output:
	// 1 ORDER#1 2026-07-19 <nil>
	// <nil> 2
	// dynamo: put orders: condition failed
}

func ExampleIfVersion() {
	orders, ctx := newOrders(), context.Background()
	key := orders.KeyFor(Order{Customer: "kim", No: 1})
	fmt.Println(orders.Delete(ctx, key, dynamo.IfVersion(7)))
	fmt.Println(orders.Delete(ctx, key, dynamo.IfVersion(1)))
	// Output:
	// dynamo: delete orders: condition failed
	// <nil>
}

func ExampleOld() {
	users, ctx := newUsers(), context.Background()
	_ = users.Put(ctx, User{ID: 1, Name: "Kim"})
	var old *User
	fmt.Println(users.Delete(ctx, dynamo.KeyOf(1), dynamo.Old(&old)), old.Name)
	fmt.Println(users.Delete(ctx, dynamo.KeyOf(1), dynamo.Old(&old)), old == nil)
	// Output:
	// <nil> Kim
	// <nil> true
}

func ExampleOnce() {
	orders, ctx := newOrders(), context.Background()
	key := orders.KeyFor(Order{Customer: "kim", No: 1})
	count := expression.Add(expression.Name("total"), expression.Value(1))
	// Lost answers do not matter: the counter is increased once.
	_, err := orders.Update(ctx, key, count, dynamo.Once())
	fmt.Println(err)
	// Output: <nil>
}

func ExampleCapacity() {
	users, ctx := newUsers(), context.Background()
	var used dynamo.Consumed
	for id := range 3 {
		_ = users.Put(ctx, User{ID: id}, dynamo.Capacity(&used))
	}
	_, _ = users.Get(ctx, dynamo.KeyOf(1), dynamo.Consistent(), dynamo.Capacity(&used))
	fmt.Println(used.Write, used.Read)
	// Output: 3 1
}

func ExampleObserve() {
	log := dynamo.Observe(func(_ context.Context, r dynamo.Request) {
		fmt.Println(r.Operation, r.Table, r.Attempt, r.Items, r.Err)
	})
	users, err := dynamo.New[User](dynamotest.New(dynamotest.TableFor[User]("ausg")), "ausg", log)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	_ = users.Put(ctx, User{ID: 1})
	_, _ = users.All(ctx)
	// Output:
	// PutItem ausg 1 1 <nil>
	// Scan ausg 1 1 <nil>
}

func ExampleClock() {
	orders := newOrders() // with a Clock that stands at noon
	order, err := orders.Get(context.Background(), orders.KeyFor(Order{Customer: "kim", No: 0}))
	fmt.Println(order.Updated, err)
	// Output: 2026-07-19 12:00:00 +0000 UTC <nil>
}
