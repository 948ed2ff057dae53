package vtl

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// format is String.format for the conversions that templates use: %s, %d, %x, %o, %f, %e, %b, %c, %n and %%, with the
// flags "-", "0", "+", ",", " " and "#", a width, a precision and an argument's index. Others are an error.
func (r *renderer) format(f string, args []any) (string, error) {
	var b strings.Builder
	next := 0
	for i := 0; i < len(f); i++ {
		if f[i] != '%' {
			b.WriteByte(f[i])
			continue
		}
		spec, n, err := parseSpec(f[i+1:])
		if err != nil {
			return "", err
		}
		i += n
		s := ""
		switch spec.verb {
		case '%':
			s = "%"
		case 'n':
			s = "\n"
		default:
			at := spec.arg - 1
			if spec.arg == 0 {
				at = next
				next++
			}
			if at >= len(args) {
				return "", throw("a format specifier has no argument")
			}
			if s, err = r.formatArg(spec, args[at]); err != nil {
				return "", err
			}
		}
		b.WriteString(spec.pad(s))
		if err := r.chargeBytes(b.Len()); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

type formatSpec struct {
	arg              int
	flags            string
	width, precision int // -1 is none
	verb             byte
}

const maxFormatWidth = 10_000

// parseSpec reads what follows a "%".
func parseSpec(s string) (formatSpec, int, error) {
	spec := formatSpec{width: -1, precision: -1}
	i := digits(s, 0)
	if i > 0 && i < len(s) && s[i] == '$' {
		spec.arg, _ = strconv.Atoi(s[:i])
		i++
	} else {
		i = 0
	}
	start := i
	for i < len(s) && strings.IndexByte("-#+ 0,(", s[i]) >= 0 {
		i++
	}
	spec.flags = s[start:i]
	if j := digits(s, i); j > i {
		spec.width, _ = strconv.Atoi(s[i:j])
		i = j
	}
	if i < len(s) && s[i] == '.' {
		j := digits(s, i+1)
		spec.precision, _ = strconv.Atoi(s[i+1 : j])
		i = j
	}
	if i == len(s) || spec.width > maxFormatWidth || spec.precision > maxFormatWidth {
		return spec, 0, throw("bad format specifier")
	}
	spec.verb = s[i]
	return spec, i + 1, nil
}

func (f formatSpec) has(flag byte) bool { return strings.IndexByte(f.flags, flag) >= 0 }

// pad brings a text to its width.
func (f formatSpec) pad(s string) string {
	n := f.width - utf16Len(s)
	if n <= 0 {
		return s
	}
	switch {
	case f.has('-'):
		return s + strings.Repeat(" ", n)
	case f.has('0') && strings.IndexByte("dxofe", f.verb|0x20) >= 0:
		sign := 0
		if s != "" && (s[0] == '-' || s[0] == '+') {
			sign = 1
		}
		return s[:sign] + strings.Repeat("0", n) + s[sign:]
	}
	return strings.Repeat(" ", n) + s
}

func (r *renderer) formatArg(f formatSpec, v any) (string, error) {
	s, err := r.formatVerb(f, v)
	if err == nil && f.verb < 'a' {
		s = strings.ToUpper(s)
	}
	return s, err
}

func (r *renderer) formatVerb(f formatSpec, v any) (string, error) {
	switch f.verb | 0x20 {
	case 's':
		s, ok, err := r.stringOf(v)
		if !ok {
			s = "null"
		}
		if f.precision >= 0 && f.precision < utf16Len(s) {
			s = substring(s, 0, f.precision)
		}
		return s, err
	case 'b':
		b, isBool := v.(bool)
		return strconv.FormatBool(v != nil && (b || !isBool)), nil
	case 'c':
		switch c := v.(type) {
		case char:
			return string(appendUnit(nil, uint16(c))), nil
		case int32:
			return string(c), nil
		}
	case 'd', 'x', 'o':
		return formatInteger(f, v)
	case 'f', 'e':
		return formatFloat(f, v)
	}
	return "", throw("a format specifier does not take its argument")
}

func formatInteger(f formatSpec, v any) (string, error) {
	base := map[byte]int{'d': 10, 'x': 16, 'o': 8}[f.verb|0x20]
	s := ""
	switch n := v.(type) {
	case nil:
		return "null", nil
	case int32:
		s = strconv.FormatInt(int64(n), base)
		if base != 10 {
			s = strconv.FormatUint(uint64(uint32(n)), base)
		}
	case int64:
		s = strconv.FormatInt(n, base)
		if base != 10 {
			s = strconv.FormatUint(uint64(n), base)
		}
	case *big.Int:
		s = n.Text(base)
	default:
		return "", throw("a format specifier does not take a %s", className(v))
	}
	if base == 10 {
		s = signed(f, s)
	}
	return s, nil
}

func formatFloat(f formatSpec, v any) (string, error) {
	prec := f.precision
	if prec < 0 {
		prec = 6
	}
	switch v.(type) {
	case nil:
		return "null", nil
	case float64, *decimal:
	default:
		return "", throw("a format specifier does not take a %s", className(v))
	}
	x := toDouble(v)
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return string(appendDouble(nil, x)), nil
	}
	if f.verb|0x20 == 'e' {
		return signed(f, strconv.FormatFloat(x, 'e', prec, 64)), nil
	}
	return signed(f, roundHalfUp(x, prec)), nil
}

// roundHalfUp rounds the digits that a Double prints, half away from zero, as Java's %f does.
func roundHalfUp(x float64, prec int) string {
	d, err := parseDecimal(strconv.FormatFloat(x, 'f', -1, 64))
	if err != nil {
		return strconv.FormatFloat(x, 'f', prec, 64)
	}
	n, digits := new(big.Int).Set(d.unscaled), int64(prec)
	if d.scale <= digits {
		n.Mul(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(digits-d.scale), nil))
		return (&decimal{n, digits}).plain()
	}
	pow := new(big.Int).Exp(big.NewInt(10), big.NewInt(d.scale-digits), nil)
	q, rem := n.QuoRem(n, pow, new(big.Int))
	if rem.Lsh(rem.Abs(rem), 1).CmpAbs(pow) >= 0 {
		q.Add(q, big.NewInt(int64(d.unscaled.Sign())))
	}
	return (&decimal{q, digits}).plain()
}

// plain prints a decimal without an exponent.
func (d *decimal) plain() string {
	s := new(big.Int).Abs(d.unscaled).String()
	scale := int(d.scale) // no more than the digits that are asked for
	if n := scale + 1 - len(s); n > 0 {
		s = strings.Repeat("0", n) + s
	}
	if scale > 0 {
		s = s[:len(s)-scale] + "." + s[len(s)-scale:]
	}
	if d.unscaled.Sign() < 0 {
		s = "-" + s
	}
	return s
}

// signed applies the flags "+", " " and ",".
func signed(f formatSpec, s string) string {
	if f.has(',') {
		s = group(s)
	}
	switch {
	case s[0] == '-':
	case f.has('+'):
		s = "+" + s
	case f.has(' '):
		s = " " + s
	}
	return s
}

func group(s string) string {
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	whole, frac, ok := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if ok {
		whole += "." + frac
	}
	return sign + whole
}
