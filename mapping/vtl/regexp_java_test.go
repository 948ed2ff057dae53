package vtl_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/mapping/vtl"
)

// Where Java's regular expressions differ from Go's. Rows without a wanted text are refused, rather than read in Go's way.
func TestJavaRegexps(t *testing.T) {
	for _, row := range []struct{ expr, text, want string }{
		{`.`, "a\r\n\u0085\u2028\u2029b", "x\r\n\u0085\u2028\u2029x"},
		{`(?s).`, "a\r\n", "xxx"},
		{`[.]`, "a.b", "axb"},
		{`\.`, "a.b", "axb"},
		{`\s`, "a\vb", "axb"},
		{`[\s]`, "a\vb", "axb"},
		{`\S`, "a\vb", "x\vx"},
		{`[\h]`, "[a\tb", "[axb"},
		{`\é`, "aéb", "axb"},
		{`\Q.[\E`, "a.[b", "axb"},
		{`[]a]`, "]ab", "xxb"},
		{`[^]a]`, "]ab", "]ax"},
		{`.*`, "abc", "xx"},
		{`.*`, "", "x"},
		{`^.*$`, "abc", "x"},
		{`.*$`, "abc", "xx"},
		{`b|$`, "abc", "axcx"},
		{`(b)*`, "abbc", "xaxxcx"},
		{`x*`, "xab", "xxaxbx"},
		{`[a-c&&[^b]]`, "abc", "xbx"},
		{`[a[b]]`, "ab", "xx"},
		{`[[:alpha:]]`, "ab", "xb"},
		{`(?=b)`, "abc", "axbc"},
		{`(?<!a)b`, "abb", "abx"},
		{`(a|b)\1`, "aabb", "xx"},
		{`a++a`, "aaa", "aaa"},
		{`\X`, "a", ""},
	} {
		tpl, err := vtl.Parse("regexp", `$input.path("$.s").replaceAll($input.path("$.e"), "x")`)
		require.NoError(t, err)
		body, err := json.Marshal(map[string]string{"s": row.text, "e": row.expr})
		require.NoError(t, err)
		out, err := tpl.RenderContext(t.Context(), vtl.Input{Body: body})
		if row.want == "" {
			require.ErrorContains(t, err, "regular expression: ", row.expr)
			continue
		}
		require.NoError(t, err, row.expr)
		require.Equal(t, row.want, string(out.Body), row.expr)
	}
}
