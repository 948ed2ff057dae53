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
	list    reflect.Type // a slice of items
	passive bool         // the client's middleware has no interest in items
	bodies  sync.Pool    // of *[]byte
}

func newCodec(s *schema) (*codec, error) {
	p, err := planOf(s.typ, avOptions{})
	if err != nil {
		return nil, errorf("type %v: %w", s.typ, err)
	}
	return &codec{schema: s, plan: p, list: reflect.SliceOf(s.typ)}, nil
}

// encode marshals v, and refuses what DynamoDB would refuse for its form. v must
// be addressable, so that Marshalers with pointer receivers count.
func (c *codec) encode(v reflect.Value) (item, error) {
	av, err := c.plan.encodeAV(v)
	var inner *pathError
	switch {
	case errors.As(err, &inner) && inner.path != "":
		return nil, errorf("attribute %s: %w", inner.path, inner.error)
	case err != nil:
		return nil, err
	}
	m, ok := av.(*types.AttributeValueMemberM)
	if !ok || m == nil {
		return nil, errors.New("the item's own marshaler made no map")
	}
	return m.Value, nil
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
