package vtl

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
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
