package vtl

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// appendDouble appends Double.toString: plain between 10^-3 and 10^7, with an exponent elsewhere, and always with a
// digit behind the point. The digits are the fewest that tell the number from its neighbours, as in Java 19 and later;
// before that Java prints one digit too many for some numbers, such as 2.0E-3.
func appendDouble(b []byte, f float64) []byte {
	switch abs := math.Abs(f); {
	case math.IsNaN(f):
		return append(b, "NaN"...)
	case math.IsInf(f, 1):
		return append(b, "Infinity"...)
	case math.IsInf(f, -1):
		return append(b, "-Infinity"...)
	case abs >= 1e-3 && abs < 1e7 || abs == 0:
		start := len(b)
		b = strconv.AppendFloat(b, f, 'f', -1, 64)
		if strings.IndexByte(string(b[start:]), '.') < 0 {
			b = append(b, ".0"...)
		}
		return b
	}
	s := strconv.FormatFloat(f, 'e', -1, 64)
	if !strings.Contains(s, ".") { // of two digits, the nearest: 4.9E-324, not 5.0E-324
		s = strconv.FormatFloat(f, 'e', 1, 64)
	}
	return appendScientific(b, s)
}

// appendScientific turns Go's 1e-05 into Java's 1.0E-5.
func appendScientific(b []byte, s string) []byte {
	mantissa, exp, _ := strings.Cut(s, "e")
	b = append(append(b, mantissa...), 'E')
	if exp[0] == '-' {
		b = append(b, '-')
	}
	return append(b, strings.TrimLeft(exp[1:], "0")...)
}

// decimal is a BigDecimal: unscaled / 10^scale. JSON numbers with a fraction of more than 18 characters are.
type decimal struct {
	unscaled *big.Int
	scale    int64 // has 32 bits, as in Java, and room to add two on every platform
}

// maxDigits bounds numbers beyond 64 bits, whose arithmetic is slow.
const (
	maxDigits = 10_000
	maxBits   = maxDigits * 10 / 3
)

func errScale() error { return throw("the scale of a number is beyond 32 bits") }

func errTooLong() error { return limit("a number has more than %d digits", maxDigits) }

// parseDecimal reads digits with an optional sign, point and exponent.
func parseDecimal(s string) (*decimal, error) {
	mantissa, exp := s, int64(0)
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		n, err := strconv.ParseInt(s[i+1:], 10, 32)
		if err != nil {
			return nil, throw("bad exponent in a number")
		}
		mantissa, exp = s[:i], n
	}
	whole, frac, _ := strings.Cut(mantissa, ".")
	if len(mantissa) > maxDigits {
		return nil, errTooLong()
	}
	n, ok := new(big.Int).SetString(whole+frac, 10)
	if !ok {
		return nil, throw("bad number")
	}
	scale := int64(len(frac)) - exp
	if scale != int64(int32(scale)) {
		return nil, errScale()
	}
	return &decimal{n, scale}, nil
}

// rescale returns the unscaled value at a larger scale.
func (d *decimal) rescale(scale int64) (*big.Int, error) {
	by := scale - d.scale
	if by < 0 || by > maxDigits {
		return nil, errTooLong()
	}
	pow := new(big.Int).Exp(big.NewInt(10), big.NewInt(by), nil)
	return pow.Mul(pow, d.unscaled), nil
}

// String is BigDecimal.toString.
func (d *decimal) String() string {
	digits := new(big.Int).Abs(d.unscaled).String()
	sign := ""
	if d.unscaled.Sign() < 0 {
		sign = "-"
	}
	exp := int64(len(digits)) - 1 - d.scale
	switch {
	case d.scale == 0:
		return sign + digits
	case d.scale > 0 && exp >= -6:
		scale := int(d.scale) // not much more than the digits
		if pad := scale + 1 - len(digits); pad > 0 {
			digits = strings.Repeat("0", pad) + digits
		}
		point := len(digits) - scale
		return sign + digits[:point] + "." + digits[point:]
	}
	if len(digits) > 1 {
		digits = digits[:1] + "." + digits[1:]
	}
	if exp == 0 {
		return sign + digits
	}
	plus := ""
	if exp > 0 {
		plus = "+"
	}
	return sign + digits + "E" + plus + strconv.FormatInt(exp, 10)
}

func (d *decimal) float() float64 {
	f, _ := strconv.ParseFloat(d.String(), 64)
	return f
}

func isNumber(v any) bool {
	switch v.(type) {
	case int32, int64, float64, *big.Int, *decimal:
		return true
	}
	return false
}

// toLong is Number.longValue: floating point is cut off and clamped, more than 64 bits are dropped.
func toLong(v any) int64 {
	switch v := v.(type) {
	case int32:
		return int64(v)
	case int64:
		return v
	case *big.Int:
		return int64(new(big.Int).And(v, new(big.Int).SetUint64(math.MaxUint64)).Uint64())
	case *decimal:
		return doubleToLong(v.float())
	case float64:
		return doubleToLong(v)
	}
	return 0
}

func doubleToLong(f float64) int64 {
	switch {
	case math.IsNaN(f):
		return 0
	case f >= math.MaxInt64:
		return math.MaxInt64
	case f <= math.MinInt64:
		return math.MinInt64
	}
	return int64(f)
}

// toInt is Number.intValue.
func toInt(v any) int32 {
	if f, ok := v.(float64); ok {
		return int32(max(math.MinInt32, min(math.MaxInt32, doubleToLong(f))))
	}
	return int32(toLong(v))
}

func toDouble(v any) float64 {
	switch v := v.(type) {
	case int32:
		return float64(v)
	case int64:
		return float64(v)
	case float64:
		return v
	case *big.Int:
		f, _ := new(big.Float).SetInt(v).Float64()
		return f
	case *decimal:
		return v.float()
	}
	return 0
}

func toBig(v any) *big.Int {
	if b, ok := v.(*big.Int); ok {
		return b
	}
	return big.NewInt(toLong(v))
}

// toDecimal is exact: 0.1 becomes the binary fraction that a Double holds.
func toDecimal(v any) (*decimal, error) {
	switch v := v.(type) {
	case *decimal:
		return v, nil
	case *big.Int:
		return &decimal{v, 0}, nil
	}
	f := toDouble(v)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, throw("Infinite or NaN")
	}
	s := new(big.Float).SetFloat64(f).Text('f', 1100)
	return parseDecimal(strings.TrimSuffix(strings.TrimRight(s, "0"), "."))
}
