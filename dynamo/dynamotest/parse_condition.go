package dynamotest

import (
	"slices"
	"strconv"
)

// parseCondition parses a ConditionExpression, FilterExpression or
// KeyConditionExpression:
//
//	or         = and { OR and }
//	and        = not { AND not }
//	not        = NOT not | comparison
//	comparison = operand comparator operand
//	           | operand BETWEEN operand AND operand
//	           | operand IN ( operand { , operand } )
//	           | call | ( or )
//	operand    = path | :value | call | ( operand )
//
// A parenthesis may open a condition or an operand, so both are parsed as one
// rule and told apart by what follows.
func parseCondition(attribute, source string, holders *placeholders) (cond *expr, f *fault) {
	f = parse(attribute, source, holders, func(p *parser) {
		p.condition = true
		cond = p.parseOr(false)
		p.mustBeTruth(cond)
	})
	return cond, f
}

func (p *parser) parseOr(inParens bool) *expr {
	return p.parseChain("OR", exprOr, inParens, func(inParens bool) *expr {
		return p.parseChain("AND", exprAnd, inParens, p.parseNot)
	})
}

// parseChain parses operands of AND or of OR, joined from the left.
func (p *parser) parseChain(word string, kind exprKind, inParens bool, operand func(bool) *expr) *expr {
	left := operand(inParens)
	for p.peek().is(word) {
		if !left.isCondition() {
			p.fail()
			return left
		}
		p.mustBeTruth(left)
		p.next()
		p.operator()
		right := operand(false)
		p.mustBeTruth(right)
		left = &expr{kind: kind, args: []*expr{left, right}}
	}
	return left
}

func (p *parser) parseNot(inParens bool) *expr {
	if !p.accept("NOT") {
		return p.parseComparison(inParens)
	}
	p.operator()
	e := p.parseNot(false)
	p.mustBeTruth(e)
	return &expr{kind: exprNot, args: []*expr{e}}
}

// mustBeTruth rejects size() where a condition is wanted.
func (p *parser) mustBeTruth(e *expr) {
	if e.kind == exprCall && e.name == "size" {
		p.note(classMisused, "The function is not allowed to be used this way in an expression; function: size")
	}
}

func (p *parser) parseComparison(inParens bool) *expr {
	left := p.parsePrimary()
	t := p.peek()
	switch {
	case p.syntax != "":
		return left
	case left.isOperand() && isComparator(t):
		p.next()
		right := p.parseOperand()
		left = p.finish(&expr{kind: exprCompare, name: t.text, args: []*expr{left, right}})
	case left.isOperand() && t.is("BETWEEN"):
		p.next()
		lower := p.parseOperand()
		p.expect("AND")
		upper := p.parseOperand()
		left = p.finish(&expr{kind: exprBetween, name: "BETWEEN", args: []*expr{left, lower, upper}})
	case left.isOperand() && t.is("IN"):
		p.next()
		p.expect("(")
		left = p.finish(&expr{kind: exprIn, name: "IN", args: append([]*expr{left}, p.parseOperands()...)})
	case left.isCondition():
		p.settle()
	case !inParens || !t.is(")"): // an operand alone, and not one that is in parentheses
		p.fail()
	}
	return left
}

func isComparator(t token) bool {
	return t.kind == tokenSymbol && slices.Contains([]string{"=", "<>", "<", "<=", ">", ">="}, t.text)
}

// parseOperands reads a list up to its closing parenthesis.
func (p *parser) parseOperands() []*expr {
	list := []*expr{p.parseOperand()}
	for p.accept(",") {
		list = append(list, p.parseOperand())
	}
	p.expect(")")
	return list
}

func (p *parser) parseOperand() *expr {
	e := p.parsePrimary()
	if p.syntax == "" && !e.isOperand() {
		p.pos-- // the closing parenthesis of a condition
		p.fail()
	}
	return e
}

// parsePrimary reads an operand, a call, or anything in parentheses.
func (p *parser) parsePrimary() *expr {
	t := p.peek()
	switch {
	case t.kind == tokenValue:
		return p.parseValue()
	case t.is("("):
		return p.parseParens()
	case t.kind == tokenIdent && p.peekAfter().is("(") && !isKeyword(t.text):
		return p.parseCall()
	}
	return &expr{kind: exprPath, path: p.parsePath()}
}

func (p *parser) parseParens() *expr {
	if !p.enter() {
		return &expr{kind: exprPath}
	}
	p.next()
	e := p.parseOr(true)
	p.expect(")")
	p.depth--
	if e.parens {
		p.note(classParens, "The expression has redundant parentheses;")
	}
	e.parens = true
	return e
}

func (p *parser) parseCall() *expr {
	name := p.next().text
	if !p.enter() {
		return &expr{kind: exprPath}
	}
	p.next()
	p.operator()
	e := &expr{kind: exprCall, name: name, args: p.parseOperands()}
	p.depth--
	p.checkCall(e)
	return e
}

// finish checks a comparison and ends the condition.
func (p *parser) finish(e *expr) *expr {
	if p.syntax != "" {
		return e
	}
	p.operator()
	p.checkMisused(e.args)
	p.checkDistinct(e)
	p.checkOperandTypes(e)
	if n := len(e.args) - 1; e.kind == exprIn && n > maxIn {
		p.note(classLimit, "The IN operator is provided with too many operands; number of operands: "+strconv.Itoa(n))
	}
	if e.kind == exprBetween {
		p.checkBounds(e.args[1], e.args[2])
	}
	p.settle()
	return e
}
