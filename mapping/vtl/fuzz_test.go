package vtl

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzRender parses and renders anything: it may fail, it may not panic, print more than the limit, or work on.
func FuzzRender(f *testing.F) {
	for _, cases := range renderTables {
		for _, c := range cases {
			f.Add(c.template, testBody)
		}
	}
	for _, c := range bodyCases {
		f.Add("$input.json('$')$input.path('$..*')", c.template)
	}
	f.Add(Passthrough, "{}")
	f.Fuzz(func(t *testing.T, template, body string) {
		tpl, err := Parse("f.vtl", template)
		if err != nil {
			var se *SyntaxError
			if !errors.As(err, &se) || se.Line < 1 || se.Col < 1 {
				t.Fatalf("not a positioned error: %v", err)
			}
			return
		}
		in := testInput()
		in.Body = []byte(body)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second) // what may take all its steps
		defer cancel()
		out, err := tpl.RenderContext(ctx, in)
		if err != nil {
			var re *RenderError
			if !errors.As(err, &re) || re.Line < 1 || re.Col < 1 {
				t.Fatalf("not a positioned error: %v", err)
			}
			return
		}
		if len(out.Body) > MaxOutputBytes+MaxTemplateBytes {
			t.Fatalf("output of %d bytes", len(out.Body))
		}
		if !utf8.Valid(out.Body) {
			t.Fatalf("output is not UTF-8: %q", out.Body)
		}
		again, err := tpl.RenderContext(ctx, in)
		if errors.Is(err, context.DeadlineExceeded) {
			return
		}
		if err != nil || string(again.Body) != string(out.Body) {
			t.Fatalf("renders differently the second time: %q, %q, %v", out.Body, again.Body, err)
		}
	})
}

// FuzzParse parses anything: what is no template gets an error with a position in it.
func FuzzParse(f *testing.F) {
	for _, cases := range renderTables {
		for _, c := range cases {
			f.Add(c.template)
		}
	}
	f.Add(Passthrough)
	f.Fuzz(func(t *testing.T, template string) {
		_, err := Parse("f.vtl", template)
		if err == nil {
			return
		}
		var se *SyntaxError
		if !errors.As(err, &se) || se.Line < 1 || se.Col < 1 || se.Line > 1+strings.Count(template, "\n") {
			t.Fatalf("not a positioned error: %v", err)
		}
	})
}

// FuzzJSONPath compiles any path and applies it to any document.
func FuzzJSONPath(f *testing.F) {
	for _, c := range pathCases {
		f.Add(c.template[len("[$input.path('"):len(c.template)-len("')]")], testBody)
	}
	f.Fuzz(func(t *testing.T, path, body string) {
		p, err := compilePath(path, 0)
		if err != nil {
			return
		}
		r := &renderer{in: &Input{}, t: &Template{}}
		doc, err := r.parseJSON(decodeUTF8(body))
		if err != nil {
			return
		}
		v, err := p.evaluate(r, doc, doc)
		if err != nil {
			return
		}
		if _, ok := v.(*list); !ok && !p.definite() {
			t.Fatalf("%q is not definite, but yields %T", path, v)
		}
	})
}
