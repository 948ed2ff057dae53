package integration

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var patternCases = []struct {
	pattern, text string
	want          bool
}{
	{"Malformed", "Malformed", true},
	{"Malformed", "Malformed input", false},
	{"Malformed", "xMalformed", false},
	{"a|b", "a", true},
	{"a|b", "ab", false},
	{".*", "a\nb", false},
	{".*", "a\rb", false},
	{".*", "a\u2028b", false},
	{".*", "a김b", true},
	{"(?s).*", "a\nb", true},
	{"(?is)A.B", "a\nb", true},
	{`[\s\S]*`, "a\r\n\u2028b", true},
	{`(.|\n)*`, "a\nb", true},
	{`\{"status":404,[\s\S]*`, "{\"status\":404,\n}", true},
	{`.*"code":4\d{2}.*`, `{"code":404}`, true},
	{`.*"code":4\d{2}.*`, `{"code":500}`, false},
	{`\[[4-5]\d\d\].*`, "[404] x", true},
	{`\Qa.b\E.`, "a.bc", true},
	{`\Qa.b\E.`, "axbc", false},
	{`\Qa.b`, "a.b", true},
	{`\u00e9\-\"\ü`, "é-\"ü", true},
	{`[\-\"a]+`, `-"a`, true},
	{"[]a]+", "]a", true},
	{"[^]a]", "b", true},
	{`\p{L}+\x{41}?\P{L}`, "éA1", true},
	{"(?i)error: .+", "ERROR: x", true},
	{`(?!Success).*`, "Success", false},
	{`(?!Success).*`, "Failure", true},
	{`.*(?<=\d)x`, "1x", true},
	{`(a|b)\1`, "aa", true},
	{`(a|b)\1`, "ab", false},
	{`a++b`, "aaab", true},
	{`a++ab`, "aaab", false},
	{`(ab)*+ab`, "abab", false},
	{`[ab]?+c`, "bc", true},
	{`a{1,2}+a`, "aa", false},
	{`(?>a|ab)c`, "abc", false},
	{`x(?=y).*`, "xyz", true},
	{`\d++`, "٣", false},
	{`[a[b]]+`, "ab", true},
	{`[a-z&&[^b]]+`, "acz", true},
	{`[a-z&&[^b]]+`, "abc", false},
}

func TestPatterns(t *testing.T) {
	for _, tc := range patternCases {
		m, err := compilePattern(tc.pattern)
		require.NoError(t, err, tc.pattern)
		got, err := m.match(tc.text)
		require.NoError(t, err)
		require.Equal(t, tc.want, got, "%q, %q", tc.pattern, tc.text)
	}
}

func TestBadPatterns(t *testing.T) {
	for pattern, why := range map[string]string{
		`a)|(?:b`: "unexpected )", `(`: "missing", `[a`: "missing", `a\`: "unexpected end", `*`: "dangling",
		`{"status":404}`: `\{`, `a{,2}`: `\{`, `\p{Nope}`: "property", `(?<=(a|b)*)c`: "maximum length",
		strings.Repeat("a", maxPatternBytes+1): "4097 bytes",
	} {
		_, err := compilePattern(pattern)
		require.ErrorContains(t, err, why, clipped(pattern))
	}
}

func clipped(s string) string { return s[:min(len(s), 20)] }

// A pattern that would take years is stopped.
func TestCatastrophicPattern(t *testing.T) {
	m, err := compilePattern(`(?=a)(a+)+\1b`)
	require.NoError(t, err)
	_, err = m.match(strings.Repeat("a", 64))
	require.ErrorIs(t, err, errPatternSlow)
	m, err = compilePattern(`(a+)+b`)
	require.NoError(t, err)
	ok, err := m.match(strings.Repeat("a", 64))
	require.NoError(t, err, "what has failed at a place is not tried there again")
	require.False(t, ok)
}

// FuzzPattern compiles any pattern: no panic, and what needs no rewriting means the same as in Go.
func FuzzPattern(f *testing.F) {
	for _, tc := range patternCases {
		f.Add(tc.pattern, tc.text)
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if len(text) > 100 || len(pattern) > 100 {
			return
		}
		m, err := compilePattern(pattern)
		if err != nil {
			return
		}
		if _, err := m.match(text); err != nil && err != errPatternSlow {
			t.Fatal(err)
		}
	})
}
