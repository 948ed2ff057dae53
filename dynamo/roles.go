package dynamo

import (
	"fmt"
	"reflect"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Fields that are not keys but have a part to play: version, ttl, created and
// updated.

// addRole gives f the part that a word of its tag names.
func (s *schema) addRole(f *field, word string) error {
	slot, fits, want := (**field)(nil), f.keepsTime(), "a time or an integer of 32 bits or more"
	switch word {
	case "version":
		slot, fits, want = &s.version, f.counts(), "an integer stored as N"
	case "ttl":
		slot, fits = &s.ttl, fits && f.inSeconds()
		want = fmt.Sprintf("seconds, stored as N: an integer, or a time.Time with the tag dynamodbav:%q", f.attr+",unixtime")
	case "created":
		slot = &s.created
	case "updated":
		slot = &s.updated
	default:
		return errorf("tag word %q is not supported", word)
	}
	switch {
	case *slot != nil:
		return errorf("field %s is the %s field already", (*slot).path, word)
	case !fits:
		return errorf("type %v cannot be the %s field: want %s", f.typ, word, want)
	}
	*slot = f
	return nil
}

// checkRoles refuses a field that is two things at once.
func (s *schema) checkRoles(f *field, ix *index) error {
	n := 0
	for _, role := range []*field{s.version, s.ttl, s.created, s.updated} {
		if role == f {
			n++
		}
	}
	if n > 1 || n == 1 && s.isPrimary(f) || s.version == f && ix != nil {
		return errorf("tag dynamo:%q gives the field two parts that exclude each other", f.words)
	}
	return nil
}

// counts tells whether f can be a version.
func (f *field) counts() bool { return ownShape(base(f.typ)).isInteger() && !f.opts.has(asString) }

// keepsTime tells whether f can be a time.
func (f *field) keepsTime() bool {
	t := base(f.typ)
	if isTime(t) {
		return !isMarshaler(t) || isUnixTime(t)
	}
	return f.counts() && t.Bits() >= 32 // seconds since 1970 do not fit into fewer
}

//go:noinline
func isTime(t reflect.Type) bool { return shapeOf(t) == shapeTime }

func isMarshaler(t reflect.Type) bool { return reflect.PointerTo(t).Implements(marshalerType) }

// isUnixTime knows attributevalue.UnixTime without linking it.
func isUnixTime(t reflect.Type) bool {
	return t.Name() == "UnixTime" && t.PkgPath() == "github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
}

// inSeconds tells whether a time or an integer is stored as seconds.
func (f *field) inSeconds() bool {
	t := base(f.typ)
	return !isTime(t) || f.opts.has(unixTime) || isUnixTime(t)
}

// moment is t as f keeps it: what is read again is what was written.
func (f *field) moment(t time.Time) time.Time {
	t = t.Round(0).UTC()
	if f.inSeconds() {
		t = time.Unix(t.Unix(), 0).UTC()
	}
	return t
}

// setTime sets v, which is f's and must be settable, to t.
func (f *field) setTime(v reflect.Value, t time.Time) {
	if v = allocate(v); isTime(v.Type()) {
		setTime(v, f.moment(t))
	} else {
		setInteger(v, t.Unix())
	}
}

// timeValue is the attribute value that f has when it is set to t.
func (f *field) timeValue(t time.Time) types.AttributeValue {
	if f.inSeconds() {
		return &types.AttributeValueMemberN{Value: strconv.FormatInt(t.Unix(), 10)}
	}
	return &types.AttributeValueMemberS{Value: f.moment(t).Format(time.RFC3339Nano)}
}

// versionIn is the number in a version field; a nil pointer is 0.
func versionIn(v reflect.Value) (int64, error) {
	v, ok := look(v, nil)
	if !ok {
		return 0, nil
	}
	n, err := strconv.ParseInt(formatNumber(v), 10, 64)
	if err != nil {
		return 0, errorf("the version does not fit into 63 bits")
	}
	return n, nil
}

// setInteger sets an integer; false if n does not fit.
func setInteger(v reflect.Value, n int64) bool {
	return setNumeric(v, shapeOf(v.Type()), strconv.AppendInt(nil, n, 10))
}

// allocate replaces the pointers in v with new ones, and gives the value behind
// them: what v pointed to is somebody else's.
func allocate(v reflect.Value) reflect.Value {
	for v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	return v
}

// own gives the field of v with that index, for setting. v is the caller's own
// copy, but the structs behind embedded pointers are not: they are copied.
func own(v reflect.Value, index []int) reflect.Value {
	for i, x := range index {
		if i > 0 && v.Kind() == reflect.Pointer {
			fresh := reflect.New(v.Type().Elem())
			if !v.IsNil() {
				fresh.Elem().Set(v.Elem())
			}
			v.Set(fresh)
			v = fresh.Elem()
		}
		v = v.Field(x)
	}
	return v
}

// look gives the field of v with that index; false behind a nil pointer.
func look(v reflect.Value, index []int) (reflect.Value, bool) {
	for i := 0; ; i++ {
		for v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return reflect.Value{}, false
			}
			v = v.Elem()
		}
		if i == len(index) {
			return v, true
		}
		v = v.Field(index[i])
	}
}
