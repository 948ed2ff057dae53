package vtl

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// slowJSON is $input.json('$') by way of values.
func slowJSON(body string) (string, error) {
	return renderString("#set($doc=$input.path('$'))$input.json('$')", Input{Body: []byte(body)})
}

func copied(body string) (string, bool) {
	r := &renderer{in: &Input{Body: []byte(body)}, t: &Template{}}
	r.input.r = r
	out, ok, err := r.input.copyJSON(nil)
	return string(out), ok && err == nil
}

var copyCases = []struct {
	body string
	ok   bool
}{
	{`{}`, true}, {`[]`, true}, {` { } `, true}, {`{"a":1}`, true}, {"{ \"a\" :\t[ 1 , 2 ]\r\n}", true},
	{`{"a":"x\"\\\b\f\n\r\ty","é":"ü€"}`, false}, {`{"é":"ü"}`, true}, {`{"a":{"b":[{"c":[[]]}]}}`, true},
	{`[true,false,null]`, true}, {`[0,-1,123456789012345678,1.5,-0.5,0.0,123456.12345678]`, false},
	{`[0,-1,123456789012345678,1.5,-0.5,123456.12345678]`, true},
	{`[-0]`, false}, {`[007]`, false}, {`[1.50]`, false}, {`[1.0]`, true}, {`[0.05]`, false}, {`[1e3]`, false}, {`[1234567.5]`, false},
	{`[1.]`, false}, {`[-]`, false}, {`[12 34]`, false}, {`[1234567890123456789]`, false}, {`[1.123456789]`, false},
	{`{"a":1,"a":2}`, false}, {`{"a":1,}`, false}, {`[1,]`, false}, {`[,1]`, false}, {`{a:1}`, false}, {`{'a':1}`, false}, {`["a" "b"]`, false},
	{`[true}`, false}, {`[truex]`, false}, {`[tru`, false}, {`[nul]`, false}, {`["a\u0041"]`, false}, {`["a\/"]`, false}, {`["a\'"]`, false},
	{"[\"a\tb\"]", false}, {"[\"\x7f\"]", false}, {"[\"\u0085\"]", false}, {"[\"\u2028\"]", false}, {"[\"\xff\"]", false}, {"[1\x1a]", false}, {"[1\x01]", false},
	{`{"a":1} and more`, true}, {`[1]]`, true}, {`"a"`, false}, {`1`, false}, {`null`, false}, {``, false}, {` `, false}, {`{`, false}, {`{"a"`, false}, {`{"a":`, false}, {`["a`, false}, {`["a\`, false},
	{strings.Repeat("[", 33) + strings.Repeat("]", 33), true}, {strings.Repeat("[", 34) + strings.Repeat("]", 34), false},
}

// TestCopyJSON gives it what it takes and what it must leave to the reader, and compares with that.
func TestCopyJSON(t *testing.T) {
	for _, c := range copyCases {
		got, ok := copied(c.body)
		require.Equal(t, c.ok, ok, "%s", c.body)
		if ok {
			want, err := slowJSON(c.body)
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
	}
}

// TestCopyJSONAfterChange prints what the template has made of the body, not the body.
func TestCopyJSONAfterChange(t *testing.T) {
	got, err := renderString("$input.json('$') #set($x=$input.path('$'))#set($x.a=2)$input.json('$')", Input{Body: []byte(`{"a": 1}`)})
	require.NoError(t, err)
	require.Equal(t, `{"a":1}{"a":2}`, got)
}

// FuzzCopyJSON compares copying a body with reading and writing it.
func FuzzCopyJSON(f *testing.F) {
	for _, c := range copyCases {
		f.Add(c.body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		got, ok := copied(body)
		if !ok {
			return
		}
		want, err := slowJSON(body)
		if err != nil || got != want {
			t.Fatalf("%q: copied %q, read and written %q, %v", body, got, want, err)
		}
		if head := strings.TrimRight(body, " \t\r\n"); json.Valid([]byte(head)) && !json.Valid([]byte(got)) {
			t.Fatalf("%q: copied %q is not JSON", body, got)
		}
	})
}
