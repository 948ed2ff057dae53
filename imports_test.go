package lambdarest_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/lambdarest/lambdarest"

// A rule says what a package may import besides the standard library, and why not
// more. An entry stands for itself and what is below it. What test files import is
// not restricted.
type rule struct {
	may []string
	why string
}

const (
	lambdaGo = "github.com/aws/aws-lambda-go"
	sdk      = "github.com/aws/aws-sdk-go-v2"
	smithy   = "github.com/aws/smithy-go"
	testify  = "github.com/stretchr/testify"
	fsnotify = "github.com/fsnotify/fsnotify"
	yaml     = "gopkg.in/yaml.v3"
	schema   = "github.com/santhosh-tekuri/jsonschema"
)

var rules = map[string]rule{
	".":                             {nil, "documentation only"},
	"internal/jsonscan":             {nil, "the bottom: everything may stand on it"},
	"internal/detail":               {nil, "the bottom: everything may stand on it"},
	"internal/bind":                 {[]string{"internal/jsonscan"}, "functions link it: router and mapping bind by one set of rules"},
	"internal/coldstart":            {nil, "the bottom: warmup and router meet in it"},
	"internal/handover":             {nil, "the bottom: gateway and router meet in it"},
	"internal/gwevent":              {nil, "the bottom: it writes what the router reads, so it must not use the router's code"},
	"router":                        {[]string{"internal/bind", "internal/jsonscan", "internal/detail", "internal/coldstart", "internal/handover", lambdaGo}, "functions link it: no SDK, no other package of ours"},
	"router/routertest":             {[]string{"internal/gwevent", "router", lambdaGo, testify}, "for tests of functions"},
	"dynamo":                        {[]string{"internal/jsonscan", sdk, smithy}, "useful without API Gateway: neither router nor aws-lambda-go"},
	"dynamo/dynamotest":             {[]string{"internal/jsonscan", "dynamo", sdk, smithy}, "for tests and laptops; it knows nothing of HTTP APIs"},
	"dynamo/dynamotest/conformance": {[]string{sdk, smithy, testify}, "a suite for any client; a package of its own, as it brings testing along, and without the engine, which it must not favour"},
	"mapping":                       {[]string{"internal/bind", "internal/detail", lambdaGo}, "functions link it: no template engine"},
	"internal/javaregexp":           {nil, "the bottom: what templates and selection patterns share"},
	"mapping/vtl":                   {[]string{"internal/javaregexp"}, "for tests and the local gateway; functions do not link it"},
	"mapping/integration":           {[]string{"internal/gwevent", "internal/javaregexp", "mapping", "mapping/vtl"}, "for tests and the local gateway"},
	"mapping/mappingtest":           {[]string{"internal/gwevent", "mapping/vtl"}, "for tests of templates"},
	"warmup":                        {[]string{"internal/jsonscan", "internal/coldstart", lambdaGo}, "it runs before anything else, so it must cost nothing"},
	"warmup/invoke":                 {nil, "functions link it: a call of Lambda in 8 KB, the SDK's client takes 3.7 MB"},
	"gateway":                       {[]string{"internal/gwevent", "internal/handover", "mapping/integration", "mapping/vtl", lambdaGo, smithy}, "not the router: with one matcher for both, mistakes would cancel out; of smithy only the framing of event streams, 60 KB"},
	"cmd/lambdarest":                {[]string{"internal/gwevent", "gateway", "mapping/vtl", "dynamo/dynamotest", "cmd/lambdarest/internal/cron", "cmd/lambdarest/internal/sam", lambdaGo, sdk, fsnotify}, "the top: a front for packages that do the work"},
	"cmd/lambdarest/internal/cron":  {nil, "it stands alone"},
	"cmd/lambdarest/internal/model": {[]string{"internal/javaregexp", schema}, "the library for JSON Schema costs 7 ms at the start: only the command links it"},
	"cmd/lambdarest/internal/sam":   {[]string{"cmd/lambdarest/internal/cron", "cmd/lambdarest/internal/model", "gateway", "mapping/integration", yaml}, "it reads what the command runs"},
	"examples/users":                {[]string{"router", "dynamo", "mapping", "warmup", lambdaGo, sdk}, "a function: nothing that is for tests"},
	"examples/users/proxy":          {[]string{"examples/users", "warmup", lambdaGo, sdk}, "a function: nothing that is for tests"},
	"examples/users/nonproxy":       {[]string{"examples/users", "warmup", lambdaGo, sdk}, "a function: nothing that is for tests"},
	"examples/quotes":               {[]string{"mapping", lambdaGo}, "a function: nothing that is for tests"},
	"examples/quotes/function":      {[]string{"examples/quotes", "mapping", lambdaGo}, "a function: nothing that is for tests"},
	"examples/hello":                {[]string{"router", lambdaGo}, "a function: nothing that is for tests, and no SDK"},
	"examples/uploads":              {[]string{"router", "dynamo", lambdaGo, sdk}, "a function: nothing that is for tests"},
	"examples/reports":              {[]string{"router", "dynamo", lambdaGo, sdk}, "a function: nothing that is for tests"},
	"examples/orders":               {[]string{"router", "dynamo", lambdaGo, sdk}, "a function: nothing that is for tests"},
	"examples/local":                {[]string{"gateway", "mapping", "warmup", "dynamo", "dynamo/dynamotest", "examples/users", sdk}, "the top"},
}

// TestImports reads the files itself: the test cache notices a change of a file
// that a test has opened, but not one that only the go command has seen.
func TestImports(t *testing.T) {
	seen := make(map[string]bool)
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return skipDir(file, d.Name())
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		pkg := path.Dir(filepath.ToSlash(file))
		seen[pkg] = true
		checkFile(t, pkg, file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range rules {
		if !seen[pkg] {
			t.Errorf("the table has a rule for %s, which has no Go files", pkg)
		}
	}
}

// skipDir skips what belongs to no package of this module.
func skipDir(dir, name string) error {
	nested, _ := filepath.Glob(filepath.Join(dir, "go.mod"))
	if dir != "." && (strings.HasPrefix(name, ".") || name == "testdata" || len(nested) > 0) {
		return filepath.SkipDir
	}
	return nil
}

func checkFile(t *testing.T, pkg, file string) {
	t.Helper()
	r, ok := rules[pkg]
	if !ok {
		t.Errorf("%s: package %s is not in the table of imports", file, pkg)
		return
	}
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range f.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		own, isOwn := strings.CutPrefix(name, module+"/")
		if !isOwn && isStandard(name) {
			continue
		}
		if isOwn {
			name = own
		}
		if !slices.ContainsFunc(r.may, func(may string) bool { return name == may || !isOwn && strings.HasPrefix(name, may+"/") }) {
			t.Errorf("%s imports %s, which %s may not (%s)", file, name, pkg, r.why)
		}
	}
}

// isStandard reports whether a package is of the standard library: the first
// element of its path has no dot.
func isStandard(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return !strings.Contains(first, ".")
}

// unsafe is allowed in one file only.
func TestUnsafe(t *testing.T) {
	var users []string
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(file, ".go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			if spec.Path.Value == `"unsafe"` {
				users = append(users, filepath.ToSlash(file))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(users, []string{"router/view.go"}) {
		t.Errorf("unsafe is imported by %v", users)
	}
}
