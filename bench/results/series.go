package main

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// figures are all that was measured: by name and unit, a value for each round, in the
// order of the rounds. Contenders that took turns have their values at the same places.
type figures map[string][]float64

func keyOf(name, unit string) string { return name + " " + unit }

// of returns the series of a name and unit, or an error that says that there is none.
func (f figures) of(name, unit string) ([]float64, error) {
	if values := f[keyOf(name, unit)]; len(values) > 0 {
		return values, nil
	}
	return nil, fmt.Errorf("no figure %s in %s", name, unit)
}

// topLevel is what go test -v says of a test when it has ended.
var topLevel = regexp.MustCompile(`^--- (PASS|FAIL): (\S+)`)

// read adds what a test binary printed, with a prefix before each name: benchmarks, lines
// of package figure, and for each test that ran 1 or 0 passes.
func (f figures) read(prefix string, in io.Reader) error {
	text, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	r := benchfmt.NewReader(strings.NewReader(string(text)), "output")
	for r.Scan() {
		result, ok := r.Result().(*benchfmt.Result)
		if !ok {
			continue // a line that looks like a result and is none
		}
		f.add(prefix, result)
	}
	lines := bufio.NewScanner(strings.NewReader(string(text)))
	for lines.Scan() {
		if m := topLevel.FindStringSubmatch(lines.Text()); m != nil {
			passed := 0.0
			if m[1] == "PASS" {
				passed = 1
			}
			key := keyOf(prefix+m[2], "passes")
			f[key] = append(f[key], passed)
		}
	}
	return r.Err()
}

// add keeps the values under the name without the number of processors, and times as the
// format's users know them, in nanoseconds.
func (f figures) add(prefix string, r *benchfmt.Result) {
	base, parts := r.Name.Parts()
	name := prefix + string(base)
	for _, p := range parts {
		if p[0] == '/' {
			name += string(p)
		}
	}
	for _, v := range r.Values {
		value, unit := v.Value, v.Unit
		if v.OrigUnit != "" {
			value, unit = v.OrigValue, v.OrigUnit
		}
		key := keyOf(name, unit)
		f[key] = append(f[key], value)
	}
}
