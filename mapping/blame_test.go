package mapping_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/mapping"
)

// meter counts what decoding it costs, for a test that runs alone.
type meter map[string][]int

var metered struct{ bytes, tries int }

func (m *meter) UnmarshalJSON(doc []byte) error {
	metered.bytes += len(doc)
	metered.tries++
	return json.Unmarshal(doc, (*map[string][]int)(m))
}

// TestBlameIsLinear doubles hostile events and looks at the work: that of a careless
// search grows fourfold, or has a try for every child.
func TestBlameIsLinear(t *testing.T) {
	ones := func(n int) string { return strings.Repeat("1,", n) }
	keys := func(prefix string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `"%s%07d":[],`, prefix, i)
		}
		return b.String()
	}
	long := func(n int) string { return strings.Repeat("k", n) }
	const mistake = "must be an integer, not a string"
	for _, tt := range []struct {
		name         string
		event        func(n int) string
		path, detail string // of n = 20,000
	}{
		{"long array, last", func(n int) string { return `{"a":[` + ones(n) + `"x"]}` }, "a[20000]", mistake},
		{"long array, first", func(n int) string { return `{"a":["x",` + ones(n) + `1]}` }, "a[0]", mistake},
		{"many keys", func(n int) string { return `{` + keys("k", n) + `"a":["x"]}` }, "a[0]", mistake},
		{"long array amid many keys", func(n int) string {
			return `{` + keys("k", n/10) + `"a":[` + ones(n) + `"x"],` + keys("l", n/10) + `"b":[]}`
		}, "a[20000]", mistake},
		{"long key", func(n int) string { return `{"` + long(n) + `":[1,"x"]}` }, long(64) + "…[1]", mistake},
		{"long key, long array", func(n int) string {
			return `{"` + long(20*n) + `":[` + ones(n) + `"x"]}`
		}, long(64) + "…", "has an invalid value"}, // the budget is spent
	} {
		t.Run(tt.name, func(t *testing.T) {
			work := func(n int) (int, error) {
				metered.bytes, metered.tries = 0, 0
				_, err := mapping.New(echo[meter]).Invoke(t.Context(), []byte(tt.event(n)))
				return metered.bytes, err
			}
			once, err := work(20_000)
			requireError(t, err, 400, fmt.Sprintf("%q %s", tt.path, tt.detail))
			require.LessOrEqual(t, metered.tries, 64)
			for n := 20_000; n <= 40_000; n *= 2 {
				twice, _ := work(2 * n)
				require.LessOrEqual(t, float64(twice), 2.2*float64(once), "%d bytes of work for n = %d", once, n)
				once = twice
			}
		})
	}
}
