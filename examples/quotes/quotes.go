// Package quotes is a function behind a non-proxy integration: its request template, its API definition and the test of
// both are made from one type.
//
//	quotes.go      the function, and the type that says what it takes
//	request.vtl    the request template, as TemplateFor writes it
//	api.yaml       the API definition, as OperationFor writes it
//	quotes_test.go tests of the template, and of everything together, without AWS
//	function/      the command that is deployed
//
// Both files are written by go test ./examples/quotes -update, and go test fails where they are not what the type says.
package quotes

import (
	"context"
	"errors"
	"net/http"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/lambdarest/lambdarest/mapping"
)

// A Request is what the function takes: POST /quotes/{product}?currency=EUR with {"age": 40, "sum": 1000}.
type Request struct {
	Product  string  `path:"product"`
	Currency *string `query:"currency"`
	Language string  `header:"Accept-Language"`
	Client   string  `context:"identity.sourceIp"`
	Rate     float64 `stage:"rate"` // per thousand and year
	Age      int     `json:"age"`
	Sum      float64 `json:"sum"`
}

// Validate says what makes a request wrong besides its types.
func (r Request) Validate() error {
	switch {
	case r.Age < 18:
		return errors.New("age must be 18 or more")
	case r.Sum <= 0:
		return errors.New("sum must be positive")
	}
	return nil
}

// A Quote is what the function answers.
type Quote struct {
	Product  string  `json:"product"`
	Currency string  `json:"currency"`
	Premium  float64 `json:"premium"` // a year
	Greeting string  `json:"greeting"`
}

// Handler is the function.
func Handler() lambda.Handler {
	return mapping.New(func(_ context.Context, in Request) (Quote, error) {
		factor, ok := map[string]float64{"life": 1, "travel": 0.25}[in.Product]
		if !ok {
			return Quote{}, mapping.Errorf(http.StatusNotFound, "no product %q", in.Product)
		}
		q := Quote{Product: in.Product, Currency: "EUR", Premium: in.Sum / 1000 * in.Rate * factor, Greeting: "Hello"}
		if in.Currency != nil {
			q.Currency = *in.Currency
		}
		if in.Language == "ko" {
			q.Greeting = "안녕하세요"
		}
		return q, nil
	})
}

// Operation is what stands in the API definition under POST.
func Operation() (*mapping.Operation, error) {
	return mapping.OperationFor[Request](mapping.OperationConfig{
		URI: mapping.FunctionURI("QuotesFunction"), Errors: []int{http.StatusNotFound}, Origin: "https://app.example.com",
	})
}

// Preflight is what stands under OPTIONS.
func Preflight() *mapping.Operation {
	return mapping.Preflight("https://app.example.com", []string{"POST"}, []string{"Content-Type"})
}
