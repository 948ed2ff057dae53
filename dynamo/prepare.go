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

// encodeItem makes the attributes of v as it is to be written: with its next
// version, its times and its templated keys, which v has afterwards. v is the
// caller's own copy; what its pointers point to is left alone. version is the
// one that v had, 0 if T has none. Everything that DynamoDB would refuse for
// its form is an error.
func (s *store) encodeItem(v reflect.Value) (m, key item, version int64, err error) {
	if version, err = s.schema.stamp(v, s.now); err != nil {
		return nil, nil, 0, err
	}
	if m, err = s.codec.encode(v); err != nil {
		return nil, nil, 0, err
	}
	if key, err = s.schema.keyOfItem(m); err != nil {
		return nil, nil, 0, err
	}
	return m, key, version, s.schema.checkIndexKeys(m)
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
	return version, s.fill(v, func(*field) bool { return true })
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
	case was == math.MaxInt64 || !setVersion(field, was+1):
		return 0, errorf("the next version does not fit into %v", base(field.Type()))
	}
	return was, nil
}
