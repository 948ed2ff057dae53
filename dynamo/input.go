package dynamo

import "reflect"

// own gives what a client is called with, which is the client's own. A middleware, an
// interceptor or a wrapper may change what it is given, in place as well: encrypt the
// values of an item, or name another table. Here the next attempt, the next page and the
// request beside it are made of the same maps, and what has been encrypted once must not
// be so again.
//
// A client in which nothing looks at inputs (see sendsAsIs) needs no copies.
//
//go:noinline
func (s *store) own(in any) any {
	if !s.copies {
		return in
	}
	return deepCopy(reflect.ValueOf(in)).Interface()
}

// deepCopy copies a value of the SDK's types, which are trees.
func deepCopy(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch out.Set(v); v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			break
		}
		inner := deepCopy(v.Elem())
		if v.Kind() == reflect.Pointer {
			inner = inner.Addr()
		}
		out.Set(inner)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := out.Field(i); f.CanSet() {
				f.Set(deepCopy(f))
			}
		}
	case reflect.Slice:
		if v.IsNil() {
			break
		}
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(deepCopy(v.Index(i)))
		}
	case reflect.Map:
		if v.IsNil() {
			break
		}
		out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
		for entries := v.MapRange(); entries.Next(); {
			out.SetMapIndex(entries.Key(), deepCopy(entries.Value()))
		}
	}
	return out
}
