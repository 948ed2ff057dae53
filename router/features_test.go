package router

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every row of the feature table names tests and examples that there are.
func TestFeatureTable(t *testing.T) {
	var source strings.Builder
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, filepath.Join("routertest", "example_test.go")) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(data)
	}
	table, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for line := range strings.Lines(string(table)) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| Feature") {
			continue
		}
		rows++
		names := regexp.MustCompile("`((?:Test|Example)\\w+)`").FindAllStringSubmatch(line, -1)
		if missing := strings.Contains(line, "| – | – | – | y | y |"); len(names) == 0 != missing {
			t.Errorf("nothing shows %s", line)
		}
		for _, name := range names {
			if !strings.Contains(source.String(), "func "+name[1]+"(") {
				t.Errorf("there is no %s", name[1])
			}
		}
	}
	if rows < 30 {
		t.Errorf("only %d rows", rows)
	}
}
