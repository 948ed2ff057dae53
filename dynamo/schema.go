package dynamo

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// schema is what the tags of a type say about its table. It is read once, in
// [New], and never changes.
type schema struct {
	typ       reflect.Type
	plan      *plan
	fields    []*field
	partition *keyAttr
	sort      *keyAttr   // nil if the table has no sort key
	keys      []*keyAttr // both
	indexes   []*index
	templates []*template

	version, ttl, created, updated *field // nil: none
}

// keyAttr is one attribute of the primary key or of an index's.
type keyAttr struct {
	name   string                    // attribute name
	field  string                    // Go selector, for messages
	index  []int                     // of the Go field, for reflect
	typ    reflect.Type              // of the Go field, without pointers
	scalar types.ScalarAttributeType // S, N or B
	plan   *plan                     // of typ
	max    int                       // bytes allowed by DynamoDB
}

// String names k in messages.
func (k *keyAttr) String() string { return fmt.Sprintf("attribute %q (field %s)", k.name, k.field) }

// isOf tells whether k, which may be nil, is stored from f.
func (k *keyAttr) isOf(f *field) bool { return k != nil && k.field == f.path }

// Key sizes are those of the "Constraints in Amazon DynamoDB" page.
const (
	maxPartitionBytes = 2048
	maxSortBytes      = 1024
	maxAttributeName  = 255
)

var (
	timeType      = reflect.TypeFor[time.Time]()
	marshalerType = reflect.TypeFor[marshaler]()
)

// numberer is what attributevalue takes for a number held in a string.
type numberer interface {
	Float64() (float64, error)
	Int64() (int64, error)
	String() string
}

var (
	_ numberer = json.Number("")
	_ numberer = attributevalue.Number("")

	numbererType = reflect.TypeFor[numberer]()
)

// schemaOf reads the tags of a type. Its errors name it and the field.
func schemaOf(t reflect.Type) (*schema, error) {
	s, err := readSchema(t)
	if err != nil {
		return nil, errorf("type %v: %w", t, err)
	}
	return s, nil
}

func readSchema(t reflect.Type) (*schema, error) {
	if t.Kind() != reflect.Struct {
		return nil, errors.New("an item must be a struct")
	}
	fields, err := fieldsOf(t)
	if err != nil {
		return nil, err
	}
	s := &schema{typ: t, fields: fields}
	for _, f := range fields {
		if !f.keyed {
			continue
		}
		if err := s.addTagged(f); err != nil {
			return nil, errorf("field %s: %w", f.path, err)
		}
	}
	if s.partition == nil {
		return nil, errors.New(`no field has the tag dynamo:"partition"`)
	}
	s.keys = keysOf(s.partition, s.sort)
	if err := s.checkIndexes(); err != nil {
		return nil, err
	}
	if err := s.bindTemplates(); err != nil {
		return nil, err
	}
	if s.plan, err = planOf(t, 0); err != nil {
		return nil, err
	}
	for _, k := range s.allKeys() {
		for k.plan = s.plan.fields[s.plan.byName[k.name]].plan; k.plan.shape == shapePointer; {
			k.plan = k.plan.elem
		}
	}
	return s, nil
}

// addTagged takes one field with a dynamo tag into the schema. The words
// partition and sort are about the table until a word index=NAME comes, and
// about that index afterwards.
func (s *schema) addTagged(f *field) error {
	var ix *index
	for _, word := range strings.Split(f.words, ",") {
		word = strings.TrimSpace(word)
		name, value, _ := strings.Cut(word, "=")
		var err error
		switch {
		case word == "":
			err = errorf("empty word in tag dynamo:%q", f.words)
		case word == "partition" || word == "sort":
			err = s.addKey(f, ix, word)
		case name == "index":
			ix, err = s.indexNamed(value)
		case name == "template":
			err = s.addTemplate(f, value)
		default:
			err = s.addRole(f, word)
		}
		if err != nil {
			return err
		}
	}
	return s.checkRoles(f, ix)
}

// addKey makes f the partition or sort key of the table, or of ix.
func (s *schema) addKey(f *field, ix *index, word string) error {
	slot, limit, of := &s.partition, maxPartitionBytes, "the "
	if ix != nil {
		slot, of = &ix.partition, fmt.Sprintf("index %q's ", ix.name)
	}
	if word == "sort" {
		slot, limit = &s.sort, maxSortBytes
		if ix != nil {
			slot = &ix.sort
		}
	}
	if *slot != nil {
		return errorf("field %s is %s%s key already", (*slot).field, of, word)
	}
	k, err := keyAttrOf(f)
	if err != nil {
		return err
	}
	k.max = limit
	*slot = k
	p, q := s.partition, s.sort
	if ix != nil {
		p, q = ix.partition, ix.sort
	}
	if p != nil && q != nil && p.field == q.field {
		return errors.New("one field cannot be both the partition and the sort key")
	}
	return nil
}

func keyAttrOf(f *field) (*keyAttr, error) {
	if n := len(f.attr); n > maxAttributeName {
		return nil, errorf("the attribute name has %d bytes, a key's may have %d", n, maxAttributeName)
	}
	k := &keyAttr{name: f.attr, field: f.path, index: f.index, typ: base(f.typ)}
	switch s := ownShape(k.typ); {
	case s == shapeString, s.isNumber() && f.opts.has(asString):
		k.scalar = types.ScalarAttributeTypeS
	case s.isNumber(), s == shapeTime && f.opts.has(unixTime):
		k.scalar = types.ScalarAttributeTypeN
	case s == shapeBytes, s == shapeByteArray:
		k.scalar = types.ScalarAttributeTypeB
	case s == shapeTime:
		return nil, errorf("type %v cannot be a key as RFC 3339 text, which neither sorts by time nor is the same for equal times: "+
			"store seconds with the tag dynamodbav:%q, or use a string in a fixed layout and zone", f.typ, f.attr+",unixtime")
	case !isMarshaler(k.typ):
		return nil, errorf("type %v cannot be a key: it is stored as none of S, N and B", f.typ)
	default:
		av, err := reflect.New(k.typ).Interface().(marshaler).MarshalDynamoDBAttributeValue()
		if err != nil {
			return nil, errorf("the zero value of %v cannot be marshalled, so the kind of key is not known: %w", f.typ, err)
		}
		if k.scalar, _ = scalarOf(av); k.scalar == "" {
			return nil, errorf("the zero value of %v is marshalled to none of S, N and B, so the kind of key is not known", f.typ)
		}
	}
	return k, nil
}

// ownShape is the shape of a type, shapeNothing for one that encodes itself.
func ownShape(t reflect.Type) shape {
	if isMarshaler(t) {
		return shapeNothing
	}
	return shapeOf(t)
}
