package model_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/cmd/lambdarest/internal/model"
)

func document(t testing.TB, text string) *model.Document {
	t.Helper()
	var doc any
	require.NoError(t, json.Unmarshal([]byte(text), &doc))
	d, err := model.NewDocument(doc)
	require.NoError(t, err)
	return d
}

const users = `{"components": {"schemas": {
	"User": {"type": "object", "required": ["id", "name"], "additionalProperties": false, "properties": {
		"id": {"type": "integer", "minimum": 0, "exclusiveMinimum": true},
		"name": {"type": "string", "minLength": 1, "pattern": "(?i)^[a-z&&[^x]]++$"},
		"tags": {"type": "array", "uniqueItems": true, "items": {"$ref": "#/components/schemas/Tag"}},
		"friend": {"$ref": "#/components/schemas/User"}
	}},
	"Tag": {"enum": ["a", "b"]}
}}}`

func TestValidate(t *testing.T) {
	m, err := document(t, users).Compile("components", "schemas", "User")
	require.NoError(t, err)
	for _, row := range []struct{ body, want string }{
		{`{"id": 1, "name": "Kim"}`, ""},
		{`{"id": 12345678901234567890, "name": "Kim", "tags": ["a", "b"], "friend": {"id": 2, "name": "Lee"}}`, ""},
		{`{"id": 1}`, `missing property 'name'`},
		{`{"id": "secret", "name": "Kim"}`, `at '/id': got string, want integer`},
		{`{"id": 0, "name": "Kim"}`, `at "/id": not as exclusiveMinimum has it`},
		{`{"id": 1, "name": "xx-secret"}`, `at "/name": not as pattern has it`},
		{`{"id": 1, "name": "Kim", "tags": ["secret"]}`, `at "/tags/0": not as enum has it`},
		{`{"id": 1, "name": "Kim", "tags": ["a", "a"]}`, `at "/tags": not as uniqueItems has it`},
		{`{"id": 1, "name": "Kim", "friend": {"id": 1}}`, `at '/friend': missing property 'name'`},
		{`{"id": 1, "name": "Kim", "more": "secret"}`, `additional properties 'more' not allowed`},
		{`[]`, `got array, want object`},
		{`{"id": 1, "name": "Kim"} {}`, "not JSON"},
		{`{`, "not JSON"},
		{`{"id": 1e99, "name": "Kim"}`, ""},
		{`{"id": 1e99999999, "name": "Kim"}`, "exponent beyond 10000"},
		{`{"id": 1, "name": "Kim", "friend": {"id": -1E-99999999999999999999}}`, "exponent beyond 10000"},
		{`{"id": 1, "name": "Kim", "tags": [1e99999999]}`, "exponent beyond 10000"},
	} {
		err := m.Validate([]byte(row.body))
		if row.want == "" {
			require.NoError(t, err, row.body)
			continue
		}
		require.ErrorContains(t, err, row.want, row.body)
		require.NotContains(t, err.Error(), "secret", "a value is shown")
		require.NotContains(t, err.Error(), "\n")
	}
}

// TestBroken: a schema that is none has the place of the mistake, and one that leads elsewhere is not followed.
func TestBroken(t *testing.T) {
	for _, row := range []struct{ schema, pointer, want string }{
		{`{"type": "strin"}`, "/S/type", "value must be one of"},
		{`{"properties": {"a/b": {"required": "id"}}}`, "/S/properties/a~1b/required", "got string, want array"},
		{`{"pattern": "("}`, "/S/pattern", "regex"},
		{`{"minimum": "1"}`, "/S/minimum", "want number"},
		{`{"$ref": "file:///etc/passwd"}`, "", "expected a reference to a schema of the same file"},
		{`{"$ref": "https://example.com/schema"}`, "", "expected a reference to a schema of the same file"},
		{`{"$ref": "#/S/none"}`, "", "S/none"},
	} {
		_, err := document(t, `{"S": `+row.schema+`}`).Compile("S")
		var broken *model.Error
		require.ErrorAs(t, err, &broken, row)
		require.Contains(t, broken.Msg, row.want)
		pointer := ""
		for _, token := range broken.Pointer {
			pointer += "/" + strings.ReplaceAll(token, "/", "~1")
		}
		require.Equal(t, row.pointer, pointer)
	}
}

// TestPlaces: tokens of a pointer may have anything in them.
func TestPlaces(t *testing.T) {
	for _, name := range []string{"/users/{id}", "a~b", "50% off", "a#b?c", "ü \"x\"", "application/json; charset=utf-8", "a+b^|<>\\`"} {
		doc, err := json.Marshal(map[string]any{name: map[string]any{"type": "integer"}})
		require.NoError(t, err)
		m, err := document(t, string(doc)).Compile(name)
		require.NoError(t, err, name)
		require.NoError(t, m.Validate([]byte("1")))
		require.Error(t, m.Validate([]byte(`"x"`)))
	}
}

// TestSlowPattern: a pattern that turns back without end does not hold.
func TestSlowPattern(t *testing.T) {
	m, err := document(t, `{"S": {"pattern": "^(a|aa)+$"}}`).Compile("S")
	require.NoError(t, err)
	require.Error(t, m.Validate([]byte(`"`+strings.Repeat("a", 60)+`!"`)))
}

func FuzzValidate(f *testing.F) {
	m, err := document(f, users).Compile("components", "schemas", "User")
	require.NoError(f, err)
	f.Add([]byte(`{"id": 1, "name": "Kim", "tags": ["a"], "friend": {"id": 2, "name": "Lee"}}`))
	f.Add([]byte(`[1e999, "\ud800"]`))
	f.Add([]byte(`{"id": 1e-99999999, "name": "Kim"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if err := m.Validate(body); err == nil && !json.Valid(body) {
			t.Fatalf("%q is not JSON and was taken", body)
		}
	})
}
