package dynamotest

// A mutation is one write: of PutItem, UpdateItem or DeleteItem, or one
// operation of a batch or a transaction. plan works out what it would do,
// commit does it, so that a transaction can plan all before it commits any.
type mutation struct {
	table     string
	kind      mutationKind
	item      item // put
	key       item // all others
	condition *expr
	update    *update
	returnOld bool // ReturnValuesOnConditionCheckFailure: ALL_OLD
	insert    bool // a put of PartiQL, of a new item only
	batch     bool // of a batch, which words the faults of keys in its own way
}

type mutationKind uint8

const (
	mutatePut mutationKind = iota
	mutateDelete
	mutateUpdate
	mutateNothing // ConditionCheck
)

// A change is a planned mutation.
type change struct {
	table      *table
	key        rowKey
	target     item // has the primary key
	old, after item // nil for no item
	weight     int  // size of after
	size       int  // of the larger
}

func (m *mutation) plan(db *DB) (*change, *fault) {
	t, f := db.table(m.table)
	if f != nil {
		return nil, f
	}
	if f := m.check(t); f != nil {
		return nil, f
	}
	c := &change{table: t, key: t.rowKey(m.target()), target: m.target()}
	r, _ := t.rows.get(c.key)
	c.old, c.size = r.item, r.size
	if m.insert && c.old != nil {
		return nil, &fault{kind: faultDuplicate, message: "Duplicate primary key exists in table"}
	}
	if !m.condition.holds(c.old) {
		return nil, conditionFailed(c.old, m.returnOld)
	}
	if f := m.checkPaths(t); f != nil {
		return nil, f
	}
	if c.after, f = m.result(c.old); f != nil {
		return nil, f
	}
	if f := m.checkUpdated(t, c); f != nil {
		return nil, f
	}
	if !c.after.sound() { // a fault of the engine; nothing may rest on it
		return nil, &fault{kind: faultInternal, message: "the item would hold a value of no type"}
	}
	c.weight = c.after.size()
	c.size = max(c.size, c.weight)
	return c, nil
}

// target is an item with the primary key of the row that the mutation is about.
func (m *mutation) target() item {
	if m.kind == mutatePut {
		return m.item
	}
	return m.key
}

// check checks the mutation against the table's key.
func (m *mutation) check(t *table) *fault {
	if f := m.checkKey(t); f != nil {
		return f
	}
	if f := m.checkScalars(t); f != nil {
		return f
	}
	return m.checkTargets(t)
}

func (m *mutation) checkKey(t *table) *fault {
	if m.kind != mutatePut {
		return t.checkKey(m.key)
	}
	if m.batch && !t.keyFits(m.item) {
		return validation(msgKeySchema)
	}
	if f := t.checkItem(m.item); f != nil {
		return f
	}
	return t.checkIndexKeys(nil, m.item, false)
}

// checkUpdated checks the keys of indexes that an update has written.
func (m *mutation) checkUpdated(t *table, c *change) *fault {
	if m.kind != mutateUpdate || c.after == nil {
		return nil
	}
	return t.checkIndexKeys(c.old, c.after, true)
}

// checkTargets rejects an update of key attributes.
func (m *mutation) checkTargets(t *table) *fault {
	if m.update == nil {
		return nil
	}
	for _, a := range m.update.actions {
		if t.isKey(a.path[0].name) {
			return validation(msgInvalid+"Cannot update attribute %s. This attribute is part of the key", a.path[0].name)
		}
	}
	return nil
}

// checkPaths rejects an update of what is within a key of an index. As on DynamoDB
// Local, the condition comes first.
func (m *mutation) checkPaths(t *table) *fault {
	if m.update == nil {
		return nil
	}
	for _, a := range m.update.actions {
		if f := t.checkScalar(a.path); f != nil {
			return f
		}
	}
	return nil
}

// result is the item as the mutation leaves it.
func (m *mutation) result(old item) (item, *fault) {
	switch m.kind {
	case mutatePut:
		return m.item, nil
	case mutateDelete:
		return nil, nil
	case mutateNothing:
		return old, nil
	}
	base := old
	if base == nil {
		base = m.key
	}
	if m.update == nil {
		return base, nil
	}
	after, f := m.update.apply(base)
	if f != nil {
		return nil, f
	}
	if after.size() > maxItemSize {
		return nil, validation("Item size to update has exceeded the maximum allowed size")
	}
	for _, v := range after {
		if v.depth() > maxNesting {
			return nil, validation(msgNesting)
		}
	}
	return after, nil
}

// commit carries the change out. The caller holds the lock for writing, since
// before plan.
func (c *change) commit(db *DB) {
	if c.after == nil {
		c.table.delete(c.key)
	} else {
		c.table.put(c.key, row{item: c.after, size: c.weight})
	}
	db.record(c.table, c.old, c.after, false)
}

// checkNewItem checks the values and the size of an item that is to be stored.
func checkNewItem(it item) *fault {
	if f := invalidFault(it.fault()); f != nil {
		return f
	}
	if it.size() > maxItemSize {
		return validation("Item size has exceeded the maximum allowed size")
	}
	return nil
}
