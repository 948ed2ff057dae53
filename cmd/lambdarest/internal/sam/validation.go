package sam

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/lambdarest/lambdarest/cmd/lambdarest/internal/model"
	"github.com/lambdarest/lambdarest/gateway"
)

// Request validation: validators, required parameters and models, of OpenAPI definitions
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-validation-set-up.html) and of SAM's events
// (https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-requestmodel.html).

const (
	validatorOf  = "x-amazon-apigateway-request-validator"
	validatorsOf = "x-amazon-apigateway-request-validators"
)

// A definition is an OpenAPI definition, with its schemas as far as they are in use.
type definition struct {
	value
	schemas *schemas
}

// schemas compiles those of one tree of nodes, which references in them stay in.
type schemas struct {
	root   value
	models value           // of SAM, which stand twice below a root that no file has
	doc    *model.Document // nil before the first
}

// place is where the file has what a pointer leads to; the root where that is not known.
func (s *schemas) place(pointer []string) value {
	if s.models.n == nil {
		return s.root.below(pointer)
	}
	made := map[string]int{"definitions": 1, "components": 2}
	return s.models.below(pointer[min(made[pointer[0]], len(pointer)):])
}

// compile returns the model at a place below the root; nil, and an error at the line of the mistake, where it is broken.
func (s *schemas) compile(at value, pointer ...string) gateway.Model {
	if s.doc == nil {
		doc, err := model.NewDocument(plain(s.root.n))
		if err != nil {
			at.fail("%v", err)
			return nil
		}
		s.doc = doc
	}
	m, err := s.doc.Compile(pointer...)
	if broken, ok := errors.AsType[*model.Error](err); ok {
		if len(broken.Pointer) > 0 {
			at = s.place(broken.Pointer)
		}
		at.fail("schema: %s", broken.Msg)
		return nil
	}
	return m
}

// below goes down to a place as far as there is one.
func (v value) below(pointer []string) value {
	for _, token := range pointer {
		var next value
		switch {
		case v.isMap():
			next = v.get(token)
		case v.n != nil && v.n.Kind == yaml.SequenceNode:
			for i, item := range v.list() {
				if fmt.Sprint(i) == token {
					next = item
				}
			}
		}
		if next.n == nil {
			return v
		}
		v = next
	}
	return v
}

// plain returns a tree as encoding/json would decode it.
func plain(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		m := make(map[string]any, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = plain(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, item := range n.Content {
			list[i] = plain(item)
		}
		return list
	}
	switch {
	case n.Tag == "!!null":
		return nil
	case n.Tag == "!!bool":
		return strings.EqualFold(n.Value, "true")
	case (n.Tag == "!!int" || n.Tag == "!!float") && json.Valid([]byte(n.Value)):
		return json.Number(n.Value)
	}
	return n.Value
}

// validation reads what an operation asks for; nil for nothing.
func (d *definition) validation(item, op value, path, method string) *gateway.Validation {
	named := op.get(validatorOf)
	if !named.exists() {
		named = d.get(validatorOf)
	}
	if !named.exists() {
		return nil
	}
	validator := d.get(validatorsOf).get(named.text())
	if !validator.exists() {
		named.fail("expected one of %s, got %q", validatorsOf, named.text())
		return nil
	}
	v := &gateway.Validation{}
	if validator.get("validateRequestParameters").boolean(false) {
		v.Parameters = d.required(item, op)
	}
	if validator.get("validateRequestBody").boolean(false) {
		v.Models = d.models(item, op, path, method)
	}
	if len(v.Parameters) == 0 && len(v.Models) == 0 {
		return nil
	}
	return v
}

// parameterPlaces are those of API Gateway by the names of OpenAPI.
var parameterPlaces = map[string]string{"header": "header", "query": "querystring", "path": "path"}

// required returns the required parameters of an operation and its path; what the operation says of one counts.
func (d *definition) required(item, op value) []string {
	required := make(map[string]bool)
	for _, p := range slices.Concat(item.get("parameters").list(), op.get("parameters").list()) {
		p, _ = d.follow(p, nil)
		if place := parameterPlaces[p.get("in").text()]; place != "" {
			required["method.request."+place+"."+p.get("name").text()] = p.get("required").boolean(false)
		}
	}
	maps.DeleteFunc(required, func(_ string, is bool) bool { return !is })
	return slices.Sorted(maps.Keys(required))
}

// models returns the models of an operation's bodies: of its requestBody, or, in OpenAPI 2, of its parameter in the body.
func (d *definition) models(item, op value, path, method string) map[string]gateway.Model {
	at := []string{"paths", path, method}
	models := make(map[string]gateway.Model)
	body, pointer := d.follow(op.get("requestBody"), append(slices.Clone(at), "requestBody"))
	for contentType, v := range body.get("content").all() {
		if schema := v.get("schema"); schema.exists() {
			models[contentType] = d.schemas.compile(schema, slices.Concat(pointer, []string{"content", contentType, "schema"})...)
		}
	}
	for _, in := range []struct {
		v       value
		pointer []string
	}{{item, at[:2]}, {op, at}} {
		for i, p := range in.v.get("parameters").list() {
			p, pointer := d.follow(p, slices.Concat(in.pointer, []string{"parameters", fmt.Sprint(i)}))
			if schema := p.get("schema"); p.get("in").text() == "body" && schema.exists() {
				m := d.schemas.compile(schema, append(pointer, "schema")...)
				for _, contentType := range d.consumes(op) {
					models[contentType] = m
				}
			}
		}
	}
	for contentType, m := range models {
		if m == nil {
			delete(models, contentType) // reported
		}
	}
	return models
}

func (d *definition) consumes(op value) []string {
	all := op.get("consumes").texts()
	if len(all) == 0 {
		all = d.get("consumes").texts()
	}
	if len(all) == 0 {
		all = []string{"application/json"}
	}
	return all
}

// follow goes to what a $ref stands for, and returns the pointer to it.
func (d *definition) follow(v value, pointer []string) (value, []string) {
	if !v.isMap() {
		return v, pointer
	}
	ref := v.get("$ref")
	if !ref.exists() {
		return v, pointer
	}
	location, ok := strings.CutPrefix(ref.text(), "#/")
	pointer = strings.Split(location, "/")
	for i, token := range pointer {
		pointer[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
	}
	found := d.value
	for _, token := range pointer {
		if !found.isMap() {
			break
		}
		found = found.get(token)
	}
	if !ok || !found.isMap() {
		ref.fail("there is no %s in this definition", ref.text())
		return value{p: v.p}, nil
	}
	return found, pointer
}

// readModels makes the Models of an AWS::Serverless::Api a tree in which both forms of references lead to them.
func (a *API) readModels(models value) {
	if !models.isMap() {
		return
	}
	text := func(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s} }
	mapping := func(key string, of *yaml.Node) []*yaml.Node { return []*yaml.Node{text(key), of} }
	inner := &yaml.Node{Kind: yaml.MappingNode, Content: mapping("schemas", models.n)}
	root := &yaml.Node{Kind: yaml.MappingNode, Content: slices.Concat(mapping("definitions", models.n), mapping("components", inner))}
	a.models = &schemas{root: value{models.p, root, models.path}, models: models}
}

// eventValidation reads RequestModel and RequestParameters of an Api event; nil for nothing. As SAM has it, only RequestModel
// turns validation on.
func (a *API) eventValidation(props value) *gateway.Validation {
	request := props.get("RequestModel")
	v := &gateway.Validation{}
	if request.get("ValidateParameters").boolean(false) {
		v.Parameters = requiredParameters(props.get("RequestParameters"))
	}
	name := request.get("Model")
	switch isKnown := a.models != nil && a.models.root.get("definitions").get(name.text()).exists(); {
	case !request.exists():
	case !isKnown:
		request.fail("expected Model with one of the API's Models, got %q", name.text())
	default:
		if m := a.models.compile(name, "definitions", name.text()); m != nil && request.get("ValidateBody").boolean(false) {
			v.Models = map[string]gateway.Model{"application/json": m}
		}
	}
	if len(v.Parameters) == 0 && len(v.Models) == 0 {
		return nil
	}
	return v
}

// requiredParameters returns those that have Required: true; a bare name has not.
func requiredParameters(list value) []string {
	var names []string
	for _, item := range list.list() {
		if !item.isMap() {
			continue
		}
		for name, v := range item.all() {
			if !v.get("Required").boolean(false) {
				continue
			}
			rest, ok := strings.CutPrefix(name, "method.request.")
			place, parameter, _ := strings.Cut(rest, ".")
			if isPlace := place == "header" || place == "querystring" || place == "path"; !ok || !isPlace || parameter == "" {
				v.fail("expected method.request.header, .querystring or .path with a name, got %q", name)
				continue
			}
			names = append(names, name)
		}
	}
	return names
}
