package detail

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// several is an error that cannot be compared, which errors.Is never finds.
type several []string

func (s several) Error() string { return strings.Join(s, ", ") }

// loud prints more than its Error.
type loud struct{ text string }

func (l loud) Error() string              { return l.text }
func (l loud) Format(f fmt.State, _ rune) { fmt.Fprint(f, "loud ", l.text) }

func TestText(t *testing.T) {
	secret := errors.New("secret")
	said := errors.New("said")
	for _, tt := range []struct {
		format string
		args   []any
		want   string
	}{
		{"plain: ", nil, "plain: "},
		{"%d %s", []any{1, "f()"}, "1 f()"},
		{"%w", []any{secret}, ""},
		{"last: %w", []any{secret}, "last"},
		{"no user %d: %w", []any{7, secret}, "no user 7"},
		{"%w: first", []any{secret}, "first"},
		{"%w, first", []any{secret}, "first"},
		{"in (%w) brackets", []any{secret}, "in brackets"},
		{"in brackets (%w)", []any{secret}, "in brackets"},
		{"(%w) in brackets", []any{secret}, "in brackets"},
		{"in brackets [%w].", []any{secret}, "in brackets."},
		{"(in brackets: %w)", []any{secret}, "(in brackets)"},
		{`in "%w" quotes`, []any{secret}, "in quotes"},
		{"in: %w: the middle", []any{secret}, "in: the middle"},
		{"in %w the middle", []any{secret}, "in the middle"},
		{"in: %w (the middle)", []any{secret}, "in (the middle)"},
		{"f() and  two spaces: %w", []any{secret}, "f() and  two spaces"},
		{"two: %w, %w", []any{secret, several{"secret"}}, "two"},
		{"two: %w: causes: %w", []any{secret, secret}, "two: causes"},
		{"%w%w two", []any{secret, secret}, "two"},
		{"not comparable: %w", []any{several{"secret", "x"}}, "not comparable"},
		{"not comparable, wrapped: %w", []any{fmt.Errorf("secret: %w", several{"secret"})}, "not comparable, wrapped"},
		{"formatter: %w", []any{loud{"secret"}}, "formatter"},
		{"%v: %w", []any{said, secret}, "said"},
		{"the same, said: %v: %w", []any{said, said}, "the same, said: said"},
		{"wide: %-40w, %+w, %#w", []any{secret, secret, secret}, "wide"},
		{"100%% of %*d: %w", []any{3, 7, secret}, "100% of   7"},
		{"%.*f of %6.2f: %w", []any{1, 1.5, 2.5, secret}, "1.5 of   2.50"},
		{"%[2]s: %[1]w", []any{secret, "by number"}, "by number"},
		{"%[2]s: %+[1]w, %[3]v", []any{secret, "by number", secret}, "by number"},
		{"no error: %w", []any{"text"}, "no error: %!w(string=text)"},
		{"no error: %w", []any{nil}, "no error: %!w(<nil>)"},
		{"nothing: %w", nil, "nothing: %!w(MISSING)"},
		{"half a verb %", nil, "half a verb %!(NOVERB)"},
	} {
		t.Run(tt.format, func(t *testing.T) {
			require.Equal(t, tt.want, Text(tt.format, tt.args))
		})
	}
}

func TestCause(t *testing.T) {
	secret := errors.New("secret")
	require.NoError(t, Cause(errors.New("none")))
	require.Equal(t, secret, Cause(fmt.Errorf("one: %w", secret)))
	both := Cause(fmt.Errorf("%w: %w", secret, several{"x"}))
	var s several
	require.ErrorAs(t, both, &s)
	require.ErrorIs(t, both, secret)
}

// onlyCauses matches formats in which nothing but %w prints an argument.
var onlyCauses = regexp.MustCompile(`^(?:[^%]|%[-+# 0]*(?:\*|[0-9]{0,5})(?:\.(?:\*|[0-9]{0,5}))?[%w]` +
	`|%[-+# 0]*(?:\[[0-9]\]\*)?(?:\.\[[0-9]\]\*)?\[[0-9]\]w)*$`)

// FuzzText: whatever the format, an error that only %w can print is not in the text,
// and all that fmt wraps is the cause.
func FuzzText(f *testing.F) {
	for _, format := range []string{
		"%w", "%w: %w", "%*w", "%.*w%w", "%[2]w", "%[3]*.[2]*[1]w", "%%w", "% %w", "%-+# 0w", "%[1]w%w", "%[2]*.[1]*[3]w", "(%w) %[9]w", "%5%%w",
	} {
		for n := range 4 {
			f.Add(format, n)
		}
	}
	f.Fuzz(func(t *testing.T, format string, n int) {
		if !onlyCauses.MatchString(format) {
			return
		}
		cause := errors.New("secret")
		args := slices.Repeat([]any{cause}, n&3)
		err := fmt.Errorf(format, args...)
		require.Equal(t, errors.Is(err, cause), errors.Is(Cause(err), cause))
		detail, _, _ := strings.Cut(Text(format, args), "%!(EXTRA") // fmt prints arguments that have no verb
		require.NotContains(t, detail, "secret")
	})
}
