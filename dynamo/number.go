package dynamo

import (
	"fmt"
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
	neg, digits, exp, ok := splitNumber(n)
	if !ok {
		return "", fmt.Errorf("not a decimal number (NaN and infinities cannot be stored)")
	}
	trimmed := strings.TrimLeft(digits, "0")
	exp += len(trimmed) - 1
	trimmed = strings.TrimRight(trimmed, "0")
	switch {
	case trimmed == "":
		return "0", nil
	case len(trimmed) > maxDigits:
		return "", fmt.Errorf("number has %d significant digits, DynamoDB keeps %d", len(trimmed), maxDigits)
	case exp > maxExponent:
		return "", fmt.Errorf("number is too large: its magnitude must stay below 1E+%d", maxExponent+1)
	case exp < minExponent:
		return "", fmt.Errorf("number is too small: its magnitude must be at least 1E%d", minExponent)
	}
	if neg {
		trimmed = "-" + trimmed
	}
	return trimmed + "E" + strconv.Itoa(exp), nil
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
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return false, "", 0, false
	}
	return neg, digits, exp - len(fraction), true
}
