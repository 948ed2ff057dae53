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

// A span is a range of encoded sort keys, without its upper end.
type span struct{ low, high string }

func (s span) contains(sort string) bool { return sort >= s.low && sort < s.high }

// beyond is greater than any encoded sort key that starts as what stands before it.
var beyond = strings.Repeat("\xff", maxPartitionKey+1)

// bindKey matches the conditions with a key: the partition, and the condition
// on the sort key, nil for none.
func bindKey(keys []keyAttr, conditions []keyCondition) (partition value, sort *keyCondition, f *fault) {
	if len(conditions) > len(keys) {
		return partition, nil, validation("Query key condition not supported")
	}
	for i, k := range keys {
		at := slices.IndexFunc(conditions, func(c keyCondition) bool { return c.name == k.name })
		if at < 0 {
			if i < len(conditions) {
				return partition, nil, validation("Query condition missed key schema element: %s", k.name)
			}
			break
		}
		c := &conditions[at]
		if f := c.check(k, i == 0); f != nil {
			return partition, nil, f
		}
		if i == 1 {
			return partition, c, nil
		}
		partition = c.values[0]
	}
	return partition, nil, nil
}

// check checks a condition against its key attribute.
func (c *keyCondition) check(k keyAttr, partition bool) *fault {
	if slices.ContainsFunc(c.values, func(v value) bool { return v.kind != k.kind }) {
		return validation(msgInvalid + "Condition parameter type does not match schema type")
	}
	if partition && c.op != "=" {
		return validation("Query key condition not supported")
	}
	for _, v := range c.values {
		if f := checkKeyValue(k, v, partition); f != nil {
			return f
		}
	}
	return nil
}

// span is the range of sort keys that meet the condition. Rows with the sort
// key v lie from v+before on, and those of greater ones from v+after.
func (c *keyCondition) span(encode func(string) string, before, after string) span {
	v := encode(c.values[0].ordered())
	switch c.op {
	case "<":
		return span{high: v + before}
	case "<=":
		return span{high: v + after}
	case ">":
		return span{low: v + after, high: beyond}
	case ">=":
		return span{low: v + before, high: beyond}
	case "BETWEEN":
		return span{low: v + before, high: encode(c.values[1].ordered()) + after}
	case "begins_with":
		return span{low: v, high: v + beyond}
	}
	return span{low: v + before, high: v + after}
}
