package dynamotest

import (
	"encoding/base64"
	"slices"
	"strconv"
)

// conditionCalls is the number of operands of the functions of conditions.
var conditionCalls = map[string]int{
	"attribute_exists": 1, "attribute_not_exists": 1, "attribute_type": 2,
	"begins_with": 2, "contains": 2, "size": 1,
}

const msgOperandType = "Incorrect operand type for operator or function; operator or function: "

// checkCall checks a call in a condition by itself, without an item.
func (p *parser) checkCall(e *expr) {
	want, known := conditionCalls[e.name]
	switch {
	case e.name == "if_not_exists" || e.name == "list_append":
		p.note(classUnknownFunction, "The function is not allowed in a condition expression; function: "+e.name)
		return
	case !known:
		p.note(classUnknownFunction, "Invalid function name; function: "+e.name)
		return
	}
	p.checkMisused(e.args)
	if want != len(e.args) {
		p.suspect(classOperand, "Incorrect number of operands for operator or function; operator or function: "+
			e.name+", number of operands: "+strconv.Itoa(len(e.args)))
		return
	}
	p.checkDistinct(e)
	p.checkCallTypes(e)
}

func (p *parser) checkCallTypes(e *expr) {
	switch e.name {
	case "attribute_exists", "attribute_not_exists":
		if e.args[0].kind != exprPath {
			p.suspect(classFunction, "Operator or function requires a document path; operator or function: "+e.name)
		}
	case "begins_with":
		for _, a := range e.args {
			p.checkType(e.name, a, kindS, kindB)
		}
	case "size":
		p.checkType(e.name, e.args[0], kindS, kindB, kindSS, kindNS, kindBS, kindL, kindM)
	case "attribute_type":
		p.checkTypeName(e)
	}
}

func (p *parser) checkTypeName(e *expr) {
	t := e.args[1]
	switch {
	case t.kind == exprPath:
		p.suspect(classFunction, msgOperandType+e.name+", operand type: {NS,SS,L,BS,N,M,B,BOOL,NULL,S}")
	case t.typ() != kindS:
		p.checkType(e.name, t, kindS)
	case kindOf(t.value.text) == kindInvalid:
		p.suspect(classFunction, "Invalid attribute type name found; type: "+t.value.text+
			", valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}")
	}
}

// checkType rejects an operand whose type is known to be none of those allowed.
func (p *parser) checkType(operator string, e *expr, allowed ...kind) {
	if k := e.typ(); k != kindInvalid && !slices.Contains(allowed, k) {
		p.suspect(classFunction, msgOperandType+operator+", operand type: "+k.String())
	}
}

// checkOperandTypes: only S, N and B have an order.
func (p *parser) checkOperandTypes(e *expr) {
	if e.kind == exprIn || e.name == "=" || e.name == "<>" {
		return
	}
	for _, a := range e.args {
		p.checkType(e.name, a, kindS, kindN, kindB)
	}
}

// checkMisused rejects functions that yield no value where a value is wanted.
func (p *parser) checkMisused(args []*expr) {
	for _, a := range args {
		if a.kind != exprCall || a.name == "size" {
			continue
		}
		if _, known := conditionCalls[a.name]; known {
			p.note(classMisused, "The function is not allowed to be used this way in an expression; function: "+a.name)
			return
		}
	}
}

// checkDistinct rejects a path that is compared with itself.
func (p *parser) checkDistinct(e *expr) {
	first := e.args[0]
	if first.kind != exprPath {
		return
	}
	for _, a := range e.args[1:] {
		if a.kind == exprPath && slices.Equal(first.path, a.path) {
			p.suspect(classOverlap, sameOperand(e))
			return
		}
	}
}

func sameOperand(e *expr) string {
	return "The first operand must be distinct from the remaining operands for this operator or function; operator: " +
		e.name + ", first operand: " + e.args[0].path.String()
}

func (p *parser) checkBounds(lower, upper *expr) {
	if lower.kind != exprValue || upper.kind != exprValue || lower.typ() == kindInvalid || upper.typ() == kindInvalid {
		return
	}
	bounds := "lower bound operand: AttributeValue: " + literal(lower.value) + ", upper bound operand: AttributeValue: " + literal(upper.value)
	if lower.typ() != upper.typ() {
		p.suspect(classFunction, "The BETWEEN operator requires same data type for lower and upper bounds; "+bounds)
	} else if c, ok := lower.value.compare(upper.value); ok && c > 0 {
		p.suspect(classFunction, "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "+bounds)
	}
}

// literal shows a scalar as DynamoDB's messages do: {N:5}.
func literal(v value) string {
	text := v.text
	if v.kind == kindB {
		text = base64.StdEncoding.EncodeToString([]byte(text))
	}
	return "{" + v.kind.String() + ":" + text + "}"
}
