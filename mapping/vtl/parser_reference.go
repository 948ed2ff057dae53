package vtl

import "strings"

// reference parses $name, ${name}, $!name or $!{name} and its steps. Where the parser looks two and three tokens ahead
// it does as Velocity does: "$a.b(" with something that is no argument is a property and a parenthesis.
func (p *parser) reference() *reference {
	start := p.next
	first := p.take()
	r := &reference{pos: p.base + first.pos}
	name := first
	if first.kind == kRefOpen {
		name = p.expect(kIdentifier, "a name")
	}
	for p.is(kIndexOpen) {
		r.steps = append(r.steps, p.index())
	}
	for p.is(kDot) && p.peek(1).kind == kIdentifier {
		p.next++
		r.steps = append(r.steps, p.member())
		for p.is(kIndexOpen) {
			r.steps = append(r.steps, p.index())
		}
	}
	if first.kind == kRefOpen {
		p.expect(kRefClose, `"}"`)
	}
	cut, target := r.analyse(first.image, name.image, p.images(start, p.next))
	r.root, r.target = p.symbols.number(r.name), p.symbols.number(target)
	r.context = !r.bare && isContextValue(r.root, r.steps)
	r.direct = !r.escaped && isDirect(r.steps)
	if p.trial == 0 { // what prints a directive as it is written prints the reference without what was before it
		p.toks[start].image = first.image[cut:]
	}
	return r
}

func (p *parser) member() step {
	name := p.take()
	s := step{pos: p.base + name.pos, name: name.image}
	if !p.is(kParenOpen) {
		return s
	}
	if k := p.peek(1).kind; k != kCallClose && !startsParameter(k) {
		return s
	}
	p.enter()
	defer p.leave()
	p.next++
	s.method = true
	if p.startsParameter() {
		s.args = append(s.args, p.parameter())
		for p.accept(kComma) {
			s.args = append(s.args, p.parameter())
		}
	}
	p.expect(kCallClose, `")"`)
	if path := s.constant(); path != "" && (s.name == "path" || s.name == "json") {
		p.symbols.path(path)
	}
	return s
}

func (p *parser) index() step {
	p.enter()
	defer p.leave()
	t := p.take()
	s := step{pos: p.base + t.pos}
	p.space()
	switch p.peek(0).kind {
	case kString, kInteger, kTrue, kFalse, kIdentifier, kRefOpen:
		s.index = p.operand()
	default:
		p.unexpected("an index")
	}
	p.space()
	p.expect(kIndexClose, `"]"`)
	return s
}

// analyse takes the first token apart: `\\#$!{name` is two backslashes, a stray "#" and a quiet reference. It returns
// where the reference itself begins, and the variable that it names on the left of an assignment.
func (ref *reference) analyse(image, name, source string) (begin int, target string) {
	whole := len(image)
	if strings.Contains(image, `\!`) {
		ref.notReference(image)
		return 0, image[1:]
	}
	if n := run(image, 0, '\\'); n > 0 {
		ref.escaped = n%2 == 1
		ref.escapes = image[:n/2]
		image, source = image[n:], source[n:]
	}
	if i := strings.LastIndexByte(image, '$'); i > 0 {
		ref.prefix = image[:i]
		image, source = image[i:], source[i:]
	}
	ref.literal = source
	switch {
	case strings.HasPrefix(image, "$!"):
		if !ref.escaped {
			ref.literal = ""
		}
		ref.name = image[2:]
		if strings.HasPrefix(image, "$!{") {
			ref.name = name
		}
	case image == "${":
		ref.name = name
	case image[0] == '$':
		ref.name = image[1:]
	default:
		ref.bare = true
		ref.name = image
	}
	return whole - len(image), image[1:]
}

// notReference is `$\!x`: Velocity looks up a name that cannot exist.
func (ref *reference) notReference(image string) {
	ref.slashBang = true
	start := strings.IndexByte(image, '$')
	start += strings.IndexByte(image[start:], '\\')
	end := run(image, start, '\\')
	ref.name = image[:end-1] + image[end:]
	ref.literal = ref.name
}
