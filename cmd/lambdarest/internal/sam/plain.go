package sam

import (
	"slices"
	"strings"
)

// Resources as CloudFormation has them, without SAM. Templates have them for all sorts of things, so one that cannot run
// here is no mistake: it is among those that are said not to be run.
const (
	typePlainFunction = "AWS::Lambda::Function"
	typePlainAPI      = "AWS::ApiGateway::RestApi"
	typeStage         = "AWS::ApiGateway::Stage"
	typeDeployment    = "AWS::ApiGateway::Deployment"
)

// runtimes are those of Go programs.
var runtimes = []string{"provided.al2023", "provided.al2", "provided", "go1.x"}

// readPlainFunction reads a function whose Code is a folder, as "aws cloudformation package" and "sam build" take it; nil
// for any other.
func (t *template) readPlainFunction(r *resource) *Function {
	code := value{&t.problems, r.props, "Resources." + r.id + ".Properties"}
	if r.props == nil || !code.isMap() {
		return nil
	}
	code = code.get("Code")
	if !code.isScalar() {
		return nil
	}
	name, _ := intrinsic(code.n)
	isFile := strings.HasSuffix(code.n.Value, ".zip") || strings.HasSuffix(code.n.Value, ".jar") || strings.HasPrefix(code.n.Value, "s3://")
	if name != "" || isFile || !slices.Contains(runtimes, t.property(r, "Runtime").text()) {
		return nil
	}
	f := t.newFunction(r, t.properties(r))
	f.CodeURI = t.folder(code.text())
	return f
}

// readPlainAPI reads a REST API whose routes are in its Body; those of resources and methods are not read. Its stage is in a
// resource beside it. One that leads to anything else than what runs here is not run; warnings say why.
func (t *template) readPlainAPI(r *resource) {
	props := value{&t.problems, r.props, "Resources." + r.id + ".Properties"}
	if r.props == nil || !props.isMap() || !props.get("Body").exists() {
		return
	}
	errs, apis := len(t.errs), len(t.APIs)
	defer func() {
		for _, err := range t.errs[errs:] {
			t.warnings = append(t.warnings, err.Error())
			t.APIs = t.APIs[:apis]
		}
		t.errs = t.errs[:errs]
	}()
	a := t.newAPI(r.id, false)
	for _, s := range t.resources {
		if t.isStageOf(s, r) && a.Config.Stage == "" {
			a.Config.Stage = t.property(s, "StageName").text()
			a.Config.StageVariables = t.property(s, "Variables").textMap() // which a deployment has not
		}
	}
	props = t.properties(r)
	a.Config.BinaryMediaTypes = props.get("BinaryMediaTypes").texts()
	t.readDefinition(a, props.get("Body"))
}

// isStageOf reports whether s is a stage or a deployment of an API, by a reference to it.
func (t *template) isStageOf(s, api *resource) bool {
	props := value{&t.problems, s.props, ""}
	if s.kind != typeStage && s.kind != typeDeployment || s.props == nil || !props.isMap() || !props.get("RestApiId").exists() {
		return false
	}
	name, arg := intrinsic(props.get("RestApiId").n)
	return name == "Ref" && arg.Value == api.id
}

// isPlainRun reports whether a resource without SAM runs here, or belongs to one that does.
func (t *template) isPlainRun(r *resource) bool {
	switch r.kind {
	case typePlainFunction:
		return slices.ContainsFunc(t.Functions, func(f *Function) bool { return f.ID == r.id })
	case typePlainAPI:
		return t.api(r.id) != nil
	case typeStage, typeDeployment:
		return slices.ContainsFunc(t.resources, func(api *resource) bool {
			return api.kind == typePlainAPI && t.api(api.id) != nil && t.isStageOf(r, api)
		})
	}
	return false
}
