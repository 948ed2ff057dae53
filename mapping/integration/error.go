package integration

import (
	"errors"
	"fmt"

	"github.com/lambdarest/lambdarest/mapping/vtl"
)

// An Error is what API Gateway answers in place of the integration.
type Error struct {
	Status  int    // 400, 415 or 500
	Message string // for the client
	Err     error  // the cause, for the log; nil where the client is to blame
}

// Error returns the status, the message and the cause.
func (e *Error) Error() string {
	text := fmt.Sprintf("integration: %d %s", e.Status, e.Message)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

var (
	errNoResponse   = errors.New("no response matches and there is no default response")
	errMockStatus   = errors.New("the request template of a mock gave no integer statusCode")
	errTwice        = errors.New("a template overrides the same parameter twice")
	errPatternSlow  = errors.New("a selection pattern takes too long")
	errNotBase64    = errors.New("a body to be converted to binary is not Base64")
	errContentValue = errors.New("unknown content handling")
)

// misconfigured is the answer to mistakes in the API itself.
func misconfigured(cause error) error {
	return &Error{Status: 500, Message: "Internal server error", Err: cause}
}

// templateError is the answer to a request template that fails: the client is to blame only for a body that the template
// wants to read as JSON.
func templateError(err error) error {
	if errors.Is(err, vtl.ErrMalformedBody) {
		return &Error{Status: 400, Message: "Could not process payload"}
	}
	return misconfigured(err)
}
