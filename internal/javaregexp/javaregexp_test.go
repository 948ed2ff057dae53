package javaregexp

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
)

// bracketed puts each match into brackets, as replaceAll(expr, "[$0]") does.
func bracketed(re *Regexp, s string, steps int) (string, error) {
	text := utf16.Encode([]rune(s))
	var out []uint16
	from := 0
	err := re.All(text, &steps, func(m []int) bool {
		out = append(append(out, text[from:m[0]]...), '[')
		out = append(append(out, text[m[0]:m[1]]...), ']')
		from = m[1]
		return true
	})
	return string(utf16.Decode(append(out, text[from:]...))), err
}

// What Java 17 finds: every row has been run there.
var cases = []struct{ expr, text, want string }{
	{`.`, "a\r\n\u0085\u2028b", "[a]\r\n\u0085\u2028[b]"},
	{`(?s).`, "a\r\n", "[a][\r][\n]"},
	{`(?d).`, "a\r\n", "[a][\r]\n"},
	{`\s`, "a\x0b b", "a[\x0b][ ]b"},
	{`\S`, "a\x0bb", "[a]\x0b[b]"},
	{`[\h]`, "[a\tb", "[a[\t]b"},
	{`\v`, "a\x0b\u2028b", "a[\x0b][\u2028]b"},
	{`\R`, "a\r\n\r\u0085b", "a[\r\n][\r][\u0085]b"},
	{`\R\n`, "a\r\n", "a[\r\n]"},
	{`\R+\n`, "a\r\n", "a\r\n"},
	{``, "ab", "[]a[]b[]"},
	{``, "😀", "[]\uFFFD[]\uFFFD[]"},
	{`\B`, "É😀b", "É\uFFFD[]\uFFFDb"},
	{`[^a]{0}\B`, "É😀b", "É😀b"},
	{`x*`, "xab", "[x][]a[]b[]"},
	{`.*`, "abc", "[abc][]"},
	{`.*?`, "ab", "[]a[]b[]"},
	{`.*$`, "abc", "[abc][]"},
	{`b|$`, "abc", "a[b]c[]"},
	{`(b)*`, "abbc", "[]a[bb][]c[]"},
	{`(a|ab)(c|bcd)(d*)`, "abcd", "[abcd]"},
	{`a{2}`, "aaaaa", "[aa][aa]a"},
	{`a{2,}?`, "aaaaa", "[aa][aa]a"},
	{`a{1,2}+a`, "aaa", "[aaa]"},
	{`a++a`, "aaa", "aaa"},
	{`a?+a`, "a", "a"},
	{`(ab)*+ab`, "ababab", "ababab"},
	{`(?>a|ab)c`, "abc ac", "abc [ac]"},
	{`{2}`, "a", "[]a[]"},
	{`a{2}{3}`, "aa", "[aa]"},
	{`(a|b)\1`, "aabbab", "[aa][bb]ab"},
	{`(a)?\1b`, "aab b", "[aab] b"},
	{`\1a`, "a", "a"},
	{`(?:(a)x|a)\1`, "aa", "aa"},
	{`(?<x>a)\k<x>`, "aa", "[aa]"},
	{`(?i)(a)\1`, "aA", "[aA]"},
	{`(.)(.)(.)(.)(.)(.)(.)(.)(.)(.)\11`, "abcdefghija1", "[abcdefghija1]"},
	{`(?=b)`, "abc", "a[]bc"},
	{`a(?!b)`, "abac", "ab[a]c"},
	{`(?<=a)b`, "abcb", "a[b]cb"},
	{`(?<!a)b`, "abcb", "abc[b]"},
	{`(?<=ab|c)d`, "abdcdd", "ab[d]c[d]d"},
	{`(?<=a{1,2}b)c`, "abcaabcbc", "ab[c]aab[c]bc"},
	{`(?<=a*)b`, "aab", "aa[b]"},
	{`(?=(a))\1`, "aa", "[a][a]"},
	{`[a-c&&[^b]]`, "abcd", "[a]b[c]d"},
	{`[a[b]]`, "abc", "[a][b]c"},
	{`[^a[b]]`, "abc", "ab[c]"},
	{`[^a&&b]`, "abc", "[a][b][c]"},
	{`[a-z&&b-y&&[^m]]`, "abmz", "a[b]mz"},
	{`[]a]`, "]ab", "[]][a]b"},
	{`[^]a]`, "]ab", "]a[b]"},
	{`[a-]`, "a-b", "[a][-]b"},
	{`[\]\-]`, "]-a", "[]][-]a"},
	{`[&&a]`, "a&", "[a]&"},
	{`[a&b]`, "a&b", "[a][&][b]"},
	{`[[:alpha:]]`, "ab:", "[a]b[:]"},
	{`[\Qa-\E]`, "a-b", "[a][-]b"},
	{`[\d\w-]`, "1a-!", "[1][a][-]!"},
	{`[^\n]`, "a\nb", "[a]\n[b]"},
	{`[😀-😂]`, "😁a", "[😁]a"},
	{`(?i)é`, "éÉ", "[é]É"},
	{`(?iu)é`, "éÉ", "[é][É]"},
	{`(?i)[^a]`, "aAb", "aA[b]"},
	{`(?i)[a-c]`, "Bd", "[B]d"},
	{`a(?i)b|c`, "aBCac", "[aB][C]a[c]"},
	{`a(?i:b)c`, "aBcabC", "[aBc]abC"},
	{`(?i-i)A`, "aA", "a[A]"},
	{`(?x) a b # c`, "ab", "[ab]"},
	{`^a`, "a\na", "[a]\na"},
	{`(?m)^a`, "a\na\r\na", "[a]\n[a]\r\n[a]"},
	{`(?m)^`, "a\n", "[]a\n"},
	{`a$`, "a\n", "[a]\n"},
	{`a$`, "a\r\n", "[a]\r\n"},
	{`(?m)a$`, "a\r\na\n", "[a]\r\n[a]\n"},
	{`$`, "a\r\n", "a[]\r\n[]"},
	{`a\Z`, "a\n", "[a]\n"},
	{`a\z`, "a\n", "a\n"},
	{`\Aa`, "aa", "[a]a"},
	{`\Ga`, "aaba", "[a][a]ba"},
	{`\b`, "a b-é", "[]a[] []b[]-[]é[]"},
	{`\B`, "ab c", "a[]b c"},
	{`\b`, "e\u0301 a", "[]e\u0301[] []a[]"},
	{`\p{L}`, "aé1", "[a][é]1"},
	{`\P{L}`, "aé1", "aé[1]"},
	{`\pL`, "a1", "[a]1"},
	{`\p{Lu}`, "aAÉ", "a[A][É]"},
	{`(?i)\p{Lu}`, "aA1", "[a][A]1"},
	{`\p{Upper}`, "aAÉ", "a[A]É"},
	{`\p{Punct}`, "a!$é", "a[!][$]é"},
	{`\p{IsLatin}`, "aλ", "[a]λ"},
	{`\p{IsAlphabetic}`, "a1", "[a]1"},
	{`\p{javaLowerCase}`, "aA", "[a]A"},
	{`\p{sc=Greek}`, "aλ", "a[λ]"},
	{`\p{L1}`, "éλ", "[é]λ"},
	{`\x41\u0042\x{43}\0104\cA\t\e`, "ABCD\x01\t\x1b", "[ABCD\x01\t\x1b]"},
	{`\ud83d\ude00`, "😀", "[😀]"},
	{`\Q.[\E+`, "a.[[", "a[.[[]"},
	{`\é\-\"`, "é-\"", "[é-\"]"},
	{`}]`, "}]", "[}]]"},
	{`(|a)+`, "aa", "[]a[]a[]"},
	{`(a|)*b`, "aab", "[aab]"},
	{`((a)|b)*`, "ab", "[ab][]"},
	{`(a*)*`, "b", "[]b[]"},
	{`(a*?)+?b`, "aab", "[aab]"},
	{`(?iu)i`, "ıİI", "[ı][İ][I]"},
	{`(?iu)[s-µ]`, "μs", "μ[s]"},
	{`(?iu)(i)\1`, "iı", "[iı]"},
	{`(?i)\p{IsUppercase}`, "aA1", "[a][A]1"},
	{`\p{javaLowerCase}`, "ªa", "[ª][a]"},
	{`\b`, "𐐨", "[]𐐨[]"},
	{`\b`, "_\u0301", "[]_[]\u0301"},
	{`\B.`, "_𐐨\u0301𐐨i", "_[𐐨]\u0301\uFFFD[\uFFFD][i]"},
	{`(?:a+){2}+`, "aaa", "aaa"},
}

func TestAll(t *testing.T) {
	for _, c := range cases {
		re, err := Compile(c.expr, 0)
		require.NoError(t, err, c.expr)
		got, err := bracketed(re, c.text, 10_000)
		require.NoError(t, err, c.expr)
		require.Equal(t, c.want, got, "%s in %q", c.expr, c.text)
	}
}

// What Java refuses.
func TestSyntaxErrors(t *testing.T) {
	for _, expr := range []string{
		`a)`,
		`(`,
		`[a`,
		`a\`,
		`*`,
		`+a`,
		`a**`,
		`a{`,
		`a{1`,
		`{a}`,
		`a{,2}`,
		`a{3,2}`,
		`[b-a]`,
		`[a-\d]`,
		`(?<1>a)`,
		`(?<a>b)(?<a>c)`,
		`\k<a>`,
		`\y`,
		`\p{Nope}`,
		`\xg`,
		`\u00g0`,
		`(?q)a`,
		`[\b]`,
		`\08`,
		`(?<=(a|b)*)c`,
		`[z&&`,
		`\k`,
		`a{99999999999}`,
		strings.Repeat("(", 101) + strings.Repeat(")", 101), strings.Repeat("[", 101) + "a" + strings.Repeat("]", 101),
		`\X`, `\N{DIGIT ONE}`, `\p{InGreek}`, `(?U)a`, // not supported
	} {
		_, err := Compile(expr, 0)
		require.Error(t, err, expr)
		if secret := strings.Trim(expr, `\`); len(secret) > 3 {
			require.NotContains(t, err.Error(), secret)
		}
	}
}

func TestFlags(t *testing.T) {
	for flags, want := range map[Flags]string{0: "a\nb", IgnoreCase: "a\n[b]", DotAll: "a\nb", Multiline | IgnoreCase: "[a]\n[b]"} {
		expr := "B"
		if flags&Multiline != 0 {
			expr = "^[A-Z]$"
		}
		re, err := Compile(expr, flags)
		require.NoError(t, err)
		got, err := bracketed(re, "a\nb", 1000)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestGroups(t *testing.T) {
	re, err := Compile(`(?<first>a)|(b(c)?)`, 0)
	require.NoError(t, err)
	require.Equal(t, 1, re.Group("first"))
	require.Equal(t, 0, re.Group("second"))
	var got [][]int
	steps := 1000
	err = re.All(utf16.Encode([]rune("abbc")), &steps, func(m []int) bool {
		got = append(got, append([]int(nil), m...))
		return len(got) < 3
	})
	require.NoError(t, err)
	require.Equal(t, [][]int{{0, 1, 0, 1, -1, -1, -1, -1}, {1, 2, -1, -1, 1, 2, -1, -1}, {2, 4, -1, -1, 2, 4, 3, 4}}, got)
}

// TestSteps stops what would take years, and what would take more stack than there is. Without back-references and the like
// nothing takes years.
func TestSteps(t *testing.T) {
	match := func(expr, text string) (bool, int, error) {
		re, err := Compile(expr, 0)
		require.NoError(t, err)
		steps := 1_000_000
		ok, err := re.Match(utf16.Encode([]rune(text)), &steps)
		return ok, steps, err
	}
	_, _, err := match(`(a+)+\1b`, strings.Repeat("a", 64))
	require.ErrorIs(t, err, ErrSteps)
	_, left, err := match(`(a|b)*`, strings.Repeat("ab", 50_000))
	require.ErrorIs(t, err, ErrSteps)
	require.Positive(t, left, "it is the depth")
	ok, left, err := match(`(a+)+b`, strings.Repeat("a", 64))
	require.NoError(t, err)
	require.False(t, ok)
	require.Greater(t, left, 900_000)
	ok, _, err = match(`.*`, strings.Repeat("a", 100_000))
	require.NoError(t, err)
	require.True(t, ok)
}

// TestStepsOfWork: what is long to do is many steps.
func TestStepsOfWork(t *testing.T) {
	var class strings.Builder
	for i := range rune(4000) {
		class.WriteRune('一' + i)
	}
	for _, row := range []struct{ expr, text string }{
		{`\bfoo`, strings.Repeat("\u0301", 2000)}, // the letter before the marks is looked for at each
		{`[` + class.String() + `]x`, strings.Repeat("z", 10_000)},
		{`(?=y)` + strings.Repeat("()", 1000), strings.Repeat("z", 10_000)}, // look-around keeps the bounds of all groups
	} {
		re, err := Compile(row.expr, 0)
		require.NoError(t, err)
		_, err = bracketed(re, row.text, 1_000_000)
		require.ErrorIs(t, err, ErrSteps, "%.20s", row.expr)
	}
}

// plain are expressions that mean the same to Go, if it takes them: whether one matches a whole text does not depend on what
// is tried first.
var plain = regexp.MustCompile(`^[abc().|*+?]*$`)

// FuzzMatch compiles any expression: no panic, an end within its steps, and what Go understands matches the same texts.
func FuzzMatch(f *testing.F) {
	for _, c := range cases {
		f.Add(c.expr, c.text)
	}
	f.Add("(a|b)*c(a?b+)", "abacab")
	f.Add("(a*?)*?(a|)(b|c)+", "abcc")
	f.Fuzz(func(t *testing.T, expr, text string) {
		if len(expr) > 200 || len(text) > 200 {
			return
		}
		re, err := Compile(expr, 0)
		if err != nil {
			return
		}
		_, err = bracketed(re, text, 20_000)
		if err != nil && !errors.Is(err, ErrSteps) {
			t.Fatal(err)
		}
		steps := 20_000
		got, err := re.Match(utf16.Encode([]rune(text)), &steps)
		twin, refused := regexp.Compile(`\A(?:` + expr + `)\z`)
		if err != nil || refused != nil || !plain.MatchString(expr) || strings.Trim(text, "abc") != "" {
			return
		}
		if want := twin.MatchString(text); got != want {
			t.Fatalf("%q matches %q: %v, in Go %v", expr, text, got, want)
		}
	})
}
