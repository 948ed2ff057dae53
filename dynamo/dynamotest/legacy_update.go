package dynamotest

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// An updateSpec is an entry of AttributeUpdates.
type updateSpec struct {
	Action *string
	Value  *value
}

type updateSpecs map[string]updateSpec

// updateOf says how to change an item, in the new way or the old one.
type updateOf struct {
	text *string     // UpdateExpression
	old  updateSpecs // AttributeUpdates
}

func (specs updateSpecs) constrain(c *constraints) {
	for _, name := range slices.Sorted(maps.Keys(specs)) {
		c.enum("attributeUpdates."+name+".member.action", deref(specs[name].Action), "ADD", "DELETE", "PUT")
	}
}

// update is the same as an UpdateExpression's.
func (specs updateSpecs) update() (*update, *fault) {
	u := &update{}
	for _, name := range slices.Sorted(maps.Keys(specs)) {
		a, f := specs[name].action(name)
		if f != nil {
			return nil, f
		}
		u.actions = append(u.actions, a)
	}
	return u, nil
}

func (s updateSpec) action(name string) (a action, f *fault) {
	if m := nameFault(name); m != "" {
		return a, validation("%s", m)
	}
	verb := deref(s.Action)
	a = action{verb: "SET", path: path{{name: name}}, legacy: true}
	if s.Value == nil {
		if a.verb = "REMOVE"; verb != "DELETE" {
			f = validation(msgInvalid + "Only DELETE action is allowed when no attribute value is specified")
		}
		return a, f
	}
	if m := s.Value.fault(); m != "" {
		return a, validation("%s", m)
	}
	a.value = &expr{kind: exprValue, value: *s.Value}
	kind := s.Value.kind
	_, set := kind.set()
	switch {
	case verb == "ADD" && kind != kindN && kind != kindL && !set:
		return a, validation(msgInvalid+"ADD action is not supported for the type %s", kind)
	case verb == "DELETE" && !set:
		return a, validation(msgInvalid+"DELETE action with value is not supported for the type %s", kind)
	case verb == "ADD" || verb == "DELETE":
		a.verb = verb
	}
	return a, nil
}

func updatesFromSDK(in map[string]types.AttributeValueUpdate) updateSpecs {
	if in == nil {
		return nil
	}
	specs := updateSpecs{}
	for name, u := range in {
		s := updateSpec{}
		if u.Action != "" {
			s.Action = new(string(u.Action))
		}
		if u.Value != nil {
			s.Value = new(valueFromSDK(u.Value, 0))
		}
		specs[name] = s
	}
	return specs
}
