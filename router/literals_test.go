package router

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// However the literals of a table differ, one is found within a few slots: a table of
// routes that share their length and most of their bytes is no slower than another one.
func TestLiteralsThatDifferInANumber(t *testing.T) {
	for _, format := range []string{
		"%04d", "v%04d", "cust-%04d", "%04d-orders", "customer-%04d-orders",
		"v1/customers/cust-%04d/orders/list", "a/very/long/path/of/a/table/that/a/tool/has/made/%04d/of/its/own/names/of/things",
	} {
		var l literals
		for i := range 300 { // others, among which nothing is far
			l.add(strconv.FormatInt(int64(1296+37*i), 36))
		}
		const n = 700
		for i := range n {
			l.add(fmt.Sprintf(format, i))
		}
		looks, longest := 0, 0
		for i := range n {
			text := fmt.Sprintf(format, i)
			e, behind := l.slot(text, word(text, 0))
			if e.node == nil {
				t.Fatalf("%s is not found", text)
			}
			looks, longest = looks+behind+1, max(longest, behind)
		}
		if looks > 8*n || longest > 2*far {
			t.Errorf("%s: %.1f slots are looked at, %d at most", format, float64(looks)/n, longest)
		}
	}
}

// A literal is found whatever its length is, and none in place of one that is as long modulo 64.
func TestLiteralsOfAllLengths(t *testing.T) {
	const most = 130
	long := strings.Repeat("x", most)
	for n := range most {
		var l literals
		node := l.add(long[:n])
		for m := range most {
			found := l.find(long[:m], word(long[:m], 0))
			if m == n && found != node || m != n && found != nil {
				t.Fatalf("of %d bytes: what is found for %d is wrong", n, m)
			}
		}
	}
}
