package dynamotest

import (
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// fromSDK copies an SDK item into the engine's form; a nil map stays nil.
func fromSDK(m map[string]types.AttributeValue) item {
	if m == nil {
		return nil
	}
	it := make(item, len(m))
	for name, v := range m {
		it[validText(name)] = valueFromSDK(v, 0)
	}
	return it
}

// valueFromSDK copies one value; depth is the number of containers around it.
func valueFromSDK(v types.AttributeValue, depth int) value {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return value{kind: kindS, text: validText(v.Value)}
	case *types.AttributeValueMemberN:
		return number(validText(v.Value))
	case *types.AttributeValueMemberB:
		if v.Value == nil { // on the wire null, as if absent
			return invalid(msgEmptyValue)
		}
		return value{kind: kindB, text: string(v.Value)}
	case *types.AttributeValueMemberBOOL:
		return value{kind: kindBOOL, flag: v.Value}
	case *types.AttributeValueMemberNULL:
		if !v.Value {
			return invalid(msgInvalid + "Null attribute value types must have the value of true")
		}
		return value{kind: kindNULL}
	case *types.AttributeValueMemberSS:
		return setOf(kindSS, convert(v.Value, func(s string) value { return value{kind: kindS, text: validText(s)} }))
	case *types.AttributeValueMemberNS:
		return setOf(kindNS, convert(v.Value, func(n string) value { return number(validText(n)) }))
	case *types.AttributeValueMemberBS:
		return setOf(kindBS, convert(v.Value, binaryMember))
	case *types.AttributeValueMemberL:
		if depth == maxNesting {
			return invalid(msgNesting)
		}
		return listFromSDK(v.Value, depth+1)
	case *types.AttributeValueMemberM:
		return mapFromSDK(v.Value, depth+1)
	}
	return invalid(msgEmptyValue)
}

func binaryMember(b []byte) value {
	if b == nil {
		return invalid(msgNullMember[kindBS])
	}
	return value{kind: kindB, text: string(b)}
}

// listFromSDK leaves nil elements out, as the SDK's encoder does.
func listFromSDK(list []types.AttributeValue, depth int) value {
	v := value{kind: kindL, list: make([]value, 0, len(list))}
	for _, e := range list {
		if e != nil {
			v.list = append(v.list, valueFromSDK(e, depth))
		}
	}
	return v.checked()
}

// validText is a text as the SDK's encoder writes it: U+FFFD for each byte that
// is not UTF-8.
func validText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}

func mapFromSDK(m map[string]types.AttributeValue, depth int) value {
	if depth > maxNesting {
		return invalid(msgNesting)
	}
	v := value{kind: kindM, attr: make(item, len(m))}
	for name, entry := range m {
		v.attr[validText(name)] = valueFromSDK(entry, depth)
	}
	if bad := v.attr.fault(); bad != "" {
		return invalid(bad)
	}
	return v
}

func convert[A, B any](in []A, one func(A) B) []B {
	out := make([]B, len(in))
	for i, a := range in {
		out[i] = one(a)
	}
	return out
}

// sdk copies an item into SDK types; nil stays nil.
func (it item) sdk() map[string]types.AttributeValue {
	if it == nil {
		return nil
	}
	m := make(map[string]types.AttributeValue, len(it))
	for name, v := range it {
		m[name] = v.sdk()
	}
	return m
}

func (v value) sdk() types.AttributeValue {
	text := func(m value) string { return m.text }
	switch v.kind {
	case kindS:
		return &types.AttributeValueMemberS{Value: v.text}
	case kindN:
		return &types.AttributeValueMemberN{Value: v.text}
	case kindB:
		return &types.AttributeValueMemberB{Value: []byte(v.text)}
	case kindBOOL:
		return &types.AttributeValueMemberBOOL{Value: v.flag}
	case kindNULL:
		return &types.AttributeValueMemberNULL{Value: true}
	case kindSS:
		return &types.AttributeValueMemberSS{Value: convert(v.list, text)}
	case kindNS:
		return &types.AttributeValueMemberNS{Value: convert(v.list, text)}
	case kindBS:
		return &types.AttributeValueMemberBS{Value: convert(v.list, func(m value) []byte { return []byte(m.text) })}
	case kindL:
		return &types.AttributeValueMemberL{Value: convert(v.list, value.sdk)}
	}
	return &types.AttributeValueMemberM{Value: v.attr.sdk()}
}

// sdkItems copies a page of items; like the SDK's, it is never nil.
func sdkItems(items []item) []map[string]types.AttributeValue {
	return convert(items, item.sdk)
}
