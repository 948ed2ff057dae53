package router

import (
	"strings"

	"github.com/lambdarest/lambdarest/internal/jsonscan"
)

// What follows reads raw JSON that event.parse has validated and whose buffer is
// never written again. All of it takes an empty slice for a value that is not there.

func isString(raw []byte) bool { return len(raw) > 0 && raw[0] == '"' }
func isObject(raw []byte) bool { return len(raw) > 0 && raw[0] == '{' }
func isArray(raw []byte) bool  { return len(raw) > 0 && raw[0] == '[' }
func isNull(raw []byte) bool   { return len(raw) == 0 || raw[0] == 'n' }

// str returns the value of a string, and "" for anything else.
func str(raw []byte) string {
	switch {
	case !isString(raw):
		return ""
	case jsonscan.Plain(raw):
		return view(raw[1 : len(raw)-1])
	}
	return jsonscan.Unquote(raw)
}

// A member is a member of an object.
type member struct {
	key   string
	value []byte
}

// appendMembers appends the members of an object that are not null.
func appendMembers(ms []member, object []byte) []member {
	s := jsonscan.New(object)
	for ok := s.EnterObject(); ok && s.NextKey(); {
		key := s.Key()
		if v := s.Value(); !isNull(v) {
			ms = append(ms, member{string(key), v})
		}
	}
	return ms
}

// lookup returns the value of an object's member, or nil.
func lookup(object []byte, key string) (value []byte) {
	s := jsonscan.New(object)
	for ok := s.EnterObject(); ok && s.NextKey(); {
		if string(s.Key()) == key {
			value = s.Value() // the last one counts, as in encoding/json
		} else {
			s.Skip()
		}
	}
	return value
}

// find returns the value of the first member whose key is name in any case.
func find(ms []member, name string) []byte {
	for _, m := range ms {
		if len(m.key) == len(name) && strings.EqualFold(m.key, name) {
			return m.value
		}
	}
	return nil
}

// first returns the first string of an array, or the string that stands there
// without one.
func first(raw []byte) string {
	if !isArray(raw) {
		return str(raw)
	}
	s := jsonscan.New(raw)
	if s.EnterArray() && s.NextElem() {
		return str(s.Value())
	}
	return ""
}

// list returns the strings of an array, or the one that stands there without
// one.
func list(raw []byte) []string {
	if isString(raw) {
		return []string{str(raw)}
	}
	var all []string
	s := jsonscan.New(raw)
	for ok := s.EnterArray(); ok && s.NextElem(); {
		if v := s.Value(); isString(v) {
			all = append(all, str(v))
		}
	}
	return all
}
