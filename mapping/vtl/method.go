package vtl

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode"
)

// Methods are dispatched by hand, by the type of the value, the name of the method and the types of its arguments: there
// is no way from a template to a method that is not in these files. A method that does not exist, or not for these
// arguments, is nothing (""), as is a method that returns null; one that throws in Java is an error here.

// noMethod is returned by a type's dispatcher where it has no such method.
var noMethod = new(struct{ int })

// call is v.name(args).
func (r *renderer) call(v any, name string, args []any) (any, error) {
	if err := r.charge(1); err != nil {
		return nil, err
	}
	for _, a := range args {
		if s, ok := a.(string); ok {
			if err := r.chargeBytes(len(s)); err != nil {
				return nil, err
			}
		}
	}
	res, err := r.dispatch(v, name, args)
	if err == nil && res == any(noMethod) {
		res, err = r.objectMethod(v, name, args)
	}
	if res == any(noMethod) {
		res = nil
		if len(args) > 0 && hasPlainMethod(v, name) {
			err = throw("wrong number of arguments")
		}
	}
	if err != nil {
		return nil, rename(err, name)
	}
	return res, nil
}

// rename says which method threw.
func rename(err error, name string) error {
	if t, ok := err.(*thrown); ok && t.err == nil {
		return &thrown{msg: "method " + name + ": " + t.msg}
	}
	return err
}

func (r *renderer) dispatch(v any, name string, args []any) (any, error) {
	switch v := v.(type) {
	case string:
		return r.stringMethod(v, name, args)
	case *dict:
		return r.dictMethod(v, name, args)
	case *scope:
		return r.scopeMethod(v, name, args)
	case *list:
		switch v.kind {
		case javaArray, objectArray:
			return r.arrayMethod(v, name, args)
		case mapView:
			return r.viewMethod(v, name, args)
		}
		return r.listMethod(v, name, args)
	case *entry:
		return entryMethod(v, name, args)
	case *cursor:
		return v.method(name, args)
	case *inputObject:
		return r.inputMethod(v, name, args)
	case *utilObject:
		return r.utilMethod(name, args)
	case bool:
		return boolMethod(v, name, args)
	case char:
		return charMethod(v, name, args)
	case class:
		return r.classMethod(v, name, args)
	case int32, int64, float64, *big.Int, *decimal:
		return r.numberMethod(v, name, args)
	}
	return noMethod, nil
}

// hasPlainMethod reports whether Java has such a method without parameters: Velocity finds it for any arguments, if no
// other fits, and fails to call it.
func hasPlainMethod(v any, name string) bool {
	names := "toString hashCode getClass"
	switch v := v.(type) {
	case string:
		names += " length isEmpty isBlank toLowerCase toUpperCase trim strip stripLeading stripTrailing stripIndent intern lines chars codePoints toCharArray getBytes translateEscapes describeConstable"
	case *list:
		names += " size isEmpty clear iterator listIterator toArray clone trimToSize stream parallelStream spliterator"
	case *dict, *scope:
		names += " size isEmpty clear keySet values entrySet clone"
	case *entry:
		names += " getKey getValue"
	case *inputObject:
		names = "params getBody toString"
	case *utilObject, class:
		names = "toString"
	case bool:
		names += " booleanValue describeConstable"
	case char:
		names += " charValue describeConstable"
	case int32, int64, float64, *big.Int, *decimal:
		names += " intValue longValue doubleValue floatValue shortValue byteValue"
		if _, ok := v.(float64); ok {
			names += " isNaN isInfinite describeConstable"
		}
		if baseOf(v, v) >= baseBig {
			names += " signum abs negate"
		}
	}
	return strings.Contains(" "+names+" ", " "+name+" ")
}

// objectMethod is what every Java object has. $input and $util show nothing of themselves.
func (r *renderer) objectMethod(v any, name string, args []any) (any, error) {
	switch v.(type) {
	case *inputObject, *utilObject, *blockValue, *cursor, class:
		if name != "toString" && name != "equals" { // the others tell about Java, or differ from run to run
			return noMethod, nil
		}
	}
	switch {
	case name == "toString" && len(args) == 0:
		s, ok, err := r.stringOf(v)
		if !ok {
			return nil, err
		}
		return s, err
	case name == "equals" && len(args) == 1:
		return asAny(r.equal(v, args[0], 0))
	case name == "hashCode" && len(args) == 0:
		return asAny(r.hash(v, 0))
	case name == "compareTo" && len(args) == 1 && ordered(v):
		return nil, throw("class %s cannot be cast to class %s", className(args[0]), className(v))
	case name == "getClass" && len(args) == 0:
		if c := className(v); c != "" {
			return class(c), nil
		}
	}
	return noMethod, nil
}

// ordered reports whether values of this class are ordered among themselves, and only so.
func ordered(v any) bool {
	switch v.(type) {
	case string, bool, char:
		return true
	}
	return isNumber(v)
}

// classMethod is $x.class.name() or a static method. Velocity finds the other methods too, and fails to call them.
func (r *renderer) classMethod(c class, name string, args []any) (any, error) {
	if name == "getName" && len(args) == 0 {
		return string(c), nil
	}
	var (
		v   any
		res any
		err error
	)
	switch c {
	case "java.lang.String":
		v = ""
		res, err = r.stringStatic(name, args)
	case "java.lang.Integer":
		v = int32(0)
		res, err = integerStatic(name, args, 32)
	case "java.lang.Long":
		v = int64(0)
		res, err = integerStatic(name, args, 64)
	case "java.lang.Double":
		v = 0.0
		res, err = doubleStatic(name, args)
	case "java.lang.Boolean":
		v = false
		res, err = boolStatic(name, args)
	case "java.lang.Character":
		v = char(0)
		res, err = charStatic(name, args)
	case "java.math.BigInteger":
		v = new(big.Int)
		res, err = bigStatic(name, args)
	case "java.math.BigDecimal":
		v = &decimal{new(big.Int), 0}
		res, err = decimalStatic(name, args)
	case "java.util.ArrayList", "net.minidev.json.JSONArray":
		v, res = &list{}, noMethod
	case "java.util.LinkedHashMap":
		v, res = &dict{}, noMethod
	default:
		return noMethod, nil
	}
	if err != nil || res != any(noMethod) {
		return res, err
	}
	if res, err = r.dispatch(v, name, args); err == nil && res == any(noMethod) {
		res, err = r.objectMethod(v, name, args)
	}
	if err != nil || res != any(noMethod) || hasPlainMethod(v, name) && name != "toString" {
		return nil, throw("object is not an instance of declaring class")
	}
	return noMethod, nil
}

func asAny[T any](v T, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return v, nil
}

// property is v.name: a getter (getName, then isName), or the key of a map, which a getter hides.
func (r *renderer) property(v any, name string) (any, error) {
	if name == "class" {
		return r.call(v, "getClass", nil)
	}
	switch v := v.(type) {
	case *dict:
		val, _ := v.get(name)
		return val, nil
	case *scope:
		return v.lookup(name), nil
	case *entry:
		if name == "key" || name == "value" {
			return entryMethod(v, "get"+capitalise(name), nil)
		}
	case *inputObject:
		if name == "body" {
			return v.text(), nil
		}
	case string, *list:
		if l, ok := v.(*list); ok && l.kind.isArray() { // Velocity lends arrays methods, and no getters
			return nil, nil
		}
		if name == "empty" || name == "blank" {
			return r.call(v, "is"+capitalise(name), nil)
		}
	case class:
		if name == "name" {
			return string(v), nil
		}
	case float64:
		if name == "naN" || name == "infinite" {
			return r.call(v, "is"+capitalise(name), nil)
		}
	}
	return nil, nil
}

func capitalise(s string) string { return string(s[0]-'a'+'A') + s[1:] }

// lookup is a getter of $foreach, or what a template has put there or in the loops around it.
func (s *scope) lookup(name string) any {
	if v, ok := s.property(name); ok {
		return v
	}
	for ; s != nil; s = s.parent {
		if v, ok := s.get(name); ok {
			return v
		}
	}
	return nil
}

func (r *renderer) scopeMethod(s *scope, name string, args []any) (any, error) {
	if len(args) == 0 {
		if name == "hasNext" {
			return s.hasNext, nil
		}
		if n := len("get"); len(name) > n && (name[:n] == "get" || name[:n-1] == "is") {
			prop := name[n:]
			if name[:2] == "is" {
				prop = name[2:]
			}
			if v, ok := s.property(string(prop[0]|0x20) + prop[1:]); ok {
				return v, nil
			}
		}
	}
	if name == "get" && len(args) == 1 {
		if key, ok := args[0].(string); ok {
			for t := s; t != nil; t = t.parent {
				if v, ok := t.get(key); ok {
					return v, nil
				}
			}
		}
		return nil, nil
	}
	return r.dictMethod(&s.dict, name, args)
}

func entryMethod(e *entry, name string, args []any) (any, error) {
	switch {
	case name == "getKey" && len(args) == 0:
		return e.key, nil
	case name == "getValue" && len(args) == 0:
		return e.value(), nil
	case name == "setValue" && len(args) == 1:
		return e.of.put(e.key, args[0]), nil
	}
	return noMethod, nil
}

func boolMethod(v bool, name string, args []any) (any, error) {
	switch {
	case name == "booleanValue" && len(args) == 0:
		return v, nil
	case name == "compareTo" && len(args) == 1:
		if b, ok := args[0].(bool); ok {
			return int32(compareBools(v, b)), nil
		}
	}
	return boolStatic(name, args)
}

// boolStatic is the static methods of Boolean.
func boolStatic(name string, args []any) (any, error) {
	b, ok := first[bool](args)
	switch {
	case len(args) == 2 && ok && name == "compare":
		if c, ok := args[1].(bool); ok {
			return int32(compareBools(b, c)), nil
		}
	case len(args) != 1:
	case name == "parseBoolean", name == "valueOf":
		if s, isText := args[0].(string); isText {
			return strings.EqualFold(s, "true"), nil
		}
		if ok {
			return b, nil
		}
	case name == "toString" && ok:
		return strconv.FormatBool(b), nil
	}
	return noMethod, nil
}

func charMethod(c char, name string, args []any) (any, error) {
	switch {
	case name == "charValue" && len(args) == 0:
		return c, nil
	case name == "compareTo" && len(args) == 1:
		if d, ok := args[0].(char); ok {
			return int32(c) - int32(d), nil
		}
	}
	return charStatic(name, args)
}

// charStatic is the static methods of Character.
func charStatic(name string, args []any) (any, error) {
	c, ok := first[char](args)
	switch len(args) {
	case 1:
		if n, isInt := args[0].(int32); isInt && name == "toString" {
			if n < 0 || n > unicode.MaxRune {
				return nil, throw("not a valid Unicode code point: %d", n)
			}
			if n > math.MaxUint16 {
				return string(n), nil
			}
			return string(appendUnit(nil, uint16(n))), nil
		}
		if ok && name == "valueOf" {
			return c, nil
		}
		if ok && name == "toString" {
			return string(appendUnit(nil, uint16(c))), nil
		}
	case 2:
		if d, isChar := args[1].(char); ok && isChar && name == "compare" {
			return int32(c) - int32(d), nil
		}
	}
	return noMethod, nil
}
