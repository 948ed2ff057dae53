package vtl

import "strings"

// set replaces an element and returns the old one.
func (l *list) set(i int32, v any) (any, error) {
	if err := l.check(i, len(l.items)); err != nil {
		return nil, err
	}
	if _, ok := v.(string); !ok && v != nil && l.kind == javaArray {
		return nil, throw("array element type mismatch")
	}
	old := l.items[i]
	l.items[i] = v
	return old, nil
}

func (l *list) check(i int32, n int) error {
	if i < 0 || int(i) >= n {
		return throw("index %d is out of bounds for length %d", i, len(l.items))
	}
	return nil
}

func (l *list) insert(i int32, vs ...any) error {
	if err := l.check(i, len(l.items)+1); err != nil {
		return err
	}
	rest := append(append([]any(nil), vs...), l.items[i:]...)
	l.items = append(l.items[:i:i], rest...)
	l.mods++
	return nil
}

func (l *list) removeAt(i int32) (any, error) {
	if err := l.check(i, len(l.items)); err != nil {
		return nil, err
	}
	old := l.items[i]
	l.items = append(l.items[:i:i], l.items[i+1:]...)
	l.mods++
	return old, nil
}

// indexOf finds the first or last element that is equal.
func (r *renderer) indexOf(l *list, v any, last bool) (int, error) {
	for i := range l.items {
		if last {
			i = len(l.items) - 1 - i
		}
		same, err := r.equal(l.items[i], v, 0)
		if err != nil {
			return -1, err
		}
		if same {
			return i, nil
		}
	}
	return -1, nil
}

func (r *renderer) listMethod(l *list, name string, args []any) (any, error) {
	switch len(args) {
	case 0:
		return r.listMethod0(l, name)
	case 1:
		if args[0] == nil && strings.HasSuffix(name, "All") && strings.Contains(" addAll removeAll retainAll containsAll ", " "+name+" ") {
			return nil, throw("the argument is null")
		}
		if other, ok := args[0].(*list); ok && !other.kind.isArray() {
			if v, err := r.listOfList(l, name, other); v != any(noMethod) {
				return v, err
			}
		}
		return r.listMethod1(l, name, args[0])
	case 2:
		return r.listMethod2(l, name, args[0], args[1])
	}
	return noMethod, nil
}

func (r *renderer) listMethod0(l *list, name string) (any, error) {
	switch name {
	case "size":
		return int32(len(l.items)), nil
	case "isEmpty":
		return len(l.items) == 0, nil
	case "clear":
		l.items = nil
		l.mods++
		return "", nil
	case "iterator":
		return newCursor(l), nil
	case "toArray", "clone":
		copied := &list{kind: l.kind, items: append([]any(nil), l.items...)}
		if name == "toArray" {
			copied.kind = objectArray
		}
		return copied, r.charge(len(l.items))
	case "toJSONString", "toString":
		if l.kind == jsonArray {
			b, err := r.appendJSON(nil, l, true, 0)
			return string(b), err
		}
	}
	return noMethod, nil
}

func (r *renderer) listMethod1(l *list, name string, arg any) (any, error) {
	i, isInt := arg.(int32)
	switch name {
	case "get":
		if isInt {
			if err := l.check(i, len(l.items)); err != nil {
				return nil, err
			}
			return l.items[i], nil
		}
	case "add":
		l.items = append(l.items, arg)
		l.mods++
		return true, nil
	case "remove":
		if isInt {
			if err := r.chargeValues(len(l.items)); err != nil {
				return nil, err
			}
			return l.removeAt(i)
		}
		at, err := r.indexOf(l, arg, false)
		if at >= 0 {
			_, err = l.removeAt(int32(at))
		}
		return at >= 0, err
	case "contains":
		at, err := r.indexOf(l, arg, false)
		return at >= 0, err
	case "indexOf", "lastIndexOf":
		at, err := r.indexOf(l, arg, name == "lastIndexOf")
		return int32(at), err
	}
	return noMethod, nil
}

func (r *renderer) listMethod2(l *list, name string, a, b any) (any, error) {
	i, ok := a.(int32)
	if !ok {
		return noMethod, nil
	}
	if name == "set" {
		return l.set(i, b)
	}
	if err := r.chargeValues(len(l.items)); err != nil {
		return nil, err
	}
	switch name {
	case "add":
		return "", l.insert(i, b)
	case "addAll":
		if other, ok := b.(*list); ok && !other.kind.isArray() {
			return len(other.items) > 0, orThrow(r.charge(len(other.items)), func() error { return l.insert(i, other.items...) })
		}
	case "subList":
		if j, ok := b.(int32); ok {
			if i < 0 || i > j || int(j) > len(l.items) {
				return nil, throw("sublist %d to %d of %d elements", i, j, len(l.items))
			}
			return &list{items: append([]any(nil), l.items[i:j]...)}, nil
		}
	}
	return noMethod, nil
}

func orThrow(err error, then func() error) error {
	if err != nil {
		return err
	}
	return then()
}

// listOfList is a method that takes a collection.
func (r *renderer) listOfList(l *list, name string, other *list) (any, error) {
	switch name {
	case "addAll":
		if err := r.charge(len(other.items)); err != nil {
			return nil, err
		}
		l.items = append(l.items, other.items...)
		l.mods++
		return len(other.items) > 0, nil
	case "containsAll":
		return asAny(r.containsAll(l, other))
	case "removeAll", "retainAll":
		var kept []any
		for _, v := range l.items {
			at, err := r.indexOf(other, v, false)
			if err != nil {
				return nil, err
			}
			if (at >= 0) == (name == "retainAll") {
				kept = append(kept, v)
			}
		}
		changed := len(kept) != len(l.items)
		if changed {
			l.items = kept
			l.mods++
		}
		return changed, nil
	}
	return noMethod, nil
}

func (r *renderer) containsAll(l, other *list) (bool, error) {
	for _, v := range other.items {
		if at, err := r.indexOf(l, v, false); at < 0 || err != nil {
			return false, err
		}
	}
	return true, nil
}

// arrayMethod is a method of what split returns: Velocity lends arrays the methods of a list of fixed size.
func (r *renderer) arrayMethod(l *list, name string, args []any) (any, error) {
	switch name {
	case "size", "isEmpty", "get", "contains", "indexOf", "lastIndexOf", "set", "subList", "iterator", "toArray", "containsAll":
		return r.listMethod(l, name, args)
	case "add", "addAll", "remove", "removeAll", "retainAll", "clear":
		if err := r.chargeValues(len(l.items)); err != nil {
			return nil, err
		}
		if v, err := r.listMethod(&list{items: append([]any(nil), l.items...)}, name, args); v == any(noMethod) || v == false || err != nil {
			return v, err
		}
		return nil, throw("an array has a fixed size")
	}
	return noMethod, nil
}

// viewMethod is a method of keySet(), values() and entrySet(): removing reaches the map, adding is not allowed.
func (r *renderer) viewMethod(l *list, name string, args []any) (any, error) {
	switch name {
	case "size", "isEmpty", "contains", "containsAll", "iterator", "toArray":
		return r.listMethod(l, name, args)
	case "add", "addAll":
		other, isList := first[*list](args)
		if len(args) == 1 && (name == "add" || isList && !other.kind.isArray()) {
			return nil, throw("a view of a map cannot be added to")
		}
	case "clear":
		if len(args) == 0 {
			l.view.clear()
			l.items = nil
			return "", nil
		}
	case "remove", "removeAll", "retainAll":
		return r.removeFromView(l, name, args)
	}
	return noMethod, nil
}

func (r *renderer) removeFromView(l *list, name string, args []any) (any, error) {
	if len(args) != 1 {
		return noMethod, nil
	}
	other, ok := args[0].(*list)
	if name == "remove" {
		other = &list{items: args}
	} else if !ok || other.kind.isArray() {
		return noMethod, nil
	}
	var kept []any
	var gone []any
	for i, v := range l.items {
		at, err := r.indexOf(other, v, false)
		if err != nil {
			return nil, err
		}
		if (at >= 0) == (name == "retainAll") || name == "remove" && len(gone) > 0 {
			kept = append(kept, v)
		} else if i < len(l.view.entries) {
			gone = append(gone, l.view.entries[i].key)
		}
	}
	if err := r.charge(len(gone) * (1 + len(l.items))); err != nil {
		return nil, err
	}
	for _, k := range gone {
		l.view.remove(k)
	}
	l.items = kept
	return len(gone) > 0, nil
}
