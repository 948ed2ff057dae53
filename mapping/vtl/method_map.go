package vtl

func (r *renderer) dictMethod(d *dict, name string, args []any) (any, error) {
	switch len(args) {
	case 0:
		return r.dictMethod0(d, name)
	case 1:
		return r.dictMethod1(d, name, args[0])
	case 2:
		return r.dictMethod2(d, name, args[0], args[1])
	case 3:
		if name == "replace" {
			old, ok := d.get(args[0])
			same, err := r.equal(old, args[1], 0)
			if ok && same {
				d.put(args[0], args[2])
			}
			return ok && same, err
		}
	}
	return noMethod, nil
}

// dictMethod0 copies where Java returns a view: removing from the copy reaches the map, but not the reverse.
func (r *renderer) dictMethod0(d *dict, name string) (any, error) {
	switch name {
	case "size":
		return int32(len(d.entries)), nil
	case "isEmpty":
		return len(d.entries) == 0, nil
	case "clear":
		d.clear()
		return "", nil
	}
	if err := r.charge(len(d.entries)); err != nil {
		return nil, err
	}
	switch name {
	case "keySet":
		return r.keys(d), nil
	case "values":
		return r.values(d), nil
	case "entrySet":
		return r.pairs(d), nil
	case "clone":
		return &dict{kind: d.kind, entries: append([]pair(nil), d.entries...)}, nil
	}
	return noMethod, nil
}

func (r *renderer) dictMethod1(d *dict, name string, arg any) (any, error) {
	switch name {
	case "get":
		v, _ := d.get(arg)
		return v, nil
	case "containsKey":
		return d.find(arg) >= 0, nil
	case "containsValue":
		at, err := r.indexOf(r.values(d), arg, false)
		return at >= 0, err
	case "remove":
		return d.remove(arg), r.charge(len(d.entries))
	case "putAll":
		other := asDict(arg)
		if other == nil {
			return noMethod, nil
		}
		if err := r.charge(len(other.entries)); err != nil {
			return nil, err
		}
		for _, e := range append([]pair(nil), other.entries...) {
			d.put(e.key, e.val)
		}
		return "", nil
	}
	return noMethod, nil
}

func (r *renderer) dictMethod2(d *dict, name string, key, val any) (any, error) {
	old, ok := d.get(key)
	switch name {
	case "put":
		return d.put(key, val), nil
	case "getOrDefault":
		if !ok {
			return val, nil
		}
		return old, nil
	case "putIfAbsent":
		if old == nil {
			d.put(key, val)
		}
		return old, nil
	case "replace":
		if ok {
			d.put(key, val)
		}
		return old, nil
	case "remove":
		same, err := r.equal(old, val, 0)
		if ok && same {
			d.remove(key)
		}
		return ok && same, err
	}
	return noMethod, nil
}
