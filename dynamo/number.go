package dynamo

import (
	"math/big"
	"reflect"
	"strconv"
	"strings"
)

// DynamoDB numbers are decimal text: up to 38 significant digits, magnitude
// from 1E-130 to 9.99…E+125 ("Naming rules and data types", developer guide).
// A number has many spellings (00042, 42, 4.2E1) and one canonical form here:
// sign, digits without zeros at either end, and the exponent of the first
// digit: d.ddd × 10^exp. Zero is "0".

const (
	maxDigits   = 38
	maxExponent = 125
	minExponent = -130
)

// canonicalNumber gives the canonical form of n. The error says what is wrong
// with n without repeating it.
func canonicalNumber(n string) (string, error) {
	neg, digits, exp, err := readNumber(n)
	switch {
	case err != nil:
		return "", err
	case digits == "":
		return "0", nil
	case neg:
		digits = "-" + digits
	}
	return digits + "E" + strconv.Itoa(exp), nil
}

// readNumber gives the significant digits of n, none if it is 0, and the power of ten of the first.
func readNumber(n string) (neg bool, digits string, exp int, err error) {
	neg, digits, exp, ok := splitNumber(n)
	if !ok {
		return false, "", 0, errorf("not a decimal number (NaN and infinities cannot be stored)")
	}
	digits = strings.TrimLeft(digits, "0")
	exp += len(digits) - 1
	digits = withoutZeros(digits)
	switch {
	case digits == "":
	case len(digits) > maxDigits:
		err = errorf("number has %d significant digits, DynamoDB keeps %d", len(digits), maxDigits)
	case exp > maxExponent:
		err = errorf("number is too large: its magnitude must stay below 1E+%d", maxExponent+1)
	case exp < minExponent:
		err = errorf("number is too small: its magnitude must be at least 1E%d", minExponent)
	}
	return neg, digits, exp, err
}

// withoutZeros is digits without the zeros at their end. It links less than strings.TrimRight.
//
//go:noinline
func withoutZeros(digits string) string {
	for strings.HasSuffix(digits, "0") {
		digits = digits[:len(digits)-1]
	}
	return digits
}

// sameNumber tells whether two texts are one number, or none.
func sameNumber(a, b string) bool {
	a, _ = canonicalNumber(a)
	b, _ = canonicalNumber(b)
	return a == b
}

// splitNumber parses [+-]digits[.digits][E[+-]digits] into all digits as one
// integer and the power of ten it is multiplied by.
func splitNumber(n string) (neg bool, digits string, exp int, ok bool) {
	if n != "" && (n[0] == '-' || n[0] == '+') {
		neg, n = n[0] == '-', n[1:]
	}
	mantissa, power := n, ""
	if i := strings.IndexAny(n, "eE"); i >= 0 {
		mantissa, power = n[:i], n[i+1:]
		e, err := strconv.Atoi(power)
		if err != nil || e < -9999 || e > 9999 {
			return false, "", 0, false
		}
		exp = e
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits = whole + fraction
	if digits == "" {
		return false, "", 0, false
	}
	for i := range len(digits) {
		if c := digits[i]; c < '0' || c > '9' {
			return false, "", 0, false
		}
	}
	return neg, digits, exp - len(fraction), true
}

// appendNumber appends an integer or a float as attributevalue writes it.
//
//go:noinline
func appendNumber(b []byte, v reflect.Value) []byte {
	switch {
	case v.CanInt():
		return strconv.AppendInt(b, v.Int(), 10)
	case v.CanUint():
		return strconv.AppendUint(b, v.Uint(), 10)
	}
	return strconv.AppendFloat(b, v.Float(), 'f', -1, v.Type().Bits())
}

//go:noinline
func formatNumber(v reflect.Value) string {
	var room [32]byte
	return string(appendNumber(room[:0], v))
}

// zeros are as many as a number can end in.
const zeros = "000000000000000000000000000000000000000000000000000000000000000" +
	"000000000000000000000000000000000000000000000000000000000000000"

// setNumeric sets v, of an integer or float shape, to the number n. It reports
// whether v can hold it: an integer must be one by value, however it is spelled
// (1E3 is), and within range; a float is rounded.
func setNumeric(v reflect.Value, s shape, n []byte) bool {
	if s == shapeFloat {
		f, ok := shortFloat(n)
		if !ok || v.Kind() == reflect.Float32 {
			f, ok = float(string(n), v.Type().Bits())
		}
		if ok {
			v.SetFloat(f)
		}
		return ok
	}
	neg, u, ok := integer(n)
	if !ok {
		return false
	}
	if s == shapeUint {
		if neg && u != 0 || v.OverflowUint(u) {
			return false
		}
		v.SetUint(u)
		return true
	}
	i := int64(u)
	if neg {
		i = -i
	}
	if (i < 0) != neg && u != 0 || v.OverflowInt(i) {
		return false
	}
	v.SetInt(i)
	return true
}

// integer is the number n if that is an integer below 2^64 in magnitude.
func integer(n []byte) (neg bool, u uint64, ok bool) {
	i := 0
	if len(n) > 0 && n[0] == '-' {
		neg, i = true, 1
	}
	if digits := len(n) - i; digits == 0 || digits > 19 {
		return spelledInteger(string(n))
	}
	for ; i < len(n); i++ {
		c := n[i] - '0'
		if c > 9 {
			return spelledInteger(string(n))
		}
		u = u*10 + uint64(c)
	}
	return neg, u, true
}

// spelledInteger is integer for any spelling: +5, 10.0, 1E3.
func spelledInteger(n string) (neg bool, u uint64, ok bool) {
	neg, digits, exp, ok := splitNumber(n)
	if !ok {
		return false, 0, false
	}
	digits = strings.TrimLeft(digits, "0")
	if digits == "" {
		return neg, 0, true
	}
	significant := withoutZeros(digits)
	exp += len(digits) - len(significant)
	if exp < 0 || len(significant)+exp > 20 {
		return false, 0, false
	}
	u, err := strconv.ParseUint(significant+zeros[:exp], 10, 64)
	return neg, u, err == nil
}

// shortFloat is the number n, rounded, if that is a matter of one division: both
// a mantissa below 2^53 and a power of ten up to 10^22 are exact.
func shortFloat(n []byte) (f float64, ok bool) {
	i, point, neg := 0, -1, false
	if len(n) > 0 && n[0] == '-' {
		i, neg = 1, true
	}
	if len(n) == i || len(n) > 16 {
		return 0, false
	}
	var mantissa uint64
	for ; i < len(n); i++ {
		c := n[i] - '0'
		switch {
		case c <= 9:
			mantissa = mantissa*10 + uint64(c)
		case n[i] == '.' && point < 0 && i+1 < len(n):
			point = i + 1
		default:
			return 0, false
		}
	}
	if mantissa >= 1<<53 {
		return 0, false
	}
	f = float64(mantissa)
	if point > 0 {
		f /= [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}[len(n)-point]
	}
	if neg {
		f = -f
	}
	return f, true
}

// float is the number n, rounded. What strconv takes besides decimal numbers
// (NaN, infinities, hexadecimal) is none.
func float(n string, bits int) (float64, bool) {
	for i := range len(n) {
		if c := n[i]; (c < '0' || c > '9') && c != '-' && c != '+' && c != '.' && c != 'e' && c != 'E' {
			return 0, false
		}
	}
	f, err := strconv.ParseFloat(n, bits)
	return f, err == nil
}

// bigPrecision holds every number of DynamoDB: 38 digits need 127 bits to come
// out again as the same text.
const bigPrecision = 128

// setBigInt sets v, a big.Int, to the number n if that is an integer.
func setBigInt(v reflect.Value, n string) bool {
	if _, err := canonicalNumber(n); err != nil {
		return false
	}
	neg, digits, exp, _ := splitNumber(n)
	for ; exp < 0 && strings.HasSuffix(digits, "0"); exp++ {
		digits = digits[:len(digits)-1]
	}
	if exp < 0 && strings.TrimLeft(digits, "0") != "" {
		return false
	}
	if exp > 0 {
		digits += zeros[:min(exp, len(zeros))]
	}
	i := v.Addr().Interface().(*big.Int)
	if digits == "" {
		digits = "0"
	}
	if _, ok := i.SetString(digits, 10); !ok {
		return false
	}
	if neg {
		i.Neg(i)
	}
	return true
}

// setBigFloat sets v, a big.Float, to the number n.
func setBigFloat(v reflect.Value, n string) bool {
	if _, err := canonicalNumber(n); err != nil {
		return false
	}
	_, ok := v.Addr().Interface().(*big.Float).SetPrec(bigPrecision).SetString(n)
	return ok
}
