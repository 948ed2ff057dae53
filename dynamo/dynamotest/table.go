package dynamotest

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A Table declares a table for [New]: its name, its primary key and its
// secondary indexes. Sort is the zero Attr where the key is a partition key only.
type Table struct {
	Name      string
	Partition Attr
	Sort      Attr
	Indexes   []Index
}

// An Index declares a secondary index: a global one, with a key of its own, or
// a Local one, which has the table's partition key (Partition may be left out)
// and another sort key.
type Index struct {
	Name      string
	Local     bool
	Partition Attr
	Sort      Attr
	// Projection is "ALL" (also if it is empty), "KEYS_ONLY", or "INCLUDE" for
	// the keys and the attributes in Include.
	Projection string
	Include    []string
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
	name     string
	keys     []keyAttr // partition, then sort where there is one
	indexes  []*index  // in the order in which they were made
	sorted   []*index  // the same by name
	defined  []keyAttr // AttributeDefinitions, in the order of the request
	rows     tree
	bytes    int
	id       string
	created  time.Time
	settling settling
	settings settings
	tags     []tag
	ttl      timeToLive
	stream   *stream // the latest, nil for none
}

var tableName = regexp.MustCompile(`^[a-zA-Z0-9_.-]{3,255}$`)

// request is the CreateTable request for the table, or says what is wrong with
// the declaration.
func (t Table) request() (*createTableRequest, error) {
	if !tableName.MatchString(t.Name) {
		return nil, fmt.Errorf("table name %q: want 3 to 255 of a-z, A-Z, 0-9, '_', '-' and '.'", t.Name)
	}
	r := &createTableRequest{TableName: &t.Name, BillingMode: "PAY_PER_REQUEST"}
	var err error
	if r.KeySchema, err = r.keySchema(t.Partition, t.Sort); err != nil {
		return nil, fmt.Errorf("table %q: %w", t.Name, err)
	}
	if t.Partition.Name == t.Sort.Name {
		return nil, fmt.Errorf("table %q: %q is both partition and sort key", t.Name, t.Sort.Name)
	}
	for _, x := range t.Indexes {
		if err := r.addIndex(t, x); err != nil {
			return nil, fmt.Errorf("table %q: index %q: %w", t.Name, x.Name, err)
		}
	}
	for _, check := range []func() *fault{r.constrain, r.check} {
		if f := check(); f != nil {
			return nil, fmt.Errorf("table %q: %s", t.Name, f.message)
		}
	}
	return r, nil
}

// keySchema is the key of a table or index, whose attributes it defines.
func (r *createTableRequest) keySchema(attrs ...Attr) (schema []keyElement, err error) {
	role := "HASH"
	for i, a := range attrs {
		if i == 1 && a == (Attr{}) {
			break
		}
		if a.Name == "" || !slices.Contains([]string{"S", "N", "B"}, a.Type) {
			return nil, fmt.Errorf("key attribute %q of type %q: want a name and one of S, N and B", a.Name, a.Type)
		}
		if err := r.define(a); err != nil {
			return nil, err
		}
		schema = append(schema, keyElement{&a.Name, new(role)})
		role = "RANGE"
	}
	return schema, nil
}

func (r *createTableRequest) define(a Attr) error {
	for _, d := range r.AttributeDefinitions {
		if *d.AttributeName == a.Name {
			if *d.AttributeType != a.Type {
				return fmt.Errorf("attribute %q has type %s here and %s elsewhere", a.Name, a.Type, *d.AttributeType)
			}
			return nil
		}
	}
	r.AttributeDefinitions = append(r.AttributeDefinitions, attributeDefinition{&a.Name, &a.Type})
	return nil
}

func (r *createTableRequest) addIndex(t Table, x Index) (err error) {
	spec := indexSpec{IndexName: &x.Name, Projection: &projectionSpec{ProjectionType: &x.Projection, NonKeyAttributes: x.Include}}
	if x.Projection == "" {
		spec.Projection.ProjectionType = new("ALL")
	}
	if x.Local {
		if x.Partition == (Attr{}) {
			x.Partition = t.Partition
		}
		if x.Sort == (Attr{}) {
			return errors.New("a local index needs a sort key")
		}
	}
	if spec.KeySchema, err = r.keySchema(x.Partition, x.Sort); err != nil {
		return err
	}
	if x.Local {
		r.LocalSecondaryIndexes = append(r.LocalSecondaryIndexes, spec)
	} else {
		r.GlobalSecondaryIndexes = append(r.GlobalSecondaryIndexes, spec)
	}
	return nil
}

// put stores a row, delete removes one; both keep the indexes, the table's
// size and the times of expiry.
func (t *table) put(k rowKey, r row) {
	old, _ := t.rows.get(k)
	t.bytes += r.size - old.size
	t.rows.set(k, r)
	t.follow(k, old.item, r.item)
}

func (t *table) delete(k rowKey) {
	if old, ok := t.rows.get(k); ok {
		t.bytes -= old.size
		t.rows.delete(k)
		t.follow(k, old.item, nil)
	}
}

func (t *table) follow(k rowKey, before, after item) {
	for _, x := range t.indexes {
		x.replace(t, before, after)
	}
	t.ttl.follow(k, before, after)
}

// addIndex adds an index with the rows that the table has. Items with a key of
// another type are not in it.
func (t *table) addIndex(x *index) {
	x.projectKeys(t)
	t.rows.ascend(rowKey{}, func(_ rowKey, r row) bool {
		x.replace(t, nil, r.item)
		return true
	})
	t.indexes = append(t.indexes, x)
	t.sortIndexes()
}

func (t *table) sweepIndexes(gone func(*index) bool) {
	if slices.ContainsFunc(t.indexes, gone) {
		t.indexes = slices.DeleteFunc(t.indexes, gone)
		t.sortIndexes()
		t.undefine()
	}
}

func (t *table) sortIndexes() {
	t.sorted = slices.Clone(t.indexes)
	slices.SortFunc(t.sorted, func(a, b *index) int { return strings.Compare(a.name, b.name) })
}

// index finds an index by its name, nil for none.
func (t *table) index(name string) *index {
	i := slices.IndexFunc(t.indexes, func(x *index) bool { return x.name == name })
	if i < 0 {
		return nil
	}
	return t.indexes[i]
}

// isKey tells whether an attribute belongs to the primary key.
func (t *table) isKey(name string) bool {
	return name == t.keys[0].name || len(t.keys) == 2 && name == t.keys[1].name
}

// hasLocal tells whether the table has item collections: a local index.
func (t *table) hasLocal() bool {
	return slices.ContainsFunc(t.indexes, func(x *index) bool { return !x.global })
}

const arnPrefix = "arn:aws:dynamodb:us-east-1:000000000000:table/"

func (t *table) arn() string { return arnPrefix + t.name }
