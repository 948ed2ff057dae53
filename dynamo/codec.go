package dynamo

import (
	"errors"
	"reflect"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// codec turns items of one type into attribute values and back, and reads them
// from what goes over the wire. It is the only place that knows how; see plan.go.
// A codec is safe for concurrent use.
//
// It works on reflect.Values of the schema's type, not on a type parameter: code
// is linked once for each of those.
type codec struct {
	schema  *schema
	plan    *plan
	keys    []*keyAttr   // of the table and its indexes
	list    reflect.Type // a slice of items; nil if pages are none of its business
	passive bool         // whatever is around the SDK's client has no interest in items

	fromWire bool      // items are decoded from the wire: nobody between here and there sees them
	bodies   sync.Pool // of *[]byte
	lists    sync.Pool // of pointers to lists of items
}

func newCodec(s *schema) *codec {
	return &codec{schema: s, plan: s.plan, keys: s.allKeys()}
}

// encode marshals v, and refuses what DynamoDB would refuse for its form. v must
// be addressable, so that Marshalers with pointer receivers count.
func (c *codec) encode(v reflect.Value) (item, error) {
	av, err := c.plan.encodeAV(v)
	if err != nil {
		return nil, inItem(err)
	}
	m, ok := av.(*types.AttributeValueMemberM)
	if !ok || m == nil {
		return nil, errors.New("the item's own marshaler made no map")
	}
	return m.Value, nil
}

// encodeText is encode, onto the wire.
func (c *codec) encodeText(v reflect.Value) (string, error) {
	room := c.room()
	b, err := c.plan.appendFields(*room, v)
	return c.written(room, b), inItem(err)
}

// inItem names the attribute that an error of encoding is about.
func inItem(err error) error {
	if err == nil {
		return nil
	}
	var inner *pathError
	if errors.As(err, &inner) && inner.path != "" {
		return errorf("attribute %s: %w", inner.path, inner.err)
	}
	return err
}

// keysOf are the attributes of v that are keys of the table and of its indexes, in m if
// that is not nil.
func (c *codec) keysOf(v reflect.Value, m item) (item, error) {
	if m == nil {
		m = make(item, len(c.keys))
	}
	for _, k := range c.keys {
		delete(m, k.name) // clear would link more
		f := &c.plan.fields[c.plan.byName[k.name]]
		fv, ok := f.walk(v, false)
		if !ok {
			continue
		}
		av, err := f.plan.encodeAV(fv)
		if err != nil {
			return nil, inItem(inPath(f.attr, err))
		}
		if av != nil {
			m[k.name] = av
		}
	}
	return m, nil
}

// decode fills into, which must be zero and settable.
func (c *codec) decode(m item, into reflect.Value) error {
	for name, av := range m {
		if av == nil {
			return corrupt("attribute %q has no value", name)
		}
	}
	if err := c.plan.decodeAV(&types.AttributeValueMemberM{Value: m}, into); err != nil {
		return err
	}
	return c.schema.unfill(into)
}
