package dynamotest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// The parameters that expressions have replaced. They become the trees that
// expressions become: the engine has one way to test and to change an item.

// A conditionSpec is an entry of Expected, KeyConditions, QueryFilter or ScanFilter.
type conditionSpec struct {
	ComparisonOperator *string
	AttributeValueList []value
	Value              *value // Expected only
	Exists             *bool  // Expected only
}

type conditionSpecs map[string]conditionSpec

// comparison is what is known of a ComparisonOperator: its counterpart in
// expressions, how many arguments it takes, and of which types.
type comparison struct {
	kind        exprKind
	name        string
	least, most int
	types       string
}

const (
	anyType  = "S N B BOOL NULL SS NS BS L M"
	unitType = "S N B BOOL NULL"
	orderly  = "S N B"
)

var comparisons = map[string]comparison{
	"EQ": {exprCompare, "=", 1, 1, anyType}, "NE": {exprCompare, "<>", 1, 1, anyType},
	"LT": {exprCompare, "<", 1, 1, orderly}, "LE": {exprCompare, "<=", 1, 1, orderly},
	"GT": {exprCompare, ">", 1, 1, orderly}, "GE": {exprCompare, ">=", 1, 1, orderly},
	"BETWEEN": {exprBetween, "BETWEEN", 2, 2, orderly}, "IN": {exprIn, "IN", 1, maxIn, orderly},
	"NULL": {exprCall, "attribute_not_exists", 0, 0, ""}, "NOT_NULL": {exprCall, "attribute_exists", 0, 0, ""},
	"CONTAINS": {exprCall, "contains", 1, 1, unitType}, "NOT_CONTAINS": {exprCall, "contains", 1, 1, unitType},
	"BEGINS_WITH": {exprCall, "begins_with", 1, 1, "S B"},
}

// constrain checks the operators; those of Expected may be left out.
func (specs conditionSpecs) constrain(c *constraints, member string, optional bool) {
	if len(specs) == 0 {
		return // and sort nothing: every write comes by here
	}
	for _, name := range slices.Sorted(maps.Keys(specs)) {
		op, at := specs[name].ComparisonOperator, member+"."+name+".member.comparisonOperator"
		if !optional {
			c.present(at, op != nil)
		}
		c.enum(at, deref(op), "IN", "NULL", "BETWEEN", "LT", "NOT_CONTAINS", "EQ", "GT", "NOT_NULL", "NE", "LE", "BEGINS_WITH", "GE", "CONTAINS")
	}
}

// checkMix refuses a request that has both parameters of the old kind and expressions.
func checkMix(old, expressions []parameter) *fault {
	legacy, modern := present(old), present(expressions)
	if legacy == "" || modern == "" {
		return nil
	}
	return validation("Can not use both expression and non-expression parameters in the same request: "+
		"Non-expression parameters: {%s} Expression parameters: {%s}", legacy, modern)
}

type parameter struct {
	name  string
	given bool
}

func present(all []parameter) string {
	var names []string
	for _, p := range all {
		if p.given {
			names = append(names, p.name)
		}
	}
	return strings.Join(names, ", ")
}

// condition joins the entries into one condition, nil for none. They are those
// of Expected or of a filter.
func (specs conditionSpecs) condition(operator string, expected bool) (all *expr, f *fault) {
	switch {
	case operator != "" && len(specs) == 0:
		return nil, validation("ConditionalOperator cannot be used without Filter or Expected")
	case operator != "" && len(specs) == 1:
		return nil, validation("ConditionalOperator can only be used when Filter or Expected has two or more elements")
	}
	join := exprAnd
	if operator == "OR" {
		join = exprOr
	}
	for _, name := range slices.Sorted(maps.Keys(specs)) {
		one, f := specs[name].on(name, expected)
		switch {
		case f != nil:
			return nil, f
		case all == nil:
			all = one
		default:
			all = &expr{kind: join, args: []*expr{all, one}}
		}
	}
	return all, nil
}

// on is the condition on an attribute.
func (s conditionSpec) on(name string, expected bool) (*expr, *fault) {
	if m := nameFault(name); m != "" {
		return nil, validation("%s", m)
	}
	if f := s.check(name, expected); f != nil {
		return nil, f
	}
	if s.ComparisonOperator == nil {
		if s.Value == nil { // Exists is false
			return comparisons["NULL"].expr(name, nil), nil
		}
		return comparisons["EQ"].expr(name, []value{*s.Value}), nil
	}
	op := *s.ComparisonOperator
	e := comparisons[op].expr(name, s.values())
	if op == "NOT_CONTAINS" { // which is false where there is no attribute
		return &expr{kind: exprAnd, args: []*expr{comparisons["NOT_NULL"].expr(name, nil), {kind: exprNot, args: []*expr{e}}}}, nil
	}
	return e, nil
}

func (c comparison) expr(name string, values []value) *expr {
	e := &expr{kind: c.kind, name: c.name, args: []*expr{{kind: exprPath, path: path{{name: name}}}}}
	for _, v := range values {
		e.args = append(e.args, &expr{kind: exprValue, value: v})
	}
	return e
}

func (s conditionSpec) values() []value {
	if s.Value != nil {
		return []value{*s.Value}
	}
	return s.AttributeValueList
}

func (s conditionSpec) check(name string, expected bool) *fault {
	op, exists := s.ComparisonOperator, s.Exists
	bad := func(format string, args ...any) *fault {
		return validation(msgInvalid+"%s for Attribute: %s", fmt.Sprintf(format, args...), name)
	}
	switch {
	case s.Value != nil && s.AttributeValueList != nil:
		return bad("Value and AttributeValueList cannot be used together")
	case op != nil && exists != nil:
		return bad("Exists and ComparisonOperator cannot be used together")
	case op != nil && expected && s.values() == nil && comparisons[*op].least > 0:
		return bad("Value or AttributeValueList must be used with ComparisonOperator: %s", *op)
	case op != nil:
		return s.checkArguments()
	case s.AttributeValueList != nil:
		return bad("AttributeValueList can only be used with a ComparisonOperator")
	case exists != nil && !*exists && s.Value != nil:
		return bad("Value cannot be used when Exists is false")
	case exists == nil && s.Value == nil:
		return bad("Value must be provided when Exists is null")
	case exists != nil && *exists && s.Value == nil:
		return bad("Value must be provided when Exists is true")
	case s.Value != nil:
		return invalidFault(s.Value.fault())
	}
	return nil
}

// checkArguments checks the values that an operator is given.
func (s conditionSpec) checkArguments() *fault {
	op, values := *s.ComparisonOperator, s.values()
	c := comparisons[op]
	for _, v := range values {
		if f := invalidFault(v.fault()); f != nil {
			return f
		}
	}
	if len(values) < c.least || len(values) > c.most {
		return validation(msgInvalid+"Invalid number of argument(s) for the %s ComparisonOperator", op)
	}
	for _, v := range values {
		if !slices.Contains(strings.Fields(c.types), v.kind.String()) {
			return validation(msgInvalid+"ComparisonOperator %s is not valid for %s AttributeValue type", op, v.kind)
		}
		if v.kind != values[0].kind {
			return validation(msgInvalid + "AttributeValues inside AttributeValueList must be of same type")
		}
	}
	if op == "BETWEEN" {
		if order, _ := values[0].compare(values[1]); order > 0 {
			return validation("The BETWEEN condition was provided a range where the lower bound is greater than the upper bound")
		}
	}
	return nil
}

// keyConditions takes KeyConditions for conditions on a key.
func (specs conditionSpecs) keyConditions() (conditions []keyCondition, f *fault) {
	if len(specs) < 1 || len(specs) > 2 {
		return nil, validation("Conditions can be of length 1 or 2 only")
	}
	for _, name := range slices.Sorted(maps.Keys(specs)) {
		s := specs[name]
		if f := s.checkArguments(); f != nil {
			return nil, f
		}
		c := comparisons[*s.ComparisonOperator]
		switch *s.ComparisonOperator {
		case "NE", "IN", "NULL", "NOT_NULL", "CONTAINS", "NOT_CONTAINS":
			return nil, validation("Attempted conditional constraint is not an indexable operation")
		}
		conditions = append(conditions, keyCondition{name: name, op: c.name, values: s.AttributeValueList})
	}
	return conditions, nil
}

// attributesToGet is a projection of attributes by name, nil for no projection.
func attributesToGet(names []string) (*projection, *fault) {
	if names == nil {
		return nil, nil
	}
	var paths []path
	for i, name := range names {
		if m := nameFault(name); m != "" {
			return nil, validation("%s", m)
		}
		if slices.Contains(names[:i], name) {
			return nil, validation(msgInvalid+"Duplicate value in attribute name: %s", name)
		}
		paths = append(paths, path{{name: name}})
	}
	return project(paths), nil
}

// toGet is for the AttributesToGet of a request.
func (c *constraints) toGet(member string, names []string) {
	if names != nil {
		c.count(member, "[]", min(len(names), 1), 1)
	}
}

func (c *constraints) conditional(value string) { c.enum("conditionalOperator", value, "OR", "AND") }

// expectation are the parameters of a write that a ConditionExpression replaces.
type expectation struct {
	Expected            conditionSpecs
	ConditionalOperator string
}

func (e expectation) constrain(c *constraints) {
	c.conditional(e.ConditionalOperator)
	e.Expected.constrain(c, "expected", true)
}

func (e expectation) parameters() []parameter {
	return []parameter{{"Expected", e.Expected != nil}, {"ConditionalOperator", e.ConditionalOperator != ""}}
}

func expectationFromSDK(in map[string]types.ExpectedAttributeValue, operator types.ConditionalOperator) expectation {
	e := expectation{ConditionalOperator: string(operator)}
	for name, x := range in {
		if e.Expected == nil {
			e.Expected = conditionSpecs{}
		}
		s := specFromSDK(x.ComparisonOperator, x.AttributeValueList)
		s.Exists = x.Exists
		if x.Value != nil {
			s.Value = new(valueFromSDK(x.Value, 0))
		}
		e.Expected[name] = s
	}
	return e
}

func specFromSDK(op types.ComparisonOperator, list []types.AttributeValue) (s conditionSpec) {
	if op != "" {
		s.ComparisonOperator = new(string(op))
	}
	if list != nil {
		s.AttributeValueList = convert(list, func(v types.AttributeValue) value { return valueFromSDK(v, 0) })
	}
	return s
}

func specsFromSDK(in map[string]types.Condition) conditionSpecs {
	if in == nil {
		return nil
	}
	specs := conditionSpecs{}
	for name, c := range in {
		specs[name] = specFromSDK(c.ComparisonOperator, c.AttributeValueList)
	}
	return specs
}
