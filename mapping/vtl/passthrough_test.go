package vtl

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPassthrough(t *testing.T) {
	got, err := renderString(Passthrough, testInput())
	require.NoError(t, err)
	var event struct {
		Body   json.RawMessage              `json:"body-json"`
		Params map[string]map[string]string `json:"params"`
		Stage  map[string]string            `json:"stage-variables"`
		Ctx    map[string]string            `json:"context"`
	}
	require.NoError(t, json.Unmarshal([]byte(got), &event), got)
	require.JSONEq(t, testBody, string(event.Body))
	require.Equal(t, map[string]map[string]string{"path": {"id": "7"}, "querystring": {"id": "q", "page": "2"}, "header": {"Accept": "*/*"}}, event.Params)
	require.Equal(t, map[string]string{"table": "users"}, event.Stage)
	require.Equal(t, "192.0.2.7", event.Ctx["source-ip"])
	require.Equal(t, "test", event.Ctx["stage"])
	require.Len(t, event.Ctx, 18)
	require.Equal(t, "", event.Ctx["user-arn"], "what the context does not have is empty, not missing")
}

// TestPassthroughEmpty: no body is {}, and there may be no parameters at all.
func TestPassthroughEmpty(t *testing.T) {
	got, err := renderString(Passthrough, Input{})
	require.NoError(t, err)
	require.True(t, json.Valid([]byte(got)), got)
	require.Contains(t, got, `"body-json" : {},`)
}

// TestPassthroughApostrophe: the console's template yields no JSON for a value with an apostrophe, and neither do we.
func TestPassthroughApostrophe(t *testing.T) {
	got, err := renderString(Passthrough, Input{Query: map[string]string{"q": "it's"}})
	require.NoError(t, err)
	require.Contains(t, got, `"q" : "it\'s"`)
	require.False(t, json.Valid([]byte(got)))
}

func TestInputJSONIsCompact(t *testing.T) {
	got, err := renderString("$input.json('$')", Input{Body: []byte(" {\"b\" : [1, 2.50 , null],\n\"a\":\"/é\\u00e9\"} ")})
	require.NoError(t, err)
	require.Equal(t, `{"b":[1,2.5,null],"a":"/éé"}`, got)
}

// TestOverrides carries what a request template sets into the response template.
func TestOverrides(t *testing.T) {
	tpl, err := Parse("request.vtl", `#set($context.requestOverride.path.id="7")#set($context.requestOverride.header["X-A"]=[1,"b"])`+
		`$context.requestOverride.querystring.put("n",2.5)#set($context.responseOverride.status=418)#set($context.responseOverride.big=99999999999999999999)`)
	require.NoError(t, err)
	out, err := tpl.Render(Input{})
	require.NoError(t, err)
	require.Equal(t, map[string]any{
		"path": map[string]any{"id": "7"}, "header": map[string]any{"X-A": []any{int64(1), "b"}}, "querystring": map[string]any{"n": 2.5},
	}, out.RequestOverride)
	require.Equal(t, map[string]any{"header": map[string]any{}, "status": int64(418), "big": json.Number("99999999999999999999")}, out.ResponseOverride)

	got, err := renderString("$context.requestOverride.path.id $context.responseOverride.status $context.responseOverride.big $context.requestOverride.header.X-A[0]",
		Input{Context: map[string]any{"requestOverride": out.RequestOverride, "responseOverride": out.ResponseOverride}})
	require.NoError(t, err)
	require.Equal(t, "7 418 99999999999999999999 1", got)
}

// TestOverrideHoldsBlock gives a parameter the text of a #define, which is rendered when the template has ended: #stop ends
// the block then, and an error is one of the rendering.
func TestOverrideHoldsBlock(t *testing.T) {
	tpl, err := Parse("t.vtl", "#define($b)a#stop b#end#set($context.responseOverride.header.X=$b)#set($context.responseOverride.status={$b:[$b]})c")
	require.NoError(t, err)
	out, err := tpl.Render(Input{})
	require.NoError(t, err)
	require.Equal(t, "c", string(out.Body))
	require.Equal(t, map[string]any{"header": map[string]any{"X": "a"}, "status": map[string]any{"a": []any{"a"}}}, out.ResponseOverride)

	_, err = renderString("#define($b)$input.body.substring(9)#end#set($context.responseOverride.status=$b)", Input{})
	require.EqualError(t, err, "t.vtl:1:24: method substring: begin 9, end 2, length 2")
}

func TestOverridesUntouched(t *testing.T) {
	tpl, err := Parse("t.vtl", "x")
	require.NoError(t, err)
	out, err := tpl.Render(Input{})
	require.NoError(t, err)
	require.Equal(t, map[string]any{"path": map[string]any{}, "header": map[string]any{}, "querystring": map[string]any{}}, out.RequestOverride)
	require.Equal(t, map[string]any{"header": map[string]any{}}, out.ResponseOverride)
}

func TestOrder(t *testing.T) {
	in := Input{Query: map[string]string{"a": "1", "b": "2", "c": "3", "d": "4"}, Order: Order{Query: []string{"c", "zz", "a", "c"}}}
	got, err := renderString("$input.params().querystring.keySet()", in)
	require.NoError(t, err)
	require.Equal(t, "[c, a, b, d]", got)
}

func TestContextTypes(t *testing.T) {
	in := Input{Context: map[string]any{
		"s": "x", "i": 1, "n": int64(5000000000), "f": 1.5, "b": true, "null": nil, "j": json.Number("2.50"),
		"l": []any{1, "a", map[string]any{"k": "v"}}, "ss": []string{"p", "q"}, "m": map[string]string{"k": "v"},
	}}
	got, err := renderString("$context.s $context.i $context.n $context.f $context.b [$context.null] $context.j $context.l[1] $context.l[2].k $context.ss $context.m.k", in)
	require.NoError(t, err)
	require.Equal(t, `x 1 5000000000 1.5 true [] 2.5 a v ["p","q"] v`, got)

	_, err = renderString("$context.x", Input{Context: map[string]any{"x": struct{}{}}})
	require.EqualError(t, err, "t.vtl:1:1: the context holds a value of an unknown type, or is nested too deep")
}

// TestBrokenUTF8 gives bytes that are no text, and halves of characters.
func TestBrokenUTF8(t *testing.T) {
	for _, c := range []struct {
		template, body, want string
	}{
		{"$input.body", "a\xffb\xe2\x82c", "a\uFFFDb\uFFFDc"},
		{"$input.path('$.a').substring(1)", `{"a":"\ud83d\ude80"}`, "?"},
		{"#set($s=$input.path('$.a'))$s.substring(0,1)$s.substring(1)", `{"a":"\ud83d\ude80"}`, "\U0001F680"},
		{"$input.path('$.a').length()", `{"a":"\ud83d\ude80é"}`, "3"},
		{"$input.json('$.a')", `{"a":"\ud83d"}`, `"?"`},
		{"$input.path('$.a')", `{"a":"x\é\😀y"}`, "x?y"},
	} {
		got, err := renderString(c.template, Input{Body: []byte(c.body)})
		require.NoError(t, err)
		require.Equal(t, c.want, got, c.template)
	}
}
