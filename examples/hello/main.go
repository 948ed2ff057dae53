// Command hello is the smallest useful function: one typed route behind an HTTP API, with a
// log and a test.
package main

import (
	"context"
	"errors"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/lambdarest/lambdarest/router"
)

func main() {
	lambda.Start(newRouter(slog.New(slog.NewJSONHandler(os.Stderr, nil))))
}

// newRouter returns the API. The log may be nil.
func newRouter(log *slog.Logger) *router.Router {
	r := router.New(router.Log(log), router.Recover())
	r.Get("/hello/{name}", router.JSON(hello))
	return r
}

// A visit is what GET /hello/{name} takes.
type visit struct {
	Name  string `path:"name"`
	Times *int   `query:"times"` // nil where it is left out
}

// Validate says what makes a visit wrong besides its types.
func (v visit) Validate() error {
	if v.Times != nil && *v.Times < 1 {
		return errors.New("times must be 1 or more")
	}
	return nil
}

// A greeting is what it answers.
type greeting struct {
	Text  string `json:"text"`
	Times int    `json:"times"`
}

func hello(_ context.Context, v visit) (greeting, error) {
	g := greeting{Text: "Hello, " + v.Name, Times: 1}
	if v.Times != nil {
		g.Times = *v.Times
	}
	return g, nil
}
