package router

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Response answers a request. Status must be within 100 to 599: anything
// else, 0 included, is answered with 500. A body without
// a Content-Type gets the one that net/http would detect. Bodies that are not
// UTF-8, compressed ones, and those of binary types are sent as base64, which
// Lambda demands; a REST API decodes them only where its binary media types
// match the first type of the request's Accept header.
type Response struct {
	Status int
	Header http.Header // may be nil
	Body   []byte
	Stream io.Reader // the body instead of Body; see the function [Stream]
}

// Reply returns a response whose body is v as JSON.
func Reply(status int, v any) (*Response, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("router: reply: %w", err)
	}
	resp := newResponse(status, "application/json")
	resp.Body = body
	return resp, nil
}

// Text returns a response of type text/plain.
func Text(status int, s string) *Response {
	resp := newResponse(status, "text/plain; charset=utf-8")
	resp.Body = []byte(s)
	return resp
}

// newResponse returns a response with one header, whose list lies in one piece of memory
// with the response.
func newResponse(status int, contentType string) *Response {
	r := &struct {
		Response
		contentType [1]string
	}{contentType: [1]string{contentType}}
	r.Status, r.Header = status, http.Header{"Content-Type": r.contentType[:]}
	return &r.Response
}

// NoContent returns an empty response with status 204.
func NoContent() *Response { return &Response{Status: http.StatusNoContent} }

// clone returns a copy with headers of its own, for middleware to change: a handler
// may return the same Response again.
func (r *Response) clone() *Response {
	c := *r
	c.Header = maps.Clone(r.Header) // the lists are only ever replaced or appended to
	for name, values := range c.Header {
		c.Header[name] = slices.Clip(values)
	}
	return &c
}

// set sets a header, making the map where there is none.
func (r *Response) set(name, value string) {
	if r.Header == nil {
		r.Header = make(http.Header)
	}
	r.Header.Set(name, value)
}

// add adds a value to a header.
func (r *Response) add(name, value string) {
	if r.Header == nil {
		r.Header = make(http.Header)
	}
	r.Header.Add(name, value)
}

// setList sets a header to a list, if that has anything in it.
func (r *Response) setList(name string, list []string) {
	if len(list) > 0 {
		r.set(name, strings.Join(list, ", "))
	}
}

// check reports why a response cannot be sent: API Gateway would answer 502 for
// it, or a client could have smuggled a header in.
func (r *Response) check() error {
	if r.Status < 100 || r.Status > 599 {
		return fmt.Errorf("router: response status %d is not within 100 to 599", r.Status)
	}
	if r.Stream != nil && len(r.Body) > 0 {
		return errors.New("router: a response has a Body and a Stream")
	}
	for name, values := range r.Header {
		if !isToken(name) {
			return fmt.Errorf("router: response header name %q is not valid", name)
		}
		for _, v := range values {
			if !isHeaderValue(v) {
				return fmt.Errorf("router: the value of response header %q has a control character or is not UTF-8", name)
			}
		}
	}
	return nil
}

// isToken reports whether s is a token of RFC 9110, as names of headers are.
func isToken(s string) bool {
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '!', c == '#', c == '$', c == '%', c == '&', c == '\'', c == '*', c == '+',
			c == '-', c == '.', c == '^', c == '_', c == '`', c == '|', c == '~':
		default:
			return false
		}
	}
	return s != ""
}

func isHeaderValue(s string) bool {
	for _, c := range []byte(s) {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return utf8.ValidString(s)
}
