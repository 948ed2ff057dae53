package dynamo

import (
	"reflect"
)

// intake takes the items that one call of the client gives. It belongs to that
// call and is not for concurrent use:
//
//	a := codec.intake(new(received), keys, codec.newList())
//	out, err := client.Scan(ctx, in, a.received.hook)
//	… an error of the call …
//	err = a.take(out.Items)
//	… a.n items in a.into, and a.err about the item after them …
//
// The answers of the SDK's own client are decoded from the wire inside of the call,
// and out.Items stays empty. From others, fakes and wrappers, take decodes out.Items:
// a wrapper may decrypt items, or answer from what it has kept.
type intake struct {
	received *received
	codec    *codec
	keys     keyTexts

	into reflect.Value // a list of items, or one item
	n    int           // items in it
	err  error         // of the item after the last one: a DecodeError, or ErrCorruptResponse
	some bool          // there was a place for items in the answer, if only an empty one
	raws []item

	wired bool  // all of this came from the wire
	bad   error // the whole body is corrupt
}

// intake prepares for the answer of one call, which r watches, and whose items
// must have these key attributes. They go to into, which is settable: a list of
// items, or a single one.
func (c *codec) intake(r *received, keys []*keyAttr, into reflect.Value) *intake {
	a := &intake{received: r, codec: c, into: into}
	a.keys.begin(c.plan, keys)
	r.pool, r.passive = &c.bodies, c.passive
	if c.fromWire {
		r.decode = a.decode
	}
	return a
}

// newList is an empty list of items, of which everything up to its capacity is zero.
func (c *codec) newList() reflect.Value {
	if used := c.lists.Get(); used != nil {
		return reflect.ValueOf(used).Elem()
	}
	return reflect.New(c.list).Elem()
}

// reuse takes the list of items back, all of which have been set to zero.
func (a *intake) reuse() {
	a.into.SetLen(0)
	a.codec.lists.Put(a.into.Addr().Interface())
}

// take decodes the items that the call gave, unless they are here already. The
// error is one of the whole answer.
func (a *intake) take(items []item) error {
	switch {
	case a.received.empty():
		return errEmptyBody
	case a.wired:
		return a.bad
	}
	a.raws, a.some = items, items != nil
	if a.into.Kind() == reflect.Slice {
		a.into.Grow(len(items))
	}
	for _, raw := range items {
		if a.err = a.decodeItem(raw, a.slot()); a.err != nil {
			a.drop()
			break
		}
	}
	return nil
}

// slot is the place of the next item. It is zero.
func (a *intake) slot() reflect.Value {
	a.n++
	if a.into.Kind() != reflect.Slice {
		a.into.SetZero()
		return a.into
	}
	if a.n > a.into.Cap() {
		a.into.Grow(1)
	}
	a.into.SetLen(a.n)
	return a.into.Index(a.n - 1)
}

// drop takes the last item back, as it does not decode. None follows it.
func (a *intake) drop() {
	a.n--
	if a.into.Kind() != reflect.Slice {
		a.into.SetZero()
		return
	}
	a.into.Index(a.n).SetZero()
	a.into.SetLen(a.n)
}

func (a *intake) decodeItem(raw item, into reflect.Value) error {
	for _, k := range a.keys.attrs {
		if kind, _ := scalarOf(raw[k.name]); kind != k.scalar {
			return k.missing()
		}
	}
	return a.codec.decode(raw, into)
}

// key is the key of the item with that index: the attributes that were asked
// for.
func (a *intake) key(i int) item {
	if a.wired && a.raws == nil {
		return a.keys.key(i)
	}
	key := make(item, len(a.keys.attrs))
	for _, k := range a.keys.attrs {
		key[k.name] = a.raws[i][k.name]
	}
	return key
}

//go:noinline
func (k *keyAttr) missing() error {
	return corrupt("key attribute %q is missing or not of type %s", k.name, k.scalar)
}

// reset forgets what an earlier attempt has given.
func (a *intake) reset() {
	if a.n > 0 {
		a.into.SetZero()
	}
	a.n, a.raws, a.err, a.some, a.bad = 0, nil, nil, false, nil
	a.keys.reset()
}

// decode decodes the items in the body of an answer, and gives the rest of the
// body, without them, for the SDK to decode. It is nil if the body is bad. The
// SDK may call again for another attempt.
func (a *intake) decode(body []byte) (rest []byte) {
	a.reset()
	a.wired = true
	w := readWire(body)
	rest = append(make([]byte, 0, 128), '{')
	for w.enterObject(); w.scan.NextKey(); {
		switch key := w.scan.Key(); {
		case string(key) == "Items":
			a.some = true
			a.decodeList(w)
		case string(key) == "Item", string(key) == "Attributes":
			a.some = true
			a.decodeNext(w)
		case string(key) == "Responses" && w.scan.Peek() == '{': // by the name of the table
			a.some = true
			for w.enterObject(); w.scan.NextKey(); {
				a.decodeList(w)
			}
			rest = lit(appendName(rest, "Responses"), "{}")
		default:
			rest = append(appendName(rest, string(key)), w.scan.Value()...)
		}
	}
	if w.bad() == nil {
		w.scan.End()
	}
	rest = lit(rest, "}")
	if a.bad = w.bad(); a.bad == nil {
		a.bad = verify(rest)
	}
	if a.bad != nil {
		a.into.SetZero()
		a.n = 0
		return nil
	}
	return rest
}

// decodeList decodes the items of a page. After one that does not decode the
// others are of no interest.
func (a *intake) decodeList(w *wireReader) {
	for w.enterArray(); w.scan.NextElem(); {
		start := w.scan.Offset()
		if a.err != nil {
			w.scan.Skip()
			continue
		}
		a.decodeNext(w)
		if a.n == 1 && a.into.Kind() == reflect.Slice { // the first tells how many fit into the rest
			a.grow(w.scan.Rest()/max(w.scan.Offset()-start, 1), w.scan.Rest())
		}
	}
}

// grow makes room for about n more items, in not much more memory than they take
// in the body: the first item may be a small one, and the type large.
func (a *intake) grow(n, bytes int) {
	n = 1 + min(n+n/8, 4*bytes/max(int(a.codec.schema.typ.Size()), 1))
	a.into.Grow(n)
}

// decodeNext decodes the item that comes next. If it does not decode, the
// scanner goes on after it.
func (a *intake) decodeNext(w *wireReader) {
	if a.n > 0 && a.into.Kind() != reflect.Slice {
		w.fail("two items where one was asked for")
		return
	}
	start := w.scan.Mark()
	err := a.decodeWire(w, a.slot())
	if err == nil {
		return
	}
	a.drop()
	a.err = err
	if w.bad() == nil {
		w.scan.Back(start)
		w.scan.Skip()
	}
}

func (a *intake) decodeWire(w *wireReader, v reflect.Value) error {
	p := a.codec.plan
	if p.unmarshals {
		raw := w.item()
		if err := w.bad(); err != nil {
			return err
		}
		a.raws = append(a.raws, raw)
		return a.decodeItem(raw, v)
	}
	if err := p.decodeWireFields(w, v, &a.keys); err != nil {
		return err
	}
	if err := a.keys.end(); err != nil {
		return err
	}
	return a.codec.schema.unfill(v)
}

// keyTexts keeps the keys of the items of a page, as they came, in few pieces of
// memory: a page may have thousands, of which at most one becomes a cursor. Where
// none does it only sees to it that the keys are there.
type keyTexts struct {
	attrs  []*keyAttr // each is a field of T
	of     []int      // by the index of a field of T: which of attrs it is, or -1
	unused bool       // nobody is going to ask for a key
	now    [][2]int
	text   []byte
	at     [][2]int // where in text the attributes of each item are
}

func (k *keyTexts) begin(p *plan, attrs []*keyAttr) {
	k.attrs, k.of, k.now = attrs, make([]int, len(p.fields)), make([][2]int, len(attrs))
	for i := range p.fields {
		k.of[i] = keyIndex(attrs, p.fields[i].attr)
	}
}

func (k *keyTexts) reset() {
	k.text, k.at = k.text[:0], k.at[:0]
	clear(k.now)
}

// wrong tells whether a field is a key attribute that cannot be of that kind.
func (k *keyTexts) wrong(field int, kind string) bool {
	i := k.of[field]
	return i >= 0 && string(k.attrs[i].scalar) != kind
}

// take notes a key attribute, of the right kind, that has just been read. It is
// large where it is inlined.
//
//go:noinline
func (k *keyTexts) take(i int, w *wireReader, start int) {
	from := len(k.text)
	if !k.unused {
		k.text = append(k.text, w.scan.Since(start)...)
	}
	k.now[i] = [2]int{from, from + w.scan.Offset() - start}
}

// end closes the item at hand, which must have the whole key.
func (k *keyTexts) end() error {
	for i := range k.now {
		if k.now[i][1] == 0 {
			return k.attrs[i].missing()
		}
		if !k.unused {
			k.at = append(k.at, k.now[i])
		}
		k.now[i][1] = 0
	}
	return nil
}

func (k *keyTexts) key(i int) item {
	key := make(item, len(k.attrs))
	for j, attr := range k.attrs {
		at := k.at[i*len(k.attrs)+j]
		key[attr.name] = readWire(k.text[at[0]:at[1]]).av()
	}
	return key
}
