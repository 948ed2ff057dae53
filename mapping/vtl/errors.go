package vtl

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ErrMalformedBody is wrapped by the RenderError of a template that reads a body that cannot be read as JSON, such as
// "{a". API Gateway answers 400 then, and 500 to every other error of a template.
var ErrMalformedBody = errors.New("could not process payload")

// ErrLimit is wrapped by the RenderError of a template that exceeds a budget: see the package's limits.
var ErrLimit = errors.New("limit exceeded")

// SyntaxError says where a template stops being one. API Gateway answers 500 to every request with such a template.
type SyntaxError struct {
	Name string // of the template, as given to Parse
	Line int    // from 1
	Col  int    // from 1, in characters
	Msg  string
	src  string
}

// Error returns the message behind its position, in the form of compilers: "get.vtl:3:14: unexpected end of template".
func (e *SyntaxError) Error() string { return position(e.Name, e.Line, e.Col) + e.Msg }

// RenderError says where rendering failed.
type RenderError struct {
	Name string // of the template, as given to Parse
	Line int    // from 1
	Col  int    // from 1, in characters
	Msg  string
	Err  error // the cause: ErrLimit, ErrMalformedBody, the context's error or nil
	src  string
}

// Error returns the message behind its position: "get.vtl:3:14: $s.charAt: index 9 is out of range".
func (e *RenderError) Error() string { return position(e.Name, e.Line, e.Col) + e.Msg }

// Unwrap returns the cause.
func (e *RenderError) Unwrap() error { return e.Err }

func position(name string, line, col int) string {
	return name + ":" + strconv.Itoa(line) + ":" + strconv.Itoa(col) + ": "
}

// Excerpt shows where a SyntaxError or a RenderError is: the line of the template and a caret under the place, each with a
// line break. It is "" for any other error.
//
//	"id": $input.path('$.id'
//	                        ^
func Excerpt(err error) string {
	var (
		syntax *SyntaxError
		render *RenderError
	)
	switch {
	case errors.As(err, &syntax):
		return excerpt(syntax.src, syntax.Line, syntax.Col)
	case errors.As(err, &render):
		return excerpt(render.src, render.Line, render.Col)
	}
	return ""
}

// excerpt cuts a long line to what is around the place. Tabs are kept, so that the caret stands below it.
func excerpt(src string, line, col int) string {
	const before, after = 60, 40
	for range line - 1 {
		_, src, _ = strings.Cut(src, "\n")
	}
	src, _, _ = strings.Cut(src, "\n")
	runes := []rune(strings.TrimRight(src, "\r"))
	col = min(col-1, len(runes))
	from, to := max(0, col-before), min(len(runes), col+after)
	indent := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, string(runes[from:col]))
	return string(runes[from:to]) + "\n" + indent + "^\n"
}

// lineCol counts the lines and characters before an offset.
func lineCol(src string, pos int) (line, col int) {
	pos = min(pos, len(src))
	before := src[:pos]
	line = 1 + strings.Count(before, "\n")
	return line, 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
}

// thrown is what Java code throws: the message of a RenderError that has no position yet.
type thrown struct {
	msg string
	err error
}

func (t *thrown) Error() string { return t.msg }

func throw(format string, args ...any) error { return &thrown{msg: fmt.Sprintf(format, args...)} }

func limit(format string, args ...any) error {
	return &thrown{msg: fmt.Sprintf(format, args...), err: ErrLimit}
}

// quote shows a piece of the template in a message.
func quote(s string) string { return strconv.Quote(s) }

// clip shortens what a message shows to its first characters.
func clip(s string) string {
	const most = 24
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

func firstRune(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	return s[:n]
}
