package vtl

import (
	"math/big"
)

// The methods of BigInteger and BigDecimal. They take their own class for an operand and no other: Java widens a number
// to long or double, never to an object.

func bigMethod0(b *big.Int, name string) any {
	switch name {
	case "signum":
		return int32(b.Sign())
	case "abs":
		return new(big.Int).Abs(b)
	}
	return new(big.Int).Neg(b)
}

func bigMethod(a *big.Int, name string, args []any) (any, error) {
	if v, err := bigStatic(name, args); v != any(noMethod) {
		return v, err
	}
	if len(args) != 1 {
		return noMethod, nil
	}
	switch b := args[0].(type) {
	case int32:
		if name == "toString" {
			if b < 2 || b > 36 {
				b = 10
			}
			return a.Text(int(b)), nil
		}
	case *big.Int:
		return bigOfBig(a, name, b)
	}
	return noMethod, nil
}

func bigOfBig(a *big.Int, name string, b *big.Int) (any, error) {
	op := kPlus
	switch name {
	case "add":
	case "subtract":
		op = kMinus
	case "multiply":
		op = kTimes
	case "divide":
		op = kDivide
	case "mod":
		op = kModulus
	case "max", "min":
		return extreme(a, b, name == "max")
	default:
		return noMethod, nil
	}
	if (op == kDivide || op == kModulus) && b.Sign() == 0 {
		return nil, throw("BigInteger divide by zero")
	}
	return calculateBig(op, a, b)
}

// bigStatic is BigInteger.valueOf, which any BigInteger offers.
func bigStatic(name string, args []any) (any, error) {
	if n, ok := integerArg(args, 0, 64); ok && len(args) == 1 && name == "valueOf" {
		return big.NewInt(n), nil
	}
	return noMethod, nil
}

func decimalMethod(a *decimal, name string, args []any) (any, error) {
	if v, err := decimalStatic(name, args); v != any(noMethod) {
		return v, err
	}
	b, ok := first[*decimal](args)
	if !ok || len(args) != 1 {
		return noMethod, nil
	}
	switch name {
	case "add":
		return calculateDecimal(kPlus, a, b)
	case "subtract":
		return calculateDecimal(kMinus, a, b)
	case "multiply":
		return calculateDecimal(kTimes, a, b)
	case "divide":
		return divideExactly(a, b)
	case "max", "min":
		return extreme(a, b, name == "max")
	}
	return noMethod, nil
}

// decimalStatic is BigDecimal.valueOf: of a long with or without a scale, or of a double by its text.
func decimalStatic(name string, args []any) (any, error) {
	if name != "valueOf" {
		return noMethod, nil
	}
	n, whole := integerArg(args, 0, 64)
	switch len(args) {
	case 1:
		if whole {
			return &decimal{big.NewInt(n), 0}, nil
		}
		if f, ok := doubleArg(args, 0); ok {
			return asAny(parseDecimal(string(appendDouble(nil, f))))
		}
	case 2:
		if scale, ok := args[1].(int32); ok && whole {
			return &decimal{big.NewInt(n), int64(scale)}, nil
		}
	}
	return noMethod, nil
}

// extreme is max or min: of two that are equal, the first.
func extreme[T any](a, b T, largest bool) (any, error) {
	n, err := compareNumbers(a, b)
	if largest == (n < 0) && n != 0 {
		a = b
	}
	return a, err
}

// divideExactly is BigDecimal.divide: it throws where the quotient has no end.
func divideExactly(a, b *decimal) (any, error) {
	if b.unscaled.Sign() == 0 {
		return nil, throw("Division by zero")
	}
	// The quotient ends where the divisor, in lowest terms, has no factors but 2 and 5; it has as many digits more as there
	// are of the more frequent one.
	q := new(big.Rat).SetFrac(a.unscaled, b.unscaled)
	digits, exact := q.FloatPrec()
	if !exact {
		return nil, throw("Non-terminating decimal expansion; no exact representable decimal result.")
	}
	by, err := (&decimal{q.Num(), 0}).rescale(int64(digits))
	if err != nil {
		return nil, err
	}
	return newDecimal(by.Quo(by, q.Denom()), a.scale-b.scale+int64(digits))
}
