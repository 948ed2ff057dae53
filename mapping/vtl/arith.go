package vtl

import (
	"math"
	"math/big"
)

// Arithmetic works in 64 bits, or in BigInteger, double or BigDecimal where an operand is one of them or the result
// leaves 64 bits. A result has the wider of its operands' types, or the next one that holds it.

type base uint8

const (
	baseLong base = iota
	baseDouble
	baseBig
	baseDecimal
)

func baseOf(l, r any) base {
	lk, rk := numberKind(l), numberKind(r)
	switch {
	case lk == baseDecimal || rk == baseDecimal:
		return baseDecimal
	case lk == baseBig && rk == baseDouble || lk == baseDouble && rk == baseBig:
		return baseDecimal
	case lk == baseBig || rk == baseBig:
		return baseBig
	case lk == baseDouble || rk == baseDouble:
		return baseDouble
	}
	return baseLong
}

func numberKind(v any) base {
	switch v.(type) {
	case *decimal:
		return baseDecimal
	case *big.Int:
		return baseBig
	case float64:
		return baseDouble
	}
	return baseLong
}

func isZero(v any) bool {
	switch v := v.(type) {
	case *big.Int:
		return v.Sign() == 0
	case *decimal:
		return v.unscaled.Sign() == 0
	}
	return toDouble(v) == 0
}

// calculate yields nil for a division by zero.
func calculate(op kind, l, r any) (any, error) {
	if (op == kDivide || op == kModulus) && isZero(r) {
		return nil, nil
	}
	switch baseOf(l, r) {
	case baseLong:
		return calculateLong(op, l, r), nil
	case baseDouble:
		return calculateDouble(op, toDouble(l), toDouble(r)), nil
	case baseBig:
		return calculateBig(op, toBig(l), toBig(r))
	}
	return calculateDecimal(op, l, r)
}

func calculateLong(op kind, l, r any) any {
	a, b := toLong(l), toLong(r)
	var n int64
	overflow := false
	switch op {
	case kPlus:
		n = a + b
		overflow = n^a < 0 && n^b < 0
	case kMinus:
		n = a - b
		overflow = n^a < 0 && n^^b < 0
	case kTimes:
		n = a * b
		overflow = b != 0 && n/b != a
	case kDivide:
		n = a / b
	case kModulus:
		n = a % b
	}
	if overflow {
		v, _ := calculateBig(op, big.NewInt(a), big.NewInt(b))
		return v
	}
	_, long := l.(int64)
	if _, ok := r.(int64); ok || long {
		return n
	}
	return narrow(n)
}

func calculateDouble(op kind, a, b float64) any {
	switch op {
	case kPlus:
		return a + b
	case kMinus:
		return a - b
	case kTimes:
		return a * b
	case kDivide:
		return a / b
	}
	return math.Mod(a, b)
}

func calculateBig(op kind, a, b *big.Int) (any, error) {
	n := new(big.Int)
	switch op {
	case kPlus:
		n.Add(a, b)
	case kMinus:
		n.Sub(a, b)
	case kTimes:
		n.Mul(a, b)
	case kDivide:
		n.Quo(a, b)
	case kModulus:
		if b.Sign() < 0 {
			return nil, throw("BigInteger: modulus not positive")
		}
		n.Mod(a, b)
	}
	if n.BitLen() > maxBits {
		return nil, errTooLong()
	}
	return n, nil
}

func calculateDecimal(op kind, l, r any) (any, error) {
	a, err := toDecimal(l)
	if err != nil {
		return nil, err
	}
	b, err := toDecimal(r)
	if err != nil {
		return nil, err
	}
	switch op {
	case kTimes:
		n, err := calculateBig(kTimes, a.unscaled, b.unscaled)
		if err != nil {
			return nil, err
		}
		return newDecimal(n.(*big.Int), a.scale+b.scale)
	case kDivide:
		return divideDecimal(a, b)
	case kModulus:
		return nil, throw("Cannot calculate the modulo of BigDecimals.")
	}
	scale := max(a.scale, b.scale)
	x, y, err := alignDecimals(a, b, scale)
	if err != nil {
		return nil, err
	}
	n, err := calculateBig(op, x, y)
	if err != nil {
		return nil, err
	}
	return &decimal{n.(*big.Int), scale}, nil
}

// newDecimal refuses what BigDecimal refuses, a scale beyond 32 bits, and what is too long for us.
func newDecimal(unscaled *big.Int, scale int64) (any, error) {
	if scale != int64(int32(scale)) {
		return nil, errScale()
	}
	if unscaled.BitLen() > maxBits {
		return nil, errTooLong()
	}
	return &decimal{unscaled, scale}, nil
}

func alignDecimals(a, b *decimal, scale int64) (x, y *big.Int, err error) {
	if x, err = a.rescale(scale); err != nil {
		return nil, nil, err
	}
	y, err = b.rescale(scale)
	return x, y, err
}

// divideDecimal keeps the scale of the dividend and rounds half down.
func divideDecimal(a, b *decimal) (any, error) {
	num, den := a.unscaled, b.unscaled
	if by := b.scale; by >= 0 {
		n, err := (&decimal{num, 0}).rescale(by)
		if err != nil {
			return nil, err
		}
		num = n
	} else {
		n, err := (&decimal{den, 0}).rescale(-by)
		if err != nil {
			return nil, err
		}
		den = n
	}
	q, rem := new(big.Int).QuoRem(num, den, new(big.Int))
	if rem.Lsh(rem.Abs(rem), 1).CmpAbs(den) > 0 {
		q.Add(q, big.NewInt(int64(num.Sign()*den.Sign())))
	}
	return &decimal{q, a.scale}, nil
}

// compareNumbers is -1, 0 or 1; NaN equals everything, as in Velocity.
func compareNumbers(l, r any) (int, error) {
	switch baseOf(l, r) {
	case baseLong:
		return order(toLong(l), toLong(r)), nil
	case baseDouble:
		return order(toDouble(l), toDouble(r)), nil
	case baseBig:
		return toBig(l).Cmp(toBig(r)), nil
	}
	a, err := toDecimal(l)
	if err != nil {
		return 0, err
	}
	b, err := toDecimal(r)
	if err != nil {
		return 0, err
	}
	x, y, err := alignDecimals(a, b, max(a.scale, b.scale))
	if err != nil {
		return 0, err
	}
	return x.Cmp(y), nil
}

func order[T int64 | float64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
