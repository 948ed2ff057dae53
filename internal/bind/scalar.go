package bind

import (
	"encoding"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"time"
)

// A setter sets a field from the text of a parameter's values, of which there is
// at least one. It returns what is wrong with them: a phrase to put after the
// parameter's name, or "".
type setter func(v reflect.Value, values []string) string

// What a value must be. The phrases never repeat the value.
const (
	mustInteger = "must be an integer"
	mustNumber  = "must be a number"
	mustBool    = "must be true or false"
	mustString  = "must be a string"
	mustTime    = "must be an RFC 3339 time"
	outOfRange  = "is out of range"
)

// Unknown is the fault of what a type has no field for.
const Unknown = "is not known"

var (
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
	jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()
	timeType        = reflect.TypeFor[time.Time]()
	bytesType       = reflect.TypeFor[[]byte]()
	numberType      = reflect.TypeFor[json.Number]()
)

func isTextUnmarshaler(t reflect.Type) bool { return reflect.PointerTo(t).Implements(textUnmarshaler) }

func isUnmarshaler(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(jsonUnmarshaler) || isTextUnmarshaler(t)
}

// setterFor returns the setter for a type, and whether it has one.
func setterFor(t reflect.Type) (setter, bool) {
	switch {
	case isTextUnmarshaler(t):
		return setText, true
	case t.Kind() == reflect.Pointer:
		return pointerSetter(t)
	case t.Kind() == reflect.Slice:
		return sliceSetter(t)
	}
	parse := parserFor(t.Kind())
	return func(v reflect.Value, values []string) string { return parse(v, values[0]) }, parse != nil
}

// setText is the setter of types with UnmarshalText, time.Time among them. Their
// errors may quote the value, so they are not passed on.
func setText(v reflect.Value, values []string) string {
	if v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(values[0])) == nil {
		return ""
	}
	return must(v.Type())
}

func pointerSetter(t reflect.Type) (setter, bool) {
	set, ok := setterFor(t.Elem())
	return func(v reflect.Value, values []string) string {
		v.Set(reflect.New(t.Elem()))
		return set(v.Elem(), values)
	}, ok
}

func sliceSetter(t reflect.Type) (setter, bool) {
	set, ok := setterFor(t.Elem())
	return func(v reflect.Value, values []string) string {
		v.Set(reflect.MakeSlice(t, len(values), len(values)))
		for i := range values {
			if msg := set(v.Index(i), values[i:i+1]); msg != "" {
				return msg
			}
		}
		return ""
	}, ok
}

// parserFor returns the function that parses text into a value of a basic kind,
// or nil. It serves parameters and the literals of JSON bodies.
func parserFor(k reflect.Kind) func(v reflect.Value, s string) string {
	switch k {
	case reflect.String:
		return func(v reflect.Value, s string) string { v.SetString(s); return "" }
	case reflect.Bool:
		return parseBool
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return parseInt
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return parseUint
	case reflect.Float32, reflect.Float64:
		return parseFloat
	}
	return nil
}

func parseBool(v reflect.Value, s string) string {
	if s != "true" && s != "false" {
		return mustBool
	}
	v.SetBool(s == "true")
	return ""
}

func parseInt(v reflect.Value, s string) string {
	n, err := strconv.ParseInt(s, 10, v.Type().Bits())
	if err != nil {
		return numberFault(err, mustInteger)
	}
	v.SetInt(n)
	return ""
}

func parseUint(v reflect.Value, s string) string {
	n, err := strconv.ParseUint(s, 10, v.Type().Bits())
	if err != nil {
		if _, negative := strconv.ParseInt(s, 10, 64); negative == nil {
			return outOfRange
		}
		return numberFault(err, mustInteger)
	}
	v.SetUint(n)
	return ""
}

func parseFloat(v reflect.Value, s string) string {
	n, err := strconv.ParseFloat(s, v.Type().Bits())
	switch {
	case err != nil:
		return numberFault(err, mustNumber)
	case n-n != 0: // Inf and NaN, which ParseFloat reads
		return mustNumber
	}
	v.SetFloat(n)
	return ""
}

func numberFault(err error, must string) string {
	if errors.Is(err, strconv.ErrRange) {
		return outOfRange
	}
	return must
}
