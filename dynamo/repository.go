package dynamo

import (
	"reflect"
)

// Repository keeps items of type T in one table. Make it with [New]. It is safe
// for concurrent use and holds nothing but its settings: no goroutine, no
// cache, nothing to close.
type Repository[T any] struct {
	_     [0][]T // repositories of different types do not convert into each other, nor are they compared, which needs no code
	store *store
}

// New makes a repository for the items in a table, given by name or ARN. It
// sends nothing.
//
// T is a struct. Its fields become attributes by the rules of
// feature/dynamodb/attributevalue: dynamodbav tags, embedded structs and the
// Marshaler interfaces count. A dynamo tag marks the fields of the primary key:
//
//	type Order struct {
//		Customer string    `dynamodbav:"customer"        dynamo:"partition"`
//		Placed   time.Time `dynamodbav:"placed,unixtime" dynamo:"sort"`
//		Total    int       `dynamodbav:"total"`
//	}
//
// A key field must be stored as S, N or B: a string, number, []byte, [n]byte or
// [time.Time] with the option unixtime, a pointer to one, or a Marshaler whose
// zero value makes one. unixtime keeps whole seconds. A time.Time without it is
// refused: attributevalue stores RFC 3339 text, which keeps the zone and drops
// zeros at the end, so that keys of equal times differ and their order is not
// that of time. Where seconds are too coarse use a string in a fixed layout, in
// UTC and with all digits, such as "2006-01-02T15:04:05.000000000Z".
//
// Other words of the tag, separated by commas:
//
//   - index=byEmail,partition and index=byEmail,sort: the field is a key of that
//     secondary index. The words partition and sort are about the index that was
//     named before them, and about the table where none was. An index without a
//     partition key of its own is a local one.
//   - template=USER#{id}: the key, a string, is made of other attributes when an
//     item is written, and checked against them when it is read. A value that
//     could make two different items have one key is refused. A templated key of
//     an index that has omitempty is left out where an attribute is empty.
//   - version: an integer that counts the writes of the item and guards them, see
//     [Repository.Put] and [IfVersion].
//   - created, updated: a time, or an integer of 32 bits or more, of seconds since 1970, that Put and
//     Update set, see [Clock].
//   - ttl: an integer of seconds since 1970, or a time with the option unixtime: what
//     DynamoDB's time to live can use. Zero seconds and times long past never expire.
//
// Tags are checked here, once; an error names T and the field, and a word that
// is not known is an error. Tags in the type of a field that is itself stored
// as a nested map have no meaning.
func New[T any](c Client, table string, opts ...Option) (*Repository[T], error) {
	s, err := newStore(reflect.TypeFor[[]T](), c, table, opts)
	if err != nil {
		return nil, errorf("dynamo: new: %w", err)
	}
	s.refused = conditionError[T]
	return &Repository[T]{store: s}, nil
}
