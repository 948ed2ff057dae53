package dynamotest

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// numbers are in ascending order.
var numbers = []string{
	"-9.9999999999999999999999999999999999999E+125", "-1e100", "-100", "-99.5", "-12", "-1.2", "-1.19", "-1", "-0.001", "-1e-130",
	"0", "1e-130", "1e-100", "0.001", "0.0011", "1", "1.19", "1.2", "12", "99.5", "100", "100.5", "1e100", "9.9999999999999999999999999999999999999E+125",
}

func TestDecimalOrder(t *testing.T) {
	for i, a := range numbers {
		for j, b := range numbers {
			x, fault := parseDecimal(a)
			require.Empty(t, fault, a)
			y, _ := parseDecimal(b)
			require.Equal(t, sign(i-j), sign(x.compare(y)), "%s and %s", a, b)
		}
	}
}

func sign(n int) int { return min(1, max(-1, n)) }

func TestDecimalAddAgreesWithRationals(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2)) // seeds 1, 2
	pick := func() (decimal, *big.Rat) {
		text := strings.Repeat("-", r.IntN(2)) + digits(r, 1+r.IntN(38)) + "e" + []string{"", "-"}[r.IntN(2)] + digits(r, 1)
		d, fault := parseDecimal(text)
		require.Empty(t, fault, text)
		rat, ok := new(big.Rat).SetString(text)
		require.True(t, ok)
		return d, rat
	}
	for range 2000 {
		a, x := pick()
		b, y := pick()
		want := new(big.Rat).Add(x, y)
		got, ok := new(big.Rat).SetString(a.add(b).text())
		require.True(t, ok)
		require.Zero(t, want.Cmp(got), "%s + %s", a.text(), b.text())
		require.Equal(t, x.Cmp(y), sign(a.compare(b)))
	}
}

func digits(r *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + r.IntN(10))
	}
	return string(b)
}

func FuzzDecimal(f *testing.F) {
	for _, n := range numbers {
		f.Add(n)
	}
	for _, n := range []string{"", "-", "1e", "00.00", "1e999999999999999999999", "+.5", "0x1", "1_0"} {
		f.Add(n)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, fault := parseDecimal(text)
		if fault != "" {
			return
		}
		canonical := d.text()
		again, fault := parseDecimal(canonical)
		require.Empty(t, fault)
		require.Equal(t, d, again)
		require.Equal(t, canonical, again.text())
		require.LessOrEqual(t, len(d.coef), maxDigits)
		want, ok := new(big.Rat).SetString(text)
		if !ok { // a zero with an exponent that big.Rat refuses
			require.Equal(t, decimal{}, d)
			return
		}
		got, _ := new(big.Rat).SetString(canonical)
		require.Zero(t, want.Cmp(got))
	})
}

func TestDecimalSize(t *testing.T) {
	for text, want := range map[string]int{"0": 1, "1": 2, "12": 2, "123": 3, "-1": 3, "1000000": 2, "0.5": 2, "1.5": 3} {
		d, _ := parseDecimal(text)
		require.Equal(t, want, d.size(), text)
	}
}

func TestOrderedKeysSortAsNumbers(t *testing.T) {
	var keys []string
	for _, text := range numbers {
		d, _ := parseDecimal(text)
		keys = append(keys, d.ordered())
	}
	require.True(t, slices.IsSorted(keys))
}
