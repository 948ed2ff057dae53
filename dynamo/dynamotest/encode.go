package dynamotest

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// appendRequest writes a request as the JSON that decodeRequest reads. What is
// absent, or zero and thus as good as absent, is left out.
func appendRequest(b []byte, v reflect.Value) []byte {
	switch content := v.Interface().(type) {
	case item:
		return appendItem(b, content)
	case value:
		return appendValue(b, content)
	}
	switch v.Kind() {
	case reflect.Pointer:
		return appendRequest(b, v.Elem())
	case reflect.String:
		return appendString(b, v.String())
	case reflect.Bool:
		return strconv.AppendBool(b, v.Bool())
	case reflect.Int32, reflect.Int64:
		return strconv.AppendInt(b, v.Int(), 10)
	case reflect.Slice:
		list := make([]reflect.Value, v.Len())
		for i := range list {
			list[i] = v.Index(i)
		}
		return appendList(b, list, appendRequest)
	case reflect.Map:
		return appendMap(b, v)
	case reflect.Struct:
		o := object{append(b, '{')}
		o.fields(v)
		return append(o.b, '}')
	}
	return append(b, "null"...)
}

func appendMap(b []byte, v reflect.Value) []byte {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	b = append(b, '{')
	for i, key := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, key.String()), ':')
		b = appendRequest(b, v.MapIndex(key))
	}
	return append(b, '}')
}

// memberFor is the inverse of fieldOf.
func memberFor(field string) string {
	if name, ok := strings.CutSuffix(field, "ID"); ok {
		return name + "Id"
	}
	return field
}

// fields writes the exported fields of a struct, and of the structs that it embeds.
func (o *object) fields(v reflect.Value) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		switch {
		case field.Anonymous:
			o.fields(v.Field(i))
		case field.IsExported() && !v.Field(i).IsZero():
			o.member(memberFor(field.Name))
			o.b = appendRequest(o.b, v.Field(i))
		}
	}
}
