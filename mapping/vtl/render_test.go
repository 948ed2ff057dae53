package vtl

import (
	"fmt"
	"regexp"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// renderCase is a template with its rendering, or with an error.
type renderCase struct {
	template string
	want     string
	fails    bool
}

func testInput() Input {
	return Input{
		Body:           []byte(testBody),
		Path:           map[string]string{"id": "7"},
		Query:          map[string]string{"id": "q", "page": "2"},
		Header:         map[string]string{"Accept": "*/*"},
		Context:        map[string]any{"stage": "test", "identity": map[string]any{"sourceIp": "192.0.2.7"}},
		StageVariables: map[string]string{"table": "users"},
	}
}

const testBody = `{"name":"Ada","n":7,"price":12.50,"ok":true,"none":null,"tags":["red","green","blue"],"items":[{"sku":"A1","qty":2},{"sku":"B2","qty":0,"gift":true}],"addr":{"city":"Ulm","zip":"89073"},"e-mail":"ada@example.com","text":"it's a \"test\"\n1/2","uni":"\u00fc\ud83d\ude80"}`

var renderTables = map[string][]renderCase{
	"whitespace": whitespaceCases, "reference": referenceCases, "set": setCases, "if": ifCases, "loop": loopCases,
	"directive": directiveCases, "quirk": quirkCases, "string": stringMethodCases, "list": listMethodCases, "map": mapMethodCases,
	"number": numberMethodCases, "arithmetic": arithmeticCases, "path": pathCases, "json": jsonCases, "escape": escapeCases,
	"class": classCases, "operator": operatorCases, "blockText": blockTextCases,
}

func TestRender(t *testing.T) {
	for name, cases := range renderTables {
		t.Run(name, func(t *testing.T) {
			for _, c := range cases {
				c.check(t, c.template, testInput())
			}
		})
	}
}

func TestBodies(t *testing.T) {
	for _, c := range bodyCases {
		c.check(t, "$input.json('$')|$input.path('$')", Input{Body: []byte(c.template)})
	}
}

// TestEmptyBody: no body reads as an empty object, and has nothing in it.
func TestEmptyBody(t *testing.T) {
	got, err := renderString("$input.body|$input.json('$')|$input.json('$.a')|[$input.path('$')][$input.path('$.a')]", Input{})
	require.NoError(t, err)
	require.Equal(t, `{}|{}|""|[][]`, got)
}

// arrayText is how Java prints an array: its hash differs from run to run.
var arrayText = regexp.MustCompile(`String;@[0-9a-f]+`)

func (c *renderCase) check(t *testing.T, template string, in Input) {
	t.Helper()
	got, err := renderString(template, in)
	switch {
	case c.fails && err == nil:
		t.Errorf("%q: want an error, got %q", c.template, got)
	case !c.fails && err != nil:
		t.Errorf("%q: %v", c.template, err)
	case !c.fails && arrayText.ReplaceAllString(got, "String;") != arrayText.ReplaceAllString(c.want, "String;"):
		t.Errorf("%q\n got %q\nwant %q", c.template, got, c.want)
	}
}

func renderString(template string, in Input) (string, error) {
	tpl, err := Parse("t.vtl", template)
	if err != nil {
		return "", err
	}
	out, err := tpl.Render(in)
	return string(out.Body), err
}

// TestRenderConcurrently renders one template from many goroutines: nothing of a rendering may stay in it.
func TestRenderConcurrently(t *testing.T) {
	tpl, err := Parse("t.vtl", `#set($l=[1,2])#set($q=$l.add($input.path('$.n')))#define($d)$l#end$d $context.requestOverride.header.put("n","$l")$l.size()`)
	require.NoError(t, err)
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			for range 50 {
				out, err := tpl.Render(Input{Body: fmt.Appendf(nil, `{"n":%d}`, i)})
				if want := fmt.Sprintf("[1, 2, %d] 3", i); err != nil || string(out.Body) != want {
					t.Errorf("got %q, %v; want %q", out.Body, err, want)
				}
			}
		})
	}
	wg.Wait()
}

// TestRenderingsShareNothing renders every template of the tables with inputs in turn, some of which fail on the way, from
// several goroutines: the memory that renderings hand on may hold nothing.
func TestRenderingsShareNothing(t *testing.T) {
	inputs := []Input{
		testInput(), {}, {Body: []byte(`{"a`)},
		{Body: []byte(`{"name":[1,2],"items":"x"}`), Context: map[string]any{"stage": 5, "requestOverride": map[string]any{"header": map[string]any{"a": 1}}}},
	}
	result := func(tpl *Template, in Input) string {
		out, err := tpl.Render(in)
		return fmt.Sprintf("%s %v %v %v %v", out.Body, out.RequestOverride, out.ResponseOverride, out.OverriddenTwice, err)
	}
	check := func(template string) {
		tpl, err := Parse("t.vtl", template)
		if err != nil {
			return
		}
		var wg sync.WaitGroup
		for first := range inputs {
			wg.Go(func() {
				for i := range 2 * len(inputs) {
					in := inputs[(first+i)%len(inputs)]
					fresh, _ := Parse("t.vtl", template)
					if got, want := result(tpl, in), result(fresh, in); got != want {
						t.Errorf("%q\n got %s\nwant %s", template, got, want)
					}
				}
			})
		}
		wg.Wait()
	}
	for _, cases := range renderTables {
		for _, c := range cases {
			check(c.template)
		}
	}
}

// TestNilOverride: an override that is given as nothing is nothing, whether the template looks at the context or not.
func TestNilOverride(t *testing.T) {
	for _, template := range []string{"", "$context"} {
		tpl, err := Parse("t.vtl", template)
		require.NoError(t, err)
		out, err := tpl.Render(Input{Context: map[string]any{"requestOverride": nil}})
		require.NoError(t, err)
		require.Equal(t, map[string]any{}, out.RequestOverride)
		require.Equal(t, map[string]any{"header": map[string]any{}}, out.ResponseOverride)
	}
}

// TestInputIsNotChanged assigns to everything that a template can reach.
func TestInputIsNotChanged(t *testing.T) {
	in := testInput()
	_, err := renderString(`#set($context.stage='x')#set($context.identity.sourceIp='x')$stageVariables.put('table','x')`+
		`$input.params().path.put('id','x')#set($r=$input.path('$'))#set($r.name='x')`, in)
	require.NoError(t, err)
	require.Equal(t, testInput(), in)
}

// TestValueIsNeverTemplate gives values that look like templates.
func TestValueIsNeverTemplate(t *testing.T) {
	const hostile = "$input.body #set($x=1) ${x} #if(true)y#end $util.urlEncode('z')"
	in := Input{Body: []byte(`{"v":"` + hostile + `"}`), Query: map[string]string{"v": hostile}}
	for _, template := range []string{
		"$input.params('v')", "$input.path('$.v')", `#set($s="$input.params('v')")$s`, `#set($s="$input.path('$.v')")#set($t="$s")$t`,
		"#foreach($e in [$input.params('v')])$e#end", "#define($d)$input.params('v')#end$d",
	} {
		got, err := renderString(template, in)
		require.NoError(t, err)
		require.Equal(t, hostile, got, template)
	}
}
