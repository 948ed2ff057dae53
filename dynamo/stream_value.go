package dynamo

import (
	"encoding/json"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// streamValue is an attribute value as the JSON of an event has it: an object
// with one member, named for the type.
type streamValue struct{ av types.AttributeValue }

var errStreamValue = errors.New("an attribute value must have one type, and a value of that")

// UnmarshalJSON reads one value. Its errors show names of types and no values.
func (v *streamValue) UnmarshalJSON(b []byte) error {
	var members map[string]json.RawMessage
	if json.Unmarshal(b, &members) != nil || len(members) != 1 {
		return errStreamValue
	}
	for kind, raw := range members {
		av, err := readValue(kind, raw)
		if err != nil {
			return err
		}
		v.av = av
	}
	return nil
}

func readValue(kind string, raw json.RawMessage) (types.AttributeValue, error) {
	switch kind {
	case "S":
		return as(kind, raw, func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} })
	case "N":
		return as(kind, raw, func(n string) types.AttributeValue { return &types.AttributeValueMemberN{Value: n} })
	case "B":
		return as(kind, raw, func(b []byte) types.AttributeValue { return &types.AttributeValueMemberB{Value: b} })
	case "BOOL":
		return as(kind, raw, func(b bool) types.AttributeValue { return &types.AttributeValueMemberBOOL{Value: b} })
	case "NULL":
		return as(kind, raw, func(b bool) types.AttributeValue { return &types.AttributeValueMemberNULL{Value: b} })
	case "SS":
		return as(kind, raw, func(s []present[string]) types.AttributeValue { return &types.AttributeValueMemberSS{Value: plain(s)} })
	case "NS":
		return as(kind, raw, func(n []present[string]) types.AttributeValue { return &types.AttributeValueMemberNS{Value: plain(n)} })
	case "BS":
		return as(kind, raw, func(b []present[[]byte]) types.AttributeValue { return &types.AttributeValueMemberBS{Value: plain(b)} })
	case "L":
		return as(kind, raw, func(l []streamValue) types.AttributeValue {
			out := make([]types.AttributeValue, len(l))
			for i, v := range l {
				out[i] = v.av
			}
			return &types.AttributeValueMemberL{Value: out}
		})
	case "M":
		return as(kind, raw, func(m map[string]streamValue) types.AttributeValue {
			out := make(item, len(m))
			for name, v := range m {
				out[name] = v.av
			}
			return &types.AttributeValueMemberM{Value: out}
		})
	}
	return nil, errorf("%w: %q is no type", errStreamValue, kind)
}

// as reads a value that must not be null, and makes it an attribute value.
func as[E any](kind string, raw json.RawMessage, wrap func(E) types.AttributeValue) (types.AttributeValue, error) {
	var value present[E]
	if err := json.Unmarshal(raw, &value); err != nil {
		return nil, errorf("%w: %s", errStreamValue, kind)
	}
	return wrap(value.E), nil
}

// present is an E that is not null.
type present[E any] struct{ E E }

func (p *present[E]) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return errStreamValue
	}
	return json.Unmarshal(b, &p.E)
}

// plain takes the values out of the members of a set.
func plain[E any](set []present[E]) []E {
	out := make([]E, len(set))
	for i, member := range set {
		out[i] = member.E
	}
	return out
}
