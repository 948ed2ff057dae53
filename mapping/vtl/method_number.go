package vtl

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

func (r *renderer) numberMethod(v any, name string, args []any) (any, error) {
	switch len(args) {
	case 0:
		return numberMethod0(v, name)
	case 1:
		if name == "compareTo" && className(v) == className(args[0]) {
			n, err := compareNumbers(v, args[0])
			return int32(n), err
		}
	}
	switch v := v.(type) {
	case int32:
		return integerStatic(name, args, 32)
	case int64:
		return integerStatic(name, args, 64)
	case float64:
		return doubleStatic(name, args)
	case *big.Int:
		if err := r.charge(v.BitLen() >> 4); err != nil { // a division or a text of it takes that long
			return nil, err
		}
		return bigMethod(v, name, args)
	case *decimal:
		if err := r.charge(v.unscaled.BitLen() >> 4); err != nil {
			return nil, err
		}
		return decimalMethod(v, name, args)
	}
	return noMethod, nil
}

func numberMethod0(v any, name string) (any, error) {
	switch name {
	case "intValue":
		return toInt(v), nil
	case "longValue":
		return toLong(v), nil
	case "doubleValue":
		return toDouble(v), nil
	case "shortValue":
		return int32(int16(toInt(v))), nil
	case "byteValue":
		return int32(int8(toInt(v))), nil
	case "isNaN", "isInfinite":
		if f, ok := v.(float64); ok {
			return name == "isNaN" && math.IsNaN(f) || name == "isInfinite" && math.IsInf(f, 0), nil
		}
	case "signum", "abs", "negate":
		switch v := v.(type) {
		case *big.Int:
			return bigMethod0(v, name), nil
		case *decimal:
			n := bigMethod0(v.unscaled, name)
			if b, ok := n.(*big.Int); ok {
				return &decimal{b, v.scale}, nil
			}
			return n, nil
		}
	}
	return noMethod, nil
}

// integerStatic is the static methods of Integer and Long, which any of their values offers.
func integerStatic(name string, args []any, bits int) (any, error) {
	parse := "parseInt"
	if bits == 64 {
		parse = "parseLong"
	}
	if s, ok := first[string](args); ok && (name == parse || name == "valueOf" || name == "decode") {
		return parseJavaInteger(s, args, bits)
	}
	n, ok := integerArg(args, 0, bits)
	if !ok {
		return noMethod, nil
	}
	m, two := integerArg(args, 1, bits)
	if two && len(args) == 2 {
		if _, ok := args[1].(int64); ok && name == "toString" { // a radix is an Integer
			return noMethod, nil
		}
		return integerStatic2(name, n, m, bits)
	}
	if len(args) != 1 {
		return noMethod, nil
	}
	u := uint64(n)
	if bits == 32 {
		u = uint64(uint32(n))
	}
	switch name {
	case "valueOf":
		return sized(n, bits), nil
	case "toString":
		return strconv.FormatInt(n, 10), nil
	case "toHexString":
		return strconv.FormatUint(u, 16), nil
	case "toBinaryString":
		return strconv.FormatUint(u, 2), nil
	case "toOctalString":
		return strconv.FormatUint(u, 8), nil
	case "signum":
		return int32(order(n, 0)), nil
	case "hashCode":
		return int32(n ^ n>>32), nil
	}
	return noMethod, nil
}

func integerStatic2(name string, n, m int64, bits int) (any, error) {
	switch name {
	case "max":
		return sized(max(n, m), bits), nil
	case "min":
		return sized(min(n, m), bits), nil
	case "sum":
		return sized(n+m, bits), nil
	case "compare":
		return int32(order(n, m)), nil
	case "toString":
		if m < 2 || m > 36 {
			m = 10
		}
		return strconv.FormatInt(n, int(m)), nil
	}
	return noMethod, nil
}

func first[T any](args []any) (T, bool) {
	var zero T
	if len(args) == 0 {
		return zero, false
	}
	v, ok := args[0].(T)
	return v, ok
}

func integerArg(args []any, i, bits int) (int64, bool) {
	if i >= len(args) {
		return 0, false
	}
	switch v := args[i].(type) {
	case int32:
		return int64(v), true
	case int64:
		return v, bits == 64
	}
	return 0, false
}

// doubleArg is an argument that Java widens to a double: BigInteger and BigDecimal are objects, which it does not.
func doubleArg(args []any, i int) (float64, bool) {
	if i >= len(args) {
		return 0, false
	}
	switch args[i].(type) {
	case int32, int64, float64:
		return toDouble(args[i]), true
	}
	return 0, false
}

func sized(n int64, bits int) any {
	if bits == 32 {
		return int32(n)
	}
	return n
}

func parseJavaInteger(s string, args []any, bits int) (any, error) {
	radix := 10
	if len(args) > 2 {
		return noMethod, nil
	}
	if len(args) == 2 {
		n, ok := args[1].(int32)
		if !ok {
			return noMethod, nil
		}
		radix = int(n)
	}
	if radix < 2 || radix > 36 || strings.ContainsAny(s, "_") {
		return nil, throw("not a number")
	}
	n, err := strconv.ParseInt(s, radix, bits)
	if err != nil {
		return nil, throw("not a number")
	}
	return sized(n, bits), nil
}

// doubleStatic is the static methods of Double.
func doubleStatic(name string, args []any) (any, error) {
	if s, ok := first[string](args); ok && len(args) == 1 && (name == "parseDouble" || name == "valueOf") {
		return asAny(parseJavaDouble(trimSpace(s)))
	}
	a, ok := doubleArg(args, 0)
	if !ok {
		return noMethod, nil
	}
	if len(args) == 1 {
		switch name {
		case "valueOf":
			return a, nil
		case "toString":
			return string(appendDouble(nil, a)), nil
		case "hashCode":
			bits := math.Float64bits(a)
			return int32(bits ^ bits>>32), nil
		case "toHexString":
			return hexDouble(a), nil
		case "isNaN":
			return math.IsNaN(a), nil
		case "isInfinite":
			return math.IsInf(a, 0), nil
		}
		return noMethod, nil
	}
	b, ok := doubleArg(args, 1)
	if !ok || len(args) != 2 {
		return noMethod, nil
	}
	switch name {
	case "max":
		return math.Max(a, b), nil
	case "min":
		return math.Min(a, b), nil
	case "sum":
		return a + b, nil
	case "compare":
		return int32(order(a, b)), nil
	}
	return noMethod, nil
}

// parseJavaDouble reads decimal and hexadecimal digits, with one letter for the type behind them.
func parseJavaDouble(s string) (float64, error) {
	switch s {
	case "NaN", "+NaN", "-NaN":
		return math.NaN(), nil
	case "Infinity", "+Infinity":
		return math.Inf(1), nil
	case "-Infinity":
		return math.Inf(-1), nil
	}
	if s != "" && strings.IndexByte("dDfF", s[len(s)-1]) >= 0 {
		s = s[:len(s)-1]
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(f, 0) || strings.ContainsAny(s, "_nNiI") {
		return 0, throw("not a number")
	}
	return f, nil
}

// hexDouble is Double.toHexString: the bits of the fraction, as in 0x1.8p1 for 3.
func hexDouble(f float64) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return string(appendDouble(nil, f))
	}
	bits := math.Float64bits(f)
	fraction := strings.TrimRight(fmt.Sprintf("%013x", bits&(1<<52-1)), "0")
	exponent, lead := int(bits>>52&0x7ff)-1023, "0x1."
	if exponent == -1023 { // zero, or too small for a leading 1
		exponent, lead = -1022, "0x0."
	}
	if fraction == "" {
		fraction = "0"
		if lead == "0x0." {
			exponent = 0
		}
	}
	if math.Signbit(f) {
		lead = "-" + lead
	}
	return lead + fraction + "p" + strconv.Itoa(exponent)
}
