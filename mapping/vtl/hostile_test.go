package vtl

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// hostileTemplates try to leave the template language: what they reach for in other engines is there, in Java or in Go.
var hostileTemplates = []string{
	"#set($e='e')$e.getClass().forName('java.lang.Runtime').getMethod('getRuntime',null).invoke(null,null).exec('id')",
	"$e.class.classLoader", "$class.inspect('java.lang.Runtime').type.getRuntime().exec('id')", "#set($x='')$x.class.forName('java.lang.System').getenv()",
	"#include('/etc/passwd')", "#parse('/etc/passwd')", "#evaluate('$input.body')", "$input.class", "$util.class", "$context.class.classLoader", "$input.getClass().getResource('/')",
	"{{7*7}}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "${{7*7}}", "@(7*7)", "${T(java.lang.Runtime).getRuntime()}", "$!{env.SECRET_OF_THE_TEST}", "$System.getenv('SECRET_OF_THE_TEST')",
}

func hostile(t *testing.T) []string {
	t.Helper()
	texts := append([]string{}, hostileTemplates...)
	f, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", "corpora", "payloads", "ssti.fuzz"))
	if errors.Is(err, os.ErrNotExist) {
		t.Logf("the corpus of template injections is absent: %d texts of the package's own are used", len(texts))
		return texts
	}
	require.NoError(t, err)
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		texts = append(texts, lines.Text())
	}
	require.NoError(t, lines.Err())
	require.Greater(t, len(texts), 100)
	return texts
}

// TestInjections: as data, such a text prints itself; as a template it prints, or is an error, and reaches neither files nor
// the environment.
func TestInjections(t *testing.T) {
	t.Setenv("SECRET_OF_THE_TEST", "s3cr3t")
	for _, text := range hostile(t) {
		body, err := json.Marshal(map[string]string{"v": text})
		require.NoError(t, err)
		in := Input{Body: body, Query: map[string]string{"q": text}, StageVariables: map[string]string{"s": text}, Context: map[string]any{"c": text}}
		for _, src := range []string{"$input.path('$.v')", "$input.params('q')", "$stageVariables.s", "$context.c", `#set($x = "$input.params('q')")$x`, `#set($x=$input.path('$.v'))#define($d)$x#end$d`, `#set($m={'k':$input.params('q')})$m.k`} {
			got, err := renderString(src, in)
			require.NoError(t, err)
			require.Equal(t, text, got, src)
		}
		got, err := renderString("$input.json('$.v')", in)
		require.NoError(t, err)
		var decoded string
		require.NoError(t, json.Unmarshal([]byte(got), &decoded))
		require.Equal(t, text, decoded)

		got, _ = renderString(text, in)
		require.NotContains(t, got, "s3cr3t", text)
		require.NotContains(t, got, "root:", text)
		require.LessOrEqual(t, len(got), len(text)+200, text)
	}
}

// TestHostileWork: a step is never long, whatever a request holds. Each row would take many times the budget if it were.
func TestHostileWork(t *testing.T) {
	long := strings.Repeat("é", 500_000)
	list := strings.Repeat("1,", 100_000) + "1"
	in := Input{
		Body:    []byte("[" + list + "]"),
		Query:   map[string]string{"a": long + "a", "b": long + "b", "list": list, "text": strings.Repeat("b", 2000), "groups": strings.Repeat("$1", 100_000)},
		Context: map[string]any{"a": long},
	}
	for _, template := range []string{
		"#if($context.a)#end", "#if($input.params('a'))#end", "#if($a == $b)#end", "#set($x = $list.addAll([]))", "#set($x = $doc.add(0, 1))",
		"#set($x = $doc.subList(0, 100000))", "#set($x = $input.path('$[*]'))", `#set($x = $input.params('text').replaceAll("(a)?", $groups))`,
	} {
		_, err := renderString("#set($a = $input.params('a'))#set($b = $input.params('b'))#set($groups = $input.params('groups'))"+
			"#set($list = $input.params('list').split(','))#set($doc = $input.path('$'))#foreach($i in [1..1000])"+template+"#end", in)
		require.ErrorContains(t, err, "more than 5000000 steps", template)
	}
}

// TestHostileReplacement: what would be too long is not made before it is refused.
func TestHostileReplacement(t *testing.T) {
	in := Input{Query: map[string]string{"text": strings.Repeat("b", 1<<20), "with": strings.Repeat("$0", 50)}}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := renderString(`$input.params('text').replaceAll("b+", $input.params('with'))`, in)
	runtime.ReadMemStats(&after)
	require.ErrorContains(t, err, "a text of more than")
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(200<<20))
}

// TestKeptMemory: a large rendering leaves no large memory behind, and nothing of what it held.
func TestKeptMemory(t *testing.T) {
	tpl, err := Parse("t.vtl", "$input.params().keySet().size() $input.body $input.params('p1')")
	require.NoError(t, err)
	in := Input{Body: make([]byte, 1<<20), Query: map[string]string{}}
	for i := range 2000 {
		in.Query["p"+strconv.Itoa(i)] = "x"
	}
	r := tpl.renderer(t.Context(), &in)
	require.NoError(t, r.block(tpl.body))
	r.release()
	require.Zero(t, cap(r.out))
	require.Zero(t, cap(r.params))
	for _, v := range r.args[:cap(r.args)] {
		require.Nil(t, v)
	}
	for _, d := range r.memory.dicts.all {
		require.Zero(t, d)
	}
}

// TestEscapeNaughtyStrings: with the apostrophe mended, what escapeJavaScript writes is a JSON string of the same text.
func TestEscapeNaughtyStrings(t *testing.T) {
	texts := []string{"", "'", `\'`, `"`, "\x00\x1f\x7f", "한글", "𝄞", "\u2028", "</script>", "a\nb\r\t\b\f", `\u0041`}
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "corpora", "blns", "blns.json"))
	if errors.Is(err, os.ErrNotExist) {
		t.Logf("the list of naughty strings is absent: %d texts of the package's own are used", len(texts))
	} else {
		require.NoError(t, err)
		var naughty []string
		require.NoError(t, json.Unmarshal(data, &naughty))
		require.GreaterOrEqual(t, len(naughty), 515)
		texts = append(texts, naughty...)
	}
	for _, text := range texts {
		got, err := renderString("$util.escapeJavaScript($input.params('q'))", Input{Query: map[string]string{"q": text}})
		require.NoError(t, err)
		for _, r := range got {
			require.True(t, r >= ' ' && r <= 0x7f, "%q of %q", got, text)
		}
		var decoded string
		require.NoError(t, json.Unmarshal([]byte(`"`+strings.ReplaceAll(got, `\'`, "'")+`"`), &decoded), "%q", got)
		require.Equal(t, text, decoded)
	}
}
