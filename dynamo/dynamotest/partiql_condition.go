package dynamotest

import (
	"slices"
	"strings"
)

func (p *sqlParser) or() *expr  { return p.chain("OR", exprOr, p.and) }
func (p *sqlParser) and() *expr { return p.chain("AND", exprAnd, p.not) }

func (p *sqlParser) chain(word string, kind exprKind, operand func() *expr) *expr {
	left := operand()
	for p.accept(word) {
		left = &expr{kind: kind, args: []*expr{left, operand()}}
	}
	return left
}

func (p *sqlParser) not() *expr {
	if p.accept("NOT") && p.enter() {
		defer p.leave()
		return negated(p.not())
	}
	return p.comparison()
}

func negated(e *expr) *expr { return &expr{kind: exprNot, args: []*expr{e}} }

// enter goes one level down, unless that is too deep.
func (p *sqlParser) enter() bool {
	if p.depth++; p.depth > 200 {
		p.unexpected("The statement is nested too deeply")
	}
	return p.fault == nil
}

func (p *sqlParser) leave() { p.depth-- }

// comparison reads one condition, which may stand in parentheses.
func (p *sqlParser) comparison() *expr {
	if p.accept("(") {
		if !p.enter() {
			return &expr{kind: exprValue}
		}
		defer p.leave()
		e := p.or()
		p.expect(")")
		return e
	}
	for name, arguments := range map[string]int{"begins_with": 2, "contains": 2, "attribute_type": 2, "attribute_exists": 1} {
		if p.is(name) && p.tokens[min(p.pos+1, len(p.tokens)-1)].text == "(" {
			p.next()
			return p.call(name, arguments)
		}
	}
	left := p.operand()
	switch t := p.peek(); {
	case p.accept("IS"):
		return p.missingOrNull(left)
	case p.accept("BETWEEN"):
		lower := p.operand()
		p.expect("AND")
		return p.checked(&expr{kind: exprBetween, name: "BETWEEN", args: []*expr{left, lower, p.operand()}})
	case p.accept("IN"):
		return p.in(left)
	case p.accept("NOT"):
		p.expect("IN")
		return negated(p.in(left))
	case t.kind == sqlSymbol && slices.Contains([]string{"=", "<>", "!=", "<", "<=", ">", ">="}, t.text):
		p.next()
		return p.checked(&expr{kind: exprCompare, name: strings.Replace(t.text, "!=", "<>", 1), args: []*expr{left, p.operand()}})
	}
	p.unexpected("Expected a condition")
	return left
}

// missingOrNull reads what follows IS: MISSING or a type's name, perhaps with NOT before.
func (p *sqlParser) missingOrNull(left *expr) *expr {
	not := p.accept("NOT")
	e := &expr{kind: exprCall, name: "attribute_not_exists", args: []*expr{left}}
	switch {
	case p.accept("MISSING"):
	case p.accept("NULL"):
		e = &expr{kind: exprCall, name: "attribute_type", args: []*expr{left, {kind: exprValue, value: value{kind: kindS, text: "NULL"}}}}
	default:
		p.unexpected("Expected MISSING or NULL")
	}
	if not {
		return negated(e)
	}
	return e
}

func (p *sqlParser) in(left *expr) *expr {
	e := &expr{kind: exprIn, name: "IN", args: []*expr{left}}
	end := "]"
	if p.accept("(") {
		end = ")"
	} else {
		p.expect("[")
	}
	p.list(func() { e.args = append(e.args, p.operand()) })
	p.expect(end)
	return e
}

func (p *sqlParser) call(name string, arguments int) *expr {
	e := &expr{kind: exprCall, name: name}
	p.expect("(")
	p.list(func() { e.args = append(e.args, p.operand()) })
	p.expect(")")
	if p.fault == nil && len(e.args) != arguments {
		p.fail("Incorrect number of operands for operator or function; operator or function: " + name)
		e.args = append(e.args, &expr{kind: exprValue}, &expr{kind: exprValue})
	}
	if k := e.args[len(e.args)-1].value.kind; name == "begins_with" && k != kindInvalid && k != kindS && k != kindB {
		p.fail("Incorrect operand type for operator or function; operator or function: begins_with, operand type: " + k.String())
	}
	return e
}

// checked rejects operands that have no order.
func (p *sqlParser) checked(e *expr) *expr {
	for _, a := range e.args {
		if k := a.value.kind; a.kind == exprValue && e.name != "=" && e.name != "<>" && (k < kindS || k > kindB) {
			p.fail("Incorrect operand type for operator or function; operator or function: " + e.name + ", operand type: " + k.String())
		}
	}
	return e
}

// operand reads a path, a value, or size(path).
func (p *sqlParser) operand() *expr {
	t := p.peek()
	switch {
	case p.is("size") && p.tokens[min(p.pos+1, len(p.tokens)-1)].text == "(":
		p.next()
		return p.call("size", 1)
	case t.kind == sqlName, t.kind == sqlWord && !slices.Contains([]string{"TRUE", "FALSE", "NULL"}, strings.ToUpper(t.text)):
		return &expr{kind: exprPath, path: p.path()}
	}
	return &expr{kind: exprValue, value: p.constant()}
}

// constant reads a literal or a parameter.
func (p *sqlParser) constant() value {
	t := p.next()
	switch {
	case t.kind == sqlString:
		return value{kind: kindS, text: t.text}
	case t.kind == sqlNumber:
		return p.valid(number(t.text))
	case t.kind == sqlWord:
		switch strings.ToUpper(t.text) {
		case "TRUE", "FALSE":
			return value{kind: kindBOOL, flag: strings.EqualFold(t.text, "TRUE")}
		case "NULL":
			return value{kind: kindNULL, flag: true}
		}
	case t.kind != sqlSymbol:
	case t.text == "?":
		if p.used == len(p.parameters) {
			p.fail("Number of parameters in request and statement don't match.")
			return value{}
		}
		p.used++
		return p.parameters[p.used-1]
	case t.text == "-" && p.peek().kind == sqlNumber:
		return p.valid(number("-" + p.next().text))
	case !p.enter():
		return value{}
	default:
		defer p.leave()
		return p.composite(t.text)
	}
	p.unexpected("Expected a value")
	return value{}
}

func (p *sqlParser) valid(v value) value {
	if v.kind == kindInvalid {
		p.fail(v.text)
	}
	return v
}

// composite reads a list, a tuple or a set after its first token.
func (p *sqlParser) composite(open string) value {
	switch open {
	case "[":
		v := value{kind: kindL}
		if !p.accept("]") {
			p.list(func() { v.list = append(v.list, p.constant()) })
			p.expect("]")
		}
		return v
	case "{":
		v := value{kind: kindM, attr: item{}}
		if !p.accept("}") {
			p.list(func() { p.entry(v.attr) })
			p.expect("}")
		}
		return v
	case "<<":
		var members []value
		if p.is(">>") {
			p.fail("Empty bags are not supported")
		}
		p.list(func() { members = append(members, p.constant()) })
		p.expect(">>")
		return p.set(members)
	}
	p.unexpected("Expected a value")
	return value{}
}

func (p *sqlParser) entry(of item) {
	t := p.next()
	if t.kind != sqlString && t.kind != sqlName {
		p.unexpected("Expected an attribute name")
	}
	p.expect(":")
	of[t.text] = p.constant()
}

func (p *sqlParser) set(members []value) value {
	for set := kindSS; set <= kindBS && p.fault == nil; set++ {
		of, _ := set.set()
		if !slices.ContainsFunc(members, func(v value) bool { return v.kind != of }) {
			return p.valid(setOf(set, members))
		}
	}
	p.fail("Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags")
	return value{}
}
