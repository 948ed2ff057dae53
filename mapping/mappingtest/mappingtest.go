// Package mappingtest tests mapping templates in Go unit tests, without AWS:
//
//	func TestTemplate(t *testing.T) {
//		template := mappingtest.Load(t, "get.vtl")
//		req := httptest.NewRequest("GET", "/users/7?limit=10", nil)
//		template.Request(req, mappingtest.Resource("/users/{id}")).JSON(`{"id": 7, "limit": "10"}`)
//	}
//
// A template that does not parse, or that fails, ends the test with its file, line and column, and a caret below the place:
//
//	get.vtl:2:28: unexpected character "\""
//	  "id": "$input.params('id'"
//	                           ^
//
// When all tests that use a template have passed, [Template.Covered] tells which of its branches none has gone through.
package mappingtest

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/lambdarest/lambdarest/mapping/vtl"
)

// Template is a template under test.
type Template struct {
	t        testing.TB
	parsed   *vtl.Template
	coverage *vtl.Coverage
}

// Load reads and parses a template file. It ends the test where that is not possible.
func Load(t testing.TB, file string) *Template {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("mappingtest: %v", err)
	}
	return Parse(t, file, string(src))
}

// Parse parses a template, as one of mapping.TemplateFor; name is what errors call it.
func Parse(t testing.TB, name, src string) *Template {
	t.Helper()
	parsed, err := vtl.Parse(name, src)
	if err != nil {
		t.Fatalf("mappingtest: %s", describe(err))
	}
	return &Template{t, parsed, new(vtl.Coverage)}
}

// With returns the template for a subtest. Branches are counted together.
func (tpl *Template) With(t testing.TB) *Template { return &Template{t, tpl.parsed, tpl.coverage} }

// Input renders the template for an input that is complete, as one of a response template: its Body is the function's
// result.
func (tpl *Template) Input(in vtl.Input) *Rendering {
	tpl.t.Helper()
	in.Coverage = tpl.coverage
	out, err := tpl.parsed.RenderContext(tpl.t.Context(), in)
	if err != nil {
		tpl.t.Fatalf("mappingtest: %s", describe(err))
	}
	return &Rendering{Output: out, t: tpl.t, name: tpl.parsed.Name()}
}

// Body renders the template for a body and nothing else.
func (tpl *Template) Body(body string) *Rendering {
	tpl.t.Helper()
	return tpl.Input(vtl.Input{Body: []byte(body)})
}

// Covered fails the test for every branch of the template that none of its renderings has gone through: an #if, #elseif or
// #else, an #if without #else that has always held, the block of a #foreach. Call it after subtests.
func (tpl *Template) Covered() {
	tpl.t.Helper()
	for _, b := range tpl.coverage.Missed(tpl.parsed) {
		tpl.t.Errorf("mappingtest: %s:%d:%d: no test goes through this %s", tpl.parsed.Name(), b.Line, b.Col, b.Name)
	}
}

// describe shows an error with the line of the template that it is about.
func describe(err error) string {
	text := err.Error()
	for line := range bytes.Lines([]byte(vtl.Excerpt(err))) {
		text += "\n\t" + string(bytes.TrimRight(line, "\n"))
	}
	return text
}

// Rendering is what a template has rendered.
type Rendering struct {
	vtl.Output
	t    testing.TB
	name string
}

// JSON fails the test unless the rendering is strict JSON and means the same as want. Order and white space do not count;
// 1.0 is 1.
func (r *Rendering) JSON(want string) *Rendering {
	r.t.Helper()
	got, ok := r.decode(r.Body)
	if !ok {
		return r
	}
	var expected any
	if err := json.Unmarshal([]byte(want), &expected); err != nil {
		r.t.Fatalf("mappingtest: what is wanted is no JSON: %v", err)
	}
	if at, difference := compare("$", got, expected); difference != "" {
		r.t.Errorf("mappingtest: %s: %s: %s\nrendered: %s", r.name, at, difference, r.Body)
	}
	return r
}

// Text fails the test unless the rendering is want, byte for byte.
func (r *Rendering) Text(want string) *Rendering {
	r.t.Helper()
	if string(r.Body) != want {
		r.t.Errorf("mappingtest: %s renders\n%q\nwant\n%q", r.name, r.Body, want)
	}
	return r
}

// Into decodes the rendering into v, and fails the test where it is not strict JSON or does not fit.
func (r *Rendering) Into(v any) *Rendering {
	r.t.Helper()
	if _, ok := r.decode(r.Body); !ok {
		return r
	}
	if err := json.Unmarshal(r.Body, v); err != nil {
		r.t.Errorf("mappingtest: %s: %v\nrendered: %s", r.name, err, r.Body)
	}
	return r
}

// decode reports what API Gateway would answer with "Could not parse request body into json".
func (r *Rendering) decode(body []byte) (v any, ok bool) {
	r.t.Helper()
	if err := json.Unmarshal(body, &v); err != nil {
		r.t.Errorf("mappingtest: %s renders no JSON: %v\nrendered: %s", r.name, err, body)
		return nil, false
	}
	return v, true
}
