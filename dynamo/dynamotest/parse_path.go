package dynamotest

import "strconv"

// parsePath reads a document path: name(.name|[index])*.
func (p *parser) parsePath() path {
	var steps path
	steps = append(steps, p.parseName())
	for p.syntax == "" {
		switch {
		case p.accept("."):
			steps = append(steps, p.parseName())
		case p.accept("["):
			steps = append(steps, p.parseIndex())
			p.expect("]")
		default:
			if len(steps) > maxPath {
				p.note(classLimit, "The document path has too many nesting levels; nesting levels: "+strconv.Itoa(len(steps)))
			}
			return steps
		}
	}
	return path{{name: "?"}}
}

func (p *parser) parseName() step {
	t := p.peek()
	switch {
	case t.kind == tokenName:
		p.next()
		return step{name: p.resolveName(t.text)}
	case t.kind != tokenIdent || isKeyword(t.text):
		p.fail()
		return step{name: "?"}
	}
	p.next()
	if reserved(t.text) {
		class := classReserved1
		if p.condition {
			class = classReserved
		}
		p.note(class, "Attribute name is a reserved keyword; reserved keyword: "+t.text)
	}
	return step{name: t.text}
}

func (p *parser) parseIndex() step {
	t := p.peek()
	if t.kind != tokenNumber {
		p.fail()
		return step{}
	}
	p.next()
	i, err := strconv.ParseInt(t.text, 10, 32)
	if err != nil {
		p.note(classLimit, "List index is not within the allowable range; index: ["+t.text+"]")
	}
	return step{index: int(i)}
}

func (p *parser) resolveName(placeholder string) string {
	name, ok := p.holders.names[placeholder]
	if !ok {
		p.undefined(className, "An expression attribute name used in the document path is not defined; attribute name: "+placeholder)
		return placeholder
	}
	p.holders.usedNames[placeholder] = true
	return validText(name)
}

// parseValue reads a :placeholder. An undefined one has no type.
func (p *parser) parseValue() *expr {
	t := p.next()
	v, ok := p.holders.values[t.text]
	if !ok {
		p.undefined(classValue, "An expression attribute value used in expression is not defined; attribute value: "+t.text)
	} else {
		p.holders.usedValues[t.text] = true
	}
	return &expr{kind: exprValue, name: t.text, value: v}
}

// undefined notes a missing placeholder; in a condition it competes with the
// other problems of that condition only.
func (p *parser) undefined(class faultClass, message string) {
	if p.condition {
		p.suspect(className, message)
		return
	}
	p.note(class, message)
}

// suspect notes a problem of the condition being parsed; see settle.
func (p *parser) suspect(class faultClass, message string) {
	if p.pending == nil {
		p.pending = map[faultClass]string{}
	}
	if p.pending[class] == "" {
		p.pending[class] = message
	}
}

// settle ends a condition: of its problems the first by class counts.
func (p *parser) settle() {
	for _, class := range []faultClass{className, classOperand, classOverlap, classFunction} {
		if m := p.pending[class]; m != "" {
			p.note(classCondition, m)
			return
		}
	}
}

// A projection is the list of paths of a ProjectionExpression.
func parseProjection(source string, holders *placeholders) (paths []path, f *fault) {
	f = parse("ProjectionExpression", source, holders, func(p *parser) {
		for {
			paths = p.claim(paths, p.parsePath())
			if !p.accept(",") {
				return
			}
		}
	})
	return paths, f
}

// claim adds a path to those of one expression, which must keep clear of each
// other. After the first that does not, there is nothing left to find.
func (p *parser) claim(paths []path, q path) []path {
	if p.faults[classOverlap] != "" {
		return paths
	}
	for _, other := range paths {
		class, word := classOverlap, other.clash(q)
		if word == "" {
			continue
		}
		if word == "conflict" {
			class = classConflict
		}
		p.note(class, "Two document paths "+word+" with each other; must remove or rewrite one of these paths; path one: "+
			other.String()+", path two: "+q.String())
		break
	}
	return append(paths, q)
}
