package vtl

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

func (p *parser) expression() expression {
	l := p.conjunction()
	for p.accept(kOr) {
		l = &logicNode{false, l, p.conjunction()}
	}
	return l
}

func (p *parser) conjunction() expression {
	l := p.equality()
	for p.accept(kAnd) {
		l = &logicNode{true, l, p.equality()}
	}
	return l
}

func (p *parser) equality() expression {
	l := p.relation()
	for p.is(kEqual) || p.is(kNotEqual) {
		op := p.take().kind
		l = &compareNode{op, l, p.relation()}
	}
	return l
}

func (p *parser) relation() expression {
	l := p.sum()
	for {
		switch op := p.peek(0).kind; op {
		case kLess, kLessEqual, kGreater, kGreaterEqual:
			p.next++
			l = &compareNode{op, l, p.sum()}
		default:
			return l
		}
	}
}

func (p *parser) sum() expression {
	l := p.product()
	for p.is(kPlus) || p.is(kMinus) {
		l = p.operation(l, p.product)
	}
	return l
}

func (p *parser) product() expression {
	l := p.unary()
	for p.is(kTimes) || p.is(kDivide) || p.is(kModulus) {
		l = p.operation(l, p.unary)
	}
	return l
}

// operation parses an operator and its right side. An operation that has no value is printed as its right side is
// written, where it is joined to a text.
func (p *parser) operation(l expression, right func() expression) expression {
	t := p.take()
	start := p.peek(0).pos
	r := right()
	n := &mathNode{pos: p.base + t.pos, op: t.kind, l: l, r: r, ltext: p.texts[l], rtext: p.texts[r]}
	p.texts[n] = p.source(start)
	return n
}

// source is what was parsed since an offset.
func (p *parser) source(start int) string {
	last := p.toks[p.next-1]
	return p.lex.src[start:max(start, last.pos+len(last.image))]
}

func (p *parser) unary() expression {
	if p.is(kNot) || p.is(kSpace) && p.peek(1).kind == kNot {
		p.enter()
		defer p.leave()
		p.space()
		p.next++
		return &notNode{p.unary()}
	}
	p.space()
	e := p.primary()
	p.space()
	return e
}

func (p *parser) primary() expression {
	if !p.accept(kParenOpen) {
		start := p.peek(0).pos
		e := p.operand()
		p.texts[e] = p.source(start)
		return e
	}
	p.enter()
	defer p.leave()
	start := p.peek(0).pos
	e := p.expression()
	p.texts[e] = p.source(start)
	p.expect(kParenClose, `")"`)
	return e
}

// parameter is an operand among white space: in a list, a map or the arguments of a method.
func (p *parser) parameter() expression {
	p.space()
	e := p.operand()
	p.space()
	return e
}

func (p *parser) operand() expression {
	switch t := p.peek(0); t.kind {
	case kString:
		return p.stringLiteral(p.take())
	case kIdentifier, kRefOpen:
		return p.reference()
	case kInteger:
		n := parseInteger(p.take().image)
		if n == nil { // "#1": in text that is no number
			p.fail(t.pos, "bad number "+quote(t.image))
		}
		return &literalNode{n}
	case kFloat:
		f, err := strconv.ParseFloat(p.take().image, 64)
		if err != nil && !math.IsInf(f, 0) { // out of range is infinite, as in Java
			p.fail(t.pos, "bad number "+quote(t.image))
		}
		return &literalNode{f}
	case kTrue, kFalse:
		p.next++
		return &literalNode{t.kind == kTrue}
	case kBracketOpen:
		if p.opensRange() {
			return p.rangeLiteral()
		}
		return p.list()
	case kCurlyOpen:
		return p.mapLiteral()
	}
	p.unexpected("a value")
	return nil
}

// parseInteger yields the smallest of Java's Integer, Long and BigInteger, or nil.
func parseInteger(s string) any {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return narrow(n)
	}
	n, ok := new(big.Int).SetString(s, 10)
	if !ok {
		return nil
	}
	return n
}

func narrow(n int64) any {
	if n == int64(int32(n)) {
		return int32(n)
	}
	return n
}

func (p *parser) list() expression {
	p.enter()
	defer p.leave()
	p.next++
	n := &listNode{}
	if p.startsParameter() {
		n.items = append(n.items, p.parameter())
		for p.accept(kComma) {
			n.items = append(n.items, p.parameter())
		}
	}
	p.expect(kBracketClose, `"]"`)
	return n
}

func (p *parser) startsParameter() bool {
	return startsParameter(p.peek(0).kind)
}

func startsParameter(k kind) bool {
	switch k {
	case kBracketOpen, kCurlyOpen, kSpace, kString, kTrue, kFalse, kInteger, kFloat, kIdentifier, kRefOpen:
		return true
	}
	return false
}

func (p *parser) mapLiteral() expression {
	p.enter()
	defer p.leave()
	p.next++
	n := &mapNode{}
	if p.is(kSpace) && !startsParameter(p.peek(1).kind) {
		p.next++
	} else if p.startsParameter() {
		n.pairs = p.pair(n.pairs)
		for p.accept(kComma) {
			n.pairs = p.pair(n.pairs)
		}
	}
	if !p.is(kCurlyClose) && !p.is(kRefClose) {
		p.unexpected(`"}"`)
	}
	p.next++
	return n
}

func (p *parser) pair(pairs []expression) []expression {
	key := p.parameter()
	p.expect(kColon, `":"`)
	return append(pairs, key, p.parameter())
}

// opensRange looks for "[1 ..": whatever comes after decides between a range and a list. The answer is kept, since a
// reference in the way may hold lists of its own.
func (p *parser) opensRange() (yes bool) {
	start := p.next
	if known, ok := p.ranges[start]; ok {
		return known
	}
	depth := p.depth
	p.trial++
	defer func() {
		p.trial--
		if r := recover(); r != nil {
			if _, ok := r.(syntaxPanic); !ok {
				panic(r)
			}
			yes = false
		}
		p.next, p.depth = start, depth
		p.ranges[start] = yes
	}()
	p.next++
	p.space()
	p.bound()
	p.space()
	return p.is(kRange)
}

func (p *parser) bound() expression {
	switch p.peek(0).kind {
	case kInteger, kIdentifier, kRefOpen:
		return p.operand()
	}
	p.unexpected("an integer or a reference")
	return nil
}

func (p *parser) rangeLiteral() expression {
	p.next++
	p.space()
	from := p.bound()
	p.space()
	p.expect(kRange, `".."`)
	p.space()
	to := p.bound()
	p.space()
	p.expect(kBracketClose, `"]"`)
	return &rangeNode{from, to}
}

// stringLiteral parses what is between the quotes: text as it is between single ones, a template between double ones.
func (p *parser) stringLiteral(t token) expression {
	p.enter()
	defer p.leave()
	q := t.image[:1]
	s := t.image[1 : len(t.image)-1]
	if q == "'" {
		return &literalNode{strings.ReplaceAll(s, "''", "'")}
	}
	s = p.unescapeUnicode(t, s)
	s = strings.ReplaceAll(s, `""`, `"`)
	if !strings.ContainsAny(t.image, "$#") {
		return &literalNode{s}
	}
	n := &stringNode{trim: !strings.Contains(s, "##")}
	if n.trim {
		s += " " // so that a reference at the end is followed by something
	}
	inner := newParser(p.name, p.outer, s, p.base+t.pos+1, p.depth, map[string]bool{}, p.branches, p.symbols)
	n.text = inner.template()
	return n
}

// unescapeUnicode replaces \u00e9 in a string between double quotes.
func (p *parser) unescapeUnicode(t token, s string) string {
	i := strings.Index(s, `\u`)
	if i < 0 {
		return s
	}
	var units []uint16
	for ; i >= 0; i = strings.Index(s, `\u`) {
		units = append(units, encodeUTF16(s[:i])...)
		end := min(i+6, len(s))
		n, err := strconv.ParseUint(s[i+2:end], 16, 16)
		if err != nil || end != i+6 {
			p.fail(t.pos, `bad "\u" in a string`)
		}
		units = append(units, uint16(n))
		s = s[end:]
	}
	return decodeUTF16(append(units, encodeUTF16(s)...))
}
