package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/lambdarest/lambdarest/dynamo"
	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

func ExampleRepository_PutAll() {
	users, ctx := newUsers(), context.Background()
	err := users.PutAll(ctx, func(yield func(User) bool) { // rows of a file, say
		for id := range 1000 {
			if !yield(User{ID: id, Name: "user"}) {
				return
			}
		}
	}, dynamo.Parallel(8))
	fmt.Println(err)
	all, _ := users.All(ctx)
	fmt.Println(len(all))
	// Output:
	// <nil>
	// 1000
}

func ExampleBatchError() {
	type Reading struct {
		Sensor int     `dynamodbav:"sensor" dynamo:"partition"`
		Value  float64 `dynamodbav:"value"`
	}
	db := dynamotest.New(dynamotest.TableFor[Reading]("readings"))
	readings, _ := dynamo.New[Reading](db, "readings")
	err := readings.PutAll(context.Background(), slices.Values([]Reading{{1, 20.5}, {2, math.NaN()}, {3, 21}}))
	var left *dynamo.BatchError[Reading]
	if errors.As(err, &left) {
		fmt.Println(left.Done, "written, left:", left.Left[0].Value.Sensor)
	}
	fmt.Println(err)
	// Output:
	// 2 written, left: 2
	// dynamo: put all readings: 1 of 3 not done: value 1: attribute value: not a decimal number (NaN and infinities cannot be stored)
}

func ExampleBatchError_Values() {
	users, ctx := newUsers(), context.Background()
	err := users.DeleteAll(ctx, slices.Values([]dynamo.Key{dynamo.KeyOf(1), dynamo.KeyOf(2)}))
	var left *dynamo.BatchError[dynamo.Key]
	if errors.As(err, &left) {
		err = users.DeleteAll(ctx, left.Values()) // once more
	}
	fmt.Println(err)
	// Output: <nil>
}

func ExampleRepository_DeleteAll() {
	users, ctx := newUsers(), context.Background()
	_ = users.Put(ctx, User{ID: 1, Name: "Kim"})
	fmt.Println(users.DeleteAll(ctx, slices.Values([]dynamo.Key{dynamo.KeyOf(1), dynamo.KeyOf(2)})))
	fmt.Println(users.All(ctx))
	// Output:
	// <nil>
	// [] <nil>
}

func ExampleRepository_GetAll() {
	users, ctx := newUsers(), context.Background()
	_ = users.PutAll(ctx, slices.Values([]User{{ID: 1, Name: "Kim"}, {ID: 2, Name: "Lee"}}))
	fmt.Println(users.GetAll(ctx, []dynamo.Key{dynamo.KeyOf(2), dynamo.KeyOf(3), dynamo.KeyOf(1), dynamo.KeyOf(2)}))
	// Output: [{2 Lee } {1 Kim }] <nil>
}

func ExampleOnProgress() {
	users, ctx := newUsers(), context.Background()
	_ = users.PutAll(ctx, slices.Values(make([]User, 60)), dynamo.OnProgress(func(p dynamo.Progress) {
		if p.Done == p.Taken {
			fmt.Println(p.Done, p.Failed) // sixty times the same key: one item
		}
	}))
	// Output: 60 0
}

func ExampleSegments() {
	users, ctx := newUsers(), context.Background()
	_ = users.PutAll(ctx, slices.Values([]User{{ID: 1}, {ID: 2}, {ID: 3}}))
	sum := 0
	for user, err := range users.Scan(ctx, dynamo.Segments(2)) {
		if err != nil {
			fmt.Println(err)
			return
		}
		sum += user.ID // the parts of the table come mixed
	}
	fmt.Println(sum)
	// Output: 6
}

func ExampleStream_Handler() {
	changes, err := dynamo.NewStream[User]()
	if err != nil {
		panic(err)
	}
	h := changes.Handler(func(_ context.Context, c dynamo.Change[User]) error {
		fmt.Println(c.Kind, c.Keys.ID, c.Old.Name, "->", c.New.Name)
		return nil
	}) // lambda.Start(h)
	_, err = h.Invoke(context.Background(), []byte(`{"Records":[{"eventName":"MODIFY","eventSource":"aws:dynamodb","dynamodb":{
		"Keys":{"id":{"N":"1"}}, "OldImage":{"id":{"N":"1"},"name":{"S":"Kim"}}, "NewImage":{"id":{"N":"1"},"name":{"S":"Lee"}}, "SequenceNumber":"100"}}]}`))
	fmt.Println(err)
	// Output:
	// MODIFY 1 Kim -> Lee
	// <nil>
}

func ExampleStream_Decode() {
	changes, _ := dynamo.NewStream[User]()
	all, err := changes.Decode([]byte(`{"Records":[{"eventName":"INSERT","eventSource":"aws:dynamodb","dynamodb":{
		"Keys":{"id":{"N":"1"}}, "NewImage":{"id":{"N":"1"},"name":{"S":"Kim"}}}}]}`))
	fmt.Println(all[0].Kind, *all[0].New, err)
	// Output: INSERT {1 Kim } <nil>
}

func ExampleReportFailures() {
	changes, _ := dynamo.NewStream[User]()
	fail := func(context.Context, dynamo.Change[User]) error { return errors.New("not now") }
	log := func(_ context.Context, err error) { fmt.Println(err) }
	out, err := changes.Handler(fail, dynamo.ReportFailures(log)).Invoke(context.Background(), []byte(
		`{"Records":[{"eventSource":"aws:dynamodb","dynamodb":{"Keys":{"id":{"N":"1"}},"SequenceNumber":"100"}}]}`))
	fmt.Println(string(out), err)
	// Output:
	// dynamo: stream: record 0 of 1: not now
	// {"batchItemFailures":[{"itemIdentifier":"100"}]} <nil>
}

type Account struct {
	Owner   string `dynamodbav:"owner"   dynamo:"partition"`
	Balance int    `dynamodbav:"balance"`
}

func newAccounts() *dynamo.Repository[Account] {
	accounts, err := dynamo.New[Account](dynamotest.New(dynamotest.TableFor[Account]("accounts")), "accounts")
	if err != nil {
		panic(err)
	}
	return accounts
}

func ExampleTransact() {
	accounts, ctx := newAccounts(), context.Background()
	_ = accounts.PutAll(ctx, slices.Values([]Account{{"kim", 10}, {"lee", 0}}))
	balance := expression.Name("balance")
	pay := func(n int) error {
		return dynamo.Transact(ctx,
			accounts.UpdateOp(dynamo.KeyOf("kim"), expression.Add(balance, expression.Value(-n)), dynamo.If(balance.GreaterThanEqual(expression.Value(n)))),
			accounts.UpdateOp(dynamo.KeyOf("lee"), expression.Add(balance, expression.Value(n))))
	}
	fmt.Println(pay(7))
	err := pay(7)
	fmt.Println(err)
	var failed *dynamo.ConditionError[Account]
	if errors.As(err, &failed) {
		fmt.Println("kim has", failed.Old.Balance)
	}
	// Output:
	// <nil>
	// dynamo: transact: operation 0, update accounts: condition failed
	// kim has 3
}

func ExampleTransaction() {
	accounts, ctx := newAccounts(), context.Background()
	add := expression.Add(expression.Name("balance"), expression.Value(5))
	for range 2 { // an event that is delivered twice, and has an id
		err := dynamo.Transaction{Token: "event-4711"}.Write(ctx, accounts.UpdateOp(dynamo.KeyOf("kim"), add))
		fmt.Println(err)
	}
	fmt.Println(accounts.Get(ctx, dynamo.KeyOf("kim")))
	// Output:
	// <nil>
	// <nil>
	// {kim 5} <nil>
}

func ExampleTransactGet() {
	accounts, ctx := newAccounts(), context.Background()
	_ = accounts.Put(ctx, Account{"kim", 10})
	var kim, lee Account
	err := dynamo.TransactGet(ctx, accounts.GetOp(dynamo.KeyOf("kim"), &kim), accounts.GetOp(dynamo.KeyOf("lee"), &lee))
	fmt.Println(kim, err, errors.Is(err, dynamo.ErrNotFound))
	// Output: {kim 10} dynamo: transact: operation 1, get accounts: item not found true
}
