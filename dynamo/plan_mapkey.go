package dynamo

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"unicode/utf8"
)

// mapKey is how the keys of one Go map type become names and back: by
// TextMarshaler and TextUnmarshaler where the type has them, otherwise as
// fmt.Sprint prints strings, numbers and booleans.
type mapKey struct {
	_         uncompared
	typ       reflect.Type
	shape     shape // of the key, for those without methods
	text      bool  // is a TextMarshaler
	fromText  bool  // it, or a pointer to it, is a TextUnmarshaler
	printable bool  // fmt.Sprint would call a method
}

var (
	stringerType  = reflect.TypeFor[fmt.Stringer]()
	formatterType = reflect.TypeFor[fmt.Formatter]()
	errorType     = reflect.TypeFor[error]()
)

func newMapKey(t reflect.Type) *mapKey {
	return &mapKey{
		typ:       t,
		shape:     shapeOf(t),
		text:      t.Implements(textMarshalerType),
		fromText:  t.Implements(textUnmarshalerType) || reflect.PointerTo(t).Implements(textUnmarshalerType),
		printable: t.Implements(stringerType) || t.Implements(formatterType) || t.Implements(errorType),
	}
}

var (
	errEmptyName = errors.New("the key of a map cannot be empty")
	errSameName  = errors.New("two keys of a map have one name")
	errBadName   = errorf("name: %w", errNotUTF8)
)

// name is the attribute name of a map key.
func (k *mapKey) name(v reflect.Value) (name string, err error) {
	switch m, isText := v.Interface().(encoding.TextMarshaler); {
	case isText:
		var text []byte
		if text, err = m.MarshalText(); err != nil {
			return "", err
		}
		name = string(text)
	case k.printable && v.Kind() != reflect.Pointer && v.Kind() != reflect.Struct:
		name = fmt.Sprint(v.Interface())
	default:
		if name, err = plainName(k.shape, v); err != nil {
			return "", err
		}
	}
	switch {
	case name == "":
		return "", errEmptyName
	case !utf8.ValidString(name):
		return "", errBadName
	}
	return name, nil
}

func plainName(s shape, v reflect.Value) (string, error) {
	switch s {
	case shapeString, shapeNumber:
		return v.String(), nil
	case shapeBool:
		return strconv.FormatBool(v.Bool()), nil
	case shapeInt, shapeUint:
		return formatNumber(v), nil
	case shapeFloat:
		return fmt.Sprint(v.Interface()), nil
	}
	return "", errorf("a map with keys of type %v cannot be stored: they must be strings, numbers, booleans or TextMarshalers", v.Type())
}

// isName tells whether different names are different keys.
func (k *mapKey) isName() bool {
	return !k.fromText && (k.shape == shapeString || k.shape == shapeNumber)
}

// set makes v, of the key's type, the key with that name.
func (k *mapKey) set(v reflect.Value, name string) bool {
	if k.fromText {
		if v.Kind() == reflect.Pointer {
			v.Set(reflect.New(v.Type().Elem()))
			v = v.Elem()
		}
		return v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(name)) == nil
	}
	switch k.shape {
	case shapeString, shapeNumber:
		v.SetString(name)
	case shapeBool:
		b, err := strconv.ParseBool(name)
		v.SetBool(b)
		return err == nil
	case shapeInt, shapeUint, shapeFloat:
		return setNumeric(v, k.shape, []byte(name))
	default:
		return false
	}
	return true
}
