package vtl

import (
	"fmt"
	"sync"
)

// Limits of a template and of one rendering. API Gateway documents the first two; it cuts a loop at its limit without an
// error, and so does this package. The others protect the process that renders: exceeding one is an error.
const (
	MaxTemplateBytes = 300 << 10 // of source
	MaxIterations    = 1000      // of one #foreach
	MaxOutputBytes   = 6 << 20   // of a rendering, and of any string on the way
	MaxNesting       = 64        // of directives, arguments and string literals
	MaxSteps         = 5_000_000 // of a rendering: statements, values, and every 64 bytes copied
)

// Template is a parsed mapping template. It does not change: any number of goroutines may render it at once.
type Template struct {
	name string
	src  string
	body block

	branches []branch

	variables int                  // how many there are
	paths     map[string]*jsonPath // that it names
	renderers sync.Pool            // of *renderer, that have ended
}

// Parse parses a template; name is what errors call it, usually its file. Every error is a *SyntaxError.
func Parse(name, src string) (t *Template, err error) {
	if len(src) > MaxTemplateBytes {
		return nil, &SyntaxError{Name: name, Line: 1, Col: 1, Msg: fmt.Sprintf("template of %d bytes, the limit is %d", len(src), MaxTemplateBytes)}
	}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case syntaxPanic:
			t, err = nil, r.err
		default:
			panic(r)
		}
	}()
	src = decodeUTF8(src)
	found := new(branches)
	p := newParser(name, src, src, 0, 0, map[string]bool{}, found, newSymbols())
	body := p.template()
	return &Template{name: name, src: src, body: body, branches: found.list, variables: len(p.symbols.variables), paths: p.symbols.paths}, nil
}

// Name returns the name given to Parse.
func (t *Template) Name() string { return t.name }
