package gateway

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/textproto"
	"slices"
	"strconv"
	"sync"
)

// A REST API passes header names on as the client wrote them, but net/http gives them its own case. So [Serve] listens
// in on what a connection reads: a headerTap follows the framing of HTTP/1.1, just enough to find the headers, and
// keeps the names of each request until its handler runs. net/http serves the requests of a connection in their order.
//
// A request that the tap cannot follow turns it off for the rest of the connection: names then have their canonical
// case, and nothing else changes.

// maxTapped is how much of one header is kept; net/http refuses larger ones.
const maxTapped = maxHeaderBytes + 8<<10

// maxPipelined is how many requests may wait: more than fit into net/http's buffer.
const maxPipelined = 512

type tapKey struct{}

func withHeaderTap(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, tapKey{}, &c.(*conn).tap)
}

type headerNamesKey struct{}

// withHeaderNames takes the names of each request, also of those that next does not look at.
func withHeaderNames(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if tap, ok := r.Context().Value(tapKey{}).(*headerTap); ok {
			if names := tap.next(); len(names) > 0 && fits(names, r.Header) {
				r = r.WithContext(context.WithValue(r.Context(), headerNamesKey{}, names))
			}
		}
		next.ServeHTTP(w, r)
	})
}

// fits makes sure that the names are those of the request.
func fits(names map[string]string, header http.Header) bool {
	for name := range header {
		if _, ok := names[name]; !ok {
			return false
		}
	}
	return names != nil
}

// headerNames are the header names of a request as the client wrote them, by their canonical form; nil where the
// server does not know.
func headerNames(ctx context.Context) map[string]string {
	names, _ := ctx.Value(headerNamesKey{}).(map[string]string)
	return names
}

type tapState int

const (
	inHeader  tapState = iota
	inBody             // left bytes of it are to come
	inSize             // the line with the size of a chunk
	inChunk            // left bytes of a chunk and the line break behind it
	inTrailer          // lines after the last chunk
	lost
)

type headerTap struct {
	mu    sync.Mutex
	state tapState
	buf   []byte // of the header or of a line, so far
	left  int64
	names []map[string]string // of the requests that no handler has got; never nil
}

func (t *headerTap) next() map[string]string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.names) == 0 {
		return nil
	}
	first := t.names[0]
	t.names = slices.Delete(t.names, 0, 1) // mostly the only one, and its place is used again
	return first
}

func (t *headerTap) feed(b []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(b) > 0 && t.state != lost {
		b = t.step(b)
	}
}

// step takes some bytes and returns the rest.
func (t *headerTap) step(b []byte) []byte {
	switch t.state {
	case inBody, inChunk:
		n := min(t.left, int64(len(b)))
		if t.left -= n; t.left == 0 {
			t.state = map[tapState]tapState{inBody: inHeader, inChunk: inSize}[t.state]
		}
		return b[n:]
	}
	if t.state == inHeader && len(t.buf) == 0 {
		if end := headerEnd(b); 0 < end && end <= maxTapped {
			t.endOfHeader(b[:end])
			return b[end:]
		}
	}
	line, rest, whole := bytes.Cut(b, []byte("\n"))
	t.buf = append(t.buf, line...)
	if whole {
		t.buf = append(t.buf, '\n')
	}
	if len(t.buf) > maxTapped {
		t.giveUp()
	}
	if !whole || t.state == lost {
		return rest
	}
	switch t.state {
	case inHeader:
		t.endOfHeaderLine()
	case inSize:
		t.chunk()
	case inTrailer:
		if isBlank(t.buf) {
			t.state = inHeader
		}
		t.buf = t.buf[:0]
	}
	return rest
}

func (t *headerTap) giveUp() { t.state, t.buf, t.names = lost, nil, nil }

func isBlank(line []byte) bool { return len(bytes.TrimRight(line, "\r\n")) == 0 }

// endOfHeaderLine is called at each line break in a header; an empty line ends it. Empty lines in front of a request
// are skipped, as net/http does.
func (t *headerTap) endOfHeaderLine() {
	if isBlank(t.buf) {
		t.buf = t.buf[:0]
		return
	}
	if !bytes.HasSuffix(t.buf, []byte("\n\r\n")) && !bytes.HasSuffix(t.buf, []byte("\n\n")) {
		return
	}
	t.endOfHeader(t.buf)
	t.buf = t.buf[:0]
}

// headerEnd returns how long the header is with which b begins, 0 where b does not hold all of it.
func headerEnd(b []byte) int {
	for at := 0; ; {
		n := bytes.IndexByte(b[at:], '\n')
		if n < 0 || at == 0 && isBlank(b[:n+1]) {
			return 0
		}
		line := b[at : at+n]
		if at += n + 1; len(line) == 0 || string(line) == "\r" {
			return at
		}
	}
}

func (t *headerTap) endOfHeader(header []byte) {
	names, length, chunked := readHeader(header)
	t.names = append(t.names, names)
	switch {
	case names == nil || length < 0 || len(t.names) > maxPipelined:
		t.giveUp()
	case chunked:
		t.state = inSize
	case length > 0:
		t.state, t.left = inBody, length
	}
}

// canonical stands for the names of a header that has them all in net/http's case, as most have.
var canonical = map[string]string{}

// readHeader returns the names of a header and how long the body behind it is; nil names where it cannot tell.
func readHeader(header []byte) (names map[string]string, length int64, chunked bool) {
	names = canonical
	_, fields, _ := bytes.Cut(header, []byte("\n"))
	for line := range bytes.SplitSeq(fields, []byte("\n")) {
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok {
			continue
		}
		if len(names) == 0 && !isCanonical(name) {
			names = namesOf(fields)
		}
		switch {
		case isName(name, "Content-Length"):
			n, err := strconv.ParseInt(string(bytes.TrimSpace(value)), 10, 64)
			if err != nil {
				return nil, 0, false
			}
			length = n
		case isName(name, "Transfer-Encoding"):
			chunked = true
		}
	}
	return names, length, chunked
}

func isName(written []byte, name string) bool {
	return len(written) == len(name) && textproto.CanonicalMIMEHeaderKey(string(written)) == name
}

// isCanonical reports whether net/http leaves a name as it is.
func isCanonical(name []byte) bool {
	first := true
	for _, c := range name {
		if first && 'a' <= c && c <= 'z' || !first && 'A' <= c && c <= 'Z' {
			return false
		}
		first = c == '-'
	}
	return true
}

// namesOf returns the names as they are written, by their canonical form.
func namesOf(fields []byte) map[string]string {
	names := make(map[string]string)
	for line := range bytes.SplitSeq(fields, []byte("\n")) {
		if name, _, ok := bytes.Cut(line, []byte(":")); ok {
			names[textproto.CanonicalMIMEHeaderKey(string(name))] = string(name)
		}
	}
	return names
}

// chunk reads the line with the size of a chunk.
func (t *headerTap) chunk() {
	size, _, _ := bytes.Cut(t.buf, []byte(";"))
	n, err := strconv.ParseInt(string(bytes.TrimSpace(size)), 16, 64)
	t.buf = t.buf[:0]
	switch {
	case err != nil || n < 0 || n > 1<<40:
		t.giveUp()
	case n == 0:
		t.state = inTrailer
	default:
		t.state, t.left = inChunk, n+int64(len("\r\n"))
	}
}
