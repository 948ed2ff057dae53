package router

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"

	"github.com/lambdarest/lambdarest/internal/detail"
)

// An Error is an error with the answer to it: a problem document of RFC 9457.
// Everything but Err is sent to the client; Err, the cause, is for the log.
type Error struct {
	Status int            // 500 if 0
	Title  string         // the status's text if empty
	Detail string         // what is wrong with this request
	Type   string         // URI of the problem's type; about:blank if empty
	Extra  map[string]any // further members
	Err    error          // the cause: logged, never sent
}

// Errorf returns an Error with a formatted detail, which is sent. An error given
// with %w becomes the cause in Err, and its text is left out of the detail:
//
//	return nil, router.Errorf(404, "no user %d: %w", id, err) // detail: "no user 7"
func Errorf(status int, format string, args ...any) *Error {
	return &Error{Status: status, Detail: detail.Text(format, args), Err: detail.Cause(fmt.Errorf(format, args...))}
}

// Error returns the status, the detail and the cause, for logs.
func (e *Error) Error() string {
	if e == nil { // returned as an error by mistake
		return "<nil *router.Error>"
	}
	s := fmt.Sprintf("%d %s", e.status(), e.title())
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Err
}

func (e *Error) status() int {
	if e.Status == 0 {
		return http.StatusInternalServerError
	}
	return e.Status
}

func (e *Error) title() string {
	if e.Title == "" {
		return http.StatusText(e.status())
	}
	return e.Title
}

// StatusOf returns the status that answers an error: that of the first [Error]
// in its tree, 200 for nil, and 500 where nothing says otherwise.
func StatusOf(err error) int {
	if err == nil {
		return http.StatusOK
	}
	return problemOf(err).status()
}

// problemOf returns the Error in err's tree, or a 500 that has err as its cause.
func problemOf(err error) *Error {
	if e, _ := errors.AsType[*Error](err); e != nil {
		return e
	}
	return &Error{Err: err}
}

// MapError answers an error of the handlers inside with a status if the error
// matches target, by errors.Is, and has no status of its own. The text of the error
// is not sent. MapError panics if target is nil or the status is not from 400 to
// 599.
func MapError(target error, status int) Middleware {
	if target == nil || status < 400 || status > 599 {
		panic(fmt.Sprintf("router: MapError(%v, %d): an error and a status from 400 to 599 are needed", target, status))
	}
	return func(next Handler) Handler {
		return func(ctx context.Context, req *Request) (*Response, error) {
			resp, err := next(ctx, req)
			if _, own := errors.AsType[*Error](err); !own && err != nil && errors.Is(err, target) {
				err = &Error{Status: status, Err: err}
			}
			return resp, err
		}
	}
}

// MarshalJSON returns the problem document.
func (e *Error) MarshalJSON() ([]byte, error) {
	doc := maps.Clone(e.Extra)
	if doc == nil {
		doc = make(map[string]any)
	}
	doc["status"], doc["title"] = e.status(), e.title()
	if e.Detail != "" {
		doc["detail"] = e.Detail
	}
	if e.Type != "" {
		doc["type"] = e.Type
	}
	return json.Marshal(doc)
}

// response renders the problem document, with the headers of a response that was
// returned beside the error.
func (e *Error) response(header http.Header) *Response {
	body, err := json.Marshal(e)
	if err != nil { // Extra holds what JSON cannot
		body, _ = json.Marshal(&Error{Status: e.Status, Title: e.Title, Detail: e.Detail, Type: e.Type})
	}
	resp := &Response{Status: e.status(), Header: maps.Clone(header), Body: body}
	if resp.Header == nil {
		resp.Header = make(http.Header)
	}
	for _, name := range []string{"Content-Length", "Content-Encoding", "Etag", "Last-Modified"} {
		delete(resp.Header, name) // they are of another body
	}
	resp.Header["Content-Type"] = []string{"application/problem+json"}
	return resp
}

// errBase64 answers a body that was announced as base64 and is not.
func errBase64() error { return Errorf(http.StatusBadRequest, "the body is not valid base64") }
