package mapping

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/lambdarest/lambdarest/internal/bind"
)

// decode makes an In of the event and validates it. The errors of a client's mistakes are *Errors.
func decode[In any](plan *bind.Plan, event []byte) (In, error) {
	if plan == nil {
		return decodeWhole[In](event)
	}
	var in In
	if !json.Valid(event) {
		return in, malformed(event)
	}
	if path, found := duplicate(event); found {
		return in, Errorf(400, "%q occurs twice", path)
	}
	if err := decodeBound(plan, event, reflect.ValueOf(&in).Elem()); err != nil {
		return in, err
	}
	return in, validate(&in)
}

// decodeWhole is for types without tags: all of the event is the In.
func decodeWhole[In any](event []byte) (In, error) {
	var in In
	err := json.Unmarshal(event, &in)
	if err != nil && !json.Valid(event) {
		return in, malformed(event)
	}
	if path, found := duplicate(event); found {
		return in, Errorf(400, "%q occurs twice", path)
	}
	if err == nil && refusesNull[In]() && bytes.Equal(bytes.TrimSpace(event), []byte("null")) {
		err = &json.UnmarshalTypeError{Value: "null", Type: reflect.TypeFor[In]()}
	}
	if err != nil {
		return in, misfit[In]("the event", event, err)
	}
	return in, validate(&in)
}

// refusesNull reports whether T has no value that stands for an absent event.
func refusesNull[T any]() bool {
	switch reflect.TypeFor[T]().Kind() {
	case reflect.Map, reflect.Slice, reflect.Interface:
		return false
	}
	return true
}

func isNilPointer(v any) bool {
	r := reflect.ValueOf(v)
	return r.Kind() == reflect.Pointer && r.IsNil()
}

// malformed says where an event stops to be JSON. encoding/json's message quotes
// one character of it.
func malformed(event []byte) *Error {
	var v json.RawMessage
	err := json.Unmarshal(event, &v)
	syntax, ok := errors.AsType[*json.SyntaxError](err)
	if !ok {
		return Errorf(400, "the event is not valid JSON")
	}
	return Errorf(400, "the event is not valid JSON: %v at byte %d", err, syntax.Offset)
}

// misfit makes the error for a valid document, called what, that does not fit T:
// err is what decoding it returned.
func misfit[T any](what string, doc []byte, err error) *Error {
	if e, _ := errors.AsType[*Error](err); e != nil {
		return e // a type's own UnmarshalJSON chose it
	}
	path, err := blame(doc, err, func(doc []byte) error {
		var v T
		return json.Unmarshal(doc, &v)
	})
	if path != "" {
		what = fmt.Sprintf("%q", path)
	}
	return Errorf(400, "%s %s", what, complaint(err)) // without err, which may quote the value
}

// complaint says what is wrong with a value that decoding refused with err,
// without the value. Other errors than the known ones may quote it.
func complaint(err error) string {
	if mismatch, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		// Value is "string", "object" … or "number 300", which quotes the number.
		got, _, quoted := strings.Cut(mismatch.Value, " ")
		if quoted {
			return "must be " + inRange(mismatch.Type)
		}
		if got == "bool" {
			got = "boolean"
		}
		return "must be " + expected(mismatch.Type) + ", not " + article(got)
	}
	if _, ok := errors.AsType[*time.ParseError](err); ok {
		return "must be a time such as 2006-01-02T15:04:05Z"
	}
	if _, ok := errors.AsType[base64.CorruptInputError](err); ok {
		return "must be base64"
	}
	return "has an invalid value"
}

// expected names the JSON values that fit a Go type.
func expected(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return expected(t.Elem())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return "an integer"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Bool:
		return "a boolean"
	case reflect.String:
		return "a string"
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 && t.Kind() == reflect.Slice {
			return "a base64 string"
		}
		return "an array"
	case reflect.Struct, reflect.Map:
		return "an object"
	}
	return "another value"
}

// inRange names the numbers that fit a Go type, for one that does not.
func inRange(t reflect.Type) string {
	switch k := t.Kind(); {
	case k >= reflect.Int && k <= reflect.Int64:
		lowest := int64(-1) << (t.Bits() - 1)
		return fmt.Sprintf("an integer from %d to %d", lowest, ^lowest)
	case k >= reflect.Uint && k <= reflect.Uintptr:
		return fmt.Sprintf("an integer from 0 to %d", ^uint64(0)>>(64-t.Bits()))
	}
	return "a number of smaller magnitude"
}

func article(noun string) string {
	switch noun {
	case "null":
		return noun
	case "array", "object":
		return "an " + noun
	}
	return "a " + noun
}
