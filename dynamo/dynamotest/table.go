package dynamotest

import (
	"fmt"
	"regexp"
	"time"
)

// A Table declares a table for [New]: its name and its primary key. Sort is
// the zero Attr where the key is a partition key only.
type Table struct {
	Name      string
	Partition Attr
	Sort      Attr
}

// An Attr is a key attribute. Type is "S", "N" or "B", as in DynamoDB's
// AttributeDefinitions.
type Attr struct {
	Name string
	Type string
}

// S is a string key attribute.
func S(name string) Attr { return Attr{Name: name, Type: "S"} }

// N is a number key attribute.
func N(name string) Attr { return Attr{Name: name, Type: "N"} }

// B is a binary key attribute.
func B(name string) Attr { return Attr{Name: name, Type: "B"} }

// keyAttr is a key attribute in the engine.
type keyAttr struct {
	name string
	kind kind
}

// A table is the engine's: schema and rows. The DB's lock guards it.
type table struct {
	name      string
	keys      []keyAttr // partition, then sort where there is one
	rows      tree
	bytes     int
	created   time.Time
	billing   string
	read      int64
	write     int64
	protected bool
	id        string
}

var tableName = regexp.MustCompile(`^[a-zA-Z0-9_.-]{3,255}$`)

// build makes the engine's table, or says what is wrong with the declaration.
func (t Table) build(now time.Time) (*table, error) {
	if !tableName.MatchString(t.Name) {
		return nil, fmt.Errorf("table name %q: want 3 to 255 of a-z, A-Z, 0-9, '_', '-' and '.'", t.Name)
	}
	b := &table{name: t.Name, created: now, billing: "PAY_PER_REQUEST", id: requestID()}
	for i, a := range []Attr{t.Partition, t.Sort} {
		if i == 1 && a == (Attr{}) {
			break
		}
		k := kindOf(a.Type)
		if a.Name == "" || k == kindInvalid || k > kindB {
			return nil, fmt.Errorf("table %q: key attribute %q of type %q: want a name and one of S, N and B", t.Name, a.Name, a.Type)
		}
		b.keys = append(b.keys, keyAttr{a.Name, k})
	}
	if len(b.keys) == 2 && b.keys[0].name == b.keys[1].name {
		return nil, fmt.Errorf("table %q: %q is both partition and sort key", t.Name, t.Sort.Name)
	}
	return b, nil
}

// put stores an item, delete removes one; both keep the table's size.
func (t *table) put(k rowKey, it item) {
	if old, ok := t.rows.get(k); ok {
		t.bytes -= old.size
	}
	r := row{item: it, size: it.size()}
	t.bytes += r.size
	t.rows.set(k, r)
}

func (t *table) delete(k rowKey) {
	if old, ok := t.rows.get(k); ok {
		t.bytes -= old.size
		t.rows.delete(k)
	}
}

// isKey tells whether an attribute belongs to the primary key.
func (t *table) isKey(name string) bool {
	return name == t.keys[0].name || len(t.keys) == 2 && name == t.keys[1].name
}

func (t *table) arn() string { return "arn:aws:dynamodb:local:000000000000:table/" + t.name }
