package gwevent

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// coercion says what a service takes for a string, a number or a boolean. API Gateway reads answers with a lenient
// Java parser, in which "201" is a number and true a string; a load balancer is strict.
type coercion bool

const (
	lenient coercion = true
	strict  coercion = false
)

// bytes returns a string, a part of raw where it can; absent and null are "".
func (c coercion) bytes(raw json.RawMessage) (text []byte, ok bool) {
	if isNull(raw) {
		return nil, true
	}
	if raw[0] == '"' {
		return unquoteBytes(raw), true
	}
	if isContainer := raw[0] == '{' || raw[0] == '['; isContainer || c == strict {
		return nil, false
	}
	return raw, true // a number or a boolean, as it was written
}

func (c coercion) text(raw json.RawMessage) (s string, ok bool) {
	text, ok := c.bytes(raw)
	return string(text), ok
}

func (c coercion) boolean(raw json.RawMessage) (b, ok bool) {
	if isNull(raw) {
		return false, true
	}
	text := string(raw)
	if c == lenient && raw[0] == '"' {
		text = string(unquoteBytes(raw))
	}
	return text == "true", text == "true" || text == "false"
}

// status reads a status code. 1xx is refused: it cannot be a final answer.
func (p *answerParser) status(raw json.RawMessage, c coercion) (int, error) {
	if isNull(raw) {
		return 0, p.fail("no statusCode")
	}
	if len(raw) == 3 && '2' <= raw[0] && raw[0] <= '5' && isDigit(raw[1]) && isDigit(raw[2]) {
		return int(raw[0]-'0')*100 + int(raw[1]-'0')*10 + int(raw[2]-'0'), nil
	}
	text := string(raw)
	if c == lenient && raw[0] == '"' {
		text, _ = c.text(raw)
	}
	status, err := strconv.Atoi(text)
	if err != nil {
		// JSON knows no integers: 200.0 and 2e2 are the number 200 as well.
		f, floatErr := strconv.ParseFloat(text, 64)
		if floatErr != nil || f != float64(int(f)) {
			return 0, p.fail("statusCode is not an integer")
		}
		status = int(f)
	}
	if status < 200 || status > 599 {
		return 0, p.fail("statusCode %d is out of range", status)
	}
	return status, nil
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// addSingle adds a map of name to value. Null values are left out; of names that differ in case only, all count.
func (p *answerParser) addSingle(h http.Header, key string, raw json.RawMessage, c coercion) error {
	if isNull(raw) {
		return nil
	}
	ms, ok := appendMembers(p.names[:0], raw)
	if !ok {
		return p.fail("%s is not an object", key)
	}
	for _, m := range ms.sorted() {
		if err := p.addValue(h, key, m.key, m.value, c); err != nil {
			return err
		}
	}
	return nil
}

// addMulti adds a map of name to array of values.
func (p *answerParser) addMulti(h http.Header, key string, raw json.RawMessage, c coercion) error {
	if isNull(raw) {
		return nil
	}
	ms, ok := appendMembers(p.names[:0], raw)
	if !ok {
		return p.fail("%s is not an object", key)
	}
	for _, m := range ms.sorted() {
		values, ok := readElements(m.value)
		if !ok {
			return p.fail("%s: %q is not an array", key, m.key)
		}
		for _, value := range values {
			if err := p.addValue(h, key, m.key, value, c); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *answerParser) addValue(h http.Header, key, name string, raw json.RawMessage, c coercion) error {
	text, ok := c.text(raw)
	if !ok || c == strict && isNull(raw) {
		return p.fail("%s: the value of %q is not a string", key, name)
	}
	if isNull(raw) {
		return nil
	}
	return p.add(h, name, text)
}

// add appends a value. A name or a value that would break out of its line is refused, so that nothing can be smuggled
// into the answer.
func (p *answerParser) add(h http.Header, name, value string) error {
	if !ValidName(name) {
		return p.fail("%q is not a header name", name)
	}
	if strings.ContainsAny(value, "\r\n\x00") {
		return p.fail("the value of header %q has a control character", name)
	}
	if name = http.CanonicalHeaderKey(name); !p.once || !slices.Contains(h[name], value) {
		h[name] = append(h[name], value)
	}
	return nil
}

// ValidName reports whether s is a token of RFC 9110, 5.6.2.
func ValidName(s string) bool {
	for i := range len(s) {
		c := s[i]
		isAlnum := '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !isAlnum && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return s != ""
}
