package mapping

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/mapping/vtl"
)

type receipt struct {
	ID       int      `json:"id"`
	Customer *person2 `json:"customer"`
	Lines    []struct {
		SKU     string   `json:"sku-code"`
		Count   *int     `json:"count"`
		Tags    []string `json:"tags"`
		Batches []struct {
			N float64 `json:"n"`
		} `json:"batches"`
	} `json:"lines"`
	Grid [][]person2    `json:"grid"`
	Any  map[string]any `json:"any"`
	Paid bool           `json:"paid"`
}

type person2 struct {
	Name string `json:"name"`
}

func renderJSON(t *testing.T, src, body string) string {
	t.Helper()
	template, err := vtl.Parse("response.vtl", src)
	require.NoError(t, err, src)
	out, err := template.Render(vtl.Input{Body: []byte(body)})
	require.NoError(t, err, src)
	require.True(t, json.Valid(out.Body), "%s\nrenders %s", src, out.Body)
	return string(out.Body)
}

func TestResponseTemplateFor(t *testing.T) {
	src, err := ResponseTemplateFor[receipt]()
	require.NoError(t, err)
	golden(t, "receipt.vtl", src)
	for body, want := range map[string]string{
		`{"id":1,"secret":"s","customer":{"name":"it's \"K\"\n/","secret":1},"lines":[{"sku-code":"a","count":0,"tags":["x'"],"batches":[{"n":1.50},{"n":2}],"cost":5},{"sku-code":"","count":null}],"grid":[[{"name":"p","x":1},{}],[]],"any":{"k":[1]},"paid":false}`: `{"id":1,"customer":{"name":"it's \"K\"\n/"},"lines":[{"sku-code":"a","count":0,"tags":["x'"],"batches":[{"n":1.5},{"n":2}]},{"sku-code":"","count":null,"tags":[],"batches":[]}],"grid":[[{"name":"p"},{"name":""}],[]],"any":{"k":[1]},"paid":false}`,
		`{}`:                          `{"id":null,"customer":null,"lines":[],"grid":[],"any":null,"paid":null}`,
		`[1]`:                         `{"id":null,"customer":null,"lines":[],"grid":[],"any":null,"paid":null}`,
		`{"id":"x","lines":"a"}`:      `{"id":"x","customer":null,"lines":[],"grid":[],"any":null,"paid":null}`,
		`{"id":12345678901234567890}`: `{"id":12345678901234567890,"customer":null,"lines":[],"grid":[],"any":null,"paid":null}`,
	} {
		require.JSONEq(t, want, renderJSON(t, src, body), body)
	}
	list, err := ResponseTemplateFor[[]person2]()
	require.NoError(t, err)
	require.JSONEq(t, `[{"name":"a"},{"name":"b"}]`, renderJSON(t, list, `[{"name":"a","x":1},{"name":"b"}]`))
	require.JSONEq(t, `[]`, renderJSON(t, list, `[]`))
}

type tree struct{ Children []*tree }

func TestResponseTemplateForMistakes(t *testing.T) {
	_, err := ResponseTemplateFor[tree]()
	require.EqualError(t, err, "mapping: ResponseTemplateFor: mapping.tree is within itself")
	_, err = ResponseTemplateFor[struct {
		A int `json:"$a"`
	}]()
	require.ErrorContains(t, err, "such a name cannot stand in a template")
}

// A schema is what the models of AWS's guide use of JSON Schema.
type schema struct {
	Type       string
	Properties map[string]schema
	Items      *schema
}

func (s schema) goType() reflect.Type {
	switch s.Type {
	case "object":
		var fields []reflect.StructField
		for name, property := range s.Properties {
			fields = append(fields, reflect.StructField{
				Name: "F" + strings.ReplaceAll(name, "-", "_"), Type: property.goType(), Tag: reflect.StructTag(`json:"` + name + `"`),
			})
		}
		return reflect.StructOf(fields)
	case "array":
		return reflect.SliceOf(s.Items.goType())
	case "integer", "number":
		return reflect.TypeFor[float64]()
	case "boolean":
		return reflect.TypeFor[bool]()
	}
	return reflect.TypeFor[string]()
}

func (s schema) sample() any {
	switch s.Type {
	case "object":
		sample := map[string]any{}
		for name, property := range s.Properties {
			sample[name] = property.sample()
		}
		return sample
	case "array":
		return []any{s.Items.sample(), s.Items.sample()}
	case "integer", "number":
		return 7
	case "boolean":
		return true
	}
	return "plain"
}

// TestModelTemplates compares the templates of AWS's guide for a model with ours for the same model.
func TestModelTemplates(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "shared", "data", "mapping", "model_templates.json"))
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("the models of AWS's guide are absent: TestResponseTemplateFor still compares what is rendered")
	}
	require.NoError(t, err)
	var models []struct {
		Name, Template string
		Model          schema
	}
	require.NoError(t, json.Unmarshal(data, &models))
	require.NotEmpty(t, models)
	for _, m := range models {
		sample, err := json.Marshal(m.Model.sample())
		require.NoError(t, err)
		src, err := responseTemplate(m.Model.goType())
		require.NoError(t, err)
		got := renderJSON(t, src, string(sample))
		require.JSONEq(t, string(sample), got, "of a result that has nothing but the model, everything is written")
		if strings.HasSuffix(m.Name, "/input") { // the templates of outputs read another model
			require.JSONEq(t, renderJSON(t, m.Template, string(sample)), got, m.Name)
		}
	}
}
