package vtl

import (
	"math/big"
)

// The values of a template are Java's. They are kept in an any that holds one of
//
//	nil         null
//	string      String
//	bool        Boolean
//	int32       Integer
//	int64       Long
//	*big.Int    BigInteger
//	float64     Double
//	*decimal    BigDecimal
//	char        Character
//	*list       ArrayList, json-smart's JSONArray, String[], the sets and collections that maps hand out
//	*dict       LinkedHashMap
//	*entry      Map.Entry
//	*cursor     Iterator
//	*scope      $foreach
//	*blockValue what #define makes
//	class       Class
//	*inputObject, *utilObject
//
// and told apart by type switches: no Go value is inspected by reflection, so a template reaches nothing else.

// char is one UTF-16 code unit.
type char uint16

type class string

type listKind uint8

const (
	arrayList   listKind = iota // prints [a, b]
	jsonArray                   // prints ["a","b"]
	javaArray                   // String[]: prints its type
	objectArray                 // Object[]: so does this
	mapView                     // what keySet, values and entrySet return: not a list
)

func (k listKind) isArray() bool { return k == javaArray || k == objectArray }

// family tells the classes apart that never equal each other.
func (k listKind) family() listKind {
	if k == jsonArray {
		return arrayList
	}
	return k
}

type list struct {
	kind  listKind
	items []any
	mods  int   // changes of the list's size, which a loop over it does not survive
	view  *dict // the map whose keys, values or entries these are
}

type pair struct{ key, val any }

// entry is Map.Entry: it sees what its map holds.
type entry struct {
	pair
	of *dict
}

func (e *entry) value() any {
	if v, ok := e.of.get(e.key); ok {
		return v
	}
	return e.val
}

func stringsOf(kind listKind, ss []string) *list {
	l := &list{kind: kind, items: make([]any, len(ss))}
	for i, s := range ss {
		l.items[i] = s
	}
	return l
}

type dictKind uint8

const (
	linkedMap  dictKind = iota
	contextMap          // $context and the maps in it print nothing
)

// writes are the keys that a template has put into a map of overrides, and those that it has put again.
type writes struct {
	override string // "requestOverride" or "responseOverride"
	part     string // "header" and the like, "" for the override itself
	of       *dict
	known    map[any]bool // true for those in twice
	twice    []any
}

func (w *writes) name() string {
	if w.part == "" {
		return w.override
	}
	return w.override + "." + w.part
}

func (w *writes) note(key any) {
	again, found := w.known[key]
	if w.known == nil {
		w.known = make(map[any]bool)
	}
	w.known[key] = found
	if found && !again {
		w.twice = append(w.twice, key)
	}
}

// dict is a map that keeps the order of its keys. It is searched one by one while small; of a larger one, an index is made
// when it is first searched.
type dict struct {
	kind    dictKind
	entries []pair
	index   map[any]int
	mods    int     // changes of the map's size
	writes  *writes // of a map of overrides, else nil
}

const smallDict = 16

// bigKey makes equal BigIntegers equal as keys.
type bigKey string

func keyOf(k any) any {
	if b, ok := k.(*big.Int); ok {
		return bigKey(b.String())
	}
	return k
}

func (d *dict) find(key any) int {
	if len(d.entries) > smallDict {
		if d.index == nil {
			d.reindex()
		}
		if i, ok := d.index[keyOf(key)]; ok {
			return i
		}
		return -1
	}
	if s, ok := key.(string); ok {
		for i := range d.entries {
			if k, ok := d.entries[i].key.(string); ok && k == s {
				return i
			}
		}
		return -1
	}
	key = keyOf(key)
	for i := range d.entries {
		if keyOf(d.entries[i].key) == key {
			return i
		}
	}
	return -1
}

func (d *dict) get(key any) (any, bool) {
	if i := d.find(key); i >= 0 {
		return d.entries[i].val, true
	}
	return nil, false
}

// put returns the value that it replaces.
func (d *dict) put(key, val any) any {
	if d.writes != nil {
		d.writes.note(keyOf(key))
	}
	if i := d.find(key); i >= 0 {
		old := d.entries[i].val
		d.entries[i].val = val
		return old
	}
	d.entries = append(d.entries, pair{key, val})
	d.mods++
	if d.index != nil {
		d.index[keyOf(key)] = len(d.entries) - 1
	}
	return nil
}

func (d *dict) reindex() {
	d.index = make(map[any]int, 2*len(d.entries))
	for i := range d.entries {
		d.index[keyOf(d.entries[i].key)] = i
	}
}

func (d *dict) remove(key any) any {
	i := d.find(key)
	if i < 0 {
		return nil
	}
	old := d.entries[i].val
	d.entries = append(d.entries[:i:i], d.entries[i+1:]...)
	d.mods++
	if d.index != nil {
		delete(d.index, keyOf(key))
		for k, at := range d.index {
			if at > i {
				d.index[k] = at - 1
			}
		}
	}
	return old
}

func (r *renderer) keys(d *dict) *list {
	l := r.memory.view(d, len(d.entries))
	for i := range d.entries {
		l.items[i] = d.entries[i].key
	}
	return l
}

func (r *renderer) values(d *dict) *list {
	l := r.memory.view(d, len(d.entries))
	for i := range d.entries {
		l.items[i] = d.entries[i].val
	}
	return l
}

func (r *renderer) pairs(d *dict) *list {
	l := r.memory.view(d, len(d.entries))
	for i := range d.entries {
		l.items[i] = &entry{d.entries[i], d}
	}
	return l
}

func (d *dict) clear() {
	d.entries, d.index = nil, nil
	d.mods++
}

// className is Java's name of a value's class.
func className(v any) string {
	switch v := v.(type) {
	case string:
		return "java.lang.String"
	case bool:
		return "java.lang.Boolean"
	case int32:
		return "java.lang.Integer"
	case int64:
		return "java.lang.Long"
	case float64:
		return "java.lang.Double"
	case char:
		return "java.lang.Character"
	case *big.Int:
		return "java.math.BigInteger"
	case *decimal:
		return "java.math.BigDecimal"
	case *dict:
		return "java.util.LinkedHashMap"
	case *list:
		switch v.kind {
		case jsonArray:
			return "net.minidev.json.JSONArray"
		case javaArray:
			return "[Ljava.lang.String;"
		case objectArray:
			return "[Ljava.lang.Object;"
		case mapView:
			return "java.util.LinkedHashMap$LinkedKeySet"
		}
		return "java.util.ArrayList"
	}
	return ""
}
