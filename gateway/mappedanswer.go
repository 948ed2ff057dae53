package gateway

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"slices"
)

// A mappedWriter changes an answer when its status is known. One whose body is mapped is kept until finish.
type mappedWriter struct {
	http.ResponseWriter
	c       *call
	changes map[int][]change

	status int          // of the integration, 0 before it is known
	kept   bytes.Buffer // of a body that is mapped
	keeps  bool
	noBody bool // by the status that was written

	tooLarge bool        // to be kept
	before   http.Header // of the gateway itself
}

// WriteHeader changes the answer, unless its body is to be seen first.
func (w *mappedWriter) WriteHeader(status int) {
	if status < 200 { // to be followed by others
		w.ResponseWriter.WriteHeader(status)
		return
	}
	if w.status != 0 {
		return
	}
	w.status = status
	w.keeps = slices.ContainsFunc(w.changes[status], func(ch change) bool { return ch.value.hasBody })
	if !w.keeps {
		w.writeChanged()
	}
}

// Write writes a part of the body.
func (w *mappedWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	switch {
	case w.noBody:
		return len(b), nil
	case !w.keeps:
		return w.ResponseWriter.Write(b)
	case w.kept.Len()+len(b) > maxBody:
		w.tooLarge = true
		return len(b), nil // finish says it
	}
	return w.kept.Write(b)
}

// FlushError serves http.ResponseController.
func (w *mappedWriter) FlushError() error {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if w.keeps {
		return nil
	}
	return http.NewResponseController(w.ResponseWriter).Flush()
}

// Unwrap serves http.ResponseController.
func (w *mappedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// writeChanged writes the header as it is after the changes.
func (w *mappedWriter) writeChanged() {
	h := w.Header()
	changes := w.changes[w.status]
	from := mappedFrom{c: w.c, header: h.Clone(), body: w.kept.Bytes(), isRead: true}
	status := w.status
	for _, ch := range changes {
		value, ok, err := ch.value.evaluate(&from)
		switch {
		case ch.action != "remove" && (err != nil || !ok):
		case ch.place == "header":
			if ch.header(h, value); ch.action == "remove" {
				h[http.CanonicalHeaderKey(ch.name)] = nil // net/http makes up some of those that are not there
			}
		default:
			if other, ok := statusOf(value); ok {
				status = other
			}
		}
	}
	if w.noBody = status == http.StatusNoContent || status == http.StatusNotModified; w.noBody {
		h.Del("Content-Length")
	}
	w.ResponseWriter.WriteHeader(status)
}

// finish writes an answer that was kept, or that has been left to net/http.
func (w *mappedWriter) finish() *failure {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if w.tooLarge {
		clear(w.Header())
		maps.Copy(w.Header(), w.before)
		return errBadFunction(fmt.Errorf("an answer of more than %d bytes, whose body is mapped", maxBody))
	}
	if !w.keeps {
		return nil
	}
	w.writeChanged()
	if !w.noBody {
		_, _ = w.ResponseWriter.Write(w.kept.Bytes()) // an error means that the client is gone
	}
	return nil
}
