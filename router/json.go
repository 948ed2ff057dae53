package router

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
)

// JSON makes a Handler of a typed function. In says what the function takes:
//
//	type update struct {
//		ID      int        `path:"id"`           // from the route's pattern
//		DryRun  *bool      `query:"dry_run"`     // nil if absent
//		Tags    []string   `query:"tag"`         // every value
//		IfMatch string     `header:"If-Match"`   // zero if absent
//		Session string     `cookie:"sid"`
//		Name    string     `json:"name"`         // every other field is from the JSON body
//	}
//
// Fields with a path, query, header or cookie tag are strings, integers, floats,
// booleans, time.Time (RFC 3339), types with UnmarshalText, or slices of or
// pointers to one of these; the body can never set them. The other exported
// fields are decoded from the body as encoding/json does it, and a body is
// required if there are any. An In that is not a struct, or that has UnmarshalJSON,
// takes the whole body. If In has a method Validate() error it is called last.
//
// What the client did wrong is a 400 whose member errors lists each fault with a
// JSON pointer or the parameter's name; values are not repeated. What Validate
// returns is a 400 with its text, unless it is an [Error]. [Bind] makes it stricter.
//
// Out is answered as JSON with status 200; a nil slice is null. A *Response, such as
// [Reply] makes for another status, is answered as it is, and struct{} is a 204. JSON
// panics if f is nil, or if In has a field that cannot be bound, or a tag where it would
// have no effect. A path tag for a variable that the route's pattern does not have is a 500.
func JSON[In, Out any](f func(ctx context.Context, in In) (Out, error)) Handler {
	plan, err := newPlan(reflect.TypeFor[In]())
	if f == nil {
		err = errors.New("the function is nil")
	}
	if err != nil {
		panic(fmt.Sprintf("router: JSON: %v", err))
	}
	return func(ctx context.Context, req *Request) (*Response, error) {
		in := new(In)
		if err := bindRequest(plan, req, reflect.ValueOf(in).Elem()); err != nil {
			return nil, err
		}
		if err := validate(req.bind.Validate, in); err != nil {
			return nil, err
		}
		out, err := f(ctx, *in)
		if err != nil {
			return nil, err
		}
		switch out := any(out).(type) {
		case *Response:
			return out, nil
		case struct{}:
			return NoContent(), nil
		}
		return Reply(http.StatusOK, out)
	}
}

// validate calls the configured validator, and the Validate of a value of type In or
// of the pointer to it.
func validate(configured func(any) error, pointer any) error {
	var err error
	if configured != nil {
		err = configured(pointer)
	}
	v, ok := pointer.(interface{ Validate() error })
	if value := reflect.ValueOf(pointer).Elem(); !ok && (value.Kind() == reflect.Pointer || value.Kind() == reflect.Interface) {
		v, ok = value.Interface().(interface{ Validate() error })
	}
	if ok && err == nil {
		err = v.Validate()
	}
	if _, own := errors.AsType[*Error](err); own || err == nil {
		return err
	}
	return &Error{Status: http.StatusBadRequest, Detail: err.Error(), Err: err}
}
