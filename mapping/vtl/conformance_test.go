package vtl

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// conformanceFiles are the recorded renders of API Gateway, and those of the reference renderer that reproduces them.
var conformanceFiles = []string{"aws_airspeed", "aws_localstack", "aws_toqoz", "aws_docs", "oracle_semantics"}

// knownFailures names the cases that differ, with the reason. It must shrink: a case here that passes is a failure.
var knownFailures = map[string]string{}

type conformanceCase struct {
	Name     string
	Template string
	Body     string
	Params   struct {
		Path, Querystring, Header orderedStrings
	}
	Context          json.RawMessage
	StageVariables   orderedStrings
	Expected         *string
	Compare          string
	ExpectError      any            `json:"expect_error"`
	RequestOverride  map[string]any `json:"expected_requestOverride"`
	ResponseOverride map[string]any `json:"expected_responseOverride"`
	Vars             map[string]any
}

// orderedStrings is a JSON object of strings and the order of its keys.
type orderedStrings struct {
	vals map[string]string
	keys []string
}

func (o *orderedStrings) UnmarshalJSON(b []byte) error {
	if err := json.Unmarshal(b, &o.vals); err != nil {
		return err
	}
	keys, err := objectKeys(b)
	o.keys = keys
	return err
}

// objectKeys returns the keys of a JSON object in their order.
func objectKeys(b []byte) ([]string, error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	var keys []string
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return nil, err
		}
		keys = append(keys, t.(string))
		var skip json.RawMessage
		if err := dec.Decode(&skip); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

func (c *conformanceCase) input(t *testing.T) Input {
	in := Input{
		Body: []byte(c.Body),
		Path: c.Params.Path.vals, Query: c.Params.Querystring.vals, Header: c.Params.Header.vals,
		StageVariables: c.StageVariables.vals,
		Order: Order{
			Path: c.Params.Path.keys, Query: c.Params.Querystring.keys, Header: c.Params.Header.keys,
			StageVariables: c.StageVariables.keys,
		},
	}
	if len(c.Context) > 0 {
		in.Context = decodeContext(t, c.Context)
		keys, err := objectKeys(c.Context)
		require.NoError(t, err)
		in.Order.Context = keys
	}
	return in
}

// decodeContext keeps whole numbers whole.
func decodeContext(t *testing.T, b []byte) map[string]any {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var m map[string]any
	require.NoError(t, dec.Decode(&m))
	return wholeNumbers(m).(map[string]any)
}

func wholeNumbers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = wholeNumbers(v[k])
		}
	case []any:
		for i := range v {
			v[i] = wholeNumbers(v[i])
		}
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, _ := v.Float64()
		return f
	}
	return v
}

// TestConformance renders every recorded case and compares it in the way the case asks for.
func TestConformance(t *testing.T) {
	for _, file := range conformanceFiles {
		t.Run(file, func(t *testing.T) {
			path := filepath.Join("..", "..", "..", "shared", "data", "mapping", file+".json")
			data, err := os.ReadFile(path)
			if errors.Is(err, os.ErrNotExist) {
				t.Skipf("%s is absent: the renders recorded on AWS are not compared; the package's own tables are", path)
			}
			require.NoError(t, err)
			var cases []conformanceCase
			require.NoError(t, json.Unmarshal(data, &cases))
			require.NotEmpty(t, cases, "a file without cases proves nothing")
			for i := range cases {
				c := &cases[i]
				t.Run(c.Name, func(t *testing.T) { c.run(t) })
			}
		})
	}
}

func (c *conformanceCase) run(t *testing.T) {
	reason, known := knownFailures[c.Name]
	diff := c.difference(t)
	switch {
	case known && diff == "":
		t.Errorf("passes, but is listed as failing (%s): remove it from the list", reason)
	case known:
		t.Logf("known: %s", reason)
	case diff != "":
		t.Errorf("template %q\nbody %q\n%s", c.Template, c.Body, diff)
	}
}

// difference describes what is wrong, or is empty.
func (c *conformanceCase) difference(t *testing.T) string {
	tpl, err := Parse(c.Name, c.Template)
	var out Output
	if err == nil {
		out, err = tpl.Render(c.input(t))
	}
	if c.ExpectError != nil {
		if err == nil {
			return "want an error, got " + quote(string(out.Body))
		}
		return ""
	}
	if err != nil {
		return "error: " + err.Error()
	}
	if c.Expected == nil {
		return "the case expects nothing"
	}
	got, want := string(out.Body), *c.Expected
	if !sameOutput(c.Compare, got, want) {
		return "got  " + quote(got) + "\nwant " + quote(want)
	}
	if c.RequestOverride != nil && !reflect.DeepEqual(jsonRound(t, out.RequestOverride), jsonRound(t, c.RequestOverride)) {
		return "request override"
	}
	if c.ResponseOverride != nil && !reflect.DeepEqual(jsonRound(t, out.ResponseOverride), jsonRound(t, c.ResponseOverride)) {
		return "response override"
	}
	return ""
}

func sameOutput(compare, got, want string) bool {
	switch compare {
	case "exact":
		return got == want
	case "ws":
		return strings.Join(strings.Fields(got), " ") == strings.Join(strings.Fields(want), " ")
	case "json-or-empty-as-{}":
		if strings.TrimSpace(got) == "" {
			got = "{}"
		}
	}
	var g, w any
	return json.Unmarshal([]byte(got), &g) == nil && json.Unmarshal([]byte(want), &w) == nil && reflect.DeepEqual(g, w)
}

func jsonRound(t *testing.T, v any) (out any) {
	b, err := json.Marshal(v)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &out))
	return out
}
