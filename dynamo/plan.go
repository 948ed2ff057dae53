package dynamo

import (
	"encoding"
	"errors"
	"math"
	"math/big"
	"reflect"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lambdarest/lambdarest/internal/jsonscan"
)

// What the codec knows of a type.
//
// A plan says how values of one Go type, under one set of tag options, are
// stored. The plans of an item type are made once, in New, and never change;
// types that contain themselves have plans that do. Decoding and encoding walk
// plans and values side by side, by reflection: what it costs beside reading the
// JSON and making the strings is too little to be worth unsafe.

// shape is the kind of Go type, as far as it matters for storing.
type shape uint8

const (
	shapeNothing   shape = iota // channels, functions, complex numbers: left out, and nothing fits
	shapeString                 // string kinds
	shapeNumber                 // string kinds with the methods of json.Number
	shapeBool                   // bool kinds
	shapeInt                    // signed integers
	shapeUint                   // unsigned integers, but uintptr
	shapeFloat                  // floats
	shapeTime                   // what converts to time.Time
	shapeBigInt                 // big.Int
	shapeBigFloat               // big.Float
	shapeBytes                  // slices of byte kinds
	shapeByteArray              // arrays of byte kinds
	shapeSlice                  // other slices
	shapeArray                  // other arrays
	shapeMap
	shapeStruct
	shapePointer
	shapeInterface
)

// plan is how values of one type are stored under one set of tag options.
type plan struct {
	typ   reflect.Type
	shape shape
	opts  avOptions

	plain      bool // a string kind without methods or options, the most frequent of all
	unmarshals bool // *typ is an unmarshaler
	marshals   bool // typ is a marshaler
	marshalsAt bool // *typ is one

	elem   *plan // of pointers, slices, arrays, maps: as stored
	bare   *plan // the same without options of the tag: as elements are read
	key    *mapKey
	fields []planField
	byName map[string]int // attribute name → index in fields
	quick  [64]uint8      // hash of an attribute name → index in fields, plus 1

	dynamic *dynamicPlans // of interfaces: what they may hold
}

// planField is one field of a struct, embedded ones resolved.
type planField struct {
	attr  string
	index []int // through embedded structs
	plan  *plan

	quoted []byte // "attr":
}

// marshaler and unmarshaler are attributevalue.Marshaler and
// attributevalue.Unmarshaler: types that do their own encoding and decoding.
type (
	marshaler interface {
		MarshalDynamoDBAttributeValue() (types.AttributeValue, error)
	}
	unmarshaler interface {
		UnmarshalDynamoDBAttributeValue(types.AttributeValue) error
	}
)

var (
	unmarshalerType     = reflect.TypeFor[unmarshaler]()
	textMarshalerType   = reflect.TypeFor[encoding.TextMarshaler]()
	textUnmarshalerType = reflect.TypeFor[encoding.TextUnmarshaler]()
	bigIntType          = reflect.TypeFor[big.Int]()
	bigFloatType        = reflect.TypeFor[big.Float]()
	binarySetType       = reflect.TypeFor[[][]byte]()
)

// planKey is what a plan depends on.
type planKey struct {
	typ  reflect.Type
	opts avOptions
}

// planner makes plans, each once, so that types may contain themselves.
type planner struct {
	known   []*plan // few
	dynamic *dynamicPlans
}

// planOf makes the plan of a type and all that it needs. The error names the
// field that cannot be stored.
func planOf(t reflect.Type, opts avOptions) (*plan, error) {
	return (&planner{dynamic: new(dynamicPlans)}).plan(t, opts)
}

// dynamicPlans are the plans of types that were met in interfaces. They belong
// to one codec.
type dynamicPlans struct{ known sync.Map }

// of is the plan of a type that an interface holds, which has the options of the
// interface.
func (d *dynamicPlans) of(t reflect.Type, opts avOptions) (*plan, error) {
	key := planKey{t, opts}
	if p, ok := d.known.Load(key); ok {
		return p.(*plan), nil
	}
	p, err := (&planner{dynamic: d}).plan(t, opts)
	if err != nil {
		return nil, err
	}
	d.known.Store(key, p)
	return p, nil
}

func (ps *planner) plan(t reflect.Type, opts avOptions) (*plan, error) {
	for _, known := range ps.known {
		if known.typ == t && known.opts == opts {
			return known, nil
		}
	}
	p := &plan{typ: t, shape: shapeOf(t), opts: opts, dynamic: ps.dynamic}
	ps.known = append(ps.known, p)
	p.marshals = t.Implements(marshalerType)
	p.marshalsAt = t.Name() != "" && t.Kind() != reflect.Pointer && reflect.PointerTo(t).Implements(marshalerType)
	p.unmarshals = t.Name() != "" && t.Kind() != reflect.Interface && reflect.PointerTo(t).Implements(unmarshalerType)
	p.plain = p.shape == shapeString && !p.unmarshals && !opts.has(asString)
	var err error
	switch p.shape {
	case shapePointer:
		p.elem, err = ps.plan(t.Elem(), opts)
		p.bare = p.elem
	case shapeBytes, shapeByteArray, shapeSlice, shapeArray:
		err = ps.elements(p)
	case shapeMap:
		p.key = newMapKey(t.Key())
		err = ps.elements(p)
	case shapeStruct:
		err = ps.fields(p)
	}
	return p, err
}

// elements plans the elements of p: with the options that hold for them when
// they are written, without any when they are read.
func (ps *planner) elements(p *plan) (err error) {
	if p.elem, err = ps.plan(p.typ.Elem(), p.opts.elem()); err != nil {
		return err
	}
	p.bare, err = ps.plan(p.typ.Elem(), 0)
	return err
}

// fields plans the fields of a struct, in the order of their declaration.
func (ps *planner) fields(p *plan) error {
	fields, err := fieldsOf(p.typ)
	if err != nil {
		return err
	}
	sort.Slice(fields, func(i, j int) bool { return slices.Compare(fields[i].index, fields[j].index) < 0 }) // links less than slices.SortFunc
	p.byName = make(map[string]int, len(fields))
	p.fields = make([]planField, len(fields))
	for i, f := range fields {
		if f.opts.has(omitEmpty) && f.opts.has(nullEmpty) {
			return errorf("field %s: the tag options omitempty and nullempty exclude each other", f.path)
		}
		sub, err := ps.plan(f.typ, f.opts)
		if err != nil {
			return inField(f.path, err)
		}
		p.byName[f.attr] = i
		quoted := append(jsonscan.AppendQuote(nil, f.attr), ':')
		p.fields[i] = planField{attr: f.attr, index: f.index, plan: sub, quoted: quoted}
		if i < math.MaxUint8 {
			p.quick[quickHash([]byte(f.attr))] = uint8(i + 1)
		}
	}
	return nil
}

// field is the index of the field with that attribute name, or -1. A few bits of
// the name usually tell which it can be.
func (p *plan) field(name []byte) int {
	if i := int(p.quick[quickHash(name)]) - 1; i >= 0 && p.fields[i].attr == string(name) {
		return i
	}
	if i, ok := p.byName[string(name)]; ok {
		return i
	}
	return -1
}

func quickHash(name []byte) int {
	if len(name) == 0 {
		return 0
	}
	return (len(name) + 7*int(name[0]) + 13*int(name[len(name)-1])) % 64
}

// inField puts the field of the outer struct before the one that err names.
func inField(path string, err error) error {
	if rest, ok := strings.CutPrefix(err.Error(), "field "); ok {
		return errors.New("field " + path + "." + rest)
	}
	return errorf("field %s: %w", path, err)
}

// folded is the index of the first field that name matches but for case, or -1.
func (p *plan) folded(name string) int {
	for i := range p.fields {
		if strings.EqualFold(p.fields[i].attr, name) {
			return i
		}
	}
	return -1
}

func shapeOf(t reflect.Type) shape {
	switch t.Kind() {
	case reflect.Struct:
		switch {
		case t == bigIntType:
			return shapeBigInt
		case t == bigFloatType:
			return shapeBigFloat
		case t.ConvertibleTo(timeType):
			return shapeTime
		}
		return shapeStruct
	case reflect.String:
		if t.Implements(numbererType) {
			return shapeNumber
		}
		return shapeString
	case reflect.Slice, reflect.Array:
		s := shapeSlice
		if t.Elem().Kind() == reflect.Uint8 {
			s = shapeBytes
		}
		if t.Kind() == reflect.Array {
			s++
		}
		return s
	}
	return kindShapes[t.Kind()]
}

// kindShapes are the shapes of kinds of which all types have one.
var kindShapes = [...]shape{
	reflect.Bool: shapeBool,
	reflect.Int:  shapeInt, reflect.Int8: shapeInt, reflect.Int16: shapeInt, reflect.Int32: shapeInt, reflect.Int64: shapeInt,
	reflect.Uint: shapeUint, reflect.Uint8: shapeUint, reflect.Uint16: shapeUint, reflect.Uint32: shapeUint, reflect.Uint64: shapeUint,
	reflect.Float32: shapeFloat, reflect.Float64: shapeFloat,
	reflect.Map: shapeMap, reflect.Pointer: shapePointer, reflect.Interface: shapeInterface,
	reflect.UnsafePointer: shapeNothing,
}

// isNumber tells whether values of that shape are numbers that can be keys.
func (s shape) isNumber() bool { return s.isInteger() || s == shapeFloat || s == shapeNumber }

func (s shape) isBytes() bool { return s == shapeBytes || s == shapeByteArray }

func (s shape) isInteger() bool { return s == shapeInt || s == shapeUint }

// walk finds a field of v. Embedded pointers that are nil are made if make is
// set; otherwise there is no such field, and ok is false.
func (f *planField) walk(v reflect.Value, alloc bool) (_ reflect.Value, ok bool) {
	if len(f.index) == 1 {
		return v.Field(f.index[0]), true
	}
	for i, x := range f.index {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				if !alloc {
					return reflect.Value{}, false
				}
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(x)
	}
	return v, true
}
