package mapping

import (
	"bytes"
	"encoding/json"
	"iter"
	"strconv"
	"unicode/utf8"
)

// This file finds things in documents that encoding/json has found valid, for
// which it offers nothing: keys that occur twice, and the place of a value that a
// type refuses. Reading a valid document needs no grammar: commas, colons, brackets
// and strings tell all.

// duplicate returns the path of the first key that occurs for the second time in
// its object.
func duplicate(doc []byte) (path string, found bool) {
	var w walk
	for i := 0; i < len(doc); i++ {
		switch doc[i] {
		case '{', '[':
			w.open(doc[i] == '{')
		case '}', ']':
			w.close()
		case ',':
			w.next()
		case '"':
			end := stringEnd(doc, i)
			if w.keyDue && !w.key(doc[i:end]) {
				return w.path(), true
			}
			i = end - 1
		}
	}
	return "", false
}

// walk is a position in a document: the objects and arrays that are open, and the
// keys that those objects have had.
type walk struct {
	levels []level
	keys   [][]byte // of all open objects, outermost first
	keyDue bool     // the next string is a key
}

type level struct {
	object bool
	first  int                 // of an object: where its keys begin in walk.keys
	index  int                 // of an array: the current element
	set    map[string]struct{} // of an object with many keys: all of them
}

// manyKeys is the number of keys from which a set is faster than a look at each.
const manyKeys = 16

func (w *walk) open(object bool) {
	w.levels = append(w.levels, level{object: object, first: len(w.keys)})
	w.keyDue = object
}

func (w *walk) close() {
	top := len(w.levels) - 1
	w.keys = w.keys[:w.levels[top].first]
	w.levels = w.levels[:top]
	w.keyDue = false
}

func (w *walk) next() {
	top := &w.levels[len(w.levels)-1]
	w.keyDue = top.object
	top.index++
}

// key adds a key of the innermost object and reports whether it is a new one.
func (w *walk) key(raw []byte) bool {
	w.keyDue = false
	key := unquote(raw)
	top := &w.levels[len(w.levels)-1]
	isNew := top.add(key, w.keys[top.first:])
	w.keys = append(w.keys, key)
	return isNew
}

func (l *level) add(key []byte, before [][]byte) bool {
	if len(before) < manyKeys {
		for _, k := range before {
			if bytes.Equal(k, key) {
				return false
			}
		}
		return true
	}
	if l.set == nil {
		l.set = make(map[string]struct{}, 2*manyKeys)
		for _, k := range before {
			l.set[string(k)] = struct{}{}
		}
	}
	n := len(l.set)
	l.set[string(key)] = struct{}{}
	return len(l.set) > n
}

// path is the path of the latest key.
func (w *walk) path() string {
	var path string
	for i, l := range w.levels {
		if !l.object {
			path = appendIndex(path, l.index)
			continue
		}
		last := len(w.keys) // the key of a level is the last one before the next level's
		if i+1 < len(w.levels) {
			last = w.levels[i+1].first
		}
		if path = appendKey(path, w.keys[last-1]); len(path) > maxPath {
			return path + "…"
		}
	}
	return path
}

// maxPath and maxKey are the bytes of a path and of each key in it from which on
// they are cut: both come from the client.
const (
	maxPath = 200
	maxKey  = 64
)

func appendKey(path string, key []byte) string {
	if path != "" {
		path += "."
	}
	return path + cut(string(key), maxKey)
}

func appendIndex(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// maxBlame is how many levels down blame looks. Each costs as much as decoding
// the document.
const maxBlame = 8

// blame returns the path of the value in doc because of which try returned err for
// doc, and try's error for that value alone. It is needed because errors of a type's
// UnmarshalJSON or UnmarshalText (time.Time, say) do not say where the value stood,
// and encoding/json's own leave out the elements of arrays.
//
// It tries each member, or each element, alone in an object or array of the same
// kind, and descends into the first that is refused. A level whose empty object or
// array is refused, too, is to blame as a whole.
func blame(doc []byte, err error, try func([]byte) error) (path string, _ error) {
	in := enclosure{} // of the current value
	value := bytes.TrimSpace(doc)
	for range maxBlame {
		culprit, e := in.refused(value, try)
		if e == nil {
			break
		}
		path, err = culprit.appendTo(path), e
		if len(path) > maxPath {
			break
		}
		in = in.around(value[0], culprit)
		value = culprit.value
	}
	return path, err
}

// enclosure is what stands around a value in a document that has nothing else.
type enclosure struct{ before, after []byte }

// document returns the document with the value in its place.
func (in enclosure) document(value ...byte) []byte {
	return bytes.Join([][]byte{in.before, value, in.after}, nil)
}

// around returns the enclosure of c in an object or array that itself is enclosed
// by in; open is the bracket that begins it.
func (in enclosure) around(open byte, c child) enclosure {
	before := append(bytes.Clone(in.before), open)
	if c.key != nil {
		before = append(append(before, c.key...), ':')
	}
	return enclosure{before, append([]byte{closing(open)}, in.after...)}
}

// refused returns the first child of value that try refuses alone, with try's
// error; the error is nil if there is no such child.
func (in enclosure) refused(value []byte, try func([]byte) error) (child, error) {
	open := value[0]
	if open != '{' && open != '[' || try(in.document(open, closing(open))) != nil {
		return child{}, nil
	}
	for c := range children(value) {
		if err := try(in.around(open, c).document(c.value...)); err != nil {
			return c, err
		}
	}
	return child{}, nil
}

// closing returns the bracket for an opening one: } is two after {, ] two after [.
func closing(open byte) byte { return open + 2 }

// child is a member of an object or an element of an array.
type child struct {
	key   []byte // a member's key as it stands in the document, with its quotes
	index int    // an element's
	value []byte
}

func (c child) appendTo(path string) string {
	if c.key == nil {
		return appendIndex(path, c.index)
	}
	return appendKey(path, unquote(c.key))
}

// children yields what an object or an array holds.
func children(container []byte) iter.Seq[child] {
	return func(yield func(child) bool) {
		var c child
		for i := 1; ; c.index++ {
			i = space(container, i)
			if container[i] == ',' {
				i = space(container, i+1)
			}
			if container[i] == '}' || container[i] == ']' {
				return
			}
			if container[0] == '{' {
				end := stringEnd(container, i)
				c.key = container[i:end]
				i = space(container, space(container, end)+1) // past the colon
			}
			end := valueEnd(container, i)
			c.value = container[i:end]
			if !yield(c) {
				return
			}
			i = end
		}
	}
}

// valueEnd returns the index after the value at i.
func valueEnd(doc []byte, i int) int {
	depth := 0
	for ; i < len(doc); i++ {
		switch doc[i] {
		case '"':
			if i = stringEnd(doc, i) - 1; depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth <= 0 {
				return i + 1 + min(depth, 0) // a bracket that closes what encloses the value ends it
			}
		case ',', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return i
			}
		}
	}
	return i
}

// stringEnd returns the index after the string literal at i.
func stringEnd(doc []byte, i int) int {
	for i++; doc[i] != '"'; i++ {
		if doc[i] == '\\' {
			i++
		}
	}
	return i + 1
}

func space(doc []byte, i int) int {
	for doc[i] == ' ' || doc[i] == '\t' || doc[i] == '\r' || doc[i] == '\n' {
		i++
	}
	return i
}

// unquote returns the text of a string literal as encoding/json reads it.
func unquote(raw []byte) []byte {
	text := raw[1 : len(raw)-1]
	if bytes.IndexByte(text, '\\') < 0 && utf8.Valid(text) {
		return text
	}
	var s string
	_ = json.Unmarshal(raw, &s) // it is valid
	return []byte(s)
}
