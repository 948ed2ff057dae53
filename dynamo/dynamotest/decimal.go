package dynamotest

import (
	"math/big"
	"strconv"
	"strings"
)

// A decimal is a DynamoDB number: the exact value ±0.coef × 10^exp.
//
// coef has neither leading nor trailing zeros, so every number has one form
// only, equal numbers are equal structs, and comparing two coefficients as
// strings compares them as fractions ("12" < "2"). Zero is the zero decimal.
type decimal struct {
	neg  bool
	coef string
	exp  int
}

// The limits of DynamoDB's Number type, "Supported data types and naming rules".
const (
	maxDigits   = 38
	maxExponent = 126  // 9.99…E+125 is 0.999…E+126
	minExponent = -129 // 1E-130 is 0.1E-129
)

const (
	msgNotNumber = "The parameter cannot be converted to a numeric value"
	msgOverflow  = "Number overflow. Attempting to store a number with magnitude larger than supported range"
	msgUnderflow = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
	msgPrecision = "Attempting to store more than 38 significant digits in a Number"
)

// parseDecimal reads [+-]digits[.digits][e[+-]digits]. The second result is
// DynamoDB's message where the text is no number or out of range, else empty.
func parseDecimal(s string) (decimal, string) {
	if s == "" {
		return decimal{}, msgNotNumber
	}
	mantissa, exponent, ok := splitExponent(s)
	if !ok {
		return decimal{}, msgNotNumber + ": " + s
	}
	d := decimal{}
	switch mantissa[:min(1, len(mantissa))] {
	case "-":
		d.neg, mantissa = true, mantissa[1:]
	case "+":
		mantissa = mantissa[1:]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if !allDigits(whole) || !allDigits(fraction) || whole+fraction == "" {
		return decimal{}, msgNotNumber + ": " + s
	}
	d.coef, d.exp = whole+fraction, len(whole)+exponent
	d = d.normal()
	return d, d.fault()
}

// splitExponent cuts the exponent off. One too large for any DynamoDB number
// is brought down to a size that cannot overflow an int and is still too large.
func splitExponent(s string) (mantissa string, exponent int, ok bool) {
	i := strings.IndexAny(s, "eE")
	if i < 0 {
		return s, 0, true
	}
	digits := strings.TrimLeft(s[i+1:], "+-")
	if digits == "" || !allDigits(digits) || len(s)-i-1-len(digits) > 1 {
		return "", 0, false
	}
	const huge = 1 << 30
	n, err := strconv.Atoi(digits)
	if err != nil || n > huge {
		n = huge
	}
	if s[i+1] == '-' {
		n = -n
	}
	return s[:i], n, true
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// normal removes the zeros at both ends of the coefficient.
func (d decimal) normal() decimal {
	trimmed := strings.TrimLeft(d.coef, "0")
	d.exp -= len(d.coef) - len(trimmed)
	d.coef = strings.TrimRight(trimmed, "0")
	if d.coef == "" {
		return decimal{}
	}
	return d
}

// fault is DynamoDB's message for a number outside its range, else empty.
func (d decimal) fault() string {
	switch {
	case d.coef == "":
		return ""
	case d.exp > maxExponent:
		return msgOverflow
	case d.exp < minExponent:
		return msgUnderflow
	case len(d.coef) > maxDigits:
		return msgPrecision
	}
	return ""
}

// text is the form DynamoDB answers with: plain digits, never an exponent.
func (d decimal) text() string {
	if d.coef == "" {
		return "0"
	}
	var b strings.Builder
	if d.neg {
		b.WriteByte('-')
	}
	switch {
	case d.exp <= 0:
		b.WriteString("0.")
		b.WriteString(strings.Repeat("0", -d.exp))
		b.WriteString(d.coef)
	case d.exp >= len(d.coef):
		b.WriteString(d.coef)
		b.WriteString(strings.Repeat("0", d.exp-len(d.coef)))
	default:
		b.WriteString(d.coef[:d.exp])
		b.WriteByte('.')
		b.WriteString(d.coef[d.exp:])
	}
	return b.String()
}

// add is exact; the caller checks the result's fault.
func (d decimal) add(o decimal) decimal {
	scale := min(d.exp-len(d.coef), o.exp-len(o.coef))
	sum := d.scaled(scale)
	sum.Add(sum, o.scaled(scale))
	r := decimal{neg: sum.Sign() < 0, coef: sum.Abs(sum).String()}
	r.exp = len(r.coef) + scale
	return r.normal()
}

// negated is -d.
func (d decimal) negated() decimal {
	if d.coef != "" {
		d.neg = !d.neg
	}
	return d
}

// scaled is d ÷ 10^scale, where scale is at most d's last decimal place.
func (d decimal) scaled(scale int) *big.Int {
	n := new(big.Int)
	if d.coef == "" {
		return n
	}
	n.SetString(d.coef+strings.Repeat("0", d.exp-len(d.coef)-scale), 10)
	if d.neg {
		n.Neg(n)
	}
	return n
}

// compare is negative, zero or positive as d is less than, equal to or greater than o.
func (d decimal) compare(o decimal) int {
	return strings.Compare(d.ordered(), o.ordered())
}

// ordered encodes d so that comparing the encodings as bytes compares the
// numbers: a byte for the sign, two for the exponent, then the coefficient. A
// negative number has all of that inverted and ends in 0xFF, so that of two
// coefficients where one starts with the other, the longer comes first.
//
//	-12  00 7F 01 CE CD FF
//	0    01
//	12   02 80 02 31 32
func (d decimal) ordered() string {
	if d.coef == "" {
		return "\x01"
	}
	const bias = 1 << 15
	b := make([]byte, 0, 4+len(d.coef))
	b = append(b, 2, byte((d.exp+bias)>>8), byte(d.exp+bias))
	b = append(b, d.coef...)
	if !d.neg {
		return string(b)
	}
	b[0] = 0
	for i := 1; i < len(b); i++ {
		b[i] = ^b[i]
	}
	return string(append(b, 0xFF))
}

// size is what the number weighs in an item: about one byte for two digits and
// one more ("DynamoDB item sizes and formats").
func (d decimal) size() int {
	if d.coef == "" {
		return 1
	}
	// Digits are stored in pairs that start at an even power of ten.
	before, after := max(d.exp, 0), max(len(d.coef)-d.exp, 0)
	if d.exp <= 0 {
		after = len(d.coef) + (-d.exp)%2
	} else if d.exp > len(d.coef) {
		before = len(d.coef) + (d.exp-len(d.coef))%2
	}
	size := 1 + (before+1)/2 + (after+1)/2
	if d.neg {
		size++
	}
	return size
}

// whole is the number as whole seconds or the like; ok is false where it is
// negative or beyond 18 digits. A fraction is cut off.
func (d decimal) whole() (n uint64, ok bool) {
	if d.neg || d.exp > 18 {
		return 0, false
	}
	if d.exp <= 0 {
		return 0, true
	}
	digits := d.coef[:min(d.exp, len(d.coef))] + strings.Repeat("0", max(0, d.exp-len(d.coef)))
	n, err := strconv.ParseUint(digits, 10, 64)
	return n, err == nil
}
