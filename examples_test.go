package lambdarest_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Each exported function has an Example of its own that go test runs, and each exported method has one or is called in
// one. What is left out stands here, with the reason.
var withoutExample = map[string]string{
	"dynamo/dynamotest.B":                         "as S",
	"dynamo/dynamotest.N":                         "as S",
	"dynamo/dynamotest/conformance.RunClient":     "it needs a *testing.T: its own test is the example",
	"dynamo/dynamotest/conformance.DynamoDBLocal": "as RunClient",
	"gateway.Process.Invoke":                      "it needs a bootstrap binary: bootstrap_test.go builds one",
	"gateway.Process.Restart":                     "as Process.Invoke",
	"gateway.Invocation.Log":                      "as Process.Invoke",
	"mapping/mappingtest.Context":                 "an option, in the Example of Template.Request",
	"mapping/mappingtest.Resource":                "as Context",
	"mapping/mappingtest.Stage":                   "as Context",
	"mapping/mappingtest.StageVariables":          "as Context",
	"router/routertest.Response.Golden":           "it writes into testdata when it is told to",
}

// TestEntryPointsHaveExamples reads the packages as the documentation does.
func TestEntryPointsHaveExamples(t *testing.T) {
	left := make(map[string]bool)
	for name := range withoutExample {
		left[name] = true
	}
	for _, dir := range published() {
		pkg := documentation(t, dir)
		for _, entry := range entryPoints(pkg) {
			name := dir + "." + entry.name
			if delete(left, name); !entry.shown && withoutExample[name] == "" {
				t.Errorf("%s has no Example with an Output", name)
			}
			if entry.shown && withoutExample[name] != "" {
				t.Errorf("%s has an Example, and stands in withoutExample", name)
			}
		}
	}
	for name := range left {
		t.Errorf("withoutExample has %s, which does not exist", name)
	}
}

// TestPackageDocs: the documentation of a package says what it is for, when it is the wrong one, and what it costs.
func TestPackageDocs(t *testing.T) {
	small := []string{"router/routertest", "mapping/mappingtest", "mapping/integration", "dynamo/dynamotest/conformance", "warmup/invoke"}
	for _, dir := range published() {
		text := documentation(t, dir).Doc
		if len(text) < 200 {
			t.Errorf("%s: what is it for?", dir)
		}
		for _, heading := range []string{"# When not to use it\n", "# Cost\n"} {
			if !slices.Contains(small, dir) && !strings.Contains(text, heading) {
				t.Errorf("the documentation of %s has no section %s", dir, strings.TrimSpace(heading))
			}
		}
	}
}

func documentation(t *testing.T, dir string) *doc.Package {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	set := token.NewFileSet()
	var files []*ast.File
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") {
			continue
		}
		f, err := parser.ParseFile(set, filepath.Join(dir, e.Name()), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	pkg, err := doc.NewFromFiles(set, files, path.Join(module, dir))
	if err != nil {
		t.Fatal(err)
	}
	return pkg
}

type entryPoint struct {
	name  string
	shown bool
}

// entryPoints are the functions and methods of a package.
func entryPoints(pkg *doc.Package) []entryPoint {
	called := calledMethods(pkg)
	var all []entryPoint
	addFuncs := func(funcs []*doc.Func) {
		for _, f := range funcs {
			all = append(all, entryPoint{f.Name, slices.ContainsFunc(f.Examples, executed)})
		}
	}
	addFuncs(pkg.Funcs)
	for _, typ := range pkg.Types {
		addFuncs(typ.Funcs)
		for _, m := range typ.Methods {
			shown := called[m.Name] || slices.ContainsFunc(m.Examples, executed)
			if !implicit(m.Name) && !isOperation(m.Decl) {
				all = append(all, entryPoint{typ.Name + "." + m.Name, shown})
			}
		}
	}
	return all
}

// executed tells that go test runs the example and compares what it prints.
func executed(e *doc.Example) bool { return e.Output != "" || e.EmptyOutput }

// implicit tells of methods that are there for others to call: fmt, errors, encoding/json, router and the like.
func implicit(method string) bool {
	return slices.Contains([]string{
		"Error", "Unwrap", "Is", "As", "String", "MarshalText", "UnmarshalText", "MarshalJSON", "UnmarshalJSON", "WriteTo", "Validate", "InvokeAsync",
	}, method)
}

// isOperation tells of the methods that a fake has because the SDK's client has them: they take a *dynamodb.…Input.
func isOperation(f *ast.FuncDecl) bool {
	for _, param := range f.Type.Params.List {
		if star, ok := param.Type.(*ast.StarExpr); ok {
			if s, ok := star.X.(*ast.SelectorExpr); ok && strings.HasSuffix(s.Sel.Name, "Input") {
				return true
			}
		}
	}
	return false
}

// calledMethods are the names of what the executed examples of a package call.
func calledMethods(pkg *doc.Package) map[string]bool {
	called := make(map[string]bool)
	note := func(examples []*doc.Example) {
		for _, e := range examples {
			if !executed(e) {
				continue
			}
			ast.Inspect(e.Code, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok {
					called[s.Sel.Name] = true
				}
				return true
			})
		}
	}
	note(pkg.Examples)
	for _, f := range pkg.Funcs {
		note(f.Examples)
	}
	for _, typ := range pkg.Types {
		note(typ.Examples)
		for _, f := range slices.Concat(typ.Funcs, typ.Methods) {
			note(f.Examples)
		}
	}
	return called
}
