package integration

import (
	"fmt"
	"unicode/utf16"

	"github.com/lambdarest/lambdarest/internal/javaregexp"
)

// pattern is a selection pattern: a regular expression of Java's that must match the whole of a text.
type pattern struct{ re *javaregexp.Regexp }

const (
	maxPatternSteps = 1_000_000 // of one match: some 10 ms, and 400 ms at worst
	maxPatternBytes = 4 << 10
)

func compilePattern(expr string) (*pattern, error) {
	if len(expr) > maxPatternBytes {
		return nil, fmt.Errorf("%d bytes, the limit is %d", len(expr), maxPatternBytes)
	}
	re, err := javaregexp.Compile(expr, 0)
	if err != nil {
		return nil, err
	}
	return &pattern{re}, nil
}

func (p *pattern) match(text string) (bool, error) {
	steps := maxPatternSteps
	ok, err := p.re.Match(utf16.Encode([]rune(text)), &steps)
	if err != nil {
		return false, errPatternSlow
	}
	return ok, nil
}
