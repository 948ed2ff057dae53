package mapping

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"github.com/lambdarest/lambdarest/internal/bind"
)

// This file finds keys that occur twice in documents that encoding/json has found
// valid; blame.go finds the place of a value that a type refuses. Reading a valid
// document needs no grammar: commas, colons, brackets and strings tell all.

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
	return path + bind.Cut(string(key), maxKey)
}

func appendIndex(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// stringEnd returns the index after the string literal at i.
func stringEnd(doc []byte, i int) int {
	for i++; doc[i] != '"'; i++ {
		if doc[i] == '\\' {
			i++
		}
	}
	return i + 1
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
