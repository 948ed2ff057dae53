package dynamo

import (
	"errors"
	"math"
	"reflect"
	"time"
)

// Clock gives the time that fields tagged created and updated are set to. The
// default is [time.Now].
func Clock(now func() time.Time) Option {
	return func(c *config) error {
		if now == nil {
			return errors.New("the clock is nil")
		}
		c.now = now
		return nil
	}
}

// prepared is an item that is to be written.
type prepared struct {
	item    item   // nil if text has it
	text    string // as it goes over the wire
	key     item
	version int64 // that it had before, 0 if T has none
}

// whole is the item as attribute values.
func (e *prepared) whole() item {
	if e.text == "" {
		return e.item
	}
	return readWire([]byte(e.text)).item()
}

// encodeItem makes the attributes of v as it is to be written: with its next
// version, its times and its templated keys, which v has afterwards. v is the
// caller's own copy; what its pointers point to is left alone. Everything that
// DynamoDB would refuse for its form is an error. room is memory for the key, or nil.
func (s *store) encodeItem(v reflect.Value, asText bool, room item) (e prepared, err error) {
	if e.version, err = s.schema.stamp(v, s.now); err != nil {
		return e, err
	}
	var keys item
	if asText {
		if e.text, err = s.codec.encodeText(v); err == nil {
			keys, err = s.codec.keysOf(v, room)
		}
	} else {
		e.item, err = s.codec.encode(v)
		keys = e.item
	}
	if err != nil {
		return e, err
	}
	if err = s.schema.checkKey(keys); err != nil {
		return e, err
	}
	if e.key = keys; !asText || len(keys) > len(s.schema.keys) { // the item is for a middleware to change
		e.key, _ = s.schema.keyOfItem(keys)
	}
	return e, s.schema.checkIndexKeys(keys)
}

// stamps tells whether stamp sets anything.
func (s *schema) stamps() bool {
	return s.version != nil || s.created != nil || s.updated != nil || len(s.templates) > 0
}

// stamp sets the fields of v that are the repository's to set.
func (s *schema) stamp(v reflect.Value, now func() time.Time) (version int64, err error) {
	if s.created != nil || s.updated != nil {
		s.stampTimes(v, now())
	}
	if s.version != nil {
		if version, err = s.stampVersion(v); err != nil {
			return 0, errorf("field %s: %w", s.version.path, err)
		}
	}
	return version, s.fill(v, false)
}

// stampTimes keeps a time of creation that is there: it was read.
func (s *schema) stampTimes(v reflect.Value, now time.Time) {
	if s.updated != nil {
		s.updated.setTime(own(v, s.updated.index), now)
	}
	if s.created == nil {
		return
	}
	if was, ok := look(v, s.created.index); !ok || isZeroTime(was) {
		s.created.setTime(own(v, s.created.index), now)
	}
}

// isZeroTime knows the zero time.Time in every zone: seconds are read as local time.
func isZeroTime(v reflect.Value) bool { return v.IsZero() || isTime(v.Type()) && timeOf(v).IsZero() }

func (s *schema) stampVersion(v reflect.Value) (was int64, err error) {
	return bump(own(v, s.version.index))
}

// bump sets a version field to the next version.
func bump(field reflect.Value) (was int64, err error) {
	was, err = versionIn(field)
	switch {
	case err != nil:
		return 0, err
	case was < 0:
		return 0, errors.New("the version is negative")
	case was == math.MaxInt64 || !setInteger(allocate(field), was+1):
		return 0, errorf("the next version does not fit into %v", base(field.Type()))
	}
	return was, nil
}
