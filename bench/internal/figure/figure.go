// Package figure writes what a test measures in Go's benchmark format
// (https://go.dev/design/14313-benchmark-format), so that the command results reads it
// as it reads benchmarks.
package figure

import (
	"fmt"
	"os"
	"strings"
)

// Print prints a line with a value and its unit. A test that measures in rounds prints a
// line for each; lines of one name are one series. Spaces in the name become hyphens.
func Print(name string, value float64, unit string) {
	fmt.Fprintf(os.Stdout, "Benchmark%s 1 %g %s\n", strings.ReplaceAll(name, " ", "-"), value, unit)
}
