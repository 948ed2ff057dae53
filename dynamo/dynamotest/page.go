package dynamotest

import "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

// A page collects the rows of one Scan or Query request. It ends with the row
// that reaches the Limit or 1 MB, counting rows before the filter and whole
// items before the projection. Where it ends so, it answers with a
// LastEvaluatedKey, even if there is no further row; the next page is then empty.
type page struct {
	view       view
	fetch      bool // rows of a local index are completed from the table
	consistent bool
	filter     *expr
	projection *projection
	limit      int // 0 for none
	countOnly  bool
	pick       func(item) item // in the place of the projection, of PartiQL

	items   []item
	count   int
	scanned int
	bytes   int
	fetched float64 // units that completing the rows has cost
	last    item    // LastEvaluatedKey
}

// read says what the page is read from, and rejects what that cannot give. An
// index answers what it projects; a local one completes its rows from the table
// where a request wants more.
func (p *page) read(v view, selected string) *fault {
	p.view = v
	if f := p.checkScalars(); f != nil {
		return f
	}
	if f := v.checkReads(p, selected); f != nil {
		return f
	}
	if v.index == nil || v.index.kept == nil {
		return nil
	}
	all := selected == "ALL_ATTRIBUTES"
	p.fetch = all || len(v.index.missing(p.projection.attributes())) > 0
	if p.projection == nil && !all {
		p.projection = v.index.kept
	}
	return nil
}

// add takes a row and tells whether the page goes on.
func (p *page) add(_ rowKey, r row) bool {
	p.scanned++
	p.bytes += r.size
	if p.fetch {
		p.fetched += readUnits(r.item.size(), p.consistent)
	}
	if p.filter.holds(r.item) {
		p.count++
		if !p.countOnly {
			p.items = append(p.items, p.answer(r.item))
		}
	}
	if p.bytes >= maxPageSize || p.scanned == p.limit {
		p.last = p.view.keyOf(r.item)
		return false
	}
	return true
}

// answer is what the page answers of an item.
func (p *page) answer(it item) item {
	if p.pick != nil {
		return p.pick(it)
	}
	return p.projection.of(it)
}

// result is the page with what it has consumed.
func (p *page) result(consumed string) *pageResult {
	c := newCapacity(consumed, p.view.table.name)
	c.chargeRead(p, p.consistent)
	return &pageResult{page: *p, capacity: c}
}

type pageResult struct {
	page
	capacity *capacity
}

func (r *pageResult) appendWire(b []byte) []byte {
	o := object{append(b, '{')}
	if !r.countOnly {
		o.items("Items", r.items)
	}
	o.int("Count", r.count)
	o.int("ScannedCount", r.scanned)
	o.item("LastEvaluatedKey", r.last)
	o.capacity(r.capacity)
	return append(o.b, '}')
}

// sdk is the Items member of an SDK output: nil for Select COUNT, as from the wire.
func (p *page) sdk() []map[string]types.AttributeValue {
	if p.countOnly {
		return nil
	}
	return sdkItems(p.items)
}

// checkSelect checks Select against the other members that say what to return.
func checkSelect(selected string, what projected, index *string) *fault {
	given := present([]parameter{{"AttributesToGet", what.old != nil}, {"ProjectionExpression", what.text != nil}})
	switch {
	case selected == "SPECIFIC_ATTRIBUTES" && given == "":
		return validation("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")
	case selected == "COUNT" && given != "":
		return validation("Cannot specify the %s when choosing to get only the Count", given)
	case selected != "" && selected != "SPECIFIC_ATTRIBUTES" && given != "":
		return validation("Cannot specify the %s when choosing to get %s", given, selected)
	case selected == "ALL_PROJECTED_ATTRIBUTES" && index == nil:
		return validation("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
	}
	return nil
}

// filtered says which rows to answer, in the new way or the old one.
type filtered struct {
	old      conditionSpecs // QueryFilter, ScanFilter
	operator string
	text     *string // FilterExpression
}

// prepare reads what a page is to keep of the rows.
func (p *page) prepare(rows filtered, what projected, holders *placeholders) (f *fault) {
	if rows.text != nil {
		p.filter, f = parseCondition("FilterExpression", *rows.text, holders)
	} else {
		p.filter, f = rows.old.condition(rows.operator, false)
	}
	if f != nil {
		return f
	}
	p.projection, f = what.projection(holders)
	return f
}

const msgStartKey = "The provided starting key is invalid"

// checkStartValues checks the values of an ExclusiveStartKey, before the table is known.
func checkStartValues(start item) *fault {
	switch m := start.fault(); m {
	case "":
		return nil
	case msgEmptyValue, msgManyTypes:
		return validation("%s: %s", msgStartKey, m)
	default:
		return validation("%s", m)
	}
}

// checkStart checks an ExclusiveStartKey against the table's key.
func (t *table) checkStart(start item) *fault {
	if f := t.checkKey(start); f != nil {
		return validation("%s: %s", msgStartKey, f.message)
	}
	return nil
}
