package users

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/lambdarest/lambdarest/dynamo"
	"github.com/lambdarest/lambdarest/mapping"
)

// RequestTemplate makes the event of the function behind non-proxy integrations.
// $input.json('$') alone would do for POST; the method stands beside it because
// the function answers GET as well, and a POST of {} must not look like a GET,
// which has no body.
const RequestTemplate = `{"method": "$context.httpMethod", "body": $input.json('$')}`

// ErrorTemplate makes the answer to an error of the function: its text, which is
// a problem document.
const ErrorTemplate = `$input.path('$.errorMessage')`

// ErrorStatuses are the statuses of the function's errors. The integration has a
// response for each.
func ErrorStatuses() []int {
	return []int{http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusConflict, http.StatusInternalServerError}
}

// An event is what RequestTemplate renders.
type event struct {
	Method string `json:"method"`
	Body   User   `json:"body"`
}

// Validate reports what a client left out.
func (e event) Validate() error {
	if e.Method == http.MethodPost {
		return e.Body.Validate()
	}
	return nil
}

// NonProxy returns the list and the creation of users as a function behind
// non-proxy integrations. The log may be nil.
func NonProxy(users *Repository, log *slog.Logger) lambda.Handler {
	h := mapping.New(func(ctx context.Context, e event) (any, error) {
		switch e.Method {
		case http.MethodGet:
			return users.All(ctx)
		case http.MethodPost:
			return e.Body, users.Put(ctx, e.Body, dynamo.IfNotExists())
		}
		return nil, mapping.Errorf(http.StatusMethodNotAllowed, "the method must be GET or POST")
	})
	return mapping.Log(mapping.MapError(h, dynamo.ErrConditionFailed, http.StatusConflict), log)
}
