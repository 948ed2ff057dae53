package lambdarest_test

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the folder api anew")

// The folder api has a file for each package that others may import, with a line for each thing
// that a program can depend on: functions, methods, fields, constants, with their types and tags.
// A change of the public contract is a change of these files, so that it shows in review. What is
// there is a promise from v1.0.0 on; lines that vanish before are said in CHANGELOG.md.
//
//	go test . -update    # writes them
func TestAPI(t *testing.T) {
	written := make(map[string]bool)
	for _, pkg := range published() {
		file := filepath.Join("api", filepath.FromSlash(pkg)+".txt")
		written[file] = true
		compareAPI(t, file, strings.Join(surface(t, pkg), "\n")+"\n")
	}
	err := filepath.WalkDir("api", func(file string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !written[file] {
			t.Errorf("%s is of no package that others may import", file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// published are the packages with an API that others may import.
func published() []string {
	var pkgs []string
	for pkg := range rules {
		if pkg != "." && !strings.HasPrefix(pkg, "cmd/") && !strings.HasPrefix(pkg, "examples/") && !strings.Contains(pkg, "internal/") {
			pkgs = append(pkgs, pkg)
		}
	}
	slices.Sort(pkgs)
	return pkgs
}

func compareAPI(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; go test . -update writes it", err)
	}
	was, is := strings.Split(string(want), "\n"), strings.Split(got, "\n")
	for _, line := range was {
		if !slices.Contains(is, line) {
			t.Errorf("%s: gone or changed: %s", file, line)
		}
	}
	for _, line := range is {
		if !slices.Contains(was, line) {
			t.Errorf("%s: new: %s", file, line)
		}
	}
	if t.Failed() {
		t.Log("the public contract has changed: if that is meant, go test . -update, and say it in CHANGELOG.md")
	}
}

// surface lists what a package exports, sorted.
func surface(t *testing.T, pkg string) (lines []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(filepath.FromSlash(pkg), "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in %s: %v", pkg, err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				lines = append(lines, function(d)...)
			case *ast.GenDecl:
				lines = append(lines, declaration(d)...)
			}
		}
	}
	slices.Sort(lines)
	for i, line := range lines {
		lines[i] = "pkg " + path.Base(pkg) + ", " + line
	}
	return lines
}

func function(d *ast.FuncDecl) []string {
	if !d.Name.IsExported() {
		return nil
	}
	if d.Recv == nil {
		return []string{"func " + d.Name.Name + signature(d.Type)}
	}
	receiver := source(d.Recv.List[0].Type)
	if !ast.IsExported(strings.TrimLeft(receiver, "*")) {
		return nil
	}
	return []string{"method (" + receiver + ") " + d.Name.Name + signature(d.Type)}
}

// signature is a function's type without the word func, type parameters in front.
func signature(f *ast.FuncType) string {
	return typeParameters(f.TypeParams) + strings.TrimPrefix(source(&ast.FuncType{Params: f.Params, Results: f.Results}), "func")
}

func typeParameters(list *ast.FieldList) string {
	if list == nil {
		return ""
	}
	var all []string
	for _, field := range list.List {
		for _, name := range field.Names {
			all = append(all, name.Name+" "+source(field.Type))
		}
	}
	return "[" + strings.Join(all, ", ") + "]"
}

func declaration(d *ast.GenDecl) (lines []string) {
	var constType ast.Expr // constants take the type of the one before
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			if spec.Name.IsExported() {
				lines = append(lines, typeLines(spec)...)
			}
		case *ast.ValueSpec:
			if spec.Type != nil || len(spec.Values) > 0 {
				constType = spec.Type
			}
			lines = append(lines, values(d.Tok, spec, constType)...)
		}
	}
	return lines
}

// values are constants with their type or value, and variables with their type where it is written.
func values(tok token.Token, spec *ast.ValueSpec, constType ast.Expr) (lines []string) {
	for i, name := range spec.Names {
		if !name.IsExported() {
			continue
		}
		line := tok.String() + " " + name.Name
		if constType != nil {
			line += " " + source(constType)
		}
		if literal, ok := valueAt(spec, i).(*ast.BasicLit); ok && tok == token.CONST {
			line += " = " + literal.Value
		}
		lines = append(lines, line)
	}
	return lines
}

func valueAt(spec *ast.ValueSpec, i int) ast.Expr {
	if i < len(spec.Values) {
		return spec.Values[i]
	}
	return nil
}

func typeLines(spec *ast.TypeSpec) []string {
	name := "type " + spec.Name.Name + typeParameters(spec.TypeParams)
	if spec.Assign.IsValid() {
		return []string{name + " = " + source(spec.Type)}
	}
	switch typ := spec.Type.(type) {
	case *ast.StructType:
		return members(name+" struct", typ.Fields)
	case *ast.InterfaceType:
		return members(name+" interface", typ.Methods)
	}
	return []string{name + " " + source(spec.Type)}
}

// members are the exported fields of a struct or methods of an interface; that there are others is
// said, too: it decides who can write such a value.
func members(name string, list *ast.FieldList) []string {
	lines := []string{name}
	hidden := false
	for _, field := range list.List {
		text := source(field.Type)
		if len(field.Names) == 0 { // embedded
			base := text[strings.LastIndexByte(text, '.')+1:]
			if ast.IsExported(strings.TrimLeft(base, "*")) {
				lines = append(lines, name+", embedded "+text)
			} else {
				hidden = true
			}
		}
		for _, n := range field.Names {
			if !n.IsExported() {
				hidden = true
				continue
			}
			line := name + ", " + n.Name + " " + text
			if method, ok := field.Type.(*ast.FuncType); ok && strings.HasSuffix(name, " interface") {
				line = name + ", " + n.Name + signature(method)
			}
			if field.Tag != nil {
				line += " " + field.Tag.Value
			}
			lines = append(lines, line)
		}
	}
	if hidden {
		lines = append(lines, name+", and unexported members")
	}
	return lines
}

// source is a node as it is written, on one line.
func source(node ast.Node) string {
	var b bytes.Buffer
	if err := printer.Fprint(&b, token.NewFileSet(), node); err != nil {
		panic(fmt.Sprintf("api: %v", err)) // a node of a file that has been parsed
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
