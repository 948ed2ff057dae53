package dynamotest

import (
	"slices"
	"strings"
)

// A keyCondition is one comparison of a KeyConditionExpression, turned so that
// the attribute stands first.
type keyCondition struct {
	name   string
	op     string // = < <= > >= BETWEEN begins_with
	values []value
}

// keyConditions takes a parsed KeyConditionExpression apart.
func keyConditions(e *expr) (conditions []keyCondition, f *fault) {
	if e.kind == exprAnd {
		for _, side := range e.args {
			part, f := keyConditions(side)
			if f != nil {
				return nil, f
			}
			conditions = append(conditions, part...)
		}
		return conditions, checkKeyConditions(conditions)
	}
	c, f := newKeyCondition(e)
	if f != nil {
		return nil, f
	}
	return []keyCondition{c}, nil
}

// checkKeyConditions: one condition an attribute, and at most two of them.
func checkKeyConditions(conditions []keyCondition) *fault {
	for i, c := range conditions {
		if slices.ContainsFunc(conditions[:i], func(o keyCondition) bool { return o.name == c.name }) {
			return validation("KeyConditionExpressions must only contain one condition per key")
		}
	}
	if len(conditions) > 2 {
		return validation("Conditions can be of length 1 or 2 only")
	}
	return nil
}

func newKeyCondition(e *expr) (c keyCondition, f *fault) {
	if f := checkKeyOperator(e); f != nil {
		return c, f
	}
	at := -1
	for i, a := range e.args {
		switch {
		case a.kind == exprCall:
			return c, validation("KeyConditionExpressions cannot contain nested operations")
		case a.kind == exprValue:
			c.values = append(c.values, a.value)
		case at >= 0:
			return c, validation("Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition")
		case len(a.path) > 1:
			return c, validation("KeyConditionExpressions cannot have conditions on nested attributes")
		default:
			at, c.name = i, a.path[0].name
		}
	}
	c.op = e.name
	switch {
	case at < 0:
		return c, validation("Invalid condition in KeyConditionExpression: No key attribute specified")
	case at > 0 && e.kind != exprCompare:
		return c, validation("Invalid condition in KeyConditionExpression: %s operator must have the key attribute as its first operand", e.name)
	case at > 0: // :v < key
		c.op = strings.NewReplacer("<", ">", ">", "<").Replace(e.name)
	}
	return c, nil
}

func checkKeyOperator(e *expr) *fault {
	name := e.name
	switch {
	case e.kind == exprOr:
		name = "OR"
	case e.kind == exprNot:
		name = "NOT"
	case e.kind == exprIn || e.name == "<>":
	case e.kind == exprCall && e.name != "begins_with":
	default:
		return nil
	}
	return validation("Invalid operator used in KeyConditionExpression: %s", name)
}

// A sortRange is a range of encoded sort keys.
type sortRange struct {
	low, high         string
	lowOpen, highOpen bool
}

// beyond is greater than any encoded sort key that starts as what stands before it.
var beyond = strings.Repeat("\xff", maxSortKey+1)

// bind matches the conditions with the table's key: the partition, and the
// range of sort keys.
func (t *table) bind(conditions []keyCondition) (partition value, sorts sortRange, f *fault) {
	sorts = sortRange{high: beyond}
	if len(conditions) > len(t.keys) {
		return partition, sorts, validation("Query key condition not supported")
	}
	for i, k := range t.keys {
		at := slices.IndexFunc(conditions, func(c keyCondition) bool { return c.name == k.name })
		if at < 0 {
			if i < len(conditions) {
				return partition, sorts, validation("Query condition missed key schema element: %s", k.name)
			}
			break
		}
		c := conditions[at]
		if slices.ContainsFunc(c.values, func(v value) bool { return v.kind != k.kind }) {
			return partition, sorts, validation(msgInvalid + "Condition parameter type does not match schema type")
		}
		if i == 0 && c.op != "=" {
			return partition, sorts, validation("Query key condition not supported")
		}
		for _, v := range c.values {
			if f := checkKeyValue(k, v, i == 0); f != nil {
				return partition, sorts, f
			}
		}
		if i == 1 {
			return partition, c.sortRange(), nil
		}
		partition = c.values[0]
	}
	return partition, sorts, nil
}

func (c keyCondition) sortRange() sortRange {
	v := c.values[0].ordered()
	switch c.op {
	case "<":
		return sortRange{high: v, highOpen: true}
	case "<=":
		return sortRange{high: v}
	case ">":
		return sortRange{low: v, lowOpen: true, high: beyond}
	case ">=":
		return sortRange{low: v, high: beyond}
	case "BETWEEN":
		return sortRange{low: v, high: c.values[1].ordered()}
	case "begins_with":
		return sortRange{low: v, high: v + beyond}
	}
	return sortRange{low: v, high: v}
}

func (r sortRange) contains(sort string) bool {
	return sort >= r.low && sort <= r.high && !(r.lowOpen && sort == r.low) && !(r.highOpen && sort == r.high)
}
