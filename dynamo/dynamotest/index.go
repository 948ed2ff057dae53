package dynamotest

import (
	"slices"
	"strings"
)

// An index holds the rows of its table that have all of its key attributes, in
// the order of these. Its rows share their items with the table: what an index
// does not project is left out when it is read, so an index costs a key and a
// pointer a row.
type index struct {
	name       string
	global     bool
	keys       []keyAttr // partition, then sort where there is one
	projection string    // KEYS_ONLY, INCLUDE or ALL
	include    []string  // of INCLUDE, as declared
	kept       *projection
	rows       tree
	bytes      int
	read       int64
	write      int64
	settling   settling
	backfills  bool // was added to a table that there was
}

// projectKeys works out which attributes the index keeps: nil for all.
func (x *index) projectKeys(t *table) {
	if x.kept = nil; x.projection == "ALL" {
		return
	}
	names := append(slices.Clone(x.include), append(keyNames(t.keys), keyNames(x.keys)...)...)
	x.kept = project(convert(names, func(name string) path { return path{{name: name}} }))
}

func keyNames(keys []keyAttr) []string {
	return convert(keys, func(k keyAttr) string { return k.name })
}

// rowKey is where an item lies in the index; ok is false for one that has no
// place in it. Many items may have the same index key, so the table's key
// follows it: their order is that of the table's keys.
func (x *index) rowKey(t *table, it item) (k rowKey, ok bool) {
	if it == nil {
		return k, false
	}
	var sort strings.Builder
	for i, attr := range x.keys {
		v, there := it[attr.name]
		if !there || v.kind != attr.kind {
			return k, false
		}
		if i == 0 {
			k.partition = v.ordered()
			k.hash = hash(k.partition)
		} else {
			writePart(&sort, v.ordered())
		}
	}
	for _, attr := range t.keys {
		writePart(&sort, it[attr.name].ordered())
	}
	k.sort = sort.String()
	return k, true
}

// A sort key of an index is a sequence of parts. A part ends with 00 01, and a
// 00 inside of one is written 00 FF; so sequences compare as their parts do.
const partEnd, afterPart = "\x00\x01", "\x00\x02"

func writePart(b *strings.Builder, part string) {
	b.WriteString(escapePart(part))
	b.WriteString(partEnd)
}

func escapePart(part string) string { return strings.ReplaceAll(part, "\x00", "\x00\xff") }

// replace follows a change of the table's row; nil stands for no item.
func (x *index) replace(t *table, before, after item) {
	was, listed := x.rowKey(t, before)
	is, lists := x.rowKey(t, after)
	if listed {
		x.bytes -= x.size(before)
	}
	if listed && (!lists || was != is) {
		x.rows.delete(was)
	}
	if lists {
		r := row{item: after, size: x.size(after)}
		x.bytes += r.size
		x.rows.set(is, r)
	}
}

// size is what the index's copy of an item weighs.
func (x *index) size(it item) int {
	if x.kept == nil {
		return it.size()
	}
	n := 0
	for name := range x.kept.names {
		if v, ok := it[name]; ok {
			n += len(name) + v.size()
		}
	}
	return n
}

// writes are the write units that a change of a row costs the index: none
// where its copy stays the same, and two writes where the copy moves.
func (x *index) writes(t *table, before, after item) float64 {
	was, listed := x.rowKey(t, before)
	is, lists := x.rowKey(t, after)
	switch {
	case listed && lists && was != is:
		return writeUnits(x.size(before), 0) + writeUnits(x.size(after), 0)
	case listed && lists && x.kept.of(before).equal(x.kept.of(after)):
		return 0
	case listed && lists:
		return writeUnits(x.size(before), x.size(after))
	case listed:
		return writeUnits(x.size(before), 0)
	case lists:
		return writeUnits(x.size(after), 0)
	}
	return 0
}

// checkIndexKeys checks the attributes of an item that are keys of indexes; of
// an update, those that it changes.
func (t *table) checkIndexKeys(before, after item, updated bool) *fault {
	for _, x := range t.sorted {
		for i, k := range x.keys {
			v, ok := after[k.name]
			if !ok || t.isKey(k.name) {
				continue
			}
			if old, had := before[k.name]; updated && had && old.equal(v) {
				continue
			}
			if f := x.checkKey(k, v, i == 0, updated); f != nil {
				return f
			}
		}
	}
	return nil
}

func (x *index) checkKey(k keyAttr, v value, partition, updated bool) *fault {
	kind := map[kind]string{kindS: "string", kindB: "binary"}[v.kind]
	switch {
	case v.kind != k.kind:
		return validation(msgInvalid+"Type mismatch for Index Key %s Expected: %s Actual: %s IndexName: %s", k.name, k.kind, v.kind, x.name)
	case v.kind == kindN:
		return nil
	case v.text == "" && updated:
		return emptyKey("%sThe update expression attempted to update a secondary index key to a value that is not supported. "+
			"The AttributeValue for a key attribute cannot contain an empty %s value.", msgInvalidKeyAttribute, kind)
	case v.text == "":
		return emptyKey("%sA value specified for a secondary index key is not supported. "+
			"The AttributeValue for a key attribute cannot contain an empty %s value. IndexName: %s, IndexKey: %s",
			msgInvalidKeyAttribute, kind, x.name, k.name)
	case partition && len(v.text) > maxPartitionKey:
		return validation(msgInvalid + "Size of hashkey has exceeded the maximum size limit of2048 bytes")
	case !partition && len(v.text) > maxSortKey:
		return validation(msgInvalid + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes")
	}
	return nil
}
