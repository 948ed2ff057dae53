package gwevent

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
)

// An Answer is what a client gets to see of a function's answer.
type Answer struct {
	// Status is a final HTTP status, 200 to 599.
	Status int
	// Header has canonical names. It always has a Content-Type: the one that the service adds where the function
	// gave none.
	Header http.Header
	// Body is decoded where the function sent Base64. It may be a part of what the function returned.
	Body []byte
	// Encoded is the Base64 text where the function sent Base64, else "". A REST API passes this on in place of the
	// body unless [DecodesFor] says otherwise.
	Encoded string
}

// WriteTo writes the answer to w. Framing is left to net/http: it sets Content-Length, and sends no body for HEAD,
// 204 and 304.
func (a *Answer) WriteTo(w http.ResponseWriter) error {
	header := w.Header()
	for name, values := range a.Header {
		switch name {
		case "Content-Length", "Transfer-Encoding", "Connection":
		default:
			header[name] = values
		}
	}
	w.WriteHeader(a.Status)
	if a.Status == http.StatusNoContent || a.Status == http.StatusNotModified {
		return nil
	}
	_, err := w.Write(a.Body)
	return err
}

// A MalformedError reports an answer that the service refuses: the client gets 502 from a REST API, a function URL
// and a load balancer, and 500 from an HTTP API.
type MalformedError struct {
	Source Source
	Reason string
}

func (e *MalformedError) Error() string {
	return fmt.Sprintf("gwevent: malformed answer for %v: %s", e.Source, e.Reason)
}

// ParseAnswer reads what a function returned, as src does. The error is a *MalformedError where src would not pass
// the answer on.
//
// REST, as recorded: an object with no other keys than statusCode, headers, multiValueHeaders, body and
// isBase64Encoded, and at least one of them; numbers and booleans stand for strings and the other way round.
//
// HTTPAPI and FunctionURL: an object with a statusCode, of which unknown keys are ignored; anything else is itself
// the body of a 200.
//
// HTTPAPIv1: an object with a statusCode and the other fields of REST, of which unknown keys are ignored.
//
// ALB, ALBMultiValue and Lattice: an object with a statusCode and, depending on the mode, headers or multiValueHeaders whose
// values are strings.
//
// REST and FunctionURL take a streamed answer as well: an object as above but without a body, eight zero bytes, and
// then the body as it is.
func ParseAnswer(src Source, payload []byte) (*Answer, error) {
	a := new(Answer)
	if err := a.Parse(src, payload); err != nil {
		return nil, err
	}
	return a, nil
}

// Parse is ParseAnswer into an Answer whose Header, cleared, is used again; after an error it is of no use.
func (a *Answer) Parse(src Source, payload []byte) error {
	p := answerParser{src: src}
	if prelude, body, ok := CutStreamed(payload); ok && (src == REST || src == FunctionURL) {
		err := a.Parse(src, prelude)
		a.Body = append(a.Body[:len(a.Body):len(a.Body)], body...)
		return err
	}
	if !json.Valid(payload) {
		return p.fail("not JSON")
	}
	if a.Header == nil {
		a.Header = http.Header{}
	}
	clear(a.Header)
	a.Status, a.Body, a.Encoded = http.StatusOK, nil, ""
	size := len(payload)
	payload = bytes.Trim(payload, " \t\r\n")
	switch src {
	case REST:
		return p.rest(a, payload)
	case HTTPAPI, FunctionURL:
		return p.v2(a, payload)
	case HTTPAPIv1:
		return p.v1(a, payload)
	case ALB, ALBMultiValue, Lattice:
		return p.alb(a, payload, size)
	}
	return p.fail("unknown source")
}

// CutStreamed splits a streamed answer into its prelude and its body; ok is false for anything else, as for all JSON.
func CutStreamed(payload []byte) (prelude, body []byte, ok bool) {
	return bytes.Cut(payload, streamMark)
}

// streamMark stands between the prelude and the body of a streamed answer. No JSON has a zero byte.
var streamMark = make([]byte, 8)

type answerParser struct {
	src   Source
	inner [5]memberOf // room for the members of an answer
	names [8]memberOf // and of its headers
	once  bool        // of a header that has the value already: it is not added again
}

func (p *answerParser) fail(format string, args ...any) error {
	return &MalformedError{Source: p.src, Reason: fmt.Sprintf(format, args...)}
}

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

func (p *answerParser) rest(a *Answer, payload []byte) error {
	f, _ := appendMembers(p.inner[:0], payload)
	if len(f) == 0 {
		return p.fail("not an object, or an empty one")
	}
	for _, m := range f {
		switch m.key {
		case "statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded":
		default:
			return p.fail("unknown key %q", m.key)
		}
	}
	if status := f.get("statusCode"); !isNull(status) {
		var err error
		if a.Status, err = p.status(status, lenient); err != nil {
			return err
		}
	}
	if err := p.restHeaders(a.Header, f); err != nil {
		return err
	}
	if err := p.body(a, f, lenient); err != nil {
		return err
	}
	setDefault(a.Header, "application/json")
	return nil
}

// restHeaders merges both header maps: the values of multiValueHeaders first, then those of headers. A pair that both
// hold appears once.
func (p *answerParser) restHeaders(h http.Header, f members) error {
	if err := p.addMulti(h, "multiValueHeaders", f.get("multiValueHeaders"), lenient); err != nil {
		return err
	}
	p.once = true
	return p.addSingle(h, "headers", f.get("headers"), lenient)
}

// v2 follows the inference of format 2.0: without a statusCode the whole answer is the body, a string without its
// quotes. Unverified: the Content-Type of an HTTP API's structured answer that gives none, and a null answer.
func (p *answerParser) v2(a *Answer, payload []byte) error {
	f, _ := appendMembers(p.inner[:0], payload)
	if f.get("statusCode") == nil {
		setDefault(a.Header, "application/json")
		if a.Body = payload; payload[0] == '"' {
			a.Body = unquoteBytes(payload)
		}
		return nil
	}
	var err error
	if a.Status, err = p.status(f.get("statusCode"), lenient); err != nil {
		return err
	}
	if err := p.addSingle(a.Header, "headers", f.get("headers"), lenient); err != nil {
		return err
	}
	if err := p.cookies(a.Header, f.get("cookies")); err != nil {
		return err
	}
	if err := p.body(a, f, lenient); err != nil {
		return err
	}
	if p.src == HTTPAPI {
		setDefault(a.Header, "text/plain;charset=UTF-8")
	}
	setDefault(a.Header, "application/json")
	return nil
}

func (p *answerParser) cookies(h http.Header, raw json.RawMessage) error {
	if isNull(raw) {
		return nil
	}
	var cookies []string
	if json.Unmarshal(raw, &cookies) != nil {
		return p.fail("cookies is not an array of strings")
	}
	for _, cookie := range cookies {
		if err := p.add(h, "Set-Cookie", cookie); err != nil {
			return err
		}
	}
	return nil
}

// maxALBAnswer is the largest answer that a load balancer takes, in bytes of JSON.
const maxALBAnswer = 1 << 20

func (p *answerParser) alb(a *Answer, payload []byte, size int) error {
	if p.src != Lattice && size > maxALBAnswer {
		return p.fail("%d bytes, the limit is %d", size, maxALBAnswer)
	}
	f, ok := appendMembers(p.inner[:0], payload)
	if !ok {
		return p.fail("not an object")
	}
	var err error
	if a.Status, err = p.status(f.get("statusCode"), strict); err != nil {
		return err
	}
	if err := p.albHeaders(a.Header, f); err != nil {
		return err
	}
	if err := p.body(a, f, strict); err != nil {
		return err
	}
	setDefault(a.Header, "application/octet-stream")
	return nil
}

// albHeaders reads the map of the mode and ignores the other. A load balancer refuses a null map.
func (p *answerParser) albHeaders(h http.Header, f members) error {
	key, add := "headers", p.addSingle
	if p.src == ALBMultiValue {
		key, add = "multiValueHeaders", p.addMulti
	}
	raw := f.get(key)
	if raw != nil && isNull(raw) {
		return p.fail("%s is null", key)
	}
	return add(h, key, raw, strict)
}

func (p *answerParser) body(a *Answer, f members, c coercion) error {
	text, ok := c.bytes(f.get("body"))
	if !ok {
		return p.fail("body is not a string")
	}
	isBase64, ok := c.boolean(f.get("isBase64Encoded"))
	if !ok {
		return p.fail("isBase64Encoded is not a boolean")
	}
	a.Body = text
	if isBase64 {
		decoded, err := base64.StdEncoding.AppendDecode(nil, text)
		if err != nil {
			return p.fail("body is not Base64: %v", err)
		}
		a.Body, a.Encoded = decoded, string(text)
	}
	return nil
}

func setDefault(h http.Header, contentType string) {
	if len(h["Content-Type"]) == 0 {
		h["Content-Type"] = []string{contentType}
	}
}
