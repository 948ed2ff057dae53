// Package detail tells what of a formatted error a client may read: router and mapping
// have an Errorf whose causes are logged and never sent.
package detail

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Text formats what the client may read: the message without the errors under %w.
//
// Each of these is replaced by a mark, whatever its type and text, and the gap that
// the mark leaves is closed together with the punctuation that led to it:
//
//	"no user 7: <mark>"      no user 7
//	"<mark>: name taken"     name taken
//	"saving (<mark>) failed" saving failed
//
// An error under another verb is text like any other.
func Text(format string, args []any) string {
	args = slices.Clone(args)
	isCause := causes(format)
	for i, arg := range args {
		if _, ok := arg.(error); ok && isCause(i) {
			args[i] = unsaid{}
		}
	}
	text, rest, found := strings.Cut(fmt.Errorf(format, args...).Error(), mark)
	if !found {
		return text
	}
	for found {
		var piece string
		piece, rest, found = strings.Cut(rest, mark)
		text = closeGap(text, piece)
	}
	return strings.Trim(text, separators)
}

// Cause returns what an error of fmt.Errorf wraps, or nil.
func Cause(err error) error {
	switch err := err.(type) {
	case interface{ Unwrap() error }:
		return err.Unwrap()
	case interface{ Unwrap() []error }:
		return errors.Join(err.Unwrap()...)
	}
	return nil
}

// mark stands for a cause while a detail is made: noncharacters of Unicode, which no
// text holds by accident.
const mark = "\ufdd0cause\ufdd1"

// unsaid is an argument that prints as the mark, whatever flags and width there are.
type unsaid struct{}

func (unsaid) Error() string { return mark }

func (unsaid) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(mark)) }

const separators = ":;, "

// closeGap joins what stands on both sides of a mark.
func closeGap(left, right string) string {
	left, right = dropBrackets(left, right)
	trimmed := strings.TrimRight(left, separators)
	switch {
	case trimmed == "":
		return strings.TrimLeft(right, separators)
	case right == "" || strings.ContainsRune(separators+".!?)]", rune(right[0])) || trimmed == left:
		return trimmed + right
	}
	return trimmed + " " + right
}

// dropBrackets removes a pair of brackets or quotes that holds nothing but the mark.
func dropBrackets(left, right string) (string, string) {
	for _, pair := range []string{"()", "[]", "{}", `""`, "''"} {
		l, hasOpen := strings.CutSuffix(left, pair[:1])
		r, hasClose := strings.CutPrefix(right, pair[1:])
		if hasOpen && hasClose {
			return l, r
		}
	}
	return left, right
}

// causes tells which arguments stand under %w in a format. Where one is chosen by
// number, as in %[2]w, it says so of every argument: better too little is said than
// too much.
func causes(format string) (isCause func(arg int) bool) {
	var under []int
	arg := 0
	for {
		_, spec, found := strings.Cut(format, "%")
		spec = strings.TrimLeft(spec, "+-# 0")
		spec, width := trimNumber(spec)
		precision := 0
		if rest, ok := strings.CutPrefix(spec, "."); ok {
			spec, precision = trimNumber(rest)
		}
		if !found || spec == "" {
			return func(arg int) bool { return slices.Contains(under, arg) }
		}
		arg += width + precision
		switch spec[0] {
		case '[':
			return func(int) bool { return true }
		case 'w':
			under = append(under, arg)
			arg++
		case '%':
		default:
			arg++
		}
		format = spec[1:]
	}
}

// trimNumber removes a width or a precision, and tells how many arguments it is: a *
// is one.
func trimNumber(spec string) (rest string, args int) {
	if rest, ok := strings.CutPrefix(spec, "*"); ok {
		return rest, 1
	}
	return strings.TrimLeft(spec, "0123456789"), 0
}
