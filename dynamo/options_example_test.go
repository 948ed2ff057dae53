package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/lambdarest/lambdarest/dynamo"
	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

// totals are what orders cost.
func totals(orders []Order) []int {
	var all []int
	for _, o := range orders {
		all = append(all, o.Total)
	}
	return all
}

// The type says what the key consists of; KeyOf has the values.
func ExampleKeyOf() {
	users, orders, ctx := newUsers(), newOrders(), context.Background()
	_, err := users.Get(ctx, dynamo.KeyOf(1))
	fmt.Println(errors.Is(err, dynamo.ErrNotFound))
	order, err := orders.Get(ctx, dynamo.KeyOf("CUSTOMER#kim", "ORDER#3"))
	fmt.Println(order.Total, err)
	_, err = users.Get(ctx, dynamo.KeyOf("one"))
	fmt.Println(err)
	// Output:
	// true
	// 30 <nil>
	// dynamo: get ausg: key attribute "id" (field ID): want a value for int (N), got string
}

// Who was first keeps the name.
func ExampleIfNotExists() {
	users, ctx := newUsers(), context.Background()
	fmt.Println(users.Put(ctx, User{ID: 1, Name: "Kim"}, dynamo.IfNotExists()))
	err := users.Put(ctx, User{ID: 1, Name: "Lee"}, dynamo.IfNotExists())
	fmt.Println(errors.Is(err, dynamo.ErrConditionFailed))
	// Output:
	// <nil>
	// true
}

// Nothing is withdrawn that is not there.
func ExampleIf() {
	accounts, ctx := newAccounts(), context.Background()
	_ = accounts.Put(ctx, Account{"kim", 10})
	balance := expression.Name("balance")
	for range 2 {
		account, err := accounts.Update(ctx, dynamo.KeyOf("kim"), expression.Add(balance, expression.Value(-7)),
			dynamo.If(balance.GreaterThanEqual(expression.Value(7))))
		fmt.Println(account.Balance, err)
	}
	// Output:
	// 3 <nil>
	// 0 dynamo: update accounts: condition failed
}

// A filter saves transfer, not reading: where there is a key or an index for it, a Query is cheaper.
func ExampleFilter() {
	orders, ctx := newOrders(), context.Background()
	var used dynamo.Consumed
	paid, err := orders.All(ctx, dynamo.Filter(expression.Name("state").Equal(expression.Value("paid"))), dynamo.Capacity(&used))
	fmt.Println(totals(paid), err)
	// Output: [10 30] <nil>
}

// Limit is about what comes back, PageSize about what is read for one request.
func ExampleLimit() {
	orders, ctx := newOrders(), context.Background()
	paid := dynamo.Filter(expression.Name("state").Equal(expression.Value("paid")))
	for order, err := range orders.Scan(ctx, paid, dynamo.Limit(1)) {
		fmt.Println(order.Total, err)
	}
	// Output: 10 <nil>
}

func ExamplePageSize() {
	db := dynamotest.New(dynamotest.TableFor[User]("ausg"))
	users, _ := dynamo.New[User](db, "ausg")
	ctx := context.Background()
	_ = users.PutAll(ctx, slices.Values([]User{{ID: 1}, {ID: 2}, {ID: 3}}))
	all, err := users.All(ctx, dynamo.PageSize(2))
	fmt.Println(len(all), err, db.Count("Scan"))
	// Output: 3 <nil> 2
}

func ExampleConsistent() {
	users, ctx := newUsers(), context.Background()
	_ = users.Put(ctx, User{ID: 1, Name: "Kim"})
	user, err := users.Get(ctx, dynamo.KeyOf(1), dynamo.Consistent()) // sees the Put, at twice the price
	fmt.Println(user.Name, err)
	// Output: Kim <nil>
}

func ExampleDescending() {
	orders, ctx := newOrders(), context.Background()
	page, err := orders.QueryPage(ctx, ofKim(), "", 2, dynamo.Descending()) // the latest two
	fmt.Println(totals(page.Items), err)
	// Output: [40 30] <nil>
}

// The key is always read as well.
func ExampleProject() {
	users, ctx := newUsers(), context.Background()
	_ = users.Put(ctx, User{ID: 1, Name: "Kim", Email: "kim@example.com"})
	user, err := users.Get(ctx, dynamo.KeyOf(1), dynamo.Project("email"))
	fmt.Printf("%+v %v\n", user, err)
	// Output: {ID:1 Name: Email:kim@example.com} <nil>
}

// A cursor is as good as a key to the table. With a secret nobody else can make one.
func ExampleCursorKey() {
	ctx := context.Background()
	orders := newOrders(dynamo.CursorKey([]byte("32 random bytes from a secret...")))
	page, err := orders.ScanPage(ctx, "", 2)
	fmt.Println(totals(page.Items), err)
	next, err := orders.ScanPage(ctx, page.Next, 2)
	fmt.Println(totals(next.Items), err)
	_, err = newOrders().ScanPage(ctx, page.Next, 2) // with another key
	fmt.Println(errors.Is(err, dynamo.ErrCursor))
	// Output:
	// [0 10] <nil>
	// [20 30] <nil>
	// true
}

// A cursor that went to one tenant is of no use to another.
func ExampleScope() {
	orders, ctx := newOrders(), context.Background()
	page, _ := orders.ScanPage(ctx, "", 2, dynamo.Scope("tenant 1"))
	_, err := orders.ScanPage(ctx, page.Next, 2, dynamo.Scope("tenant 2"))
	fmt.Println(errors.Is(err, dynamo.ErrCursor))
	// Output: true
}

// An item is tried this often before it is left to the caller.
func ExampleAttempts() {
	db := dynamotest.New(dynamotest.TableFor[User]("ausg"))
	users, _ := dynamo.New[User](db, "ausg", dynamo.Backoff(1, 1))
	db.Inject(dynamotest.Fault{Operation: "BatchWriteItem", Times: -1, Effect: dynamotest.Unprocessed})
	err := users.PutAll(context.Background(), slices.Values([]User{{ID: 1}}), dynamo.Attempts(3))
	fmt.Println(errors.Is(err, dynamo.ErrThrottled), db.Count("BatchWriteItem"))
	// Output: true 3
}

// So many batches are under way at once.
func ExampleParallel() {
	db := dynamotest.New(dynamotest.TableFor[User]("ausg"))
	users, _ := dynamo.New[User](db, "ausg")
	all := make([]User, 100)
	for i := range all {
		all[i].ID = i
	}
	fmt.Println(users.PutAll(context.Background(), slices.Values(all), dynamo.Parallel(4)), db.Count("BatchWriteItem"))
	// Output: <nil> 4
}

// The type is checked once, where the function starts.
func ExampleNewStream() {
	_, err := dynamo.NewStream[User]()
	fmt.Println(err)
	_, err = dynamo.NewStream[int]()
	fmt.Println(err != nil)
	// Output:
	// <nil>
	// true
}

// A client with tracing, whose middleware does not look at items.
func ExamplePassiveMiddleware() {
	client := dynamotest.New(dynamotest.TableFor[User]("ausg")).Client() // with middleware of yours
	users, err := dynamo.New[User](client, "ausg", dynamo.PassiveMiddleware())
	fmt.Println(err)
	fmt.Println(users.All(context.Background()))
	// Output:
	// <nil>
	// [] <nil>
}
