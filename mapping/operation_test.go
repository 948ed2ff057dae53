package mapping

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	yamlv3 "gopkg.in/yaml.v3"
)

func quoteOperation(t *testing.T) *Operation {
	t.Helper()
	o, err := OperationFor[quote](OperationConfig{URI: FunctionURI("QuoteFunction"), Errors: []int{404, 500}, Origin: "*"})
	require.NoError(t, err)
	return o
}

func TestOperation(t *testing.T) {
	o := quoteOperation(t)
	golden(t, "quote.json", string(o.JSON()))
	golden(t, "quote.yaml", string(o.YAML()))
	golden(t, "preflight.yaml", string(Preflight("https://app.example.com", []string{"GET", "POST"}, []string{"Content-Type"}).YAML()))
}

// What is printed as YAML reads as what is printed as JSON.
func TestYAMLIsTheJSON(t *testing.T) {
	for _, text := range []string{
		"", " ", "a", "a b", "yes", "No", "~", "null", "12", "1e3", "0x1f", "true", "it's", `"`, `\`, "- a", "a: b", "a #b", "#a", "%a", "@a", "`a`", "!a", "&a", "*a", "|", ">", "?", ":", "-",
		"a:b", "a: b", "a::b c", "a:", "a :b", "a -b", "a - b", "a=b c", "a\n", "a\nb", "a\nb\n", "a\n\nb\n", "a\n  b\n", " a\nb", "\na", "a\n\n", "a \nb", "a\tb\nc", "a\nb ", "\ta\nb", "a\r\nb", "a\x00", "한글", "한글\né", "𝄞\nx", "\u2028", "\u0085\nx", "\ufeff", "a\n-b\n", "{\n}\n", "[", "{", "a,b", "2006-01-02", "=", "<<", ".", "1_000", "1:30", "'", "''", "a'b\nc",
		`[^{][\s\S]*`, "$input.json('$')", "\xff",
	} {
		o := quoteOperation(t)
		o.Integration.RequestTemplates["text/plain"] = text
		o.Integration.Responses[text+"-pattern"] = IntegrationResponse{StatusCode: text}
		var fromYAML, fromJSON any
		require.NoError(t, yamlv3.Unmarshal(o.YAML(), &fromYAML), "%q\n%s", text, o.YAML())
		require.NoError(t, json.Unmarshal(o.JSON(), &fromJSON))
		require.Equal(t, fromJSON, fromYAML, "%q\n%s", text, o.YAML())
	}
}

func TestOperationMistakes(t *testing.T) {
	for want, cfg := range map[string]OperationConfig{
		"from 400 to 599, not [200]":               {Errors: []int{200}},
		"from 400 to 599, not [600]":               {Errors: []int{600}},
		"the status of success is from 200 to 399": {Success: 404},
		"nobody waits":                             {Async: true, Errors: []int{404}},
		`"a'b" is no origin`:                       {Origin: "a'b"},
	} {
		_, err := OperationFor[quote](cfg)
		require.ErrorContains(t, err, "mapping: OperationFor: ")
		require.ErrorContains(t, err, want)
	}
	_, err := OperationFor[struct {
		A chan int `path:"a"`
	}](OperationConfig{})
	require.ErrorContains(t, err, "cannot bind")
}

func FuzzYAML(f *testing.F) {
	for _, s := range []string{"a", "a\nb", "it's", "- a\n- b", "한글\n", strings.Repeat("long ", 300), "\x01" + strings.Repeat("x", 1000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "?")
		doc, err := json.Marshal(map[string]any{"k": s, "l": []string{s}, s + "x": "v"})
		require.NoError(t, err)
		var got, want any
		require.NoError(t, json.Unmarshal(doc, &want))
		require.NoError(t, yamlv3.Unmarshal(yaml(doc), &got), "%s", yaml(doc))
		require.Equal(t, want, got, "%s", yaml(doc))
	})
}
