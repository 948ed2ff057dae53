package mapping

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/lambdarest/lambdarest/internal/bind"
	"github.com/lambdarest/lambdarest/internal/detail"
)

// Error is an error with an HTTP status, whose text selection patterns match. For
// a handler that returns one, aws-lambda-go reports its text as errorMessage and
// "Error" as errorType.
type Error struct {
	Status    int    // 400 to 599; another one counts as 500
	Title     string // what the status says, http.StatusText where empty
	Detail    string // what went wrong, for the client; may be empty
	RequestID string // Lambda's request id; New and MapError fill it in where empty
	Err       error  // the cause, for errors.Is and the log; never sent

	faults []bind.Fault // everything that is wrong with an event

	// unforeseen marks a status that New chose because nobody else did.
	unforeseen bool
}

// Errorf returns an error with the status and a formatted detail, which the client
// sees. An error given with %w becomes the cause in Err, and its text is left out of
// the detail, with the colon or the brackets around it, as in the router's Errorf:
//
//	mapping.Errorf(404, "no user %d: %w", id, err) // detail: "no user 7"
func Errorf(status int, format string, args ...any) *Error {
	return &Error{Status: status, Detail: detail.Text(format, args), Err: detail.Cause(fmt.Errorf(format, args...))}
}

// Unwrap returns the cause. A nil *Error, which is easily returned as an error by
// mistake, has none.
func (e *Error) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Err
}

// maxDetail is the number of bytes of a detail that are sent. aws-lambda-go puts
// the text of an error into a header as well as into the body, and an answer that
// Lambda refuses ends the process.
const maxDetail = 4096

// Error returns one line of strict JSON: the members status, title, detail, errors
// and requestId in this order, the latter three only if they are set. errors has what
// is wrong with an event of an In with tags, each fault with a JSON pointer or the name
// of a parameter, as in router. A detail of more than 4,096 bytes is cut. What is not
// UTF-8 becomes U+FFFD.
func (e *Error) Error() string {
	text := struct {
		Status    int          `json:"status"`
		Title     string       `json:"title"` // never left out: a comma follows the status
		Detail    string       `json:"detail,omitempty"`
		Errors    []bind.Fault `json:"errors,omitempty"`
		RequestID string       `json:"requestId,omitempty"`
	}{e.status(), e.title(), bind.Cut(e.Detail, maxDetail), few(e.faults), e.RequestID}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(text) // three strings and a number
	return string(bytes.TrimSuffix(buf.Bytes(), []byte("\n")))
}

// few leaves out the faults behind the first 4,096 bytes: JSON pointers come from the
// client.
func few(faults []bind.Fault) []bind.Fault {
	size := 0
	for i, f := range faults {
		if size += len(f.Pointer) + len(f.Parameter) + len(f.Detail); size > maxDetail {
			return faults[:i]
		}
	}
	return faults
}

func (e *Error) status() int {
	if e.Status < 400 || e.Status > 599 {
		return http.StatusInternalServerError
	}
	return e.Status
}

func (e *Error) title() string {
	status := e.status()
	switch text := http.StatusText(status); {
	case e.Title != "":
		return e.Title
	case text != "":
		return text
	case status < 500:
		return "Client Error"
	}
	return "Server Error"
}

// boundary makes the error that leaves a handler: the *Error in err's chain, or
// one of status 500, always with the request id. An *Error of the user's is not
// changed; it may be a variable that invocations share. What was wrapped around it
// becomes the cause, so that it stays in the chain.
func boundary(ctx context.Context, err error) *Error {
	e, ok := errors.AsType[*Error](err)
	if ok && e == nil {
		err = errors.New("mapping: a nil *Error was returned as an error")
	}
	if e == nil {
		e = &Error{Status: http.StatusInternalServerError, unforeseen: true}
	}
	isWrapped := err != error(e)
	if e.RequestID != "" && !isWrapped {
		return e
	}
	copied := *e
	if isWrapped {
		copied.Err = err
	}
	if lc, ok := lambdacontext.FromContext(ctx); ok && e.RequestID == "" {
		copied.RequestID = lc.AwsRequestID
	}
	return &copied
}
