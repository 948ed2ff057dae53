package gwevent

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// The maps of an event are most of it, and encoding/json needs most of its time and allocations for them. A writer
// writes what it would, byte for byte: it writes the members of an event and plain strings itself, and has all else
// from encoding/json.
type writer struct {
	buf bytes.Buffer
	enc *json.Encoder
}

func newWriter() *writer {
	w := &writer{}
	w.buf.Grow(4 << 10)
	w.enc = json.NewEncoder(&w.buf)
	w.enc.SetEscapeHTML(false) // no service escapes <, > and &
	return w
}

// value writes any value.
func (w *writer) value(v any) error {
	if err := w.enc.Encode(v); err != nil {
		return fmt.Errorf("gwevent: %w", err)
	}
	w.buf.Truncate(w.buf.Len() - 1) // the line end
	return nil
}

// name writes the name of the next member of an object.
func (w *writer) name(s string) {
	w.separate('{')
	w.text(s)
	w.buf.WriteByte(':')
}

// separate writes a comma unless the object or the array has just begun.
func (w *writer) separate(open byte) {
	if b := w.buf.Bytes(); b[len(b)-1] != open {
		w.buf.WriteByte(',')
	}
}

func (w *writer) text(s string) {
	if !isPlain(s) {
		_ = w.value(s) // a string cannot fail
		return
	}
	w.buf.WriteByte('"')
	w.buf.WriteString(s)
	w.buf.WriteByte('"')
}

// isPlain reports whether s stands for itself in JSON.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

func (w *writer) textOrNull(s *string) {
	if s == nil {
		w.buf.WriteString("null")
		return
	}
	w.text(*s)
}

func (w *writer) boolean(b bool) { w.buf.WriteString(strconv.FormatBool(b)) }

func (w *writer) list(values []string) {
	w.buf.WriteByte('[')
	for _, value := range values {
		w.separate('[')
		w.text(value)
	}
	w.buf.WriteByte(']')
}

// writeMap writes a map in the order of its keys, nil as null.
func writeMap[V any](w *writer, m map[string]V, write func(V)) {
	if m == nil {
		w.buf.WriteString("null")
		return
	}
	var few [32]string
	names := few[:0]
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	w.buf.WriteByte('{')
	for _, name := range names {
		w.name(name)
		write(m[name])
	}
	w.buf.WriteByte('}')
}

// member writes a member whose value is a map.
func member[V any](w *writer, name string, m map[string]V, write func(V)) {
	w.name(name)
	writeMap(w, m, write)
}

// optional is member, but leaves an empty map out.
func optional[V any](w *writer, name string, m map[string]V, write func(V)) {
	if len(m) > 0 {
		member(w, name, m, write)
	}
}

func (e *restEvent) write() ([]byte, error) {
	w := newWriter()
	w.buf.WriteByte('{')
	w.name("resource")
	w.text(e.Resource)
	w.name("path")
	w.text(e.Path)
	w.name("httpMethod")
	w.text(e.HTTPMethod)
	member(w, "headers", e.Headers, w.text)
	member(w, "multiValueHeaders", e.MultiValueHeaders, w.list)
	member(w, "queryStringParameters", e.QueryStringParameters, w.text)
	member(w, "multiValueQueryStringParameters", e.MultiValueQueryStringParameters, w.list)
	member(w, "pathParameters", e.PathParameters, w.text)
	member(w, "stageVariables", e.StageVariables, w.text)
	w.name("requestContext")
	if err := w.value(&e.RequestContext); err != nil {
		return nil, err
	}
	w.name("body")
	w.textOrNull(e.Body)
	w.name("isBase64Encoded")
	w.boolean(e.IsBase64Encoded)
	w.buf.WriteByte('}')
	return w.buf.Bytes(), nil
}

func (e *v2Event) write() ([]byte, error) {
	w := newWriter()
	w.buf.WriteByte('{')
	w.name("version")
	w.text(e.Version)
	w.name("routeKey")
	w.text(e.RouteKey)
	w.name("rawPath")
	w.text(e.RawPath)
	w.name("rawQueryString")
	w.text(e.RawQueryString)
	if len(e.Cookies) > 0 {
		w.name("cookies")
		w.list(e.Cookies)
	}
	member(w, "headers", e.Headers, w.text)
	optional(w, "queryStringParameters", e.QueryStringParameters, w.text)
	w.name("requestContext")
	if err := w.value(&e.RequestContext); err != nil {
		return nil, err
	}
	if e.Body != nil {
		w.name("body")
		w.text(*e.Body)
	}
	optional(w, "pathParameters", e.PathParameters, w.text)
	optional(w, "stageVariables", e.StageVariables, w.text)
	w.name("isBase64Encoded")
	w.boolean(e.IsBase64Encoded)
	w.buf.WriteByte('}')
	return w.buf.Bytes(), nil
}
