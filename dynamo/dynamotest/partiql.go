package dynamotest

import (
	"encoding/base64"
	"slices"
	"strings"
)

// A sqlRequest is what the three PartiQL operations have of one statement.
type sqlRequest struct {
	Statement                           *string
	Parameters                          []value
	ConsistentRead                      *bool
	ReturnValuesOnConditionCheckFailure string
}

// constrain checks the members of a statement; at is where it stands in the request.
func (r *sqlRequest) constrain(c *constraints, at string) {
	if c.present(at+"statement", r.Statement != nil); r.Statement != nil {
		switch n := len(*r.Statement); {
		case n == 0:
			c.violate("", at+"statement", "Member must have length greater than or equal to 1")
		case n > 8192:
			c.violate(*r.Statement, at+"statement", "Member must have length less than or equal to 8192")
		}
	}
	if r.Parameters != nil && len(r.Parameters) == 0 {
		c.violate("[]", at+"parameters", "Member must have length greater than or equal to 1")
	}
	c.returnOnFailure(r.ReturnValuesOnConditionCheckFailure)
}

func (r *sqlRequest) parse() (*statement, *fault) { return parseStatement(*r.Statement, r.Parameters) }

// tableOf is the table of a statement, for the log of calls; empty for a malformed one.
func (r *sqlRequest) tableOf() string {
	if s, f := parseStatement(deref(r.Statement), r.Parameters); f == nil {
		return s.table
	}
	return ""
}

func (s *statement) reads() bool { return s.verb == "SELECT" }

// conjuncts are the conditions that must all hold.
func (e *expr) conjuncts() []*expr {
	if e == nil {
		return nil
	}
	if e.kind == exprAnd {
		return append(e.args[0].conjuncts(), e.args[1].conjuncts()...)
	}
	return []*expr{e}
}

// all is the condition that all of the given ones hold; nil for none.
func all(conditions []*expr) (e *expr) {
	for _, c := range conditions {
		if e == nil {
			e = c
		} else {
			e = &expr{kind: exprAnd, args: []*expr{e, c}}
		}
	}
	return e
}

// onKey is the condition on a key attribute that a query can use, if e is one.
func (e *expr) onKey(k keyAttr) (keyCondition, bool) {
	if e.kind == exprOr || e.kind == exprNot || e.kind == exprIn {
		return keyCondition{}, false
	}
	c, f := newKeyCondition(e)
	return c, f == nil && c.name == k.name
}

// keyed takes the conditions that a query can use from the others. They are
// none where the partition key is not fixed.
func (s *statement) keyed(keys []keyAttr) (conditions []keyCondition, rest []*expr) {
	rest = s.where.conjuncts()
	for i, k := range keys {
		at := slices.IndexFunc(rest, func(e *expr) bool {
			c, ok := e.onKey(k)
			return ok && (i > 0 || c.op == "=")
		})
		if at < 0 {
			return conditions, rest
		}
		c, _ := rest[at].onKey(k)
		conditions = append(conditions, c)
		rest = slices.Delete(slices.Clone(rest), at, at+1)
	}
	return conditions, rest
}

// key is the primary key that the statement's condition fixes, and the rest of that.
func (s *statement) key(t *table) (key item, rest []*expr, ok bool) {
	conditions, rest := s.keyed(t.keys)
	key = item{}
	for _, c := range conditions {
		if c.op == "=" {
			key[c.name] = c.values[0]
		}
	}
	return key, rest, len(key) == len(t.keys)
}

// mutation is what a statement writes.
func (s *statement) mutation(t *table, r *sqlRequest) (*mutation, *fault) {
	if s.index != "" {
		return nil, validation("This operation is not supported on an index")
	}
	m := &mutation{table: s.table, kind: mutatePut, item: s.item, returnOld: r.ReturnValuesOnConditionCheckFailure == "ALL_OLD"}
	if s.verb == "INSERT" {
		m.insert = true
		if f := checkNewItem(s.item); f != nil {
			return nil, f
		}
		return m, checkSQLKey(t, s.item)
	}
	key, rest, ok := s.key(t)
	if !ok {
		return nil, validation("Where clause does not contain a mandatory equality on all key attributes")
	}
	if f := checkSQLKey(t, key); f != nil {
		return nil, f
	}
	m.key, m.item = key, nil
	switch s.verb {
	case "UPDATE":
		m.kind, m.update, m.condition = mutateUpdate, s.update, s.where
	case "DELETE":
		absent := &expr{kind: exprCall, name: "attribute_not_exists", args: []*expr{{kind: exprPath, path: path{{name: t.keys[0].name}}}}}
		if m.kind = mutateDelete; len(rest) > 0 { // to delete no item never fails
			m.condition = &expr{kind: exprOr, args: []*expr{absent, all(rest)}}
		}
	default:
		m.kind, m.condition = mutateNothing, s.where
	}
	return m, nil
}

// checkSQLKey checks the primary key that a statement gives.
func checkSQLKey(t *table, key item) *fault {
	for _, k := range t.keys {
		switch v, ok := key[k.name]; {
		case !ok:
			return validation("Key attribute should be present in the item: Key %s", k.name)
		case v.kind != k.kind:
			return wrongKeyType(k.name)
		}
	}
	return nil
}

func wrongKeyType(name string) *fault {
	return validation("Key attribute's data type should match its data type in table's schema: Key %s", name)
}

// returned is what RETURNING answers of a change.
func (s *statement) returned(m *mutation, c *change) []item {
	values := map[string]string{"ALL OLD": "ALL_OLD", "ALL NEW": "ALL_NEW", "MODIFIED OLD": "UPDATED_OLD", "MODIFIED NEW": "UPDATED_NEW"}
	if it := m.returned(values[s.returning], c); it != nil {
		return []item{it}
	}
	return []item{}
}

// pick is what SELECT answers of an item: a path's value under its last name.
func (s *statement) pick(it item) item {
	if s.selected == nil {
		return it
	}
	picked := item{}
	for _, at := range s.selected {
		if v, ok := at.find(it); ok {
			picked[lastName(at)] = v
		}
	}
	return picked
}

// lastName is the last name of a path, with the indexes after it.
func lastName(at path) string {
	name, from := "", len(at)-1
	for from > 0 && at[from].name == "" {
		from--
	}
	for _, s := range at[from:] {
		name += s.String()
	}
	return name
}

// page reads a page of what a SELECT finds. The caller holds the lock.
func (s *statement) page(db *DB, limit int, consistent bool, start item) (*page, *fault) {
	var index *string
	if s.index != "" {
		index = &s.index
	}
	v, f := db.view(s.table, index)
	if f != nil && strings.HasPrefix(f.message, msgNoIndex) {
		return nil, validation(msgNoIndex) // which a Query's message names
	}
	if f != nil {
		return nil, f
	}
	if consistent && v.index != nil && v.index.global {
		return nil, validation("Strongly consistent read is not supported on Global Secondary Indexes")
	}
	conditions, rest := s.keyed(v.keys())
	if f := s.checkOrder(v.keys(), conditions); f != nil {
		return nil, f
	}
	for i, c := range conditions {
		if slices.ContainsFunc(c.values, func(given value) bool { return given.kind != v.keys()[i].kind }) {
			return nil, wrongKeyType(c.name)
		}
	}
	p := &page{limit: limit, consistent: consistent, filter: all(rest)}
	if s.selected != nil {
		p.projection, p.pick = project(s.selected), s.pick
	}
	if f := p.read(v, ""); f != nil {
		return nil, f
	}
	if len(conditions) == 0 {
		return p, (&scanRequest{ExclusiveStartKey: start}).collect(p)
	}
	forward := !slices.ContainsFunc(s.order, func(o ordering) bool { return o.descending && o.name != v.keys()[0].name })
	return p, (&queryRequest{ExclusiveStartKey: start, ScanIndexForward: &forward, anyFilter: true}).collect(p, conditions)
}

// checkOrder: ORDER BY is of the key attributes of one partition.
func (s *statement) checkOrder(keys []keyAttr, conditions []keyCondition) *fault {
	switch {
	case s.order == nil:
		return nil
	case s.where == nil:
		return validation("Must have WHERE clause in the statement when using ORDER BY clause.")
	case len(conditions) == 0:
		return validation("Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.")
	}
	for _, o := range s.order {
		if !slices.Contains(keyNames(keys), o.name) {
			return validation("Variable reference %s in ORDER BY clause must be part of the primary key", o.name)
		}
	}
	return nil
}

// unkeyed refuses a SELECT of several statements that may find many items.
func unkeyed(operation string) *fault {
	return validation("Select statements within %s must specify the primary key in the where clause.", operation)
}

// one is the item that a SELECT by the whole key finds, and the stored item's
// size. operation is the one that wants a single item.
func (s *statement) one(db *DB, operation string) (found item, size int, f *fault) {
	t, f := db.table(s.table)
	if f != nil {
		return nil, 0, f
	}
	key, _, ok := s.key(t)
	if !ok {
		return nil, 0, unkeyed(operation)
	}
	if f := checkSQLKey(t, key); f != nil {
		return nil, 0, f
	}
	r, ok := t.rows.get(t.rowKey(key))
	if !ok || !s.where.holds(r.item) {
		return nil, r.size, nil
	}
	return s.pick(r.item), r.size, nil
}

// A NextToken is the key that a page ended with.
func nextToken(last item) string {
	if last == nil {
		return ""
	}
	return base64.StdEncoding.EncodeToString(appendItem([]byte(`{"Key":`), last)) + "="
}

func startOf(token *string) (item, *fault) {
	if token == nil {
		return nil, nil
	}
	text, err := base64.StdEncoding.DecodeString((*token)[:max(0, len(*token)-1)])
	var start struct{ Key item }
	if err != nil || decodeRequest(append(text, '}'), &start) != nil || start.Key == nil || checkStartValues(start.Key) != nil {
		return nil, validation("Invalid NextToken")
	}
	return start.Key, nil
}
