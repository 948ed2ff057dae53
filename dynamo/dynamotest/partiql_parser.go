package dynamotest

import (
	"slices"
	"strconv"
	"strings"
)

// A statement is one of PartiQL, with its parameters in place.
type statement struct {
	verb         string // SELECT, INSERT, UPDATE, DELETE, EXISTS
	table, index string
	selected     []path // SELECT; nil for *
	where        *expr
	order        []ordering
	item         item    // INSERT
	update       *update // UPDATE
	returning    string  // "ALL OLD" and so on; empty for none
}

type ordering struct {
	name       string
	descending bool
}

// A sqlParser is a recursive-descent parser; its first fault ends it.
type sqlParser struct {
	source     string
	tokens     []sqlToken
	pos        int
	parameters []value
	used       int
	depth      int
	fault      *fault
}

// parseStatement parses PartiQL:
//
//	SELECT * | path {, …} FROM table[.index] [WHERE condition] [ORDER BY name [ASC|DESC] {, …}]
//	INSERT INTO table VALUE {…}
//	UPDATE table {SET path = value {, …} | REMOVE path {, …}} WHERE condition [RETURNING …]
//	DELETE FROM table WHERE condition [RETURNING ALL OLD *]
//	EXISTS (SELECT …)
func parseStatement(text string, parameters []value) (*statement, *fault) {
	if f := invalidFault(item{"p": {kind: kindL, list: parameters}}.fault()); f != nil {
		return nil, f
	}
	p := &sqlParser{source: text, tokens: lexSQL(text), parameters: parameters}
	s := p.statement()
	if p.accept(";"); p.fault == nil && p.peek().kind != sqlEnd {
		p.unexpected("Unexpected token after expression")
	}
	return s, p.fault
}

func (p *sqlParser) statement() *statement {
	s := &statement{verb: strings.ToUpper(p.next().text)}
	switch s.verb {
	case "SELECT":
		p.selectStatement(s)
	case "INSERT":
		p.expect("INTO")
		p.tableName(s)
		p.expect("VALUE")
		if !p.is("{") {
			p.fail("Unsupported format in item expression. Please use struct format {...} to express item values for insert statement.")
		}
		s.item = p.constant().attr
		if p.is("RETURNING") {
			p.fail("RETURNING is not supported in INSERT")
		}
	case "UPDATE":
		p.tableName(s)
		p.updateClauses(s)
		p.where(s)
		p.returning(s)
	case "DELETE":
		p.expect("FROM")
		p.tableName(s)
		p.where(s)
		p.returning(s)
	case "EXISTS":
		p.expect("(")
		p.expect("SELECT")
		p.selectStatement(s)
		p.expect(")")
	default:
		p.unexpected("Expected data manipulation")
	}
	return s
}

func (p *sqlParser) peek() sqlToken { return p.tokens[p.pos] }

func (p *sqlParser) next() sqlToken {
	t := p.tokens[p.pos]
	if p.pos < len(p.tokens)-1 {
		p.pos++
	}
	return t
}

// is tells whether the next token is the given symbol or word.
func (p *sqlParser) is(text string) bool {
	t := p.peek()
	return t.kind == sqlSymbol && t.text == text || t.kind == sqlWord && strings.EqualFold(t.text, text)
}

func (p *sqlParser) accept(text string) bool {
	if p.fault == nil && p.is(text) {
		p.next()
		return true
	}
	return false
}

func (p *sqlParser) expect(text string) {
	if !p.accept(text) {
		p.unexpected("Expected " + text)
	}
}

func (p *sqlParser) fail(message string) {
	if p.fault == nil {
		p.fault = validation("%s", message)
	}
	p.pos = len(p.tokens) - 1
}

func (p *sqlParser) unexpected(detail string) {
	p.fail("Statement wasn't well formed, can't be processed: " + detail)
}

// list reads one or more of what one reads, between commas.
func (p *sqlParser) list(one func()) {
	for again := true; again && p.fault == nil; again = p.accept(",") {
		one()
	}
}

func (p *sqlParser) name(what string) string {
	t := p.next()
	if t.kind != sqlWord && t.kind != sqlName {
		p.unexpected("Expected " + what)
	}
	if t.kind == sqlName && t.text == "" {
		p.fail("Path component cannot be an empty string")
	}
	return t.text
}

// tableName reads table, or table.index.
func (p *sqlParser) tableName(s *statement) {
	names := []string{p.name("a table name")}
	for p.accept(".") {
		names = append(names, p.name("an index name"))
	}
	switch len(names) {
	case 1:
	case 2:
		s.index = names[1]
	default:
		p.fail("A path may contain at most 2 components in the FROM clause")
	}
	if s.table = names[0]; p.aliased() {
		p.fail("Aliasing is not supported")
	}
}

// aliased tells whether another name follows the table's.
func (p *sqlParser) aliased() bool {
	switch t := p.peek(); {
	case t.kind == sqlName || p.is("AS"):
		return true
	case t.kind != sqlWord || slices.Contains([]string{"WHERE", "ORDER", "GROUP", "LIMIT", "SET", "REMOVE", "VALUE", "RETURNING"}, strings.ToUpper(t.text)):
		return false
	}
	after := p.tokens[min(p.pos+1, len(p.tokens)-1)]
	return after.kind == sqlEnd || strings.EqualFold(after.text, "WHERE")
}

func (p *sqlParser) selectStatement(s *statement) {
	if !p.accept("*") {
		p.list(func() {
			s.selected = append(s.selected, p.path())
			if p.is("AS") {
				p.fail("Aliasing is not supported")
			}
		})
	}
	p.expect("FROM")
	p.tableName(s)
	p.where(s)
	if p.accept("ORDER") {
		p.expect("BY")
		p.list(func() {
			o := ordering{name: p.name("an attribute")}
			if o.descending = p.accept("DESC"); !o.descending {
				p.accept("ASC")
			}
			s.order = append(s.order, o)
		})
	}
	for _, clause := range []string{"GROUP", "HAVING", "LIMIT"} {
		if p.is(clause) {
			p.fail("Unsupported clause: " + strings.Replace(clause, "GROUP", "GROUP BY", 1))
		}
	}
}

func (p *sqlParser) where(s *statement) {
	if p.accept("WHERE") {
		s.where = p.or()
	}
}

func (p *sqlParser) returning(s *statement) {
	if !p.accept("RETURNING") {
		return
	}
	what, when := strings.ToUpper(p.next().text), strings.ToUpper(p.next().text)
	p.expect("*")
	if s.returning = what + " " + when; p.fault == nil && !slices.Contains([]string{"ALL OLD", "ALL NEW", "MODIFIED OLD", "MODIFIED NEW"}, s.returning) {
		p.unexpected("Unexpected RETURNING clause")
	}
	if s.verb == "DELETE" && s.returning != "ALL OLD" {
		p.fail("Invalid returning clause: RETURNING " + s.returning + " *. Only RETURNING ALL OLD * is allowed in DELETE statements.")
	}
}

// updateClauses reads SET and REMOVE, of which there may be several.
func (p *sqlParser) updateClauses(s *statement) {
	s.update = &update{}
	var paths []path
	claim := func(at path) path {
		for _, other := range paths {
			if at != nil && at.clash(other) != "" {
				p.fail("Two document paths overlap with each other; must remove or rewrite one of these paths; path one: " +
					other.String() + ", path two: " + at.String())
			}
		}
		paths = append(paths, at)
		return at
	}
	for p.fault == nil && !p.is("WHERE") && !p.is("RETURNING") && p.peek().kind != sqlEnd {
		switch {
		case p.accept("SET"):
			p.list(func() {
				at := claim(p.path())
				p.expect("=")
				s.update.actions = append(s.update.actions, p.assignment(at))
			})
		case p.accept("REMOVE"):
			p.list(func() { s.update.actions = append(s.update.actions, action{verb: "REMOVE", path: claim(p.path())}) })
		default:
			p.unexpected("Expected SET or REMOVE")
		}
	}
	if p.fault == nil && len(paths) == 0 {
		p.unexpected("Expected SET or REMOVE")
	}
}

// assignment reads what a path is set to. set_add and set_delete take the path itself.
func (p *sqlParser) assignment(at path) action {
	for name, verb := range map[string]string{"set_add": "ADD", "set_delete": "DELETE"} {
		if !p.accept(name) {
			continue
		}
		p.expect("(")
		if from := p.path(); p.fault == nil && !slices.Equal(from, at) {
			p.fail("The first argument of " + name + " must be the path that is set")
		}
		p.expect(",")
		v := p.constant()
		p.expect(")")
		if _, set := v.kind.set(); p.fault == nil && !set && !(verb == "ADD" && v.kind == kindN) {
			p.fail("Incorrect operand type for operator or function; operator or function: " + name + ", operand type: " + v.kind.String())
		}
		return action{verb: verb, path: at, value: &expr{kind: exprValue, value: v}}
	}
	left := p.term()
	for p.is("+") || p.is("-") {
		left = &expr{kind: exprArithmetic, name: p.next().text, args: []*expr{left, p.term()}}
	}
	return action{verb: "SET", path: at, value: left}
}

// term reads an operand of an assignment.
func (p *sqlParser) term() *expr {
	for _, name := range []string{"list_append", "if_not_exists"} {
		if !p.accept(name) {
			continue
		}
		p.expect("(")
		e := &expr{kind: exprCall, name: name, args: []*expr{p.settable()}}
		p.expect(",")
		e.args = append(e.args, p.settable())
		p.expect(")")
		if name == "if_not_exists" && e.args[0].kind != exprPath {
			p.fail("The first argument of if_not_exists must be a path")
		}
		return e
	}
	return p.settable()
}

// settable reads an operand other than size, which has no place in an assignment.
func (p *sqlParser) settable() *expr {
	e := p.operand()
	if e.kind == exprCall {
		p.fail("The function is not allowed to be used this way in an expression; function: " + e.name)
	}
	return e
}

// path reads a document path: a.b[1].
func (p *sqlParser) path() path {
	at := path{{name: p.name("an attribute")}}
	for p.fault == nil {
		switch {
		case p.accept("."):
			at = append(at, step{name: p.name("an attribute")})
		case p.accept("["):
			at = append(at, p.index())
			p.expect("]")
		default:
			return at
		}
	}
	return at
}

// index reads what stands in brackets: an index of a list or, quoted, a key of a map.
func (p *sqlParser) index() step {
	t := p.next()
	if t.kind == sqlString && t.text != "" {
		return step{name: t.text}
	}
	n, err := strconv.Atoi(t.text)
	if t.kind != sqlNumber || err != nil || n < 0 {
		p.unexpected("Expected a list index")
	}
	return step{index: n}
}
