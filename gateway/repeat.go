package gateway

import (
	"bytes"
	"net/http"
	"strings"
)

// A runtime that goes on says the same again and again: but for the id and the answer, its two requests of an invocation
// are those of the one before, to the byte. net/http's parser needs longer for them than all else on our side of an
// invocation, the kernel aside. So the header of an ordinary request that it has read is kept, and a request that begins
// with it is served as it stands in the buffer. Whatever differs, and be it in a byte, is net/http's again.

// habits are the headers that came last on a connection and may be taken as read: those of a request of this instance
// that asks for nothing but what its first line says.
type habits struct {
	next     []byte // all of GET next
	response []byte // POST response with a chunked body: what stands between the first line and the body
}

const (
	nextLine      = "GET " + runtimePath + "invocation/next HTTP/1.1\r\n"
	responseBegin = "POST " + runtimePath + "invocation/"
	responseEnd   = "/response HTTP/1.1\r\n"
)

// header returns a copy of the header at the beginning of b if it could become a habit, else nil.
func (h *habits) header(b []byte) []byte {
	end := bytes.Index(b, []byte("\r\n\r\n"))
	if end < 0 || !bytes.HasPrefix(b, []byte(nextLine)) && !bytes.HasPrefix(b, []byte(responseBegin)) {
		return nil
	}
	return bytes.Clone(b[:end+4])
}

// learn keeps the header that r was read from.
func (h *habits) learn(i *instance, header []byte, r *http.Request) {
	if r.Close || r.Header.Get("Expect") != "" || !i.isOwn(r) {
		return
	}
	isChunked := len(r.TransferEncoding) == 1 && r.TransferEncoding[0] == "chunked"
	line, rest, _ := bytes.Cut(header, []byte("\r\n"))
	switch {
	case string(line)+"\r\n" == nextLine && !isChunked && r.ContentLength == 0:
		h.next = header
	case isChunked && strings.HasSuffix(string(line)+"\r\n", responseEnd):
		h.response = rest
	}
}

// isNext reports whether b begins with the usual GET next.
func (h *habits) isNext(b []byte) bool { return len(h.next) > 0 && bytes.HasPrefix(b, h.next) }

// cutResponse takes the usual header of POST response from b. An id that the path of a URL may write in another way is
// net/http's.
func (h *habits) cutResponse(b []byte) (id, body []byte, ok bool) {
	if len(h.response) == 0 {
		return nil, nil, false
	}
	if b, ok = bytes.CutPrefix(b, []byte(responseBegin)); !ok {
		return nil, nil, false
	}
	end := 0
	for end < len(b) && isPlain(b[end]) {
		end++
	}
	id = b[:end]
	if b, ok = bytes.CutPrefix(b[end:], []byte(responseEnd)); !ok {
		return nil, nil, false
	}
	body, ok = bytes.CutPrefix(b, h.response)
	return id, body, ok
}

func isPlain(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-'
}

// chunked measures a chunked body at the beginning of b: how long it is, and what it holds. A length of 0 means that
// there is more to come, one below 0 that it has trailers, extensions or mistakes.
func chunked(b []byte) (length, size int) {
	for {
		data, n := chunk(b[length:])
		if n <= 0 {
			return n, 0
		}
		length += n
		size += len(data)
		if len(data) == 0 {
			return length, size
		}
	}
}

// unchunk returns what a whole chunked body holds, in memory of its own.
func unchunk(b []byte, size int) []byte {
	payload := make([]byte, 0, size)
	for len(payload) < size {
		data, n := chunk(b)
		payload = append(payload, data...)
		b = b[n:]
	}
	return payload
}

// chunk returns the data of the first chunk and how long it is in all, as chunked has it.
func chunk(b []byte) (data []byte, length int) {
	size, at := 0, 0
	for ; at < len(b); at++ {
		digit := hexDigit(b[at])
		if digit < 0 {
			break
		}
		if size = size<<4 | digit; size > runtimeBufferSize {
			return nil, -1
		}
	}
	end := at + len("\r\n") + size + len("\r\n")
	switch {
	case at == len(b):
		return nil, 0
	case at == 0 || b[at] != '\r':
		return nil, -1
	case len(b) < end:
		return nil, 0
	case b[at+1] != '\n' || b[end-2] != '\r' || b[end-1] != '\n':
		return nil, -1
	}
	return b[at+2 : end-2], end
}

func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
