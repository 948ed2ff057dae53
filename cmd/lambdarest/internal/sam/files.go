package sam

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// maxFile is the largest template that CloudFormation takes from S3, in bytes.
const maxFile = 1 << 20

// parse reads a file into nodes and remembers that they are its. A file that is no YAML is an *Error.
func (p *problems) parse(name string) (*yaml.Node, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFile {
		return nil, &Error{File: name, Line: 1, Col: 1, Msg: fmt.Sprintf("%d bytes, the limit of CloudFormation is %d", info.Size(), maxFile)}
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, syntaxError(name, err)
	}
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, &Error{File: name, Line: 1, Col: 1, Msg: "expected a mapping of a template or an OpenAPI definition"}
	}
	p.own(name, doc.Content[0], 0)
	return doc.Content[0], nil
}

var yamlLine = regexp.MustCompile(`line (\d+): (.*)`)

func syntaxError(name string, err error) error {
	e := &Error{File: name, Line: 1, Col: 1, Msg: strings.TrimPrefix(err.Error(), "yaml: ")}
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		e.Line, _ = strconv.Atoi(m[1])
		e.Msg = m[2]
	}
	return e
}

// maxDepth bounds the nesting of a file, and with it every recursion.
const maxDepth = 100

// own walks a tree. Aliases are not followed twice over: a few lines of them could stand for a tree of any size.
func (p *problems) own(name string, n *yaml.Node, depth int) {
	p.files[n] = name
	if depth > maxDepth {
		p.fail(n, "", "nested more than %d levels", maxDepth)
		n.Content = nil
		return
	}
	if n.Kind == yaml.AliasNode {
		p.fail(n, "", "YAML aliases are not supported, as in CloudFormation")
		*n = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: n.Line, Column: n.Column}
		return
	}
	for _, child := range n.Content {
		p.own(name, child, depth+1)
	}
}
