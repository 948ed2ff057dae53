package sam

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// The intrinsic functions of CloudFormation, as far as they stay inside of the template. Each is written as !Name or as
// a mapping with the one key Fn::Name (Ref and Condition without Fn::). A result is a copy at the place of the call;
// the tree of the file is never changed.

// noValue is what a reference to AWS::NoValue gives: the property is as if it were absent.
var noValue = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!NoValue"}

// intrinsic returns the name and the argument of a function; "" for any other node.
func intrinsic(n *yaml.Node) (name string, arg *yaml.Node) {
	if strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!") {
		bare := *n
		bare.Tag = ""
		if n.Kind == yaml.ScalarNode {
			bare.Tag = "!!str"
		}
		return n.Tag[1:], &bare
	}
	if n.Kind != yaml.MappingNode || len(n.Content) != 2 {
		return "", nil
	}
	key := n.Content[0].Value
	if key == "Ref" || key == "Condition" {
		if n.Content[1].Kind != yaml.ScalarNode {
			return "", nil
		}
		return key, n.Content[1]
	}
	name, ok := strings.CutPrefix(key, "Fn::")
	if !ok {
		return "", nil
	}
	return name, n.Content[1]
}

// resolve evaluates the functions in a subtree.
func (t *template) resolve(n *yaml.Node, path string) *yaml.Node {
	if n == nil {
		return nil
	}
	if t.depth++; t.depth > 4*maxDepth {
		t.fail(n, path, "references run in a circle or too deep")
		t.depth--
		return noValue
	}
	defer func() { t.depth-- }()
	if name, arg := intrinsic(n); name != "" && !(name == "Condition" && n.Tag != "!Condition") {
		t.files[arg] = t.files[n]
		return t.call(name, arg, n, path)
	}
	if n.Kind == yaml.ScalarNode {
		return n
	}
	out := *n
	out.Content = nil
	t.files[&out] = t.files[n]
	if n.Kind == yaml.SequenceNode {
		for i, child := range n.Content {
			if r := t.resolve(child, path+"["+strconv.Itoa(i)+"]"); r != noValue {
				out.Content = append(out.Content, r)
			}
		}
		return &out
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		r := t.resolve(n.Content[i+1], strings.TrimPrefix(path+"."+n.Content[i].Value, "."))
		if r != noValue {
			out.Content = append(out.Content, n.Content[i], r)
		}
	}
	return &out
}

// scalar makes a string at the place of n.
func (t *template) scalar(n *yaml.Node, text string) *yaml.Node {
	s := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text, Line: n.Line, Column: n.Column}
	t.files[s] = t.files[n]
	return s
}

// call evaluates a function: n is the call, arg its argument.
func (t *template) call(name string, arg, n *yaml.Node, path string) *yaml.Node {
	v := value{&t.problems, arg, path}
	switch name {
	case "Ref":
		return t.ref(n, arg.Value, path)
	case "GetAtt":
		return t.getAtt(v, n, path)
	case "Sub":
		return t.sub(v, n, path)
	case "Join":
		return t.join(v, n)
	case "Select":
		return t.choose(v, n, path)
	case "Split":
		return t.split(v, n)
	case "FindInMap":
		return t.findInMap(v, n, path)
	case "If":
		return t.branch(arg, n, path)
	case "Transform":
		return t.include(t.resolve(arg, path), n, path)
	}
	t.fail(n, path, "the function %s is not one that can be evaluated on this machine", name)
	return noValue
}

func (t *template) getAtt(v value, n *yaml.Node, path string) *yaml.Node {
	parts := strings.SplitN(v.n.Value, ".", 2)
	if v.n.Kind == yaml.SequenceNode {
		parts = value{&t.problems, t.resolve(v.n, path), path}.texts()
	}
	if len(parts) != 2 {
		t.fail(n, path, "GetAtt: expected Resource.Attribute")
		return noValue
	}
	return t.scalar(n, t.attribute(n, parts[0], parts[1], path))
}

func (t *template) join(v value, n *yaml.Node) *yaml.Node {
	args := t.arguments(v, 2, "a separator and a list")
	if args == nil {
		return noValue
	}
	return t.scalar(n, strings.Join(args[1].texts(), args[0].text()))
}

func (t *template) choose(v value, n *yaml.Node, path string) *yaml.Node {
	args := t.arguments(v, 2, "an index and a list")
	if args == nil {
		return noValue
	}
	items := args[1].list()
	i := args[0].number(0, 0, max(len(items)-1, 0))
	if i >= len(items) {
		t.fail(n, path, "Select: the list is empty")
		return noValue
	}
	return items[i].n
}

func (t *template) split(v value, n *yaml.Node) *yaml.Node {
	args := t.arguments(v, 2, "a separator and a string")
	if args == nil {
		return noValue
	}
	return t.sequence(n, strings.Split(args[1].text(), args[0].text()))
}

// sequence makes a list of strings at the place of n.
func (t *template) sequence(n *yaml.Node, items []string) *yaml.Node {
	list := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Line: n.Line, Column: n.Column}
	t.files[list] = t.files[n]
	for _, item := range items {
		list.Content = append(list.Content, t.scalar(n, item))
	}
	return list
}

// branch evaluates one of two values; the other may be anything.
func (t *template) branch(arg, n *yaml.Node, path string) *yaml.Node {
	if arg.Kind != yaml.SequenceNode || len(arg.Content) != 3 {
		t.fail(n, path, "If: expected a condition and two values")
		return noValue
	}
	if t.condition(arg.Content[0].Value, n, path) {
		return t.resolve(arg.Content[1], path)
	}
	return t.resolve(arg.Content[2], path)
}

// arguments evaluates a list of exactly n arguments.
func (t *template) arguments(v value, n int, expected string) []value {
	resolved := value{&t.problems, t.resolve(v.n, v.path), v.path}
	if resolved.n.Kind == yaml.SequenceNode && len(resolved.n.Content) == n {
		return resolved.list()
	}
	v.fail("expected %s", expected)
	return nil
}

var subReference = regexp.MustCompile(`\$\{(!?)\s*([^}\s]*)\s*\}`)

// sub replaces ${Name}, ${Resource.Attribute} and ${own variables} in a string; ${!literal} stays ${literal}.
func (t *template) sub(v value, n *yaml.Node, path string) *yaml.Node {
	text, own := v, value{p: v.p}
	if v.n.Kind == yaml.SequenceNode {
		args := t.arguments(v, 2, "a string and a mapping of variables")
		if args == nil {
			return noValue
		}
		text, own = args[0], args[1]
	}
	return t.scalar(n, subReference.ReplaceAllStringFunc(text.text(), func(ref string) string {
		m := subReference.FindStringSubmatch(ref)
		if m[1] == "!" {
			return "${" + m[2] + "}"
		}
		if mine := own.get(m[2]); mine.exists() {
			return mine.text()
		}
		if resource, attribute, ok := strings.Cut(m[2], "."); ok {
			return t.attribute(n, resource, attribute, path)
		}
		return value{v.p, t.ref(n, m[2], path), path}.text()
	}))
}

func (t *template) findInMap(v value, n *yaml.Node, path string) *yaml.Node {
	args := t.arguments(v, 3, "the name of a map and two keys")
	if args == nil {
		return noValue
	}
	found := t.section("Mappings").get(args[0].text()).get(args[1].text()).get(args[2].text())
	if !found.exists() {
		t.fail(n, path, "FindInMap: Mappings has no %s.%s.%s", args[0].text(), args[1].text(), args[2].text())
		return noValue
	}
	return t.resolve(found.n, path)
}

// include is the transform AWS::Include: the contents of a file of this machine.
func (t *template) include(arg, n *yaml.Node, path string) *yaml.Node {
	v := value{&t.problems, arg, path}
	if name := v.get("Name").text(); name != "AWS::Include" {
		t.fail(n, path, "the transform %q is not known here, only AWS::Include", name)
		return noValue
	}
	location := v.get("Parameters").get("Location").text()
	if root := t.read(n, location, path); root != nil {
		return t.resolve(root, path)
	}
	return noValue
}

// read parses a file that the template names, relative to the template. Each is parsed once.
func (t *template) read(n *yaml.Node, location, path string) *yaml.Node {
	if strings.HasPrefix(location, "s3://") || strings.HasPrefix(location, "http") || location == "" {
		t.fail(n, path, "expected a file of this machine, got %q", location)
		return nil
	}
	name := filepath.Join(filepath.Dir(t.name), filepath.FromSlash(location))
	if root, ok := t.included[name]; ok {
		return root
	}
	root, err := t.parse(name)
	if e, ok := err.(*Error); ok {
		t.errs = append(t.errs, e)
	} else if err != nil {
		if pe, ok := err.(*os.PathError); ok {
			err = pe.Err
		}
		t.fail(n, path, "%s: %v", location, err)
	}
	t.included[name] = root
	t.Files = append(t.Files, name)
	return root
}
