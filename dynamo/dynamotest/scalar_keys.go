package dynamotest

import "slices"

// Key attributes are scalars, so no path of a condition, filter, projection or
// right-hand side may lead into one. Only a table knows which attributes these
// are; the checks come before any item is read.

func (t *table) checkScalar(p path) *fault {
	if len(p) == 1 {
		return nil
	}
	return t.checkNotKey(p[0].name)
}

// checkNotKey rejects an attribute that is a key of the table or of an index.
func (t *table) checkNotKey(name string) *fault {
	const message = "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: %s: %s"
	if t.isKey(name) {
		return validation(message, "Key", name)
	}
	for _, x := range t.indexes {
		if slices.Contains(keyNames(x.keys), name) {
			return validation(message, "IndexKey", name)
		}
	}
	return nil
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
	for _, k := range t.defined {
		if sub := p.names[k.name]; sub != nil && !sub.whole {
			if f := t.checkNotKey(k.name); f != nil {
				return f
			}
		}
	}
	return nil
}

func (p *page) checkScalars() *fault {
	if f := p.filter.checkScalars(p.view.table); f != nil {
		return f
	}
	return p.projection.checkScalars(p.view.table)
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

// attributes are the top-level attributes that an expression reads.
func (e *expr) attributes() map[string]bool {
	names := map[string]bool{}
	e.addAttributes(names)
	return names
}

func (e *expr) addAttributes(names map[string]bool) {
	if e == nil {
		return
	}
	if e.kind == exprPath {
		names[e.path[0].name] = true
	}
	for _, a := range e.args {
		a.addAttributes(names)
	}
}

// attributes are the top-level attributes that a projection keeps parts of.
func (p *projection) attributes() map[string]bool {
	names := map[string]bool{}
	if p != nil {
		for name := range p.names {
			names[name] = true
		}
	}
	return names
}
