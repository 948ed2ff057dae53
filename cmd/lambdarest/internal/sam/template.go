package sam

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// The types of resources that are run. Others may be referred to.
const (
	typeFunction    = "AWS::Serverless::Function"
	typeAPI         = "AWS::Serverless::Api"
	typeHTTPAPI     = "AWS::Serverless::HttpApi"
	typeSimpleTable = "AWS::Serverless::SimpleTable"
	typeTable       = "AWS::DynamoDB::Table"
	typeUserPool    = "AWS::Cognito::UserPool" // not run, but authorizers name its issuer
)

// An App is what a template describes.
type App struct {
	Functions []*Function
	APIs      []*API
	Tables    []Table
	// Files are those that were read: the template first.
	Files []string
	// Warnings say what of the template has no effect on this machine, with file and line.
	Warnings []string
}

// Function returns the function with that logical id or name.
func (a *App) Function(id string) *Function {
	for _, f := range a.Functions {
		if f.ID == id || f.Name == id {
			return f
		}
	}
	return nil
}

// Options are what a template leaves open.
type Options struct {
	// Parameters are values of the template's parameters.
	Parameters map[string]string
	// Functions are folders with a Go program for the functions that an OpenAPI definition names; without effect on a
	// template.
	Functions map[string]string
}

// template is a template on its way to an App.
type template struct {
	problems
	App
	name      string // of the file
	root      *yaml.Node
	given     map[string]string // parameters
	resources []*resource
	names     map[*resource]string // see physicalName
	foreign   []*resource          // see isForeign
	included  map[string]*yaml.Node
	depth     int

	isDefinition bool // an OpenAPI definition alone
}

// Load reads a SAM template or an OpenAPI definition. The error joins an [Error] for each problem; the app beside it, where
// there is one, has nothing but its files, and warnings, which may say why.
func Load(name string, opt Options) (*App, error) {
	t := &template{
		name: name, given: opt.Parameters, included: make(map[string]*yaml.Node), names: make(map[*resource]string),
		problems: problems{files: map[*yaml.Node]string{}},
	}
	t.Files = []string{name}
	var err error
	if t.root, err = t.parse(name); err != nil {
		return nil, err
	}
	if t.isDefinition = isOpenAPI(t.root); t.isDefinition {
		t.loadOpenAPI(opt.Functions)
	} else {
		t.loadTemplate()
	}
	t.Warnings = t.problems.warnings
	if err := t.err(); err != nil {
		return &App{Files: t.Files, Warnings: t.Warnings}, err
	}
	return &t.App, nil
}

func isOpenAPI(root *yaml.Node) bool {
	v := value{n: root}
	return v.get("openapi").exists() || v.get("swagger").exists()
}

// section is a top-level mapping as it is written.
func (t *template) section(name string) value {
	return value{&t.problems, t.root, ""}.get(name)
}

func (t *template) loadTemplate() {
	if !t.section("Resources").isMap() {
		t.fail(t.root, "", "expected Resources with at least one resource, or an OpenAPI definition")
		return
	}
	for name := range t.given {
		if !t.section("Parameters").get(name).exists() {
			t.fail(t.root, "Parameters", "the template has no parameter %q", name)
		}
	}
	t.readResources()
	t.checkNames()
	t.mergeGlobals()
	for _, r := range t.resources {
		switch r.kind {
		case typeTable, typeSimpleTable:
			t.readTable(r)
		case typeFunction:
			if f := t.readFunction(r); f != nil {
				t.Functions = append(t.Functions, f)
			}
		case typePlainFunction:
			if f := t.readPlainFunction(r); f != nil {
				t.Functions = append(t.Functions, f)
			}
		}
	}
	for _, r := range t.resources {
		switch r.kind {
		case typeAPI, typeHTTPAPI:
			t.readAPI(r)
		case typePlainAPI:
			t.readPlainAPI(r)
		}
	}
	for _, r := range t.resources {
		if r.kind == typeFunction {
			t.readEvents(r)
		}
	}
	t.finishAPIs()
	t.warnOfOthers()
}

// warnOfOthers says once which resources are there, but do nothing on this machine.
func (t *template) warnOfOthers() {
	var others []string
	for _, r := range t.resources {
		switch _, isRun := globalsOf[r.kind]; {
		case isRun, r.kind == typeTable, r.kind == "AWS::Lambda::Permission", t.isPlainRun(r):
		case strings.HasPrefix(r.kind, "AWS::IAM::"), strings.HasPrefix(r.kind, "AWS::Logs::"):
		default:
			others = append(others, r.id+" ("+r.kind+")")
		}
	}
	if len(others) > 0 {
		t.problems.warnings = append(t.problems.warnings, t.name+": not run on this machine: "+strings.Join(others, ", ")+
			"; only functions, APIs and tables are run")
	}
}

// logicalID is what CloudFormation takes as the name of a resource.
var logicalID = regexp.MustCompile(`^[A-Za-z0-9]{1,255}$`)

// readResources reads which resources there are; those whose condition does not hold are left out.
func (t *template) readResources() {
	for id, v := range t.section("Resources").all() {
		if !logicalID.MatchString(id) {
			v.fail("expected a logical id of letters and digits") // it becomes a file name
			continue
		}
		if !v.isMap() {
			v.fail("expected a mapping with Type and Properties, got %s", v.kind())
			continue
		}
		kind := v.get("Type")
		if !kind.isScalar() {
			v.fail("expected a Type, as %s", typeFunction)
			continue
		}
		if c := v.get("Condition"); c.exists() && !t.condition(c.text(), c.n, c.path) {
			continue
		}
		t.resources = append(t.resources, &resource{id, kind.text(), v.n, v.get("Properties").n})
	}
}

// globalsOf are the sections of Globals by the type of resource.
var globalsOf = map[string]string{typeFunction: "Function", typeAPI: "Api", typeHTTPAPI: "HttpApi", typeSimpleTable: "SimpleTable"}

// mergeGlobals puts Globals under the properties of resources: mappings are merged, lists are concatenated, anything
// else is replaced (https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html).
func (t *template) mergeGlobals() {
	globals := t.section("Globals")
	for name, v := range globals.all() {
		if !slices.Contains([]string{"Function", "Api", "HttpApi", "SimpleTable", "StateMachine", "LayerVersion", "CapacityProvider", "WebSocketApi"}, name) {
			v.fail("expected Function, Api, HttpApi, SimpleTable, StateMachine or LayerVersion")
		}
	}
	for _, r := range t.resources {
		if g := globals.get(globalsOf[r.kind]); g.exists() {
			r.props = t.merge(g.n, r.props)
		}
	}
}

func (t *template) merge(under, over *yaml.Node) *yaml.Node {
	if over == nil {
		return under
	}
	if name, _ := intrinsic(over); name != "" || under.Kind != over.Kind || over.Kind == yaml.ScalarNode {
		return over
	}
	out := *over
	t.files[&out] = t.files[over]
	if over.Kind == yaml.SequenceNode {
		out.Content = slices.Concat(under.Content, over.Content)
		return &out
	}
	out.Content = slices.Clone(under.Content)
	for i := 0; i+1 < len(over.Content); i += 2 {
		key := over.Content[i].Value
		at := -1
		for j := 0; j+1 < len(out.Content); j += 2 {
			if out.Content[j].Value == key {
				at = j + 1
			}
		}
		if at < 0 {
			out.Content = append(out.Content, over.Content[i], over.Content[i+1])
			continue
		}
		out.Content[at] = t.merge(out.Content[at], over.Content[i+1])
	}
	return &out
}

// folder returns a folder that the template names.
func (t *template) folder(location string) string {
	return filepath.Join(filepath.Dir(t.name), filepath.FromSlash(location))
}

// functionOf returns the function that an ARN or an invocation URI names; nil, and an error, where it is not one of the
// template's.
func (t *template) functionOf(v value) *Function {
	name := functionName(v.text())
	if name == "" {
		return nil // a reference that has been reported
	}
	if f := t.Function(name); f != nil {
		return f
	}
	if r := t.foreignFunction(name); r != nil {
		v.fail("the function %s is not run here", r.id)
		return nil
	}
	v.fail("expected the ARN of a function of the template, got %q", v.text())
	return nil
}

// functionName returns the name in an ARN or an invocation URI.
func functionName(text string) string {
	if _, after, ok := strings.Cut(text, "/functions/"); ok {
		text = strings.TrimSuffix(strings.TrimSuffix(after, "/response-streaming-invocations"), "/invocations")
	}
	if _, after, ok := strings.Cut(text, ":function:"); ok {
		text, _, _ = strings.Cut(after, ":") // without a version or an alias
	}
	return text
}

// foreignFunction returns the function of that name that is in the template and does not run here; see isForeign.
func (t *template) foreignFunction(name string) *resource {
	for _, r := range t.foreign {
		if t.physicalName(r) == name {
			return r
		}
	}
	return nil
}

// String names the function for messages.
func (f *Function) String() string { return fmt.Sprintf("%s (%s)", f.ID, f.CodeURI) }
