// Package users is what a user's package with a unit test looks like. .ci/consume
// runs it in a module of its own.
package users

import (
	"errors"
	"testing"

	"github.com/lambdarest/lambdarest/dynamo"
	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

// A User is an item of the table.
type User struct {
	ID   int    `dynamodbav:"id" dynamo:"partition"`
	Name string `dynamodbav:"name"`
}

func TestUsers(t *testing.T) {
	db := dynamotest.New(dynamotest.TableFor[User]("users"))
	users, err := dynamo.New[User](db, "users")
	if err != nil {
		t.Fatal(err)
	}
	kim := User{ID: 1, Name: "Kim"}
	if err := users.Put(t.Context(), kim, dynamo.IfNotExists()); err != nil {
		t.Fatal(err)
	}
	if got, err := users.Get(t.Context(), dynamo.KeyOf(1)); err != nil || got != kim {
		t.Errorf("got %+v, %v", got, err)
	}
	if err := users.Put(t.Context(), kim, dynamo.IfNotExists()); !errors.Is(err, dynamo.ErrConditionFailed) {
		t.Errorf("put twice: %v", err)
	}
}
