package mapping_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/lambdarest/lambdarest/mapping"
)

// User is the request of a template that reads $input.json('$').
type User struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

// Validate asks for what decoding does not.
func (u User) Validate() error {
	if u.ID == 0 {
		return errors.New(`"id" is required`)
	}
	return nil
}

var errItemNotFound = errors.New("item not found") // dynamo.ErrNotFound in a real function

func invoke(h lambda.Handler, event string) {
	out, err := h.Invoke(context.Background(), []byte(event))
	if err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println(string(out))
}

func ExampleNew() {
	h := mapping.New(func(ctx context.Context, u User) (User, error) {
		return u, nil
	}) // in main: lambda.Start(h)

	invoke(h, `{"id":7,"name":"Kim"}`)
	invoke(h, `{"id":"seven"}`)
	invoke(h, `{"name":"Kim"}`)
	// Output:
	// {"id":7,"name":"Kim"}
	// error: {"status":400,"title":"Bad Request","detail":"\"id\" must be an integer, not a string"}
	// error: {"status":400,"title":"Bad Request","detail":"\"id\" is required"}
}

func ExamplePassthrough() {
	h := mapping.New(func(ctx context.Context, in mapping.Passthrough[User]) (string, error) {
		id, err := in.Params.Path.Int("id")
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%s %d %s", in.Context.HTTPMethod, id, in.Body.Name), nil
	})

	invoke(h, `{
		"body-json": {"id": 7, "name": "Kim"},
		"params": {"path": {"id": "7"}, "querystring": {}, "header": {"Accept": "*/*"}},
		"stage-variables": {},
		"context": {"http-method": "PUT", "stage": "prod"}
	}`)
	invoke(h, `{"body-json": {"id": 7}, "params": {"path": {"id": "seven"}}}`)
	// Output:
	// "PUT 7 Kim"
	// error: {"status":400,"title":"Bad Request","detail":"parameter \"id\" must be an integer"}
}

func ExampleErrorf() {
	err := mapping.Errorf(404, "no user %q", "Kim\nLee")
	fmt.Println(err)
	// Output:
	// {"status":404,"title":"Not Found","detail":"no user \"Kim\\nLee\""}
}

func ExampleMapError() {
	h := mapping.New(func(ctx context.Context, u User) (User, error) {
		return User{}, fmt.Errorf("get user: %w", errItemNotFound)
	})
	invoke(h, `{"id":7}`)
	invoke(mapping.MapError(h, errItemNotFound, 404), `{"id":7}`)
	// Output:
	// error: {"status":500,"title":"Internal Server Error"}
	// error: {"status":404,"title":"Not Found"}
}

func ExampleSelectionPattern() {
	fmt.Println(mapping.SelectionPattern(404))
	// Output:
	// \{"status":404,[\s\S]*
}
