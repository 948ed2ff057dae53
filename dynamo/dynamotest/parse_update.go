package dynamotest

import (
	"slices"
	"strconv"
	"strings"
)

// An update is a parsed UpdateExpression.
type update struct{ actions []action }

// An action changes one path. value is nil for REMOVE.
type action struct {
	verb  string // SET, REMOVE, ADD, DELETE
	path  path
	value *expr
	// legacy is of AttributeUpdates, which can also add to lists, and has a
	// message of its own for operands of the wrong type.
	legacy bool
}

// parseUpdate parses an UpdateExpression:
//
//	update  = section { section }
//	section = SET path = sum {, …} | REMOVE path {, …}
//	        | ADD path :value {, …} | DELETE path :value {, …}
//	sum     = operand [ (+|-) operand ] | ( sum )
//	operand = path | :value | function ( operand {, operand} ) | ( operand )
func parseUpdate(source string, holders *placeholders) (u *update, f *fault) {
	u = &update{}
	f = parse("UpdateExpression", source, holders, func(p *parser) {
		var seen []string
		var paths []path
		for p.syntax == "" && (len(seen) == 0 || p.peek().kind != tokenEOF) {
			verb := p.parseVerb()
			if slices.Contains(seen, verb) {
				p.note(classSection, `The "`+verb+`" section can only be used once in an update expression;`)
			}
			seen = append(seen, verb)
			for again := true; again && p.syntax == ""; again = p.accept(",") {
				a := p.parseAction(verb)
				paths = p.claim(paths, a.path)
				u.actions = append(u.actions, a)
			}
		}
	})
	return u, f
}

func (p *parser) parseVerb() string {
	for _, verb := range []string{"SET", "REMOVE", "ADD", "DELETE"} {
		if p.accept(verb) {
			return verb
		}
	}
	p.fail()
	return ""
}

func (p *parser) parseAction(verb string) action {
	a := action{verb: verb, path: p.parsePath()}
	switch verb {
	case "SET":
		p.expect("=")
		a.value = p.parseSum()
	case "ADD", "DELETE":
		if p.peek().kind != tokenValue {
			p.fail()
			return a
		}
		a.value = p.parseValue()
		p.checkSetOperand(verb, a.value)
	}
	return a
}

// checkSetOperand: ADD takes numbers and sets, DELETE takes sets.
func (p *parser) checkSetOperand(verb string, e *expr) {
	names := map[kind]string{kindS: "STRING", kindN: "NUMBER", kindB: "BINARY", kindNULL: "NULL", kindBOOL: "BOOLEAN", kindL: "LIST", kindM: "MAP"}
	k := e.typ()
	if name, bad := names[k]; bad && !(verb == "ADD" && k == kindN) {
		p.note(classOperand, "Incorrect operand type for operator or function; operator: "+verb+
			", operand type: "+name+", typeSet: ALLOWED_FOR_"+verb+"_OPERAND")
	}
}

func (p *parser) parseSum() *expr {
	left := p.parseTerm(p.parseSum)
	t := p.peek()
	if left.kind == exprArithmetic || !t.is("+") && !t.is("-") {
		return left
	}
	p.next()
	p.operator()
	e := &expr{kind: exprArithmetic, name: t.text, args: []*expr{left, p.parseTerm(p.parseTermOnly)}}
	p.checkNested(e.args)
	for _, a := range e.args {
		p.checkUpdateType(e.name, a, kindN)
	}
	return e
}

// checkNested: list_append stands by itself at the right of a SET.
func (p *parser) checkNested(args []*expr) {
	for _, a := range args {
		if a.kind == exprCall && a.name == "list_append" {
			p.note(classMisused, "The function is not allowed to be used this way in an expression; function: list_append")
		}
	}
}

func (p *parser) parseTermOnly() *expr { return p.parseTerm(p.parseTermOnly) }

// parseTerm reads one operand; inner reads what may stand in parentheses here.
func (p *parser) parseTerm(inner func() *expr) *expr {
	t := p.peek()
	switch {
	case t.kind == tokenValue:
		return p.parseValue()
	case t.is("("):
		return p.parseGroup(inner)
	case t.kind == tokenIdent && p.peekAfter().is("("):
		return p.parseUpdateCall()
	}
	return &expr{kind: exprPath, path: p.parsePath()}
}

func (p *parser) parseGroup(inner func() *expr) *expr {
	if !p.enter() {
		return &expr{kind: exprPath}
	}
	p.next()
	e := inner()
	p.expect(")")
	p.depth--
	if e.parens {
		p.note(classParens, "The expression has redundant parentheses;")
	}
	e.parens = true
	return e
}

func (p *parser) parseUpdateCall() *expr {
	name := p.next().text
	if !p.enter() {
		return &expr{kind: exprPath}
	}
	p.next()
	p.operator()
	e := &expr{kind: exprCall, name: name}
	for again := true; again && p.syntax == ""; again = p.accept(",") {
		e.args = append(e.args, p.parseTermOnly())
	}
	p.expect(")")
	p.depth--
	p.checkUpdateCall(e)
	return e
}

func (p *parser) checkUpdateCall(e *expr) {
	p.checkNested(e.args)
	_, condition := conditionCalls[e.name]
	switch {
	case condition:
		p.note(classUnknownFunction, "The function is not allowed in an update expression; function: "+e.name)
	case e.name != "if_not_exists" && e.name != "list_append":
		p.note(classUnknownFunction, "Invalid function name; function: "+e.name)
	case len(e.args) != 2:
		p.note(classFunction, "Incorrect number of operands for operator or function; operator or function: "+
			e.name+", number of operands: "+strconv.Itoa(len(e.args)))
	case e.name == "list_append":
		p.checkUpdateType(e.name, e.args[0], kindL)
		p.checkUpdateType(e.name, e.args[1], kindL)
	case e.args[0].kind != exprPath:
		p.note(classFunction, "Operator or function requires a document path; operator or function: "+e.name)
	case e.args[1].kind == exprPath && slices.Equal(e.args[0].path, e.args[1].path):
		p.note(classFunction, sameOperand(e))
	}
}

func (p *parser) checkUpdateType(operator string, e *expr, want kind) {
	if k := e.typ(); e.kind == exprValue && k != kindInvalid && k != want {
		p.note(classFunction, strings.Join([]string{msgOperandType, operator, ", operand type: ", k.String()}, ""))
	}
}
