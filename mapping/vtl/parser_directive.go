package vtl

import "strings"

// directiveArg is what a directive was given: an expression, or a word such as the "in" of #foreach.
type directiveArg struct {
	expr   expression
	word   string
	tokens [2]int // the first token and the one after the last
}

// directive parses "#name", with its arguments and, where it has one, its block. A name that is not a directive is
// printed with its arguments as they are: so are, on API Gateway, calls of #macro, #evaluate, #include and #parse.
func (p *parser) directive() statement {
	first := p.next
	t := p.take()
	name := t.image[1:]
	if t.kind == kBracketedWord {
		name = t.image[2 : len(t.image)-1]
	}
	p.lex.mode = mArgs
	if !p.lex.parenFollows() {
		if name == "macro" {
			p.fail(t.pos, "#macro needs a name")
		}
		p.lex.pop()
		return p.withoutArgs(t, name)
	}
	args := p.directiveArgs(t, name)
	if !isBlockDirective(name) {
		return p.lineDirective(t, name, first, args)
	}
	bodyStart := p.next
	body := p.statements()
	bodyEnd := p.next
	p.expect(kEnd, "#end")
	return p.blockDirective(t, name, first, args, body, [2]int{bodyStart, bodyEnd})
}

func isBlockDirective(name string) bool {
	switch name {
	case "foreach", "define", "macro", "literal":
		return true
	}
	return strings.HasPrefix(name, "@")
}

func (p *parser) withoutArgs(t token, name string) statement {
	switch name {
	case "stop":
		return stopNode{}
	case "break":
		return &breakNode{pos: p.base + t.pos}
	case "foreach", "define", "literal":
		p.fail(t.pos, "#"+name+" needs arguments")
	}
	if strings.HasPrefix(name, "@") {
		return textNode("#" + name)
	}
	return textNode(t.image)
}

func (p *parser) lineDirective(t token, name string, first int, args []directiveArg) statement {
	switch name {
	case "stop":
		if len(args) > 1 {
			p.fail(t.pos, "#stop takes one message")
		}
		return stopNode{}
	case "break":
		if len(args) > 1 {
			p.fail(t.pos, "#break takes one scope")
		}
		n := &breakNode{pos: p.base + t.pos}
		if len(args) == 1 {
			n.scope = args[0].expr
		}
		return n
	}
	return textNode(p.images(first, p.next))
}

func (p *parser) blockDirective(t token, name string, first int, args []directiveArg, body block, span [2]int) statement {
	switch name {
	case "foreach":
		return p.foreach(t, args, body)
	case "define":
		if len(args) != 1 {
			p.fail(t.pos, "#define takes one name")
		}
		ref, ok := args[0].expr.(*reference)
		if !ok {
			image := p.toks[args[0].tokens[0]].image
			return &defineNode{name: p.symbols.number(image[1:]), body: body}
		}
		return &defineNode{name: ref.target, body: body}
	case "literal":
		if len(args) > 0 {
			return textNode(p.literal(args[0].tokens[0], args[0].tokens[1]))
		}
		if span[0] == span[1] {
			p.fail(t.pos, "#literal has no text")
		}
		return textNode(p.literal(span[0], span[1]))
	case "macro":
		return p.macro(t, args)
	}
	return textNode(p.images(first, p.next))
}

// macro checks a definition and drops it: API Gateway defines no macro. Its arguments may be anything but
// words, as in Velocity 1.7.
func (p *parser) macro(t token, args []directiveArg) statement {
	if len(args) == 0 {
		p.fail(t.pos, "#macro needs a name")
	}
	p.macros[args[0].word] = true
	return nil
}

func (p *parser) foreach(t token, args []directiveArg, body block) statement {
	n := &foreachNode{pos: p.base + t.pos, body: body}
	if len(args) == 3 {
		p.branches.add(n.pos, taken, "#foreach")
	}
	if len(args) < 2 {
		return &failNode{n.pos, "#foreach has no list"}
	}
	name := p.toks[args[0].tokens[0]].image
	if ref, ok := args[0].expr.(*reference); ok {
		name = ref.name
	} else if name != "" {
		name = name[1:]
	}
	n.name = p.symbols.number(name)
	for _, a := range args {
		n.args = append(n.args, a.expr)
	}
	if len(args) == 2 { // the block is taken for the list: nothing to iterate over
		return nil
	}
	if len(args) > 3 { // the fourth argument is taken for the block
		n.body = nil
		if ref, ok := args[3].expr.(*reference); ok {
			n.body = block{ref}
		}
	}
	return n
}

// directiveArgs parses "(a, b c)": commas are optional.
func (p *parser) directiveArgs(t token, name string) []directiveArg {
	p.enter()
	defer p.leave()
	p.space()
	p.expect(kParenOpen, `"("`)
	var args []directiveArg
	for {
		p.space()
		comma := p.accept(kComma)
		if comma {
			p.space()
		}
		start := p.next
		a, ok := p.directiveArg()
		if !ok {
			if comma {
				p.unexpected("an argument")
			}
			break
		}
		a.tokens = [2]int{start, p.next}
		p.checkArg(t, name, a, len(args))
		args = append(args, a)
	}
	p.expect(kParenClose, `")"`)
	return args
}

// checkArg refuses a word where a directive wants a value, and the reverse.
func (p *parser) checkArg(t token, name string, a directiveArg, i int) {
	isWord := a.word != ""
	switch name {
	case "macro":
		if i == 0 && !isWord {
			p.fail(t.pos, "the name of #macro must be a word")
		}
		if i > 0 && isWord {
			p.fail(t.pos, "the arguments of #macro cannot be words")
		}
	case "foreach":
		if isWord && i != 1 {
			p.fail(t.pos, "unexpected word "+quote(a.word)+" in #foreach")
		}
	case "break", "define", "stop", "literal":
		if isWord {
			p.fail(t.pos, "unexpected word "+quote(a.word)+" in #"+name)
		}
	}
}

func (p *parser) directiveArg() (directiveArg, bool) {
	switch t := p.peek(0); t.kind {
	case kWord:
		p.next++
		return directiveArg{word: t.image}, true
	case kIdentifier, kRefOpen:
		return directiveArg{expr: p.reference()}, true
	case kString, kInteger, kFloat, kTrue, kFalse, kBracketOpen, kCurlyOpen:
		return directiveArg{expr: p.operand()}, true
	}
	return directiveArg{}, false
}

// images joins tokens as an unknown directive prints them.
func (p *parser) images(from, to int) string {
	var b strings.Builder
	for _, t := range p.toks[from:to] {
		b.WriteString(t.image)
	}
	return b.String()
}

// literal joins tokens as #literal prints them.
func (p *parser) literal(from, to int) string {
	var b strings.Builder
	for _, t := range p.toks[from:to] {
		if t.kind == kBlockComment {
			continue
		}
		b.WriteString(t.prefix)
		b.WriteString(t.image)
	}
	return b.String()
}
