package dynamotest

// Key attributes are scalars, so no path of a condition, filter, projection or
// right-hand side may lead into one. Only a table knows which attributes these
// are; the checks come before any item is read.

func (t *table) checkScalar(p path) *fault {
	if len(p) > 1 && t.isKey(p[0].name) {
		return keyNotScalar(p[0].name)
	}
	return nil
}

func keyNotScalar(name string) *fault {
	return validation("Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: %s", name)
}

// checkScalars checks all paths of an expression. A nil one has none.
func (e *expr) checkScalars(t *table) *fault {
	if e == nil {
		return nil
	}
	if e.kind == exprPath {
		return t.checkScalar(e.path)
	}
	for _, a := range e.args {
		if f := a.checkScalars(t); f != nil {
			return f
		}
	}
	return nil
}

func (p *projection) checkScalars(t *table) *fault {
	if p == nil {
		return nil
	}
	for _, k := range t.keys {
		if sub := p.names[k.name]; sub != nil && !sub.whole {
			return keyNotScalar(k.name)
		}
	}
	return nil
}

func (p *page) checkScalars() *fault {
	if f := p.filter.checkScalars(p.table); f != nil {
		return f
	}
	return p.projection.checkScalars(p.table)
}

// checkScalars checks the paths that a mutation reads. Those that an update
// writes must keep off key attributes altogether; see checkTargets.
func (m *mutation) checkScalars(t *table) *fault {
	if f := m.condition.checkScalars(t); f != nil || m.update == nil {
		return f
	}
	for _, a := range m.update.actions {
		if f := a.value.checkScalars(t); f != nil {
			return f
		}
	}
	return nil
}
