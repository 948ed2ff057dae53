package dynamotest

import "strings"

// An expr is a node of a parsed expression, of any of the languages.
type expr struct {
	kind   exprKind
	name   string // a function's name, a comparator, + or -, or the :placeholder
	args   []*expr
	path   path
	value  value
	parens bool // stands in parentheses
}

type exprKind uint8

const (
	exprPath exprKind = iota
	exprValue
	exprCall
	exprCompare
	exprBetween // args: operand, lower, upper
	exprIn      // args: operand, list…
	exprAnd
	exprOr
	exprNot
	exprArithmetic
)

// isOperand tells whether a node stands for a value. A call may be either.
func (e *expr) isOperand() bool { return e.kind <= exprCall }

// isCondition tells whether a node is true or false.
func (e *expr) isCondition() bool { return e.kind >= exprCall && e.kind <= exprNot }

// typ is the type a node is known to have before there is an item, else kindInvalid.
func (e *expr) typ() kind {
	switch {
	case e.kind == exprValue:
		return e.value.kind
	case e.kind != exprCall:
		return kindInvalid
	case e.name == "size":
		return kindN
	case e.name == "if_not_exists":
		return e.args[len(e.args)-1].typ()
	case e.name == "list_append":
		return kindL
	}
	return kindBOOL
}

// A faultClass ranks what can be wrong in an expression that parses. DynamoDB
// reports one problem only, of the first class that has any, and within the
// class the first in the text.
type faultClass uint8

const (
	classLimit faultClass = iota
	classParens
	classReserved1 // reserved words, in update and projection expressions
	classUnknownFunction
	classMisused
	classReserved // reserved words, in conditions
	classSection
	classCondition
	className
	classValue
	classOverlap
	classConflict
	classOperand
	classFunction
	classes
)

// The limits of an expression, "Quotas in Amazon DynamoDB".
const (
	maxExpression = 4096
	maxOperators  = 300
	maxIn         = 100
)

// A parser is a recursive-descent parser over the tokens of one expression.
// The first syntax error moves it to the end of the input, so that everything
// above it returns; all other problems are collected by class.
type parser struct {
	source    string
	tokens    []token
	pos       int
	holders   *placeholders
	condition bool // the language is one of conditions
	operators int
	depth     int // of parentheses and calls
	syntax    string
	faults    [classes]string
	pending   map[faultClass]string // of the condition that is being parsed
}

// parse runs one grammar over an expression. attribute is the request's member.
func parse(attribute, source string, holders *placeholders, grammar func(*parser)) *fault {
	if source == "" {
		return validation("Invalid %s: The expression can not be empty;", attribute)
	}
	if len(source) > maxExpression {
		return validation("Invalid %s: Expression size has exceeded the maximum allowed size; expression size: %d", attribute, len(source))
	}
	p := &parser{source: source, tokens: lex(source), holders: holders}
	grammar(p)
	if p.syntax == "" && p.peek().kind != tokenEOF {
		p.fail()
	}
	if p.syntax != "" {
		return validation("Invalid %s: %s", attribute, p.syntax)
	}
	for _, message := range p.faults {
		if message != "" {
			return validation("Invalid %s: %s", attribute, message)
		}
	}
	return nil
}

func (p *parser) peek() token { return p.tokens[p.pos] }

func (p *parser) peekAfter() token { return p.tokens[min(p.pos+1, len(p.tokens)-1)] }

func (p *parser) next() token {
	t := p.tokens[p.pos]
	if t.kind != tokenEOF {
		p.pos++
	}
	return t
}

// accept takes the next token if it is the given symbol or keyword.
func (p *parser) accept(text string) bool {
	if !p.peek().is(text) {
		return false
	}
	p.next()
	return true
}

func (p *parser) expect(text string) {
	if !p.accept(text) {
		p.fail()
	}
}

// fail notes a syntax error at the next token: the token, and near it the text
// from the token before to the token after.
func (p *parser) fail() {
	if p.syntax != "" {
		return
	}
	t := p.peek()
	from, to := t.start, p.peekAfter().end
	if p.pos > 0 {
		from = p.tokens[p.pos-1].start
	} else if t.kind == tokenEOF {
		from = 0
	}
	p.syntax = `Syntax error; token: "` + t.text + `", near: "` + p.source[from:to] + `"`
	p.pos = len(p.tokens) - 1
}

// note keeps the first problem of its class.
func (p *parser) note(class faultClass, message string) {
	if p.faults[class] == "" {
		p.faults[class] = message
	}
}

// operator counts an operator or function against the limit.
func (p *parser) operator() {
	if p.operators++; p.operators > maxOperators {
		p.note(classLimit, "The expression contains too many operators; operator count: 301")
	}
}

// maxDepth bounds the recursion of the parser; 4 KB hold at most 4,096 parentheses.
const maxDepth = 1024

// enter goes one level down, unless that is too deep.
func (p *parser) enter() bool {
	if p.depth++; p.depth > maxDepth {
		p.fail()
		return false
	}
	return true
}

// isKeyword tells whether an identifier is a word of the condition language
// and can therefore name nothing without a #placeholder.
func isKeyword(text string) bool {
	switch strings.ToUpper(text) {
	case "AND", "OR", "NOT", "BETWEEN", "IN":
		return true
	}
	return false
}
