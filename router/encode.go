package router

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/lambdarest/lambdarest/internal/jsonscan"
)

// The largest answers that the sources take, in bytes. Lambda ends the process of
// a function that answers more.
const (
	maxAnswer    = 6_291_556 // AWS Lambda quotas: 6 MB
	maxAnswerALB = 1_000_000 // ALB: 1 MB
)

// encode returns a response in the form that the event's source expects. It must
// be valid.
func (p *payload) encode(resp *Response, method string) []byte {
	out := p.append(nil, resp, method)
	if limit := p.limit(); len(out) > limit {
		out = p.append(out[:0], tooLargeAnswer(len(out), limit).response(nil), method)
	}
	return out
}

// tooLargeAnswer answers in place of a response that Lambda or the load balancer
// would refuse.
func tooLargeAnswer(size, limit int) *Error {
	return &Error{Detail: fmt.Sprintf("the answer of %d bytes is larger than the %d that the function may return", size, limit)}
}

func (p *payload) append(dst []byte, resp *Response, method string) []byte {
	var names [8]string
	a := newAnswer(resp, method, names[:0])
	if dst == nil {
		dst = make([]byte, 0, a.size())
	}
	dst = append(dst, `{"statusCode":`...)
	dst = strconv.AppendInt(dst, int64(resp.Status), 10)
	switch {
	case p.src == REST:
		dst = a.appendSplit(dst)
	case p.src == ALB, p.src == Lattice:
		dst = append(dst, `,"statusDescription":`...)
		dst = jsonscan.AppendQuote(dst, strings.TrimSpace(strconv.Itoa(resp.Status)+" "+http.StatusText(resp.Status)))
		if p.src == ALB && p.ev.isMultiValue() {
			dst = append(dst, `,"multiValueHeaders":{`...)
			dst = a.appendLists(dst, all)
			dst = append(dst, '}')
		} else {
			dst = a.appendSpelled(dst)
		}
	default:
		dst = a.appendJoined(dst)
	}
	return append(a.appendBody(dst), '}')
}

// An answer is what is sent of a response.
type answer struct {
	header http.Header
	names  []string // of the headers, sorted, without those that the gateway sets
	body   []byte
	base64 bool
}

// tooLargeStream is tooLargeAnswer where nobody knows how much would have come.
func tooLargeStream(limit int) *Error {
	return &Error{Detail: fmt.Sprintf("the streamed answer is larger than the %d bytes that the function may return at once", limit)}
}

// newAnswer returns what is sent of a response to a request with this method. It
// appends the names of the headers to names.
func newAnswer(resp *Response, method string, names []string) answer {
	header, body, binary := resp.Header, resp.Body, false
	names, ok := appendNames(names, header)
	if !ok {
		header = canonical(header)
		names, _ = appendNames(names[:0], header)
	}
	if bodiless(resp.Status, http.MethodGet) {
		body = nil
	}
	if len(body) > 0 {
		var detected string
		if detected, binary = describeBody(header, body); detected != "" {
			header = maps.Clone(header)
			if header == nil {
				header = make(http.Header)
			}
			header["Content-Type"] = []string{detected}
			names, _ = appendNames(names[:0], header)
		}
	}
	if method == http.MethodHead {
		body, binary = nil, false
	}
	slices.Sort(names)
	return answer{header, names, body, binary}
}

// appendNames appends the names of the headers that are sent, and reports whether all
// names are canonical.
func appendNames(names []string, h http.Header) (_ []string, ok bool) {
	ok = true
	for name, values := range h {
		ok = ok && http.CanonicalHeaderKey(name) == name
		switch name {
		case "Connection", "Content-Length", "Transfer-Encoding":
		default:
			if len(values) > 0 {
				names = append(names, name)
			}
		}
	}
	return names, ok
}

// bodiless reports whether an answer of this status to a request with this method
// has no body.
func bodiless(status int, method string) bool {
	return status < 200 || status == http.StatusNoContent || status == http.StatusNotModified || method == http.MethodHead
}

// canonical returns headers under canonical names: a name in two spellings would
// reach the client twice, or once with one of the values lost.
func canonical(h http.Header) http.Header {
	merged := make(http.Header, len(h))
	for _, name := range slices.Sorted(maps.Keys(h)) {
		key := http.CanonicalHeaderKey(name)
		merged[key] = append(merged[key], h[name]...)
	}
	return merged
}

// describeBody detects the Content-Type where the response has none, unless it is
// hidden by an encoding, and decides whether the body is sent as base64.
func describeBody(h http.Header, body []byte) (detected string, binary bool) {
	encoding, contentType := h.Get("Content-Encoding"), h.Get("Content-Type")
	if contentType == "" && encoding == "" {
		contentType = http.DetectContentType(body)
		detected = contentType
	}
	return detected, encoding != "" && encoding != "identity" || isBinary(contentType) || !utf8.Valid(body)
}

// isBinary reports whether a media type is not text, for the types that are
// known not to be.
func isBinary(contentType string) bool {
	t, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	t = strings.TrimSpace(t)
	if strings.HasSuffix(t, "+xml") || strings.HasSuffix(t, "+json") {
		return false
	}
	kind, sub, _ := strings.Cut(t, "/")
	switch kind {
	case "image", "audio", "video", "font":
		return true
	case "application":
		switch sub {
		case "octet-stream", "pdf", "zip", "gzip", "x-gzip", "x-tar", "x-protobuf", "protobuf", "grpc", "wasm", "vnd.ms-fontobject":
			return true
		}
	}
	return false
}

// size estimates the length of the encoded answer.
func (a *answer) size() int {
	n := 128 + len(a.body)
	if a.base64 {
		n += len(a.body)/3 + 4
	}
	n += len(a.body) / 8 // quotes in JSON
	for _, name := range a.names {
		n += len(name) + 8
		for _, v := range a.header[name] {
			n += len(v) + 4
		}
	}
	return n
}

// appendBody appends the members body and isBase64Encoded.
func (a *answer) appendBody(dst []byte) []byte {
	dst = append(dst, `,"body":`...)
	if !a.base64 {
		dst = jsonscan.AppendQuote(dst, a.body)
		return append(dst, `,"isBase64Encoded":false`...)
	}
	dst = append(dst, '"')
	dst = base64.StdEncoding.AppendEncode(dst, a.body)
	return append(dst, `","isBase64Encoded":true`...)
}

// appendSplit appends headers for a REST API: each name either in headers or,
// with several values, in multiValueHeaders, never in both, because API Gateway
// would merge them.
func (a *answer) appendSplit(dst []byte) []byte {
	dst = append(dst, `,"headers":{`...)
	dst = a.appendSingles(dst, single)
	dst = append(dst, '}')
	if !slices.ContainsFunc(a.names, func(name string) bool { return a.has(several, name) }) {
		return dst
	}
	dst = append(dst, `,"multiValueHeaders":{`...)
	dst = a.appendLists(dst, several)
	return append(dst, '}')
}

// appendJoined appends headers for payload format 2.0: one string a name, and
// cookies apart, because they cannot be joined.
func (a *answer) appendJoined(dst []byte) []byte {
	dst = append(dst, `,"headers":{`...)
	dst = a.appendSingles(dst, joinable)
	dst = append(dst, '}')
	cookies := a.header["Set-Cookie"]
	if len(cookies) == 0 {
		return dst
	}
	dst = append(dst, `,"cookies":`...)
	return appendStrings(dst, cookies)
}

// appendSpelled appends headers for an ALB in single-value mode and for VPC Lattice:
// one string a name. Several cookies, which cannot be joined, go under names that differ in
// case.
func (a *answer) appendSpelled(dst []byte) []byte {
	dst = append(dst, `,"headers":{`...)
	cookies := a.header["Set-Cookie"]
	if len(cookies) < 2 {
		return append(a.appendSingles(dst, all), '}')
	}
	dst = a.appendSingles(dst, joinable)
	for n, v := range cookies {
		dst = appendKey(dst, spelling("SET-COOKIE", n))
		dst = jsonscan.AppendQuote(dst, v)
	}
	return append(dst, '}')
}

// A choice is which headers an object of the answer has.
type choice uint8

const (
	all      choice = iota
	single          // with one value
	several         // with more
	joinable        // but cookies
)

func (a *answer) has(chosen choice, name string) bool {
	switch chosen {
	case single:
		return len(a.header[name]) == 1
	case several:
		return len(a.header[name]) > 1
	case joinable:
		return name != "Set-Cookie"
	}
	return true
}

// spelling returns the n-th way to write a name of capital letters: the bits of n
// make letters small, the lowest bit the last one, so that the spellings sort like
// their numbers.
func spelling(name string, n int) string {
	b := []byte(name)
	for i := range slices.Backward(b) {
		if b[i] == '-' {
			continue
		}
		if n&1 == 1 {
			b[i] += 'a' - 'A'
		}
		n >>= 1
	}
	return string(b)
}

// appendSingles appends the members of an object for the chosen headers, several
// values joined by commas.
func (a *answer) appendSingles(dst []byte, chosen choice) []byte {
	for _, name := range a.names {
		if a.has(chosen, name) {
			dst = appendKey(dst, name)
			dst = jsonscan.AppendQuote(dst, strings.Join(a.header[name], ", "))
		}
	}
	return dst
}

// appendLists appends the members of an object for the chosen headers, each with
// a list of values.
func (a *answer) appendLists(dst []byte, chosen choice) []byte {
	for _, name := range a.names {
		if a.has(chosen, name) {
			dst = appendKey(dst, name)
			dst = appendStrings(dst, a.header[name])
		}
	}
	return dst
}

// appendKey appends a member's key, and the comma before it where one is due.
func appendKey(dst []byte, key string) []byte {
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	return append(jsonscan.AppendQuote(dst, key), ':')
}

func appendStrings(dst []byte, list []string) []byte {
	dst = append(dst, '[')
	for i, s := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = jsonscan.AppendQuote(dst, s)
	}
	return append(dst, ']')
}
