package dynamo

import (
	"errors"
	"fmt"
	"reflect"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// codec turns items of type T into attribute values and back, and reads them
// from what goes over the wire. It is the only place that knows how; see plan.go.
// A codec is safe for concurrent use.
type codec[T any] struct {
	schema  *schema
	plan    *plan
	passive bool      // the client's middleware has no interest in items
	bodies  sync.Pool // of *[]byte
}

func newCodec[T any](s *schema) (*codec[T], error) {
	p, err := planOf(s.typ, avOptions{})
	if err != nil {
		return nil, fmt.Errorf("type %v: %w", s.typ, err)
	}
	return &codec[T]{schema: s, plan: p}, nil
}

// encode marshals v, and refuses what DynamoDB would refuse for its form. It
// takes a pointer so that fields are addressable and Marshalers with pointer
// receivers count.
func (c *codec[T]) encode(v *T) (item, error) {
	av, err := c.plan.encodeAV(reflect.ValueOf(v).Elem())
	var inner *pathError
	switch {
	case errors.As(err, &inner) && inner.path != "":
		return nil, fmt.Errorf("attribute %s: %w", inner.path, inner.error)
	case err != nil:
		return nil, err
	}
	m, ok := av.(*types.AttributeValueMemberM)
	if !ok || m == nil {
		return nil, errors.New("the item's own marshaler made no map")
	}
	return m.Value, nil
}

// decode fills into, which must be a zero T.
func (c *codec[T]) decode(m item, into *T) error {
	for name, av := range m {
		if av == nil {
			return corrupt("attribute %q has no value", name)
		}
	}
	v := reflect.ValueOf(into).Elem()
	if err := c.plan.decodeAV(&types.AttributeValueMemberM{Value: m}, v); err != nil {
		return err
	}
	return c.schema.unfill(v)
}
