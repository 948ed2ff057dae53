package vtl

import (
	"math"
)

// appendJSON appends a value as json-smart writes it: no spaces, Java's numbers, and infinity as null. With web set,
// "/" is escaped as well: that is how a JSONArray prints itself, and not how $input.json does.
func (r *renderer) appendJSON(b []byte, v any, web bool, depth int) ([]byte, error) {
	switch v := v.(type) {
	case string:
		return appendJSONString(b, v, web), nil
	case float64:
		if math.IsInf(v, 0) {
			return append(b, "null"...), nil
		}
	case *list:
		return r.appendJSONList(b, v, web, depth)
	case *dict:
		return r.appendJSONDict(b, v, web, depth)
	case char, class, *entry:
		s, _, err := r.stringOf(v)
		return appendJSONString(b, s, web), err
	case *inputObject, *utilObject, *cursor, *blockValue:
		return append(b, "{}"...), nil
	}
	return r.appendString(b, v, depth)
}

func (r *renderer) appendJSONList(b []byte, l *list, web bool, depth int) ([]byte, error) {
	if err := r.enterJSON(b, len(l.items), depth); err != nil {
		return nil, err
	}
	b = append(b, '[')
	var err error
	for i, v := range l.items {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = r.appendJSON(b, v, web, depth+1); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

func (r *renderer) appendJSONDict(b []byte, d *dict, web bool, depth int) ([]byte, error) {
	if err := r.enterJSON(b, len(d.entries), depth); err != nil {
		return nil, err
	}
	b = append(b, '{')
	for i := range d.entries {
		if i > 0 {
			b = append(b, ',')
		}
		key, ok, err := r.stringOf(d.entries[i].key)
		if err != nil {
			return nil, err
		}
		if !ok {
			key = "null"
		}
		b = append(appendJSONString(b, key, web), ':')
		if b, err = r.appendJSON(b, d.entries[i].val, web, depth+1); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

func (r *renderer) enterJSON(b []byte, items, depth int) error {
	if depth > maxValueDepth {
		return errTooDeep()
	}
	if len(b) > MaxOutputBytes {
		return limit("a text of more than %d bytes", MaxOutputBytes)
	}
	return r.charge(1 + items)
}

const upperHex = "0123456789ABCDEF"

// appendJSONString escapes control characters, C1 controls and U+2000 to U+20FF.
func appendJSONString(b []byte, s string, web bool) []byte {
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		n, u := 1, uint16(s[i])
		if s[i] >= 0x80 {
			n, u = escapable(s[i:])
		}
		if esc := jsonEscape(u, web); esc != 0 {
			b = append(append(b, s[from:i]...), '\\', esc)
			if esc == 'u' {
				b = appendHex4(b, u)
			}
			from = i + n
		}
		i += n
	}
	return append(append(b, s[from:]...), '"')
}

// escapable returns the length of a character, and the character if it may need an escape.
func escapable(s string) (int, uint16) {
	switch {
	case s[0] == 0xC2 && len(s) > 1 && s[1] < 0xA0:
		return 2, uint16(s[1])
	case s[0] == 0xE2 && len(s) > 2 && s[1] >= 0x80 && s[1] < 0x84:
		return 3, 0x2000 | uint16(s[1]&0x3F)<<6 | uint16(s[2]&0x3F)
	}
	return 1, 'x'
}

// jsonEscape is the letter after the backslash, or 0.
func jsonEscape(u uint16, web bool) byte {
	switch u {
	case '"', '\\':
		return byte(u)
	case '/':
		if web {
			return '/'
		}
		return 0
	case '\b':
		return 'b'
	case '\f':
		return 'f'
	case '\n':
		return 'n'
	case '\r':
		return 'r'
	case '\t':
		return 't'
	}
	if u < ' ' || u >= 0x7F && u < 0xA0 || u >= 0x2000 && u < 0x2100 {
		return 'u'
	}
	return 0
}

func appendHex4(b []byte, u uint16) []byte {
	return append(b, upperHex[u>>12], upperHex[u>>8&15], upperHex[u>>4&15], upperHex[u&15])
}
