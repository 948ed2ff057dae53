package dynamotest

import "slices"

// A view is what Query and Scan read: a table, or one of its indexes.
type view struct {
	table *table
	index *index // nil for the table itself
}

const msgNoIndex = "The table does not have the specified index"

// view finds what a request is to read.
func (db *DB) view(table string, index *string) (view, *fault) {
	t, f := db.table(table)
	if f != nil || index == nil {
		return view{table: t}, f
	}
	x := t.index(*index)
	if x != nil && x.settling.status != "" {
		switch db.status(x.settling) {
		case statusCreating:
			return view{}, validation("Cannot read from backfilling global secondary index: %s", *index)
		case statusDeleting, statusGone:
			x = nil
		}
	}
	if x == nil {
		return view{}, validation(msgNoIndex+": %s", *index)
	}
	return view{t, x}, nil
}

func (v view) keys() []keyAttr {
	if v.index != nil {
		return v.index.keys
	}
	return v.table.keys
}

func (v view) rows() *tree {
	if v.index != nil {
		return &v.index.rows
	}
	return &v.table.rows
}

// keyOf is the key of an item, as LastEvaluatedKey: an index's also has the table's.
func (v view) keyOf(it item) item {
	key := v.table.keyOf(it)
	if v.index != nil {
		for _, k := range v.index.keys {
			key[k.name] = it[k.name]
		}
	}
	return key
}

// rowKey is where an ExclusiveStartKey that has passed checkStart lies.
func (v view) rowKey(start item) rowKey {
	if v.index == nil {
		return v.table.rowKey(start)
	}
	k, _ := v.index.rowKey(v.table, start)
	return k
}

// sorts is the range of rows of a partition that a condition on the sort key
// leaves; all of them where there is no condition.
func (v view) sorts(c *keyCondition) span {
	switch {
	case c == nil:
		return span{high: beyond}
	case v.index == nil:
		return c.span(func(sort string) string { return sort }, "", "\x00")
	}
	return c.span(escapePart, partEnd, afterPart)
}

// checkStart checks an ExclusiveStartKey against the keys of the view.
func (v view) checkStart(start item) *fault {
	if v.index == nil {
		return v.table.checkStart(start)
	}
	if len(start) != len(v.keyOf(start)) {
		return validation(msgStartKey)
	}
	for i, k := range v.index.keys {
		value, ok := start[k.name]
		switch {
		case !ok:
			return validation(msgStartKey)
		case v.table.isKey(k.name):
		case value.kind != k.kind:
			return validation(msgKeySchema)
		default:
			if f := checkKeyValue(k, value, i == 0); f != nil {
				return validation("%s: %s", msgStartKey, f.message)
			}
		}
	}
	key := item{}
	for _, k := range v.table.keys {
		if value, ok := start[k.name]; ok {
			key[k.name] = value
		}
	}
	return v.table.checkStart(key)
}

// checkReads rejects what an index cannot give.
func (v view) checkReads(p *page, selected string) *fault {
	x := v.index
	if x == nil {
		return nil
	}
	switch {
	case x.global && p.consistent:
		return validation("Consistent reads are not supported on global secondary indexes")
	case x.global && selected == "ALL_ATTRIBUTES" && x.kept != nil:
		return validation(msgInvalid+"Select type ALL_ATTRIBUTES is not supported for global secondary index %s because its projection type is not ALL", x.name)
	}
	if missing := x.missing(p.projection.attributes()); x.global && len(missing) > 0 {
		return validation(msgInvalid+"Global secondary index %s does not project %s", x.name, bracketed(missing))
	}
	if missing := x.missing(p.filter.attributes()); len(missing) > 0 {
		return validation(msgInvalid+"Secondary index %s does not project one or more filter attributes: %s", x.name, bracketed(missing))
	}
	return nil
}

// missing are those of the given attributes that the index does not keep, sorted.
func (x *index) missing(names map[string]bool) (missing []string) {
	for name := range names {
		if x.kept != nil && x.kept.names[name] == nil {
			missing = append(missing, name)
		}
	}
	slices.Sort(missing)
	return missing
}
