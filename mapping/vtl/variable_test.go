package vtl

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Every row has been run by the reference, and these are its answers.
func TestVariables(t *testing.T) {
	for _, c := range []struct{ template, body, want string }{
		{"#foreach($x in $input.path('$'))#set($x='s')[$x]#end|$x", "[1,null,2]", "[s][][s]|"}, // a null element hides its variable
		{"#set($x='a')#foreach($x in $input.path('$'))[$x]#end$x", "[null,2]", "[][2]a"},
		{"#set($context='x')[$context.stage]", "{}", "[]"},
		{"#set($context.stage='x')$context.stage", "{}", "x"},
	} {
		in := testInput()
		in.Body = []byte(c.body)
		got, err := renderString(c.template, in)
		require.NoError(t, err)
		require.Equal(t, c.want, got, c.template)
	}
}

// TestOutputIsTheCallers renders into memory that the next rendering uses.
func TestOutputIsTheCallers(t *testing.T) {
	tpl, err := Parse("t.vtl", "$input.body")
	require.NoError(t, err)
	first, err := tpl.Render(Input{Body: []byte("one")})
	require.NoError(t, err)
	_, err = tpl.Render(Input{Body: []byte("two")})
	require.NoError(t, err)
	require.Equal(t, "one", string(first.Body))
}
