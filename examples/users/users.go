// Package users is the reference system: a REST API over one DynamoDB table, as
// one Lambda function behind proxy integrations and as another behind non-proxy
// integrations with mapping templates. Both share the repository; main packages
// in proxy and nonproxy make the binaries, template.yaml and api.yaml deploy
// them, and lambdarest start runs them on localhost; examples/local does so in one process.
package users

import (
	"errors"
	"os"

	"github.com/lambdarest/lambdarest/dynamo"
)

// A User is an item of the table.
type User struct {
	ID    int    `json:"id" dynamodbav:"id" dynamo:"partition"`
	Name  string `json:"name" dynamodbav:"name"`
	Email string `json:"email" dynamodbav:"email"`
}

// Validate reports what a client left out. Handlers call it before they run.
func (u User) Validate() error {
	if u.ID <= 0 {
		return errors.New("id must be a positive integer")
	}
	return nil
}

// Repository keeps users.
type Repository = dynamo.Repository[User]

// Open returns the repository in the table that the environment variable
// TABLE_NAME names, or else "ausg".
func Open(c dynamo.Client) (*Repository, error) {
	return dynamo.New[User](c, Table())
}

// Table returns the table's name.
func Table() string {
	if name := os.Getenv("TABLE_NAME"); name != "" {
		return name
	}
	return "ausg"
}
