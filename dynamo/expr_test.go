package dynamo

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/stretchr/testify/require"
)

var paths = []struct{ path, want string }{
	{"name", "#0"}, {"address.city", "#0.#1"}, {"lines[2]", "#0[2]"}, {"a[1][22].b[0]", "#0[1][22].#1[0]"},
	{"a.a", "#0.#0"}, {"a[0]b", "#0"}, {"a-b c", "#0"}, {"größe", "#0"},
	{"", ""}, {".", ""}, {"a.", ""}, {".a", ""}, {"a..b", ""}, {"[0]", ""}, {"a[]", ""}, {"a[x]", ""},
	{"a[-1]", ""}, {"a[0]x[1]", ""}, {"a[0]]", ""}, {"s\xff", ""},
}

func TestPaths(t *testing.T) {
	for _, tc := range paths {
		got, err := new(expressions).path(tc.path)
		require.Equal(t, tc.want == "", err != nil, tc.path)
		require.Equal(t, tc.want, got, tc.path)
	}
}

// A path is what the SDK's builder makes of it, where both take it.
func FuzzPath(f *testing.F) {
	for _, tc := range paths {
		f.Add(tc.path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		e := new(expressions)
		got, err := e.path(path)
		if err != nil {
			return
		}
		sdk, err := expression.NewBuilder().WithProjection(expression.NamesList(expression.Name(path))).Build()
		if err != nil {
			return
		}
		require.Equal(t, *sdk.Projection(), got)
		require.Equal(t, sdk.Names(), e.names)
	})
}

// What a repository adds goes on counting where the caller's builders stopped,
// and a name has one placeholder.
func TestExpressionsMerge(t *testing.T) {
	cond := expression.Name("v").LessThan(expression.Value(9)).And(expression.Name("x").AttributeExists())
	var e expressions
	err := (&builders{condition: &cond}).build(&e)
	require.NoError(t, err)
	require.Equal(t, "#0", e.name("v"))
	e.require(e.name("id") + " = " + e.value(avS("a")))
	require.Equal(t, "((#0 < :0) AND (attribute_exists (#1))) AND (#2 = :1)", *e.condition)
	require.Equal(t, map[string]string{"#0": "v", "#1": "x", "#2": "id"}, e.names)
	require.Equal(t, item{":0": avN("9"), ":1": avS("a")}, e.values)
}
