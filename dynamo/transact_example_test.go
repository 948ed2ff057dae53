package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/lambdarest/lambdarest/dynamo"
	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

func ExampleRepository_PutOp() {
	accounts, ctx := newAccounts(), context.Background()
	open := func(owner string) error {
		return dynamo.Transact(ctx, accounts.PutOp(Account{Owner: owner}, dynamo.IfNotExists()))
	}
	fmt.Println(open("kim"))
	fmt.Println(open("kim"))
	// Output:
	// <nil>
	// dynamo: transact: operation 0, put accounts: condition failed
}

func ExampleRepository_CheckOp() {
	accounts, ctx := newAccounts(), context.Background()
	_ = accounts.Put(ctx, Account{"kim", 10})
	rich := expression.Name("balance").GreaterThan(expression.Value(100))
	err := dynamo.Transact(ctx, accounts.CheckOp(dynamo.KeyOf("kim"), rich), accounts.PutOp(Account{"lee", 1}))
	fmt.Println(errors.Is(err, dynamo.ErrConditionFailed))
	_, err = accounts.Get(ctx, dynamo.KeyOf("lee"))
	fmt.Println(errors.Is(err, dynamo.ErrNotFound))
	// Output:
	// true
	// true
}

// One account takes over what the other has, which is closed.
func ExampleRepository_DeleteOp() {
	accounts, ctx := newAccounts(), context.Background()
	_ = accounts.PutAll(ctx, slices.Values([]Account{{"kim", 10}, {"lee", 5}}))
	balance := expression.Name("balance")
	err := dynamo.Transact(ctx,
		accounts.DeleteOp(dynamo.KeyOf("kim"), dynamo.If(balance.Equal(expression.Value(10)))),
		accounts.UpdateOp(dynamo.KeyOf("lee"), expression.Add(balance, expression.Value(10))))
	fmt.Println(err)
	fmt.Println(accounts.All(ctx))
	// Output:
	// <nil>
	// [{lee 15}] <nil>
}

func ExampleRepository_GetOp() {
	accounts, ctx := newAccounts(), context.Background()
	_ = accounts.PutAll(ctx, slices.Values([]Account{{"kim", 10}, {"lee", 5}}))
	var kim, lee Account
	err := dynamo.TransactGet(ctx, accounts.GetOp(dynamo.KeyOf("kim"), &kim), accounts.GetOp(dynamo.KeyOf("lee"), &lee))
	fmt.Println(kim.Balance+lee.Balance, err)
	// Output: 15 <nil>
}

// Patience for a table that is short of capacity.
func ExampleBackoff() {
	accounts, err := dynamo.New[Account](dynamotest.New(dynamotest.TableFor[Account]("accounts")), "accounts",
		dynamo.Backoff(100*time.Millisecond, 20*time.Second))
	if err != nil {
		panic(err)
	}
	all := slices.Values([]Account{{"kim", 10}, {"lee", 5}})
	fmt.Println(accounts.PutAll(context.Background(), all, dynamo.Attempts(20), dynamo.Parallel(2)))
	// Output: <nil>
}

func ExamplePrefetch() {
	accounts, ctx := newAccounts(), context.Background()
	_ = accounts.PutAll(ctx, slices.Values([]Account{{"kim", 10}, {"lee", 5}}))
	sum := 0
	for a, err := range accounts.Scan(ctx, dynamo.Prefetch(true)) { // the next page comes while this one is summed up
		if err != nil {
			panic(err)
		}
		sum += a.Balance
	}
	fmt.Println(sum)
	// Output: 15
}
