package sam

import (
	"errors"
	"fmt"
	"slices"

	"gopkg.in/yaml.v3"
)

// An Error is a problem at a place of a file.
type Error struct {
	File      string
	Line, Col int    // from 1
	Path      string // of the property, as "Resources.Api.Properties.StageName"; "" for none
	Msg       string
}

// Error returns file:line:col: path: message.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s:%d:%d: ", e.File, e.Line, e.Col)
	if e.Path != "" {
		text += e.Path + ": "
	}
	return text + e.Msg
}

// problems collects errors and warnings.
type problems struct {
	files    map[*yaml.Node]string
	errs     []*Error
	warnings []string
	warned   map[Error]bool // without paths: what Globals have is of every function, and said once
}

func (p *problems) at(n *yaml.Node, path, format string, args ...any) *Error {
	return &Error{File: p.files[n], Line: n.Line, Col: n.Column, Path: path, Msg: fmt.Sprintf(format, args...)}
}

func (p *problems) fail(n *yaml.Node, path, format string, args ...any) {
	p.errs = append(p.errs, p.at(n, path, format, args...))
}

func (p *problems) warn(n *yaml.Node, path, format string, args ...any) {
	e := p.at(n, path, format, args...)
	at := *e
	at.Path = ""
	if p.warned[at] {
		return
	}
	if p.warned == nil {
		p.warned = make(map[Error]bool)
	}
	p.warned[at] = true
	p.warnings = append(p.warnings, e.Error())
}

// err returns all errors in the order of the file, each once: a subtree may be read twice.
func (p *problems) err() error {
	slices.SortStableFunc(p.errs, func(a, b *Error) int {
		if a.File != b.File {
			return 0
		}
		return a.Line - b.Line
	})
	var all []error
	for i, e := range p.errs {
		if !slices.ContainsFunc(p.errs[:i], func(other *Error) bool { return *other == *e }) {
			all = append(all, e)
		}
	}
	return errors.Join(all...)
}
