package vtl

import (
	"strings"
)

// parser is a recursive-descent parser over tokens that it reads one at a time, since it tells the lexer when a
// directive's arguments begin. Tokens are kept, so that looking ahead and quoting a directive's text need no second scan.
type parser struct {
	name     string // of the template
	lex      lexer
	toks     []token
	next     int
	depth    int
	macros   map[string]bool       // defined with #macro, which matters to "\#name" only
	texts    map[expression]string // operands as they are written
	ranges   map[int]bool          // whether the "[" at this token opens a range
	trial    int                   // looking ahead: tokens must stay as they are
	base     int                   // offset of the source in the template, for string literals
	outer    string                // the whole template
	branches *branches             // of the whole template
	symbols  *symbols              // of the whole template
}

// syntaxPanic carries a SyntaxError out of the recursion; parse recovers it.
type syntaxPanic struct{ err *SyntaxError }

func newParser(name, outer, src string, base, depth int, macros map[string]bool, branches *branches, symbols *symbols) *parser {
	return &parser{branches: branches, symbols: symbols, name: name, lex: lexer{src: src}, outer: outer, base: base, depth: depth, macros: macros, ranges: map[int]bool{}}
}

func (p *parser) fail(pos int, msg string) {
	line, col := lineCol(p.outer, p.base+pos)
	panic(syntaxPanic{&SyntaxError{p.name, line, col, msg, p.outer}})
}

// unexpected reports the next token.
func (p *parser) unexpected(want string) {
	t := p.peek(0)
	msg := "unexpected " + quote(clip(t.image))
	if t.kind == kEOF {
		msg = "unexpected end of template"
	}
	if want != "" {
		msg += ", want " + want
	}
	p.fail(t.pos, msg)
}

// enter counts the nesting of blocks, arguments and parentheses.
func (p *parser) enter() {
	if p.depth++; p.depth > MaxNesting {
		p.fail(p.peek(0).pos, "nested deeper than 64 levels")
	}
}

func (p *parser) leave() { p.depth-- }

// peek returns the token n ahead. It reads no further than that: the mode of the lexer may still change.
func (p *parser) peek(n int) token {
	for len(p.toks) <= p.next+n {
		t, err := p.lex.next()
		if err != nil {
			p.fail(err.pos, err.msg)
		}
		p.toks = append(p.toks, t)
	}
	return p.toks[p.next+n]
}

func (p *parser) is(k kind) bool { return p.peek(0).kind == k }

func (p *parser) take() token {
	t := p.peek(0)
	p.next++
	return t
}

func (p *parser) accept(k kind) bool {
	if !p.is(k) {
		return false
	}
	p.next++
	return true
}

func (p *parser) expect(k kind, want string) token {
	if !p.is(k) {
		p.unexpected(want)
	}
	return p.take()
}

func (p *parser) space() { p.accept(kSpace) }

// template parses everything.
func (p *parser) template() block {
	p.texts = map[expression]string{}
	b := p.statements()
	if !p.is(kEOF) {
		p.unexpected("")
	}
	return b
}

// statements parses up to a token that begins none.
func (p *parser) statements() block {
	p.enter()
	defer p.leave()
	var b block
	var text []byte // adjacent text is one node
	for {
		start := p.next
		s := p.statement()
		if t, ok := s.(textNode); ok {
			text = append(text, t...)
			continue
		}
		if len(text) > 0 && (s != nil || p.next == start) {
			b = append(b, textNode(text))
			text = nil
		}
		if p.next == start {
			return b
		}
		if s != nil {
			b = append(b, s)
		}
	}
}

// statement parses one; it takes no token where none begins. Comments yield nil.
func (p *parser) statement() statement {
	switch t := p.peek(0); t.kind {
	case kIf:
		return p.ifStatement()
	case kIdentifier:
		return p.reference()
	case kCommentStart, kBlockComment, kFormalComment:
		return p.comment()
	case kTextblock:
		return p.textblock()
	case kSet:
		return p.set()
	case kEscapedDirective:
		p.toks[p.next].image = p.unescapeDirective(t.image)
		return textNode(p.take().image)
	case kDoubleEscape:
		return p.escapes()
	case kWord, kBracketedWord:
		return p.directive()
	case kRefOpen:
		if p.peek(1).kind == kIdentifier {
			return p.reference()
		}
		return p.text()
	case kParenOpen, kParenClose, kEscape, kText, kString, kInteger, kFloat, kDot, kRefClose, kEmptyIndex:
		return p.text()
	}
	return nil
}

// comment prints nothing but a "$" before it.
func (p *parser) comment() statement {
	t := p.take()
	if t.kind == kCommentStart {
		p.accept(kLineComment)
	}
	i := strings.Index(t.image, "##")
	if i < 0 {
		i = max(0, strings.Index(t.image, "#*"))
	}
	return textNode(t.image[:i])
}

func (p *parser) text() statement {
	t := p.take()
	return textNode(t.prefix + t.image)
}

// textblock is #[[ … ]]#, printed as it is.
func (p *parser) textblock() statement {
	t := p.take()
	const marks = len("#[[") + len("]]#")
	if len(t.image) < marks {
		p.fail(t.pos, `"]]#" without "#[["`)
	}
	return textNode(t.image[3 : len(t.image)-3])
}

// unescapeDirective halves the backslashes before a directive that exists, and leaves those before other words.
func (p *parser) unescapeDirective(s string) string {
	last := strings.LastIndexByte(s, '\\')
	if !p.isDirective(strings.Trim(s[last+2:], "{}")) {
		return s
	}
	return s[:last/2] + s[last+1:]
}

// escapes is a run of "\\": they are halved before a directive, and printed as they are elsewhere.
func (p *parser) escapes() statement {
	n := 0
	for p.accept(kDoubleEscape) {
		n++
	}
	one := `\\`
	switch t := p.peek(0); {
	case t.kind == kEOF:
	case t.kind == kEnd, t.kind == kIf, t.kind == kElseIf, t.kind == kElse, p.isPluggable(t.image[1:]):
		one = `\`
	}
	return textNode(strings.Repeat(one, n))
}

func (p *parser) isDirective(name string) bool {
	switch name {
	case "if", "end", "set", "else", "elseif":
		return true
	}
	return p.isPluggable(name)
}

func (p *parser) isPluggable(name string) bool {
	switch name {
	case "foreach", "macro", "literal", "break", "define", "stop":
		return true
	}
	return p.macros[name]
}

func (p *parser) ifStatement() statement {
	n := &ifNode{}
	n.arms = append(n.arms, p.arm("#if"))
	for p.is(kElseIf) {
		n.arms = append(n.arms, p.arm("#elseif"))
	}
	if p.is(kElse) {
		pos := p.branch("#else", taken)
		p.next++
		n.arms = append(n.arms, ifArm{pos: pos, body: p.statements()})
	} else {
		p.branches.add(n.arms[0].pos, skipped, "#if, if nothing of it holds")
	}
	p.expect(kEnd, "#end")
	return n
}

// branch notes a branch that begins with the next token.
func (p *parser) branch(name string, way way) (pos int) {
	pos = p.base + p.peek(0).pos
	p.branches.add(pos, way, name)
	return pos
}

func (p *parser) arm(name string) ifArm {
	pos := p.branch(name, taken)
	p.next++
	p.space()
	p.expect(kParenOpen, `"("`)
	cond := p.expression()
	p.expect(kParenClose, `")"`)
	return ifArm{pos, cond, p.statements()}
}

func (p *parser) set() statement {
	t := p.take()
	p.space()
	if k := p.peek(0).kind; k != kIdentifier && k != kRefOpen {
		p.unexpected("a reference")
	}
	n := &setNode{pos: p.base + t.pos, ref: p.reference()}
	p.space()
	p.expect(kAssign, `"="`)
	n.right = p.expression()
	p.expect(kParenClose, `")"`)
	p.lex.inSet = false
	return n
}
