package sam

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// What AWS would make of references, on this machine.
const (
	region    = "us-east-1"
	account   = "123456789012"
	stackName = "local"
)

var pseudoParameters = map[string]string{
	"AWS::AccountId": account, "AWS::Partition": "aws", "AWS::Region": region, "AWS::StackName": stackName,
	"AWS::StackId":   "arn:aws:cloudformation:" + region + ":" + account + ":stack/" + stackName + "/local",
	"AWS::URLSuffix": "amazonaws.com",
}

// ref returns what Ref gives: the value of a parameter, or the name of a resource.
func (t *template) ref(n *yaml.Node, name, path string) *yaml.Node {
	if name == "AWS::NoValue" {
		return noValue
	}
	if text, ok := pseudoParameters[name]; ok {
		return t.scalar(n, text)
	}
	if p := t.section("Parameters").get(name); p.exists() {
		return t.parameter(n, p, name, path)
	}
	if r := t.resource(name); r != nil {
		return t.scalar(n, t.physicalName(r))
	}
	t.fail(n, path, "the template has neither a parameter nor a resource %q", name)
	return t.scalar(n, "")
}

func (t *template) parameter(n *yaml.Node, p value, name, path string) *yaml.Node {
	text, given := t.given[name]
	if !given {
		def := p.get("Default")
		if def.n == nil {
			t.fail(n, path, "parameter %s has no default: give it one with -parameter %s=VALUE", name, name)
			return t.scalar(n, "")
		}
		text = def.text()
		if strings.HasPrefix(p.get("Type").text(), "AWS::SSM::Parameter::Value<") {
			t.warn(p.n, p.path, "only the default is known here, the name of a value in Systems Manager; -parameter %s=VALUE gives the value", name)
		}
	}
	if allowed := p.get("AllowedValues").texts(); len(allowed) > 0 && !slices.Contains(allowed, text) {
		t.fail(n, path, "parameter %s: expected one of %s, got %q", name, strings.Join(allowed, ", "), text)
	}
	if strings.HasPrefix(p.get("Type").text(), "List<") || p.get("Type").text() == "CommaDelimitedList" {
		items := strings.Split(text, ",")
		for i := range items {
			items[i] = strings.TrimSpace(items[i])
		}
		return t.sequence(n, items)
	}
	return t.scalar(n, text)
}

// A resource is an entry of Resources.
type resource struct {
	id, kind string
	node     *yaml.Node // of the whole entry
	props    *yaml.Node // Properties as written; may be nil
}

func (t *template) resource(id string) *resource {
	for _, r := range t.resources {
		if r.id == id {
			return r
		}
	}
	return nil
}

// property evaluates one property of a resource.
func (t *template) property(r *resource, name string) value {
	path := "Resources." + r.id + ".Properties"
	v := value{&t.problems, r.props, path}.get(name)
	if v.n == nil {
		return v
	}
	if v.n = t.resolve(v.n, v.path); v.n == noValue {
		v.n = nil
	}
	return v
}

// properties evaluates all of them.
func (t *template) properties(r *resource) value {
	v := value{&t.problems, r.props, "Resources." + r.id + ".Properties"}
	if v.n != nil {
		v.n = t.resolve(v.n, v.path)
	}
	return v
}

// nameProperty is the property that names a resource where it is given.
var nameProperty = map[string]string{
	typeFunction: "FunctionName", typeTable: "TableName", typeSimpleTable: "TableName",
	typePlainFunction: "FunctionName", "AWS::SQS::Queue": "QueueName", "AWS::S3::Bucket": "BucketName", "AWS::SNS::Topic": "TopicName",
}

// physicalName is what Ref gives for a resource. AWS makes up names that begin with the stack's; here it is the bare
// logical id.
func (t *template) physicalName(r *resource) string {
	name, known := t.names[r]
	if known {
		return name // "" while it is being found: a name that refers to itself
	}
	t.names[r] = ""
	t.names[r] = t.findName(r)
	return t.names[r]
}

func (t *template) findName(r *resource) string {
	if property, ok := nameProperty[r.kind]; ok {
		if name := t.property(r, property).text(); name != "" {
			return name
		}
	}
	switch r.kind {
	case typeSimpleTable, typeTable, typeFunction, typePlainFunction:
		return r.id
	case typeUserPool:
		return region + "_" + r.id
	}
	return strings.ToLower(r.id)
}

// attribute returns what GetAtt gives.
func (t *template) attribute(n *yaml.Node, id, attribute, path string) string {
	r := t.resource(id)
	if r == nil {
		if owner := t.resource(strings.TrimSuffix(id, "Role")); owner != nil && owner.kind == typeFunction && attribute == "Arn" {
			return "arn:aws:iam::" + account + ":role/" + id // SAM makes this one
		}
		if t.isDefinition {
			t.fail(n, path, "expected code for the function %s: give it with -function %s=FOLDER", id, id)
		} else {
			t.fail(n, path, "the template has no resource %q", id)
		}
		return ""
	}
	name := t.physicalName(r)
	switch {
	case attribute == "Arn" && (r.kind == typeFunction || r.kind == typePlainFunction):
		return functionARN(name)
	case attribute == "Arn" && (r.kind == typeTable || r.kind == typeSimpleTable):
		return "arn:aws:dynamodb:" + region + ":" + account + ":table/" + name
	case attribute == "Arn" && r.kind == typeUserPool:
		return "arn:aws:cognito-idp:" + region + ":" + account + ":userpool/" + name
	case attribute == "ProviderURL" && r.kind == typeUserPool:
		return "https://cognito-idp." + region + ".amazonaws.com/" + name
	case attribute == "Arn":
		service := "local"
		if parts := strings.Split(r.kind, "::"); len(parts) == 3 {
			service = strings.ToLower(parts[1])
		}
		return "arn:aws:" + service + ":" + region + ":" + account + ":" + name
	}
	return name + "-" + strings.ToLower(attribute)
}

func functionARN(name string) string {
	return "arn:aws:lambda:" + region + ":" + account + ":function:" + name
}

// condition evaluates an entry of Conditions.
func (t *template) condition(name string, n *yaml.Node, path string) bool {
	c := t.section("Conditions").get(name)
	if !c.exists() {
		t.fail(n, path, "the template has no condition %q", name)
		return false
	}
	if t.depth++; t.depth > 4*maxDepth {
		t.fail(n, path, "conditions run in a circle")
		t.depth--
		return false
	}
	defer func() { t.depth-- }()
	return t.holds(c.n, c.path)
}

func (t *template) holds(n *yaml.Node, path string) bool {
	name, arg := intrinsic(n)
	if arg != nil {
		t.files[arg] = t.files[n]
	}
	if name == "Condition" {
		return t.condition(arg.Value, n, path)
	}
	if arg == nil || arg.Kind != yaml.SequenceNode || len(arg.Content) == 0 {
		t.fail(n, path, "expected Equals, And, Or, Not or Condition")
		return false
	}
	switch name {
	case "Equals":
		args := t.arguments(value{&t.problems, arg, path}, 2, "two values")
		return args != nil && args[0].text() == args[1].text()
	case "Not":
		return !t.holds(arg.Content[0], path)
	case "And", "Or":
		for _, c := range arg.Content {
			if t.holds(c, path) == (name == "Or") {
				return name == "Or"
			}
		}
		return name == "And"
	}
	t.fail(n, path, "expected Equals, And, Or, Not or Condition")
	return false
}
