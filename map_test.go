package lambdarest_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	mapRow  = regexp.MustCompile("(?m)^\\| (`.*?) \\|.*\\| *(.*?) *\\|$")
	quoted  = regexp.MustCompile("`([^`]+)`")
	goFiles = regexp.MustCompile("`([a-z_]+\\.go)`")
)

// TestMap holds DESIGN.md's table of folders against the tree, and its last column against the table of
// imports: what functions link is what router, dynamo, mapping and warmup reach.
func TestMap(t *testing.T) {
	text, err := os.ReadFile("DESIGN.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(text), "## Where each thing lives")
	section, _, ended := strings.Cut(section, "\n## ")
	if !found || !ended {
		t.Fatal("DESIGN.md has no section \"Where each thing lives\"")
	}
	listed := make(map[string]string)
	for _, row := range mapRow.FindAllStringSubmatch(section, -1) {
		for _, folder := range quoted.FindAllStringSubmatch(row[1], -1) {
			listed[strings.TrimSuffix(folder[1], "/")] = row[2]
		}
	}
	for folder, linked := range listed {
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			t.Errorf("DESIGN.md lists the folder %s, which is not there", folder)
		}
		reached := linkedIntoFunctions()[folder]
		if linked == "yes" && !reached || linked == "no" && reached {
			t.Errorf("DESIGN.md says %q of whether functions link %s; the table of imports says %v", linked, folder, reached)
		}
	}
	for pkg := range rules {
		if pkg != "." && !covered(pkg, listed) {
			t.Errorf("DESIGN.md does not say what is in %s", pkg)
		}
	}
}

// covered reports whether a package is listed, or is a part of an example or of the command.
func covered(pkg string, listed map[string]string) bool {
	if _, ok := listed[pkg]; ok {
		return true
	}
	parent := path.Dir(pkg)
	_, ok := listed[parent]
	return ok && (strings.HasPrefix(parent, "examples/") || strings.HasPrefix(parent, "cmd/"))
}

// linkedIntoFunctions follows the table of imports down from what functions are written with.
func linkedIntoFunctions() map[string]bool {
	reached := make(map[string]bool)
	var follow func(pkg string)
	follow = func(pkg string) {
		if reached[pkg] {
			return
		}
		reached[pkg] = true
		for _, below := range rules[pkg].may {
			if _, own := rules[below]; own {
				follow(below)
			}
		}
	}
	for _, pkg := range []string{"router", "dynamo", "mapping", "warmup"} {
		follow(pkg)
	}
	return reached
}

// TestFilesThatAreNamed looks for the files that DESIGN.md names: one that was renamed is named no longer.
func TestFilesThatAreNamed(t *testing.T) {
	var there []string
	err := filepath.WalkDir(".", func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			there = append(there, d.Name())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("DESIGN.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range goFiles.FindAllStringSubmatch(string(text), -1) {
		if !slices.Contains(there, m[1]) {
			t.Errorf("DESIGN.md names %s, which is not there", m[1])
		}
	}
}
